"""What our sheets draw, and the same drawn by QPdfWriter, fpdf2 and WeasyPrint.

    python -m bench.sheet_rivals NAME PAGES OUT

draws the pages of a file of `recorded` by one of them and prints its version and the
seconds it took, in a process of its own: what they need is no part of the program.
"""

from __future__ import annotations

import pickle
import re
import sys
import time
from collections.abc import Callable, Sequence
from html import escape
from importlib import metadata
from pathlib import Path
from typing import Any
from unittest.mock import patch

from gridapp import paths
from gridapp.office.paper.fonts import BODY, BOLD, RARE, REGULAR

WIDTH, HEIGHT = 595.28, 841.89  # points
Drawings = list[tuple[Any, ...]]
"""("text", x, y, text, font, size), ("line", x1, y1, x2, y2, weight), ("box", x, y,
width, height, weight, grey or None) and ("bars", x, y, unit, bars), in points from the
bottom left, as they come on one page."""


def recorded(draw: Callable[[], object]) -> list[Drawings]:
    """What `draw` draws, page by page."""
    from gridapp.office.paper import canvas, paper

    pages: list[Drawings] = [[]]
    forms: dict[str, Drawings] = {}

    class Recording(canvas.Canvas):
        def text(
            self,
            x: float,
            y: float,
            text: str,
            name: str,
            size: float,
            apart: float = 0.0,
        ) -> None:
            pages[-1].append(("text", x, y, text, name, size))

        def line(
            self, x1: float, y1: float, x2: float, y2: float, weight: float
        ) -> None:
            pages[-1].append(("line", x1, y1, x2, y2, weight))

        def box(
            self,
            area: tuple[float, float, float, float],
            weight: float,
            grey: float | None = None,
        ) -> None:
            pages[-1].append(("box", *area, weight, grey))

        def squares(self, x: float, y: float, unit: float, rows: Sequence[str]) -> None:
            bars = (
                (*bar.span(), len(rows) - 1 - i)
                for i, row in enumerate(rows)
                for bar in re.finditer("1+", row)
            )
            pages[-1].append(("bars", x, y, unit, tuple(bars)))

        def begin_form(self) -> list[str]:
            pages.append([])
            return super().begin_form()

        def end_form(self, name: str, before: list[str]) -> None:
            forms[name] = pages.pop()
            super().end_form(name, before)

        def form(self, name: str) -> None:
            pages[-1].extend(forms[name])

        def end_page(self) -> None:
            pages.append([])
            super().end_page()

    with patch.object(paper, "Canvas", Recording):
        draw()
    return pages[:-1]


def _file(name: str) -> str:
    return str(paths.resources() / "fonts" / f"{name}.ttf")


def qt(pages: list[Drawings], out: Path) -> None:
    """Draw the pages by QPdfWriter."""
    from PySide6.QtCore import QLineF, QMarginsF, QPointF, QRectF, Qt
    from PySide6.QtGui import (
        QColor,
        QFont,
        QFontDatabase,
        QGuiApplication,
        QPageSize,
        QPainter,
        QPdfWriter,
        QPen,
    )

    app = QGuiApplication.instance() or QGuiApplication([])
    faces: dict[str, QFont] = {}
    for name in (REGULAR, BOLD, BODY, RARE):
        number = QFontDatabase.addApplicationFont(_file(name))
        faces[name] = QFont(QFontDatabase.applicationFontFamilies(number))
        faces[name].setBold(name == BOLD)
    writer = QPdfWriter(str(out))
    writer.setResolution(72)
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    writer.setPageMargins(QMarginsF(0, 0, 0, 0))
    painter = QPainter(writer)
    for number, page in enumerate(pages):
        if number:
            writer.newPage()
        for what, *given in page:
            if what == "text":
                x, y, text, name, size = given
                font = faces[name]
                font.setPointSizeF(size)
                painter.setFont(font)
                painter.drawText(QPointF(x, HEIGHT - y), text)
            elif what == "line":
                x1, y1, x2, y2, weight = given
                painter.setPen(QPen(Qt.GlobalColor.black, weight))
                painter.drawLine(QLineF(x1, HEIGHT - y1, x2, HEIGHT - y2))
            elif what == "box":
                x, y, width, height, weight, grey = given
                area = QRectF(x, HEIGHT - y - height, width, height)
                if grey is not None:
                    painter.fillRect(area, QColor.fromRgbF(grey, grey, grey))
                painter.setPen(QPen(Qt.GlobalColor.black, weight))
                painter.drawRect(area)
            else:
                x, y, unit, bars = given
                for start, end, row in bars:
                    top = HEIGHT - y - (row + 1) * unit
                    wide = (end - start) * unit
                    dark = QRectF(x + start * unit, top, wide, unit)
                    painter.fillRect(dark, Qt.GlobalColor.black)
    painter.end()
    del app


