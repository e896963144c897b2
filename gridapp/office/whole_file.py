"""A file written whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from glob import escape
from pathlib import Path
from typing import BinaryIO

from gridapp.errors import UserError
from gridapp.language import tr

STALE = 3600.0  # seconds after which an unfinished file is nobody's


def write_whole(data: bytes | BinaryIO, out: Path) -> None:
    """Put `data` into the file `out` in one step, keeping the old file until then.

    data: bytes, or an open file of which all that is left to read is taken.
    """
    temporary = None
    try:
        _remove_stale(out)
        handle, name = tempfile.mkstemp(".part", f".{out.stem}-", out.parent)
        temporary = Path(name)
        with os.fdopen(handle, "wb") as file:
            if isinstance(data, bytes):
                file.write(data)
            else:
                shutil.copyfileobj(data, file)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(out)
    except FileNotFoundError:
        raise UserError(
            tr("没有“{parent}”这个文件夹，请换一个保存位置。", parent=out.parent)
        ) from None
    except PermissionError:
        raise UserError(
            tr(
                "“{name}”不能写入。如果它正在别的程序里开着，请先关掉；还不行"
                "就换一个文件名或保存位置。",
                name=out.name,
            )
        ) from None
    except OSError as error:
        raise UserError(
            tr(
                "“{name}”没有存成（{strerror}），请清理磁盘空间或换一个保存位置。",
                name=out.name,
                strerror=error.strerror,
            )
        ) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def _remove_stale(out: Path) -> None:
    """Remove what a print that was killed long ago left behind: it is private."""
    for left in out.parent.glob(f".{escape(out.stem)}-*.part"):
        if time.time() - left.stat().st_mtime > STALE:
            left.unlink(missing_ok=True)
