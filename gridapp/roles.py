"""The roles of a vault's accounts. What each may do stands in `models.permissions`."""

from __future__ import annotations

from gridapp.language import tr

WORKER, SECRETARY, IT = "worker", "secretary", "it"
ROLE_WORDS = {WORKER: tr("网格员"), SECRETARY: tr("负责人"), IT: tr("技术人员")}
