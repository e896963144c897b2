"""A PDF that lies in memory, a page at a time as pixels: for the screen and a printer.

PDFium is not safe for threads: one thread at a time is let in.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any

from gridapp.errors import UserError
from gridapp.language import tr

if TYPE_CHECKING:
    from PIL.Image import Image

POINTS = 72.0  # in an inch
_ALONE = Lock()


@dataclass(frozen=True)
class Pixels:
    """A page as rows of grey pixels, or of blue, green and red ones."""

    width: int
    height: int
    stride: int  # bytes from one row to the next
    grey: bool
    content: bytes


class Pages:
    """The pages of one PDF; close it when it is shown no more."""

    def __init__(self, content: bytes) -> None:
        """Open it; UserError when this is no PDF, damaged, or locked."""
        import pypdfium2

        try:
            with _ALONE:
                self._document: Any = pypdfium2.PdfDocument(content)
        except pypdfium2.PdfiumError as error:
            raise UserError(
                tr("这个 PDF 打不开：可能已损坏，或设了密码，请另存一份再试")
            ) from error

    def sizes(self) -> Sequence[tuple[float, float]]:
        """The width and height of each page, in points."""
        with _ALONE:
            count = len(self._document)
            return [self._document.get_page_size(number) for number in range(count)]

    def draw(self, number: int, per_inch: float, *, grey: bool = False) -> Pixels:
        """Page `number`, the first is 0, at so many pixels an inch."""
        with self._drawn(number, per_inch, grey=grey) as bitmap:
            return Pixels(
                bitmap.width,
                bitmap.height,
                bitmap.stride,
                bitmap.n_channels == 1,
                bytes(bitmap.buffer),
            )

    def picture(self, number: int, per_inch: float) -> Image:
        """Page `number` as a picture to look for codes in, or to keep."""
        with self._drawn(number, per_inch) as bitmap:
            return bitmap.to_pil().convert("RGB")

    @contextmanager
    def _drawn(
        self, number: int, per_inch: float, *, grey: bool = False
    ) -> Generator[Any]:
        """PDFium's own pixels of a page, for as long as they are copied."""
        with _ALONE:
            page = self._document[number]
            bitmap: Any = page.render(scale=per_inch / POINTS, grayscale=grey)
            try:
                yield bitmap
            finally:
                bitmap.close()
                page.close()

    def close(self) -> None:
        """Give the memory back."""
        with _ALONE:
            self._document.close()
