"""Photos: files named by what they show, encrypted, small, without their position.

A photo is downscaled on intake. Its name is the SHA-256 of the plain JPEG, so the same
photo is kept once, sync can tell what the county has, and damage shows itself.
"""

from __future__ import annotations

import datetime as dt
import errno
import hashlib
import logging
import os
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from gridapp import durable
from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.store import photo_marks
from gridapp.store.photo_marks import Position

if TYPE_CHECKING:
    from PIL.Image import Image

logging.getLogger("PIL").setLevel(logging.INFO)  # below, it tells a photo's marks

FOLDER = "photos"
LONG_SIDE = 1600
QUALITY = 85
THUMBNAIL = 240
LARGEST_FILE = 64 << 20  # bytes
LARGEST_JPEG = 170_000_000  # pixels: it is read scaled down
LARGEST_OTHER = 50_000_000  # pixels: the whole of it must fit into memory
FORMATS = ("JPEG", "PNG", "WEBP", "BMP")
MEDIA_TYPE = "image/jpeg"
HEIC = (b"heic", b"heix", b"hevc", b"heim", b"mif1", b"msf1")  # ISO/IEC 23008-12
NOT_HEIC = tr(
    "这是苹果手机的 HEIC 照片，这里打不开。先在手机或电脑上另存为 JPG，"
    "也可以在手机“设置—相机—格式”里选“兼容性最佳”"
)
TOO_LARGE = tr("照片的像素太多，请先缩小再添加")

NOT_HERE = tr("照片还没下载")

_MAGIC = b"GPH1"
_THUMB = ".thumb"
_NONCE = 12


@dataclass(frozen=True)
class Photo:
    """A photo that was taken in.

    hash: 64 hex digits, its name. taken_at: aware, from the camera; None when it does
    not say. bytes: size of the plain JPEG. position: only when it was asked for.
    """

    hash: str
    taken_at: dt.datetime | None
    width: int
    height: int
    bytes: int
    position: Position | None = None

    def values(self) -> dict[str, Any]:
        """What an attachment record keeps of it."""
        return {
            "hash": self.hash,
            "media_type": MEDIA_TYPE,
            "size": self.bytes,
            "width": self.width,
            "height": self.height,
            "taken_at": self.taken_at,
        }


