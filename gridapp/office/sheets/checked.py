"""Documents that are printed only when every character of them can be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.office.fonts import require_glyphs
from gridapp.office.sheets.document import Document, print_documents
from gridapp.office.sheets.flow import Block
from gridapp.office.sheets.paper import Row
from gridapp.office.sheets.sheet import Options
from gridapp.office.sheets.target import Target


@dataclass(frozen=True)
class Paper:
    """A document and whose it is, to name a character the fonts lack."""

    document: Document
    name: str


def print_checked(
    papers: Sequence[Paper], out: Target, options: Options, nothing: str
) -> int:
    """Write the PDF of these papers, each from a new page; its pages.

    Raises UserError with the sentence `nothing` when there are none, and as
    `Sheet.draw` does.
    """
    if not papers:
        raise UserError(nothing)
    if not options["leave_blanks"]:
        require_glyphs(text for paper in papers for text in _texts(paper))
    return print_documents(
        [paper.document for paper in papers],
        out,
        unmasked=options["unmasked"],
        progress=options["progress"],
    )


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
