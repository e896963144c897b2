"""The OpenAPI operation objects of the photos' paths."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gridapp.county.openapi import refusals
from gridapp.sync.photo_messages import FILES_PATH, OCTETS, PHOTOS_PATH, TUS

_TEXT = {"type": "string"}
_BYTES = {"type": "integer", "minimum": 0}
_BINARY = {"schema": _TEXT | {"format": "binary"}}
_JPEG: Mapping[str, Any] = {"image/jpeg": _BINARY}
_OCTETS: Mapping[str, Any] = {"content": {OCTETS: _BINARY}}
_DEVICE = [{"device": list[str]()}]


def _header(name: str, schema: Mapping[str, Any], *, required: bool) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": required, "schema": schema}


def _path(name: str, pattern: str) -> dict[str, Any]:
    schema = _TEXT | {"pattern": pattern}
    return {"name": name, "in": "path", "required": True, "schema": schema}


_RESUMABLE = _header("Tus-Resumable", {"type": "string", "enum": [TUS]}, required=True)
_CHECKSUM = _header("Upload-Checksum", _TEXT, required=False)
_OFFSET = _header("Upload-Offset", _BYTES, required=True)
_ID = _path("id", "^[0-9a-f]{32}$")
_HASH = _path("hash", "^[0-9a-f]{64}$")


def _said(description: str, *headers: str) -> dict[str, Any]:
    return {
        "description": description,
        "headers": {name: {"schema": _TEXT} for name in headers},
    }


def _operation(
    summary: str,
    good: Mapping[str, Mapping[str, Any]],
    *parameters: Mapping[str, Any],
    body: Mapping[str, Any] | None = None,
    token: bool = True,
) -> Mapping[str, Any]:
    made: dict[str, Any] = {
        "summary": summary,
        "tags": ["photos"],
        "parameters": list(parameters),
        "responses": {**good, **refusals()},
    }
    if token:
        made["security"] = _DEVICE
    if body is not None:
        made["requestBody"] = body
    return made


_PHOTO: Mapping[str, Mapping[str, Any]] = {
    "200": {"description": "The JPEG", "content": _JPEG},
    "206": {"description": "A part of it", "content": _JPEG},
    "304": {"description": "It is as the client has it"},
    "400": {"description": "The range cannot be read"},
    "416": {"description": "The range lies outside the photo"},
}
_OPTIONS = {"204": _said("What is possible", "Tus-Version", "Tus-Extension")}
_SENT = _said("Safe on the county's disk", "Upload-Offset", "Upload-Expires")
_HEADERS = ("Upload-Offset", "Upload-Length", "Upload-Metadata", "Upload-Expires")
_FILE = FILES_PATH + "/{id}"

OPERATIONS: Mapping[tuple[str, str], Mapping[str, Any]] = {
    ("OPTIONS", FILES_PATH): _operation("What uploads can do", _OPTIONS, token=False),
    ("POST", FILES_PATH): _operation(
        "Begin an upload (tus: creation, creation-with-upload)",
        {"201": _said("Begun", "Location", "Upload-Expires")},
        _RESUMABLE,
        _header("Upload-Length", _BYTES, required=True),
        _header("Upload-Metadata", _TEXT, required=True),
        _CHECKSUM,
        body=_OCTETS,
    ),
    ("OPTIONS", _FILE): _operation("What uploads can do", _OPTIONS, _ID, token=False),
    ("HEAD", _FILE): _operation(
        "How far an upload is (tus: core)",
        {"200": _said("Its offset", *_HEADERS)},
        _RESUMABLE,
        _ID,
    ),
    ("PATCH", _FILE): _operation(
        "Send more of an upload (tus: core, checksum)",
        {"204": _SENT},
        _RESUMABLE,
        _ID,
        _OFFSET,
        _CHECKSUM,
        body={**_OCTETS, "required": True},
    ),
    ("DELETE", _FILE): _operation(
        "Give an upload up (tus: termination)",
        {"204": {"description": "Given up; a photo that is in its place stays"}},
        _RESUMABLE,
        _ID,
    ),
    ("POST", _FILE): _operation(
        "Another method, named in X-HTTP-Method-Override (tus: core)",
        {"200": {"description": "As HEAD"}, "204": {"description": "As the others"}},
        _RESUMABLE,
        _ID,
        _header("X-HTTP-Method-Override", _TEXT, required=True),
        body=_OCTETS,
    ),
    ("GET", PHOTOS_PATH + "/{hash}"): _operation("A whole photo", _PHOTO, _HASH),
    ("GET", PHOTOS_PATH + "/{hash}/thumb"): _operation(
        "Its small picture", _PHOTO, _HASH
    ),
}
