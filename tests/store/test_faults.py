"""Kills, full disks, read-only folders and rival processes, on real vaults.

Every process here is a real one that is forked and opens the vault for itself. What
was confirmed must be there afterwards; what was not, wholly or not at all.
"""

import os
import random
import resource
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text

from gridapp.errors import UserError
from gridapp.models import Resident, Visit
from gridapp.models.record import table_of
from gridapp.store import journal, records, search, search_words
from gridapp.store import vault as vaults

pytestmark = pytest.mark.skipif(
    not hasattr(os, "fork"), reason="这些故障要用 fork 和信号，这个系统没有"
)
KILLS = 20  # of each sort
IMPORTED = 60
NOBODY = 65534


@pytest.fixture
def closed(vault_template, tmp_path):
    """The folder of a closed vault, and its data key."""
    template, key = vault_template
    return shutil.copytree(template, tmp_path / "vault"), key


@pytest.fixture(autouse=True, scope="module")
def dictionaries():
    """What a search index needs is read once, before anything is forked."""
    search_words.name_words("李")


@contextmanager
def forked(work, *given):
    """A process that does `work(say, *given)`; its number and what it says.

    `say` writes one line, which is there for its parent even when the process dies.
    """
    out, into = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(out)
        code = 1
        try:
            work(lambda line: os.write(into, f"{line}\n".encode()), *given)
            code = 0
        finally:
            os._exit(code)
    os.close(into)
    with os.fdopen(out, encoding="utf-8") as lines:
        yield child, lines
    os.waitpid(child, 0)


def told_by(work, *given):
    """All lines of a process that is left to end."""
    with forked(work, *given) as (_, lines):
        return lines.read().splitlines()


def killed(work, chance, most_lines, *given):
    """Lines of a process that was killed at a moment of `chance`.

    It has said 1 to `most_lines` lines by then, and done something for up to 20 ms.
    """
    with forked(work, *given) as (child, lines):
        said = [lines.readline() for _ in range(chance.randint(1, most_lines))]
        time.sleep(chance.uniform(0, 0.02))
        os.kill(child, signal.SIGKILL)
        whole = "".join(said) + lines.read()
        return whole.split("\n")[:-1]


def check_whole(store):
    """The file, its references, its journal and its search index agree."""
    with store.reading() as db:
        ask = db.exec_driver_sql
        assert ask("PRAGMA integrity_check").scalars().all() == ["ok"]
        assert ask("PRAGMA foreign_key_check").all() == []
        assert ask("SELECT origin, batch FROM actor").all() == [("local", None)]
        for model in (Resident, Visit):
            table = table_of(model)
            rows = {
                one.hex: at
                for one, at in db.execute(select(table.c.id, table.c.updated_at))
            }
            query = "SELECT record_id, action, max(seq) FROM journal WHERE type = ?"
            made = f"{query} AND action = 'insert' GROUP BY record_id"
            assert {one[0] for one in ask(made, (table.name,))} == set(rows)
            last = ask(
                "SELECT record_id, at, max(seq) FROM journal WHERE type = ?"
                " GROUP BY record_id",
                (table.name,),
            )
            assert all(journal.time_text(rows[one]) == at for one, at, _ in last)
        people = ask("SELECT id FROM resident WHERE deleted_at IS NULL").scalars()
        shown = ask("SELECT record_id FROM search_item WHERE type = 'resident'")
        assert set(people) == set(shown.scalars())
        numbers = ask("SELECT number FROM search_item").scalars().all()
        assert set(numbers) == set(ask("SELECT rowid FROM search").scalars())
    with store.writing() as tx:
        tx.db.exec_driver_sql("INSERT INTO search(search) VALUES ('integrity-check')")


def save_on(say, folder, key):
    """Saves, one transaction each, until it is killed: a person, or a change of one."""
    store = vaults.open_with_key(folder, key)
    say("open")
    last = None
    for number in range(100_000):
        with store.writing() as tx:
            if last is None or number % 3 == 0:
                last = records.save(tx, Resident, {"name": "李桂英", "note": "0"})
                made = {"resident_id": last, "mode": "home", "started_at": tx.at}
                records.save(tx, Visit, made | {"met_whom": "self"})
            else:
                records.save(tx, Resident, {"note": str(number)}, last)
        say(f"{last.hex} {number if number % 3 else 0}")


def test_a_killed_save_loses_nothing_that_was_confirmed(closed):
    folder, key = closed
    chance = random.Random(20261122)
    confirmed = {}
    for _ in range(KILLS):
        for line in killed(save_on, chance, 6, folder, key)[1:]:
            who, note = line.split()
            confirmed[UUID(who)] = int(note)
        store = vaults.open_with_key(folder, key)
        with store.reading() as db:
            found = records.by_id(db, Resident, confirmed)
            visited = {one["resident_id"] for one in records.find(db, Visit)}
            assert set(confirmed) <= set(found) == set(found) & visited
            for who, note in confirmed.items():
                assert int(found[who]["note"]) >= note
            hits = search.search(db, "lgy", limit=100_000, model=Resident)
            assert {one.id for one in hits} >= set(confirmed)
        check_whole(store)
        store.close()
    assert len(confirmed) > KILLS


