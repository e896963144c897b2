"""A document of ruled blocks and prose that runs on over as many pages as it needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from gridapp.language import tr
from gridapp.office.fonts import BOLD, drawable
from gridapp.office.sheets.flow import Block, Placed, pages_of
from gridapp.office.sheets.paper import (
    LEFT,
    MM,
    PAGE_WIDTH,
    TEXT_WIDTH,
    Cell,
    Paper,
    Row,
    cell_lines,
)
from gridapp.office.sheets.target import Target

TOP, END = 34.5, 277.0
LINE_SIZE = 9.5


@dataclass(frozen=True)
class Letter:
    """How running text is set."""

    size: float  # points
    pitch: float  # mm from line to line
    official: bool = False


PLAIN = Letter(12.0, 7.4)
# 仿宋 of 14 points on a pitch of 28: the format of the papers of people's mediation
# (domain.md section 2.8).
OFFICIAL = Letter(14.0, 28 / MM, official=True)


@dataclass(frozen=True)
class Document:
    """What begins on a new page under its own title."""

    title: str
    line: str  # under the title, at the left
    grid: str  # in the foot
    blocks: tuple[Block, ...]
    record_id: UUID | None = None  # in the QR code


def print_documents(
    documents: Sequence[Document],
    out: Target,
    *,
    unmasked: bool,
    progress: Callable[[int, int], object] | None,
) -> int:
    """Write the PDF of these documents; return its pages, numbered through.

    `progress(done, total)` is called after each page; raising in it stops the print
    and leaves no file. Raises UserError when the file cannot be written.
    """
    pages = [
        (document, page)
        for document in documents
        for page in pages_of(document.blocks, TOP, END)
    ]
    paper = Paper(documents[0].title)
    for number, (document, page) in enumerate(pages, 1):
        _draw(paper, document, page)
        paper.foot(document.grid, number, len(pages), unmasked=unmasked)
        paper.end_page()
        if progress is not None:
            progress(number, len(pages))
    paper.save(out)
    return paper.pages


def _draw(paper: Paper, document: Document, page: Sequence[Placed]) -> None:
    paper.text(PAGE_WIDTH / 2, 23, document.title, 21, BOLD, "center")
    paper.text(LEFT, 31.5, document.line, LINE_SIZE)
    if document.record_id is not None:
        paper.code(document.record_id)
    for placed in page:
        paper.table(placed.rows, placed.top)


def prose(text: str, *, bold: bool = False, letter: Letter = PLAIN) -> Block:
    """Paragraphs, each indented by two characters, that may break at any line."""
    paragraphs = (
        tr("\u3000\u3000{text}", text=one.strip())
        for one in drawable(text).splitlines()
        if one
    )
    lines = (
        line
        for paragraph in paragraphs
        for line in cell_lines(_cell(paragraph, letter, bold=bold))
    )
    rows = (
        Row((_cell(line, letter, bold=bold),), height=letter.pitch, ruled=False)
        for line in lines
    )
    return Block(tuple(rows))


def together(*lines: str, letter: Letter = PLAIN) -> Block:
    """Lines that stay on one page, such as the places to sign."""
    height = len(lines) * letter.pitch * (1.2 if letter.official else 1.5)
    cell = _cell("\n\n".join(lines), letter)
    return Block((Row((cell,), height=height, ruled=False),))


def _cell(text: str, letter: Letter, *, bold: bool = False) -> Cell:
    return Cell(
        text,
        TEXT_WIDTH,
        size=letter.size,
        bold=bold,
        official=letter.official,
        spread=True,
    )
