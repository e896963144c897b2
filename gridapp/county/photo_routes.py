"""Photos over HTTP: tus 1.0 to send them, plain GET with ranges to fetch them.

tus.io/protocols/resumable-upload: core, creation, creation-with-upload, checksum,
expiration, termination. `docs/protocol.md`, "Photos", says what is the county's own.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from email.utils import format_datetime
from functools import partial
from uuid import UUID

from sqlalchemy.exc import OperationalError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, Response

from gridapp.county import limits, openapi, photo_api, photos, rights
from gridapp.county.forms import Form
from gridapp.county.routes import (
    Operation,
    edge_of,
    facts_of,
    form_asked,
    in_thread,
    refused,
    token_of,
)
from gridapp.county.store import County
from gridapp.county.upload_writer import CHECKSUMS, Writer
from gridapp.county.uploads import Upload, Uploads
from gridapp.language import tr
from gridapp.sync.photo_messages import (
    FILES_PATH,
    KNOWN_PATH,
    MAX_UPLOAD,
    OCTETS,
    PHOTOS_PATH,
    THUMB,
    TUS,
    WHOLE,
    KnownReply,
    KnownRequest,
)
from gridapp.sync.protocol import Refused
from gridapp.sync.versions import SERVED

_LOG = logging.getLogger(__name__)
_EXTENSIONS = "creation,creation-with-upload,checksum,expiration,termination"
_PIECE = 256 << 10  # bytes that are written at a time
_MAX_ASKED = 64 << 10  # bytes of a question about photos
_BUSY_WAIT = 5  # seconds
_UNREADABLE = tr("照片的传法不对，请升级程序")
Run = Callable[[Request], Awaitable[Response]]


def operations() -> list[Operation]:
    """The paths of photos, for the county's application."""
    file, photo = FILES_PATH + "/{id}", PHOTOS_PATH + "/{hash}"
    made = [
        (method, path, run)
        for path, run, methods in (
            (FILES_PATH, _files, ("OPTIONS", "POST")),
            (file, _file, ("OPTIONS", "HEAD", "PATCH", "DELETE", "POST")),
            (photo, partial(_photo, part=WHOLE), ("GET",)),
            (photo + "/thumb", partial(_photo, part=THUMB), ("GET",)),
        )
        for method in methods
    ]
    asked = "Which photos the county has and wants"
    return [
        openapi.exchange(KNOWN_PATH, _told(_known), asked, (KnownRequest, KnownReply)),
        *(
            Operation(method, path, _told(run), photo_api.OPERATIONS[method, path])
            for method, path, run in made
        ),
    ]


def _told(run: Run) -> Run:
    """What answers, with its refusals in words and the headers that tus wants."""

    async def answer(request: Request) -> Response:
        try:
            found = await run(request)
        except OperationalError as error:
            _LOG.error("the county's database did not answer", exc_info=error)
            words = tr("县级服务器正忙，请过一会儿再同步；改动都在本机")
            found = refused(request, Refused("busy", words, wait=_BUSY_WAIT))
        except Refused as error:
            found = refused(request, error)
            if error.code == "tus":
                found.headers["Tus-Version"] = TUS
            if error.code == "method":
                found.headers["Allow"] = "OPTIONS, HEAD, PATCH, DELETE"
        except ClientDisconnect:
            found = Response(status_code=400)  # nobody is there to read it
        if request.url.path.startswith(FILES_PATH):
            found.headers["Tus-Resumable"] = TUS
            found.headers["Cache-Control"] = "no-store"
        return found

    return answer


async def _files(request: Request) -> Response:
    """What is possible, and a new upload, with its first bytes if it brings them."""
    if _method(request) == "OPTIONS":
        return _possible()
    _check_tus(request)
    device = await device_of(request)
    size = _number(request, "Upload-Length")
    if size > MAX_UPLOAD:
        raise Refused("size", tr("照片文件过大，请先缩小再添加"))
    said = request.headers.get("Upload-Metadata", "")
    kind = request.headers.get("Content-Type", "")
    brings = request.headers.get("Content-Length", "") != "0" and bool(kind)
    if brings and kind != OCTETS:
        raise Refused("type", _UNREADABLE)
    made = await in_thread(request, _uploads(request).create, device, size, said)
    headers = {"Location": f"files/{made.id.hex}"} | _expiry(made)
    if brings:
        offset = await _receive(request, device, made.id, 0)
        headers["Upload-Offset"] = str(offset)
    return Response(None, 201, headers)


