"""What a program does to a vault, so that faults can happen to it: deeds of acts.

A deed prepares a room once, and does its acts in a process of its own. An act returns
the facts that are confirmed once it returns; `check` finds out afterwards, in a vault
that was opened again, whether they hold and whether any act is there by half.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gridapp.errors import UserError
from gridapp.store import doctor
from gridapp.store import vault as vaults
from gridapp.store.vault import Store
from tests.vault_faults.watched import Ended, Outcome, Say

Facts = Sequence[str]
Act = Callable[[], Facts]


@dataclass(frozen=True)
class Room:
    """A folder with a vault in it, and whatever a deed puts beside it."""

    root: Path
    key: bytes

    @property
    def vault(self) -> Path:
        """The vault's folder."""
        return self.root / "vault"

    def opened(self) -> Store:
        """The vault, opened with its key."""
        return vaults.open_with_key(self.vault, self.key)


@dataclass
class Found:
    """What is there after a fault, and what is wrong with it.

    lost: facts that were confirmed and are not there. half: acts that are there by
    half, or what the doctor finds. unopened: what did not open, or died, or hung
    without a word to the user.
    """

    room: Room
    said: Sequence[str]
    lost: list[str] = field(default_factory=list)
    half: list[str] = field(default_factory=list)
    unopened: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether nothing is wrong."""
        return not (self.lost or self.half or self.unopened)

    @property
    def words(self) -> list[str]:
        """What the user was told went wrong."""
        return [line[6:] for line in self.said if line.startswith("words ")]

    def facts(self, kind: str) -> list[list[str]]:
        """The confirmed facts of a kind, as words."""
        words = [line.split() for line in self.said]
        return [rest for first, *rest in words if first == kind]

    def expect(self, fact: str, *, there: bool) -> None:
        """A confirmed fact is there."""
        if not there:
            self.lost.append(fact)

    def whole(self, what: str, *, holds: bool) -> None:
        """Nothing is there by half."""
        if not holds:
            self.half.append(what)


class Deed:
    """One thing that the program does. `name` is its row in the table."""

    name = ""

    def __str__(self) -> str:
        return type(self).__name__

    def prepare(self, room: Room) -> None:
        """Put into the room what the deed needs; done once."""

    def begin(self, room: Room) -> Any:
        """What comes before the faults: usually the vault is opened."""
        return room.opened()

    def acts(self, room: Room, subject: Any, rng: random.Random) -> Iterator[Act]:
        """The acts, one after another."""
        raise NotImplementedError

    def reopened(self, found: Found) -> Store | None:
        """The vault as somebody opens it afterwards."""
        return found.room.opened()

    def check(self, found: Found, store: Store) -> None:
        """Note what is lost or half."""
        raise NotImplementedError


def do(say: Say, deed: Deed, room: Room, seed: str) -> None:
    """Do a deed; says each fact once it is confirmed."""
    rng = random.Random(seed)
    subject = deed.begin(room)
    say("ready")
    for act in deed.acts(room, subject, rng):
        for fact in act():
            say(fact)
    say("end")
    if isinstance(subject, Store):
        subject.close()


def do_stubbornly(say: Say, deed: Deed, room: Room, seed: str) -> None:
    """Do a deed; an act that a user is told about is done again, in the same process.

    Says "words …" then. Twice: the close of a window may save once more.
    """
    rng = random.Random(seed)
    subject = deed.begin(room)
    say("ready")
    for act in deed.acts(room, subject, rng):
        for fact in _done(say, act):
            say(fact)
    say("end")
    if isinstance(subject, Store):
        subject.close()


def _done(say: Say, act: Act) -> Facts:
    for _ in range(3):
        try:
            return act()
        except UserError as error:
            say("words " + str(error).replace("\n", " "))
    raise RuntimeError("it still does not work when there is room again")


def judged(
    deed: Deed, room: Room, outcome: Outcome, *, by_doctor: bool = True
) -> Found:
    """Look at the room after a fault: open the vault, check the facts, ask the doctor.

    A process that crashed or hung is counted with what did not open. by_doctor: the
    doctor costs as much as all the rest, so that of many tries only some ask it.
    """
    found = Found(room, outcome.said)
    if outcome.ended in (Ended.CRASHED, Ended.HUNG):
        found.unopened.append(f"{outcome.ended.value}: {outcome.fault[-1500:]}")
    try:
        store = deed.reopened(found)
    except Exception as error:  # noqa: BLE001  what it says is the finding
        found.unopened.append(repr(error))
        return found
    if store is None:
        return found
    try:
        deed.check(found, store)
        for result in doctor.examined(store) if by_doctor else ():
            for told in result.told:
                found.half.append(f"{result.name}: {told}")
    except UserError as error:
        found.unopened.append(repr(error))
    finally:
        store.close()
    return found
