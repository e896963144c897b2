"""A county that is busy for a moment is waited for, in the middle of photos too."""

import socket
import threading
import time
from urllib.parse import urlsplit

import httpx
import pytest

from gridapp.county import app, limits, photos, upkeep
from gridapp.county.limits import Limits
from tests.county.conftest import GRID
from tests.county.tus import Laptop, enrolment, jpeg

HEAD = b"POST /v1/sync HTTP/1.1\r\nHost: county\r\nContent-Length: 1000\r\n\r\n"


@pytest.fixture(scope="module")
def county_template(tmp_path_factory):
    """An empty county in a file: what is busy here lies before the database."""
    folder = tmp_path_factory.mktemp("template") / "county"
    upkeep.init(folder)
    return folder, None


@pytest.fixture
def served(county_folder, monkeypatch):
    """A server that takes one request at a time, and asks others to wait a second."""
    monkeypatch.setattr(limits, "_CROWDED_WAIT", 1)
    with app.running(county_folder, Limits(requests=1)) as url:
        yield url


class Somebody:
    """Keeps the server busy for a moment, once, when the photos' turn has come."""

    def __init__(self, url, words):
        self.url, self.words = url, words
        self.refused = 0

    def __call__(self, done, total, words):
        if words != self.words or self.refused:
            return
        address = urlsplit(self.url)
        sock = socket.create_connection((address.hostname, address.port))
        sock.sendall(HEAD)
        while not self.refused:
            answer = httpx.get(self.url + "/v1/versions")
            self.refused += answer.status_code == 503
            time.sleep(0.01)
        threading.Timer(0.4, sock.close).start()


def test_photos_wait_for_a_county_that_is_busy_for_a_moment(
    served, county_folder, new_vault
):
    one, other = (
        Laptop(new_vault(name), served, enrolment(county_folder, name, GRID))
        for name in ("周敏", "李娜")
    )
    name = one.photograph(jpeg())
    one.client.sync()
    other.client.sync()

    up, down = Somebody(served, "上传照片"), Somebody(served, "下载照片")
    sent = one.photos(progress=up)
    got = other.photos(progress=down)

    assert (up.refused, down.refused) == (1, 1)
    assert (sent.troubles, sent.waiting, sent.photos_up) == ([], 0, 1)
    assert (got.troubles, got.photos_down) == ([], 1)
    with upkeep.opened(county_folder) as county:
        assert list(photos.names(county, "whole")) == [name]
