"""What monitoring can read of a server, and who may."""

import httpx
import pytest

from gridapp.county import access, app, attempts
from gridapp.county.serving import Options
from gridapp.county.store import open_county
from gridapp.migrations import HEAD
from gridapp.sync.protocol import EnrolRequest, pack
from tests.county.caller import Caller, over_http
from tests.county.conftest import GRID


@pytest.fixture
def caller(county_folder, served):
    county = open_county(county_folder)
    code = access.create_enrolment(county, [GRID], "张德福")
    county.close()
    return Caller(over_http(served), code, name="王秀兰的电脑")


def scraped(url):
    lines = httpx.get(url + "/metrics").text.splitlines()
    pairs = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    return {name: float(value) for name, value in pairs}


def test_what_happened_is_counted(served, caller):
    caller.push(caller.new(name="甲"), caller.new(name="乙"))
    caller.push(caller.new(name="丙", newer_field="新版本的内容"))
    caller.ask("/v1/sync", b"garbage")
    caller.ask("/v1/sync", caller.request(), token="wrong")

    found = scraped(served)

    sync = 'path="/v1/sync"'
    assert found[f'gridapp_requests_total{{method="POST",{sync},status="200"}}'] == 2
    assert found[f'gridapp_requests_total{{method="POST",{sync},status="401"}}'] == 1
    assert found['gridapp_changes_total{what="taken"}'] == 3
    assert found['gridapp_changes_total{what="held"}'] == 1
    assert found['gridapp_refused_total{code="unreadable"}'] == 1
    assert found['gridapp_refused_total{code="token"}'] == 1
    assert found[f"gridapp_request_seconds_count{{{sync}}}"] == 4
    assert found['gridapp_bytes_total{way="in"}'] > 100
    assert found['gridapp_bytes_total{way="out"}'] > 100
    assert found["gridapp_devices"] == 1
    assert found["gridapp_conflicts_open"] == 1
    assert 0 <= found["gridapp_silence_seconds"] < 120


def test_no_label_is_about_a_person_or_made_up_by_a_stranger(served, caller):
    caller.push(caller.new(name="张德福"))
    httpx.get(served + "/v1/张德福")
    httpx.request("GETEVERYTHING", served + "/v1/sync")

    text = httpx.get(served + "/metrics").text

    for word in ("张德福", "王秀兰", caller.device.hex(), GRID, "EVERYTHING", "%E5"):
        assert word not in text


def test_counters_are_not_told_through_a_proxy(served):
    """A proxy on this machine makes every stranger come from this machine."""
    for header in ("X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"):
        answer = httpx.get(served + "/metrics", headers={header: "192.0.2.7"})
        assert answer.status_code == 404


def test_only_a_named_proxy_is_believed_who_asks(county_folder):
    """Wrong codes count against where they come from."""
    guess = pack(EnrolRequest(1, "WRONG", b"d" * 16, "测试机", "0"))
    through = {"x-forwarded-for": "192.0.2.7"}
    named = Options(proxies=("127.0.0.1",))

    def guessed(url, headers):
        return httpx.post(url + "/v1/enrol", content=guess, headers=headers).status_code

    with app.running(county_folder, options=named) as url:
        for _ in range(attempts.MOST[attempts.ENROL]):
            guessed(url, through)
        assert guessed(url, through) == 429
        assert guessed(url, {"x-forwarded-for": "192.0.2.8"}) == 400
        assert guessed(url, {}) == 400
    with app.running(county_folder) as url:
        assert guessed(url, through) == 400


def test_ready_means_that_the_database_answers_in_this_schema(served, county_folder):
    assert httpx.get(served + "/ready").json() == {"ready": True, "schema": HEAD}

    county = open_county(county_folder)
    with county.writing() as db:
        db.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    county.close()

    answer = httpx.get(served + "/ready")
    assert answer.status_code == 503
    assert httpx.get(served + "/health").status_code == 200
