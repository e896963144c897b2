"""Whatever is not sound in a vault, the doctor finds it, and nothing else."""

import json

import pytest
from click.testing import CliRunner

from gridapp import cli
from gridapp.models import Attachment, Resident, ResidentTag, Visit
from gridapp.store import audit, doctor, doctor_around, records, search
from gridapp.store import vault as vaults
from tests.conftest import PASSWORD
from tests.store.test_photos import picture

ALONE = [one.name for one in doctor.CHECKS]


def wrong(store):
    """Names of the checks that found something."""
    return {one.name for one in doctor.examined(store) if one.faults}


@pytest.fixture
def used(vault, people):
    """A vault in which records were made, changed, deleted and restored."""
    with vault.writing() as tx:
        records.save(tx, Resident, {"note": "耳背", "mobility": "拄拐"}, people.li)
        visit = {"resident_id": people.li, "mode": "home", "met_whom": "self"}
        records.save(tx, Visit, visit | {"started_at": tx.at})
    with vault.writing() as tx:
        records.save(tx, Resident, {"note": "耳背，有助听器"}, people.li)
        records.undelete(tx, Resident, people.bin)
    return vault


def test_a_vault_in_daily_use_is_sound(used):
    assert wrong(used) == set()


def test_every_check_is_run_and_has_a_sentence(used):
    found = list(doctor.examined(used))
    assert [one.name for one in found] == ALONE
    assert all(one.sentence for one in found)


HARM = {
    "references": "UPDATE household SET dwelling_id = hex(randomblob(16))",
    "journal_numbers": "DELETE FROM journal WHERE seq = 3",
    "journal_replay": "UPDATE resident SET note = '别的' WHERE note IS NOT NULL",
    "outbox": "INSERT INTO sync_state VALUES ('pushed_seq', '999999')",
    "cursors": "INSERT INTO scope_cursor"
    " VALUES (lower(hex(randomblob(16))), 1, 'x:y', 0)",
    "held": "INSERT INTO held"
    " (id, seq, type, record_id, mine, reason, sentence, at, told) VALUES"
    " (lower(hex(randomblob(16))), 1, 'resident', 'x', '{', 'conflict', '', '', 0)",
    "search": "UPDATE search_item SET title = '别人' WHERE type = 'resident'",
    "triggers": "DROP TRIGGER journal_resident_update",
    "chain": "UPDATE journal SET at = '2020-01-01T00:00:00.000Z' WHERE seq = 3",
    "saved": "INSERT INTO sync_state VALUES ('missing', '[[7, 9, \"\"]]')",
    "drafts": "INSERT INTO draft VALUES ('visit', '', '{')",
}


def harm(store, statement):
    """Do what no part of the program does."""
    store.seal()
    with store.reading() as db:
        query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        triggers = dict(db.exec_driver_sql(query).all())
    with store.writing(remote=True) as tx:
        for name in triggers:
            tx.db.exec_driver_sql(f"DROP TRIGGER {name}")
        if statement.startswith("DROP TRIGGER "):
            del triggers[statement.split()[-1]]
        else:
            assert tx.db.exec_driver_sql(statement).rowcount
        for sql in triggers.values():
            tx.db.exec_driver_sql(sql)


@pytest.mark.parametrize("name", HARM)
def test_harm_is_found_by_the_check_for_it(used, name):
    harm(used, HARM[name])
    assert name in wrong(used)


def test_a_lost_last_line_is_found(used):
    harm(used, "DELETE FROM journal WHERE seq = (SELECT max(seq) FROM journal)")
    assert "journal_numbers" in wrong(used)


def test_a_record_that_vanished_is_found(used, people):
    harm(used, f"DELETE FROM resident WHERE id = '{people.li.hex}'")
    assert {"references", "journal_origins", "outbox"} <= wrong(used)