class PhotoStore:
    """The photos of one vault, under `folder`/photos.

    Sealed under its data key; those that were sealed under a former one can be read.
    """

    def __init__(self, folder: Path, key: bytes, former: Sequence[bytes] = ()) -> None:
        self._folder = folder / FOLDER
        self._cipher = _cipher_of(key)
        self._former = [_cipher_of(one) for one in reversed(former)]

    def take(
        self, source: Path | BinaryIO | bytes, *, keep_position: bool = False
    ) -> Photo:
        """Take a picture in; when it returns, the file is safe on the disk.

        Raises UserError when the file is no picture, damaged, or far too large.
        """
        plain, photo = shrink(_content(source), keep_position=keep_position)
        self.put(photo.hash, plain)
        return photo

    def put(self, name: str, plain: bytes) -> None:
        """Keep a photo that came through sync; ValueError unless `name` is its hash."""
        if hashlib.sha256(plain).hexdigest() != name:
            raise ValueError(f"photo {name} does not have that content")
        path = self.path(name)
        if path.exists() and self._opened(name) is not None:
            return
        nonce = os.urandom(_NONCE)
        sealed = self._cipher.encrypt(nonce, plain, bytes.fromhex(name))
        _write(path, _MAGIC + nonce + sealed)

    def put_thumb(self, name: str, plain: bytes) -> None:
        """Keep the small picture of a photo that is not here yet itself; ValueError
        unless it is a small JPEG."""
        if not _is_small_jpeg(plain):
            raise ValueError("that is no small JPEG")
        nonce = os.urandom(_NONCE)
        sealed = self._cipher.encrypt(nonce, plain, _mark_of(name))
        _write(self._thumb_path(name), _MAGIC + nonce + sealed)

    def drop(self, name: str) -> None:
        """Remove a photo and its small picture."""
        for path in (self.path(name), self._thumb_path(name)):
            path.unlink(missing_ok=True)

    def has(self, name: str) -> bool:
        """Whether the whole photo is here."""
        return self.path(name).exists()

    def read(self, name: str) -> bytes:
        """The JPEG; UserError when it is not here or damaged."""
        if not self.has(name):
            raise UserError(tr("这张照片不在本机，同步后再看"))
        plain = self._opened(name)
        if plain is None:
            raise UserError(tr("这张照片的文件已损坏，请同步取回，或从备份恢复"))
        return plain

    def thumbnail(self, name: str, side: int = THUMBNAIL) -> bytes:
        """A small JPEG of it, at most `side` pixels; made in memory, never kept.

        Of a photo that is not here, or damaged, the one that the county sent, which is
        at most THUMBNAIL pixels; UserError when there is none either.
        """
        from PIL import Image

        try:
            whole = self.read(name)
        except UserError:
            kept = self._kept_thumb(name)
            if kept is None:
                raise
            whole = kept
        with Image.open(BytesIO(whole)) as picture:
            picture.draft("RGB", (side, side))
            picture.thumbnail((side, side))
            return _jpeg(picture)

    def names(self) -> Iterator[str]:
        """Hashes of all photos here."""
        for path in sorted(self._folder.glob("??/*")):
            if re.fullmatch(r"[0-9a-f]{64}", path.name):
                yield path.name

    def thumb_names(self) -> Iterator[str]:
        """Hashes of the photos whose small picture came from the county."""
        for path in sorted(self._folder.glob(f"??/*{_THUMB}")):
            if re.fullmatch(r"[0-9a-f]{64}", path.stem):
                yield path.stem

    def since(self, name: str) -> dt.datetime:
        """When a photo, or its small picture, came here; aware."""
        path = self.path(name) if self.has(name) else self._thumb_path(name)
        return dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC)

    def verify(self) -> list[str]:
        """Hashes of the photos whose file is damaged; empty when all is well."""
        return [name for name in self.names() if self._opened(name) is None]

    def path(self, name: str) -> Path:
        """Where the file of a photo lies, if it is here."""
        if not re.fullmatch(r"[0-9a-f]{64}", name):
            raise ValueError("a photo's name is 64 hexadecimal digits")
        return self._folder / name[:2] / name

    def _thumb_path(self, name: str) -> Path:
        return self.path(name).with_suffix(_THUMB)

    def _kept_thumb(self, name: str) -> bytes | None:
        return self._unsealed(self._thumb_path(name), _mark_of(name))

    def _opened(self, name: str) -> bytes | None:
        """The plain photo; None when the file is damaged or another's."""
        plain = self._unsealed(self.path(name), bytes.fromhex(name))
        if plain is None or hashlib.sha256(plain).hexdigest() != name:
            return None
        return plain

    def _unsealed(self, path: Path, mark: bytes) -> bytes | None:
        """What a file holds that was sealed with that mark."""
        found = self._found(path, mark)
        return found[1] if found else None

    def _found(self, path: Path, mark: bytes) -> tuple[AESGCM, bytes] | None:
        """What opens a file that was sealed with that mark, and what it holds."""
        start = len(_MAGIC) + _NONCE
        try:
            raw = path.read_bytes()
        except OSError:
            return None
        for cipher in (self._cipher, *self._former):
            with suppress(InvalidTag, ValueError):
                plain = cipher.decrypt(raw[len(_MAGIC) : start], raw[start:], mark)
                return (cipher, plain) if raw.startswith(_MAGIC) else None
        return None

    def renew(self, most: int) -> int:
        """Seal photos and small pictures under the present key that are not; at most so
        many, and how many it were.

        Each is replaced whole. UserError when the disk is full.
        """
        parts = [(self.path(one), bytes.fromhex(one)) for one in self.names()]
        parts += [(self._thumb_path(one), _mark_of(one)) for one in self.thumb_names()]
        renewed = (one for one in parts if self._renewed(*one))
        return sum(1 for _ in islice(renewed, most))

    def _renewed(self, path: Path, mark: bytes) -> bool:
        found = self._found(path, mark)
        if found is None or found[0] is self._cipher:
            return False
        nonce = os.urandom(_NONCE)
        _write(path, _MAGIC + nonce + self._cipher.encrypt(nonce, found[1], mark))
        return True


