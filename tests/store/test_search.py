"""What a grid worker types finds whom they mean, in a real encrypted file."""

import datetime as dt
import json
import re

import pytest

from gridapp import paths
from gridapp.models import (
    RECORDS,
    Contact,
    Household,
    Issue,
    Resident,
    Visit,
    identity,
    record_named,
)
from gridapp.models.place import Building, Dwelling, Grid
from gridapp.models.record import fields_of, table_of
from gridapp.store import (
    pinyin,
    records,
    search,
    search_rows,
    search_words,
    state,
    vault,
)

PEOPLE = {
    "李桂英": ("3栋", "2", "501", "13800005521", "990101194403020027"),
    "单雄信": ("3栋", "2", "502", "13800000001", None),
    "仇英": ("3栋", "1", "101", "13800000002", None),
    "解缙": ("4号楼", "1", "101", "13800000003", None),
    "曾巩": ("4号楼", "1", "102", "13800000004", None),
    "阿依古丽·买买提": ("4号楼", "1", "201", "13800000005", None),
    "王䶮": ("4号楼", "2", "301", "13800000006", None),
    "赵𬭎": ("东街", None, "12号", "0951-5550007", None),
    "尉迟敬德": ("东街", None, "13号", None, None),
    "吕岩": ("12栋", "3", "1203", None, None),
    "欧阳修": ("12栋", "3", "1204", None, None),
    "王一栋": ("12栋", "3", "1205", None, None),
    "李桂": ("12栋", "3", "1206", None, None),
    "张桂芳": ("12栋", "3", "1207", None, None),
}


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    store = vault.create(tmp_path_factory.mktemp("vault"), "桂花-三把旧椅子")
    ids = {}
    with store.writing() as tx:
        grid = records.save(tx, Grid, {"code": "990101001001001", "name": "一网格"})
        state.keep(tx.db, state.DEFAULT_GRID, grid.hex)
    with store.writing() as tx:
        buildings = {}
        for name, (number, unit, room, phone, id_number) in PEOPLE.items():
            if number not in buildings:
                values = {"number": number, "estate": "幸福里"}
                buildings[number] = records.save(tx, Building, values)
            door = {"building_id": buildings[number], "unit": unit, "room": room}
            household = records.save(
                tx, Household, {"dwelling_id": records.save(tx, Dwelling, door)}
            )
            values = {
                "household_id": household,
                "name": name,
                "sex": "2",
                "born_on": "1944-03-02",
                "phones": (phone,) if phone else None,
                "id_number": id_number,
                "id_verified": True,
            }
            ids[name] = records.save(tx, Resident, values)
    yield store, ids
    store.close()


def found(store, text, **scope):
    with store.reading() as db:
        return [hit.title for hit in search.search(db, text, **scope)]


