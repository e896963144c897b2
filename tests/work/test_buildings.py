"""Every door of a building has a place and a state, and nobody is left out."""

import datetime as dt

import pytest

from gridapp.models import (
    Building,
    Dwelling,
    Household,
    Issue,
    Resident,
)
from gridapp.store import records
from gridapp.work import plans, today
from gridapp.work.buildings import read_block, read_estate
from gridapp.work.colouring import below_words, counted, shade_of, shades, spoken
from gridapp.work.door_words import TAG_ORDER, TAG_SIGNS
from gridapp.work.finding import asked_for, fitting
from gridapp.work.matrix import arrange, door_in_building, short_door
from tests.conftest import at


@pytest.fixture
def build(vault):
    """Makes a building with these doors; a door is (unit, room, other values)."""

    def make(*doors, **values):
        with vault.writing() as tx:
            building = records.save(tx, Building, {"number": "8"} | values)
            return building, [
                records.save(
                    tx,
                    Dwelling,
                    {"building_id": building, "unit": unit, "room": room} | more,
                )
                for unit, room, more in doors
            ]

    return make


@pytest.fixture
def settle(vault):
    """Moves a household of these people into a dwelling; returns its id and theirs."""

    def move_in(dwelling, *names, household=(), **values):
        with vault.writing() as tx:
            home = records.save(
                tx, Household, {"dwelling_id": dwelling} | dict(household)
            )
            return home, [
                records.save(
                    tx, Resident, {"name": name, "household_id": home} | values
                )
                for name in names
            ]

    return move_in


def read(vault, building, day):
    with vault.reading() as db:
        return read_block(db, building, day)


def door_of(block, room):
    [door] = [one for one in block.doors if one.room == room]
    return door


def shape(matrix):
    """The rows as people see them."""
    return [
        (line.words, [short_door(door) if door else None for door in line.doors])
        for line in matrix.lines
    ]


def plan(vault, who, way, days, since):
    with vault.writing() as tx:
        plans.set_plan(tx, who, way, days, "测试", since)


def test_a_door_is_as_urgent_as_what_is_due(vault, build, settle, today):
    building, doors = build(*(("1", f"{n}01", {}) for n in range(1, 6)))
    people = [settle(door, f"居民{n}")[1][0] for n, door in enumerate(doors)]
    for who, days in zip(people, (7, 10, 13, 14), strict=False):
        plan(vault, who, "visit", days, today - dt.timedelta(days=10))
    block = read(vault, building, today)
    states = {door.room: (door.state, door.words) for door in block.doors}
    assert states == {
        "101": ("urgent", "逾期 3 天"),
        "201": ("soon", "今天走访"),
        "301": ("soon", f"{today + dt.timedelta(days=3):%m-%d} 走访"),
        "401": ("normal", ""),
        "501": ("normal", ""),
    }


def test_states_come_from_the_work_list_and_no_second_rule(vault, people, today):
    plan(vault, people.li, "visit", 7, today - dt.timedelta(days=30))
    plan(vault, people.chen, "call", 30, today - dt.timedelta(days=28))
    with vault.reading() as db:
        late = {due.household_id for due in _due(db, today) if due.late_days}
        near = {due.household_id for due in _due(db, today)} - late
        blocks = [
            read_block(db, one.id, today) for one in read_estate(db, today).outlines
        ]
    by_state = {}
    for block in blocks:
        for door in block.doors:
            by_state.setdefault(door.state, set()).update(one.id for one in door.homes)
    assert by_state == {"urgent": late, "soon": near}
    assert late
    assert near


def _due(db, day):
    return today.due(db, day)


def test_issue_of_somebody_behind_the_door_counts_and_says_so(
    vault, build, settle, today
):
    building, [door] = build(("2", "501", {}))
    _, [who] = settle(door, "李桂英")
    issue = {
        "title_text": "燃气软管老化",
        "source": "visit",
        "category": "safety",
        "level": "normal",
        "state": "working",
        "found_at": at(today - dt.timedelta(days=9)),
        "deadline": at(today - dt.timedelta(days=2)),
    }
    with vault.writing() as tx:
        issue["source"] = _first_code("source")
        issue["category"] = _first_code("issue_category")
        records.save(tx, Issue, issue | {"resident_id": who})
        records.save(tx, Issue, issue | {"building_id": building})
    block = read(vault, building, today)
    assert door_of(block, "501").words == "问题超 2 天"
    assert [due.why.partition("、")[0] for due in block.issues] == ["燃气软管老化"]


def _first_code(table):
    from gridapp.models import codes

    return codes.table(table).codes[0]


@pytest.mark.parametrize(
    ("tenure", "household", "state", "words"),
    [
        ("vacant", None, "vacant", "空置"),
        (None, None, "unknown", "未采集"),
        ("own", {}, "unknown", "有户无人"),
        ("own", {"moved_out_on": dt.date(2026, 5, 1)}, "vacant", "人已不在此住"),
        ("business", None, "normal", "经营用房"),
    ],
)
def test_a_door_without_people_says_why(
    vault, build, settle, today, tenure, household, state, words
):
    building, [door] = build(("1", "101", {"tenure": tenure}))
    if household is not None:
        settle(door, household=household)
    [shown] = read(vault, building, today).doors
    assert (shown.state, below_words(shown, "status")) == (state, words)


