"""Cells of real-looking ledgers: the hygiene cases, and cells of the same kinds."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.iso7064 import mod_11_2

from gridapp.models import codes, identity
from gridapp.models.cell import MESSAGES, Cell, Month
from gridapp.office.ledgers import cells
from gridapp.office.ledgers.cell_reader import CellReader
from gridapp.office.tables.raw_sheet import EPOCH, EPOCH_1904

TODAY = dt.date(2026, 1, 1)
KINDS = (
    "id_card",
    "birth",
    "name",
    "phones",
    "sex",
    "edu",
    "rel",
    "room",
    "part",
    "bool",
)
CASES = json.loads(Path(__file__).with_name("hygiene_cases.json").read_text("utf-8"))


def read(kind: str, raw: object, code_set: str | None = None) -> Cell[Any]:
    readers = {
        "id_card": lambda: identity.read_id_number(raw, TODAY),
        "birth": lambda: identity.read_birth(raw, TODAY),
        "name": lambda: identity.read_name(raw),
        "phones": lambda: identity.read_phones(raw),
        "sex": lambda: cells.read_sex(raw, code_set),
        "edu": lambda: cells.read_education(raw, code_set),
        "rel": lambda: cells.read_relation(raw, code_set),
        "room": lambda: cells.read_door(raw),
        "part": lambda: cells.read_door_part(raw),
        "bool": lambda: cells.read_flag(raw),
    }
    return readers[kind]()


def as_json(value: Any) -> Any:
    if isinstance(value, tuple):
        return [as_json(one) for one in value]
    return dataclasses.asdict(value) if dataclasses.is_dataclass(value) else value


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_hygiene_case(case: dict[str, Any]):
    raw = case["raw"]
    if isinstance(raw, dict):
        raw = dt.datetime.fromisoformat(raw["$datetime"])
    if case["raw_type"] == "float":
        raw = float(raw)
    assert type(raw).__name__ == case["raw_type"]
    cell = read(case["field"], raw, case["codeset"])
    assert as_json(cell.value) == case["expect"]
    assert cell.error == case["error"]
    assert list(cell.warnings) == case["warnings"]


def test_the_cases_are_all_there():
    assert len({case["id"] for case in CASES}) == len(CASES) == 64


@pytest.mark.parametrize(
    ("raw", "door", "note"),
    [
        ("幸福小区3号楼2单元501室", ("3", "2", "501"), "幸福小区"),
        ("三号楼二单元501", ("3", "2", "501"), ""),
        ("十二栋一单元1001", ("12", "1", "1001"), ""),
        ("3楼2单元501", ("3", "2", "501"), ""),
        ("3栋2单元5楼501", ("3", "2", "501"), ""),
        ("３－２－５０１", ("3", "2", "501"), ""),
        ("3栋 2单元 501", ("3", "2", "501"), ""),
        ("3-2-501(出租)", ("3", "2", "501"), "出租"),
        ("东湖花园3-2-501", ("3", "2", "501"), "东湖花园"),
        ("南3号楼1单元202", ("南3", "1", "202"), ""),
        (501.0, (None, None, "501"), ""),
        ("2单元501", (None, "2", "501"), ""),
        ("3栋", ("3", None, None), ""),
        ("03-02-501", ("3", "2", "501"), ""),
        ("3栋02单元0501", ("3", "2", "501"), ""),
        ("3 2 501", ("3", "2", "501"), ""),
        ("第3栋第2单元501", ("3", "2", "501"), ""),
        ("3、2、501", ("3", "2", "501"), ""),
        ("3·2·501", ("3", "2", "501"), ""),
        ("3-2单元-501", ("3", "2", "501"), ""),
        ("3号-2-501", ("3", "2", "501"), ""),
        ("3栋2单元501,", ("3", "2", "501"), ""),
        ("3栋2单元5-01", ("3", "2", "501"), ""),
        ("贰栋贰单元201", ("2", "2", "201"), ""),
        ("3栋2单元501室，和平路", ("3", "2", "501"), "和平路"),
        ("二期3栋2单元501", ("2期3", "2", "501"), ""),
        ("2区3-2-501", ("2区3", "2", "501"), ""),
        ("幸福小区东区3栋2单元501", ("东区3", "2", "501"), "幸福小区"),
        ("城东区3栋2单元501", ("3", "2", "501"), "城东区"),
    ],
)
def test_doors(raw: object, door: tuple[str | None, ...], note: str):
    assert cells.read_door(raw) == Cell(cells.Door(*door), note=note)


@pytest.mark.parametrize("raw", ["3-501", "A座1201", "3幢501"])
def test_a_door_without_its_unit_is_asked_about(raw: str):
    cell = cells.read_door(raw)
    assert cell.value is not None
    assert cell.value.unit is None
    assert cell.warnings == ("W_ROOM_NO_UNIT",)


@pytest.mark.parametrize(
    ("raw", "error"),
    [
        ("3-2", "E_ROOM_FORMAT"),
        ("32501", "E_ROOM_FORMAT"),
        ("3-2-501/502", "E_ROOM_FORMAT"),
        ("3栋2单元501-502", "E_ROOM_FORMAT"),
        ("3栋2单元502/503", "E_ROOM_FORMAT"),
        ("3栋502-503", "E_ROOM_FORMAT"),
        ("501-502", "E_ROOM_FORMAT"),
        ("3栋2单元50l", "E_ROOM_FORMAT"),
        ("3-2-000", "E_ROOM_FORMAT"),
        ("2-Mar", "E_ROOM_IS_DATE"),
        ("Mar-02", "E_ROOM_IS_DATE"),
        (dt.time(3, 2), "E_ROOM_IS_DATE"),
        ("#SPILL!", "E_CELL_ERROR"),
        ("3月2日", "E_ROOM_IS_DATE"),
        ("2024-03-02 00:00:00", "E_ROOM_IS_DATE"),
        (dt.date(2024, 3, 2), "E_ROOM_IS_DATE"),
    ],
)
def test_doors_that_are_not_guessed(raw: object, error: str):
    assert cells.read_door(raw) == Cell(None, error=error)


@pytest.mark.parametrize(
    ("raw", "part"),
    [("3栋", "3"), ("2单元", "2"), ("501室", "501"), (3.0, "3"), ("三号楼", "3")],
)
def test_a_column_of_one_part(raw: object, part: str):
    assert cells.read_door_part(raw) == Cell(part)


@pytest.mark.parametrize(
    ("raw", "kind", "part"),
    [
        ("03", "building", "3"),
        ("0501", "room", "501"),
        ("10203", "room", "10203"),
        ("3号", "room", "3"),
        *((raw, "room", None) for raw in ("3 2 501", "3栋", "50l", "0", 0, 1e20)),
        ("5" * 50, "room", None),
        ("2单元", "building", None),
    ],
)
def test_a_part_is_one_number_of_its_own_kind(raw: object, kind: str, part: str | None):
    error = None if part else "E_ROOM_FORMAT"
    assert cells.read_door_part(raw, kind) == Cell(part, error=error)


def test_a_room_that_is_a_day_of_this_decade_was_made_by_excel():
    assert cells.read_door_part(45353, "room").error == "E_ROOM_IS_DATE"


@pytest.mark.parametrize(
    ("raw", "value", "said"),
    [
        ("╳", False, []),
        ("☑是 □否", True, []),
        ("□是 ☑否", False, []),
        ("独居", True, []),
        ("儿子在外地", True, ["W_TAG_TEXT"]),
        ("半身不遂", True, ["W_TAG_TEXT"]),
        ("与老伴同住", False, ["W_TAG_DENIED"]),
        *(
            (raw, None, ["E_FLAG_UNKNOWN"])
            for raw in ("?", "是/否", "√×", "2", 2.0, "半独居", "空巢", "疑似")
        ),
    ],
)
def test_a_tick_that_leaves_it_open_says_nothing(
    raw: object, value: bool | None, said: list[str]
):
    cell = CellReader(TODAY, {}).read("tag.alone", raw)
    assert cell.value is value
    assert [*cell.warnings, *([cell.error] if cell.error else [])] == said


@pytest.mark.parametrize(
    ("kind", "raw", "code_set", "code"),
    [
        ("sex", "0", "0男 1女 2未知", "1"),
        ("sex", 0.0, "1男 0女", "2"),
        ("sex", "1男", None, "1"),
        ("edu", "20", "GB/T 4658-1984", "30"),
        ("edu", "20", "GB/T 4658-2006", "20"),
        ("edu", "本科毕业", None, "20"),
        ("rel", "户主之子", None, "20"),
        ("rel", "户主女儿", None, "30"),
        ("rel", "老伴", None, "10"),
        ("rel", 1, "GB/T 4761-2008 (1位)", "10"),
        ("rel", 1, "GB/T 4761-2008", "01"),
    ],
)
def test_codes(kind: str, raw: object, code_set: str | None, code: str):
    assert read(kind, raw, code_set) == Cell(code)


def test_illiterate_in_the_old_code_set_is_said():
    cell = cells.read_education(80, "GB/T 4658-1984")
    assert cell == Cell("90", ("W_EDU_ILLITERATE",))


def test_digits_need_a_code_set_in_every_standard_table():
    for key, table in codes.tables().items():
        for item in table.items:
            if item.code.isdecimal():
                bare = cells.read_coded(key, item.code)
                assert bare.error == "E_CODESET_REQUIRED", (key, item)
                named = cells.read_coded(key, item.code, table.standard)
                assert named.value == item.code


def test_every_code_set_leads_into_our_table():
    for key in codes.tables():
        ours, *others = cells.code_sets(key)
        assert ours == codes.table(key).standard
        for other in others:
            found = [cells.read_coded(key, d, other).value for d in range(100)]
            assert set(found) - {None} <= set(codes.table(key).codes)
            assert any(found)


def test_words_that_mean_nothing_here_are_not_guessed():
    assert cells.read_coded("ethnicity", "维").error == "E_CODE_UNKNOWN"
    assert cells.read_relation("母子关系").error == "E_CODE_UNKNOWN"
    assert cells.read_sex("1", "another").error == "E_CODE_UNKNOWN"


@pytest.mark.parametrize("raw", [None, "", "  ", float("nan"), "\u200b"])
def test_an_empty_cell_is_empty_for_all(raw: object):
    for kind in KINDS:
        assert read(kind, raw) == Cell(() if kind == "phones" else None), kind


READ_NOTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.text(),
    st.text(
        alphabet="0123456789xX×.-/年月日号栋单元室一二三四十〇 ○+()（）*E\n男户主之"
    ),
)


@given(READ_NOTHING)
def test_no_reader_raises_and_every_code_has_a_sentence(raw: object):
    for cell in (read(kind, raw) for kind in KINDS):
        for code in (*cell.warnings, *((cell.error,) if cell.error else ())):
            assert MESSAGES[code]
        assert cell.error is None or cell.value is None


@given(st.sampled_from(["1", " ", "(", "3栋", "字", "张 ", "-", "〇"]))
def test_a_page_of_text_in_one_cell_is_quick(piece: str):
    raw = (piece * 32767)[:32767]
    for kind in ("id_card", "birth", "name", "phones", "rel", "room", "part"):
        cell = read(kind, raw)
        assert cell.error is not None or not cell.value


def test_messages_are_those_in_use():
    package = Path(codes.__file__).parents[1]
    files = [*package.glob("models/*.py"), *package.rglob("office/**/*.py")]
    source = "".join(path.read_text("utf-8") for path in files)
    assert [code for code in MESSAGES if source.count(f'"{code}"') < 2] == []


@pytest.mark.parametrize(
    ("kind", "raw", "value", "said"),
    [
        ("id_card", "ID:990101193807151219", "990101193807151219", []),
        ("id_card", "身份证号码 990101193807151219", "990101193807151219", []),
        ("id_card", "990101193807151219（本人）", "990101193807151219", []),
        ("id_card", "“990101193807151219”", "990101193807151219", []),
        ("id_card", "990101193807151000", None, ["E_ID_PRECISION_LOST"]),
        ("id_card", "990101193807151219.0", "990101193807151219", []),
        ("id_card", '="990101193807151219"', "990101193807151219", []),
        ("birth", "公历1945年3月8日", "1945-03-08", []),
        ("birth", "阳历1945.3.8", "1945-03-08", []),
        ("birth", "1945年3月8日星期四", "1945-03-08", []),
        ("name", "阿依古丽。买买提", "阿依古丽·买买提", ["W_NAME_DOT"]),
        ("name", "阿依古丽﹒买买提", "阿依古丽·买买提", ["W_NAME_DOT"]),
        ("name", "阿依古丽ꞏ买买提", "阿依古丽·买买提", ["W_NAME_DOT"]),
        ("name", "阿依古丽・・买买提", "阿依古丽·买买提", ["W_NAME_DOT"]),
        ("name", "张三·", "张三", ["W_NAME_DOT"]),
        ("name", "张三。李四", None, ["E_NAME_MULTIPLE"]),
        ("name", "བསྟན་འཛིན", "བསྟན་འཛིན", []),
        ("name", "葛\U000e0100", "葛", ["W_NAME_COMPAT_CHAR"]),
        ("name", "王五（（户主））", "王五", ["W_NAME_ANNOTATION"]),
        ("name", "王五 亡", "王五", ["W_NAME_ANNOTATION"]),
        ("name", "张\n三", "张三", []),
        *(("name", f"陈{ch}", None, ["E_NAME_RARE_PLACEHOLDER"]) for ch in "⬜囗"),
        *(("name", raw, None, ["E_NAME_MASKED"]) for raw in ("陈x明", "陈某某")),
        *(
            ("name", raw, None, ["E_NAME_FORMAT"])
            for raw in ("1、张三", "=1+1", "<b>张三</b>", "+张三")
        ),
        ("sex", "♀", "2", []),
        ("edu", "普高", "60", []),
        ("edu", "中等专业学校", "40", []),
        ("edu", "函授大专", "30", []),
        ("id_card", "护照E12345678", None, ["E_ID_NOT_RESIDENT_ID"]),
        ("birth", "1945，3，8", "1945-03-08", []),
        ("birth", "1945年3月8日（身份证）", "1945-03-08", []),
        ("birth", "1945年3月8日（农历）", None, ["E_DATE_LUNAR"]),
        ("birth", Month(1945, 3, 1), "1945-03", ["W_DATE_PRECISION_MONTH"]),
        ("name", "李四（户主", "李四", ["W_NAME_ANNOTATION"]),
        ("name", "“李四”", "李四", []),
        ("edu", "初中文化程度", "70", []),
        ("edu", "小学在读", "80", []),
        ("edu", "文盲半文盲", "90", ["W_EDU_ILLITERATE"]),
        ("rel", "小儿子", "20", []),
        ("rel", "表弟", "92", []),
        ("rel", "堂姐", "91", []),
    ],
)
def test_cells_of_the_same_kinds(kind: str, raw: object, value: str, said: list[str]):
    cell = read(kind, raw)
    assert cell.value == value
    assert [*cell.warnings, *([cell.error] if cell.error else [])] == said


@pytest.mark.parametrize(
    ("raw", "numbers"),
    [
        ("01012345678", [("010-12345678", None)]),
        ("02012345678", [("020-12345678", None)]),
        ("09510000001", [("0951-0000001", None)]),
        (
            "13800000001 (儿子) 13900000002 (女儿)",
            [("13800000001", "儿子"), ("13900000002", "女儿")],
        ),
        ("(+86)13800000001", [("13800000001", None)]),
        ("+86-951-0000001", [("0951-0000001", None)]),
        ("013800000001", [("13800000001", None)]),
        ("☎13800000001", [("13800000001", None)]),
        ("长子张某 13900000002(兰州)", [("13900000002", "长子张某 兰州")]),
    ],
)
def test_telephones_keep_their_area_and_their_owner(
    raw: str, numbers: list[tuple[str, str | None]]
):
    found = identity.read_phones(raw).value
    assert [(one.num, one.note) for one in found or ()] == numbers


def test_a_short_number_lacks_its_area_whatever_it_begins_with():
    for raw in ("8612345", "4012345", "5012345"):
        assert identity.read_phones(raw).warnings == ("W_PHONE_NO_AREA",)
    assert identity.read_phones("400-123-4567").warnings == ()


@pytest.mark.parametrize("raw", ["空号", "停机", "拒绝提供"])
def test_why_there_is_no_number_is_kept_as_a_note(raw: str):
    assert identity.read_phones(raw) == Cell((), ("W_MISSING",), note=raw)
    cell = CellReader(TODAY, {}).read("phones", raw)
    assert cell == Cell(None, ("W_MISSING",), note=raw)


@pytest.mark.parametrize(
    ("raw", "epoch", "value"),
    [
        (16504, EPOCH, "1945-03-08"),
        (16504.0, EPOCH, "1945-03-08"),
        ("16504", EPOCH, "1945-03-08"),
        (15042, EPOCH_1904, "1945-03-08"),
    ],
)
def test_bare_day_counts_are_dates_by_the_epoch_of_their_workbook(
    raw: object, epoch: dt.date, value: str
):
    assert identity.read_birth(raw, TODAY, epoch) == Cell(value, ("W_DATE_SERIAL",))
    assert identity.read_birth(raw, TODAY).error == "E_DATE_SERIAL"


CLEAN = [
    *(("id_card", id_) for id_ in ("990101193807151219", "990101193807151210")),
    *(("birth", text) for text in ("1945-03-08", "1945.3.8", "1945/2/30", "2045-1-1")),
    *(("name", text) for text in ("李四", "欧阳小明", "不详", "没有", "王等人")),
    *(("phones", text) for text in ("13800000001", "19999999999")),
]


@pytest.mark.parametrize(("kind", "text"), CLEAN)
def test_clean_cells_are_read_as_the_same_cells_with_dirt(kind: str, text: str):
    """Clean cells are taken without washing; that must be no different."""
    assert read(kind, text) == read(kind, f"\u200b{text} ")


@given(st.from_regex(r"[0-9]{17}[0-9X]", fullmatch=True))
def test_the_check_digit_is_that_of_iso_7064(number: str):
    assert identity.id_checksum_ok(number) == mod_11_2.is_valid(number)
