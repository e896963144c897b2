"""The laptop's end of what is said about photos: tus 1.0 up, ranges down."""

from __future__ import annotations

import base64
import hashlib
import re
from urllib.parse import urlsplit

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.sync.photo_messages import (
    FILES_PATH,
    KNOWN_PATH,
    MAX_KNOWN,
    MAX_THUMB,
    MAX_UPLOAD,
    OCTETS,
    PHOTOS_PATH,
    THUMB,
    TUS,
    KnownReply,
    KnownRequest,
)
from gridapp.sync.protocol import VERSION, Refusal, Refused, pack, unpack
from gridapp.sync.transport import Answer, HttpTransport

_UPLOAD = re.compile("[0-9a-f]{32}")


class PhotoLine:
    """Says to one county what there is to say of photos; counts the bytes of photos
    that were answered for."""

    def __init__(self, transport: HttpTransport) -> None:
        self._transport = transport
        self.token = ""
        self.bytes_up = 0
        self.bytes_down = 0

    def known(self, hashes: list[str]) -> dict[str, int]:
        """What the county knows of photos, as the bits of `photo_messages`."""
        found: dict[str, int] = {}
        for at in range(0, len(hashes), MAX_KNOWN):
            some = hashes[at : at + MAX_KNOWN]
            asked = KnownRequest(VERSION, [bytes.fromhex(one) for one in some])
            status, body = self._transport.exchange(KNOWN_PATH, self.token, pack(asked))
            _checked(Answer(status, {}, body))
            found |= zip(some, unpack(body, KnownReply).states, strict=False)
        return found

    def create(self, name: str, part: str, size: int, chunk: bytes) -> tuple[str, int]:
        """Begin an upload with its first bytes; its number, and how far it is."""
        told = (("hash", name), ("part", part))
        said = ",".join(f"{key} {_base64(value.encode())}" for key, value in told)
        headers = _of_chunk(chunk)
        headers |= {"upload-length": str(size), "upload-metadata": said}
        answer = self._tus("POST", FILES_PATH, headers, chunk)
        place = urlsplit(answer.headers.get("location", "")).path
        number = place.rpartition("/")[2]
        if not _UPLOAD.fullmatch(number):
            raise _odd()
        return number, _offset(answer)

    def offset(self, number: str) -> int:
        """How many bytes of an upload the county has."""
        return _offset(self._tus("HEAD", f"{FILES_PATH}/{number}", {}))

    def append(self, number: str, offset: int, chunk: bytes) -> int:
        """Send more of an upload; how far it is then."""
        headers = _of_chunk(chunk) | {"upload-offset": str(offset)}
        return _offset(self._tus("PATCH", f"{FILES_PATH}/{number}", headers, chunk))

    def fetch(self, name: str, part: str, received: bytearray) -> None:
        """Get a photo, or the rest of it after what was received already.

        When the line is cut, `received` holds what came; UserError as it is said.
        """
        path = f"{PHOTOS_PATH}/{name}" + ("/thumb" if part == THUMB else "")
        before = len(received)
        headers = {"accept-encoding": "identity"}
        if before:
            headers |= {"range": f"bytes={before}-", "if-range": f'"{name}"'}
        most = MAX_THUMB if part == THUMB else MAX_UPLOAD
        try:
            answer = self._transport.send(
                "GET",
                path,
                self.token,
                headers,
                most=most,
                also="image/jpeg",
                into=received,
            )
        finally:
            self.bytes_down += len(received) - before
        _checked(answer)
        if before and answer.status != 206:  # it came whole once more
            del received[:before]

    def close(self) -> None:
        """Let the connection go."""
        self._transport.close()

    def stop(self) -> None:
        """Break off from another thread."""
        self._transport.stop()

    def _tus(
        self, method: str, path: str, headers: dict[str, str], body: bytes = b""
    ) -> Answer:
        said = {"tus-resumable": TUS, **headers}
        answer = self._transport.send(method, path, self.token, said, body)
        self.bytes_up += len(body)
        return _checked(answer)


def _of_chunk(chunk: bytes) -> dict[str, str]:
    digest = hashlib.sha256(chunk).digest()
    return {"content-type": OCTETS, "upload-checksum": f"sha256 {_base64(digest)}"}


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _offset(answer: Answer) -> int:
    said = answer.headers.get("upload-offset", "")
    if not said.isdecimal():
        raise _odd()
    return int(said)


def _checked(answer: Answer) -> Answer:
    """The answer, when it is a good one; Refused in the county's words otherwise.

    An answer to HEAD has no body, so its words are ours (RFC 9110, HEAD).
    """
    if 200 <= answer.status < 300:
        return answer
    if answer.body:
        refusal = unpack(answer.body, Refusal)
        raise Refused(refusal.code, refusal.sentence)
    code = {404: "photo", 410: "expired", 423: "in_use"}.get(answer.status, "busy")
    raise Refused(code, tr("县级服务器现在不收照片，请稍后再试；照片都在本机"))


def _odd() -> UserError:
    return UserError(tr("县级服务器的回答读不懂，请升级程序后再试；照片都在本机"))