def test_who_died_or_moved_does_not_live_here(vault, build, settle, today):
    building, [door] = build(("1", "101", {}))
    settle(door, "刘长林", life_state="deceased")
    [shown] = read(vault, building, today).doors
    assert (shown.state, shown.people) == ("vacant", 0)
    assert below_words(shown, "status") == "人已不在此住"


def test_several_households_of_a_door_share_its_cell(vault, build, settle, today):
    building, [door] = build(("1", "101", {"tenure": "rent"}))
    settle(door, "王强", "赵敏", household={"head_name": "王强"})
    _, [late] = settle(door, "孙国强")
    plan(vault, late, "call", 3, today - dt.timedelta(days=9))
    [shown] = read(vault, building, today).doors
    assert shown.name == "孙国强等 2 户"
    assert (shown.state, shown.people, len(shown.homes)) == ("urgent", 3, 2)
    assert shown.tags == ("rent",)


def test_the_list_counts_what_the_matrix_shows(vault, people, build, settle, today):
    plan(vault, people.li, "visit", 7, today - dt.timedelta(days=30))
    _, [empty, *_] = build(("1", "101", {}), ("1", "201", {"tenure": "vacant"}))
    settle(empty)
    with vault.reading() as db:
        estate = read_estate(db, today)
        for one in estate.outlines:
            block = read_block(db, one.id, today)
            assert block.counts == one.counts
            assert (block.homes, block.people) == (one.homes, one.people)
    assert [one.name for one in estate.outlines] == ["3号楼", "8号楼", "12号楼"]
    assert estate.outlines[0].counts == {"urgent": 1}
    assert estate.outlines[1].counts == {"unknown": 1, "vacant": 1}


def test_who_has_no_door_is_counted(vault, people, today):
    with vault.writing() as tx:
        records.save(tx, Resident, {"name": "外来人"})
    with vault.reading() as db:
        assert read_estate(db, today).elsewhere == 1


def test_an_estate_is_named_where_there_are_several(vault, build, today):
    build(("1", "101", {}), estate="幸福里")
    build(("1", "101", {}), estate="和顺里")
    with vault.reading() as db:
        names = [one.name for one in read_estate(db, today).outlines]
    assert names == ["和顺里 8号楼", "幸福里 8号楼"]


def test_floors_stand_from_the_top_down_and_units_side_by_side(vault, build, today):
    building, _ = build(
        ("2", "501", {}), ("1", "1102", {}), ("2单元", "502室", {}), ("1", "0502", {})
    )
    matrix = arrange(read(vault, building, today))
    assert [span.words for span in matrix.spans] == ["1单元", "2单元"]
    assert shape(matrix) == [
        ("11层", ["1-1102", None, None]),
        ("5层", ["1-0502", "2-501", "2-502室"]),
    ]
    assert matrix.missing(0, 1) == "2-1101"


def test_floors_between_are_shown_where_few_are_missing(vault, build, today):
    building, _ = build(*(("1", f"{n}01", {}) for n in (1, 2, 4)))
    matrix = arrange(read(vault, building, today))
    assert [line.words for line in matrix.lines] == ["4层", "3层", "2层", "1层"]


def test_declared_floors_and_units_are_shown_without_a_door(vault, build, today):
    building, _ = build(("1", "101", {}), floors=3, units=2)
    matrix = arrange(read(vault, building, today))
    assert [line.words for line in matrix.lines] == ["3层", "2层", "1层"]
    assert [span.words for span in matrix.spans] == ["1单元", "2单元"]
    assert matrix.missing(2, 1) == "2-101"


def test_cellars_and_doors_with_letters_have_a_floor(vault, build, today):
    building, _ = build(
        ("1", "B101", {}), ("1", "101A", {}), ("1", "3楼东", {}), ("1", "101", {})
    )
    rows = shape(arrange(read(vault, building, today)))
    floors = {words: [one for one in doors if one] for words, doors in rows}
    assert floors["3层"] == ["1-3楼东"]
    assert floors["1层"] == ["1-101", "1-101A"]
    assert floors["地下1层"] == ["1-B101"]


def test_a_written_floor_wins_over_the_number(vault, build, today):
    building, _ = build(("1", "东户", {"floor": 2}), ("1", "西户", {"floor": 2}))
    assert shape(arrange(read(vault, building, today))) == [
        ("2层", ["1-东户", "1-西户"])
    ]


ODD = (
    [(None, f"{n}号", {}) for n in range(1, 20)],
    [("1", "101", {}), ("1", "101", {}), ("1", "门卫室", {}), ("1", "201", {})],
    [(None, "后院小屋", {}), ("1", "101", {})],
    [("1", "99999", {}), ("1", "12-3", {}), (None, "", {"room": "东头"})],
    [(str(unit), f"{floor}0{unit}", {}) for unit in (1, 2) for floor in (1, 40, 99)],
)


