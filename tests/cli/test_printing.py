"""gridapp print: for whom, of when, and how whole numbers are taken."""

import shutil

import openpyxl
import pytest
from click.testing import CliRunner
from sqlalchemy import text

from gridapp.cli import main
from gridapp.models.deeds import Said
from gridapp.store import vault as vaults
from tests.conftest import PASSWORD
from tests.office.grid_estate import DAY, PHONES, needs_poppler, packed, settle, text_of

ON = ("--day", str(DAY))


@pytest.fixture(scope="module")
def folder(vault_template, tmp_path_factory):
    template, key = vault_template
    made = tmp_path_factory.mktemp("print") / "vault"
    shutil.copytree(template, made)
    store = vaults.open_with_key(made, key)
    settle(store)
    store.close()
    return made


@pytest.fixture
def run(folder, monkeypatch, tmp_path):
    """Prints a sheet; returns what was said and the text of the paper."""
    monkeypatch.setenv("GRIDAPP_PASSWORD", PASSWORD)

    def call(*words):
        out = tmp_path / "out.pdf"
        given = words if len(words) < 1 else (words[0], str(out), *words[1:])
        told = CliRunner().invoke(main, ["print", *given, "--data", str(folder)])
        paper = packed(text_of(out)) if out.exists() else ""
        out.unlink(missing_ok=True)
        return told, paper

    return call


def test_every_sheet_is_listed_with_what_it_is_for(run):
    told, _ = run()
    lines = dict(line.split("\t", 1) for line in told.output.splitlines())
    assert lines["visit-sheet"].startswith("入户走访单\t一人一页")
    assert {"patrol-log", "issue-slip", "emergency-card", "month-ledger"} <= set(lines)


@needs_poppler
@pytest.mark.parametrize(
    ("words", "said", "on_paper"),
    [
        (("visit-sheet", *ON), "1 页", ["李桂英"]),
        (("visit-sheet", *ON, "--building", "12"), "2 页", ["张德福", "陈秀兰"]),
        (("visit-sheet", *ON, "--building", "3号楼", "--week"), "1 页", ["李桂英"]),
        (("visit-sheet", *ON, "--worker", "周敏"), "1 页", ["李桂英"]),
        (("visit-sheet", "--where", "age>=80"), "1 页", ["李桂英"]),
        (("call-list", *ON), "1 页", ["李桂英"]),
        (("visit-blank", "--copies", "2"), "2 页", ["第2页，共2页"]),
        (("patrol-log", "--day", "2026-11-11", "--week"), "1 页", ["11月09日"]),
        (("month-ledger", "--month", "2026-10"), "页", ["2026年10月"]),
        (("patrol-log", "--day", "2026.11.9"), "1 页", ["11月09日"]),
        (("emergency-card", "--building", "3"), "1 页", ["3号楼应急卡"]),
        (("emergency-card", "--worker", "周敏"), "1 页", ["第一网格应急卡"]),
        (("resident-card", "--building", "12"), "4 页", ["张德福", "陈秀兰"]),
        (("household-card", "--building", "3号楼"), "3 页", ["李桂英"]),
        (
            ("resident-card", "--building", "12", "--where", "sex=女"),
            "2 页",
            ["陈秀兰"],
        ),
        (("resident-card", "--worker", "周敏"), "7 页", ["李桂英"]),
        (("issue-slip", "--where", "number=WG-2026-0117"), "1 页", ["WG-2026-0117"]),
    ],
)
def test_a_sheet_is_printed_for_whom_it_is_asked(run, words, said, on_paper):
    told, paper = run(*words)
    assert told.exit_code == 0, told.stderr
    assert said in told.output
    assert [one for one in on_paper if one not in paper] == []


