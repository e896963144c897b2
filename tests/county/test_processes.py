"""The server as it is run: real processes, signals, several on one socket."""

import asyncio
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

import httpx
import pytest
from sqlalchemy import func, select

from gridapp.cli import main
from gridapp.county import access, app, upkeep
from gridapp.county.serving import Options, listen
from gridapp.county.store import open_county
from gridapp.county.tables import change
from gridapp.errors import UserError
from tests.county.caller import Caller, over_http
from tests.county.certificates import Authority
from tests.county.conftest import GRID
from tests.county.waiting import until
from tests.ports import kept_port

STOPS_WITHIN = 120  # seconds


class Log(threading.Thread):
    """Reads the log of a server while it runs, so that it never waits for us."""

    def __init__(self, stream):
        super().__init__()
        self.stream, self.lines = stream, []
        self.start()

    def run(self):
        self.lines.extend(self.stream)

    @property
    def processes(self):
        return {json.loads(line)["process"] for line in self.lines if line[0] == "{"}


@contextmanager
def serving(folder, *options):
    """`gridapp county serve` in a process of its own: it, its address and its log."""
    command = [
        sys.executable,
        "-m",
        "gridapp",
        "county",
        "serve",
        "--data",
        str(folder),
    ]
    with subprocess.Popen(
        [*command, "--port", "0", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        bufsize=1,
        env=os.environ | {"PYTHONUTF8": "1"},
    ) as server:
        log = Log(server.stderr)
        try:
            yield server, server.stdout.readline().strip(), log
        finally:
            if server.poll() is None:
                server.terminate()
            server.wait(STOPS_WITHIN)
            log.join()


def codes(folder, many):
    with upkeep.opened(folder) as county:
        return [
            access.create_enrolment(county, [GRID], f"甲{at}") for at in range(many)
        ]


def rows(folder):
    """Rows of the log that came from devices, and residents."""
    county = open_county(folder)
    try:
        with county.reading() as db:
            query = select(func.count()).where(change.c.device_id.is_not(None))
            logged = db.scalar(query)
        return logged, upkeep.status(county)["records"]["resident"]
    finally:
        county.close()


class Pusher(threading.Thread):
    """Sends batches until the server is gone; counts those that were answered."""

    def __init__(self, url, code, size=20, most=10_000):
        super().__init__()
        self.caller = Caller(over_http(url), code)
        self.size, self.most = size, most
        self.sent = self.answered = 0
        self.other = []

    def run(self):
        while self.sent < self.most:
            batch = [self.caller.new(name=f"居民{at}") for at in range(self.size)]
            self.sent += 1
            try:
                status, reply = self.caller.push(*batch)
            except httpx.TransportError:
                return
            if status == 200:
                self.answered += reply.pushed.taken
            else:
                self.other.append(reply.code)


def test_a_server_that_is_told_to_stop_under_load_ends_what_runs_and_nothing_is_half(
    folder,
):
    made = codes(folder, 3)
    with serving(folder) as (server, url, _):
        pushers = [Pusher(url, code) for code in made]
        for one in pushers:
            one.start()
        until(lambda: all(one.answered for one in pushers))
        server.send_signal(signal.SIGTERM)
        code = server.wait(STOPS_WITHIN)
        for one in pushers:
            one.join()

    logged, residents = rows(folder)
    answered = sum(one.answered for one in pushers)
    assert code == 0
    assert logged == residents
    assert residents % 20 == 0  # whole batches only
    assert answered <= residents <= answered + 20 * len(pushers)


def test_several_processes_are_refused_where_only_one_can_write(folder):
    with pytest.raises(UserError, match="PostgreSQL"):
        app.serve(folder, port=0, options=Options(workers=2))


def test_an_answer_goes_out_at_once_without_waiting_for_the_other_sides_word():
    sock, url = listen(Options(port=0))

    async def sent_at_once():
        came = asyncio.Queue()
        served = await asyncio.start_server(
            lambda _, writer: came.put_nowait(writer), sock=sock
        )
        where = urlsplit(url)
        async with served:
            with socket.create_connection((where.hostname, where.port)):
                writer = await came.get()
                ours = writer.get_extra_info("socket")
                found = ours.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
                writer.close()
        return found

    assert asyncio.run(sent_at_once())


def test_two_processes_take_pushes_at_once(tmp_path, postgres):
    folder, each = tmp_path / "county", 5
    upkeep.init(folder, postgres("two_processes"))
    made = codes(folder, 4)
    with serving(folder, "--workers", "2") as (server, url, log):
        both_serve(url, log)
        pushers = [Pusher(url, code, most=each) for code in made]
        for one in pushers:
            one.start()
        for one in pushers:
            one.join()
        counted = scraped(url)
        server.send_signal(signal.SIGTERM)
        assert server.wait(STOPS_WITHIN) == 0

    assert [one.other for one in pushers] == [[]] * 4
    assert rows(folder) == (4 * each * 20, 4 * each * 20)
    assert counted['gridapp_changes_total{what="taken"}'] == 4 * each * 20


def test_the_port_is_free_again_when_the_first_of_several_processes_is_killed(
    tmp_path, postgres
):
    folder, many = tmp_path / "county", ["--workers", "2"]
    upkeep.init(folder, postgres("killed_first"))
    with serving(folder, *many) as (server, url, log):
        both_serve(url, log)

        server.kill()

        until(lambda: not listens(url))
    with serving(folder, *many, "--port", url.rpartition(":")[2]) as (_, again, log):
        both_serve(again, log)
    assert again == url


def listens(url):
    with suppress(httpx.TransportError):
        return httpx.get(url + "/health").status_code == 200
    return False


def both_serve(url, log):
    """Wait until both processes have answered something."""

    def answered():
        with suppress(httpx.TransportError):
            httpx.get(url + "/v1/versions")
        return len(log.processes) == 2

    until(answered)


def scraped(url):
    text = httpx.get(url + "/metrics").text
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (one.rsplit(" ", 1) for one in lines)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("processes") / "county"
    upkeep.init(folder)
    return folder


def trusting(authority):
    return ssl.create_default_context(cafile=authority.file)


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="there is no SIGHUP")
def test_a_renewed_certificate_counts_after_a_signal_and_counters_may_have_a_port(
    folder, tmp_path, unused_port
):
    authority, other = Authority(tmp_path), Authority(tmp_path / "..", "另一个 CA")
    certificate, key = authority.server("server")
    options = ["--certificate", str(certificate), "--key", str(key)]
    options += ["--metrics-port", str(unused_port)]
    with serving(folder, *options) as (server, url, log):
        assert httpx.get(url + "/health", verify=trusting(authority)).status_code == 200
        counted = httpx.get(f"http://127.0.0.1:{unused_port}/metrics").text
        assert "gridapp_devices" in counted
        here = httpx.get(url + "/metrics", verify=trusting(authority))
        assert here.status_code == 404

        renewed = other.server("renewed")
        for new, old in zip(renewed, (certificate, key), strict=True):
            old.write_bytes(new.read_bytes())
        server.send_signal(signal.SIGHUP)
        until(lambda: answers(url, trusting(other)))
        with pytest.raises(httpx.ConnectError):
            httpx.get(url + "/health", verify=trusting(authority))

        certificate.write_text("broken")
        server.send_signal(signal.SIGHUP)
        until(lambda: any("could not be renewed" in line for line in log.lines))
        assert answers(url, trusting(other))


def answers(url, trusted):
    """Whether the server shows a certificate of those authorities."""
    try:
        return httpx.get(url + "/health", verify=trusted).status_code == 200
    except httpx.ConnectError:
        return False


@pytest.fixture
def unused_port():
    with kept_port() as kept:
        yield kept.getsockname()[1]


def test_a_certificate_without_its_key_is_refused_in_words(folder, tmp_path, capsys):
    arguments = ["county", "serve", "--data", str(folder)]
    with pytest.raises(SystemExit):
        main.main([*arguments, "--certificate", str(tmp_path / "a.pem")])

    assert "--key" in capsys.readouterr().err
