"""The OpenAPI operation objects of the photos' paths."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gridapp.county.forms import JSON, PACKED
from gridapp.sync.photo_messages import (
    FILES_PATH,
    KNOWN_PATH,
    OCTETS,
    PHOTOS_PATH,
    TUS,
)

_TEXT = {"type": "string"}
_BYTES = {"type": "integer", "minimum": 0}
_JPEG: Mapping[str, Any] = {"image/jpeg": {"schema": _TEXT | {"format": "binary"}}}
_OCTETS: Mapping[str, Any] = {
    "content": {OCTETS: {"schema": _TEXT | {"format": "binary"}}}
}
_REASONS = {
    400: "Cannot be read, or the connection broke off",
    401: "The token is not known",
    403: "The device was stopped, or has no attachment with this photo",
    404: "No such photo or upload, or not this device's",
    405: "No such method of an upload",
    409: "The upload stands at another offset; ask with HEAD",
    410: "The upload has expired; begin a new one",
    412: "Another version of tus",
    413: "Too big",
    415: f"The body is not {OCTETS}",
    416: "The range lies outside the photo",
    422: "The file is not the JPEG it was said to be; it was removed",
    423: "Another connection writes to this upload; or the county wants the data shut",
    426: "Another version of the protocol",
    429: "Too many unfinished uploads, or too many requests",
    460: "The chunk does not have its checksum; it was dropped",
    503: "Busy; see Retry-After",
    507: "The county's disk is full; what came before stays",
    408: "The body stopped coming; what came stays",
}


def _header(
    name: str, schema: Mapping[str, Any], *, required: bool
) -> Mapping[str, Any]:
    return {"name": name, "in": "header", "required": required, "schema": schema}


def _path(name: str, pattern: str) -> Mapping[str, Any]:
    schema = _TEXT | {"pattern": pattern}
    return {"name": name, "in": "path", "required": True, "schema": schema}


_RESUMABLE = _header("Tus-Resumable", {"type": "string", "enum": [TUS]}, required=True)
_CHECKSUM = _header("Upload-Checksum", _TEXT, required=False)
_OFFSET = _header("Upload-Offset", _BYTES, required=True)
_ID = _path("id", "^[0-9a-f]{32}$")
_HASH = _path("hash", "^[0-9a-f]{64}$")


def _operation(
    summary: str,
    good: Mapping[int, Mapping[str, Any]],
    refused: tuple[int, ...],
    *parameters: Mapping[str, Any],
    body: Mapping[str, Any] | None = None,
) -> Mapping[str, Any]:
    answers = {str(code): {"description": _REASONS[code]} for code in sorted(refused)}
    made: dict[str, Any] = {
        "summary": summary,
        "tags": ["photos"],
        "parameters": list(parameters),
        "responses": {str(code): dict(one) for code, one in good.items()} | answers,
    }
    if body is not None:
        made["requestBody"] = body
    return made


def _said(description: str, *headers: str) -> Mapping[str, Any]:
    return {
        "description": description,
        "headers": {name: {"schema": _TEXT} for name in headers},
    }


_ACCESS = (400, 401, 403, 423, 429, 503)
_WRITING = (*_ACCESS, 404, 408, 409, 410, 412, 413, 415, 422, 460, 507)
_PHOTO = {
    200: {"description": "The JPEG", "content": _JPEG},
    206: {"description": "A part of it", "content": _JPEG},
    304: {"description": "It is as the client has it"},
}
_CREATE = _operation(
    "Begin an upload (tus: creation, creation-with-upload)",
    {201: _said("Begun", "Location", "Upload-Expires", "Upload-Offset")},
    _WRITING,
    _RESUMABLE,
    _header("Upload-Length", _BYTES, required=True),
    _header("Upload-Metadata", _TEXT, required=True),
    _CHECKSUM,
    body=_OCTETS,
)
_APPEND = _operation(
    "Send more of an upload (tus: core, checksum)",
    {204: _said("Safe on the county's disk", "Upload-Offset", "Upload-Expires")},
    _WRITING,
    _RESUMABLE,
    _ID,
    _OFFSET,
    _CHECKSUM,
    body=_OCTETS | {"required": True},
)
_OPTIONS = {204: _said("What is possible", "Tus-Version", "Tus-Extension")}
OPERATIONS: Mapping[tuple[str, str], Mapping[str, Any]] = {
    ("OPTIONS", FILES_PATH): _operation("What uploads can do", _OPTIONS, ()),
    ("POST", FILES_PATH): _CREATE,
    ("OPTIONS", FILES_PATH + "/{id}"): _operation(
        "What uploads can do", _OPTIONS, (), _ID
    ),
    ("HEAD", FILES_PATH + "/{id}"): _operation(
        "How far an upload is (tus: core)",
        {200: _said("Its offset", "Upload-Offset", "Upload-Length", "Upload-Expires")},
        (*_ACCESS, 404, 410, 412),
        _RESUMABLE,
        _ID,
    ),
    ("PATCH", FILES_PATH + "/{id}"): _APPEND,
    ("DELETE", FILES_PATH + "/{id}"): _operation(
        "Give an upload up (tus: termination)",
        {204: {"description": "Given up; a photo that is complete stays"}},
        (*_ACCESS, 404, 409, 410, 412),
        _RESUMABLE,
        _ID,
    ),
    ("POST", FILES_PATH + "/{id}"): _operation(
        "Another method, named in X-HTTP-Method-Override (tus: core)",
        {200: _said("As HEAD"), 204: _said("As PATCH or DELETE")},
        (*_WRITING, 405),
        _RESUMABLE,
        _ID,
        _header("X-HTTP-Method-Override", _TEXT, required=True),
        body=_OCTETS,
    ),
    ("POST", KNOWN_PATH): _operation(
        "Which photos the county has and wants",
        {
            200: {
                "description": "KnownReply",
                "content": {
                    PACKED.media_type: {},
                    JSON.media_type: {"schema": {"type": "array"}},
                },
            }
        },
        (*_ACCESS, 408, 413, 426),
        body={
            "required": True,
            "content": {
                PACKED.media_type: {},
                JSON.media_type: {
                    "schema": {
                        "type": "array",
                        "prefixItems": [
                            {"type": "integer"},
                            {
                                "type": "array",
                                "maxItems": 1000,
                                "items": _TEXT | {"format": "byte"},
                            },
                        ],
                        "minItems": 2,
                    }
                },
            },
        },
    ),
    ("GET", PHOTOS_PATH + "/{hash}"): _operation(
        "A whole photo", _PHOTO, (*_ACCESS, 404, 416), _HASH
    ),
    ("GET", PHOTOS_PATH + "/{hash}/thumb"): _operation(
        "Its small picture", _PHOTO, (*_ACCESS, 404, 416), _HASH
    ),
}
