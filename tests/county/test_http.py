"""A real server on a real port, with real encrypted vaults."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time

import httpx
import pytest
import zstandard

import gridapp
from gridapp.county import access, app, upkeep
from gridapp.errors import UserError
from gridapp.models import Resident
from gridapp.store import records
from gridapp.sync import protocol
from gridapp.sync.client import HttpTransport, SyncClient
from gridapp.sync.protocol import Push
from tests.county.conftest import GRID


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("http") / "county"
    upkeep.init(folder)
    return folder


@pytest.fixture
def url(folder):
    with app.running(folder) as address:
        yield address


def enrolled(folder, url, store, name):
    with upkeep.opened(folder) as county:
        code = access.create_enrolment(county, [GRID], name)
    client = SyncClient(store, HttpTransport(url))
    client.enrol(code)
    return client


def test_two_laptops_meet_over_http(folder, url, new_vault):
    stores = new_vault("a"), new_vault("b")
    li, wang = (
        enrolled(folder, url, store, name)
        for store, name in zip(stores, ("李主任", "王秀兰"), strict=True)
    )
    with stores[0].writing() as tx:
        person = records.save(tx, Resident, {"name": "张德福"})
    li.sync()
    wang.sync()
    with stores[0].writing() as tx:
        records.save(tx, Resident, {"note": "耳背"}, person)
    with stores[1].writing() as tx:
        records.save(tx, Resident, {"mobility": "卧床"}, person)
    for client in (li, wang, SyncClient.of(stores[0])):
        client.sync()

    found = []
    for store in stores:
        with store.reading() as db:
            found.append(records.get(db, Resident, person))
    assert found[0] == found[1]
    assert (found[0]["note"], found[0]["mobility"]) == ("耳背", "卧床")


def test_many_laptops_at_once(folder, url, new_vault):
    """Threads of one server: no change is lost, none is taken twice."""
    stores = [new_vault(f"v{at}") for at in range(4)]
    clients = [
        enrolled(folder, url, store, f"网格员{at}") for at, store in enumerate(stores)
    ]
    with upkeep.opened(folder) as county:
        before = upkeep.status(county)["records"]["resident"]

    def work(store, client):
        for at in range(5):
            with store.writing() as tx:
                records.save(tx, Resident, {"name": f"居民{at}"})
            client.sync()

    threads = [
        threading.Thread(target=work, args=pair)
        for pair in zip(stores, clients, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for client in clients:
        client.sync()

    for store in stores:
        with store.reading() as db:
            assert records.count(db, Resident) == before + 20


def test_a_server_that_is_not_there_says_so(folder, new_vault):
    with app.running(folder) as url:
        client = enrolled(folder, url, new_vault("a"), "李主任")
    with pytest.raises(UserError, match="连不上县级服务器"):
        client.sync()


def test_a_sync_with_nothing_to_say_is_one_round_trip_of_less_than_300_bytes(
    folder, url, new_vault
):
    """All that goes over the line, its HTTP included."""
    store = new_vault("a")
    enrolled(folder, url, store, "李主任").sync()
    passed = bytearray()
    to = ("127.0.0.1", int(url.rsplit(":", 1)[1]))
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def carry(source, sink):
            while piece := source.recv(65536):
                passed.extend(piece)
                sink.sendall(piece)
            sink.shutdown(socket.SHUT_WR)

        def relay():
            near, _ = listening.accept()
            with near, socket.create_connection(to) as far:
                back = threading.Thread(target=carry, args=(far, near))
                back.start()
                carry(near, far)
                back.join()

        thread = threading.Thread(target=relay)
        thread.start()
        relayed = HttpTransport(f"http://127.0.0.1:{listening.getsockname()[1]}")
        SyncClient(store, relayed).sync()
        thread.join()
    assert bytes(passed).count(b"HTTP/1.1 200") == 1
    assert len(passed) < 300


def test_a_program_that_names_its_media_type_is_answered_with_it(url):
    """Versions up to 0.1 did, and take nothing else for the county."""
    kind = "application/vnd.gridapp.sync"
    answers = [
        httpx.post(f"{url}/v1/sync", content=protocol.pack(Push(0, [])), headers=named)
        for named in ({"content-type": kind}, {"accept": kind})
    ]
    assert [one.headers["content-type"] for one in answers] == [kind, kind]
    assert all(one.content.startswith(zstandard.FRAME_HEADER) for one in answers)


def test_an_answer_that_comes_byte_by_byte_is_taken_for_the_countys():
    said = protocol.pack(Push(7, []))
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(said)
    with socket.create_server(("127.0.0.1", 0)) as server:
        transport = HttpTransport(f"http://127.0.0.1:{server.getsockname()[1]}")

        def answer():
            connection, _ = server.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with connection:
                connection.recv(65536)
                connection.sendall(head)
                for one in said:
                    time.sleep(0.002)
                    connection.sendall(bytes([one]))

        thread = threading.Thread(target=answer)
        thread.start()
        assert transport.exchange("/v1/sync", "", b"body") == (200, said)
        transport.close()
        thread.join()


def test_the_next_batch_is_read_while_the_answer_is_waited_for():
    """The server answers only once that work has begun."""
    begun = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer():
            connection, _ = server.accept()
            with connection:
                connection.recv(65536)
                said = b"204 No Content" if begun.wait(60) else b"408 Late"
                kind = b"Content-Type: application/vnd.gridapp.sync"
                connection.sendall(b"HTTP/1.1 " + said + b"\r\n" + kind + b"\r\n\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        transport = HttpTransport(f"http://127.0.0.1:{server.getsockname()[1]}")
        transport.meanwhile = begun.set
        assert transport.exchange("/v1/sync", "", b"body") == (204, b"")
        assert transport.meanwhile is None
        transport.close()
        thread.join()


def test_another_server_is_not_taken_for_the_county(folder, url, new_vault):
    """A captive portal answers everything with a page."""
    store = new_vault("a")
    enrolled(folder, url, store, "李主任")
    with socket.create_server(("127.0.0.1", 0)) as portal:

        def answer():
            connection, _ = portal.accept()
            with connection:
                connection.recv(65536)
                page = b"<html>login</html>"
                connection.sendall(
                    b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
                    b"Content-Length: %d\r\nConnection: close\r\n\r\n%s"
                    % (len(page), page)
                )

        thread = threading.Thread(target=answer)
        thread.start()
        address = f"http://127.0.0.1:{portal.getsockname()[1]}"
        with pytest.raises(UserError, match="不是县级服务器"):
            SyncClient(store, HttpTransport(address)).sync()
        thread.join()


def test_a_body_that_is_too_big_is_refused(url):
    answer = httpx.post(url + "/v1/sync", content=b"\0" * (protocol.MAX_PUSH + 1))

    assert answer.status_code == 413
    assert "过大" in protocol.unpack(answer.content, protocol.Refusal).sentence


@pytest.mark.parametrize("body", [b"", b"{}", zstandard.compress(b"\xc1")])
def test_a_body_that_means_nothing_is_refused(url, body):
    answer = httpx.post(url + "/v1/enrol", content=body)

    assert answer.status_code == 400
    assert protocol.unpack(answer.content, protocol.Refusal).code == "unreadable"


def test_no_token_no_answer(url):
    request = protocol.SyncRequest(1, "e", b"d" * 16, None, protocol.Pull([]))

    answer = httpx.post(url + "/v1/sync", content=protocol.pack(request))

    assert answer.status_code == 401


def test_health(url):
    assert httpx.get(url + "/health").json() == {
        "program": "gridapp",
        "version": gridapp.__version__,
    }


def test_serve_prints_its_address_first_and_stops_when_told(folder):
    code = "import sys; from pathlib import Path; from gridapp.county import app;"
    code += "app.serve(Path(sys.argv[1]), '127.0.0.1', 0)"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONUTF8": "1"},
    ) as server:
        address = server.stdout.readline().strip()
        try:
            assert httpx.get(address + "/health").status_code == 200
        finally:
            server.send_signal(signal.SIGTERM)
        assert server.wait(20) in (0, -signal.SIGTERM)


def test_a_port_in_use_is_said_in_words(folder):
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(UserError, match="换一个端口"),
    ):
        app.serve(folder, "127.0.0.1", taken.getsockname()[1])


def test_a_database_that_is_not_there_is_said_without_its_password(tmp_path):
    nowhere = f"postgresql://county:secret@/nothing?host={tmp_path}"

    with pytest.raises(UserError, match="连不上数据库") as caught:
        upkeep.init(tmp_path / "county", nowhere)

    assert "secret" not in str(caught.value)
    assert not (tmp_path / "county" / "county.json").exists()
