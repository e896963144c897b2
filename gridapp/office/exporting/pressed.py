"""XlsxWriter without its temporary files: rows wait pressed in memory.

A workbook of people's data must not lie unencrypted on the disk before it is where
somebody wants it: a program that is killed leaves such files behind. XlsxWriter writes
rows into files of its own to spare memory; here they are pressed to about a fifteenth.
Only while a sheet goes into the finished file does it lie in memory whole: about 2 kB
a row of twenty columns.
"""

from __future__ import annotations

import codecs
import zlib
from io import BytesIO, StringIO
from typing import Any

from xlsxwriter import packager, workbook, worksheet

_Worksheet: Any = worksheet.Worksheet  # XlsxWriter types little of what is inherited
_Packager: Any = packager.Packager
_Workbook: Any = workbook.Workbook
_LEVEL = 1  # of compression: the text is read once and thrown away
_AT_ONCE = 1 << 16  # characters that wait to be pressed together


class Pressed(StringIO):
    """Text that is written from its beginning to its end, then read so once."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting: list[str] = []
        self._length = 0  # of what waits
        self._size = 0  # bytes of what was pressed
        self._press = zlib.compressobj(_LEVEL)
        self._unpress = zlib.decompressobj()
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._held = BytesIO()

    def write(self, text: str, /) -> int:
        """Take this text in; returns its length."""
        self._waiting.append(text)
        self._length += len(text)
        if self._length >= _AT_ONCE:
            self._push()
        return len(text)

    def _push(self) -> None:
        data = "".join(self._waiting).encode()
        self._waiting, self._length = [], 0
        self._size += len(data)
        self._held.write(self._press.compress(data))

    def _end(self) -> None:
        self._push()
        self._held.write(self._press.flush())
        self._held.seek(0)

    def seek(self, place: int, whence: int = 0, /) -> int:
        """Go to the beginning, to read; there is no other place to go to."""
        if place or whence:
            raise ValueError("text that is pressed is read from its beginning")
        self._end()
        return 0

    def read(self, size: int | None = -1, /) -> str:
        """The next characters, about `size` of them; "" at the end."""
        most = max(size or 0, 0)
        while True:
            packed = self._unpress.unconsumed_tail or self._held.read(_AT_ONCE)
            if not packed:
                return self._decoder.decode(self._unpress.flush(), final=True)
            text = self._decoder.decode(self._unpress.decompress(packed, most))
            if text:
                return text

    def getvalue(self) -> Any:
        """All of it, as the bytes that its `encode` would make: XlsxWriter asks for
        text only to encode it, and that would lie in memory beside the bytes."""
        self._end()
        return _Encoded(self._held, self._size)


class _Encoded:
    """Text that was pressed as what it is encoded to."""

    def __init__(self, held: BytesIO, size: int) -> None:
        self._held = held
        self._size = size

    def encode(self, _encoding: str = "utf-8") -> bytes:
        """The bytes of the text."""
        room = max(self._size, 1)  # else it is made too small, and twice as large
        return zlib.decompress(self._held.getvalue(), bufsize=room)


class _Page(_Worksheet):
    """A sheet whose rows are pressed as soon as the next one begins."""

    def _initialize(self, init_data: dict[str, Any]) -> None:
        sheet: Any = super()
        init = sheet._initialize  # noqa: SLF001 (of the class this one extends)
        init(init_data | {"constant_memory": False})
        self.constant_memory = True
        self.row_data_fh = self.fh = Pressed()

    def _write_optimized_sheet_data(self) -> None:
        if self.dim_rowmin is None:
            self._xml_empty_tag("sheetData")
            return
        self._xml_start_tag("sheetData")
        self.row_data_fh.seek(0)
        while text := self.row_data_fh.read(_AT_ONCE):
            self.fh.write(text)
        self._xml_end_tag("sheetData")


class _Parts(_Packager):
    """The parts of the workbook, pressed until they go into it."""

    def _filename(self, xml_filename: str) -> StringIO:
        part = Pressed()
        self.filenames.append((part, xml_filename, False))
        return part


class PressedBook(_Workbook):
    """A workbook written row by row, of which nothing lies in a file before it is
    whole."""

    def __init__(self, file: BytesIO, options: dict[str, Any]) -> None:
        book: Any = super()
        book.__init__(file, options | {"in_memory": True})
        self.worksheet_class = _Page

    def _get_packager(self) -> _Parts:
        return _Parts()
