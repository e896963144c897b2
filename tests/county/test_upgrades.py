"""A county at the last release's schema is upgraded while laptops of that release go
on: once, by one process, and nothing of theirs is lost."""

import threading
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256

import msgspec
import pytest
import zstandard
from click.testing import CliRunner
from sqlalchemy import event, select, text
from uuid_utils.compat import uuid7

from gridapp import migrations
from gridapp.cli import main
from gridapp.county import access, service, store, upkeep
from gridapp.county.tables import device as devices
from gridapp.errors import UserError
from gridapp.models import Grid, Resident
from gridapp.models.kinds import TIME, now, time_text
from gridapp.models.place import grid_id
from gridapp.store import records, state
from gridapp.store import vault as vaults
from gridapp.store.database import make_engine
from gridapp.sync.client import SyncClient
from tests.county.conftest import GRID, Direct
from tests.store import old_slots

RELEASED = "0003"
HERE = grid_id(GRID)
PAST = now()


def at_last_release(folder, url=None):
    """A county as the last release made it, with nothing in it."""
    folder.mkdir()
    engine = store.engine_of(folder, url or "")
    with engine.execution_options(county_writes=True).begin() as db:
        migrations.upgrade(db, "county", RELEASED)
        rows = [{"key": "server_id", "value": "s"}, {"key": "epoch", "value": "e"}]
        for row in rows:
            db.execute(text("INSERT INTO meta VALUES (:key, :value)"), row)
    engine.dispose()
    settings = msgspec.json.encode(store.Settings(url or ""))
    (folder / store.SETTINGS).write_bytes(settings)


@pytest.fixture(params=["sqlite", "postgresql"])
def released(request, tmp_path):
    folder, url = tmp_path / "county", None
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres")(f"released_{uuid7().hex[-8:]}")
    at_last_release(folder, url)
    return folder


class OldLaptop:
    """A laptop of the last release: its messages as it sends them, by hand."""

    def __init__(self, folder):
        self.id, self.token, self.worker = uuid7(), uuid7().hex, uuid7()
        self.seq, self.cursors = 0, [[HERE.bytes, 0, ""]]
        self.seen = {}
        engine = store.engine_of(folder, store.settings_of(folder).database)
        native = engine.dialect.name == "postgresql"

        def own(key):
            return key if native else key.hex

        moment = PAST if native else time_text(PAST)
        with engine.execution_options(county_writes=True).begin() as db:
            db.execute(
                text(
                    "INSERT INTO device (id, worker_id, name, version, token_hash,"
                    " last_seq, enrolled_at, seen_at)"
                    " VALUES (:id, :worker, '', '', :hash, 0, :at, :at)"
                ),
                {
                    "id": own(self.id),
                    "worker": own(self.worker),
                    "hash": sha256(self.token.encode()).hexdigest(),
                    "at": moment,
                },
            )
            db.execute(
                text("INSERT INTO device_scope VALUES (:id, :grid, 0)"),
                {"id": own(self.id), "grid": own(HERE)},
            )
            self._open_grid(db, own, moment)
        engine.dispose()

    def _open_grid(self, db, own, moment):
        if db.execute(text("SELECT 1 FROM scope")).first():
            return
        db.execute(text("INSERT INTO scope VALUES (:id, 0)"), {"id": own(HERE)})
        db.execute(
            text(
                "INSERT INTO grid (id, grid_id, code, name, created_at, updated_at)"
                " VALUES (:id, :id, :code, :code, :at, :at)"
            ),
            {"id": own(HERE), "code": GRID, "at": moment},
        )

    def change(self, name):
        """A new resident."""
        self.seq += 1
        at = TIME.to_wire(now())
        who = self.worker.bytes
        names = ["name", "grid_id"]
        values = [name, HERE.bytes]
        head = [self.seq, "resident", uuid7().bytes, HERE.bytes, "insert", at, who]
        return [*head, None, ",".join(names), values]

    def sync(self, county, *changes):
        """One request of seven fields, as version 1 was; the reply's first five."""
        push = [self.seq, list(changes)] if changes else None
        request = [1, "e", self.id.bytes, push, [self.cursors, 2000], [], []]
        body = zstandard.compress(msgspec.msgpack.encode(request))
        answer = service.answer(county, service.SYNC, self.token, body)
        plain = zstandard.ZstdDecompressor().stream_reader(answer.body).read()
        reply = msgspec.msgpack.decode(plain)
        assert answer.status == 200, reply
        _, _, pushed, pulled, _ = reply[:5]
        for raw in pulled[0]:
            self.seen[raw[2]] = dict(zip(raw[8].split(","), raw[9], strict=True))
        known = {one[0]: one for one in self.cursors}
        self.cursors = list({**known, **{one[0]: one for one in pulled[1]}}.values())
        return pushed, pulled