@pytest.mark.parametrize("doors", ODD)
@pytest.mark.parametrize("declared", [{}, {"floors": 6, "units": 3}])
def test_no_door_is_left_out_however_odd(vault, build, today, doors, declared):
    building, made = build(*doors, **declared)
    matrix = arrange(read(vault, building, today))
    shown = [door.id for line in matrix.lines for door in line.doors if door]
    assert sorted(shown) == sorted(made)
    assert all(len(line.doors) == matrix.across for line in matrix.lines)


def test_single_houses_stand_as_a_list_in_the_order_of_a_walk(vault, build, today):
    building, _ = build(*((None, f"{n}号", {}) for n in (10, 2, 1)), number="东街")
    block = read(vault, building, today)
    matrix = arrange(block)
    assert matrix.spans == ()
    assert shape(matrix) == [("其他", ["1号", "2号", "10号"])]
    assert block.name == "东街"


@pytest.mark.parametrize(
    ("typed", "door"),
    [("501", "1-501"), ("2-501", "2-501"), ("2501", "2-501"), ("1-5", "1-501")],
)
def test_a_door_is_found_by_its_digits(vault, build, today, typed, door):
    building, _ = build(("2", "501", {}), ("1", "402", {}), ("1", "501", {}))
    matrix = arrange(read(vault, building, today))
    row, column = matrix.find(typed)
    found = matrix.lines[row].doors[column]
    assert short_door(found) == door
    assert matrix.find("777") is None


@pytest.mark.parametrize(
    ("typed", "names", "asked"),
    [
        ("3", ["3号楼", "33号楼"], ("3号楼", "")),
        ("3-2-501", ["3号楼"], ("3号楼", "2-501")),
        ("3号楼2单元501", ["3号楼"], ("3号楼", "2-501")),
        ("东", ["东街"], ("东街", "")),
        ("501", ["3号楼", "33号楼", "东街"], (None, "")),
        ("", ["3号楼", "33号楼", "东街"], (None, "")),
    ],
)
def test_typing_finds_buildings_and_doors(vault, build, today, typed, names, asked):
    for number in ("3", "33", "东街"):
        build(("2", "501", {}), number=number)
    with vault.reading() as db:
        outlines = read_estate(db, today).outlines
    assert [one.name for one in fitting(outlines, typed)] == names
    found, door = asked_for(outlines, typed)
    assert (found and found.name, door) == asked


def test_a_cell_is_read_aloud_as_a_sentence(vault, people, today):
    plan(vault, people.li, "visit", 7, today - dt.timedelta(days=11))
    with vault.writing() as tx:
        records.save(tx, Resident, {"care_colour": "red"}, people.li)
    block = read(vault, people.building, today)
    [door] = block.doors
    assert spoken(door) == "2-501 李桂英 急办 逾期 4 天，1 人，独居，红档"
    assert spoken(door, "care") == "2-501 李桂英 红档 逾期 4 天，1 人，独居"
    assert door_in_building(block, door) == "3-2-501"


def test_the_care_tier_colours_by_its_own_words(vault, build, settle, today):
    building, doors = build(
        ("1", "101", {}), ("1", "201", {}), ("1", "301", {"tenure": "vacant"})
    )
    settle(doors[0], "李一", care_colour="yellow")
    settle(doors[0], "李二", care_colour="red")
    settle(doors[1], "张三")
    block = read(vault, building, today)
    words = {door.room: shade_of(door, "care").words for door in block.doors}
    assert words == {"101": "红档", "201": "未定级", "301": "空置"}
    assert [one.words for one in shades("care")][:4] == [
        "红档",
        "黄档",
        "绿档",
        "未定级",
    ]
    counts = counted(block.doors, "care")
    assert sum(counts.values()) == len(block.doors)


def test_ink_alone_tells_the_states_apart():
    for basis in ("status", "care"):
        inks = [shade.ink for shade in shades(basis)]
        assert inks[:2] == ["solid", "tint"]
        assert len({shade.words for shade in shades(basis)}) == len(inks)


def test_every_tag_of_the_list_has_a_sign():
    from gridapp.models import codes

    known = {*codes.table("resident_tag").codes, "rent"} - {"other"}
    assert set(TAG_ORDER) == known
    assert set(TAG_SIGNS) == known
    signs = list(TAG_SIGNS.values())
    assert len(set(signs)) == len(signs)


def test_one_read_gives_what_the_panel_shows(vault, people, today):
    plan(vault, people.li, "visit", 7, today - dt.timedelta(days=3))
    [door] = read(vault, people.building, today).doors
    [home] = door.homes
    [member] = home.members
    assert member.age == 82
    assert [one["name"] for one in member.stop.contacts] == ["李芳", "李强"]
    assert member.stop.tags == ("alone",)
    [owed] = member.stop.due.values()
    assert owed == today + dt.timedelta(days=4)


def test_what_is_in_the_recycle_bin_is_not_shown(vault, people, today):
    with vault.writing() as tx:
        records.delete(tx, Building, people.building)
    assert read(vault, people.building, today) is None
    with vault.reading() as db:
        estate = read_estate(db, today)
    assert "3号楼" not in [one.name for one in estate.outlines]
    assert estate.elsewhere == 1
