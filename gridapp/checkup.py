"""What a doctor is: checks, each one function with a name and a sentence.

The laptop's checks are in `gridapp.store.doctor`, the county's in
`gridapp.county.doctor`; both are run and told the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
_TOLD = 10  # faults of one check that are told; the rest are counted


@dataclass(frozen=True)
class Check(Generic[T]):
    """One thing that must hold.

    name: for programs, kept for good. sentence: what holds when all is well. faults:
    yields where it does not, without anybody's data: types, ids and numbers only.
    remedy: what a person does about it. advice: it is about what is around the data
    (room, clock, backups): the data themselves are sound all the same.
    """

    name: str
    sentence: str
    faults: Callable[[T], Iterable[str]]
    remedy: str = ""
    advice: bool = False


@dataclass(frozen=True)
class Result:
    """What a check found: how many faults, and the first of them in words."""

    name: str
    sentence: str
    faults: int
    told: tuple[str, ...]
    remedy: str = ""
    advice: bool = False

    @property
    def unsound(self) -> bool:
        """Whether the data themselves are not as they must be."""
        return bool(self.faults) and not self.advice


def examine(checks: Iterable[Check[T]], subject: T) -> Iterator[Result]:
    """Run the checks one after another; faults are counted, not collected."""
    for one in checks:
        count, told = 0, list[str]()
        for fault in one.faults(subject):
            count += 1
            if len(told) < _TOLD:
                told.append(fault)
        yield Result(one.name, one.sentence, count, tuple(told), one.remedy, one.advice)


def lines_of_harm(said: Iterable[str]) -> list[str]:
    """What is wrong, of what `PRAGMA integrity_check` said: to be counted, for it is
    SQLite's English (https://www.sqlite.org/pragma.html#pragma_integrity_check)."""
    return [line for part in said if part != "ok" for line in part.splitlines()]
