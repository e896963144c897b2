"""A document of ruled blocks that runs on over as many pages as it needs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from gridapp.office.paper.flow import Block, Placed, pages_of
from gridapp.office.paper.fonts import BOLD
from gridapp.office.paper.paper import (
    CODE_SIDE,
    LEFT,
    PAGE_WIDTH,
    TEXT_WIDTH,
    Paper,
)
from gridapp.office.paper.target import Target
from gridapp.work.purpose import Signature

TOP, END = 34.5, 277.0
LINE_SIZE = 9.5


@dataclass(frozen=True)
class Document:
    """What begins on a new page under its own title."""

    title: str
    line: str  # under the title, at the left
    grid: str  # in the foot
    blocks: tuple[Block, ...]
    record_id: UUID | None = None  # in the QR code


def print_documents(
    documents: Iterable[Document],
    count: int,
    out: Target,
    *,
    signature: Signature | None,
    progress: Callable[[int, int], object] | None,
) -> int:
    """Write the PDF of these documents; its pages, each document numbered by itself.

    They are drawn as they come, so that thousands need no more memory than a few;
    `count` says how many there are, at least one. `signature` is that of whoever has
    whole numbers; None says that they are hidden. `progress(done, total)` is called
    after each page, a document that is to come counted as one page; raising in it
    stops the print and leaves no file. Raises UserError when the file cannot be
    written.
    """
    paper: Paper | None = None
    for left, document in zip(range(count - 1, -1, -1), documents, strict=True):
        paper = paper or Paper(document.title, signature)
        pages = pages_of(document.blocks, TOP, END)
        for number, page in enumerate(pages, 1):
            _draw(paper, document, page)
            paper.foot(document.grid, number, len(pages))
            paper.end_page()
            if progress is not None:
                progress(paper.pages, paper.pages + len(pages) - number + left)
    if paper is None:
        raise ValueError("no document to print")
    paper.save(out)
    return paper.pages


def _draw(paper: Paper, document: Document, page: Sequence[Placed]) -> None:
    beside = CODE_SIDE + 3 if document.record_id is not None else 0
    middle = PAGE_WIDTH / 2
    room = 2 * (LEFT + TEXT_WIDTH - beside - middle)
    paper.fitted(middle, 23, document.title, room, 21, BOLD, "center")
    paper.fitted(LEFT, 31.5, document.line, TEXT_WIDTH - beside, LINE_SIZE)
    if document.record_id is not None:
        paper.code(document.record_id)
    for placed in page:
        paper.table(placed.rows, placed.top)
