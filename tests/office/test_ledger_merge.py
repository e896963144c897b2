"""A ledger meets people who are already recorded: nothing is lost, doubts are asked."""

import csv
import datetime as dt

import pytest

from gridapp.errors import UserError
from gridapp.models import record_named
from gridapp.office.ledgers import ledger
from gridapp.office.ledgers.questions import KEEP, NEW_FILE, YES, Answers
from gridapp.store import records

TODAY = dt.date(2026, 11, 23)
FATHER, MOTHER, SON = "990101193807151219", "990101194503081084", "990101197003050015"
OTHER = "990101194503081121"  # born on the day of MOTHER
HEAD = (
    "楼栋",
    "单元",
    "房号",
    "姓名",
    "身份证号",
    "出生日期",
    "联系电话",
    "学历",
    "备注",
)
WANG = (3, 2, 501, "王五", FATHER, "", "13800000001", "初中毕业", "")


@pytest.fixture
def bring(vault, tmp_path):
    """Import lines under headings; the plan and the result."""

    def go(*lines, head=HEAD, accepted=(), title=(), answers=None):
        path = tmp_path / "台账.csv"
        with path.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([*title, head, *lines])
        said = answers or Answers(accepted=accepted)
        choices = ledger.Choices(answers=said)
        plan = ledger.plan_import(vault, path, today=TODAY, choices=choices)
        return plan, ledger.apply(vault, plan)

    return go


@pytest.fixture
def people(vault):
    def read(name="resident"):
        with vault.reading() as db:
            return records.find(db, record_named(name))

    return read


def one(people, name="resident"):
    [row] = people(name)
    return row


def state(plan):
    [row] = [row for row in plan.rows if row.state != "跳过"]
    return row.state, [e.code for e in row.errors], [w.code for w in row.warnings]


def test_empty_cells_do_not_wipe_what_is_recorded(bring, people):
    bring(WANG)
    _, result = bring((3, 2, 501, "王五", FATHER, "", "", "", ""))
    assert result.unchanged == 1
    assert one(people)["phones"] == ("13800000001",)


def test_telephones_and_notes_are_joined(bring, people):
    bring((*WANG[:-1], "耳背"))
    plan, _ = bring((3, 2, 501, "王五", FATHER, "", "13800000002", "", "养狗"))
    assert state(plan)[0] == "更新"
    assert one(people)["phones"] == ("13800000001", "13800000002")
    assert one(people)["note"] == "耳背；养狗"
    assert (
        bring((3, 2, 501, "王五", FATHER, "", "13800000002", "", "养狗"))[1].updated
        == 0
    )


def test_another_value_replaces_and_says_what_was_there(bring, people):
    bring(WANG)
    plan, _ = bring((3, 2, 501, "王五", FATHER, "", "", "高中", ""))
    assert one(people)["education"] == "60"
    [row] = plan.rows
    assert "初级中等教育" in row.warnings[0].message


def test_coarser_code_does_not_replace_a_finer_one(bring, people, vault):
    bring(WANG)
    with vault.writing() as tx:
        values = {"education": "71", "relation": "21"}
        records.save(tx, record_named("resident"), values, one(people)["id"])
    head = (*HEAD, "与户主关系")
    plan, _ = bring((*WANG, "之子"), head=head)
    assert state(plan) == ("无变化", [], ["W_NO_HEAD"])
    assert (one(people)["education"], one(people)["relation"]) == ("71", "21")


def test_person_without_number_is_found_by_name_birth_and_building(bring, people):
    bring((3, 2, 501, "阿依古丽·买买提", "", "1945-03-08", "", "", ""))
    _, result = bring((3, "", "", "阿依古丽.买买提", MOTHER, "1945.3", "", "", ""))
    assert (result.added, result.updated) == (0, 1)
    assert one(people)["id_number"] == MOTHER
    assert one(people)["born_on"] == "1945-03-08"


def test_namesake_in_another_building_is_somebody_else(bring, people):
    bring((3, 2, 501, "王五", "", "1945-03-08", "", "", ""))
    again = [("台账", 2)]
    other = (4, 2, 501, "王五", "")
    bring((*other, "1945-03-08", "", "", ""), accepted=again)
    bring((*other, "1946-03-08", "", "", ""), accepted=again)
    assert len(people()) == 3


def test_same_name_and_birth_with_another_number_is_pointed_out(bring, people):
    bring((3, 2, 501, "王五", MOTHER, "", "", "", ""))
    plan, _ = bring((3, 2, 501, "王五", OTHER, "", "", "", ""))
    assert "W_NAME_BIRTH" in state(plan)[2]
    assert len(people()) == 2


