"""Full disks, wrong clocks, two processes on one folder, a whole county at once."""

import datetime as dt
import http.client
import os
import random
import subprocess
import threading
from urllib.parse import urlparse
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from gridapp.county import access, upkeep
from gridapp.county.tables import change, device
from gridapp.errors import UserError
from gridapp.models import Resident
from gridapp.models.place import grid_id
from gridapp.models.record import table_of
from gridapp.sync import protocol
from gridapp.sync.protocol import Change
from tests.county.conftest import GRID
from tests.faults import processes
from tests.faults.processes import Process
from tests.faults.table import SEEDS, due
from tests.faults.world import Verdict, make_world

YEAR = dt.timedelta(days=365)
CLIENTS = 200


def noted(world, lines):
    """Count what a process of its own confirmed as entered."""
    for line in lines:
        if not line.startswith(("error", "open", "done")):
            who, word = line.split()
            world.entered.add((UUID(who), word))
            if UUID(who) not in world.people:
                world.made.add(UUID(who))


def test_a_laptop_whose_file_cannot_grow_loses_nothing(world, tried):
    """RLIMIT_FSIZE: the write-ahead log of the laptop ends in the middle of a page."""
    for seed in range(SEEDS):
        rng = random.Random(f"small file {seed}")
        failed = 0
        for room in (1, 4, 12):
            world.work(rng)
            for laptop in world.laptops[:2]:
                laptop.sync()  # so that the third has something to read
            victim = world.laptops[2]
            wal = victim.folder / "grid.db-wal"
            most = wal.stat().st_size + room * 4096
            process = Process(
                processes.sync, victim.folder, victim.key, 0, dt.timedelta(), 1.0, most
            )
            failed += any(line.startswith("error") for line in process.lines())
        assert failed
        world.heal()
        tried("laptop's file cannot grow", world.judge(), seed=seed, tries=3)


def test_a_server_whose_file_cannot_grow_loses_nothing(world, tried):
    if world.restart_database is not None:
        pytest.skip("PostgreSQL writes in processes of its own")
    for seed in range(SEEDS):
        rng = random.Random(f"small server {seed}")
        said = []
        for room in (1, 8):
            world.work(rng)
            world.server.stop()
            size = (world.folder / "county.db").stat().st_size
            world.server.start(room=size + room * 4096)
            for _ in range(3):
                said += [one.try_to_sync() for one in world.laptops]
                world.work(rng)
            world.server.stop()
        assert any(said)
        world.heal()
        tried("server's file cannot grow", world.judge(), seed=seed, tries=2)


@pytest.fixture(params=["county", "laptops"])
def small_disk(request, tmp_path):
    """A disk of 24 MiB where one side keeps its data: its name and its folder."""
    disk = tmp_path / request.param
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(disk)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("no right to mount a small disk")
    yield request.param, disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def test_a_full_disk_on_either_side_loses_nothing(
    small_disk, tmp_path, empty_vault, tried
):
    side, disk = small_disk
    world = make_world(tmp_path, empty_vault, None)
    try:
        rng, ballast = random.Random(side), disk / "ballast"
        for kept in (0, 3, 9):
            world.work(rng)
            fill(ballast, kept * 4096)
            said = [one.try_to_sync() for one in world.laptops]
            work_in_trouble(world, rng)
            said += [one.try_to_sync() for one in world.laptops]
            ballast.unlink()
            if kept == 0:
                assert any(said)
        world.heal()
        name = f"disk full: {side}"
        tried(name, world.judge(), tries=3)
    finally:
        world.proxy.close()
        world.server.stop()
        for laptop in world.laptops:
            laptop.store.close()


def fill(path, but):
    """Fill the disk with one file, but for so many bytes."""
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            file.truncate(max(0, file.tell() - but))


def work_in_trouble(world, rng):
    """What a full disk refuses is told at once and was never entered."""
    for laptop in world.laptops:
        try:
            world.act(rng, laptop)
        except UserError:
            continue


CLOCKS = {
    "ten years behind": (-10 * YEAR, 1.0),
    "ten years ahead": (10 * YEAR, 1.0),
    "running backwards": (dt.timedelta(), -500.0),
    "standing still": (dt.timedelta(hours=1), 0.0),
}


