"""The program's icon in the forms that installers and menus want, from its one SVG.

python installer/icon.py OUT    writes OUT/gridapp.ico and OUT/gridapp-<size>.png
"""

from __future__ import annotations

import os
import sys
from io import BytesIO
from pathlib import Path

from PIL import Image

RESOURCES = Path(__file__).parent.parent / "resources"
DRAWING = RESOURCES / "gridapp.svg"
READY = RESOURCES / "gridapp.png"  # what the window shows; drawn anew by main()
READY_SIZE = 64  # pixels; halves twice to the 16 of a title bar
MENU_SIZES = (16, 24, 32, 48, 64, 128, 256)  # of the hicolor theme, in pixels
# What Windows asks for at scales of 100 to 400 percent.
ICO_SIZES = (16, 20, 24, 32, 40, 48, 64, 128, 256)


def drawn(size: int) -> bytes:
    """The icon as a PNG of `size` by `size` pixels, drawn and not scaled."""
    from PySide6.QtCore import QBuffer, QIODevice
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    image = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    QSvgRenderer(str(DRAWING)).render(painter)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # pyright: ignore[reportCallIssue, reportArgumentType]
    return bytes(buffer.data().data())


def write_png(out: Path, size: int) -> Path:
    """Write the icon into the folder `out`; returns the file."""
    out.mkdir(parents=True, exist_ok=True)
    file = out / f"gridapp-{size}.png"
    file.write_bytes(drawn(size))
    return file


def write_ico(file: Path) -> Path:
    """Write the icon of a Windows program, each size drawn for itself."""
    pictures = [Image.open(BytesIO(drawn(size))) for size in ICO_SIZES]
    file.parent.mkdir(parents=True, exist_ok=True)
    pictures[-1].save(
        file,
        format="ICO",
        sizes=[(size, size) for size in ICO_SIZES],
        append_images=pictures[:-1],
    )
    return file


def main() -> None:
    """Write every form into a folder, and the window's picture beside the drawing."""
    out = Path(sys.argv[1])
    write_ico(out / "gridapp.ico")
    for size in MENU_SIZES:
        write_png(out, size)
    READY.write_bytes(drawn(READY_SIZE))


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    main()
