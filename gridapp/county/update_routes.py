"""Updates of the laptops' program over HTTP: what there is, and the file by ranges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from gridapp.county import openapi, updates
from gridapp.county.photo_routes import device_of
from gridapp.county.routes import Operation, edge_of, form_asked, in_thread
from gridapp.sync.protocol import VERSION
from gridapp.sync.update_messages import UPDATE_TYPE, UPDATES_PATH, UpdateReply
from gridapp.update.file import PLATFORMS


async def _newest(request: Request) -> Response:
    device, form = await device_of(request), form_asked(request)
    platform = request.path_params["platform"]
    county = edge_of(request).county
    head = await in_thread(request, updates.head_for, county, device, platform)
    reply = form.write(UpdateReply(VERSION, head))
    return Response(reply, media_type=form.media_type or None)


async def _file(request: Request) -> Response:
    """The file, whole or a part of it (RFC 9110, Range)."""
    device = await device_of(request)
    told = request.path_params
    county = edge_of(request).county
    path = await in_thread(
        request, updates.found, county, device, told["platform"], told["id"]
    )
    headers = {"ETag": f'"{told["id"]}"', "Cache-Control": "private"}
    return FileResponse(path, headers=headers, media_type=UPDATE_TYPE)


def operations() -> Sequence[Operation]:
    """The paths of updates, for the county's application."""
    newest, file = UPDATES_PATH + "/{platform}", UPDATES_PATH + "/{platform}/{id}"
    content = openapi.content(UpdateReply)
    offered = {"200": {"description": "Its head, or nothing", "content": content}}
    return (
        Operation(
            "GET",
            newest,
            _newest,
            _said("The newest update of the program for this laptop", offered),
            (UpdateReply,),
        ),
        Operation("GET", file, _file, _said("That update", _FILE, _ID)),
    )


def _path(name: str, **schema: Any) -> dict[str, Any]:
    told = {"type": "string", **schema}
    return {"name": name, "in": "path", "required": True, "schema": told}


def _said(
    summary: str, good: Mapping[str, Any], *parameters: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "summary": summary,
        "tags": ["updates"],
        "security": [{"device": []}],
        "parameters": [_path("platform", enum=list(PLATFORMS)), *parameters],
        "responses": {**good, **openapi.refusals()},
    }


_ID = _path("id", pattern="^[0-9a-f]{16}$")
_BYTES = {UPDATE_TYPE: {"schema": {"type": "string", "format": "binary"}}}
_FILE: Mapping[str, Any] = {
    "200": {"description": "The file", "content": _BYTES},
    "206": {"description": "A part of it", "content": _BYTES},
    "400": {"description": "The range cannot be read"},
    "416": {"description": "The range lies outside the file"},
}
