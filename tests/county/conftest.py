"""A county on each database: a SQLite file, and a real PostgreSQL of its own."""

import secrets
import shutil
from dataclasses import dataclass
from functools import partial

import msgspec
import pytest

import bench.postgres
from gridapp.county import access, app, packages, service, store, upkeep
from gridapp.county.store import County
from gridapp.store import vault as vaults
from gridapp.sync.client import SyncClient
from gridapp.sync.package import export_package

GRID = "990101001001"
OTHER = "990101001002"


@pytest.fixture(scope="session")
def postgres():
    """Makes databases in a private cluster and gives their addresses."""
    programs = bench.postgres.programs()
    assert programs, "PostgreSQL is not installed: scripts/setup.sh test"
    with bench.postgres.cluster(programs, "fsync=off") as url:
        yield partial(bench.postgres.new_database, url)


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def county_template(request, tmp_path_factory):
    """An empty county to copy: the migrations run once a session."""
    folder = tmp_path_factory.mktemp("template") / "county"
    url = None
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres")("county_template")
    upkeep.init(folder, url)
    return folder, url


@pytest.fixture
def county_folder(county_template, tmp_path, request):
    """The folder of an empty county server of its own."""
    template, url = county_template
    folder = tmp_path / "county"
    shutil.copytree(template, folder)
    if url:
        copy = request.getfixturevalue("postgres")(
            f"county_{secrets.token_hex(4)}", "TEMPLATE county_template"
        )
        settings = msgspec.json.encode(store.Settings(copy))
        (folder / store.SETTINGS).write_bytes(settings)
    return folder


@pytest.fixture
def county(county_folder):
    with upkeep.opened(county_folder) as opened:
        yield opened


@pytest.fixture
def served(county_folder):
    """The address of a real server on a real port."""
    with app.running(county_folder) as url:
        yield url


class Direct:
    """A transport that hands the bytes to the county in this process."""

    url = "http://county.invalid"
    meanwhile = None

    def __init__(self, county: County) -> None:
        self.county = county
        self.requests = []

    def exchange(self, path, token, body):
        self.requests.append((path, token, body))
        work, self.meanwhile = self.meanwhile, None
        if work:
            work()
        answer = service.answer(self.county, path, token, body)
        return answer.status, answer.body

    def close(self):
        pass


@dataclass
class Laptop:
    """A vault with its client."""

    store: vaults.Store
    client: SyncClient
    transport: Direct

    def sync(self):
        return self.client.sync()


@pytest.fixture(scope="session")
def laptops_key(tmp_path_factory):
    """Argon2 runs once a session: every laptop of the tests gets the same key."""
    folder = tmp_path_factory.mktemp("laptop") / "vault"
    vaults.create(folder, "测试用的密码 1").close()
    [slot] = vaults.slots.read(folder / vaults.SLOT_FILE).slots
    return folder, vaults.slots.unseal(slot, "测试用的密码 1")


def fresh_vault(template, folder, key):
    """An empty, encrypted vault with its own device id."""
    shutil.copytree(template, folder)
    vault = vaults.open_with_key(folder, key)
    device = vaults.uuid7()
    with vault.writing(remote=True) as tx:
        tx.db.exec_driver_sql("UPDATE actor SET device = ?", (device.hex,))
    vault.device_id = device
    return vault


@pytest.fixture
def new_vault(laptops_key, tmp_path):
    """Makes an empty, encrypted vault with its own device id."""
    template, key = laptops_key
    opened = []

    def make(name):
        vault = fresh_vault(template, tmp_path / name, key)
        opened.append(vault)
        return vault

    yield make
    for vault in opened:
        vault.close()


@pytest.fixture
def laptop(county, new_vault):
    """Makes a laptop that is enrolled for the given grids."""

    def make(name, *grids):
        opened = new_vault(name)
        transport = Direct(county)
        client = SyncClient(opened, transport)
        client.enrol(access.create_enrolment(county, grids or [GRID], name))
        client.sync()
        return Laptop(opened, client, transport)

    return make


@pytest.fixture
def stick(tmp_path):
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


@pytest.fixture
def out(laptop, stick):
    """Exports from a laptop onto the stick."""
    return lambda one: export_package(one.store, stick)


@pytest.fixture
def county_takes(county, stick):
    """Takes one file in at the county; gives what became of it."""

    def take(file):
        [taken] = packages.take_in_all(county, [file], stick)
        return taken

    return take


@pytest.fixture
def back(county_takes):
    """Takes a file in at the county; gives the answer, for the laptop to import."""

    def answer(file):
        taken = county_takes(file)
        assert taken.sentence == ""
        return file.with_name(taken.answer.rpartition("/")[2])

    return answer
