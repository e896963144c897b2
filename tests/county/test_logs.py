"""What the server writes down of a request: enough to find a fault, nobody's data."""

import io
import json
import logging

import httpx
import pytest

from gridapp.county import access, app
from gridapp.county.logs import CONFIG, Lines
from gridapp.county.store import open_county
from gridapp.sync.protocol import EnrolRequest
from tests.county.caller import Caller, over_http
from tests.county.conftest import GRID

NAME, PHONE, ID_NUMBER = "张德福", "13800001234", "990101195001010012"
MACHINE = "王秀兰的电脑"
DEVICE = bytes.fromhex("0199a2b4c6d87abc8def0123456789ab")


@pytest.fixture
def log():
    """Everything that any library logs meanwhile, as the server would write it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Lines())
    root = logging.getLogger()
    ours = logging.getLogger("gridapp")
    before = root.level, ours.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    ours.setLevel(logging.DEBUG)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.removeHandler(handler)
    root.setLevel(before[0])
    ours.setLevel(before[1])


@pytest.fixture
def code(county_folder):
    county = open_county(county_folder)
    made = access.create_enrolment(county, [GRID], NAME)
    county.close()
    return made


def broken(county_folder):
    """A county whose database does not answer as the program expects."""
    county = open_county(county_folder)
    with county.writing() as db:
        if county.postgres:
            db.exec_driver_sql("ALTER TABLE resident RENAME TO hidden")
        else:
            db.exec_driver_sql("UPDATE device SET seen_at = 'no time'")
    county.close()


def test_no_line_of_the_log_has_a_person_or_a_secret_in_it(county_folder, code, log):
    with app.running(county_folder) as url:
        caller = Caller(over_http(url), code, DEVICE, MACHINE)
        person = {"name": NAME, "phone": [PHONE], "id_number": ID_NUMBER}
        said = [
            caller.push(caller.new(**person)),
            caller.push(caller.new(name=NAME, id_number="990101195001019999")),
            caller.push(caller.new(name=[NAME], gender=PHONE)),
            caller.push(caller.new(**{NAME: PHONE})),
        ]
        for message in (
            EnrolRequest(1, code, b"e" * 16, MACHINE, "0"),
            EnrolRequest(1, PHONE, DEVICE, MACHINE, "0"),
            EnrolRequest(1, NAME, NAME.encode(), MACHINE, "0"),
            NAME.encode(),
        ):
            caller.ask("/v1/enrol", message)
        caller.ask("/v1/sync", NAME.encode())
        caller.ask("/v1/sync", NAME.encode(), token="wrong-" + PHONE)
        httpx.post(f"{url}/v1/sync?name={NAME}", json=[NAME])
        httpx.get(f"{url}/v1/{NAME}?phone={PHONE}")
        httpx.request(PHONE, f"{url}/v1/sync")
        httpx.get(f"{url}/health?phone={PHONE}", headers={"x-name": PHONE})
        broken(county_folder)
        said.append(caller.push(caller.new(**person)))

    lines = log()
    text = json.dumps(lines, ensure_ascii=False)
    for secret in (
        NAME,
        PHONE,
        ID_NUMBER,
        MACHINE,
        code,
        code.replace("-", ""),
        caller.token,
        "127.0.0.1",
        "phone",
        DEVICE.hex(),
    ):
        assert secret not in text
    assert [status for status, _ in said] == [200, 200, 200, 200, 500]
    assert {one["status"] for one in lines if "status" in one} >= {
        200,
        400,
        401,
        404,
        500,
    }


def test_a_line_says_which_request_it_was_and_what_became_of_it(
    county_folder, code, log
):
    with app.running(county_folder) as url:
        caller = Caller(over_http(url), code, DEVICE, MACHINE)
        caller.push(caller.new(name=NAME))

    line = [one for one in log() if one.get("path") == "/v1/sync"][-1]
    assert line["event"] == "request"
    assert (line["status"], line["method"], line["taken"]) == (200, "POST", 1)
    assert line["device"] == DEVICE.hex()[-8:]
    assert line["bytes_in"] > 100
    assert line["bytes_out"] > 50
    assert line["ms"] > 0
    assert line["time"].endswith("+00:00")


def test_what_nobody_expected_is_told_with_a_number_that_the_log_has(
    county_folder, code, log
):
    with app.running(county_folder) as url:
        caller = Caller(over_http(url), code, DEVICE, MACHINE)
        broken(county_folder)
        status, refusal = caller.push(caller.new(name=NAME))

    assert (status, refusal.code) == (500, "broken")
    assert "改动都在本机" in refusal.sentence
    found = [one for one in log() if one["event"] == "unexpected"]
    assert [one["request"] for one in found] == [refusal.request]
    assert found[0]["raised_in"]
    assert found[0]["error"]


def test_a_request_for_health_leaves_no_line(county_folder, log):
    with app.running(county_folder) as url:
        httpx.get(url + "/health")

    assert not [one for one in log() if one.get("path") == "/health"]


def test_the_log_of_the_server_is_made_of_these_lines():
    assert CONFIG["formatters"]["lines"]["()"] == f"{Lines.__module__}.Lines"