def test_two_namesakes_of_one_birth_must_be_told_apart(bring, people):
    bring((3, 2, 501, "王五", MOTHER, "", "", "", ""))
    bring((3, 1, 101, "王五", OTHER, "", "", "", ""))
    assert len(people()) == 2
    line = (3, "", "", "王五", "", "1945-03-08", "", "", "")
    plan, _ = bring(line, accepted=[("台账", 2)])
    assert state(plan)[:2] == ("需确认", ["Q_SEVERAL"])
    plan, _ = bring((3, 2, 501, *line[3:]))  # the door tells
    assert state(plan)[0] == "无变化"


def test_moved_person_is_asked_about_and_moves_when_confirmed(bring, people):
    bring(WANG)
    line = (9, 1, 101, *WANG[3:])
    plan, result = bring(line)
    assert state(plan)[:2] == ("需确认", ["Q_MOVED"])
    assert (result.refused, len(people("household"))) == (1, 1)
    old = one(people)["household_id"]
    _, result = bring(line, accepted=[("台账", 2)])
    assert (result.updated, result.households) == (1, 1)
    assert one(people)["household_id"] != old
    assert bring(line)[1].unchanged == 1


def test_other_name_under_a_number_is_asked_about(bring, people):
    bring(WANG)
    line = (*WANG[:3], "王武", *WANG[4:])
    assert state(bring(line)[0])[:2] == ("需确认", ["Q_NAME_DIFFERS"])
    bring(line, accepted=[("台账", 2)])
    assert one(people)["name"] == "王武"


def test_old_number_that_upgrades_to_a_known_one_is_asked_about(bring, people):
    bring(WANG)
    old = FATHER[:6] + FATHER[8:17]
    line = (*WANG[:4], old, *WANG[5:])
    assert state(bring(line)[0])[0] == "无变化"  # nothing would be merged
    line = (*line[:6], "13800000009", *line[7:])
    assert state(bring(line)[0])[:2] == ("需确认", ["Q_ID_UPGRADED"])
    bring(line, accepted=[("台账", 2)])
    assert one(people)["phones"] == ("13800000001", "13800000009")


def test_wrong_check_digit_goes_in_only_when_the_original_was_seen(bring, people):
    number = FATHER[:-1] + "0"
    line = (*WANG[:4], number, *WANG[5:])
    assert state(bring(line)[0])[:2] == ("需确认", ["E_ID_CHECKSUM"])
    bring((*line, "是"), head=(*HEAD, "确认导入"))
    assert (one(people)["id_number"], one(people)["id_verified"]) == (number, True)


def test_all_accepted_does_not_say_that_an_original_was_seen(bring, people):
    lines = [(*WANG[:4], FATHER[:-1] + "0", *WANG[5:])]
    lines.append((*WANG[:3], "李四", MOTHER[:-1] + "0", "", "", "", ""))
    everything = Answers(everything=True, accepted=[("台账", 2), ("台账", 3)])
    plan, _ = bring(*lines, answers=everything)
    assert [(row.state, row.errors[0].code) for row in plan.rows] == [
        ("需确认", "E_ID_CHECKSUM")
    ] * 2
    assert people() == []
    bring(*lines, answers=Answers({(("台账", 2), "E_ID_CHECKSUM"): YES}))
    assert (one(people)["name"], one(people)["id_verified"]) == ("王五", True)


@pytest.mark.parametrize("number", [FATHER, ""])
def test_what_a_repeated_row_adds_is_not_lost(bring, people, number):
    first = (3, 2, 501, "王五", number, "1938-07-15", "13800000001", "", "", "户主")
    plan, _ = bring(
        first,
        (*first[:6], "13800000002", *first[7:]),
        first,
        head=(*HEAD, "与户主关系"),
    )
    assert [row.state for row in plan.rows] == ["新增", "更新", "跳过"]
    assert not {w.code for row in plan.rows for w in row.warnings} - {"S_REPEATED"}
    assert one(people)["phones"] == ("13800000001", "13800000002")


def nameless(door, name="李四", phone="", birth="", number=""):
    return (*door, name, number, birth, phone, "", "")


