"""Who has a laptop's key and rewrites its journal with its chain is found by the
county; a lost answer, a stick or a county that was restored is no such thing."""

import datetime as dt

import pytest

from gridapp.county import acts, backup, upkeep
from gridapp.errors import UserError
from gridapp.models import Resident
from gridapp.store import audit, records, state
from gridapp.sync.package import import_package


def add(laptop, name):
    with laptop.store.writing() as tx:
        records.save(tx, Resident, {"name": name})
        state.disclose(tx, "reveal", "resident", None, "核对")


def altered(county):
    return [one for one in acts.listed(county) if one["what"] == acts.ALTERED]


def kept(county, laptop):
    with county.reading() as db:
        query = "SELECT seal_number, seal FROM device ORDER BY enrolled_at DESC"
        return tuple(db.exec_driver_sql(query).first())


def rewrite(laptop, statement):
    """Do something to the journal and make the chain over it anew, as who has the key
    could with another program."""
    with laptop.store.writing(remote=True) as tx:
        query = "SELECT name, sql FROM sqlite_master WHERE name LIKE 'fixed_%'"
        triggers = dict(tx.db.exec_driver_sql(query).all())
        for name in triggers:
            tx.db.exec_driver_sql(f"DROP TRIGGER {name}")
        tx.db.exec_driver_sql(statement)
        old = tx.db.exec_driver_sql("SELECT * FROM seal ORDER BY number").all()
        tx.db.exec_driver_sql("DELETE FROM seal")
        tx.db.exec_driver_sql("DELETE FROM sqlite_sequence WHERE name = 'seal'")
        for number, at, upto, told, _ in old:
            before = audit.head(tx.db) or audit.Link(0, "", 0, 0, b"")
            link = audit.Link(number, at, upto, told, b"")
            spans = (before.upto, upto, before.told, told)
            text = tx.db.exec_driver_sql(audit._TEXT, spans).one()  # noqa: SLF001
            made = audit._hash(before.hash, link, text)  # noqa: SLF001
            tx.db.exec_driver_sql(
                "INSERT INTO seal VALUES (?, ?, ?, ?, ?)",
                (number, at, upto, told, made),
            )
        for sql in triggers.values():
            tx.db.exec_driver_sql(sql)
    with laptop.store.reading() as db:
        assert list(audit.breaks(db)) == []  # the chain alone is sound


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM disclosure WHERE seq = 1",
        "UPDATE disclosure SET who = '别人' WHERE seq = 2",
        "UPDATE journal SET at = '2020-01-01T00:00:00.000Z' WHERE seq = 2",
    ],
)
def test_a_chain_that_was_made_anew_is_found_at_the_next_push(
    county, laptop, statement
):
    one = laptop("甲")
    for name in ("王五", "赵六"):
        add(one, name)
        one.sync()
    rewrite(one, statement)
    assert altered(county) == []
    add(one, "钱七")
    one.sync()
    [found] = altered(county)
    assert found["subject"] == str(one.store.device_id)
    add(one, "孙八")
    one.sync()
    assert len(altered(county)) == 1  # said once


def test_links_that_are_gone_are_found_too(county, laptop):
    one = laptop("甲")
    for name in ("王五", "赵六"):
        add(one, name)
        one.sync()
    rewrite(one, "DELETE FROM seal WHERE number > 1")
    add(one, "钱七")
    one.sync()
    assert len(altered(county)) == 1


def test_an_honest_laptop_moves_its_anchor_and_is_never_accused(county, laptop):
    one = laptop("甲")
    ends = set()
    for name in ("王五", "赵六", "钱七"):
        add(one, name)
        one.sync()
        one.sync()
        ends.add(kept(county, one))
        with one.store.reading() as db:
            assert state.value(db, audit.PROVED) == str(kept(county, one)[0])
    assert len(ends) == 3
    assert altered(county) == []


def test_an_answer_that_got_lost_accuses_nobody(county, laptop, monkeypatch):
    one = laptop("甲")
    add(one, "王五")
    one.sync()
    exchange = one.transport.exchange

    def lost(*given):
        exchange(*given)
        raise UserError("连不上县级服务器")

    for name in ("赵六", "钱七", "孙八"):
        add(one, name)
        before = kept(county, one)
        monkeypatch.setattr(one.transport, "exchange", lost)
        with pytest.raises(UserError):
            one.sync()
        assert kept(county, one) != before
        monkeypatch.setattr(one.transport, "exchange", exchange)
        one.sync()
        add(one, f"{name}的家人")
        one.sync()
        add(one, f"{name}的邻居")
        one.sync()
        with one.store.reading() as db:
            assert kept(county, one)[0] == audit.head(db).number
    assert altered(county) == []


def test_a_stick_carries_the_chain_as_a_line_does(county, laptop, out, back):
    one = laptop("甲")
    ends = []
    for name in ("王五", "赵六", "钱七"):
        add(one, name)
        import_package(one.store, back(out(one)))
        ends.append(kept(county, one))
    assert len(set(ends)) == 3
    add(one, "孙八")
    one.sync()
    assert kept(county, one) not in ends
    assert altered(county) == []


def test_a_county_that_was_restored_accuses_nobody(county, laptop, tmp_path, request):
    one = laptop("甲")
    add(one, "王五")
    one.sync()
    file = tmp_path / "county.backup"
    backup.make(county, file)
    for name in ("赵六", "钱七"):
        add(one, name)
        one.sync()
    url = None
    if county.postgres:
        url = request.getfixturevalue("postgres")("anchored_restored")
    backup.restore(file, tmp_path / "restored", url)
    with upkeep.opened(tmp_path / "restored") as restored:
        one.transport.county = restored
        for name in ("孙八", "李九", "周十"):
            add(one, name)
            one.sync()
        with one.store.reading() as db:
            assert kept(restored, one)[0] == audit.head(db).number
        assert altered(restored) == []


def test_how_far_the_clock_is_off_is_known_after_a_sync(county, laptop, monkeypatch):
    from gridapp.sync import client

    one = laptop("甲")
    moment = client.now() + dt.timedelta(hours=5)
    monkeypatch.setattr(client, "now", lambda: moment)
    add(one, "王五")
    one.sync()
    with one.store.reading() as db:
        off = int(state.value(db, state.CLOCK_OFF))
    assert abs(off - 5 * 3600) < 60
