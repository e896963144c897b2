"""The sheets of a grid, written from a vault and read back from the file."""

import datetime as dt
import shutil

import pytest

from gridapp.errors import UserError
from gridapp.models import Resident, Visit
from gridapp.models.record_number import number_of
from gridapp.office.sheets import SHEETS
from gridapp.office.sheets.person_tables import VISITS
from gridapp.store import records
from gridapp.store import vault as vaults
from gridapp.work import flow
from tests.conftest import at, id_number
from tests.office.grid_estate import (
    DAY,
    LI_ID,
    PHONES,
    needs_poppler,
    packed,
    settle,
    text_of,
)
from tests.office.signing import SIGNED

# Sheet → whom it is printed for, the day, and what must stand on it.
WORDS = {
    "visit-sheet": (
        ("li",),
        DAY,
        ["入户走访单", "李桂英", "82岁", "3号楼2单元501", "独居、行动不便", "情况记录"],
    ),
    "call-list": (
        ("li", "zhang"),
        DAY,
        [
            "电话问候单",
            "共2人",
            "李桂英",
            "再打",
            "□接通",
            "没有登记电话，请上门",
            "打电话的人",
        ],
    ),
    "patrol-log": (
        (),
        dt.date(2026, 11, 9),
        [
            "网格巡查日志",
            "2026年11月09日",
            "09:05–10:20",
            "1到6号楼",
            "小雨",
            "楼道已清理一半",
            "09:15",
            "3号楼西侧消防通道",
            "异常",
            "堆了旧家具",
            "消防通道堵塞3号楼西侧",
            "旧家具挡住消防通道",
            "11-1209:00",
            "自办结案11-11：已搬走，住户签了字",
            "照片",
            "2张，在电子档案里",
            "到期没看到的",
            "巡查人",
            "周敏",
        ],
    ),
    "issue-slip": (
        ("reported",),
        DAY,
        [
            "网格问题处置单",
            "WG-2026-0117",
            "厨房燃气软管老化",
            "居民反馈",
            "燃气",
            "2026-11-1009:00",
            "2026-11-1309:00，已超10天",
            "3号楼2单元501",
            "李桂英3-2-501",
            "软管用了十年，接口松动",
            "物业刘工",
            "对应事项清单",
            "上级回执号",
            "处置结果",
            "派发人",
            "处置人",
            "核查人",
            "□基本满意",
            "留痕（1步）",
            "上报",
        ],
    ),
    "emergency-card": (
        (),
        DAY,
        [
            "网格应急卡",
            "和美社区",
            "赵网格长",
            "周敏",
            "集合点",
            "燃气总阀",
            "水总阀",
            "电总闸",
            "火警119",
            "急救120",
            "政务12345",
            "制卡2026-11-23",
            "有效到2027-02-21",
            "“抬”要人抬或背1人",
            "“领”要人领着走1人",
            "“叫”要上门叫到1人",
            "3-2-501",
            "李桂英82岁",
            "用氧（要电）、行动不便、独居",
            "女儿李芳",
            "12-1-101",
            "失智",
        ],
    ),
    "month-ledger": (
        (),
        DAY,
        [
            "网格月度台账",
            "2026年11月",
            "月探访率",
            "分楼栋",
            "合计",
            "附：按人",
            "填表人",
        ],
    ),
    "resident-card": (
        ("li",),
        DAY,
        [
            "居民登记表",
            "李桂英",
            "公民身份号码",
            "曾用名",
            "汉族",
            "户籍门（楼）详址",
            "慢阻肺，夜里吸氧",
            "李远方",
            "独居",
            "每周入户1次",
            "睡得好",
            "厨房燃气软管老化",
            "国标资料",
            "缺",
            "本人或家属核对",
        ],
    ),
    "household-card": (
        ("li_home",),
        DAY,
        [
            "家庭户登记表",
            "3号楼2单元501",
            "住1人",
            "房主联系方式",
            "家里的人（1）",
            "户主",
            "李桂英",
            "独居、行动不便",
            "李芳",
            "每3天通话1次",
            "睡得好",
            "登记人",
        ],
    ),
    "building-matrix": (("third",), DAY, ["3号楼", "501", "李桂英"]),
}
# Whose number stands under the code of a sheet, where it is not the first chosen.
NUMBERED = {
    "call-list": "grid",
    "patrol-log": "patrol",
    "emergency-card": "grid",
    "month-ledger": "grid",
}
NUMBERS = (LI_ID, *PHONES.values())


