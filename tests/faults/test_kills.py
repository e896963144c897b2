"""Processes die at any moment: the laptop's, the server's, the database's.

A process is killed at every boundary of its work with the database (statements,
commits, connections given back), and by the proxy at every place of a request or a
reply. What was confirmed is there afterwards; what was not is sent again, once.
"""

import random
import threading
import time

import pytest

from tests.faults import processes
from tests.faults import proxy as faults
from tests.faults.processes import Process
from tests.faults.table import SEEDS, due

STEPS = 5  # kills of one test in one round, spread over all boundaries
MOST = 90  # boundaries of an ordinary sync, about


def syncing(laptop, kill_at=0):
    """A process of its own that syncs this laptop's vault."""
    process = Process(processes.sync, laptop.folder, laptop.key, kill_at)
    assert process.heard() == "open"
    return process


def spread(rng):
    """Boundaries at which this round's kills happen: each part of a sync gets one."""
    part = MOST // STEPS
    return [rng.randint(1 + at * part, (at + 1) * part) for at in range(STEPS)]


def test_a_laptop_killed_at_any_boundary_of_its_database_loses_nothing(world, tried):
    """Outbox read, acknowledgement, page, cursors: all of it, or none."""
    for seed in range(SEEDS):
        rng = random.Random(f"laptop boundary {seed}")
        died = 0
        for nth in spread(rng):
            world.work(rng)
            process = syncing(rng.choice(world.laptops), nth)
            died += not process.lines()
            rng.choice(world.laptops).sync()
        assert died
        world.heal()
        name = "laptop killed at a boundary of its database"
        tried(name, world.judge(), seed=seed, tries=STEPS)


class Killing:
    """Kills a process once there is one; for the proxy to call at its place."""

    def __init__(self, later=0.0) -> None:
        self.process = None
        self.ready, self.dead = threading.Event(), threading.Event()
        self._later = later

    def of(self, process):
        """This is the process to kill."""
        self.process = process
        self.ready.set()
        return process

    def __call__(self) -> None:
        self.ready.wait(30)
        time.sleep(self._later)
        self.process.kill()
        self.dead.set()


@pytest.mark.parametrize("place", faults.PLACES)
def test_a_laptop_killed_at_any_place_of_a_request_loses_nothing(world, tried, place):
    for seed in range(SEEDS):
        if not due(world, faults.PLACES.index(place), seed):
            continue
        rng = random.Random(f"laptop {place} {seed}")
        world.work(rng)
        last = place == faults.PLACES[-1]  # it applies the page when it is killed
        kill = Killing(rng.uniform(0, 0.02) if last else 0)
        world.proxy.arm(faults.cut(place, hard=True, then=kill), seed=seed)
        kill.of(syncing(rng.choice(world.laptops))).lines()
        assert kill.dead.wait(30)
        rng.choice(world.laptops).sync()
        world.heal()
        tried(f"laptop killed {place}", world.judge(), seed=seed)


def test_a_server_killed_at_any_boundary_of_its_database_loses_nothing(world, tried):
    """Before and after each statement and each commit, request after request."""
    for seed in range(SEEDS):
        rng = random.Random(f"server boundary {seed}")
        died = 0
        for nth in spread(rng):
            world.work(rng)
            assert world.server.kill_at(nth)
            for laptop in world.laptops:
                laptop.try_to_sync()
            if not world.server.kill_at(0):
                died += 1
                world.server.start()
        assert died
        world.heal()
        name = "server killed at a boundary of its database"
        tried(name, world.judge(), seed=seed, tries=STEPS)


@pytest.mark.parametrize("place", faults.PLACES)
def test_a_server_killed_at_any_place_of_a_request_loses_nothing(world, tried, place):
    for seed in range(SEEDS):
        if not due(world, faults.PLACES.index(place) + 1, seed):
            continue
        rng = random.Random(f"server {place} {seed}")
        world.work(rng)
        kill = Killing()
        kill.of(world.server)
        world.proxy.arm(faults.cut(place, hard=False, then=kill), seed=seed)
        said = rng.choice(world.laptops).try_to_sync()
        assert said or place == faults.PLACES[-1]
        assert kill.dead.wait(30)
        world.server.start()
        world.proxy.arm(None)
        rng.choice(world.laptops).sync()
        world.heal()
        tried(f"server killed {place}", world.judge(), seed=seed)


def load(world, laptop, chance, stop):
    """Work and sync until it is time to stop."""
    while not stop.is_set():
        world.act(chance, laptop)
        laptop.try_to_sync()


def test_a_database_restarted_under_load_loses_nothing(world, tried):
    """PostgreSQL is stopped in mode `immediate`, as if it had crashed, and started,
    while all laptops sync; nobody restarts the county's server."""
    if world.restart_database is None:
        pytest.skip("SQLite lies in the server's own process")
    for seed in range(SEEDS):
        rng = random.Random(f"database {seed}")
        stop = threading.Event()
        threads = [
            threading.Thread(
                target=load, args=(world, one, random.Random(f"{number} {seed}"), stop)
            )
            for number, one in enumerate(world.laptops)
        ]
        for one in threads:
            one.start()
        for _ in range(2):
            time.sleep(rng.uniform(0.1, 0.4))
            world.restart_database()
        time.sleep(0.2)
        stop.set()
        for one in threads:
            one.join()
        world.heal()
        name = "PostgreSQL restarted (immediate) under load"
        tried(name, world.judge(), seed=seed, tries=2)
