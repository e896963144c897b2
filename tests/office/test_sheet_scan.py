"""Papers come back as photos: askew, in shadow, blurred, or as the pages of a scan."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from uuid import UUID

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from gridapp.errors import UserError
from gridapp.office.paper.paper import Paper
from gridapp.office.paper.preview import Pages
from gridapp.office.paper.scan import content_of, number_in, scans_of

FIRST = UUID("01a2034e-70ff-766b-8f0a-1cf9da4c7ee5")
SECOND = UUID("01a2034e-7122-71fd-b5ff-618e374170e4")
WOOD = (120, 100, 80)


@pytest.fixture(scope="module")
def scanned() -> bytes:
    """A PDF of two papers with their codes."""
    paper = Paper("单子")
    for number, one in enumerate((FIRST, SECOND), 1):
        paper.text(105, 23, "入户走访单", 21, align="center")
        paper.code(one)
        paper.foot("第一网格", number, 2)
        paper.end_page()
    out = BytesIO()
    paper.save(out)
    return out.getvalue()


@pytest.fixture(scope="module")
def page(scanned: bytes) -> Image.Image:
    """The first page as a camera of few pixels sees it, on a wooden table."""
    pages = Pages(scanned)
    picture = pages.picture(0, 150)
    pages.close()
    table = Image.new("RGB", (picture.width * 5 // 4, picture.height * 6 // 5), WOOD)
    table.paste(picture, (picture.width // 8, picture.height // 10))
    return table


def jpeg(picture: Image.Image, quality: int = 60) -> bytes:
    out = BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()


def photo(
    page: Image.Image, degrees: float, blur: float, dark: float = 1.0
) -> Image.Image:
    """The page turned, blurred, and with a shadow whose edge crosses the code."""
    picture = page.rotate(degrees, Image.Resampling.BICUBIC, True, fillcolor=WOOD)
    light = Image.new("L", picture.size, 255)
    left = picture.width * 3 // 4
    corner = [(left, 0), (picture.width, 0), (picture.width, picture.height)]
    ImageDraw.Draw(light).polygon(corner, fill=int(255 * dark))
    light = light.filter(ImageFilter.GaussianBlur(3))
    picture = ImageChops.multiply(picture, Image.merge("RGB", (light, light, light)))
    return picture.filter(ImageFilter.GaussianBlur(blur))


@pytest.mark.parametrize(
    ("degrees", "blur", "dark"),
    [(0, 0.1, 1.0), (7, 1.2, 0.4), (-12, 1.0, 0.3), (90, 1.4, 1.0), (183, 1.2, 0.5)],
)
def test_the_code_is_read_from_a_poor_photo(
    page: Image.Image, degrees: float, blur: float, dark: float
) -> None:
    [scan] = scans_of("照片.jpg", jpeg(photo(page, degrees, blur, dark)))
    assert scan.number == FIRST.hex
    assert scan.name == "照片.jpg"


def test_the_way_the_camera_was_held_makes_no_difference(page: Image.Image) -> None:
    out = BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera stood upright
    page.rotate(90, expand=True).save(out, "JPEG", exif=exif)
    [scan] = scans_of("a.jpg", out.getvalue())
    assert scan.number == FIRST.hex


def test_each_page_of_a_scan_is_a_paper_of_its_own(scanned: bytes) -> None:
    found = list(scans_of("扫描.pdf", scanned))
    assert [one.number for one in found] == [FIRST.hex, SECOND.hex]
    assert [one.name for one in found] == ["扫描.pdf 第 1 页", "扫描.pdf 第 2 页"]
    assert Image.open(BytesIO(found[1].content)).size[0] > 1600


def test_a_photo_without_a_code_has_no_number(page: Image.Image) -> None:
    blank = Image.effect_noise((600, 800), 60).convert("RGB")
    [scan] = scans_of("a.png", jpeg(blank))
    assert scan.number == ""


def test_the_code_of_somebody_else_is_no_number_of_ours() -> None:
    import zxingcpp

    code = zxingcpp.create_barcode(
        "https://example.com/pay?id=9901", zxingcpp.BarcodeFormat.QRCode
    )
    picture = Image.fromarray(code.to_image(scale=8))
    assert number_in(picture.convert("RGB")) == ""


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("表.xlsx", b"PK\x03\x04 no picture"),
        ("空.jpg", b""),
        ("坏.pdf", b"%PDF-1.4 broken"),
        ("坏.jpg", b"\xff\xd8\xff\xe0 broken"),
    ],
)
def test_what_is_no_paper_gets_a_sentence(name: str, content: bytes) -> None:
    with pytest.raises(UserError, match="JPG|PDF"):
        list(scans_of(name, content))


def test_a_file_that_is_gone_gets_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="检查文件是否还在"):
        content_of(tmp_path / "没有.jpg")


def test_a_page_is_drawn_in_grey_and_in_colour_at_any_size(scanned: bytes) -> None:
    pages = Pages(scanned)
    width, height = pages.sizes()[0]
    assert (round(width), round(height)) == (595, 842)
    grey, colour = pages.draw(0, 300, grey=True), pages.draw(0, 96)
    pages.close()
    assert grey.grey
    assert (grey.width, len(grey.content)) == (2481, grey.stride * grey.height)
    assert not colour.grey
    assert colour.width == 794
    assert colour.stride >= 3 * 794