@pytest.fixture(scope="module")
def store(vault_template, tmp_path_factory):
    template, key = vault_template
    folder = tmp_path_factory.mktemp("grid") / "vault"
    shutil.copytree(template, folder)
    opened = vaults.open_with_key(folder, key)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def estate(store):
    return settle(store)


@pytest.fixture
def printed(store, estate, tmp_path):
    """Prints a sheet for things of the estate; returns its text."""

    def write(name, ids, day=DAY, *, rows=False, **options):
        out = tmp_path / "out.pdf"
        with store.reading() as db:
            chosen = [getattr(estate, one) for one in ids]
            pages = SHEETS[name].draw(db, chosen, day, out, **options)
        text = text_of(out, *(["-layout"] if rows else []))
        assert text.count("\f") == pages
        return text

    return write


@needs_poppler
@pytest.mark.parametrize("name", WORDS)
def test_a_sheet_says_everything_it_is_for(printed, estate, name):
    ids, day, words = WORDS[name]
    text = packed(printed(name, ids, day))
    assert [one for one in words if packed(one) not in text] == []
    assert "第1页，共" in text
    coded = getattr(estate, NUMBERED.get(name) or ids[0])
    assert number_of(coded) in text


@needs_poppler
@pytest.mark.parametrize("name", WORDS)
def test_numbers_are_hidden_unless_asked_for(printed, name):
    ids, day, _ = WORDS[name]
    hidden = printed(name, ids, day)
    assert [one for one in NUMBERS if one in hidden] == []
    whole = printed(name, ids, day, signature=SIGNED)
    assert "打印时已隐去" not in whole
    shown = {
        "visit-sheet": ("own", "daughter"),
        "call-list": ("own",),
        "issue-slip": ("owner", "in a note"),
        "emergency-card": ("own", "daughter", "leader"),
        "resident-card": ("own", "daughter", "in a note"),
        "household-card": ("own", "daughter", "owner"),
    }
    wanted = [PHONES[key] for key in shown.get(name, ())]
    assert [one for one in wanted if one not in whole] == []


NOTHING = {
    "visit-sheet": "没有要打印的人",
    "call-list": "没有要打印的人",
    "patrol-log": "2026-11-23 没有巡查记录",
    "issue-slip": "没有要打印的工单",
    "resident-card": "没有要打印的居民",
    "household-card": "没有要打印的家庭户",
}


@pytest.mark.parametrize("name", NOTHING)
def test_with_nothing_to_print_it_says_so_and_leaves_no_file(
    store, estate, name, tmp_path
):
    out = tmp_path / "out.pdf"
    with store.reading() as db, pytest.raises(UserError, match=NOTHING[name]):
        SHEETS[name].draw(db, [], DAY, out)
    assert list(tmp_path.iterdir()) == []


def test_every_sheet_says_in_a_sentence_what_it_is_for():
    for name, sheet in SHEETS.items():
        assert 6 <= len(sheet.about) <= 60, name
        assert sheet.title


@needs_poppler
def test_a_blank_visit_sheet_has_the_places_of_the_filled_one(printed):
    filled = packed(printed("visit-sheet", ("li",)))
    blank = printed("visit-blank", (), copies=3)
    assert blank.count("\f") == 3
    assert "第3页，共3页" in blank
    text = packed(blank)
    for one in ("姓名", "住址", "证件号码", "人员标签", "紧急联系人", "见到谁"):
        assert one in filled
        assert one in text
    for one in ("查看项目", "情况记录", "需求", "处置", "下次走访", "被访人或家属签名"):
        assert one in text
    assert "隐去" not in text
    assert "李桂英" not in text


def test_a_blank_form_wants_a_number_of_copies(store, estate, tmp_path):
    with store.reading() as db, pytest.raises(UserError, match="几张"):
        SHEETS["visit-blank"].draw(db, [], DAY, tmp_path / "a.pdf", copies=0)


@needs_poppler
def test_a_week_of_patrols_has_a_page_a_day(printed, estate):
    monday = dt.date(2026, 11, 9)
    week = printed("patrol-log", (), monday, days=7)
    assert week.count("\f") == 1
    same = printed("patrol-log", ("patrol",), DAY)
    assert "2026年11月09日" in same
    assert number_of(estate.patrol) in same


