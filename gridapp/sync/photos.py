"""The laptop's side of photos: small pictures first, whole ones in pieces.

Whatever is cut goes on at exactly the byte the county has. A photo that is lost or
damaged here is told and stops no other; nothing about photos stops the records.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.store import photo_state, state
from gridapp.store.photo_state import Unsent
from gridapp.store.vault import Store
from gridapp.sync.client import transport_of
from gridapp.sync.line import EPOCH, TOKEN
from gridapp.sync.photo_line import PhotoLine
from gridapp.sync.photo_messages import (
    HAS_THUMB,
    HAS_WHOLE,
    MAY_SEE,
    MAY_SEND,
    THUMB,
    WHOLE,
)
from gridapp.sync.protocol import Refused
from gridapp.sync.report import Progress
from gridapp.sync.transport import HttpTransport

WHOLE_ONES = 100  # the newest photos that come whole without being asked for
THUMBS = 2000  # small pictures that one sync brings at most
_FAILURES = 4  # in a row, after which the next sync goes on
_LET_GO = 12  # seconds: within three of them a line that died lets its upload go
_FAILURES_WATCHED = 2  # when somebody waits for the photo
_PASSING = {"offset", "checksum", "in_use", "slow"}  # try again at once
_GONE = {"photo", "expired"}
Cancelled = Callable[[], bool]


@dataclass
class PhotoReport:
    """What became of the photos in one sync.

    `waiting` are photos of this laptop that the county does not have whole yet;
    `troubles` sentences about those that cannot go, and about what stopped the rest.
    """

    thumbs_up: int = 0
    photos_up: int = 0
    thumbs_down: int = 0
    photos_down: int = 0
    bytes_up: int = 0
    bytes_down: int = 0
    waiting: int = 0
    troubles: list[str] = field(default_factory=list[str])


@dataclass
class Pace:
    """How much is sent at a time: twice as much while that takes less than five
    seconds, half as much when it fails."""

    size: int = 64 << 10
    least: int = 16 << 10
    most: int = 4 << 20
    quick: float = 5.0

    def went(self, seconds: float) -> None:
        """One piece was sent in that time."""
        if seconds < self.quick:
            self.size = min(self.size * 2, self.most)

    def failed(self) -> None:
        """One piece was lost."""
        self.size = max(self.size // 2, self.least)


class _Stopped(Exception):
    """Somebody has cancelled."""


class PhotoSync:
    """Brings the photos of one vault and one county together."""

    def __init__(
        self,
        store: Store,
        transport: HttpTransport,
        pause: Callable[[float], object] | None = None,
    ) -> None:
        """`pause` waits so many seconds between two attempts."""
        self._store = store
        self._halted = threading.Event()
        self._pause = pause or self._halted.wait
        self._pace = Pace()
        self._line = PhotoLine(transport)
        self._most_failures = _FAILURES
        self._cancelled: Cancelled = _never
        self._told: Progress | None = None
        self.report = PhotoReport()

    @classmethod
    def of(cls, store: Store) -> PhotoSync:
        """That of a vault that is enrolled; UserError when it is not."""
        return cls(store, transport_of(store))

    def stop(self) -> None:
        """Break off from another thread; what went through stays."""
        self._halted.set()
        self._line.stop()

    def run(
        self, progress: Progress | None = None, cancelled: Cancelled | None = None
    ) -> PhotoReport:
        """Send and fetch what is missing; raises nothing that the network can do.

        Comes after the records: the county takes a photo of a record that it has.
        """
        self.report = PhotoReport()
        self._told, self._cancelled = progress, cancelled or _never
        here = set(self._store.photos.names())
        try:
            photo_state.begin(self._store, self._known_as(), here)
            self._send_all(here)
            self._fetch_all(here)
            photo_state.sweep(self._store)
        except _Stopped:
            pass
        except UserError as error:
            if not (self._cancelled() or self._halted.is_set()):
                self.report.troubles.append(str(error))
        finally:
            self._line.close()
            self.report.bytes_up = self._line.bytes_up
            self.report.bytes_down = self._line.bytes_down
        with self._store.reading() as db:
            self.report.waiting = len(photo_state.unsent(db))
        return self.report

    def fetch(self, name: str) -> bytes:
        """The whole photo: from here, else from the county. UserError in words."""
        photos = self._store.photos
        try:
            return photos.read(name)
        except UserError:
            pass
        try:
            self._known_as()
            self._most_failures = _FAILURES_WATCHED
            plain = self._fetched(name, WHOLE)
        except Refused as error:
            if error.code != "photo":
                raise
            words = tr("拍照的电脑还没有把这张照片传到县里，过些时候再看")
            raise UserError(words) from error
        except UserError as error:
            words = tr("这张照片还没下载，现在又连不上县级服务器，连上以后再看")
            raise UserError(words) from error
        finally:
            self._line.close()
        photos.put(name, plain)
        return plain

    def _known_as(self) -> str:
        """Take the token of now; the epoch of its county."""
        with self._store.reading() as db:
            self._line.token = state.value(db, TOKEN) or ""
            return state.value(db, EPOCH) or ""

    def _send_all(self, here: set[str]) -> None:
        with self._store.reading() as db:
            unsent = photo_state.unsent(db)
        if not unsent:
            return
        known = self._line.known([one.hash for one in unsent])
        for bit, whole in ((HAS_THUMB, False), (HAS_WHOLE, True)):
            has = [name for name, bits in known.items() if bits & bit]
            if has:
                with self._store.writing() as tx:
                    photo_state.mark_up(tx.db, has, whole=whole)
        may = [one for one in unsent if known.get(one.hash, 0) & MAY_SEND]
        small = [
            one for one in may if not one.thumb_up and not known[one.hash] & HAS_THUMB
        ]
        large = [
            one for one in may if not one.whole_up and not known[one.hash] & HAS_WHOLE
        ]
        lost = [one for one in {*small, *large} if one.hash not in here]
        bad = {one.hash for one in lost}
        for part, some in ((THUMB, small), (WHOLE, large)):
            words = tr("上传照片")
            for number, one in enumerate(some):
                self._step(number, len(some), words)
                if one.hash not in bad and not self._send(one, part):
                    bad.add(one.hash)
            self._step(len(some), len(some), words)
        if bad:
            self.report.troubles.append(
                tr(
                    "{count} 张照片的文件不见了或已损坏，传不到县里；"
                    "记录不受影响，手机里还有的话请重新添加",
                    count=len(bad),
                )
            )

    def _send(self, one: Unsent, part: str) -> bool:
        """Send one photo; whether there was something to send."""
        photos = self._store.photos
        try:
            content = (
                photos.thumbnail(one.hash) if part == THUMB else photos.read(one.hash)
            )
        except UserError:
            return False
        try:
            self._upload(one, part, content)
        except Refused as error:
            if error.code not in ("content", "scope"):
                raise
            self.report.troubles.append(str(error))
            with self._store.writing() as tx:
                photo_state.keep_upload(tx.db, one.hash, None)
            return True
        with self._store.writing() as tx:
            photo_state.mark_up(tx.db, [one.hash], whole=part == WHOLE)
        if part == WHOLE:
            self.report.photos_up += 1
        else:
            self.report.thumbs_up += 1
        return True

    def _upload(self, one: Unsent, part: str, content: bytes) -> None:
        """Send a file piece by piece, from where the county has it."""
        number = one.upload if part == WHOLE else None
        offset = -1  # nobody has asked yet
        failures = 0
        while offset < len(content):
            self._stop_if_cancelled()
            begun = time.monotonic()
            try:
                if number is None:
                    chunk = content[: self._pace.size]
                    number, offset = self._line.create(
                        one.hash, part, len(content), chunk
                    )
                    if part == WHOLE and offset < len(content):
                        with self._store.writing() as tx:
                            photo_state.keep_upload(tx.db, one.hash, number)
                elif offset < 0:
                    offset = self._line.offset(number)
                    continue
                else:
                    chunk = content[offset : offset + self._pace.size]
                    offset = self._line.append(number, offset, chunk)
                self._pace.went(time.monotonic() - begun)
                failures = 0
            except UserError as error:
                failures += 1
                if isinstance(error, Refused) and error.code in _GONE:
                    number = None
                elif isinstance(error, Refused) and error.code not in _PASSING:
                    raise
                self._wait_after(failures, error)
                offset = -1

    def _wait_after(self, failures: int, error: UserError) -> None:
        """Wait before the next attempt; raises `error` when there were enough."""
        self._pace.failed()
        if failures >= self._most_failures or self._halted.is_set():
            raise error
        other = isinstance(error, Refused) and error.code == "in_use"
        self._pause(_LET_GO if other else 0.5 * 2**failures)

    def _fetch_all(self, here: set[str]) -> None:
        photos = self._store.photos
        with self._store.reading() as db:
            wanted = photo_state.wanted(db)
        has = here | set(photos.thumb_names())
        small = [one for one in wanted if one not in has][:THUMBS]
        large = [one for one in wanted[:WHOLE_ONES] if one not in here]
        if not small and not large:
            return
        known = self._line.known(list(dict.fromkeys([*small, *large])))
        for part, bit, some in ((THUMB, HAS_THUMB, small), (WHOLE, HAS_WHOLE, large)):
            there = [one for one in some if known[one] & bit and known[one] & MAY_SEE]
            self._fetch_some(there, part)

    def _fetch_some(self, names: list[str], part: str) -> None:
        photos = self._store.photos
        words = tr("下载照片")
        for number, name in enumerate(names):
            self._step(number, len(names), words)
            try:
                plain = self._fetched(name, part)
                if part == THUMB:
                    photos.put_thumb(name, plain)
                    self.report.thumbs_down += 1
                else:
                    photos.put(name, plain)
                    self.report.photos_down += 1
            except ValueError:  # no picture came: another sync may bring it
                continue
            except Refused as error:
                if error.code not in _GONE:
                    raise
        if names:
            self._step(len(names), len(names), words)

    def _fetched(self, name: str, part: str) -> bytes:
        """A photo from the county; of a line that is cut, only the rest again."""
        received = bytearray()
        failures = 0
        while True:
            self._stop_if_cancelled()
            before = len(received)
            try:
                self._line.fetch(name, part, received)
            except Refused:
                raise
            except UserError as error:
                failures = 1 if len(received) > before else failures + 1
                self._wait_after(failures, error)
                continue
            plain = bytes(received)
            if part == THUMB or hashlib.sha256(plain).hexdigest() == name:
                return plain
            received.clear()
            failures += 1
            words = tr("县里传来的照片是损坏的，请联系县里的管理人员")
            self._wait_after(failures, UserError(words))

    def _step(self, done: int, total: int, words: str) -> None:
        self._stop_if_cancelled()
        if self._told is not None:
            self._told(done, total, words)

    def _stop_if_cancelled(self) -> None:
        if self._cancelled():
            raise _Stopped


def _never() -> bool:
    return False