async def _file(request: Request) -> Response:
    """One upload: how far it is, more of it, or give it up."""
    method = _method(request)
    if method == "OPTIONS":
        return _possible()
    _check_tus(request)
    device = await device_of(request)
    upload_id = _id(request.path_params["id"])
    uploads = _uploads(request)
    if method == "HEAD":
        return await in_thread(request, _standing, uploads, device, upload_id)
    if method == "DELETE":
        await in_thread(request, uploads.terminate, device, upload_id)
        return Response(None, 204)
    if method != "PATCH":
        raise Refused("method", _UNREADABLE)
    if request.headers.get("Content-Type") != OCTETS:
        raise Refused("type", _UNREADABLE)
    start = _number(request, "Upload-Offset")
    found = await in_thread(request, uploads.find, device, upload_id)
    offset = await _receive(request, device, upload_id, start)
    return Response(None, 204, {"Upload-Offset": str(offset)} | _expiry(found))


def _standing(uploads: Uploads, device: rights.Device, upload_id: UUID) -> Response:
    found, offset = uploads.standing(device, upload_id)
    headers = {
        "Upload-Offset": str(offset),
        "Upload-Length": str(found.size),
        "Upload-Metadata": found.said,
    }
    return Response(None, 200, headers | _expiry(found))


async def _receive(
    request: Request, device: rights.Device, upload_id: UUID, start: int
) -> int:
    """Write the body at `start`; how far the upload is then."""
    checksum = request.headers.get("Upload-Checksum", "")
    writer = await in_thread(
        request, _uploads(request).writing, device, upload_id, start, checksum
    )
    try:
        await _write(request, writer)
        return await in_thread(request, writer.keep, whole=True)
    finally:
        writer.release()


async def _write(request: Request, writer: Writer) -> None:
    """Write what comes; of a body that breaks off, what came stays."""
    waiting = bytearray()
    try:
        async for piece in limits.pieces(request, MAX_UPLOAD, edge_of(request).limits):
            waiting += piece
            if len(waiting) >= _PIECE:
                await in_thread(request, writer.add, bytes(waiting))
                waiting.clear()
    except (ClientDisconnect, Refused):
        await in_thread(request, writer.add, bytes(waiting))
        await in_thread(request, writer.keep, whole=False)
        raise
    await in_thread(request, writer.add, bytes(waiting))


async def _known(request: Request) -> Response:
    """What the county has of the photos that a device asks about."""
    device, form = await device_of(request), form_asked(request)
    body = await limits.body_of(request, edge_of(request).limits, _MAX_ASKED)
    county = edge_of(request).county
    reply = await in_thread(request, _known_to, county, device, body, form)
    return Response(form.write(reply), media_type=form.media_type or None)


def _known_to(
    county: County, device: rights.Device, body: bytes, form: Form
) -> KnownReply:
    asked: KnownRequest = form.read(body, KnownRequest, _MAX_ASKED)
    SERVED.check(asked.version, pushing=False)
    with county.reading() as db:
        return photos.known(county, db, device, asked)


async def _photo(request: Request, part: str) -> Response:
    """A photo, whole or from where a download was cut (RFC 9110, Range)."""
    device = await device_of(request)
    name = request.path_params["hash"]
    county = edge_of(request).county
    path = await in_thread(request, photos.found, county, device, name, part)
    etag = f'"{name}"'
    headers = {"ETag": etag, "Cache-Control": "private"}
    if etag in request.headers.get("If-None-Match", ""):
        return Response(None, 304, headers)
    return FileResponse(path, headers=headers, media_type="image/jpeg")


async def device_of(request: Request) -> rights.Device:
    """The laptop that asks; Refused when its token is none. The log learns it."""
    county, token = edge_of(request).county, token_of(request)

    def look() -> rights.Device:
        with county.reading() as db:
            return rights.authenticate(db, token)

    device = await in_thread(request, look)
    facts_of(request).device = device.id
    return device


def _uploads(request: Request) -> Uploads:
    return Uploads(edge_of(request).county)


def _method(request: Request) -> str:
    """The method that is meant (tus 1.0, X-HTTP-Method-Override)."""
    return request.headers.get("X-HTTP-Method-Override", request.method).upper()


def _check_tus(request: Request) -> None:
    if request.headers.get("Tus-Resumable") != TUS:
        raise Refused("tus", tr("上传照片的协议版本不同，请升级程序"))


def _number(request: Request, name: str) -> int:
    """A header that must be a whole number of bytes."""
    said = request.headers.get(name, "")
    if not (said.isascii() and said.isdigit() and len(said) <= 15):
        raise Refused("unreadable", _UNREADABLE)
    return int(said)


def _id(said: str) -> UUID:
    try:
        return UUID(hex=said)
    except ValueError:
        raise Refused("photo", photos.ABSENT) from None


def _expiry(upload: Upload) -> dict[str, str]:
    """When an unfinished upload is given up (tus 1.0, Expiration; RFC 9110 dates)."""
    return {"Upload-Expires": format_datetime(upload.expires_at, usegmt=True)}


def _possible() -> Response:
    headers = {
        "Tus-Version": TUS,
        "Tus-Extension": _EXTENSIONS,
        "Tus-Max-Size": str(MAX_UPLOAD),
        "Tus-Checksum-Algorithm": ",".join(CHECKSUMS),
    }
    return Response(None, 204, headers)