def residents(filled, text):
    return found(filled[0], text, model=Resident)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("李桂英", "李桂英"),
        ("桂英", "李桂英"),
        ("lgy", "李桂英"),
        ("LGY", "李桂英"),
        ("liguiying", "李桂英"),
        ("ligui", "李桂英"),
        ("lguiy", "李桂英"),
        ("guiy", "李桂英"),
        ("li'gui'ying", "李桂英"),
        ("李gui", "李桂英"),
        ("lǐ guì yīng", "李桂英"),
        ("ｌｇｙ", "李桂英"),
        ("shan", "单雄信"),
        ("danxx", "单雄信"),
        ("sxx", "单雄信"),
        ("qiuying", "仇英"),
        ("chouy", "仇英"),
        ("xiejin", "解缙"),
        ("jiejin", "解缙"),
        ("zenggong", "曾巩"),
        ("cenggong", "曾巩"),
        ("yuchi", "尉迟敬德"),
        ("weichi", "尉迟敬德"),
        ("lvyan", "吕岩"),
        ("lüyan", "吕岩"),
        ("oyx", "欧阳修"),
        ("阿依", "阿依古丽·买买提"),
        ("ayi", "阿依古丽·买买提"),
        ("ayglmmt", "阿依古丽·买买提"),
        ("ayiguli maimai", "阿依古丽·买买提"),
        ("阿依古丽.买买提", "阿依古丽·买买提"),
        ("阿依古丽买买提", "阿依古丽·买买提"),
        ("阿依古丽 买买提", "阿依古丽·买买提"),
        ("阿依古丽・买买提", "阿依古丽·买买提"),
        ("买买提", "阿依古丽·买买提"),
        ("䶮", "王䶮"),
        ("wangyan", "王䶮"),
        ("𬭎", "赵𬭎"),
        ("zhaohong", "赵𬭎"),
        ("王一", "王一栋"),
        ("王一栋", "王一栋"),
        ("李 3栋", "李桂英"),
        ("3-2-501", "李桂英"),
        ("3－2－501", "李桂英"),
        ("32501", "李桂英"),
        ("3栋2单元501室", "李桂英"),
        ("3号楼2单元501", "李桂英"),
        ("三号楼二单元501", "李桂英"),
        ("3#2-501", "李桂英"),
        ("3-501", "李桂英"),
        ("501室", "李桂英"),
        ("幸福里3栋501", "李桂英"),
        ("12-3-1203", "吕岩"),
        ("东街12号", "赵𬭎"),
        ("5521", "李桂英"),
        ("00005521", "李桂英"),
        ("138-0000-5521", "李桂英"),
        ("5550007", "赵𬭎"),
        ("0951-5550007", "赵𬭎"),
        ("0027", "李桂英"),
        ("027", "李桂英"),
        ("19440302", "李桂英"),
        ("990101194403020027", "李桂英"),
        ("英 5521", "李桂英"),
    ],
)
def test_finds(filled, typed, name):
    assert name in residents(filled, typed)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("李桂英 4栋", "李桂英"),
        ("3-2-502", "李桂英"),
        ("2栋", "吕岩"),  # 12栋 is another building
        ("3-2-", "仇英"),
        ("yinggui", "李桂英"),
        ("", "李桂英"),
        ("' -·", "李桂英"),
        ('" OR "', "李桂英"),
        ("˄李桂英˅x", "李桂英"),
    ],
)
def test_does_not_find(filled, typed, name):
    assert name not in residents(filled, typed)


def test_a_whole_name_comes_first_then_beginnings_then_the_rest(filled):
    assert residents(filled, "李桂")[:2] == ["李桂", "李桂英"]
    assert residents(filled, "桂")[-3:] == ["李桂英", "李桂", "张桂芳"]
    assert residents(filled, "li")[:2] == ["李桂英", "李桂"]


def test_residents_come_before_others_and_limit_holds(filled):
    store, _ = filled
    with store.reading() as db:
        hits = search.search(db, "3栋")
        assert [hit.type for hit in hits[:3]] == ["resident"] * 3
        assert {"building", "dwelling", "household"} <= {hit.type for hit in hits}
        assert len(search.search(db, "3栋", 2)) == 2


def test_hit_tells_who_it_is_without_anything_private(filled):
    store, ids = filled
    with store.reading() as db:
        [hit] = search.search(db, "5521")
    age = identity.age_on("1944-03-02", dt.date.today())
    assert hit == search.Hit("resident", ids["李桂英"], "李桂英", f"女 {age}岁 3-2-501")


def test_a_pasted_page_is_a_question_like_any_other(filled):
    assert found(filled[0], "李桂英 3-2-501 13800005521，" * 500) == ["李桂英"]
    assert found(filled[0], "路灯" * 5000) == []


def test_scope_is_a_grid(filled):
    store, ids = filled
    with store.reading() as db:
        values = records.get(db, Resident, ids["李桂英"])
    assert found(store, "lgy", grid_id=values["grid_id"]) == ["李桂英"]
    assert found(store, "lgy", grid_id=ids["李桂英"]) == []


