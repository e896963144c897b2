"""Whatever the server's own description allows is asked of it, and much that it does
not: no accident, answers as described, and nothing of a grid that is not the asker's.

`GRIDAPP_EXAMPLES` says how many requests an operation gets in each way; a long run is
`make fuzz`.
"""

import json
import os
from base64 import b64encode
from collections import Counter
from dataclasses import dataclass

import httpx
import jsonschema_rs
import pytest
import schemathesis
import zstandard
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    status_code_conformance,
)

from gridapp.county import access, app, openapi
from gridapp.county.forms import JSON, PACKED
from gridapp.county.store import open_county
from gridapp.models import RECORDS
from gridapp.models.place import grid_id
from gridapp.models.record import fields_of
from gridapp.sync.protocol import SyncRequest
from tests.county.caller import Caller, over_http
from tests.county.conftest import GRID, OTHER

EXAMPLES = int(os.environ.get("GRIDAPP_EXAMPLES", "2"))
MARKS = {GRID: "甲格的人甲格的事", OTHER: "乙格的人乙格的事"}
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
]


@schemathesis.serializer(PACKED.media_type, "application/offset+octet-stream")
def as_it_is(_, value):
    return value if isinstance(value, bytes) else str(value).encode()


def ascii_of(raw):
    return b64encode(raw).decode()


@dataclass
class World:
    """A server with two grids, and a device in each that knows its own records."""

    url: str
    callers: dict
    ids: list

    def tokens(self):
        return [*(one.token for one in self.callers.values()), "wrong", None]

    def foreign_mark(self, token):
        """What an answer to this token must not have in it."""
        return [
            mark
            for grid, mark in MARKS.items()
            if token is None or token != self.callers[grid].token
        ]


@pytest.fixture
def world(county_folder, served):
    county = open_county(county_folder)
    made = {grid: access.create_enrolment(county, [grid], "甲") for grid in MARKS}
    county.close()
    callers, ids = {}, []
    for grid, code in made.items():
        caller = callers[grid] = Caller(over_http(served), code)
        caller.grid = grid_id(grid).bytes
        people = [caller.new(name=MARKS[grid], note=MARKS[grid]) for _ in range(3)]
        wrong = caller.new(name="丙", note=[MARKS[grid]])
        status, reply = caller.push(*people, wrong)
        assert (status, reply.pushed.taken, len(reply.pushed.held)) == (200, 4, 1)
        ids += [one.id for one in people]
    return World(served, callers, ids)


def changes(world):
    """Changes that get past the door: known types, grids, records and fields."""
    names = sorted({f.name for model in RECORDS for f in fields_of(model)})
    places = [grid_id(grid).bytes for grid in MARKS]
    known = st.sampled_from([*world.ids, *places])
    value = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-5, 99),
        st.text(max_size=9),
        known.map(ascii_of),
    )
    return st.tuples(
        st.sampled_from([model.__tablename__ for model in RECORDS]),
        (known | st.binary(min_size=16, max_size=16)).map(ascii_of),
        st.sampled_from(places).map(ascii_of),
        st.sampled_from(["insert", "update", "delete", "restore"]),
        st.dictionaries(
            st.sampled_from([*names, "grid_id"]),
            st.tuples(value, value).map(list) | value,
            max_size=4,
        ),
    )


def cursors(world):
    grids = st.sampled_from([grid_id(grid).bytes for grid in MARKS]).map(ascii_of)
    spots = ["", "log", "done", "resident:" + "0" * 32, "grid:" + world.ids[0].hex()]
    return st.lists(
        st.tuples(grids, st.integers(0, 9), st.sampled_from(spots)).map(list),
        max_size=3,
    )


class Aim:
    """Makes a body that was drawn from its schema one that gets past the door."""

    def __init__(self, world):
        self.world, self.seq = world, Counter({grid: 1000 for grid in MARKS})

    def strategy(self):
        return st.none() | st.tuples(
            st.lists(changes(self.world), max_size=4), cursors(self.world)
        )

    def take(self, body, kind, grid, drawn):
        caller = self.world.callers[grid]
        said = {"version": 1, "epoch": caller.epoch, "device": ascii_of(caller.device)}
        for name, value in said.items():
            if name in kind.__struct_fields__:
                at = kind.__struct_fields__.index(name)
                body[at : at + 1] = [value]
        if kind is SyncRequest:
            body[3] = self.push(grid, caller, drawn[0]) or body[3]
            body[4] = [drawn[1], 50]

    def push(self, grid, caller, drawn):
        lines = []
        for type_, record, where, action, values in drawn:
            self.seq[grid] += 1
            by = ascii_of(caller.worker)
            line = [self.seq[grid], type_, record, where, action, 0, by, None]
            lines.append([*line, ",".join(values), list(values.values())])
        return [self.seq[grid], lines] if lines else None


class Answers:
    """Holds answers in JSON against the description.

    schemathesis has a check for it, which takes `prefixItems` for an older keyword.
    """

    def __init__(self, url):
        self.document = httpx.get(url + openapi.PATH).json()
        self.validators = {}

    def check(self, operation, answer):
        if answer.headers.get("content-type", [""])[0] != JSON.media_type:
            return
        responses = self.document["paths"][operation.path][operation.method][
            "responses"
        ]
        status = str(answer.status_code)
        found = responses.get(status) or responses[f"{status[0]}XX"]
        schema = json.dumps(found["content"][JSON.media_type]["schema"])
        if schema not in self.validators:
            whole = json.loads(schema) | {"components": self.document["components"]}
            self.validators[schema] = jsonschema_rs.Draft202012Validator(whole)
        self.validators[schema].validate(answer.json())


def plain(content):
    """The bytes of an answer as they read, packed or not."""
    try:
        return zstandard.ZstdDecompressor().stream_reader(content).read(1 << 25)
    except zstandard.ZstdError:
        return content


def test_nothing_that_may_be_asked_is_an_accident_or_tells_of_another_grid(world):
    schema = schemathesis.openapi.from_url(world.url + openapi.PATH)
    kinds = {one.path: one.messages[:1] for one in app.operations()}
    aim, answers, seen = Aim(world), Answers(world.url), Counter()
    tokens = st.sampled_from(world.tokens())

    for found in schema.get_all_operations():
        operation = found.ok()

        def ask(case, token, drawn):
            grid = next((g for g, c in world.callers.items() if c.token == token), GRID)
            kind = kinds[operation.path]  # noqa: B023  (asked in this round only)
            if drawn and kind and isinstance(case.body, list) and len(case.body) > 4:
                aim.take(case.body, kind[0], grid, drawn)
            headers = {"authorization": f"Bearer {token}"} if token else {}
            answer = case.call(base_url=world.url, headers=headers)
            case.validate_response(answer, checks=CHECKS)
            answers.check(operation, answer)  # noqa: B023
            read = plain(answer.content).decode(errors="replace")
            for mark in world.foreign_mark(token):
                assert mark not in read
            seen[answer.status_code] += 1

        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            bare = not operation.body and not operation.path_parameters
            if bare and mode is GenerationMode.NEGATIVE and not operation.headers:
                continue  # there is nothing that could be said wrongly
            drawn = aim.strategy()
            settings(
                max_examples=EXAMPLES,
                deadline=None,
                database=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )(given(operation.as_strategy(generation_mode=mode), tokens, drawn)(ask))()

    print(f"asked {sum(seen.values())} times: {dict(sorted(seen.items()))}")
    assert seen[200] > 0
    assert seen[401] + seen[429] > 0
    for caller in world.callers.values():
        assert caller.push()[0] == 200
