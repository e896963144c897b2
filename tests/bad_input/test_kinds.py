"""Whatever is typed into a field becomes a value or a sentence, and nothing else."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridapp.models import RECORDS
from gridapp.models.kinds import CODES, DECIMAL, KINDS, TIME
from gridapp.models.record import fields_of

HAN = re.compile("[\u4e00-\u9fff]")
MEGABYTE = 1 << 20
SOON = 60.0  # seconds of processor: a hang takes minutes

# What people type, what a ledger holds, what attackers try; lone surrogates come from
# broken JSON and from command lines that are no UTF-8.
anything = st.text(st.characters(codec=None), max_size=60)
digits = st.text("0123456789０１２٣٩Xx×*－-—.eE+ ,，、/\\:：年月日()（）", max_size=40)
dates = st.builds(
    "{}{}{}{}{}".format,
    st.integers(0, 99999),
    st.sampled_from("-./年 —"),
    st.integers(0, 99),
    st.sampled_from("-./月 —"),
    st.integers(0, 99),
)
odd = st.sampled_from(
    [
        "NaN",
        "inf",
        "-inf",
        "1e400",
        "1_000",
        "0x1F",
        "²",
        "９",
        "٣",
        "9" * 400,
        "-" + "9" * 30,
        "9999-12-31T23:59:59+00:00",
        "0001-01-01",
        "0001-01-01 00:00+23:59",
        "9999-12-31 23:59-23:59",
        "20261332",
        "2026-W01",
        "{" * 50,
        "urn:uuid:" + "0" * 32,
        "\0",
        "\u202e",
        "\ud800",
        "'; DROP TABLE resident; --",
        "=cmd|' /C calc'!A0",
        "../../etc/passwd",
        "%s%n{0}",
    ]
)
texts = st.one_of(anything, digits, dates, odd)


def said_of(kind, value):
    """What is left of a value that is shown: a time to the minute."""
    return value.replace(second=0, microsecond=0) if kind.name == "time" else value


def as_kept(kind, value):
    """What is left of a value that is kept: a time to the millisecond."""
    if kind.name != "time":
        return value
    return value.replace(microsecond=round(value.microsecond, -3) % 1_000_000)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@settings(max_examples=60)
@given(text=texts)
def test_any_text_is_a_value_or_a_sentence(kind, text):
    try:
        value = kind.parse(text)
    except ValueError as error:
        assert HAN.match(str(error))  # noqa: PT017 (ours: Python's own are English)
        return
    shown = kind.format(value)
    assert kind.parse(shown) == said_of(kind, value)
    assert kind.from_wire(kind.to_wire(value)) == as_kept(kind, value)
    assert isinstance(kind.given_out(shown), str)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@pytest.mark.parametrize(
    "piece", ["9", "-", " ", "(", "张", "1-", "13800000001、", "\t\n", "a.", "年", "0"]
)
def test_a_megabyte_is_read_soon(kind, piece):
    text = piece * (MEGABYTE // len(piece))
    begun = time.process_time()
    try:
        kind.parse(text)
    except ValueError as error:
        assert len(str(error)) < 1000  # noqa: PT017
    assert time.process_time() - begun < SOON


@pytest.mark.parametrize("model", RECORDS, ids=lambda model: model.__tablename__)
@settings(max_examples=30)
@given(data=st.data())
def test_any_text_in_any_field_is_a_value_or_a_sentence(model, data):
    field = data.draw(st.sampled_from(fields_of(model)))
    try:
        value = field.parse(data.draw(texts))
    except ValueError as error:
        assert field.label in str(error) or "可填" in str(error)  # noqa: PT017
        return
    if value is not None:
        assert field.parse(field.format(value)) == said_of(field.kind, value)


def test_commas_alone_are_no_words():
    for model in RECORDS:
        for field in fields_of(model):
            if field.kind is not CODES:
                continue
            if field.required:
                with pytest.raises(ValueError, match="还没有填"):
                    field.parse("，、")
            else:
                assert field.parse("，、") is None


def test_a_number_is_finite_and_a_time_can_be_shown_anywhere():
    for text in ("nan", "inf", "-Infinity", "1e999"):
        with pytest.raises(ValueError, match="应填数字"):
            DECIMAL.parse(text)
    for text in ("0001-01-01 00:00", "9999-12-31 23:59"):
        with pytest.raises(ValueError, match="年-月-日"):
            TIME.parse(text)
