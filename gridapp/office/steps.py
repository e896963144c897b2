"""Slow work says how far it is and stops when it is asked to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from gridapp.errors import UserError
from gridapp.language import tr

T = TypeVar("T")
Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]
EVERY = 200  # rows between two looks: some milliseconds


class Steps:
    """Counts the steps of one piece of work; any thread may ask it to stop.

    progress: called with steps done and in all. cancelled: asked now and then; once it
    says yes, the next step raises UserError.
    """

    def __init__(
        self, progress: Progress | None = None, cancelled: Cancelled | None = None
    ) -> None:
        self._progress, self._cancelled = progress, cancelled
        self.done, self.total = 0, 0

    def to(self, done: int) -> None:
        """So many steps are done; UserError when somebody has cancelled."""
        self.done = done
        if self._cancelled is not None and self._cancelled():
            raise UserError(tr("导入已取消，什么都没有改动"))
        if self._progress is not None:
            self._progress(self.done, self.total)

    def over(self, items: Iterable[T]) -> Iterator[T]:
        """The items, one step each."""
        start = self.done
        for number, item in enumerate(items, 1):
            yield item
            if number % EVERY == 0:
                self.to(start + number)
            else:
                self.done = start + number
