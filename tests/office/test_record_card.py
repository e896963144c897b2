"""Cards of every record type, drawn from the declared fields."""

import datetime as dt
import shutil
import subprocess
from uuid import uuid4

import pytest

from gridapp.errors import UserError
from gridapp.models import RECORDS, Resident, Visit, codes
from gridapp.models.kinds import CODES
from gridapp.models.record import fields_of
from gridapp.office.paper.flow import LONGEST, Block, pages_of, split
from gridapp.office.paper.paper import Cell, Row, label
from gridapp.office.sheets import SHEETS
from gridapp.office.sheets.record_card import record_cards
from gridapp.office.sheets.record_data import from_records
from gridapp.store import records, vault
from gridapp.work.founding import found
from tests.office.signing import SIGNED

NOW = dt.datetime(2026, 11, 12, 1, 30, tzinfo=dt.UTC)
SAMPLES = {
    "text": "光明里",
    "note": "精神尚可，女儿电话13800009999，常来。",
    "name": "欧阳䶮",
    "number": 40,
    "decimal": 89.5,
    "yes_no": True,
    "date": dt.date(2026, 11, 12),
    "time": NOW,
    "birth": "1944-03",
    "id_number": "990101194403120023",
    "document": "P99010188",
    "phones": ("13800005521",),
    "address": "光明里西街十二号院内东厢房",
    "hash": "0" * 64,
    "ref": uuid4(),
    "code": "x",
}
ALONE = {"life_state", "died_on", "presence", "moved_on"}  # rule each other out

needs_poppler = pytest.mark.skipif(
    shutil.which("pdftotext") is None, reason="poppler-utils is not installed"
)


def sample(model, made):
    """A record of `model` with a value in every field that can have one."""
    values = {}
    for one in fields_of(model):
        if one.target:
            values[one.name] = made.get(one.target)
        elif one.name == "tenure":
            values[one.name] = "rent"  # what the rent fields ask for
        elif one.codes:
            code = codes.table(one.codes).codes[0]
            values[one.name] = (code,) if one.kind is CODES else code
        elif one.name not in ALONE:
            values[one.name] = SAMPLES[one.kind.name]
    return values


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    """A vault with one full record of every type, and their ids by type."""
    store = vault.create(tmp_path_factory.mktemp("vault") / "v", "correct horse 1")
    made = {"grid": found(store, "990101001003", "第3网格", "王秀兰")}
    for model in RECORDS[1:]:
        with store.writing() as tx:
            made[model.__tablename__] = records.save(tx, model, sample(model, made))
    yield store, made
    store.close()


def text_of(path):
    command = ["pdftotext", str(path), "-"]
    return subprocess.run(command, capture_output=True, check=True).stdout.decode()


@needs_poppler
@pytest.mark.parametrize("model", RECORDS, ids=lambda model: model.__tablename__)
def test_the_card_shows_every_field_and_hides_private_ones(full, model, tmp_path):
    store, made = full
    key = made[model.__tablename__]
    out = tmp_path / "card.pdf"
    with store.reading() as db:
        pages = record_cards(from_records(db, model, [key], "登记表"), out)
        row = records.get(db, model, key)
    text = text_of(out)
    assert text.count("\f") == pages
    assert "登记表" in text
    packed = "".join(text.split())
    for one in fields_of(model):
        if row[one.name] is None:
            continue
        if one.kind.private:
            assert one.format(row[one.name]) not in packed
        if not one.target:
            assert "".join(one.label.split()) in packed, one.label
    for number in ("990101194403120023", "13800005521", "13800009999"):
        assert number not in packed


@needs_poppler
def test_a_resident_shows_the_parts_that_belong_to_it(full, tmp_path):
    store, made = full
    out = tmp_path / "card.pdf"
    with store.reading() as db:
        cards = from_records(
            db, Resident, [made["resident"]], "居民登记表", unmasked=True
        )
        record_cards(cards, out, signature=SIGNED)
    text = text_of(out)
    for title in ("人员标签（1）", "紧急联系人（1）", "关爱计划（1）", "走访记录（1）"):
        assert title in text
    assert "990101194403120023" in text
    assert "13800009999" in text


def test_only_the_newest_of_many_parts_are_shown_and_it_is_said(full):
    store, made = full
    with store.writing() as tx:
        one = records.save(tx, Resident, {"name": "多访户"})
        records.insert_many(
            tx,
            Visit,
            [
                {
                    "resident_id": one,
                    "mode": "home",
                    "started_at": NOW + dt.timedelta(days=i),
                    "note": f"第{i}次",
                }
                for i in range(25)
            ],
        )
    with store.reading() as db:
        (card,) = from_records(db, Resident, [one], "居民登记表")
    (part,) = card.parts
    assert part.title == "走访记录，最近 20 条，共 25 条"
    assert [row[-1] for row in part.rows] == [f"第{i}次" for i in range(5, 25)]


def test_a_card_asks_what_to_print(full, tmp_path):
    store, _ = full
    with store.reading() as db, pytest.raises(UserError, match="请先选记录"):
        SHEETS["visit-card"].draw(db, [], NOW.date(), tmp_path / "out.pdf")


def rows(count, height=10.0):
    return tuple(Row((Cell(str(i), 174),), height=height) for i in range(count))


def test_rows_keep_their_order_over_pages_and_heads_come_again():
    head = (Row((label("头", 174),), height=7),)
    pages = pages_of([Block(rows(3)), Block(rows(40), head=head)], 30, 130)
    shown = [
        row.cells[0].text for page in pages for placed in page for row in placed.rows
    ]
    numbers = [text for text in shown if text != "头"]
    assert numbers == [str(i) for i in range(3)] + [str(i) for i in range(40)]
    assert all(page[-1].rows[0].cells[0].text == "头" for page in pages)
    for page in pages:
        for placed in page:
            assert placed.top + sum(row.height for row in placed.rows) <= 130


def test_a_head_never_stands_alone_at_the_foot():
    head = (Row((label("头", 174),), height=7),)
    pages = pages_of([Block(rows(9)), Block(rows(2), head=head)], 30, 130)
    assert [len(page) for page in pages] == [1, 1]


def test_a_text_longer_than_a_page_goes_on_in_further_rows():
    text = "走访老人情况。" * 400
    row = Row((label("情况记录", 30), Cell(text, 144)))
    parts = split(row)
    assert len(parts) > 2
    assert "".join(one.cells[1].text for one in parts).replace("\n", "") == text
    assert [one.cells[0].text for one in parts[:2]] == ["情况记录", ""]
    assert all(one.cells[1].text.count("\n") < LONGEST for one in parts)
