"""The folder a phone's photos are copied into: what is new in it."""

from __future__ import annotations

import datetime as dt
import os
import struct
import warnings
from io import BytesIO
from pathlib import Path

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.store.photos import FORMATS, LARGEST_JPEG, LARGEST_OTHER, QUALITY

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp"})
MOST = 12  # pictures offered at a time, the newest


def new_pictures(folder: Path, since: dt.datetime) -> list[Path]:
    """Picture files that came into `folder` since then, the newest first.

    A copied photo keeps the day it was taken, so the moment the file itself was made
    here counts as well. UserError when the folder cannot be read.
    """
    after = since.timestamp()
    found: list[tuple[float, str]] = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if Path(entry.name).suffix.lower() not in SUFFIXES:
                    continue
                marks = entry.stat()
                came = max(marks.st_mtime, marks.st_ctime)
                if entry.is_file() and came >= after:
                    found.append((came, entry.path))
    except PermissionError as error:
        raise UserError(
            tr("没有权限打开照片文件夹 {folder}，请在设置里换一个", folder=folder)
        ) from error
    except OSError as error:
        raise UserError(
            tr("照片文件夹 {folder} 打不开，请在设置里重新选", folder=folder)
        ) from error
    return [Path(path) for _, path in sorted(found, reverse=True)[:MOST]]


def preview(path: Path, side: int) -> bytes | None:
    """A small upright JPEG of a picture file, at most `side` pixels.

    None when it cannot be shown: it is damaged, or still being copied.
    """
    from PIL import Image, ImageOps

    out = BytesIO()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about damage: it shows or it does not
            with Image.open(path, formats=FORMATS) as picture:
                jpeg = picture.format in ("JPEG", "MPO")
                largest = LARGEST_JPEG if jpeg else LARGEST_OTHER
                if picture.width * picture.height > largest:
                    return None
                picture.draft("RGB", (side, side))
                picture.thumbnail((side, side))
                upright = ImageOps.exif_transpose(picture).convert("RGB")
                upright.save(out, "JPEG", quality=QUALITY)
    except (
        OSError,
        SyntaxError,
        ValueError,
        EOFError,
        struct.error,
        Image.DecompressionBombError,
    ):
        return None
    return out.getvalue()
