"""The OpenAPI 3.1 description of the server, made from the messages themselves.

A packed body is bytes to OpenAPI; its JSON twin says what is in it. Structs travel as
arrays, so a schema lists their places (`prefixItems`), as msgspec describes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, get_args

import msgspec

import gridapp
from gridapp.county.forms import JSON, PACKED
from gridapp.county.routes import Operation, Run
from gridapp.sync import protocol
from gridapp.sync.protocol import (
    MAX_ROWS,
    Change,
    Refusal,
)

PATH = "/openapi.json"
_REF = "#/components/schemas/{name}"
_ID = "^[A-Za-z0-9+/]{21}[AQgw]==$"  # 16 bytes in base64
_NUMBER = {"type": "integer", "minimum": -(2**63), "maximum": 2**63 - 1}


def exchange(
    path: str,
    run: Run,
    summary: str,
    messages: tuple[type[Any], type[Any]],
    *,
    token: bool = True,
) -> Operation:
    """A POST of one of our messages that is answered by another."""
    asked, answered = messages
    said: dict[str, Any] = {
        "summary": summary,
        "requestBody": {"required": True, "content": content(asked)},
        "responses": {
            "200": {"description": answered.__name__, "content": content(answered)},
            **refusals(),
        },
    }
    if token:
        said["security"] = [{"device": []}]
    return Operation("POST", path, run, said, messages)


def told(
    path: str,
    run: Run,
    summary: str,
    schema: Mapping[str, Any],
    media_type: str = JSON.media_type,
) -> Operation:
    """A GET that anybody may ask."""
    answer = {
        "description": summary,
        "content": {media_type: {"schema": dict(schema)}},
    }
    said = {"summary": summary, "responses": {"200": answer, **refusals()}}
    return Operation("GET", path, run, said)


def refusals() -> dict[str, Any]:
    """What any operation may answer beside what it is for: a Refusal in words."""
    wait = {
        "description": "Seconds after which to try again, when that may help",
        "schema": {"type": "integer"},
    }
    return {
        "4XX": {"description": "Refused, in words", "content": content(Refusal)},
        "5XX": {
            "description": "Refused for now, in words; nothing was taken",
            "headers": {"Retry-After": wait},
            "content": content(Refusal),
        },
    }


def content(message: type[Any]) -> dict[str, Any]:
    """A message in both forms."""
    packed = "zstd of the MessagePack of the same arrays, ids as 16 bytes"
    return {
        JSON.media_type: {"schema": {"$ref": _REF.format(name=message.__name__)}},
        PACKED.media_type: {
            "schema": {"type": "string", "format": "binary", "description": packed}
        },
    }


def document(operations: Iterable[Operation]) -> dict[str, Any]:
    """The whole description."""
    paths: dict[str, dict[str, Any]] = {}
    for one in operations:
        named = re.findall(r"{(\w+)(?::\w+)?}", one.path)
        path = re.sub(r"{(\w+):\w+}", r"{\1}", one.path)
        said = dict(one.description)
        said.setdefault(
            "parameters",
            [
                {
                    "name": name,
                    "in": "path",
                    "required": True,
                    "schema": {"type": "string"},
                }
                for name in named
            ],
        )
        paths.setdefault(path, {})[one.method.lower()] = said
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "gridapp county server",
            "version": gridapp.__version__,
            "description": f"Protocol version {protocol.VERSION}: docs/protocol.md",
        },
        "paths": paths,
        "components": {
            "schemas": _schemas(list(operations)),
            "securitySchemes": {"device": {"type": "http", "scheme": "bearer"}},
        },
    }


def _schemas(operations: Iterable[Operation]) -> dict[str, Any]:
    """The messages of the operations, by name."""
    messages = {Refusal, Change}.union(*(one.messages for one in operations))
    wanted = sorted(messages, key=lambda one: one.__name__)
    _, found = msgspec.json.schema_components(wanted, ref_template=_REF)
    schemas = {name: _plainer(schema) for name, schema in found.items()}
    if "Pulled" in schemas:
        lines = {"type": "array", "items": {"$ref": _REF.format(name="Change")}}
        schemas["Pulled"]["prefixItems"][0] = lines  # Raw there: already written
    if "Push" in schemas:
        schemas["Push"]["prefixItems"][1]["maxItems"] = MAX_ROWS
    _name_places(schemas, messages)
    for name in _IDS.keys() & schemas.keys():
        for place in _IDS[name]:
            _narrow(schemas[name]["prefixItems"][place])
    return schemas


def _name_places(schemas: Mapping[str, Any], messages: Iterable[type[Any]]) -> None:
    """Give every place of an array the name that it has in the messages."""
    waiting, done = list[Any](messages), set[Any]()
    while waiting:
        one = waiting.pop()
        if not (isinstance(one, type) and issubclass(one, msgspec.Struct)):
            waiting += get_args(one)
        elif one not in done:
            done.add(one)
            fields = msgspec.structs.fields(one)
            places = schemas.get(one.__name__, {}).get("prefixItems", ())
            for place, field in zip(places, fields, strict=False):
                place["title"] = field.name
            waiting += [field.type for field in fields]


# Where ids stand that must be 16 bytes for a request to be understood.
_IDS: Mapping[str, tuple[int, ...]] = {
    "Change": (2, 3, 6),
    "Cursor": (0,),
    "SyncRequest": (2,),
    "EnrolRequest": (2, 5),
}


def _narrow(schema: dict[str, Any]) -> None:
    for one in schema.get("anyOf", [schema]):
        if one.get("contentEncoding") == "base64":
            one |= {"pattern": _ID, "minLength": 24, "maxLength": 24}


def _plainer(schema: Any) -> Any:
    """The schema with integers bounded as the server's are, and one line of words."""
    if isinstance(schema, list):
        return [_plainer(one) for one in schema]  # pyright: ignore[reportUnknownVariableType]
    if not isinstance(schema, dict):
        return schema
    made: dict[str, Any] = {key: _plainer(one) for key, one in schema.items()}  # pyright: ignore[reportUnknownVariableType]
    if made.get("type") == "integer":
        made = _NUMBER | made
    if "description" in made and isinstance(made["description"], str):
        made["description"] = " ".join(made["description"].split())
    return made
