"""One world a database: its tests run in one process, one after another."""

import os
import signal
import subprocess
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import pytest

import bench.postgres
from gridapp.store import slots
from gridapp.store import vault as vaults
from tests.conftest import PASSWORD
from tests.faults.table import TABLE
from tests.faults.world import make_world

_FSYNC = "fsync=off"  # processes die here, the machine does not


class Cluster:
    """A PostgreSQL of its own that can be shut down the hard way."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self._folder = Path(parse_qs(urlparse(pattern).query)["host"][0])
        self._server: subprocess.Popen | None = None

    def restart(self) -> None:
        """`pg_ctl stop -m immediate`, then start: it recovers from its log."""
        pid = int((self._folder / "data" / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGQUIT)
        if self._server is None:
            os.waitpid(pid, 0)
        else:
            self._server.wait(30)
        programs = bench.postgres.programs()
        self._server = bench.postgres.start(programs, self._folder, _FSYNC)

    def stop(self) -> None:
        if self._server is not None:
            self._server.send_signal(signal.SIGINT)
            self._server.wait(30)


@pytest.fixture(scope="session")
def empty_vault(tmp_path_factory):
    """A closed vault without anything in it, and its data key."""
    folder = tmp_path_factory.mktemp("faults") / "vault"
    vaults.create(folder, PASSWORD).close()
    [slot] = slots.read(folder / vaults.SLOT_FILE).slots
    return folder, slots.unseal(slot, PASSWORD)


@pytest.fixture(
    scope="session",
    params=[
        pytest.param(name, marks=pytest.mark.xdist_group(f"faults-{name}"))
        for name in ("sqlite", "postgresql")
    ],
)
def world(request, tmp_path_factory, empty_vault):
    """A county, its server, the proxy and three laptops; no fault is armed."""
    with ExitStack() as on_exit:
        url = cluster = None
        if request.param == "postgresql":
            programs = bench.postgres.programs()
            assert programs, "PostgreSQL is not installed: scripts/setup.sh test"
            pattern = on_exit.enter_context(bench.postgres.cluster(programs, _FSYNC))
            cluster = Cluster(pattern)
            on_exit.callback(cluster.stop)
            url = bench.postgres.new_database(pattern, "county")
        world = make_world(tmp_path_factory.mktemp(request.param), empty_vault, url)
        world.restart_database = cluster and cluster.restart
        on_exit.callback(world.server.stop)
        on_exit.callback(world.proxy.close)
        for laptop in world.laptops:
            on_exit.callback(laptop.store.close)
        yield world


@pytest.fixture(autouse=True)
def _mended(request):
    """A test that failed leaves no dead server to those after it."""
    if "world" in request.fixturenames:
        request.getfixturevalue("world").mend()


@pytest.fixture
def tried(request):
    """Notes one try of a fault, and fails unless nothing was lost or doubled."""

    def note(fault, verdict, *, seed=0, tries=1):
        counts = {name: len(getattr(verdict, name)) for name in TABLE.columns}
        request.node.user_properties.append(TABLE.noted(fault, tries, **counts))
        assert verdict.good, f"{fault}, seed {seed}: {verdict}"

    return note