def test_deleted_leaves_and_comes_back(filled):
    store, ids = filled
    with store.writing() as tx:
        records.delete(tx, Resident, ids["欧阳修"])
    assert residents(filled, "欧阳修") == []
    with store.writing() as tx:
        records.undelete(tx, Resident, ids["欧阳修"])
    assert residents(filled, "欧阳修") == ["欧阳修"]


def test_a_write_undone_leaves_the_index_as_it_was(filled):
    store, ids = filled

    def fail_after_indexing():
        with store.writing() as tx:
            records.save(tx, Resident, {"name": "曾国藩"}, ids["曾巩"])
            search.reindex(tx, tx.changed)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_after_indexing()
    assert residents(filled, "曾国藩") == []
    assert residents(filled, "曾巩") == ["曾巩"]


def test_new_door_and_new_name_are_found_at_once(filled):
    store, ids = filled
    with store.writing() as tx:
        person = records.get(tx.db, Resident, ids["吕岩"])
        household = records.get(tx.db, Household, person["household_id"])
        door = household["dwelling_id"]
        contact = records.save(
            tx, Contact, {"resident_id": ids["吕岩"], "name": "何仙姑"}
        )
        records.save(tx, Dwelling, {"room": "1299"}, door)
    assert "吕岩" in residents(filled, "12-3-1299")
    assert residents(filled, "12-3-1203") == []
    with store.writing() as tx:
        dwelling = records.get(tx.db, Dwelling, door)
        records.save(tx, Building, {"number": "15栋"}, dwelling["building_id"])
        records.save(tx, Resident, {"name": "吕洞宾"}, ids["吕岩"])
    assert "吕洞宾" in residents(filled, "15-3-1299")
    assert residents(filled, "吕岩") == []
    with store.reading() as db:
        [hit] = search.search(db, "hxg")
    assert (hit.id, hit.title, hit.detail) == (contact, "何仙姑", "吕洞宾")
    with store.writing() as tx:
        records.save(tx, Building, {"number": "12栋"}, dwelling["building_id"])
        records.save(tx, Resident, {"name": "吕岩"}, ids["吕岩"])
        records.save(tx, Dwelling, {"room": "1203"}, door)
        records.delete(tx, Contact, contact)


def test_issue_by_words_of_its_title_and_by_building(filled):
    store, _ = filled
    values = {
        "title_text": "3号楼2单元楼道堆放电动车，李阿姨反映多次无人处理",
        "source": "01",
        "category": first_code("issue", "category"),
        "level": first_code("issue", "level"),
        "state": "working",
        "found_at": dt.datetime(2026, 11, 20, 1, tzinfo=dt.UTC),
        "place": "幸福里北门",
        "number": "GD20261120-0003",
    }
    with store.writing() as tx:
        issue = records.save(tx, Issue, values)
    for typed in (
        "楼道",
        "电动车",
        "3栋 楼道",
        "李阿姨反映多次无人处理",
        "0003",
        "北门",
    ):
        with store.reading() as db:
            [hit] = search.search(db, typed, model=Issue)
        assert (hit.id, hit.detail) == (issue, "处置中 幸福里北门")
    with store.writing() as tx:
        records.delete(tx, Issue, issue)


def first_code(record, field):
    from gridapp.models import codes, record_named
    from gridapp.models.record import field_of

    return codes.table(field_of(record_named(record), field).codes).codes[0]


def test_rebuild_makes_the_same_index(filled):
    store, ids = filled
    typed = ("lgy", "3-2-501", "5521", "幸福里")
    before = [found(store, text) for text in typed]
    with store.writing() as tx:
        search.rebuild(tx.db)
        search.tidy(tx.db)
    assert [sorted(found(store, text)) for text in typed] == [
        sorted(titles) for titles in before
    ]
    assert len(before[3]) > len(ids)


