"""What a measurement is, how it is taken, and the table of all of them."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from unicodedata import east_asian_width

HEAD = ("name", "median", "unit", "ratio", "against", "bar")


@dataclass(frozen=True)
class Line:
    """One measurement.

    ratio: of the value to the yardstick `against`, measured in the same run.
    value: None when it could not be taken; then `against` says why.
    """

    name: str
    value: float | None
    unit: str = ""
    ratio: float | None = None
    against: str = ""
    bar: str = ""

    def cells(self) -> tuple[str, ...]:
        """The line as text, in the order of HEAD."""
        value = "-" if self.value is None else f"{self.value:,.3g}"
        if self.value is not None and abs(self.value) >= 1000:
            value = f"{self.value:,.0f}"
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}×"
        return (self.name, value, self.unit, ratio, self.against, self.bar)


@dataclass(frozen=True)
class Run:
    """One run of the bench: an empty folder of its own, and how thorough it is."""

    folder: Path
    quick: bool = False

    def pick(self, full: int, quick: int) -> int:
        """How many: of a full run, or of a quick one."""
        return quick if self.quick else full


Measure = Callable[[Run], Iterator[Line]]


def seconds(act: Callable[[], object]) -> float:
    """How long `act` takes."""
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def medians(rounds: int, *acts: Callable[[], object]) -> list[float]:
    """The median time of each, taken in turns so that noise falls on all alike."""
    taken: list[list[float]] = [[] for _ in acts]
    for _ in range(rounds):
        for times, act in zip(taken, acts, strict=True):
            times.append(seconds(act))
    return [statistics.median(times) for times in taken]


def show(lines: Iterable[Line]) -> Iterator[str]:
    """The table, a text line each, its columns as wide as they need to be."""
    rows = [HEAD, *(line.cells() for line in lines)]
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    for number, row in enumerate(rows):
        padded = [
            " " * (width - _width(cell)) + cell
            if place in (1, 3)
            else cell + " " * (width - _width(cell))
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(padded).rstrip()
        if number == 0:
            yield "  ".join("-" * width for width in widths)


def _width(text: str) -> int:
    return sum(2 if east_asian_width(one) in "WF" else 1 for one in text)
