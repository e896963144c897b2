"""What the journal keeps of every kind of value reads back as it was saved."""

import datetime as dt
import json
from uuid import UUID

import pytest

from gridapp.models import RECORDS
from gridapp.models.kinds import (
    BIRTH,
    CODES,
    DATE,
    DECIMAL,
    NUMBER,
    PHONES,
    REF,
    TIME,
    YES_NO,
)
from gridapp.models.record import fields_of
from gridapp.store import journal

MOMENT = dt.datetime(2026, 11, 22, 7, 12, 35, 123000, tzinfo=dt.UTC)
SAMPLES = {
    DATE.name: dt.date(2026, 2, 28),
    TIME.name: MOMENT,
    YES_NO.name: False,
    NUMBER.name: 3,
    DECIMAL.name: 0.1 + 0.2,
    CODES.name: ("01", "02"),
    PHONES.name: ("13800000001", "0951-5550007"),
    REF.name: UUID("0192d0c5-7c6e-7000-8000-000000000001"),
    BIRTH.name: "1944-03-02",
}
FIELDS = [(model, one) for model in RECORDS for one in fields_of(model)]


@pytest.mark.parametrize(
    ("model", "one"), FIELDS, ids=[f"{m.__tablename__}.{f.name}" for m, f in FIELDS]
)
def test_a_value_survives_the_journal(model, one):
    value = SAMPLES.get(one.kind.name, "字")
    kept = json.loads(json.dumps(journal.to_stored(model, one.name, value)))
    assert journal.from_stored(model, one.name, kept) == value
