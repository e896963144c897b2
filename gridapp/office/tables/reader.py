"""Reads somebody's file into plain rows, whatever program wrote it.

What a file is, is told by its content and not by its ending: systems save web pages
as .xls, and people rename files.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.office.tables import html, ods, text, xls, xlsx, xml2003
from gridapp.office.tables.raw_sheet import RawSheet, damaged
from gridapp.office.tables.zip_parts import BadParts, ZipParts

__all__ = ["RawSheet", "no_table", "read_book"]

LARGEST = 60 << 20  # bytes; a ledger of 100,000 people has about 15 MB
OLE, ZIP = b"\xd0\xcf\x11\xe0", b"PK\x03\x04"
BIFF = (b"\x09\x00", b"\x09\x02", b"\x09\x04", b"\x09\x08")  # a workbook without OLE
OTHER_FILES = (b"%PDF", b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"II*\0", b"MM\0*")
PACKED = (b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"PK\x05\x06")
WEB_ARCHIVE = (b"mime-version:", b"from: <saved by", b'from: "saved by')


def read_book(path: Path) -> tuple[RawSheet, ...]:
    """The sheets of a file; UserError in words when it cannot be read."""
    content = _content(path)
    sheets = _reader(path, content)()
    if not any(sheet.rows for sheet in sheets):
        raise UserError(tr("“{name}”里没有内容，请核对是不是这个文件", name=path.name))
    return sheets


def _content(path: Path) -> bytes:
    """The bytes of a file that may be a ledger."""
    try:
        if path.is_dir():
            raise UserError(tr("“{name}”是文件夹，请选里面的表格文件", name=path.name))
        if path.exists() and not path.is_file():
            raise UserError(tr("“{name}”不是文件，请选表格文件", name=path.name))
        if path.stat().st_size > LARGEST:
            raise UserError(tr("文件超过 60 MB，请把它分成几个文件再导入"))
        content = path.read_bytes()
    except FileNotFoundError:
        raise UserError(
            tr("找不到文件“{name}”，请核对文件名", name=path.name)
        ) from None
    except (OSError, ValueError) as error:
        raise UserError(
            tr(
                "打不开“{name}”：它可能正被 Excel 使用，或没有读取权限；"
                "请关闭 Excel，或把它复制到桌面后再试",
                name=path.name,
            )
        ) from error
    if not content.strip(b"\0 \t\r\n\xef\xbb\xbf"):
        raise UserError(tr("“{name}”是空文件", name=path.name))
    return content


def _reader(path: Path, content: bytes) -> Callable[[], tuple[RawSheet, ...]]:
    """What reads a file of this content."""
    name = path.name
    if content.startswith(ZIP):
        return lambda: _zip(name, content)
    if content.startswith((OLE, *BIFF)):
        return lambda: xls.read_xls(name, content)
    start = content[:3000].replace(b"\0", b"")  # UTF-16 is searched as ASCII
    start = start.lstrip(b"\xef\xbb\xff\xfe\xbf \t\r\n").lower()
    if content.startswith((*OTHER_FILES, *PACKED)) or start.startswith(
        (*WEB_ARCHIVE, b"{\\rtf")
    ):
        return lambda: _refuse(name, content, start)
    if xml2003.SIGN in start:
        return lambda: xml2003.read_xml2003(name, content)
    if html.looks_like(start, content):
        return lambda: html.read_html(name, path.stem, content)
    return lambda: (text.read_text(name, path.stem, content),)


def _zip(name: str, content: bytes) -> tuple[RawSheet, ...]:
    try:
        parts = ZipParts(content)
        parts.check()
        if "xl/workbook.xml" in parts:
            return xlsx.read_xlsx(name, parts)
        if "content.xml" in parts:
            return ods.read_ods(name, parts)
    except BadParts as error:
        raise damaged(name) from error
    raise xlsx.refuse_zip(name, parts)


def _refuse(name: str, content: bytes, start: bytes) -> tuple[RawSheet, ...]:
    """The sentence for a file that is no table."""
    if content.startswith(PACKED):
        words = tr("“{name}”是压缩包，请先解压，再导入里面的表格", name=name)
    elif start.startswith(WEB_ARCHIVE):
        words = tr(
            "“{name}”是网页存档，请用 Excel 打开，另存为 .xlsx 后再导入", name=name
        )
    else:
        raise no_table(name)
    raise UserError(words)


def no_table(name: str) -> UserError:
    """The sentence for a document: a file that was never a table."""
    return UserError(
        tr(
            "“{name}”不是表格（是 PDF、图片或文档），请向发来的人要 Excel 文件",
            name=name,
        )
    )
