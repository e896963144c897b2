"""Who moved away, who came back, who died: the file and its history stay.

From that day nothing is owed to them (store/agenda.py). Day and circumstances are
written into the file as one more line of the note, so that every laptop and every
paper shows them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from uuid import UUID

from gridapp.errors import InvalidFields, UserError
from gridapp.language import tr
from gridapp.models import Household, Resident
from gridapp.models.record import Values, field_of
from gridapp.store import records
from gridapp.store.vault import Writing


def lives_here(person: Values) -> bool:
    """Whether somebody is alive and has not moved out."""
    gone = person["presence"] == "moved" or person["life_state"] == "deceased"
    return not gone


def add_line(note: str | None, on: dt.date, words: str) -> str:
    """`note` with one more dated line at its end."""
    line = tr("{day} {words}", day=on.isoformat(), words=words)
    kept = f"{note}\n{line}" if note else line
    most = field_of(Resident, "note").kind.limit or 0
    if len(kept) > most:
        raise UserError(tr("备注已经写满 {count} 字，请先精简再办", count=most))
    return kept


def move_out(
    tx: Writing, ids: Iterable[UUID], on: dt.date, to: str = "", reason: str = ""
) -> int:
    """They left the grid on that day; how many. The household ends with its last."""
    people = _people(tx, ids, on)
    where = to.strip()
    words = tr("迁出，去{to}", to=where) if where else tr("迁出")
    if reason.strip():
        words = tr("{words}（{reason}）", words=words, reason=reason.strip())
    for person in people:
        values: Values = {
            "presence": "moved",
            "moved_on": on,
            "moved_to": where or None,
            "note": add_line(person["note"], on, words),
        }
        records.save(tx, Resident, values, person["id"])
    _end_households(tx, people, on)
    return len(people)


def come_back(tx: Writing, ids: Iterable[UUID], on: dt.date, reason: str = "") -> int:
    """They live here again since that day, behind the door they left; how many."""
    people = _people(tx, ids, on)
    words = tr("迁回")
    if reason.strip():
        words = tr("{words}（{reason}）", words=words, reason=reason.strip())
    for person in people:
        values: Values = {
            "presence": "here",
            "moved_on": None,
            "moved_to": None,
            "note": add_line(person["note"], on, words),
        }
        records.save(tx, Resident, values, person["id"])
        reopen(tx, person["household_id"])
    return len(people)


def die(tx: Writing, resident_id: UUID, on: dt.date, words: str = "") -> None:
    """Write down that somebody died on that day."""
    [person] = _people(tx, [resident_id], on)
    said = tr("去世")
    if words.strip():
        said = tr("{words}（{reason}）", words=said, reason=words.strip())
    values: Values = {
        "life_state": "deceased",
        "died_on": on,
        "note": add_line(person["note"], on, said),
    }
    records.save(tx, Resident, values, resident_id)
    _end_households(tx, [person], on)


def not_dead(tx: Writing, resident_id: UUID, on: dt.date, reason: str) -> None:
    """Take back that somebody died, with the reason; InvalidFields without one."""
    if not reason.strip():
        raise InvalidFields({"reason": tr("写一下为什么更正，如“登记时认错了人”")})
    person = records.get(tx.db, Resident, resident_id)
    if person is None:
        raise UserError(tr("这份居民档案已被删除，可以到回收站恢复"))
    words = tr("更正：并未去世（{reason}）", reason=reason.strip())
    values: Values = {
        "life_state": "living",
        "died_on": None,
        "note": add_line(person["note"], on, words),
    }
    records.save(tx, Resident, values, resident_id)
    reopen(tx, person["household_id"])


def reopen(tx: Writing, household_id: UUID | None) -> None:
    """A household in which somebody lives again has not left."""
    home = records.get(tx.db, Household, household_id) if household_id else None
    if home is not None and home["moved_out_on"] is not None:
        records.save(tx, Household, {"moved_out_on": None}, home["id"])


def _people(tx: Writing, ids: Iterable[UUID], on: dt.date) -> list[Values]:
    wanted = list(ids)
    refuse_future(on)
    found = records.by_id(tx.db, Resident, wanted)
    if len(found) < len(set(wanted)) or not wanted:
        raise UserError(tr("这份居民档案已被删除，可以到回收站恢复"))
    return [found[one] for one in dict.fromkeys(wanted)]


def refuse_future(on: dt.date) -> None:
    """InvalidFields when the day has not come yet."""
    if on > dt.date.today():
        raise InvalidFields({"on": tr("日期还没有到，请填已经发生的日子")})


def _end_households(tx: Writing, people: Sequence[Values], on: dt.date) -> None:
    """A household that nobody lives in any more has left on that day."""
    for home_id in {one["household_id"] for one in people if one["household_id"]}:
        members = records.filtered(tx.db, Resident, {"household_id": home_id})
        home = records.get(tx.db, Household, home_id)
        if home is not None and not any(map(lives_here, members)):
            records.save(tx, Household, {"moved_out_on": on}, home_id)
