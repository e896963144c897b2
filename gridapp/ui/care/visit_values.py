"""What a visit form holds, as plain values: from choices to a record and a draft."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from gridapp.language import tr
from gridapp.models.record import Values
from gridapp.store.meetings import NOT_REACHED
from gridapp.work.attachments import PendingPhoto

Way = Literal["visit", "call"]
# Choices of the form that are no modes of a record: they say what came of the attempt.
NOBODY, ASKED, RESCUE = "nobody", "asked", "rescue"
VISIT_MODES = (
    ("home", tr("入户")),
    ("doorstep", tr("门口")),
    ("met_outside", tr("路遇")),
    (NOBODY, tr("没人在家")),
    (RESCUE, tr("报警求助")),
)
CALL_MODES = (
    ("phone", tr("电话")),
    ("video", tr("视频")),
    ("message", tr("微信短信")),
    (ASKED, tr("问邻居联系人")),
    (RESCUE, tr("报警求助")),
)
NO_NEWS = "nobody"  # of met_whom: whoever was asked knew nothing
ANSWERS = (
    ("neighbour", tr("邻居说平安")),
    ("family", tr("家属说平安")),
    (NO_NEWS, tr("没有消息")),
)
PHRASE_KEYS = 4  # Alt+1 … Alt+4
PHRASES: Mapping[Way, tuple[str, ...]] = {
    "visit": (
        tr("血压偏高，已提醒复查"),
        tr("精神尚可"),
        tr("已联系家属"),
        tr("已送社区卫生站"),
    ),
    "call": (tr("一切正常"), tr("按时服药"), tr("已提醒添衣保暖"), tr("已约上门时间")),
}


@dataclass
class VisitEntry:
    """What stands in the form."""

    resident_id: UUID
    way: Way
    started_at: dt.datetime | None = None
    mode: str | None = None
    call_result: str | None = None
    met_whom: str | None = None
    condition: str | None = None
    note: str = ""
    hazards: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    need_note: str = ""
    next_on: dt.date | None = None
    answer: str | None = None  # of whoever was asked after somebody
    remind: str = ""
    asked: tuple[str, ...] = ()  # of what was to be asked, what was
    reason: str | None = None  # why nobody was met at the door
    photos: tuple[PendingPhoto, ...] = ()

    @property
    def reached(self) -> bool:
        """Return whether somebody was met, answered, or is known to be well."""
        return self.reached_by(self.mode, self.call_result, self.answer)

    @staticmethod
    def reached_by(
        mode: str | None, call_result: str | None, answer: str | None = None
    ) -> bool:
        """Return whether these choices say that somebody was reached."""
        if mode == ASKED:
            return answer not in (None, NO_NEWS)
        if mode == "message":
            return True
        return mode not in (NOBODY, RESCUE) and call_result not in NOT_REACHED

    @property
    def seen(self) -> bool:
        """Return whether somebody was met or spoken to, so that a state is known."""
        return self.reached and self.mode != ASKED

    def values(self) -> Values:
        """Return the record's values; what does not apply is empty."""
        values: Values = {
            "started_at": self.started_at,
            "mode": self._kept_mode(),
            "note": self.note.strip() or None,
            "next_on": self.next_on,
            "remind": self.remind.strip() or None,
        }
        if self.mode == ASKED:
            values |= {"call_result": "other_answered", "disposal": (ASKED,)}
            values["met_whom"] = self.answer
        elif self.mode == RESCUE:
            values |= {"rescue_at": self.started_at, "disposal": (RESCUE,)}
            values["call_result"] = "no_answer" if self.way == "call" else None
        elif self.way == "call" and self.mode != "message":
            values["call_result"] = self.call_result
        if not self.reached:
            at_door = self.mode == NOBODY
            reason = (self.reason or "out") if at_door else "unreachable"
            return values | {
                "met_whom": "nobody",
                "not_met_reason": reason,
                "next_on": None,
            }
        if not self.seen:
            return values
        return values | {
            "met_whom": self.met_whom,
            "condition": self.condition,
            "hazards": self.hazards or None,
            "needs": self.needs or None,
            "need_note": self.need_note.strip() or None,
        }

    def _kept_mode(self) -> str | None:
        """Return the mode of the record."""
        if self.mode in (NOBODY, ASKED, RESCUE):
            return "home" if self.way == "visit" else "phone"
        return self.mode

    def missing(self) -> dict[str, str]:
        """Return a sentence for each choice that must be made first."""
        wrong: dict[str, str] = {}
        if self.started_at is None:
            wrong["started_at"] = tr("写一下时间，如 2026-11-23 09:40，或按 T 取现在")
        if self.mode is None:
            wrong["mode"] = tr("选一下走访方式")
        if self.mode in ("phone", "video") and self.call_result is None:
            wrong["call_result"] = tr("选一下电话有没有接通")
        if self.mode == ASKED and self.answer is None:
            wrong["answer"] = tr("选一下问到了什么，没有消息就选“没有消息”")
        if self.mode == RESCUE and not self.note.strip():
            wrong["note"] = tr("写一下打了 110 还是 120、对方怎么说、有没有告知家属")
        if self.seen and self.met_whom is None:
            who = tr("见到了谁") if self.way == "visit" else tr("是谁接的")
            wrong["met_whom"] = tr("选一下{who}", who=who)
        if self.seen and self.condition is None and self.mode != "message":
            wrong["condition"] = tr("选一下身体状况")
        return wrong

    def draft(self) -> dict[str, Any]:
        """Return the entry as JSON can hold it."""
        return {
            "resident_id": self.resident_id.hex,
            "way": self.way,
            "started_at": self.started_at.isoformat() if self.started_at else None,
            "mode": self.mode,
            "call_result": self.call_result,
            "met_whom": self.met_whom,
            "condition": self.condition,
            "note": self.note,
            "hazards": list(self.hazards),
            "needs": list(self.needs),
            "need_note": self.need_note,
            "next_on": self.next_on.isoformat() if self.next_on else None,
            "answer": self.answer,
            "remind": self.remind,
            "asked": list(self.asked),
            "reason": self.reason,
            "photos": [photo.draft() for photo in self.photos],
        }

    @classmethod
    def from_draft(cls, kept: Mapping[str, Any]) -> VisitEntry:
        """Return the entry a draft was made of."""
        at, next_on = kept["started_at"], kept["next_on"]
        return cls(
            UUID(kept["resident_id"]),
            kept["way"],
            dt.datetime.fromisoformat(at) if at else None,
            kept["mode"],
            kept["call_result"],
            kept["met_whom"],
            kept["condition"],
            kept["note"],
            tuple(kept["hazards"]),
            tuple(kept["needs"]),
            kept["need_note"],
            dt.date.fromisoformat(next_on) if next_on else None,
            kept.get("answer"),
            kept.get("remind", ""),
            tuple(kept.get("asked", ())),
            kept.get("reason"),
            tuple(PendingPhoto.from_draft(one) for one in kept.get("photos", ())),
        )


def fresh(
    resident_id: UUID, way: Way, at: dt.datetime, preset: str | None = None
) -> VisitEntry:
    """Return an entry with the usual choices made: 入户 and 本人, or 电话 and 接通.

    `preset` is what the next step of the missed-contact chain begins with.
    """
    if preset in (ASKED, RESCUE):
        return VisitEntry(resident_id, way, at, mode=preset)
    if way == "visit":
        return VisitEntry(
            resident_id, way, at, mode="home", met_whom="self", reason="out"
        )
    return VisitEntry(
        resident_id, way, at, mode="phone", call_result="answered", met_whom="self"
    )


def phrases(way: Way, chosen: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return the quick phrases of a form: what the user wrote, else the usual ones."""
    own = tuple(words for words in chosen.get(way, ()) if words.strip())
    return (own or PHRASES[way])[:PHRASE_KEYS]
