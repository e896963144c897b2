"""The same messages as JSON: the same effects, bounds and refusals."""

import json
import shutil
from base64 import b64encode

import httpx
import msgspec
import pytest

from gridapp.county import access, openapi, upkeep
from gridapp.county.store import open_county
from gridapp.sync import protocol
from tests.county.caller import Caller, over_http
from tests.county.conftest import GRID


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """An empty county; which database it has makes no difference here."""
    folder = tmp_path_factory.mktemp("template") / "county"
    upkeep.init(folder)
    return folder


@pytest.fixture
def county_folder(template, tmp_path):
    return shutil.copytree(template, tmp_path / "county")


@pytest.fixture
def caller(county_folder, served):
    county = open_county(county_folder)
    code = access.create_enrolment(county, [GRID], "李主任")
    county.close()
    return Caller(over_http(served), code)


def text(raw):
    return b64encode(raw).decode()


def change(caller, number, type_, record, values, action="insert"):
    by, grid = text(caller.worker), text(caller.grid)
    names, said = ",".join(values), list(values.values())
    return [number, type_, text(record), grid, action, 0, by, None, names, said]


def ask(served, caller, *changes, cursors=()):
    push = [changes[-1][0], list(changes)] if changes else None
    body = [1, caller.epoch, text(caller.device), push, [list(cursors)]]
    return httpx.post(
        served + "/v1/sync",
        content=json.dumps(body),
        headers={
            "content-type": "application/json; charset=utf-8",
            "authorization": f"Bearer {caller.token}",
        },
    )


def test_a_record_that_points_to_another_goes_up_and_comes_down(served, caller):
    building, room = b"b" * 16, b"r" * 16
    sent = [
        change(caller, 1, "building", building, {"number": "1"}),
        change(
            caller, 2, "dwelling", room, {"room": "101", "building_id": text(building)}
        ),
        change(caller, 3, "building", b"c" * 16, {"number": "2"}),
    ]

    up = ask(served, caller, *sent)
    moved = {"building_id": [text(building), text(b"c" * 16)]}
    after = ask(served, caller, change(caller, 4, "dwelling", room, moved, "update"))
    down = ask(served, caller).json()

    assert up.json()[2] == [3, 3, []]
    assert after.json()[2] == [4, 1, []]
    [brought] = [one for one in down[3][0] if one[2] == text(room)]
    values = dict(zip(brought[8].split(","), brought[9], strict=True))
    assert values["building_id"] == text(b"c" * 16)
    packed = caller.push()[1]
    assert len(packed.pulled.changes) == len(down[3][0])


def test_a_refusal_comes_in_the_form_of_the_request(served, caller):
    answer = httpx.post(served + "/v1/sync", json=[1])

    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()[0] == "token"


@pytest.mark.parametrize("body", ["", "[", "[" * 100_000, '{"version": 1}', "[1e999]"])
def test_json_that_means_nothing_is_refused(served, caller, body):
    headers = {
        "content-type": "application/json",
        "authorization": f"Bearer {caller.token}",
    }
    answer = httpx.post(served + "/v1/sync", content=body, headers=headers)

    assert (answer.status_code, answer.json()[0]) == (400, "unreadable")


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ('{"version": "9901011"}', "$"),
        ('["9901011"]', "$[0]"),
        ('[1, "9901011", {"9901012": 3}]', "$[2]"),
        ("[1, 9901011 9901012]", "第 13 个字节"),
        ('["9901011', "末尾"),
    ],
)
def test_it_is_told_where_it_could_not_be_read_and_nothing_it_said(
    served, caller, body, place
):
    headers = {
        "content-type": "application/json",
        "authorization": f"Bearer {caller.token}",
    }
    sentence = httpx.post(served + "/v1/sync", content=body, headers=headers).json()[1]

    assert sentence.endswith(f"（读到{place}）")
    assert "990101" not in sentence


def test_json_has_the_same_bounds(served, caller):
    name = {"name": "甲"}
    many = [
        change(caller, at, "resident", at.to_bytes(16), name)
        for at in range(1, protocol.MAX_ROWS + 2)
    ]
    long = change(caller, 1, "resident", b"p" * 16, {"note": "x" * protocol.MAX_PUSH})

    assert ask(served, caller, *many).json()[0] == "size"
    assert ask(served, caller, long).status_code == 413


def test_the_description_names_every_place_of_every_array(served):
    """Another client is written after it: an array alone says nothing of its order."""
    schemas = httpx.get(served + openapi.PATH).json()["components"]["schemas"]

    for name, schema in schemas.items():
        assert all(one.get("title") for one in schema.get("prefixItems", ())), name
    places = [one["title"] for one in schemas["Change"]["prefixItems"]]
    assert places == [one.name for one in msgspec.structs.fields(protocol.Change)]
