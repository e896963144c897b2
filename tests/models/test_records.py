"""What every record type must do, whichever it is."""

from __future__ import annotations

import datetime as dt
import inspect
from uuid import UUID

import msgspec
import pytest

from gridapp.errors import InvalidFields
from gridapp.models import RECORDS, codes, record_named
from gridapp.models.kinds import CODES, KINDS, REF
from gridapp.models.record import Record, field, fields_of, table_of
from gridapp.store import records
from tests.conftest import id_number

each_record = pytest.mark.parametrize("model", RECORDS, ids=lambda m: m.__tablename__)
SOMEBODY = UUID("01900000-0000-7000-8000-000000000001")
EXAMPLE = {
    "text": "文字",
    "note": "第一行\n第二行",
    "name": "阿依古丽·买买提",
    "number": 60,
    "decimal": 116.391273,
    "yes_no": True,
    "date": dt.date(2026, 11, 23),
    "time": dt.datetime(2026, 11, 23, 1, 40, tzinfo=dt.UTC),
    "birth": "1945-03",
    "ref": SOMEBODY,
    "hash": "0f" * 32,
    "id_number": id_number("1945-03-08"),
    "document": "H12345678",
    "phones": ("13800000001", "0951-0000001"),
    "address": "和顺里3号楼2单元501",
}
TOGETHER = {"dwelling": {"tenure": "rent"}}  # values that go with the others


def example(model, ids):
    """A value for every field; the last code of each list, which ends states."""
    values = {}
    for one in fields_of(model):
        if one.codes:
            code = codes.table(one.codes).codes[-1]
            values[one.name] = (code,) if one.kind is CODES else code
        elif one.target:
            values[one.name] = ids[one.target]
        else:
            values[one.name] = EXAMPLE[one.kind.name]
    return values | TOGETHER.get(model.__tablename__, {})


@pytest.fixture(scope="module")
def filled(vault_template, tmp_path_factory):
    """A vault with one full record of every type, and their ids by type."""
    import shutil

    from gridapp.store import vault as vaults

    template, key = vault_template
    folder = tmp_path_factory.mktemp("records") / "vault"
    shutil.copytree(template, folder)
    store = vaults.open_with_key(folder, key)
    ids: dict[str, UUID] = {}
    with store.writing() as tx:
        for model in RECORDS:
            ids[model.__tablename__] = records.save(tx, model, example(model, ids))
    yield store, ids
    store.close()


def subclasses(model):
    for one in model.__subclasses__():
        yield one
        yield from subclasses(one)


def test_every_record_class_is_registered_under_its_name():
    assert set(subclasses(Record)) == set(RECORDS)
    assert all(record_named(model.__tablename__) is model for model in RECORDS)


def test_parents_come_before_children():
    seen = set()
    for model in RECORDS:
        seen.add(model.__tablename__)
        assert {one.target for one in fields_of(model) if one.target} <= seen


def test_there_is_an_example_of_every_kind():
    assert set(EXAMPLE) | {"code", "codes"} == {kind.name for kind in KINDS}


def test_field_takes_at_most_ten_arguments():
    assert len(inspect.signature(field).parameters) <= 10


@each_record
def test_declaration_is_whole(model):
    fields = fields_of(model)
    labels = [one.label for one in fields]
    assert labels
    assert len(set(labels)) == len(labels)
    assert model.title
    assert model.shown_by == "id" or model.shown_by in {one.name for one in fields}
    assert any(one.listed for one in fields)
    assert model.__doc__


@each_record
def test_code_tables_and_targets_exist(model):
    for one in fields_of(model):
        if one.codes:
            assert codes.table(one.codes).items
        if one.target:
            assert record_named(one.target)
            assert one.kind is REF
        if one.part:
            assert one.target
    assert sum(one.part for one in fields_of(model)) <= 1


@each_record
def test_saved_record_comes_back_as_it_was(model, filled):
    store, ids = filled
    with store.reading() as db:
        found = records.get(db, model, ids[model.__tablename__])
    expected = example(model, ids)
    assert {name: found[name] for name in expected} == expected
    assert found["grid_id"]
    assert found["created_by"] == store.worker_id
    assert found["deleted_at"] is None


@each_record
def test_wire_gives_back_what_was_sent(model, filled):
    _, ids = filled
    for one in fields_of(model):
        value = example(model, ids)[one.name]
        sent = msgspec.msgpack.encode(one.kind.to_wire(value))
        assert one.kind.from_wire(msgspec.msgpack.decode(sent)) == value


@each_record
def test_text_gives_back_what_was_written(model, filled):
    _, ids = filled
    for one in fields_of(model):
        value = example(model, ids)[one.name]
        assert one.parse(one.format(value)) == value
        assert one.format(None) == one.masked(None) == ""


@each_record
def test_empty_text_is_nothing_or_refused_by_its_label(model):
    for one in fields_of(model):
        if one.required:
            with pytest.raises(ValueError, match="还没有填"):
                one.parse("  ")
        else:
            assert one.parse("  ") is None


@each_record
def test_private_values_are_masked_and_no_others(model, filled):
    _, ids = filled
    for one in fields_of(model):
        value = example(model, ids)[one.name]
        plain, masked = one.format(value), one.masked(value)
        if one.kind.private:
            assert "*" in masked
            assert plain not in masked
        else:
            assert masked == plain


@each_record
def test_shown_row_names_targets_and_hides_private_values(model, filled):
    store, ids = filled
    with store.reading() as db:
        row = records.get(db, model, ids[model.__tablename__])
        [masked] = records.shown(db, model, [row])
        [plain] = records.shown(db, model, [row], unmask=True)
    for one in fields_of(model):
        if one.kind.private:
            assert masked[one.name] != plain[one.name] == one.format(row[one.name])
        if one.target:
            assert masked[one.name]
            assert masked[one.name] != str(row[one.name])


@each_record
def test_missing_values_are_named_each_with_its_label(model, filled):
    store, _ = filled
    required = {one.name for one in fields_of(model) if one.required}
    if not required:
        pytest.skip("nothing is required")
    with pytest.raises(InvalidFields) as caught, store.writing() as tx:
        records.save(tx, model, {})
    assert set(caught.value.messages) == required


@each_record
def test_too_long_text_and_strange_codes_are_refused_in_words(model, filled):
    store, ids = filled
    for one in fields_of(model):
        bad = None
        if one.codes and codes.table(one.codes).closed:
            bad = ("没有的",) if one.kind is CODES else "没有的"
        elif one.kind.limit:
            bad = "长" * (one.kind.limit + 1)
        if bad is None:
            continue
        with pytest.raises(InvalidFields) as caught, store.writing() as tx:
            records.save(tx, model, example(model, ids) | {one.name: bad})
        assert set(caught.value.messages) == {one.name}
        assert one.label in caught.value.messages[one.name]


@each_record
def test_every_reference_is_kept_by_the_database_and_indexed(model):
    table = table_of(model)
    indexed = {next(iter(index.columns)).name for index in table.indexes}
    for one in fields_of(model):
        if one.target:
            [key] = table.columns[one.name].foreign_keys
            assert key.column.table.name == one.target
            assert one.name in indexed
    assert "grid_id" in indexed
