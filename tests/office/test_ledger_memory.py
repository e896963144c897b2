"""What the user said about a sender's columns is known when the next table comes."""

from gridapp.office.ledgers import memory as ledger_memory
from gridapp.office.ledgers.memory import Memory, remember, remembered
from tests.conftest import journal_rows

HEADINGS = ["姓名", "身份证号码", "联系 电话", "性别"]
CHOSEN = Memory(
    sender="民政办", columns={"备用": "note"}, code_sets={"sex": "GB/T 2261.1"}
)


def test_the_same_headings_in_another_order_and_spacing_are_the_same_sender(vault):
    with vault.writing() as tx:
        remember(tx, HEADINGS, CHOSEN)
    with vault.reading() as db:
        assert remembered(db, ["性别", "联系电话", "姓 名", "身份证号码"]) == CHOSEN
        assert remembered(db, [*HEADINGS, "备注"]) is None
        assert remembered(db, [*HEADINGS, "导入结果", "问题"]) == CHOSEN
        assert remembered(db, HEADINGS, "fill") is None


def test_the_table_used_longest_ago_is_forgotten_when_there_are_too_many(vault):
    with vault.writing() as tx:
        for number in range(ledger_memory.MOST + 1):
            remember(tx, [*HEADINGS, f"列{number}"], CHOSEN)
        remember(tx, [*HEADINGS, "列7"], Memory())  # the proposal was right
    with vault.reading() as db:
        assert remembered(db, [*HEADINGS, "列0"]) is None
        assert remembered(db, [*HEADINGS, "列1"]) == CHOSEN
        assert remembered(db, [*HEADINGS, "列7"]) == Memory()


def test_what_is_remembered_is_not_sent_to_the_county(vault):

    with vault.reading() as db:
        before = journal_rows(db)
    with vault.writing() as tx:
        remember(tx, HEADINGS, CHOSEN)
    with vault.reading() as db:
        assert journal_rows(db) == before