def fpdf(pages: list[Drawings], out: Path) -> None:
    """Draw the pages by fpdf2."""
    from fpdf import FPDF

    pdf: Any = FPDF(unit="pt", format="A4")
    for name in (REGULAR, BOLD, BODY, RARE):
        pdf.add_font(name, fname=_file(name))
    for page in pages:
        pdf.add_page()
        for what, *given in page:
            if what == "text":
                x, y, text, name, size = given
                pdf.set_font(name, size=size)
                pdf.text(x, HEIGHT - y, text)
            elif what == "line":
                x1, y1, x2, y2, weight = given
                pdf.set_line_width(weight)
                pdf.line(x1, HEIGHT - y1, x2, HEIGHT - y2)
            elif what == "box":
                x, y, width, height, weight, grey = given
                pdf.set_line_width(weight)
                if grey is not None:
                    pdf.set_fill_color(round(grey * 255))
                style = "D" if grey is None else "DF"
                pdf.rect(x, HEIGHT - y - height, width, height, style)
            else:
                x, y, unit, bars = given
                pdf.set_fill_color(0)
                for start, end, row in bars:
                    top = HEIGHT - y - (row + 1) * unit
                    wide = (end - start) * unit
                    pdf.rect(x + start * unit, top, wide, unit, "F")
    pdf.output(str(out))


def weasy(pages: list[Drawings], out: Path) -> None:
    """Draw the pages by WeasyPrint: each thing at its place, the codes as SVG."""
    import weasyprint

    faces = "".join(
        f"@font-face {{ font-family: {name}; src: url(file://{_file(name)}) }}"
        for name in (REGULAR, BOLD, BODY, RARE)
    )
    style = (
        f"{faces} @page {{ size: A4; margin: 0 }} body {{ margin: 0 }}"
        "section { position: relative; height: 841pt; break-after: page }"
        "section > * { position: absolute; white-space: pre; line-height: 1 }"
    )
    body = "".join(f"<section>{''.join(map(_html, page))}</section>" for page in pages)
    html = f"<html><style>{style}</style><body>{body}</body></html>"
    document: Any = weasyprint.HTML(string=html)
    document.write_pdf(str(out))


def _html(drawing: tuple[Any, ...]) -> str:
    what, *given = drawing
    if what == "text":
        x, y, text, name, size = given
        place = f"left:{x:.2f}pt;top:{HEIGHT - y - 0.88 * size:.2f}pt"
        look = f"{place};font:{size}pt {name}"
        return f'<span style="{look}">{escape(text)}</span>'
    if what == "line":
        x1, y1, x2, _, weight = given
        place = f"left:{x1:.2f}pt;top:{HEIGHT - y1:.2f}pt;width:{x2 - x1:.2f}pt"
        return f'<i style="{place};border-top:{weight}pt solid"></i>'
    if what == "box":
        x, y, width, height, weight, grey = given
        place = (
            f"left:{x:.2f}pt;top:{HEIGHT - y - height:.2f}pt;width:{width:.2f}pt;"
            f"height:{height:.2f}pt;border:{weight}pt solid"
        )
        tint = "" if grey is None else f";background:rgb({100 * grey}% 0 0)"
        return f'<i style="{place}{tint}"></i>'
    x, y, unit, bars = given
    size = max(row for _, _, row in bars) + 1
    shapes = "".join(
        f"M{start} {size - 1 - row}h{end - start}v1h{start - end}z"
        for start, end, row in bars
    )
    place = f"left:{x:.2f}pt;top:{HEIGHT - y - size * unit:.2f}pt"
    side = f"{size * unit:.2f}pt"
    return (
        f'<svg style="{place}" width="{side}" height="{side}"'
        f' viewBox="0 0 {size} {size}"><path d="{shapes}"/></svg>'
    )


RIVALS = {
    "QPdfWriter": ("PySide6-Essentials", qt),
    "fpdf2": ("fpdf2", fpdf),
    "WeasyPrint": ("weasyprint", weasy),
}


def main(name: str, pages: str, out: str) -> None:
    """Draw, and say the version and the seconds; nothing when it is not installed."""
    package, draw = RIVALS[name]
    try:
        version = metadata.version(package)
    except metadata.PackageNotFoundError:
        return
    drawings = pickle.loads(Path(pages).read_bytes())
    draw(drawings[:1], Path(out))  # what is imported is not drawn
    start = time.perf_counter()
    draw(drawings, Path(out))
    print(version, time.perf_counter() - start)


if __name__ == "__main__":
    main(*sys.argv[1:])