def import_on(say, folder, key):
    """Rows in one transaction, as an import makes them."""
    store = vaults.open_with_key(folder, key)
    batch = uuid4()
    say(batch.hex)
    with store.writing(batch=batch) as tx:
        for _ in range(6):
            rows = [{"name": "王建国"} for _ in range(IMPORTED // 6)]
            records.insert_many(tx, Resident, rows)
            say("rows")
    say("done")


def test_a_killed_import_leaves_all_or_nothing(closed):
    folder, key = closed
    chance = random.Random(20261123)
    ends = set()
    for _ in range(KILLS):
        batch, *said = killed(import_on, chance, 8, folder, key)
        done = "done" in said
        store = vaults.open_with_key(folder, key)
        with store.reading() as db:
            rows = db.execute(
                text("SELECT count(*) FROM journal WHERE batch = :batch"),
                {"batch": batch},
            ).scalar_one()
        assert rows in ((IMPORTED,) if done else (0, IMPORTED))
        ends.add(rows)
        check_whole(store)
        store.close()
    assert ends == {0, IMPORTED}


def save_some(say, folder, key, name):
    store = vaults.open_with_key(folder, key)
    for _ in range(40):
        with store.writing() as tx:
            made = {"id": uuid4(), "name": name}  # uuid7 has no notion of a fork
            say(records.save(tx, Resident, made).hex)
    store.close()


def test_two_processes_that_write_one_vault_lose_nothing(closed):
    folder, key = closed
    with (
        forked(save_some, folder, key, "赵一") as (_, one),
        forked(save_some, folder, key, "钱二") as (_, other),
    ):
        said = {*one.read().split(), *other.read().split()}
    assert len(said) == 80
    store = vaults.open_with_key(folder, key)
    with store.reading() as db:
        assert set(records.by_id(db, Resident, map(UUID, said))) == set(map(UUID, said))
        assert len(search.search(db, "赵一", limit=100)) == 40
    check_whole(store)
    store.close()


def fill(say, folder, key, room):
    """Saves until it is refused; then makes room, and saves once more."""
    store = vaults.open_with_key(folder, key)
    try:
        while True:
            with store.writing() as tx:
                who = records.save(tx, Resident, {"name": "孙三", "note": "满" * 900})
            say(who.hex)
    except UserError as error:
        say(f"said {error}")
    with store.reading() as db:
        say(f"still {len(records.find(db, Resident))}")
    room()
    with store.writing() as tx:
        say(records.save(tx, Resident, {"name": "孙三"}).hex)
    store.close()


def check_filled(lines, folder, key):
    """The sentence that was said; everything before and after it is kept."""
    [sentence] = [line[5:] for line in lines if line.startswith("said ")]
    [still] = [int(line[6:]) for line in lines if line.startswith("still ")]
    saved = [UUID(line) for line in lines if " " not in line]
    assert still == len(saved) - 1 > 0
    store = vaults.open_with_key(folder, key)
    with store.reading() as db:
        assert {one["id"] for one in records.find(db, Resident)} == set(saved)
    check_whole(store)
    store.close()
    return sentence


def test_a_file_that_cannot_grow_says_so_and_loses_nothing(closed):
    folder, key = closed
    largest = (folder / vaults.DATABASE_FILE).stat().st_size + (256 << 10)

    def limit(size):
        most = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, most))

    def work(say):
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        limit(largest)
        fill(say, folder, key, lambda: limit(resource.RLIM_INFINITY))

    sentence = check_filled(told_by(work), folder, key)
    assert sentence == "读写磁盘出错，请检查磁盘后再试"


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 4 MiB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(disk)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("没有权限挂载一个小磁盘")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk_says_so_and_loses_nothing(small_disk, vault_template):
    template, key = vault_template
    folder = shutil.copytree(template, small_disk / "vault")
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"x" * (2 << 20))
    lines = told_by(fill, folder, key, ballast.unlink)
    sentence = check_filled(lines, folder, key)
    assert sentence == "磁盘已满，刚才的改动没有保存。请清出空间后再试"


def fill_up(path):
    with path.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"x" * 4096)


def test_a_full_disk_closes_and_opens_again(small_disk, vault_template):
    template, key = vault_template
    folder = shutil.copytree(template, small_disk / "vault")
    store = vaults.open_with_key(folder, key)
    with store.writing() as tx:
        who = records.save(tx, Resident, {"name": "孙三"})
    fill_up(small_disk / "ballast")
    store.close()
    (small_disk / "ballast").unlink()
    store = vaults.open_with_key(folder, key)
    with store.reading() as db:
        assert records.get(db, Resident, who)["name"] == "孙三"
    store.close()


def as_nobody(say, work, *given):
    """Does `work` without root's right to write everywhere; says the sentence."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    try:
        work(*given)
        say("no fault")
    except UserError as error:
        say(str(error))


@pytest.fixture
def read_only(vault_template):
    """A vault in a folder that anybody may read and nobody may write; its key."""
    template, key = vault_template
    with tempfile.TemporaryDirectory() as base:
        folder = shutil.copytree(template, Path(base) / "vault")
        for path in folder.iterdir():
            path.chmod(0o444)
        folder.chmod(0o555)
        Path(base).chmod(0o755)
        yield folder, key
        folder.chmod(0o755)


def open_and_save(folder, key):
    store = vaults.open_with_key(folder, key)
    with store.writing() as tx:
        records.save(tx, Resident, {"name": "周四"})


def test_a_read_only_folder_says_so(read_only):
    folder, key = read_only
    [sentence] = told_by(as_nobody, open_and_save, folder, key)
    assert sentence == "数据文件夹是只读的，请检查文件夹权限后再试"


def test_a_vault_cannot_be_made_where_nobody_may_write(read_only):
    folder, _ = read_only
    [sentence] = told_by(as_nobody, vaults.create, folder / "new", "桂花-三把旧椅子")
    assert sentence == "数据文件夹是只读的，请检查文件夹权限后再试"


def test_a_key_file_that_may_not_be_read_says_so(read_only):
    folder, _ = read_only
    (folder / vaults.SLOT_FILE).chmod(0o000)
    [sentence] = told_by(as_nobody, vaults.open_store, folder, "桂花-三把旧椅子")
    assert sentence == "数据文件夹是只读的，请检查文件夹权限后再试"
