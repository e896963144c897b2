"""The papers of a dispute, read back from the file."""

import dataclasses
import datetime as dt
import shutil
import subprocess
from uuid import uuid4

import pytest

from gridapp.models import Dispute, DisputeParty, DisputeSession
from gridapp.office.sheets import SHEETS
from gridapp.office.sheets.dispute_file import (
    CONTENTS,
    PRINTED_AS,
    DisputeFile,
    day_words,
    dispute_files,
    papers,
)
from gridapp.store import records, vault
from gridapp.work.founding import found

HELD = dt.datetime(2026, 11, 10, 1, tzinfo=dt.UTC)
DAY = dt.date(2026, 11, 12)

needs_poppler = pytest.mark.skipif(
    shutil.which("pdftotext") is None, reason="poppler-utils is not installed"
)


@pytest.fixture(scope="module")
def leak(tmp_path_factory):
    """A vault with one mediated dispute, and its id."""
    store = vault.create(tmp_path_factory.mktemp("vault") / "v", "correct horse 1")
    found(store, "990101001003", "第3网格", "王秀兰")
    with store.writing() as tx:
        dispute = records.save(
            tx,
            Dispute,
            {
                "name": "王某与李某漏水纠纷",
                "happened_on": DAY,
                "place": "3号楼",
                "scale": "01",
                "dispute_kind": "02",
                "mediation_kind": "neighbour",
                "people_count": 2,
                "summary": "卫生间漏水浸坏楼下吊顶。",
                "case_source": "applied",
                "accepted_on": dt.date(2026, 11, 5),
                "state": "agreed",
                "deadline": dt.date(2026, 12, 5),
                "agreement_form": "written",
                "agreement_text": "一、王某修好防水。\n二、王某赔偿2,800元。",
                "perform_by": dt.date(2026, 11, 30),
                "effective_on": DAY,
            },
        )
        people = (("respondent", "李䶮"), ("applicant", "王某"))
        for side, name in people:
            party = {"dispute_id": dispute, "side": side, "name": name}
            party |= {"phones": ("13800005521",), "address": "光明里西街十二号院内"}
            records.save(tx, DisputeParty, party)
        sitting = {"dispute_id": dispute, "held_at": HELD, "mediators": "张敏"}
        records.save(tx, DisputeSession, sitting | {"statements": "各说各话。"})
    yield store, dispute
    store.close()


def printed(leak, out, **options):
    """The text of the printed file, page after page."""
    store, dispute = leak
    with store.reading() as db:
        SHEETS["dispute-file"].write(db, {"id": dispute}, DAY, out, **options)
    command = ["pdftotext", str(out), "-"]
    done = subprocess.run(command, capture_output=True, check=True)
    return done.stdout.decode().split("\f")[:-1]


@needs_poppler
def test_the_papers_come_in_the_order_of_the_file(leak, tmp_path):
    pages = printed(leak, tmp_path / "out.pdf")
    assert [page.splitlines()[0] for page in pages] == [
        "人民调解卷宗",
        "人民调解申请书",
        "当事人权利义务告知书",
        "人民调解记录",
        "人民调解协议书",
    ]
    agreement = pages[-1]
    for words in ("李䶮", "王某赔偿2,800元。", "2026年11月30日前履行"):
        assert words in agreement
    assert agreement.index("申请人") < agreement.index("被申请人")
    assert "各说各话。" in pages[3]


@needs_poppler
def test_numbers_and_addresses_are_hidden_unless_asked_for(leak, tmp_path):
    private = ("13800005521", "光明里西街十二号院内")
    hidden = "".join(printed(leak, tmp_path / "out.pdf"))
    shown = "".join(printed(leak, tmp_path / "out.pdf", unmasked=True))
    for text in private:
        assert text not in hidden
        assert text in shown


def words(**known):
    """Values in words: empty unless given."""
    names = (
        "number name mediation_kind dispute_kind summary accepted_on effective_on "
        "responsible case_source agreement_text agreement_number perform_by "
        "followed_up_on follow_up_note side sex age ethnicity phones occupation "
        "address deputy"
    )
    return dict.fromkeys(names.split(), "") | known


BARE = DisputeFile(
    record_id=uuid4(),
    grid="第3网格",
    dispute=words(name="邻里纠纷"),
    parties=(words(name="王某", side="申请人"), words(name="李某", side="被申请人")),
    sessions=(),
    applied=False,
    oral=False,
)


def titles(file):
    return [one.title for one in papers(file)]


def test_only_papers_with_something_to_say_are_printed():
    assert titles(BARE) == [
        "人民调解卷宗",
        "人民调解受理登记表",
        "当事人权利义务告知书",
    ]
    agreed = words(
        name="邻里纠纷", agreement_text="和好。", followed_up_on="2026-12-12"
    )
    oral = dataclasses.replace(BARE, dispute=agreed, oral=True)
    assert titles(oral)[3:] == ["人民调解口头协议登记表", "人民调解回访记录"]


def test_the_contents_name_what_was_printed():
    names = [name for name, _ in CONTENTS]
    assert set(PRINTED_AS.values()) <= set(names)
    (cover, *rest) = papers(BARE)
    listed = {row.cells[1].text: row.cells[3].text for row in cover.blocks[1].rows[2:]}
    done = {name for name, state in listed.items() if state == "已打印"}
    assert done == {PRINTED_AS.get(one.title, one.title) for one in rest}


def test_an_unfinished_file_can_be_printed(tmp_path):
    assert dispute_files([BARE], tmp_path / "out.pdf") == 3


@pytest.mark.parametrize(
    ("day", "shown"), [("2026-11-05", "2026年11月5日"), ("", "　　　　年　　月　　日")]
)
def test_days_are_written_out(day, shown):
    assert day_words(day) == shown
