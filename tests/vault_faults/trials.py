"""Tries a deed under a fault: a copy of its room, a process, a look at what is left."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from tests.vault_faults.deeds import Deed, Found, Room, do, do_stubbornly, judged
from tests.vault_faults.power import Disk, Recorder, Step, contents
from tests.vault_faults.rules import AfterReady, Fault, KillAt, RefusedFrom
from tests.vault_faults.watched import Outcome, Rule, killed_after, watched

TIMED = 4  # of so many kills one is timed, the others are counted
DOCTOR = 5  # of so many tries one is looked at by the doctor as well


@dataclass
class Bench:
    """A deed with the room that it starts from; each try gets a copy of it."""

    deed: Deed
    start: Room
    place: Path

    @classmethod
    def of(cls, deed: Deed, base: Room, place: Path) -> Bench:
        """Prepare a room for the deed below `place`."""
        start = replace(base, root=place / "start")
        shutil.copytree(base.root, start.root)
        deed.prepare(start)
        return cls(deed, start, place)

    def room(self) -> Room:
        """A fresh copy of the room; the one before is gone."""
        again = replace(self.start, root=self.place / "try")
        shutil.rmtree(again.root, ignore_errors=True)
        shutil.copytree(self.start.root, again.root)
        return again

    def run(self, rule: Rule, room: Room, seed: str, work=do) -> Outcome:
        """Do the deed in a process under a rule."""
        return watched(work, rule, room.root, self.deed, room, seed)

    def kills(self, count: int, seed: str) -> Iterator[tuple[str, Found]]:
        """Kill the deed `count` times, spread over all of it."""
        rule = AfterReady()
        whole = self.run(rule, room := self.room(), seed)
        found = judged(self.deed, room, whole)
        assert found.good, f"without any fault: {found}"
        assert whole.said[-1] == "end"
        rng = random.Random(f"kills {seed}")
        for number in range(count):
            room = self.room()
            share = (number + rng.random()) / count
            if number % TIMED == 0:
                seconds = share * whole.seconds
                outcome = killed_after(do, seconds, self.deed, room, seed)
                where = f"after {seconds * 1000:.1f} ms"
            else:
                nth = 1 + int(share * rule.passed)
                torn = rng.choice((0.0, 0.0, 0.3, 0.8))
                outcome = self.run(KillAt(nth, torn), room, seed)
                where = f"at call {nth} of {rule.passed}, {torn:.0%} of it done"
            yield where, self._judged(room, outcome, number)

    def refusals(
        self, fault: Fault, most: int, seed: str
    ) -> Iterator[tuple[str, Found]]:
        """Let the disk refuse at each of its calls once; at `most` of them, evenly,
        where there are more. Nothing is in the way any more when the user was told."""
        rule = AfterReady(fault.which)
        rule.locks = fault.waits
        room = self.room()
        assert self.run(rule, room, seed, do_stubbornly).said[-1] == "end"
        steps = max(1, -(-rule.passed // most))
        first = 1 + random.Random(seed).randrange(steps)
        for nth in range(first, rule.passed + 1, steps):
            refused, room = RefusedFrom(fault.which, nth, fault.code), self.room()
            refused.locks = fault.waits
            outcome = self.run(refused, room, seed, do_stubbornly)
            found = self._judged(room, outcome, nth // steps)
            if "end" not in found.said:
                found.unopened.append("it was not done")
            if not all(any(w in one for w in fault.words) for one in found.words):
                found.unopened.append(f"not said: {found.words}")
            yield f"refused at {nth} of {rule.passed}", found

    def recorded(self, seed: str) -> tuple[list[Step], Path]:
        """The changes of the whole deed, and the folder that they began from.

        What they lead to is compared with what is really there: nothing is missed.
        """
        recorder = Recorder()
        room = self.room()
        outcome = self.run(recorder, room, seed)
        assert outcome.said[-1] == "end", outcome
        disk = Disk(self.start.root)
        disk.move(str(room.root))
        for step in recorder.steps:
            disk.do(step)
        again = self.place / "again"
        shutil.rmtree(again, ignore_errors=True)
        again.mkdir()
        disk.after_cut(again, None)
        assert contents(again) == contents(room.root)
        return recorder.steps, room.root

    def power_cuts(self, count: int, seed: str) -> Iterator[tuple[str, Found]]:
        """Cut the power `count` times, spread over the deed: often right after
        something was confirmed, when most is at stake."""
        steps, root = self.recorded(seed)
        begin = next(at for at, one in enumerate(steps) if one.path == "ready")
        said = [at for at, one in enumerate(steps) if one.sort == "said" and at > begin]
        rng = random.Random(f"power {seed}")
        for number in range(count):
            share = (number + rng.random()) / count
            at = begin + int(share * (len(steps) - begin))
            if number % 3 == 0:
                at = rng.choice(said)
            yield (
                f"after step {at} of {len(steps)}",
                self._cut(steps[: at + 1], root, rng, number),
            )

    def _cut(
        self, steps: list[Step], root: Path, rng: random.Random, number: int
    ) -> Found:
        disk = Disk(self.start.root)
        disk.move(str(root))
        for step in steps:
            disk.do(step)
        room = replace(self.start, root=self.place / "try")
        shutil.rmtree(room.root, ignore_errors=True)
        room.root.mkdir()
        disk.after_cut(room.root, rng)
        outcome = Outcome([one.path for one in steps if one.sort == "said"])
        return self._judged(room, outcome, number)

    def _judged(self, room: Room, outcome: Outcome, number: int) -> Found:
        return judged(self.deed, room, outcome, by_doctor=number % DOCTOR == 0)


def small_place() -> Path:
    """Where rooms are made: memory if there is some, else the usual place."""
    memory = Path("/dev/shm")
    usable = memory.is_dir() and os.access(memory, os.W_OK)
    return memory if usable else Path(os.environ.get("TMPDIR", "/tmp"))