@needs_poppler
def test_household_cards_come_in_the_order_of_their_doors(run):
    _, paper = run("household-card", "--where", "building=3,12")
    names = ("吴小梅", "李桂英", "张德福")  # 3-1-101, 3-2-501, 12-1-101
    assert sorted(names, key=paper.index) == list(names)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("visit-sheet", "--building", "99"), "没有“99”这栋楼"),
        (("visit-sheet", "--worker", "某某"), "没有叫“某某”的工作人员"),
        (("patrol-log", "--day", "2026-01-01"), "2026-01-01 没有巡查记录"),
        (("visit-sheet", "--where", "age>=140"), "整个星期加 --week"),
        (("resident-card",), "请先选要打印哪些居民"),
        (("dispute-card", "--building", "3"), "不按楼栋来选"),
    ],
)
def test_a_choice_that_finds_nothing_says_what_to_do(run, words, sentence):
    told, paper = run(*words)
    assert told.exit_code == 1
    assert sentence in told.stderr
    assert not paper


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("patrol-log", "--day", "11-22"), "日期按 年-月-日 填写"),
        (("month-ledger", "--month", "十一月"), "月份按 年-月 填写"),
    ],
)
def test_a_day_that_is_none_says_how_one_is_written(run, words, sentence):
    told, _ = run(*words)
    assert told.exit_code == 2
    assert sentence in told.stderr


def test_a_refused_print_of_whole_numbers_is_not_journalled_as_done(run, folder):
    nobody = ("call-list", "--where", "age>=140")
    told, paper = run(*nobody, "--unmask", "--purpose", "入户核对联系方式")
    assert told.exit_code == 1
    assert "没有要打印的人" in told.stderr
    assert not paper
    store = vaults.open_store(folder, PASSWORD)
    with store.reading() as db:
        assert db.execute(text("SELECT count(*) FROM disclosure")).scalar() == 0
    store.close()


@needs_poppler
def test_whole_numbers_want_a_purpose_and_are_journalled(run, folder):
    one = ("resident-card", "--where", "name=李桂英")
    told, paper = run(*one, "--unmask")
    assert told.exit_code == 2
    assert "--purpose" in told.stderr
    assert not paper
    told, paper = run(*one, "--unmask", "--purpose", "入户核对联系方式")
    assert told.exit_code == 0, told.stderr
    assert PHONES["own"] in paper
    store = vaults.open_store(folder, PASSWORD)
    with store.reading() as db:
        [told] = db.execute(
            text("SELECT detail, purpose, people, file FROM disclosure")
        ).all()
    store.close()
    said = Said.PRINTED.of(sheet="居民登记表", count=1).kept
    assert told == (said, "入户核对联系方式", 1, "out.pdf")


def test_the_month_is_a_workbook_as_well(folder, monkeypatch, tmp_path):
    monkeypatch.setenv("GRIDAPP_PASSWORD", PASSWORD)

    def call(sheet, out):
        words = ["print", sheet, str(out), "--month", "2026-11"]
        return CliRunner().invoke(main, [*words, "--data", str(folder)])

    out = tmp_path / "月度台账.xlsx"
    told = call("month-ledger", out)
    assert told.exit_code == 0, told.stderr
    book = openpyxl.load_workbook(out)
    assert book.sheetnames == ["汇总", "分楼栋", "按人", "说明"]
    figures = {row[1]: row[2:4] for row in book["汇总"].values}
    assert figures["发现问题"] == (2, None)
    assert figures["按期办结"][1] is not None
    [head, third, twelfth] = book["分楼栋"].values
    assert head[:3] == ("楼栋", "户", "人")
    assert third[:3] == ("3号楼", 2, 2)
    assert twelfth[0] == "12号楼"
    people = list(book["按人"].values)
    assert people[1][:3] == ("3-2-501", "李桂英", 82)
    assert "11-03、11-10" in people[1]
    told = call("visit-sheet", tmp_path / "a.xlsx")
    assert told.exit_code == 1
    assert "只能存成 PDF" in told.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["月度台账.xlsx"]
