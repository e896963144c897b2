"""The line breaks in every way at every place: nothing is lost, nothing is doubled.

After each fault the line heals, everybody syncs until nothing moves any more, and the
oracle compares all laptops with the county and asks the doctors.
"""

import random
import threading
import time

import httpx
import pytest

from gridapp.errors import UserError
from gridapp.sync.client import HttpTransport, SyncClient
from tests.faults import proxy as faults
from tests.faults.table import SEEDS, due

_SOON = httpx.Timeout(0.4, connect=5)  # how long a half-open line is waited for


def impatient(laptop):
    """The laptop's client with a short patience."""
    url = SyncClient.of(laptop.store)._line.url
    return SyncClient(laptop.store, HttpTransport(url, _SOON))


def strike(world, rng, fault, *, seed, patient=True):
    """One try: work, a sync that meets the fault, then others go on meanwhile.

    Returns what the laptop that met it said.
    """
    world.work(rng)
    victim = rng.choice(world.laptops)
    while True:
        world.proxy.arm(fault, nth=rng.choice((1, 1, 1, 2)), seed=seed)
        said = None
        try:
            (victim if patient else impatient(victim)).sync()
        except UserError as error:
            said = str(error)
        if world.proxy.struck:
            break
        world.act(rng, victim)
    world.proxy.arm(None)
    if rng.random() < 0.5:
        rng.choice(world.laptops).sync()
    return said


@pytest.mark.parametrize("place", faults.PLACES)
def test_a_cut_anywhere_loses_and_doubles_nothing(world, tried, place):
    for seed in range(SEEDS):
        for hard in (True, False):
            if not due(world, faults.PLACES.index(place) + hard, seed):
                continue
            rng = random.Random(f"{place} {hard} {seed}")
            said = strike(world, rng, faults.cut(place, hard=hard), seed=seed)
            if place not in (faults.PLACES[0], faults.PLACES[-1]):
                assert said, "a sync that was cut says so"
            world.heal()
            how = "RST" if hard else "FIN"
            tried(f"cut {place} ({how})", world.judge(), seed=seed)


BROKEN = {
    "502 with a page, before the server": faults.bad_gateway,
    "504 with a page, after the server": faults.bad_gateway_after,
    "a captive portal answers 200": faults.captive_portal,
    "reply truncated, Content-Length wrong": faults.truncated(honest=False),
    "reply truncated, Content-Length right": faults.truncated(honest=True),
    "one bit of the request turned": faults.flipped(faults.REQUEST),
    "one bit of the reply turned": faults.flipped(faults.REPLY),
}


@pytest.mark.parametrize("name", BROKEN)
def test_an_answer_that_is_not_the_countys_changes_nothing(world, tried, name):
    for seed in range(SEEDS):
        if not due(world, list(BROKEN).index(name), seed):
            continue
        rng = random.Random(f"{name} {seed}")
        said = strike(world, rng, BROKEN[name], seed=seed)
        assert said or "bit" in name, "a broken answer is not taken for a good one"
        world.heal()
        tried(name, world.judge(), seed=seed)


def test_a_slow_line_is_waited_for(world, tried):
    for seed in range(SEEDS):
        if not due(world, 0, seed):
            continue
        rng = random.Random(f"slow {seed}")
        assert strike(world, rng, faults.delayed(0.2), seed=seed) is None
        world.heal()
        tried("reply delayed, in pieces", world.judge(), seed=seed)


def test_a_request_that_comes_again_is_answered_and_not_taken_twice(world, tried):
    for seed in range(SEEDS):
        rng = random.Random(f"doubled {seed}")
        assert strike(world, rng, faults.doubled, seed=seed) is None
        world.heal()
        tried("request three times, twice at once", world.judge(), seed=seed)


def test_a_request_that_comes_late_changes_nothing(world, tried):
    """It overtakes nobody: the same laptop and others have synced in between."""
    for seed in range(SEEDS):
        rng = random.Random(f"late {seed}")
        late = faults.Reordered()
        assert strike(world, rng, late, seed=seed)
        for laptop in world.laptops:
            world.act(rng, laptop)
            laptop.sync()
        late.deliver()
        world.work(rng)
        late.deliver()
        world.heal()
        tried("request arrives after later ones", world.judge(), seed=seed)


HALF_OPEN = {
    "half-open: the request is swallowed": faults.never_answered,
    "half-open: taken, the answer never comes": faults.never_told,
    "closed in one direction": faults.half_closed,
}


@pytest.mark.parametrize("name", HALF_OPEN)
def test_a_line_that_is_half_open_is_given_up(world, tried, name):
    for seed in range(SEEDS):
        if not due(world, list(HALF_OPEN).index(name), seed):
            continue
        rng = random.Random(f"{name} {seed}")
        assert strike(world, rng, HALF_OPEN[name], seed=seed, patient=False)
        world.heal()
        tried(name, world.judge(), seed=seed)


def test_a_line_that_is_cut_again_and_again_gets_everything_through(world, tried):
    """Every sync is cut somewhere; each gets a little further."""
    for seed in range(SEEDS):
        rng = random.Random(f"flapping {seed}")
        for _ in range(8):
            place = rng.choice(faults.PLACES)
            strike(world, rng, faults.cut(place, hard=True), seed=rng.random())
        world.heal()
        tried("cut eight times in a row", world.judge(), seed=seed, tries=8)


def test_a_first_download_that_is_cut_goes_on_where_it_was(world, tried):
    """A laptop reads everything anew and is cut on every page."""
    for seed in range(SEEDS):
        rng = random.Random(f"first {seed}")
        laptop = rng.choice(world.laptops)
        with laptop.store.writing(remote=True) as tx:
            tx.db.exec_driver_sql(
                "UPDATE scope_cursor SET bootstrap = '', complete = 0"
            )
        world.work(rng)
        for place in faults.PLACES[5:]:
            world.proxy.arm(faults.cut(place, hard=True), nth=rng.choice((1, 2)))
            try:
                laptop.sync()
            except UserError:
                continue
        world.heal()
        tried("cut within the first download", world.judge(), seed=seed)


def test_a_sync_that_is_stopped_by_its_person_loses_nothing(world, tried):
    for seed in range(SEEDS):
        if not due(world, 1, seed):
            continue
        rng = random.Random(f"stopped {seed}")
        world.work(rng)
        laptop = rng.choice(world.laptops)
        client = SyncClient.of(laptop.store)
        world.proxy.arm(faults.delayed(0.3))
        stopper = threading.Timer(rng.uniform(0.05, 0.5), client.stop)
        stopper.start()
        try:
            client.sync()
        except UserError:
            time.sleep(0)
        stopper.join()
        world.heal()
        tried("stopped by its person", world.judge(), seed=seed)
