"""What each role (code table worker_role) may see and write at the county.

网格员 and 网格长 have the grids they were given. A community, a town or the county has
an area as well: every grid whose code begins with its division code, also one opened
later. 统计用区划代码 have 12 digits: 6 for the county, 3 for the town, 3 for the
community (domain.md §2.5). IT staff keep the server and see no records.
"""

from __future__ import annotations

from collections.abc import Mapping

from gridapp.models.issue_flow import ALL, LOCAL

AREA_DIGITS: Mapping[str, int] = {"community": 12, "town": 9, "county": 6}
_HANDLED = frozenset(
    {
        "issue",
        "issue_step",
        "dispute",
        "dispute_party",
        "dispute_inquiry",
        "dispute_session",
        "dispute_item",
        "attachment",
        "worker",
    }
)  # what the flows bring to towns and the county; the rest is the grids' to write


def syncs(role: str) -> bool:
    """Whether a laptop of somebody in that role gets records at all."""
    return role in ALL


def writes(role: str, type_: str) -> bool:
    """Whether that role changes records of that type; which of them, the flows say."""
    return role in LOCAL or (role in ALL and type_ in _HANDLED)
