"""Signed papers on their way back: photos and scans, and the number on each.

The code may stand askew, in shadow or blurred: ZXing looks for it in what the camera
gave, and once more in one where a shadow's edge makes no difference.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models.record_number import read_number
from gridapp.office.paper.preview import Pages

if TYPE_CHECKING:
    from PIL.Image import Image

PDF = b"%PDF-"
PER_INCH = 200.0  # pixels, of a scanned page
LARGEST_FILE = 64 << 20  # bytes
MOST_PAGES = 200  # of one scanned file
MOST_PIXELS = 60_000_000  # of a photo; it is looked at whole
LONG_SIDES = (None, 2400, 1400)  # pixels; a blurred code is clearer when it is smaller
# What is dark is told from the light around it: within so many parts of a photo's long
# side, about two and four squares of a code on A4 paper that fills the photo.
SHARES = (280, 150)
MARGIN = 4  # of 255: plain paper stays white


@dataclass(frozen=True)
class Scan:
    """One page of paper that came back."""

    name: str  # of its file, with the page of a file of several
    content: bytes  # a picture file, as the photo store takes it in
    number: str  # what the id of its record ends with; empty: no code was read


def scans_of(name: str, content: bytes) -> Iterator[Scan]:
    """Each page of a photo, a scan or a PDF; UserError when it is none of them."""
    if len(content) > LARGEST_FILE:
        raise UserError(tr("{name} 超过 64 MB，请分成几个文件再加", name=name))
    if content[:1024].lstrip().startswith(PDF):
        yield from _pages(name, content)
        return
    with _opened(name, content) as picture:
        yield Scan(name, content, number_in(picture))


def content_of(path: Path) -> bytes:
    """What lies in a chosen file, up to the most there may be; UserError."""
    try:
        with path.open("rb") as file:
            return file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise UserError(
            tr("打不开 {name}，请检查文件是否还在", name=path.name)
        ) from error


def _pages(name: str, content: bytes) -> Iterator[Scan]:
    pages = Pages(content)
    try:
        count = len(pages.sizes())
        if count > MOST_PAGES:
            raise UserError(
                tr(
                    "{name} 有 {count} 页，一次最多 {most} 页，请分开再加",
                    name=name,
                    count=count,
                    most=MOST_PAGES,
                )
            )
        for page in range(count):
            picture = pages.picture(page, PER_INCH)
            which = tr("{name} 第 {page} 页", name=name, page=page + 1)
            out = BytesIO()
            picture.save(out, "PNG", compress_level=1)
            yield Scan(which if count > 1 else name, out.getvalue(), number_in(picture))
    finally:
        pages.close()


def _opened(name: str, content: bytes) -> Image:
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(BytesIO(content)) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise UserError(tr("{name} 的像素太多，请先缩小再加", name=name))
            return ImageOps.exif_transpose(picture).convert("RGB")
    except (OSError, UnidentifiedImageError, ValueError, SyntaxError) as error:
        raise UserError(
            tr("{name} 不是照片或 PDF，请选 JPG、PNG 或 PDF 文件", name=name)
        ) from error
    except Image.DecompressionBombError as error:
        raise UserError(tr("{name} 的像素太多，请先缩小再加", name=name)) from error


def number_in(picture: Image) -> str:
    """What the code on a paper says the record's id ends with; empty when no code of
    ours can be read."""
    grey = picture.convert("L")
    for side in LONG_SIDES:
        small = grey
        if side is not None:
            if max(grey.size) <= side:
                continue
            small = grey.copy()
            small.thumbnail((side, side))
        for look in (small, *(_inked(small, one) for one in SHARES)):
            for text in _codes(look):
                if number := _number(text):
                    return number
    return ""


def _codes(picture: Image) -> list[str]:
    import zxingcpp

    codes = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    found: list[Any] = zxingcpp.read_barcodes(picture, formats=codes)
    return [one.text for one in found]


def _number(text: str) -> str:
    """The id in a code; anybody else's code on the same paper is none of ours."""
    try:
        return read_number(text)
    except ValueError:
        return ""


def _inked(picture: Image, share: int) -> Image:
    """Black where it is darker than its surroundings, wherever a shadow falls."""
    from PIL import ImageChops, ImageFilter

    radius = max(picture.size) / share
    around = picture.filter(ImageFilter.BoxBlur(radius))
    lighter = ImageChops.subtract(picture, around, offset=128 + MARGIN)
    return lighter.point([255 * (level >= 128) for level in range(256)])