@pytest.mark.parametrize(
    "line",
    [
        nameless((3, 2, 204)),  # another door of the building
        nameless(("", "", ""), phone="13800000014"),
        nameless((3, 2, 204), number=MOTHER),  # nothing says it is not the same
        nameless(("", "", "")),
        nameless((3, 9, 909), phone="13800000014"),
    ],
)
def test_a_namesake_whom_nothing_tells_apart_is_asked_about(bring, people, line):
    bring(nameless((3, 1, 104), phone="13800000014"))
    known = one(people)["id"]
    plan, _ = bring(line, answers=Answers(everything=True))
    assert state(plan)[:2] == ("需确认", ["Q_SEVERAL"])
    assert [man["id"] for man in plan.rows[0].people] == [known]
    bring(line, answers=Answers({(("台账", 2), "Q_SEVERAL"): NEW_FILE}))
    assert len(people()) == 2


def test_a_namesake_who_is_chosen_gets_what_the_row_says(bring, people):
    bring(nameless((3, 1, 104)))
    chosen = (("台账", 2), "Q_SEVERAL"), one(people)["id"].hex
    line = nameless((3, 2, 204), phone="13800000014", number=MOTHER)
    plan, _ = bring(line, answers=Answers(dict([chosen])))
    assert state(plan)[:2] == ("需确认", ["Q_MOVED"])
    bring(line, answers=Answers(dict([chosen, ((("台账", 2), "Q_MOVED"), KEEP)])))
    assert one(people)["phones"] == ("13800000014",)
    nobody = Answers({chosen[0]: "0" * 32})  # who was chosen is not there any more
    plan, _ = bring(nameless((3, 3, 304)), answers=nobody)
    assert state(plan)[0] == "需确认"


def test_people_without_door_number_and_birth_come_once_from_one_file(bring, people):
    lines = [nameless(("", "", "")), nameless(("", "", ""), name="孙七", phone="")]
    lines.append(nameless(("", "", ""), name="周八", phone="13800000018"))
    bring(*lines)
    plan, _ = bring(*lines)
    assert [row.state for row in plan.rows] == ["无变化"] * 3
    assert len(people()) == 3


@pytest.mark.parametrize(
    "line",
    [
        nameless((4, 1, 104)),  # another building
        nameless((3, 2, 204), name="李五", phone="13800000014"),  # father and son
        nameless((3, 2, 204), birth="1960-01-01"),
    ],
)
def test_who_cannot_be_the_same_is_not_asked_about(bring, people, line):
    bring(nameless((3, 1, 104), phone="13800000014", birth="1945-03-08"))
    bring(line, answers=Answers({(("台账", 2), "Q_NEW_BUILDING"): YES}))
    assert len(people()) == 2


def test_two_rows_of_a_file_are_two_people_unless_they_share_a_telephone(bring, people):
    lines = [nameless((3, 1, 104)), nameless((3, 2, 204))]
    bring(*lines)
    assert len(people()) == 2
    lines = [
        nameless((3, 1, 105), name="孙七", phone="13800000015"),
        nameless(("", "", ""), name="孙七", phone="13800000015"),
        nameless((3, 1, 106), name="孙七", phone="13800000015"),
    ]
    plan, _ = bring(*lines)
    assert [row.state for row in plan.rows] == ["新增", "无变化", "需确认"]
    assert [error.code for error in plan.rows[2].errors] == ["Q_TWO_DOORS"]
    assert len(people()) == 3


def test_deceased_is_recorded_when_confirmed(bring, people):
    line = (*WANG[:3], "王五(亡)", *WANG[4:])
    assert state(bring(line)[0])[:2] == ("需确认", ["Q_DECEASED"])
    bring(line, accepted=[("台账", 2)])
    assert (one(people)["name"], one(people)["life_state"]) == ("王五", "deceased")


def test_one_door_is_one_dwelling_however_it_is_written(bring, people):
    bring(("3栋", "2单元", "501室", "王五", FATHER, "", "", "", ""))
    head = ("姓名", "身份证号", "家庭住址", "联系电话")
    bring(("李四", MOTHER, "3#2-501", ""), head=head)
    bring(("赵六", SON, "3-501", ""), head=head)  # without the unit
    assert len(people("dwelling")) == len(people("household")) == 1
    assert len({row["household_id"] for row in people()}) == 1


def test_building_that_is_not_in_the_grid_yet_is_asked_about(bring, people):
    plan, _ = bring(WANG)
    assert state(plan)[2] == []  # the first ledger of an empty grid
    plan, _ = bring((76, 1, 101, "李四", MOTHER, *[""] * 4))
    assert state(plan) == ("需确认", ["Q_NEW_BUILDING"], [])
    assert {row["number"] for row in people("building")} == {"3"}
    bring((76, 1, 101, "李四", MOTHER, *[""] * 4), accepted=[("台账", 2)])
    assert {row["number"] for row in people("building")} == {"3", "76"}


