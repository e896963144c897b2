"""The 楼栋图 on paper says in words and in grey what the window says in colour."""

import datetime as dt
import shutil
import subprocess

import pytest
from click.testing import CliRunner
from PIL import Image

from gridapp.cli import main
from gridapp.errors import UserError
from gridapp.models import Building, Dwelling, Household, Issue, Resident
from gridapp.models.codes import table
from gridapp.office.sheets import SHEETS
from gridapp.office.sheets.building_matrix import building_matrices
from gridapp.store import records
from gridapp.work import plans
from tests.conftest import at
from tests.office.signing import SIGNED

needs_poppler = pytest.mark.skipif(
    shutil.which("pdftotext") is None, reason="poppler-utils is not installed"
)


@pytest.fixture
def build(vault, today):
    """Makes a building with a family behind each of these doors."""

    def make(number, doors, **values):
        with vault.writing() as tx:
            building = records.save(tx, Building, {"number": number} | values)
            for place, (unit, room, more) in enumerate(doors):
                dwelling = records.save(
                    tx,
                    Dwelling,
                    {"building_id": building, "unit": unit, "room": room},
                )
                if more is None:
                    continue
                home = records.save(tx, Household, {"dwelling_id": dwelling})
                days = dict(more).pop("days", None)
                person = {
                    "name": f"住户{chr(0x4E00 + place)}",
                    "household_id": home,
                    "phones": ("13800000007",),
                }
                person |= {key: one for key, one in more.items() if key != "days"}
                who = records.save(tx, Resident, person)
                if days is not None:
                    since = today - dt.timedelta(days=days)
                    plans.set_plan(tx, who, "visit", 7, "测试", since)
        return building

    return make


@pytest.fixture
def small(build):
    """One unit of three doors: late by 4 days, due today, nothing due, not gathered."""
    return build(
        "3",
        [
            ("1", "201", {"name": "李桂英", "days": 11}),
            ("1", "202", {"name": "陈玉兰", "days": 7}),
            ("1", "101", {"name": "王强", "care_colour": "red"}),
            ("1", "102", None),
        ],
        head_name="田建国",
    )


@pytest.fixture
def printed(vault, today, tmp_path):
    """Prints buildings; returns the file and its number of pages."""

    def write(*ids, **options):
        out = tmp_path / "matrix.pdf"
        with vault.reading() as db:
            pages = building_matrices(db, ids, today, out, **options)
        return out, pages

    return write


def text_of(path, *options):
    """The text of a PDF as another program reads it."""
    command = ["pdftotext", *options, str(path), "-"]
    return subprocess.run(command, capture_output=True, check=True).stdout.decode()


def pictures(path):
    """Its pages in shades of grey, 4 pixels a millimetre."""
    stem = path.with_suffix("")
    command = ["pdftoppm", "-gray", "-r", "101.6", str(path), str(stem)]
    subprocess.run(command, check=True)
    return [Image.open(one) for one in sorted(path.parent.glob(f"{stem.name}-*.pgm"))]


@needs_poppler
def test_every_state_is_said_in_words(printed, small):
    text = text_of(printed(small)[0], "-layout").replace(" ", "")
    for words in (
        "3号楼 楼栋图",
        "3 户 3 人",
        "着色依据：办理状态",
        "楼栋长：田建国",
        "急办 1",
        "快到期 1",
        "正常 1",
        "未采集 1",
        "急办 逾期 4 天",
        "快到期 今天走访",
        "李桂英",
        "王强",
        "红档",
        "1单元",
        "2层",
    ):
        assert words.replace(" ", "") in text


@needs_poppler
def test_what_is_to_be_done_stands_below_the_latest_first(printed, small):
    text = text_of(printed(small)[0], "-layout")
    assert text.index("为什么") < text.index("3-1-201") < text.index("3-1-202")
    assert "3-1-101" not in text


@needs_poppler
def test_numbers_are_hidden_unless_asked_for(printed, small):
    text = text_of(printed(small)[0])
    assert "138****0007" in text
    assert "13800000007" not in text
    assert "打印时已隐去证件和电话中间位" in text
    bare = text_of(printed(small, signature=SIGNED)[0])
    assert "13800000007" in bare
    assert "证件和电话未隐去" in bare