@pytest.mark.parametrize("servers", [*CLOCKS, "right"])
def test_clocks_that_are_off_decide_nothing(world, tried, servers):
    """Each laptop has another clock, and the server's jumps between the syncs."""
    for seed in range(SEEDS):
        if not due(world, [*CLOCKS, "right"].index(servers), seed):
            continue
        rng = random.Random(f"clock {servers} {seed}")
        world.server.stop()
        world.server.start(*CLOCKS.get(servers, (dt.timedelta(), 1.0)))
        for _ in range(min(2, SEEDS)):
            chosen = rng.sample(sorted(CLOCKS), 3)
            with world.laptops[0].store.reading() as db:
                table = table_of(Resident)
                alive = table.c.deleted_at.is_(None) & (
                    table.c.grid_id == grid_id(GRID)
                )
                who = rng.choice(db.scalars(select(table.c.id).where(alive)).all())
            for laptop, clock in zip(world.laptops, chosen, strict=True):
                off, pace = CLOCKS[clock]
                for about in (who, None):
                    words = [world.word(), world.word()]
                    given = (laptop.folder, laptop.key, words, about, off, pace)
                    noted(world, Process(processes.save, *given).lines())
                given = (laptop.folder, laptop.key, 0, off, pace)
                lines = Process(processes.sync, *given).lines()
                assert lines[-1].startswith("done"), lines
        world.server.stop()
        world.server.start()
        world.heal()
        tried(f"clocks: server {servers}, laptops all off", world.judge(), seed=seed)


def test_two_processes_that_sync_and_save_one_vault_lose_nothing(world, tried):
    for seed in range(SEEDS):
        rng = random.Random(f"two {seed}")
        for _ in range(2):
            world.work(rng)
            laptop = rng.choice(world.laptops)
            words = [world.word() for _ in range(12)]
            given = (laptop.folder, laptop.key)
            running = [
                Process(processes.save, *given, words[:6]),
                Process(processes.save, *given, words[6:]),
                *(Process(processes.sync, *given) for _ in range(3)),
            ]
            laptop.sync()
            lines = [one.lines() for one in running]
            for said in lines:
                noted(world, said)
            assert [one for said in lines for one in said if "error" in one] == []
        world.heal()
        name = "two saves and four syncs at once on one vault"
        tried(name, world.judge(), seed=seed, tries=2)


def test_two_hundred_laptops_at_once_are_all_served(world, tried):
    """Each sends its batch, sends it again as if the answer was lost, and reads."""
    with upkeep.opened(world.folder) as county:
        crowd = [member(county, f"9902{at % 40:02}001") for at in range(CLIENTS)]
        epoch = county.epoch
    start = threading.Barrier(CLIENTS)
    wrong: list[str] = []
    threads = [
        threading.Thread(target=rush, args=(world.server.url, epoch, one, start, wrong))
        for one in crowd
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert wrong == []
    with upkeep.opened(world.folder) as county, county.reading() as db:
        ids = [record for _, _, _, record in crowd]
        there = set(db.scalars(select(table_of(Resident).c.id)))
        counts = dict(
            db.execute(
                select(change.c.record_id, func.count())
                .where(change.c.record_id.in_(ids))
                .group_by(change.c.record_id)
            ).all()
        )
        last = set(
            db.scalars(
                select(device.c.last_seq).where(
                    device.c.id.in_([UUID(bytes=one[1]) for one in crowd])
                )
            )
        )
    assert last == {2}
    lost = tuple(str(one) for one in ids if one not in there)
    doubled = tuple(str(one) for one in ids if counts.get(one) != 2)
    world.made |= set(ids)
    found = world.judge()
    verdict = Verdict(lost + found.lost, doubled, found.unequal, found.unsound)
    tried("200 laptops at once, each batch twice", verdict, tries=CLIENTS)


def member(county, grid):
    """A laptop of its own of that grid: its token, device, grid and a record's id."""
    code = access.create_enrolment(county, [grid], "网格员")
    asked = protocol.EnrolRequest(protocol.VERSION, code, uuid4().bytes, "电脑", "1")
    reply = access.enrol(county, asked)
    return reply.token, asked.device, grid_id(grid).bytes, uuid4()


def rush(url, epoch, who, start, wrong):
    """One laptop in the crowd."""
    token, its_id, grid, record = who
    one = Change(
        1, "resident", record.bytes, grid, "insert", 10**12, None, None, "name", ["张"]
    )
    other = Change(
        2,
        "resident",
        record.bytes,
        grid,
        "update",
        10**12 + 1,
        None,
        10**12,
        "note",
        [[None, "耳背"]],
    )
    request = protocol.SyncRequest(
        protocol.VERSION,
        epoch,
        its_id,
        protocol.Push(2, [one, other]),
        protocol.Pull([]),
    )
    body = protocol.pack(request)
    start.wait(60)
    line = http.client.HTTPConnection(urlparse(url).netloc, timeout=120)
    try:
        for _ in range(2):
            headers = {
                "authorization": f"Bearer {token}",
                "content-type": "application/vnd.gridapp.sync",
            }
            line.request("POST", "/v1/sync", body, headers)
            answer = line.getresponse()
            found = answer.read()
            if answer.status == 503:  # the queue is full: it comes again
                line.close()
                continue
            if answer.status != 200:
                refusal = protocol.unpack(found, protocol.Refusal)
                wrong.append(f"{answer.status} {refusal}")
                return
            reply = protocol.unpack(found, protocol.SyncReply)
            if reply.pushed is None or reply.pushed.last != 2 or reply.pushed.held:
                wrong.append(str(reply.pushed))
    except OSError as error:
        wrong.append(repr(error))
    finally:
        line.close()
