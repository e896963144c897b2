"""A vault that stood alone joins the county: nothing doubles, nothing comes back."""

from gridapp.county import access, upkeep
from gridapp.models import Resident, Worker
from gridapp.store import history, records
from gridapp.sync.client import SyncClient
from tests.county.conftest import GRID, Direct


def join(county, vault, worker):
    client = SyncClient(vault, Direct(county))
    client.enrol(access.create_enrolment(county, [GRID], worker))
    return client


def people(vault, count):
    with vault.writing() as tx:
        rows = [{"name": f"张{number}"} for number in range(count)]
        return records.insert_many(tx, Resident, rows)


def test_the_stand_in_worker_of_another_name_goes_to_the_bin(county, vault, laptop):
    [person] = people(vault, 1)
    client = join(county, vault, "王秀兰")
    client.sync()
    assert [one["name"] for one in upkeep.list_records(county, Worker)] == ["王秀兰"]
    other = laptop("李主任")
    client.sync()
    for store in (vault, other.store):
        with store.reading() as db:
            names = {one["name"] for one in records.filtered(db, Worker, {})}
            assert names == {"王秀兰", "李主任"}
            lines = history.history(db, Resident, person)
            assert {one.by for one in lines} == {"周敏"}  # who wrote it stays


def test_a_first_sync_does_not_bring_back_what_it_sent(county, vault, laptop):
    other = laptop("李主任")
    people(other.store, 3)
    other.sync()
    mine = people(vault, 200)
    client = join(county, vault, "周敏")
    report = client.sync()
    assert report.pushed >= 200
    assert report.pulled < 20
    with vault.reading() as db:
        assert records.count(db, Resident) == 203
    other.sync()
    with other.store.writing() as tx:
        records.save(tx, Resident, {"note": "耳背"}, mine[0])
    other.sync()
    client.sync()
    with vault.reading() as db:
        changed = records.get(db, Resident, mine[0])
    assert changed
    assert changed["note"] == "耳背"


def test_a_copy_from_before_the_first_sync_gets_its_own_changes_back(
    county, new_vault, tmp_path
):
    """Its journal ends before what the county knows of it: it needs the state."""
    vault = new_vault("王秀兰")
    client = join(county, vault, "王秀兰")
    copy = new_vault("copy")
    with vault.reading() as db:
        kept = db.exec_driver_sql("SELECT key, value FROM sync_state").all()
    people(vault, 20)
    client.sync()
    device = vault.device_id
    with copy.writing(remote=True) as tx:
        tx.db.exec_driver_sql("UPDATE actor SET device = ?", (device.hex,))
        for key, value in kept:
            tx.db.exec_driver_sql(
                "INSERT OR REPLACE INTO sync_state (key, value) VALUES (?, ?)",
                (key, value),
            )
    copy.device_id = device
    SyncClient(copy, Direct(county)).sync()
    with copy.reading() as db:
        assert records.count(db, Resident) == 20
