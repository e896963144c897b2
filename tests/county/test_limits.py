"""Bounds of the server against whoever sends too much, too slowly or too often."""

import select
import socket
import struct
import threading
import time
from contextlib import suppress
from urllib.parse import urlsplit

import httpx
import msgspec
import pytest
import zstandard

from gridapp.county import access, app, service, upkeep
from gridapp.county.limits import Limits
from gridapp.sync import protocol
from gridapp.sync.protocol import MAX_ASKED, MAX_PUSH, Refusal, SyncRequest, pack
from tests.county.conftest import GRID
from tests.county.waiting import until

SYNC = "/v1/sync"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("limits") / "county"
    upkeep.init(folder)
    return folder


@pytest.fixture(scope="module")
def county(folder):
    with upkeep.opened(folder) as opened:
        yield opened


@pytest.fixture(scope="module")
def device(county):
    """A device of the county, and its token."""
    code = access.create_enrolment(county, [GRID], "测试员")
    request = protocol.EnrolRequest(1, code, b"d" * 16, "测试机", "0")
    answer = service.answer(county, service.ENROL, "", pack(request))
    return b"d" * 16, protocol.unpack(answer.body, protocol.EnrolReply).token


def said(content):
    return protocol.unpack(content, Refusal)


def with_values(device, county, values):
    """A request with one change whose values are these bytes of MessagePack."""
    marker = b"\xa6VALUES"
    change = protocol.Change(
        1, "resident", b"r" * 16, b"g" * 16, "insert", 0, None, None, "name", ["VALUES"]
    )
    push = protocol.Push(1, [change])
    request = SyncRequest(1, county.epoch, device, push, None)
    plain = msgspec.msgpack.encode(request)
    assert plain.count(b"\x91" + marker) == 1
    return plain.replace(b"\x91" + marker, values)


BOMBS = {
    "its size is stated": lambda: zstandard.compress(b"\0" * (MAX_ASKED + 9)),
    "its size is not stated": lambda: zstandard.ZstdCompressor(
        write_content_size=False
    ).compress(b"\0" * (64 << 20)),
    "many frames": lambda: zstandard.compress(b"\0" * (1 << 20)) * 64,
    "a huge window": lambda: zstandard.ZstdCompressor(
        compression_params=zstandard.ZstdCompressionParameters(
            window_log=27, compression_level=3, write_content_size=False
        )
    ).compress(b"\0" * 99),
}


@pytest.mark.parametrize("how", BOMBS)
def test_a_bomb_is_refused_in_words_and_little_memory(county, device, how):
    """Also where python-zstandard's own bound is not looked at (a stated size)."""
    body = BOMBS[how]()
    assert len(body) < 20_000

    answer = service.answer(county, SYNC, device[1], body)

    assert answer.status in (400, 413)
    assert (
        "升级程序" in said(answer.body).sentence or "再试" in said(answer.body).sentence
    )


def test_a_bomb_in_a_bomb_is_only_opened_once(county, device):
    body = zstandard.compress(zstandard.compress(b"\0" * (1 << 30)))

    answer = service.answer(county, SYNC, device[1], body)

    assert said(answer.body).code == "unreadable"


@pytest.mark.parametrize(
    "values",
    [
        b"\x91" * 100_000 + b"\xc0",
        b"\xdd\xff\xff\xff\xff",
        (b"\xdd\x07\xff\xff\xff") * 50,
        b"\x91\xdf\xff\xff\xff\xff",
        b"\x91\xc6\xff\xff\xff\xff",
        b"\x91\xdb\xff\xff\xff\xff",
    ],
    ids=["deep", "long list", "long lists", "long map", "long bytes", "long text"],
)
def test_depth_and_lengths_that_lie_are_refused(county, device, values):
    plain = with_values(device[0], county, values)

    answer = service.answer(county, SYNC, device[1], zstandard.compress(plain))

    assert (answer.status, said(answer.body).code) == (400, "unreadable")


@pytest.mark.parametrize("depth", [100, 500, 900, 990])
def test_a_value_that_nests_is_held_and_breaks_nothing(county, device, depth):
    values = b"\x91" + b"\x91" * depth + b"\xc0"
    plain = with_values(device[0], county, values)

    answer = service.answer(county, SYNC, device[1], zstandard.compress(plain))

    assert answer.status in (200, 400)


def test_nobody_is_unpacked_before_it_is_known_who_asks(county):
    """1 kB would become 30 million lists, and two gigabytes."""
    many = 30 << 20
    plain = b"\x97\x01\xdd" + struct.pack(">I", many) + b"\x90" * many

    answer = service.answer(county, SYNC, "wrong", zstandard.compress(plain))

    assert answer.status == 401


