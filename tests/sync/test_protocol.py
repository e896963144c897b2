"""Messages: what comes out is what went in, and nothing harmful gets in."""

import datetime as dt
from uuid import UUID

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from gridapp.errors import UserError
from gridapp.models import RECORDS, Resident, Visit
from gridapp.models.record import fields_of
from gridapp.sync import protocol, wire
from gridapp.sync.protocol import Change, Push

CHANGE = Change(
    1, "resident", b"i" * 16, b"g" * 16, "update", 5, None, 4, "name", [["李", "王"]]
)


def test_a_message_comes_back_as_it_went():
    push = Push(3, [CHANGE])

    assert protocol.unpack(protocol.pack(push), Push) == push


def test_a_small_message_goes_without_a_frame_and_comes_back_as_it_went():
    small, larger = Push(9, []), Push(9, [CHANGE] * 3)

    assert len(protocol.pack_small(small)) < len(protocol.pack(small))
    assert protocol.pack_small(larger) == protocol.pack(larger)
    for one in (small, larger):
        assert protocol.is_packed(protocol.pack_small(one))
        assert protocol.unpack(protocol.pack_small(one), Push) == one


@pytest.mark.parametrize(
    ("push", "way"),
    [(Push(9, [CHANGE] * 3), protocol.pack), (Push(9, []), protocol.pack_small)],
    ids=["in a frame", "small"],
)
def test_a_bit_that_turns_on_the_way_never_becomes_another_value(push, way):
    body = way(push)
    for at in range(8 * len(body)):
        turned = bytearray(body)
        turned[at // 8] ^= 1 << at % 8
        try:
            found = protocol.unpack(bytes(turned), Push)
        except UserError:
            continue
        assert found == push  # a bit that says nothing


def test_a_message_with_more_fields_at_its_end_is_read():
    """A newer program may add fields."""
    plain = protocol.msgspec.msgpack.encode([3, [], False, b"", [], "new", 7])

    assert protocol.unpack(zstandard.compress(plain), Push) == Push(3, [])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not zstd at all",
        protocol.pack(Push(3, [CHANGE]))[:-3],
        zstandard.compress(b"\x93\x01"),
        zstandard.compress(protocol.msgspec.msgpack.encode(["three", []])),
    ],
    ids=["empty", "not zstd", "cut off", "cut inside", "another kind"],
)
def test_a_damaged_message_is_refused_in_words(body):
    with pytest.raises(UserError, match="读不懂"):
        protocol.unpack(body, Push)


def test_a_bomb_is_refused():
    """40 MB of zeros in a few kilobytes."""
    bomb = zstandard.compress(b"\0" * (protocol.MAX_PLAIN + 1000))

    assert len(bomb) < 10_000
    with pytest.raises(UserError, match="过大"):
        protocol.unpack(bomb, Push)


SAMPLES = {
    "text": "三号楼",
    "note": "耳背\n敲门要重",
    "name": "买买提·艾力",
    "number": -3,
    "decimal": 89.5,
    "yes_no": False,
    "date": dt.date(1944, 2, 29),
    "time": dt.datetime(2026, 11, 22, 8, 30, 15, 123000, tzinfo=dt.UTC),
    "birth": "1944-03",
    "code": "02",
    "codes": ("01", "02"),
    "ref": UUID(int=9),
    "hash": "a" * 64,
    "id_number": "990101194403081229",
    "document": "E12345678",
    "phones": ("13800000001", "010-12345678"),
    "address": "和顺里3号楼",
}


@pytest.mark.parametrize("model", RECORDS, ids=lambda model: model.__tablename__)
def test_every_field_of_every_record_travels(model):
    values = {one.name: SAMPLES[one.kind.name] for one in fields_of(model)}
    names, sent = wire.whole(model, values)
    packed = protocol.msgspec.msgpack.encode(sent)

    received = protocol.msgspec.msgpack.decode(packed)
    back = {
        name: wire.from_wire(model, name, raw)
        for name, raw in zip(wire.named(names), received, strict=True)
    }

    assert back == values


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats()
    | st.text()
    | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
FIELDS = [(model, one) for model in (Resident, Visit) for one in fields_of(model)]


@given(st.sampled_from(FIELDS), ANYTHING)
def test_a_value_of_another_sort_is_refused_and_nothing_worse(which, raw):
    model, one = which
    try:
        value = wire.from_wire(model, one.name, raw)
    except ValueError:
        return

    again = wire.from_wire(model, one.name, wire.to_wire(model, one.name, value))
    assert again == value
