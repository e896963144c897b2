"""A file of somebody's choice written whole or not at all, faults in words."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import BinaryIO

from gridapp import durable
from gridapp.errors import UserError
from gridapp.language import tr


def write_whole(data: bytes | BinaryIO, out: Path) -> None:
    """Put `data` into the file `out` in one step, keeping the old file until then.

    data: bytes, or an open file of which all that is left to read is taken.
    """
    try:
        with durable.whole_file(out) as file:
            if isinstance(data, bytes):
                file.write(data)
            else:
                shutil.copyfileobj(data, file)
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
