"""When to sync by itself: a pure timetable, told what happens and asked when to go.

Times are seconds of a clock that only runs forward (`time.monotonic`), and are always
given, so that a table of events is all a test needs. The figures are decided here:

- a connection that appears is let settle for `SETTLE` seconds;
- a change goes up after `QUIET` seconds in which nothing more was saved;
- while the window is open it asks every `EVERY` seconds, one small request;
- after a failure it waits 15 s, then twice as long each time, at most 15 minutes, each
  time by chance up to a fifth more or less, so that the laptops of a county do not all
  come back at once. A new network, or a person's click, starts again from 15 s;
- a refusal that only a person can mend stops it until a person did something.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

SETTLE = 3.0
QUIET = 60.0
EVERY = 15 * 60.0
FIRST_RETRY, LAST_RETRY = 15.0, 15 * 60.0
SPREAD = 0.2  # of a wait after a failure, either way
SOON = 1.0  # when the window is locked with changes that wait


class Ended(Enum):
    """How a sync ended."""

    DONE = "done"  # all that waited went, all that was new came
    STOPPED = "stopped"  # a person stopped it
    FAILED = "failed"  # no way to the county, or it is busy: worth another try
    REFUSED = "refused"  # the county wants a person to do something first


@dataclass
class Timetable:
    """What has happened so far, as far as it decides when to sync next.

    `online` is what the system says of the network: None when it says nothing. It may
    be wrong (a server on this machine needs no network), so that "no network" makes the
    tries rare and never stops them.
    """

    opened: float
    chance: Callable[[], float] = random.random  # from 0 up to 1
    automatic: bool = True
    joined: bool = False  # the laptop was let in at a county
    online: bool | None = None
    running: bool = False
    refused: bool = False
    failures: int = 0
    _connected: float | None = None  # since the last sync that was tried
    _saved: float | None = None
    _last: float | None = None
    _delay: float = field(default=0.0)

    def __post_init__(self) -> None:
        self._connected = self.opened

    def connection(self, at: float, online: bool | None) -> None:
        """The system says that the network came, went, or became another one."""
        if online and not self.online:
            self._connected = at
            self.failures = 0
        self.online = online

    def saved(self, at: float) -> None:
        """Something was written here that the county does not have."""
        self._saved = at

    def left(self, at: float) -> None:
        """The person went away: what waits need not wait for a quiet minute."""
        if self._saved is not None:
            self._saved = min(self._saved, at - QUIET + SOON)

    def asked(self) -> None:
        """A person did something about it: a click, a new code, another choice."""
        self.refused = False
        self.failures = 0

    def began(self, at: float) -> None:
        """A sync began. What is saved while it goes on waits for the next one."""
        self.running = True
        self._last = at
        self._connected = self._saved = None

    def ended(self, at: float, how: Ended) -> None:
        """A sync ended."""
        self.running = False
        self._last = at
        self.refused = how is Ended.REFUSED
        if how is Ended.FAILED:
            wait = min(FIRST_RETRY * 2.0**self.failures, LAST_RETRY)
            self._delay = wait * (1 + SPREAD * (2 * self.chance() - 1))
            self.failures += 1
        else:
            self.failures = 0

    def next_at(self) -> float | None:
        """When to sync next; None: not before something else happens."""
        if not self.automatic or not self.joined or self.running or self.refused:
            return None
        regular = (self.opened if self._last is None else self._last) + EVERY
        if self.online is False:
            return regular
        if self.failures and self._last is not None:
            return self._last + self._delay
        if self._connected is not None:
            return self._connected + SETTLE
        return regular if self._saved is None else min(regular, self._saved + QUIET)