@needs_poppler
def test_photos_stand_where_they_belong_when_they_are_asked_for(printed, store, estate):
    plain = packed(printed("issue-slip", ("found",)))
    assert "2张，在电子档案里" in plain
    pictured = packed(printed("issue-slip", ("found",), photos=store.photos))
    assert "在电子档案里" not in pictured
    # They were added after the issue was closed, and say when.
    assert "处置后照片" in pictured
    assert "处置前照片" not in pictured
    assert "按时办结" in pictured


@needs_poppler
def test_a_slip_keeps_every_step_in_order(printed):
    text = packed(printed("issue-slip", ("found",)))
    assert "留痕（2步）" in text
    first, second = (
        text.index("处置中", text.index("留痕")),
        text.index("处置中→自办结案"),
    )
    assert first < second
    assert "已搬走，住户签了字" in text[second:]


@needs_poppler
def test_only_what_concerns_a_person_is_on_the_card(printed):
    migrant = packed(printed("resident-card", ("wu",), rows=True))
    assert "流入原因务工" in migrant
    assert "住所类型" in migrant
    assert "病史与用药" not in migrant
    local = packed(printed("resident-card", ("li",)))
    assert "流入原因" not in local
    assert "病史与用药" in local


@needs_poppler
def test_the_card_follows_the_order_of_the_standard(printed):
    text = packed(printed("resident-card", ("li",), rows=True))
    order = [
        "曾用名",
        "性别",
        "出生日期",
        "民族",
        "籍贯",
        "婚姻状况",
        "政治面貌",
        "学历",
    ]
    order += ["宗教信仰", "职业类别", "服务处所", "联系方式", "户籍地", "人户一致标识"]
    places = [text.index(one) for one in order]
    assert places == sorted(places)


@needs_poppler
def test_who_left_a_household_stands_apart(printed, store, estate):
    with store.writing() as tx:
        gone = records.save(
            tx,
            Resident,
            {
                "name": "李大山",
                "household_id": estate.li_home,
                "born_on": "1940-01-01",
                "id_number": id_number("1940-01-01", 121),
                "life_state": "deceased",
                "died_on": dt.date(2025, 5, 1),
            },
        )
    text = packed(printed("household-card", ("li_home",), rows=True))
    with store.writing() as tx:
        records.delete(tx, Resident, gone)
    assert "家里的人（1）" in text
    assert "李大山去世2025-05-01" in text[text.index("已离开的人") :]


@needs_poppler
def test_a_character_the_font_lacks_is_named_with_its_place(store, tmp_path):
    with store.writing() as tx:
        odd = records.save(tx, Resident, {"name": "王\U0003fffd"})
    out = tmp_path / "a.pdf"
    with store.reading() as db:
        with pytest.raises(UserError, match="王\U0003fffd的姓名"):
            SHEETS["resident-card"].draw(db, [odd], DAY, out)
        assert SHEETS["resident-card"].draw(db, [odd], DAY, out, leave_blanks=True)
    with store.writing() as tx:
        records.delete(tx, Resident, odd)


@needs_poppler
def test_the_newest_visits_are_on_the_card_and_it_says_how_many(printed, store, estate):
    noted = [f"第{number}次来过" for number in range(1, 9)]
    with store.writing() as tx:
        for number, note in enumerate(noted):
            values = {"resident_id": estate.wu, "mode": "home", "note": note}
            values["started_at"] = at(dt.date(2026, 11, 1 + number))
            records.save(tx, Visit, values)
    text = packed(printed("resident-card", ("wu",)))
    assert [note for note in noted if note in text] == noted[-VISITS:]
    assert f"每人最多{VISITS}次" in text


@needs_poppler
def test_a_step_that_was_taken_back_stays_on_the_slip(printed, store, estate):
    with store.writing() as tx:
        stepped = flow.step(tx, estate.reported, "work", "先去看看")
    with store.writing() as tx:
        flow.undo(tx, stepped)
    text = packed(printed("issue-slip", ("reported",), rows=True))
    trace = text[text.index("留痕（3步）") :]
    assert "待上报→处置中先去看看" in trace
    assert "撤销周敏处置中→待上报" in trace