def test_two_households_behind_one_door_are_told_apart_by_number(bring, people):
    head = ("楼栋", "房号", "户号", "户主", "姓名", "身份证号")
    bring(
        (3, 501, "990100001", "王五", "王五", FATHER),
        (3, 501, "990100002", "李四", "李四", MOTHER),
        (3, 501, "990100001", "王五", "王六", SON),
        head=head,
    )
    assert len(people("dwelling")) == 1
    heads = {row["id"]: row["head_name"] for row in people("household")}
    homes = {row["name"]: heads[row["household_id"]] for row in people()}
    assert homes == {"王五": "王五", "李四": "李四", "王六": "王五"}


def test_person_without_address_belongs_to_no_household_yet(bring, people):
    plan, result = bring(("", "", "", "王五", FATHER, "", "", "", ""))
    assert "W_NO_DOOR" in state(plan)[2]
    assert one(people)["household_id"] is None
    assert "1 人没有住址" in result.summary()
    _, result = bring(WANG)
    assert "没有住址" not in result.summary()
    assert one(people)["household_id"] == one(people, "household")["id"]


ELDER = (
    "楼栋",
    "房号",
    "姓名",
    "身份证号",
    "独居",
    "子女姓名",
    "子女电话",
    "每周走访次数",
)


def test_tags_contacts_and_plans_are_not_doubled(bring, people):
    line = (3, 501, "王五", FATHER, "√", "王大", "13800000003", 2)
    bring(line, head=ELDER, title=[["填表时间：2026年5月8日"]])
    assert one(people, "resident_tag")["since"] == dt.date(2026, 5, 8)
    assert one(people, "care_plan")["interval_days"] == 4
    _, result = bring(line, head=ELDER)
    assert result.unchanged == 1
    bring((*line[:6], "13800000004", 3), head=ELDER)
    assert one(people, "contact")["phones"] == ("13800000003", "13800000004")
    assert one(people, "care_plan")["interval_days"] == 4  # kept, and said so


def test_unticked_tag_stays_and_ended_tag_does_not_come_back(bring, people, vault):
    line = (3, 501, "王五", FATHER, "√", "", "", "")
    bring(line, head=ELDER)
    plan, _ = bring((*line[:4], "×", *line[5:]), head=ELDER)
    assert state(plan) == ("无变化", [], ["W_TAG_KEPT"])
    with vault.writing() as tx:
        ended = {"until": TODAY + dt.timedelta(days=1)}
        tag = one(people, "resident_tag")["id"]
        records.save(tx, record_named("resident_tag"), ended, tag)
    plan, _ = bring(line, head=ELDER)
    assert state(plan) == ("无变化", [], ["W_TAG_ENDED"])
    assert len(people("resident_tag")) == 1


def test_alone_with_somebody_behind_the_same_door_is_pointed_out(bring):
    bring((3, 501, "李四", MOTHER, "", "", "", ""), head=ELDER)
    plan, _ = bring((3, 501, "王五", FATHER, "√", "", "", ""), head=ELDER)
    assert "W_ALONE_WITH_OTHERS" in state(plan)[2]


def test_values_too_long_for_a_field_refuse_the_row_and_not_the_import(bring):
    plan, result = bring(
        (*WANG[:-1], "话" * 4001), (3, 2, 502, "李四", MOTHER, *[""] * 4)
    )
    assert (result.added, result.refused) == (1, 1)
    assert [e.code for e in plan.rows[0].errors] == ["E_VALUE"]


def test_plan_that_grew_old_does_not_double_anybody(vault, bring, people):
    plan, _ = bring(WANG)
    assert state(plan)[0] == "新增"
    assert ledger.apply(vault, plan).unchanged == 1
    assert len(people()) == 1


def test_person_in_the_recycle_bin_is_asked_about(vault, bring, people):
    bring(WANG)
    with vault.writing() as tx:
        records.delete(tx, record_named("resident"), one(people)["id"])
    plan, _ = bring(WANG)
    assert state(plan)[:2] == ("需确认", ["Q_DELETED"])
    assert people() == []
    assert bring(WANG, accepted=[("台账", 2)])[1].added == 1


def test_file_without_a_heading_is_refused_in_words(bring):
    with pytest.raises(UserError, match="没有找到表头"):
        bring(("甲", "乙"), head=("一", "二"))


def test_a_note_that_went_out_masked_comes_back_unchanged(bring, people):
    bring((*WANG[:-1], "长子13900000099"))
    bring((*WANG[:-1], "长子139****0099"))
    assert one(people)["note"] == "长子13900000099"