@needs_poppler
def test_numbers_inside_what_is_wrong_are_hidden_too(vault, printed, small, today):
    with vault.writing() as tx:
        records.save(
            tx,
            Issue,
            {
                "title_text": "漏水，业主电话13800000009",
                "source": table("source").codes[0],
                "category": table("issue_category").codes[0],
                "level": "normal",
                "state": "working",
                "found_at": at(today),
                "deadline": at(today, 18),
                "building_id": small,
                "place": "一楼门厅",
            },
        )
    text = text_of(printed(small)[0], "-layout")
    assert "一楼门厅" in text
    assert "138****0009" in text
    assert "13800000009" not in text


@needs_poppler
def test_in_grey_the_states_are_dark_grey_white_and_hatched(printed, small):
    [page] = pictures(printed(small)[0])
    boxes = text_of(printed(small)[0], "-bbox")
    darkness = {}
    for room in ("201", "202", "101", "102"):
        [line] = [one for one in boxes.splitlines() if f">{room}<" in one]
        numbers = [float(part) for part in line.split('"')[1::2]]
        x, y = numbers[0] / 72 * 101.6, numbers[1] / 72 * 101.6
        cell = page.crop((int(x) - 2, int(y) - 1, int(x) + 120, int(y) + 40))
        values = cell.tobytes()
        darkness[room] = 1 - sum(values) / len(values) / 255
    assert darkness["201"] > 0.6
    assert 0.1 < darkness["202"] < 0.4
    assert darkness["101"] < 0.1
    assert darkness["101"] < darkness["102"] < darkness["202"]
    assert page.width > page.height


@needs_poppler
def test_the_care_tier_is_printed_when_it_is_asked_for(printed, small):
    text = text_of(printed(small, basis="care")[0], "-layout")
    assert "着色依据：关爱等级" in text
    assert "红档 1" in text
    assert "未定级 2" in text


@needs_poppler
def test_a_tall_and_broad_building_is_spread_over_pages_with_all_its_doors(
    build, printed
):
    doors = [
        (str(unit), f"{floor}0{place}", {})
        for unit in range(1, 5)
        for floor in range(1, 34)
        for place in range(1, 5)
    ]
    out, pages = printed(build("8", doors))
    texts = text_of(out, "-layout").split("\f")[:-1]
    assert len(texts) == pages == 6
    whole = "".join(texts)
    assert all(f"住户{chr(0x4E00 + n)}" in whole for n in range(len(doors)))
    assert "第6页，共6页" in texts[-1]
    assert all("单元" in page and "层" in page for page in texts)


@needs_poppler
def test_single_houses_are_printed_as_a_list(build, printed):
    doors = [(None, f"{n}号", {}) for n in range(1, 25)]
    out, pages = printed(build("东街", doors))
    text = text_of(out, "-layout")
    assert pages == 1
    assert "东街 楼栋图" in text
    assert all(f"{n}号" in text for n in range(1, 25))


def test_a_building_without_doors_is_still_a_page(build, printed):
    assert printed(build("9", []))[1] == 1


def test_without_a_building_it_says_to_choose_one(vault, today, tmp_path):
    with vault.reading() as db, pytest.raises(UserError, match="楼栋"):
        SHEETS["building-matrix"].draw(db, [], today, tmp_path / "a.pdf")
    with vault.reading() as db, pytest.raises(UserError, match="没有要打印的楼栋"):
        building_matrices(db, [], today, tmp_path / "a.pdf")
    assert list(tmp_path.glob("*.pdf")) == []


def test_a_character_the_font_lacks_stops_the_print_and_is_named(build, printed):
    building = build("3", [("1", "101", {"name": "王\U0003fff0"})])
    with pytest.raises(UserError, match="“\U0003fff0”（U\\+3FFF0，1-101的姓名）"):
        printed(building)
    assert printed(building, leave_blanks=True)[1] == 1


@needs_poppler
def test_the_command_prints_the_buildings_that_are_named(vault, small, tmp_path):
    folder, out = vault.folder, tmp_path / "3.pdf"
    password = tmp_path / "password"
    password.write_text("测试用的密码 1", encoding="utf-8")
    vault.close()
    command = ["print", "building-matrix", str(out), "--where", "number=3"]
    command += ["--data", str(folder), "--password-file", str(password)]
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 0, done.output
    assert "楼栋图：1 页" in done.output
    assert "李桂英" in text_of(out)
