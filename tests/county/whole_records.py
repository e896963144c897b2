"""One record of every type with every field filled in."""

import datetime as dt
from uuid import UUID

from uuid_utils.compat import uuid7

from gridapp.models import RECORDS, codes
from gridapp.models.kinds import CODES
from gridapp.models.record import fields_of

MOMENT = dt.datetime(2026, 11, 22, 1, 30, 15, 123000, tzinfo=dt.UTC)
DAY = dt.date(2026, 11, 22)
OF_KIND = {
    "text": "和顺里𠮷",
    "note": "第一行\n第二行",
    "name": "买买提·艾力",
    "number": 7,
    "decimal": 89.5,
    "yes_no": True,
    "date": DAY,
    "time": MOMENT,
    "birth": "1944-03-08",
    "code": "1",
    "codes": ("01", "02"),
    "hash": "a" * 64,
    "id_number": "990101194403081229",
    "document": "E12345678",
    "phones": ("13800000001", "13800000002"),
    "address": "和顺里3号楼2单元501",
}
OF_FIELD = {
    "care_plan": {"interval_days": 7},
    "patrol_point": {"interval_days": 7},
    "visit": {"systolic": 130, "diastolic": 80},
    "attachment": {"owner_type": "visit", "size": 3},
    "dwelling": {"tenure": "rent"},
    "resident": {"life_state": "deceased", "presence": "moved"},
}


def whole_records(grid_id):
    """(model, values with id) of every type but the grid, parents first."""
    made = {"grid": grid_id}
    result = []
    for model in RECORDS[1:]:
        key = uuid7()
        values = {one.name: _value(one, made) for one in fields_of(model)}
        values |= OF_FIELD.get(model.__tablename__, {})
        result.append((model, values | {"id": key}))
        made[model.__tablename__] = key
    return result


def _value(one, made):
    if one.target:
        return made.get(one.target)
    if one.codes:
        chosen = codes.table(one.codes).codes[:2]
        return chosen if one.kind is CODES else chosen[0]
    if one.kind.name == "ref":
        return UUID(int=5)
    return OF_KIND[one.kind.name]
