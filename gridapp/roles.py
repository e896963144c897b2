"""The roles of a vault's accounts. What each may do stands in `models.permissions`."""

from __future__ import annotations

WORKER, SECRETARY, IT = "worker", "secretary", "it"
