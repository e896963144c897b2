"""Photos that come and go in packages, under the rules of every photo (`photos`)."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from gridapp.county import photos, uploads
from gridapp.county.rights import Device
from gridapp.county.store import County
from gridapp.county.upload_writer import FULL
from gridapp.errors import UserError
from gridapp.sync import gridpkg
from gridapp.sync.gridpkg import HASH
from gridapp.sync.photo_messages import MAX_THUMB, MAX_UPLOAD, THUMB, WHOLE
from gridapp.sync.protocol import Refused

ANSWER_BYTES = 256 << 20  # of photos in one answer; the rest comes with the next one
_PARTS = {gridpkg.THUMBNAIL: THUMB, gridpkg.PHOTO: WHOLE}
_WANTED = {gridpkg.WANTED_THUMBNAILS: THUMB, gridpkg.WANTED_PHOTOS: WHOLE}
_MOST = {THUMB: MAX_THUMB, WHOLE: MAX_UPLOAD}


@dataclass
class Photos:
    """What one package brings of photos, and what it asks for."""

    county: County
    device: Device
    kept: dict[str, list[str]] = field(
        default_factory=lambda: dict[str, list[str]]({THUMB: [], WHOLE: []})
    )
    wanted: dict[str, list[str]] = field(
        default_factory=lambda: dict[str, list[str]]({THUMB: [], WHOLE: []})
    )

    def take(self, kind: int, body: bytes) -> None:
        """One part; one that is not about photos is nothing here.

        A picture that the device may not send, or that is none, is passed over: the
        answer does not say that it was kept.
        """
        if kind in _WANTED:
            self.wanted[_WANTED[kind]] += gridpkg.hashes_in(body)
        elif kind in _PARTS:
            part, name, content = _PARTS[kind], body[:HASH].hex(), body[HASH:]
            try:
                self._keep(name, part, content)
            except Refused:
                return
            self.kept[part].append(name)

    def _keep(self, name: str, part: str, content: bytes) -> None:
        """Put a picture in its place unless it is there; Refused when it may not."""
        with self.county.reading() as db:
            allowed = name in photos.may_send(db, self.device, [name])
        if not allowed or len(content) > _MOST[part]:
            raise Refused("photo", photos.ABSENT)
        if photos.place(self.county, name, part).exists():
            return
        if part == WHOLE and hashlib.sha256(content).hexdigest() != name:
            raise Refused("content", photos.ABSENT)
        file = self._written(content)
        try:
            photos.check_picture(file, part)
            photos.put_in_place(self.county, file, name, part)
        finally:
            file.unlink(missing_ok=True)
        if part == WHOLE:
            with self.county.writing() as db:
                photos.note(db, name, len(content))

    def _written(self, content: bytes) -> Path:
        """The picture on the disk, where unfinished uploads lie and are swept."""
        folder = self.county.folder / uploads.UNFINISHED
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle, name = tempfile.mkstemp(prefix="package-", dir=folder)
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise UserError(FULL) from error
        return Path(name)

    def answer(self) -> Iterator[tuple[int, bytes]]:
        """The parts of the answer: what was kept, then what was asked for."""
        for kind, part in (
            (gridpkg.KEPT_THUMBNAILS, THUMB),
            (gridpkg.KEPT_PHOTOS, WHOLE),
        ):
            if self.kept[part]:
                yield kind, b"".join(map(bytes.fromhex, self.kept[part]))
        room = ANSWER_BYTES
        for kind, part in _PARTS.items():
            for name in self.wanted[part]:
                try:
                    file = photos.found(self.county, self.device, name, part)
                except Refused:
                    continue
                content = file.read_bytes()
                room -= len(content)
                if room < 0:
                    return
                yield kind, bytes.fromhex(name) + content