def test_behind_a_message_nothing_may_stand(county, device):
    request = SyncRequest(1, county.epoch, device[0], None, None)

    for more in (b"more", pack(request)):
        answer = service.answer(county, SYNC, device[1], pack(request) + more)
        assert said(answer.body).code == "unreadable"


def test_a_body_that_is_announced_too_big_is_refused_before_it_comes(folder):
    with app.running(folder) as url, connected(url) as sock:
        sock.sendall(head(MAX_PUSH + 1))

        assert b" 413 " in sock.recv(4096)


def test_a_body_without_a_length_is_counted_as_it_comes(folder):
    def endless():
        for _ in range(40):
            yield b"\0" * (64 << 10)

    with app.running(folder) as url:
        answer = httpx.post(url + SYNC, content=endless())

    assert answer.status_code == 413
    assert said(answer.content).code == "size"


def connected(url):
    address = urlsplit(url)
    return socket.create_connection((address.hostname, address.port), timeout=20)


def answered(url, status):
    """The first answer with that status to a request that anybody may send."""
    answers = []

    def come():
        answers.append(httpx.post(url + SYNC, content=b"", timeout=30))
        return answers[-1].status_code == status

    until(come)
    return answers[-1]


def head(length, path=SYNC):
    return (
        f"POST {path} HTTP/1.1\r\nHost: county\r\nContent-Length: {length}\r\n\r\n"
    ).encode()


def test_a_body_that_drips_is_given_up_in_words(folder):
    limits = Limits(body=0.6, silence=20)
    with app.running(folder, limits) as url, connected(url) as sock:
        sock.sendall(head(1000))
        for _ in range(900):  # never whole
            if select.select([sock], [], [], 0.05)[0]:
                break
            sock.sendall(b"x")
        received = sock.recv(4096)

    assert b" 408 " in received
    assert b"retry-after: " in received


def test_a_silent_body_is_given_up(folder):
    with app.running(folder, Limits(silence=0.2)) as url, connected(url) as sock:
        sock.sendall(head(1000) + b"x")

        assert b" 408 " in sock.recv(4096)


@pytest.mark.parametrize("first", [b"", b"GET /health HTTP/1.1\r\nX-A: "])
def test_headers_that_never_end_lose_their_connection(folder, first):
    with app.running(folder, Limits(headers=0.3)) as url, connected(url) as sock:
        sock.sendall(first)
        with pytest.raises((ConnectionError, TimeoutError)):  # noqa: PT012
            for _ in range(1000):
                if first:
                    sock.sendall(b"x")
                sock.settimeout(0.05)
                try:
                    if sock.recv(100) == b"":
                        raise ConnectionResetError
                except TimeoutError:
                    continue
            pytest.fail("the connection stayed")


def test_headers_beyond_their_bound_are_refused(folder):
    received = b""
    with app.running(folder) as url, connected(url) as sock:
        sock.sendall(b"GET /health HTTP/1.1\r\nX-Long: ")
        with suppress(ConnectionError):
            for _ in range(20):
                sock.sendall(b"x" * 8000)
                time.sleep(0.02)
            received = sock.recv(4096)

    assert b" 200 " not in received


def test_one_request_too_many_is_told_when_to_come_again(folder):
    with app.running(folder, Limits(requests=1)) as url, connected(url) as sock:
        sock.sendall(head(1000))  # one that is being read
        answer = answered(url, 503)
        health = httpx.get(url + "/health")

    assert int(answer.headers["retry-after"]) > 0
    assert "过一会儿" in said(answer.content).sentence
    assert health.status_code == 200


def test_one_connection_too_many_is_told_so_and_closed(folder):
    with app.running(folder, Limits(connections=2)) as url:
        with connected(url), connected(url):
            answer = answered(url, 503)
        answered(url, 401)  # once it knows that they are gone

    assert answer.headers["connection"] == "close"
    assert said(answer.content).code == "busy"


def test_more_requests_than_database_connections_all_get_an_answer(folder, device):
    county_answers = []

    def ask(url, epoch):
        request = SyncRequest(1, epoch, device[0], None, protocol.Pull([]))
        headers = {"authorization": f"Bearer {device[1]}"}
        answer = httpx.post(url + SYNC, content=pack(request), headers=headers)
        county_answers.append(answer.status_code)

    with upkeep.opened(folder) as county:
        epoch = county.epoch
    with app.running(folder) as url:
        threads = [threading.Thread(target=ask, args=(url, epoch)) for _ in range(40)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert county_answers == [200] * 40
