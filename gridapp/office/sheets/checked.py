"""Documents that are printed only when every character of them can be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.office.paper.document import Document, print_documents
from gridapp.office.paper.flow import Block
from gridapp.office.paper.fonts import missing_glyphs, require_glyphs
from gridapp.office.paper.paper import Row
from gridapp.office.paper.target import Target
from gridapp.office.sheets.sheet import Options


@dataclass(frozen=True)
class Paper:
    """A document and whose it is, to name a character the fonts lack."""

    document: Document
    name: str


def print_checked(
    papers: Iterable[Paper],
    out: Target,
    options: Options,
    nothing: str,
    count: int | None = None,
) -> int:
    """Write the PDF of these papers, each from a new page; its pages.

    With `count`, how many there are, they are drawn as they come, so that thousands
    need no more memory than a few. Raises UserError with the sentence `nothing` when
    there are none, and as `Sheet.draw` does.
    """
    if count is None:
        papers = tuple(papers)
        count = len(papers)
    if not count:
        raise UserError(nothing)
    check = not options["leave_blanks"]
    return print_documents(
        _checked(papers) if check else (one.document for one in papers),
        count,
        out,
        signature=options["signature"],
        progress=options["progress"],
    )


def _checked(papers: Iterable[Paper]) -> Iterator[Document]:
    """Their documents; after the last one, the error that names what is missing."""
    missing: list[tuple[str, str]] = []
    for paper in papers:
        missing += [(one.where, one.char) for one in missing_glyphs(_texts(paper))]
        yield paper.document
    require_glyphs(missing)


def _texts(paper: Paper) -> Iterator[tuple[str, str]]:
    """Every text of a paper with the words that say where it stands."""
    yield paper.name, paper.document.line + paper.document.grid
    for block in paper.document.blocks:
        for row in (*block.head, *block.rows):
            for name, text in _cells(block, row):
                yield tr("{name}的{part}", name=paper.name, part=name), text


def _cells(block: Block, row: Row) -> Iterator[tuple[str, str]]:
    """The texts of a row, each with the label before it or over it."""
    over = block.head[-1].cells if block.head else ()
    name = ""
    for number, cell in enumerate(row.cells):
        if cell.head:
            name = cell.text
        elif not name and len(over) == len(row.cells):
            yield over[number].text, cell.text
        else:
            yield name, cell.text
