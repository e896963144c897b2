"""What a file system on a laptop can do, in words; nothing of a database is read."""

from __future__ import annotations

import errno
from collections.abc import Generator
from contextlib import contextmanager

from gridapp.errors import UserError
from gridapp.language import tr

FULL = tr("磁盘已满，刚才的改动没有保存。请清出空间后再试")
READ_ONLY = tr("数据文件夹是只读的，请检查文件夹权限后再试")
IN_USE = tr("另一个程序正占用数据文件，请关掉它后再试")
BROKEN_DISK = tr("读写磁盘出错，请检查磁盘后再试")
_CODES = (
    ((errno.ENOSPC, errno.EDQUOT), FULL),
    ((errno.EACCES, errno.EPERM, errno.EROFS), READ_ONLY),
    ((errno.EIO,), BROKEN_DISK),
)
_HELD = (32, 33)  # ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION of Windows


class Damaged(UserError):
    """The file itself is not whole: what can be read of it, `rescue` reads."""


@contextmanager
def file_faults_in_words() -> Generator[None]:
    """Turn what can happen to a file on a laptop into a UserError."""
    try:
        yield
    except OSError as error:
        if getattr(error, "winerror", None) in _HELD:
            raise UserError(IN_USE) from error
        for codes, sentence in _CODES:
            if error.errno in codes:
                raise UserError(sentence) from error
        raise
