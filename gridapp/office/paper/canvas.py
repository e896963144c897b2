"""A PDF that is written page by page: what is finished is kept in no list.

reportlab makes the fonts, the outline and the objects of the file. The operators of a
page are written here, because its canvas takes three quarters of the time to make
them and keeps every page until the end. Lengths are points from the bottom left.
"""

from __future__ import annotations

import re
import weakref
import zlib
from collections.abc import Sequence
from functools import cache
from io import BytesIO
from typing import Any, BinaryIO, cast

from reportlab import rl_config
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfdoc

from gridapp.office.paper.fonts import drawn, font
from gridapp.office.sealed_file import SealedFile

rl_config.useA85 = 0  # streams as bytes: a quarter smaller and faster

HELD = 16 << 20  # bytes held in memory; more go to a file that nobody else can read
LEVEL = 4  # of compression: 4 % larger than at 6, in two thirds of its time
_PDF: Any = pdfdoc  # reportlab carries no types


class _File(_PDF.PDFDocument):
    """reportlab's document, whose objects are written as soon as they are whole."""

    def __init__(
        self, title: str, program: str, made_by: str, spool: SealedFile
    ) -> None:
        document: Any = super()
        document.__init__(compression=1, lang="zh-CN")
        self.setTitle(title)
        self.setAuthor(made_by)
        self.setCreator(program)
        self.setSubject("")
        self._spool = spool
        self._at = 0
        self._put(_PDF.PDFFile(self._pdfVersion).format(self))
        self.common = _PDF.PDFResourceDictionary()
        self.common.basicFonts()
        self.common.allProcs()
        self.Reference(self.common, "Common")
        self.Reference(self.Pages, "Pages")

    def _put(self, data: bytes) -> None:
        self._spool.write(data)
        self._at += len(data)

    def number(self, name: str) -> int:
        """The number of the object of that name."""
        return self.idToObjectNumberAndVersion[name][0]

    def write(self, name: str, body: bytes) -> None:
        """Write an object that nothing in the file changes any more."""
        self.Reference(None, name)
        self.idToOffset[name] = self._at
        self._put(b"%d 0 obj\n%b\nendobj\n" % (self.number(name), body))

    def write_stream(self, name: str, head: str, content: bytes) -> None:
        """Write a stream, compressed."""
        packed = zlib.compress(content, LEVEL)
        entries = f"<< {head} /Filter /FlateDecode /Length {len(packed)} >>"
        self.write(name, b"%b\nstream\n%b\nendstream" % (entries.encode(), packed))

    def format(self) -> bytes:
        """Write all that is left: fonts, outline, pages, catalog, and the table."""
        names: list[str] = []
        while (number := len(names) + 1) in self.numberToId:
            name = self.numberToId[number]
            names.append(name)  # writing it may make new objects
            if name not in self.idToOffset:
                self.idToOffset[name] = self._at
                body = _PDF.PDFIndirectObject(name, self.idToObject[name])
                self._put(body.format(self))
        table = _PDF.PDFCrossReferenceTable()
        table.addsection(0, names)
        begins = self._at
        self._put(table.format(self))
        end = _PDF.PDFTrailer(
            startxref=begins,
            Size=len(names) + 1,
            Root=self.Reference(self.Catalog),
            Info=self.Reference(self.info),
            ID=self.ID(),
        )
        self._put(end.format(self))
        return b""


class _Codes(dict[str, tuple[str, str]]):
    """For each character of one font: the subset that has it, and its code in it."""

    def __init__(self, name: str, file: _File) -> None:
        super().__init__()
        self._name = name
        self._file = file

    def __missing__(self, char: str) -> tuple[str, str]:
        found = drawn(self._name)[char]
        drawing = found.font if found else font(self._name)
        [(subset, code)] = drawing.splitString(char, self._file)
        subset_name = drawing.getSubsetInternalName(subset, self._file)
        self[char] = subset_name, code.hex()
        return self[char]


_ONES = re.compile("1+").finditer


@cache
def _bar(row: int, start: int, end: int) -> str:
    return f"{start} {row} {end - start} 1 re"