def _cipher_of(key: bytes) -> AESGCM:
    derived = HKDF(SHA256(), 32, salt=None, info=b"gridapp photos 1").derive(key)
    return AESGCM(derived)


def _mark_of(name: str) -> bytes:
    """What binds a small picture to its photo, and tells it from the photo itself."""
    return bytes.fromhex(name) + b"thumb"


def _is_small_jpeg(plain: bytes) -> bool:
    from PIL import Image

    try:
        with Image.open(BytesIO(plain), formats=["JPEG"]) as picture:
            picture.load()
            return max(picture.size) <= 2 * THUMBNAIL
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return False


def _content(source: Path | BinaryIO | bytes) -> bytes:
    if isinstance(source, bytes):
        raw = source
    elif isinstance(source, Path):
        try:
            with source.open("rb") as file:
                raw = file.read(LARGEST_FILE + 1)
        except PermissionError as error:
            raise UserError(
                tr("没有权限打开 {name}，先把它复制到桌面再添加", name=source.name)
            ) from error
        except OSError as error:
            raise UserError(
                tr("打不开 {name}，请检查文件是否还在", name=source.name)
            ) from error
    else:
        raw = source.read(LARGEST_FILE + 1)
    if len(raw) > LARGEST_FILE:
        raise UserError(tr("照片文件超过 64 MB，请先缩小再添加"))
    return raw


def shrink(raw: bytes, *, keep_position: bool = False) -> tuple[bytes, Photo]:
    """A picture file as the upright JPEG that is kept, and what is known of it.

    Every other mark of the camera, the position included, is left behind.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about damage: it opens or it does not
            with Image.open(BytesIO(raw), formats=FORMATS) as picture:
                jpeg = picture.format in ("JPEG", "MPO")
                largest = LARGEST_JPEG if jpeg else LARGEST_OTHER
                if picture.width * picture.height > largest:
                    raise UserError(TOO_LARGE)
                taken_at, position, turn = photo_marks.read(picture)
                picture.draft("RGB", (LONG_SIDE, LONG_SIDE))
                picture.thumbnail((LONG_SIDE, LONG_SIDE), Image.Resampling.LANCZOS)
                upright = picture if turn is None else picture.transpose(turn)
                plain, size = _jpeg(upright), upright.size
    except UnidentifiedImageError as error:
        if raw[4:8] == b"ftyp" and raw[8:12] in HEIC:
            raise UserError(NOT_HEIC) from error
        raise UserError(tr("这个文件不是照片，请选 JPG 或 PNG 文件")) from error
    except Image.DecompressionBombError as error:
        raise UserError(TOO_LARGE) from error
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise UserError(tr("照片文件不完整或已损坏，请重新导出后再添加")) from error
    photo = Photo(
        hashlib.sha256(plain).hexdigest(),
        taken_at,
        *size,
        len(plain),
        position if keep_position else None,
    )
    return plain, photo


def _jpeg(picture: Image) -> bytes:
    """A JPEG of the pixels alone; what is see-through becomes white."""
    from PIL import Image

    if picture.mode != "RGB":
        whole = picture.convert("RGBA")
        ground = Image.new("RGBA", whole.size, "white")
        picture = Image.alpha_composite(ground, whole).convert("RGB")
    plain = picture.copy()
    plain.info.clear()  # comments, XMP and colour profiles would be written as well
    out = BytesIO()
    plain.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()


def _write(path: Path, content: bytes) -> None:
    """Write a whole file or none, and see it onto the disk."""
    try:
        durable.make_folder(path.parent)
        durable.write_whole(path, content)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise UserError(tr("磁盘已满，照片没有保存。请清出空间后再试")) from error
        raise UserError(tr("照片写不进数据文件夹，请检查磁盘和权限")) from error