def test_an_older_programs_index_is_made_anew(filled):
    store, _ = filled
    with store.writing() as tx:
        tx.db.exec_driver_sql("DELETE FROM search")
        search.ensure(tx.db)
    assert residents(filled, "lgy") == []
    with store.writing() as tx:
        tx.db.exec_driver_sql("UPDATE search_state SET version = 0")
        search.ensure(tx.db)
    assert residents(filled, "lgy") == ["李桂英"]


@pytest.mark.parametrize("model", search.INDEXED, ids=lambda m: m.__tablename__)
def test_what_is_shown_of_a_record_is_not_private(model):
    from gridapp.store import search_rows

    shown = {model.shown_by} | set(search_rows.DETAILS.get(model.__tablename__, ()))
    private = {one.name for one in fields_of(model) if one.kind.private}
    assert not shown & private


def test_every_searched_record_type_is_indexed():
    searched = {m for m in RECORDS if any(f.searched for f in fields_of(m))}
    assert searched == set(search.INDEXED)
    assert all(table_of(model) is not None for model in searched)


def test_surname_table_is_well_formed():
    table = json.loads((paths.resources() / "surnames.json").read_text("utf-8"))
    assert len(table["one"]) >= 120
    for surname, readings in (table["one"] | table["several"]).items():
        assert all(reading.isascii() and reading.islower() for reading in readings)
        assert len(surname) == 1 or len(readings) == len(surname)


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("单", "shan"),
        ("仇", "qiu"),
        ("解", "xie"),
        ("曾", "zeng"),
        ("查", "zha"),
        ("区", "ou"),
        ("朴", "piao"),
        ("翟", "zhai"),
        ("盖", "ge"),
        ("覃", "qin"),
        ("员", "yun"),
        ("黑", "he"),
        ("缪", "miao"),
        ("逄", "pang"),
        ("万俟明", "mo qi ming"),
        ("尉迟恭", "yu chi gong"),
        ("长孙无忌", "zhang sun wu ji"),
        ("澹台明", "tan tai ming"),
        ("单于明", "chan yu ming"),
        ("爱新觉罗·玄烨", "ai xin jue luo xuan ye"),
    ],
)
def test_surname_is_read_as_a_surname(name, first):
    assert [one[0] for one in pinyin.name_readings(name)] == first.split()


def test_a_surname_character_later_in_a_name_keeps_its_usual_reading():
    assert pinyin.name_readings("王解")[1][0] == "jie"
    assert "wangjie" in pinyin.spellings("王解").begin


def test_words_stay_few():
    for name in ("解乐行朝", "单单单单", "阿依古丽·买买提·吐尔逊"):
        assert len(search_words.name_words(name)) < 400
    assert len(search_words.text_words("路" * 500, begins=True, spelled=True)) < 80


def test_a_rare_reading_of_a_name_comes_after_the_usual_one(vault):
    """家 can be read gu; who types lgy means 李桂英 and not 卢家乐."""
    with vault.writing() as tx:
        rare = records.save(tx, Resident, {"name": "卢家乐"})
        usual = records.save(tx, Resident, {"name": "李桂英"})
    with vault.reading() as db:
        found = [hit.id for hit in search.search(db, "lgy")]
    assert found.index(usual) < found.index(rare)


@pytest.mark.parametrize("model", search.INDEXED, ids=lambda one: one.__tablename__)
def test_whatever_a_row_is_made_of_brings_it_up_to_date_when_it_changes(model):
    read = set(re.findall(r"\b([a-z_]+)\.([a-z_]+)\b", str(search_rows._query(model))))

    assert (model.__tablename__, "grid_id") in read
    for table, column in read:
        assert column in search_rows.shown_columns(record_named(table))


def test_what_the_index_does_not_show_leaves_it_as_it_is():
    assert "note" not in search_rows.shown_columns(Resident)
    assert search_rows.shown_columns(Visit) == set()
