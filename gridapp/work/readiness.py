"""Whether a resident's file has all that GB/T 31000-2015 requires for export.

Tables 12 (户籍人口) and 13 (流动人口) of the standard, domain.md §2.1.1–§2.1.3. What is
missing is said, and never keeps a file from being saved: workers often do not know it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gridapp.models import Resident
from gridapp.models.record import field_of

# The items of the common block that both tables require, in their order.
COMMON = (
    "id_number",
    "name",
    "sex",
    "born_on",
    "ethnicity",
    "native_place",
    "marital_status",
    "politics",
    "education",
    "occupation_kind",
    "occupation",
    "phones",
    "hukou_area",
    "hukou_address",
    "current_area",
    "current_address",
)
TABLE_12 = (*COMMON, "residence_match", "household_number", "relation")
TABLE_13 = (*COMMON, "inflow_reason", "lodging_type", "attention")


def missing(resident: Mapping[str, Any]) -> list[str]:
    """Labels of required items that are empty, in the standard's order.

    流动人口 are asked for table 13, everybody else for table 12. A 否 is an answer.
    """
    migrant = resident.get("resident_kind") == "migrant"
    required = TABLE_13 if migrant else TABLE_12
    return [
        field_of(Resident, name).label
        for name in required
        if resident.get(name) in (None, "", ())
    ]
