"""The rules a record must keep at the county: the same that the form applies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gridapp.models import codes as code_tables
from gridapp.models.kinds import CODES
from gridapp.models.record import Field, Record, fields_of


def problems(model: type[Record], values: Mapping[str, Any]) -> dict[str, str]:
    """A sentence for each field that breaks a rule; empty when the record is good."""
    wrong: dict[str, str] = {}
    for field in fields_of(model):
        sentence = _problem(field, values.get(field.name))
        if sentence:
            wrong[field.name] = sentence
    return wrong or model.check(values)


def _problem(field: Field, value: Any) -> str:
    if value is None:
        return f"{field.label}还没有填" if field.required else ""
    if field.kind.limit and len(value) > field.kind.limit:
        return f"{field.label}最多 {field.kind.limit} 个字"
    if not field.codes:
        return ""
    table = code_tables.table(field.codes)
    given: tuple[str, ...] = value if field.kind is CODES else (value,)
    strange = [code for code in given if code not in table.codes]
    return f"{field.label}没有“{strange[0]}”这一项" if strange and table.closed else ""