class Canvas:
    """Draws pages, one after the other, each written when it ends."""

    def __init__(
        self, title: str, program: str, width: float, height: float, made_by: str = ""
    ) -> None:
        self._spool = spool = SealedFile(HELD)
        weakref.finalize(self, spool.close)
        self._file: Any = _File(title, program, made_by, spool)
        self._size = f"[0 0 {width:.2f} {height:.2f}]"
        self._codes: dict[str, _Codes] = {}
        self._forms: dict[str, str] = {}  # their names in the file
        self._drawn: list[str] = []  # operators of the page, or of the form
        self._weight = 0.0
        self._destinations: dict[str, Any] = {}
        self.pages = 0

    def text(
        self, x: float, y: float, text: str, name: str, size: float, apart: float = 0.0
    ) -> None:
        """Draw a line of text that begins at x on the baseline y.

        `apart` is put between its characters.
        """
        if not text:
            return
        codes = self._codes.get(name)
        if codes is None:
            codes = self._codes[name] = _Codes(name, self._file)
        last, shown = "", ""
        for subset, code in map(codes.__getitem__, text):
            if subset != last:
                shown += f"{'> Tj ' if last else ''}{subset} {size:g} Tf <"
                last = subset
            shown += code
        shown += "> Tj"
        if apart:
            shown = f"{apart:.4f} Tc {shown} 0 Tc"
        self._drawn.append(f"BT {x:.2f} {y:.2f} Td {shown} ET")

    def line(self, x1: float, y1: float, x2: float, y2: float, weight: float) -> None:
        """Draw a straight line."""
        self._set_weight(weight)
        self._drawn.append(f"{x1:.2f} {y1:.2f} m {x2:.2f} {y2:.2f} l S")

    def box(
        self,
        area: tuple[float, float, float, float],
        weight: float,
        grey: float | None = None,
    ) -> None:
        """Draw the border of x, y, width, height; filled when a grey is given."""
        self._set_weight(weight)
        x, y, width, height = area
        shape = f"{x:.2f} {y:.2f} {width:.2f} {height:.2f} re"
        if grey is None:
            self._drawn.append(f"{shape} S")
        else:
            self._drawn.append(f"{grey:g} g {shape} B 0 g")

    def squares(self, x: float, y: float, unit: float, rows: Sequence[str]) -> None:
        """Fill a square of `unit` for each 1 in the rows, the last of them at x, y."""
        last = len(rows) - 1
        shapes = " ".join(
            [
                _bar(last - number, *ones.span())
                for number, row in enumerate(rows)
                for ones in _ONES(row)
            ]
        )
        place = f"{unit:.5f} 0 0 {unit:.5f} {x:.2f} {y:.2f} cm"
        self._drawn.append(f"q {place} {shapes} f Q")

    def fill_grey(self, grey: float) -> None:
        """Write and fill in this grey, 0 for black."""
        self._drawn.append(f"{grey:g} g")

    def line_grey(self, grey: float) -> None:
        """Draw lines in this grey, 0 for black."""
        self._drawn.append(f"{grey:g} G")

    def dash(self, *lengths: float) -> None:
        """Draw lines of dashes and gaps; of neither for whole lines."""
        self._drawn.append(f"[{' '.join(f'{one:g}' for one in lengths)}] 0 d")

    def picture(self, content: bytes, area: tuple[float, float, float, float]) -> None:
        """Draw a picture into x, y, width, height."""
        name = self._shared("Picture")
        image = _PDF.PDFImageXObject(name, ImageReader(BytesIO(content)))
        self._file.write(name, image.format(self._file).rstrip(b"\n"))
        x, y, width, height = area
        place = f"{width:.2f} 0 0 {height:.2f} {x:.2f} {y:.2f} cm"
        self._drawn.append(f"q {place} /{name} Do Q")

    def _set_weight(self, weight: float) -> None:
        if weight != self._weight:
            self._drawn.append(f"{weight:g} w")
            self._weight = weight

    def _shared(self, kind: str) -> str:
        """Return a name for a drawing of its own that every page can call."""
        shared = self._file.common.XObject
        name = f"{kind}{len(shared)}"
        shared[name] = _PDF.PDFObjectReference(name)
        return name

    def has_form(self, name: str) -> bool:
        """Return whether a form of that name is drawn already."""
        return name in self._forms

    def begin_form(self) -> list[str]:
        """Draw a form from here on; `end_form` wants what this returns."""
        before, self._drawn, self._weight = self._drawn, [], 0.0
        return before

    def end_form(self, name: str, before: list[str]) -> None:
        """Write what was drawn since `begin_form` as a form, once for all pages."""
        content, self._drawn = self._content(), before
        self._weight = 0.0
        head = f"/Type /XObject /Subtype /Form /BBox {self._size} {self._resources}"
        self._forms[name] = self._shared("Form")
        self._file.write_stream(self._forms[name], head, content)

    def form(self, name: str) -> None:
        """Draw a form here."""
        self._drawn.append(f"/{self._forms[name]} Do")

    def _content(self) -> bytes:
        return "\n".join(self._drawn).encode("ascii")

    @property
    def _resources(self) -> str:
        return f"/Resources {self._file.number('Common')} 0 R"

    def bookmark(self, title: str, level: int) -> None:
        """Name this page in the outline of the file."""
        key = f"{self.pages}-{level}"
        place = _PDF.Destination(key)
        place.fit()
        place.setPage(self._file.thisPageRef())
        self._destinations[key] = place
        self._file.outline.addOutlineEntry(key, level, title)

    def _bookmarkReference(self, key: str) -> Any:  # noqa: N802 (reportlab asks for it)
        return self._destinations[key]

    def end_page(self) -> None:
        """Write the page; the next drawing begins a new one."""
        file, name = self._file, self._file.thisPageName()
        content = f"{name}-content"
        file.write_stream(content, "", self._content())
        parent = file.number("Pages")
        entries = (
            f"<< /Type /Page /Parent {parent} 0 R /MediaBox {self._size}"
            f" {self._resources} /Contents {file.number(content)} 0 R >>"
        )
        file.write(name, entries.encode())
        file.Pages.addPage(_PDF.PDFObjectReference(name))
        file.pageCounter += 1
        self.pages += 1
        self._drawn, self._weight = [], 0.0

    def finish(self) -> BinaryIO:
        """Finish the file and return it, to be read from its beginning."""
        self._file.GetPDFData(self)
        self._spool.rewind()
        return cast(BinaryIO, self._spool)