def test_a_record_that_no_line_made_is_found(used, people):
    columns = "id, grid_id, resident_id, tag, since, created_at, updated_at"
    harm(
        used,
        f"INSERT INTO resident_tag ({columns}) SELECT lower(hex(randomblob(16))),"
        " grid_id, resident_id, tag, since, created_at, updated_at FROM resident_tag",
    )
    with used.reading() as db:
        assert records.count(db, ResidentTag) == 4
    assert "journal_origins" in wrong(used)


def test_a_line_that_does_not_follow_on_the_one_before_is_found(used):
    harm(
        used,
        "UPDATE journal SET changes = replace(changes, '[\"耳背\",', '[\"旧\",')"
        " WHERE changes LIKE '%耳背%'",
    )
    chain, found = sorted(
        (one for one in doctor.examined(used) if one.faults), key=lambda one: one.name
    )
    assert (chain.name, found.name) == ("chain", "journal_replay")
    assert found.faults == 1
    assert "耳背" not in "".join((*found.told, *chain.told))


def test_a_word_that_is_missing_in_the_index_is_found(used):
    """The rows beside the index agree: only the words of one are gone."""
    number = "(SELECT min(rowid) FROM search)"
    harm(used, f"INSERT OR REPLACE INTO search (rowid, words) VALUES ({number}, 'a')")
    assert wrong(used) == {"search"}


def test_a_missing_and_a_damaged_photo_are_found(used, people):
    gone, hurt = (used.photos.take(picture((80, side))) for side in (60, 70))
    with used.writing() as tx:
        for photo in (gone, hurt):
            about = {"owner_type": "resident", "owner_id": people.li, "kind": "photo"}
            values = photo.values() | about
            records.save(tx, Attachment, values)
    assert wrong(used) == set()
    paths = [next(used.folder.glob(f"photos/*/{one.hash}")) for one in (gone, hurt)]
    paths[0].unlink()
    paths[1].write_bytes(paths[1].read_bytes()[:-1] + b"x")
    [found] = [one for one in doctor.examined(used) if one.faults]
    assert (found.name, found.faults) == ("photos", 2)


def test_what_another_process_wrote_into_the_index_is_no_damage(used):
    assert wrong(used) == set()
    other = vaults.open_with_key(used.folder, used.key)
    for _ in range(10):
        with other.writing() as tx:
            records.insert_many(tx, Resident, [{"name": "王建国"}] * 20)
    with other.writing() as tx:
        search.tidy(tx.db)
    other.close()
    assert wrong(used) == set()


def run(folder, *more):
    return CliRunner().invoke(
        cli.main,
        ["doctor", "--data", str(folder), *more],
        env={"GRIDAPP_PASSWORD": PASSWORD},
    )


def test_the_command_says_what_is_wrong_and_ends_with_1(used):
    sound = run(used.folder)
    assert (sound.exit_code, sound.output.count("正常")) == (
        0,
        len(ALONE) + len(doctor_around.CHECKS),
    )
    assert json.loads(run(used.folder, "--json").output)["sound"] is True

    harm(used, HARM["search"])

    found = run(used.folder, "--json")
    assert found.exit_code == 1
    answer = json.loads(found.output)
    assert [one["name"] for one in answer["checks"] if one["faults"]] == ["search"]
    assert run(used.folder).exit_code == 1


def test_the_audit_names_rows_and_ends_with_1(used):
    sound = run(used.folder, "--audit", "--json")
    assert (sound.exit_code, json.loads(sound.output)["sound"]) == (0, True)
    with used.reading() as db:
        end = audit.code(audit.head(db))
    assert end in run(used.folder, "--audit").output

    harm(used, HARM["chain"])

    found = run(used.folder, "--audit")
    assert found.exit_code == 1
    assert "流水第" in found.output
    assert json.loads(run(used.folder, "--audit", "--json").output)["faults"]
    assert run(used.folder, "--audit", "--repair").exit_code == 2
