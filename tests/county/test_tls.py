"""A certificate that a laptop believes, and those that it does not."""

import datetime as dt
import shutil
import ssl
from contextlib import closing

import httpx
import pytest

from gridapp.cli import main
from gridapp.county import access, app, locks, upkeep
from gridapp.county.serving import Options
from gridapp.errors import UserError
from gridapp.store import state
from gridapp.store import vault as vaults
from gridapp.sync import locking, trust
from gridapp.sync.client import HttpTransport, SyncClient
from tests.county.certificates import Authority
from tests.county.conftest import GRID

DAY = dt.timedelta(days=1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls") / "county"
    upkeep.init(folder)
    return folder


@pytest.fixture(scope="module")
def authority(folder):
    return Authority(folder)


def served(folder, files):
    return app.running(folder, options=Options(certificate=files[0], key=files[1]))


def ask(url, ca):
    line = HttpTransport(url, ca=trust.read(ca) if ca else "")
    try:
        return line.exchange("/v1/sync", "", b"")[0]
    finally:
        line.close()


def test_a_laptop_syncs_over_tls_with_a_county_of_its_own_authority(
    folder, authority, new_vault
):
    store = new_vault("a")
    with upkeep.opened(folder) as county:
        code = access.create_enrolment(county, [GRID], "李主任")
    certificates = trust.read(authority.file)

    with served(folder, authority.server("good")) as url:
        SyncClient(store, HttpTransport(url, ca=certificates)).enrol(code)
        trust.keep(store, certificates)
        report = SyncClient.of(store).sync()

    assert url.startswith("https://")
    assert report.pulled > 0


def test_a_laptop_that_was_locked_still_believes_its_county(
    folder, authority, new_vault
):
    """What it needs for that lies in the vault, which nothing opens then."""
    store = new_vault("a")
    with upkeep.opened(folder) as county:
        code = access.create_enrolment(county, [GRID], "张主任")
    certificates = trust.read(authority.file)

    with served(folder, authority.server("lock")) as url:
        SyncClient(store, HttpTransport(url, ca=certificates)).enrol(code)
        trust.keep(store, certificates)
        with upkeep.opened(folder) as county:
            locks.ask(county, store.device_id)
            with pytest.raises(UserError):
                SyncClient.of(store).sync()
            locking.unlock(store.folder, locks.lift(county, store.device_id))

    assert not vaults.is_shut(store.folder)


@pytest.mark.parametrize(
    ("name", "made", "known", "words"),
    [
        ("another host", {"host": "county.example"}, True, "不是这个地址的"),
        ("expired", {"begins": -9 * DAY, "ends": -DAY}, True, "已过期"),
        ("not yet", {"begins": DAY, "ends": 9 * DAY}, True, "还没有生效"),
        ("unknown authority", {}, False, "--ca"),
    ],
)
def test_a_certificate_that_does_not_hold_is_refused_in_words(
    folder, authority, name, made, known, words
):
    with (
        served(folder, authority.server(name, **made)) as url,
        pytest.raises(UserError, match=words),
    ):
        ask(url, authority.file if known else None)


def test_another_authority_of_the_same_name_is_not_believed(folder, tmp_path):
    real, other = Authority(tmp_path), None
    shutil.copy(real.file, tmp_path / "real.pem")
    other = Authority(tmp_path)

    with (
        served(folder, other.server("forged")) as url,
        pytest.raises(UserError, match="县里"),
    ):
        ask(url, tmp_path / "real.pem")


def test_a_version_before_tls_1_2_is_refused(folder, authority):
    context = ssl.create_default_context(cafile=authority.file)
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.maximum_version = ssl.TLSVersion.TLSv1_1

    with served(folder, authority.server("old")) as url:
        with pytest.raises(httpx.ConnectError):
            httpx.get(url + "/health", verify=context)
        assert ask(url, authority.file) == 401


@pytest.mark.parametrize("fault", ["missing", "not a certificate", "another key"])
def test_a_server_does_not_start_with_a_certificate_it_cannot_use(
    folder, authority, tmp_path, fault
):
    certificate, key = authority.server("one")
    if fault == "missing":
        key = tmp_path / "nothing.key"
    elif fault == "another key":
        key = authority.server("two")[1]
    else:
        key = tmp_path / "key"
        key.write_text("words")

    with pytest.raises(UserError, match="证书"):
        app.serve(folder, port=0, options=Options(certificate=certificate, key=key))


def test_a_file_without_a_certificate_is_refused_in_words(tmp_path):
    file = tmp_path / "ca.pem"
    file.write_text("words")

    with pytest.raises(UserError, match="没有证书"):
        trust.read(file)


def test_the_command_line_enrols_with_the_county_s_own_authority(
    folder, authority, tmp_path, monkeypatch
):
    password = tmp_path / "password"
    password.write_text("测试用的密码 1")
    with upkeep.opened(folder) as county:
        code = access.create_enrolment(county, [GRID], "王秀兰")
    data = tmp_path / "vault"
    monkeypatch.setenv("GRIDAPP_CODE", code)

    with served(folder, authority.server("cli")) as url:
        arguments = ["--data", str(data), "--password-file", str(password)]
        joining = ["init", *arguments, "--server", url, "--ca", str(authority.file)]
        assert main.main(joining, standalone_mode=False) is None
        assert main.main(["sync", *arguments], standalone_mode=False) is None

    with (
        closing(vaults.open_store(data, "测试用的密码 1")) as store,
        store.reading() as db,
    ):
        assert state.value(db, state.SERVER_CA)