def test_old_laptops_go_on_while_several_processes_upgrade(released):
    """Each starts a server of its own at the same moment and goes on syncing."""
    laptops = [OldLaptop(released) for _ in range(3)]
    ready = threading.Barrier(len(laptops))
    assert store.schema_of(released) == RELEASED

    def live(number):
        one = laptops[number]
        unsent = [one.change(f"人{number}-{n}") for n in range(5)]
        ready.wait()
        with upkeep.opened(released) as county:
            pushed, _ = one.sync(county, *unsent)
            assert pushed[:2] == [5, 5]
            again, _ = one.sync(county, *unsent)  # the answer got lost
            assert again[1] == 0
            pushed, _ = one.sync(county, one.change(f"后来{number}"))
            assert pushed[1] == 1

    with ThreadPoolExecutor(len(laptops)) as pool:
        list(pool.map(live, range(len(laptops))))

    assert store.schema_of(released) == migrations.HEAD
    with upkeep.opened(released) as county:
        names = {one["name"] for one in upkeep.list_records(county, Resident)}
        assert len(names) == 18
        for one in laptops:
            one.cursors = [[HERE.bytes, 0, ""]]
            while one.sync(county)[1][2]:
                pass
            found = {row["name"] for row in one.seen.values() if "name" in row}
            assert names <= found
        with county.reading() as db:
            assert set(db.scalars(select(devices.c.last_seq))) == {6}


def test_an_interrupted_upgrade_is_done_again(released):
    """All steps are one transaction: it stands at the old step or at the new."""
    laptop = OldLaptop(released)
    engine = store.engine_of(released, store.settings_of(released).database)

    def break_off(db, cursor, statement, *_):
        if statement.startswith("UPDATE alembic_version"):
            raise KeyboardInterrupt

    event.listen(engine, "before_cursor_execute", break_off)
    with (
        pytest.raises(KeyboardInterrupt),
        engine.execution_options(county_writes=True).begin() as db,
    ):
        migrations.upgrade(db, "county")
    engine.dispose()
    assert store.schema_of(released) == RELEASED

    with upkeep.opened(released) as county:
        laptop.sync(county)
    assert store.schema_of(released) == migrations.HEAD


class TestCommand:
    def run(self, *words):
        return CliRunner().invoke(main, ["county", "upgrade", *words])

    def test_it_says_what_it_would_do_and_then_does_it(self, released):
        checked = self.run("--data", str(released), "--check")
        assert checked.exit_code == 1
        assert "请先备份" in checked.stderr
        assert store.schema_of(released) == RELEASED

        done = self.run("--data", str(released))
        assert (done.exit_code, migrations.HEAD in done.output) == (0, True)
        assert self.run("--data", str(released), "--check").exit_code == 0

    def test_a_newer_database_is_refused_in_words(self, released):
        engine = store.engine_of(released, store.settings_of(released).database)
        with engine.execution_options(county_writes=True).begin() as db:
            db.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        engine.dispose()

        assert "请先升级程序" in self.run("--data", str(released)).stderr
        with pytest.raises(UserError, match="请先升级程序"):
            store.open_county(released)


def old_trigger(table):
    """What wrote the journal of a new record in the last release."""
    return (
        f"CREATE TRIGGER journal_{table}_insert AFTER INSERT ON {table} BEGIN"
        ' INSERT INTO journal (at, "by", device, origin, batch, type, record_id,'
        " grid_id, action, base, changes) SELECT NEW.updated_at, NEW.updated_by,"
        f" device, 'local', batch, '{table}', NEW.id, NEW.grid_id, 'insert', NULL, NULL"
        " FROM actor; END"
    )


def test_a_vault_of_the_last_release_keeps_what_it_had_not_sent(county, tmp_path):
    """It is upgraded when it is opened; its rows go up with the next sync."""
    folder, key = tmp_path / "vault", vaults.slots.new_key()
    folder.mkdir()
    engine = make_engine(folder / vaults.DATABASE_FILE, key)
    person = uuid7()
    with engine.execution_options(gridapp_writes=True).begin() as db:
        migrations.upgrade(db, "client", RELEASED)
        state.begin(db, uuid7())
        for model in (Grid, Resident):
            db.exec_driver_sql(old_trigger(model.__tablename__))
        at = time_text(PAST)
        db.exec_driver_sql(
            "INSERT INTO grid (id, grid_id, code, name, created_at, updated_at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (HERE.hex, HERE.hex, GRID, GRID, at, at),
        )
        db.exec_driver_sql(
            "INSERT INTO resident (id, grid_id, name, created_at, updated_at)"
            " VALUES (?, ?, ?, ?, ?)",
            (person.hex, HERE.hex, "张德福", at, at),
        )
    engine.dispose()
    old_slots.write(folder, key, "旧密码")

    opened = vaults.open_store(folder, "旧密码")
    try:
        client = SyncClient(opened, Direct(county))
        client.enrol(access.create_enrolment(county, [GRID], "王秀兰"))
        client.sync()
        with opened.reading() as db:
            assert records.get(db, Resident, person)
    finally:
        opened.close()

    assert [one["name"] for one in upkeep.list_records(county, Resident)] == ["张德福"]
