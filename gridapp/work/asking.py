"""What was left open with somebody, to be asked at the next visit or call."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from gridapp.language import tr
from gridapp.models import codes
from gridapp.models.record import Values
from gridapp.work.visit_round import Stop

BREAK = "；"  # between the reminders of one visit, as they are stored
MOST = 6


@dataclass(frozen=True)
class Ask:
    """One thing to ask.

    `carries`: when it was not asked it is written down to be asked the next time. What
    follows from the records by itself (a state, an open issue) is not.
    """

    words: str
    carries: bool


def left_open(stop: Stop) -> list[Ask]:
    """Reminders, needs, what was not well and open issues, each once."""
    last = stop.last_visit
    asks = _of_visit(last) if last is not None else []
    asks += [
        Ask(tr("{title}（工单未办结）", title=issue["title_text"]), carries=False)
        for issue in stop.open_issues
    ]
    return list({ask.words: ask for ask in asks}.values())[:MOST]


def _of_visit(last: Values) -> list[Ask]:
    asks = [Ask(words, carries=True) for words in _reminders(last["remind"])]
    if last["condition"] in ("unwell", "hospital"):
        asks.append(Ask(tr("上次身体不适，问一下好些没有"), carries=False))
    items = codes.table("check_item")
    asks += [
        Ask(tr("{name}现在怎么样", name=items.name(code)), carries=True)
        for code in last["abnormal"] or ()
    ]
    needs = codes.table("need")
    asks += [
        Ask(tr("上次要{name}，落实了没有", name=needs.name(code)), carries=True)
        for code in last["needs"] or ()
    ]
    if last["need_note"]:
        asks.append(Ask(tr("上次诉求：{words}", words=last["need_note"]), carries=True))
    return asks


def _reminders(remind: str | None) -> list[str]:
    return [words for part in (remind or "").split(BREAK) if (words := part.strip())]


def reminder(written: str, asks: list[Ask], asked: Collection[str]) -> str:
    """What to be reminded of next time: what was written and what was not asked."""
    kept = _reminders(written)
    kept += [ask.words for ask in asks if ask.carries and ask.words not in asked]
    return BREAK.join(dict.fromkeys(kept))
