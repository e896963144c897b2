"""What belongs to people, as tables that several cards share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from gridapp.language import tr
from gridapp.models import CarePlan, Contact, Issue, ResidentTag, Visit
from gridapp.models.issue_flow import DONE
from gridapp.models.record import Record, Values
from gridapp.office.paper.flow import Block
from gridapp.office.sheets.form_rows import table
from gridapp.office.sheets.record_data import in_words
from gridapp.store.database import Connection
from gridapp.work.plans import holds
from gridapp.work.record_parts import of_each
from gridapp.work.visit_round import newest_visits
from gridapp.work.ways import BY_VOICE, WAYS, every_words

VISITS = 5  # of one person on a card


def file_line(name: str, aside: str, grid: str, values: Values) -> str:
    """Whose file a card shows, of which grid, and how old it is."""
    return tr(
        "{name}\u3000{aside}\u3000\u3000{grid}\u3000\u3000登记 {made:%Y-%m-%d}"
        "\u3000最近修改 {changed:%Y-%m-%d}",
        name=name,
        aside=aside,
        grid=grid,
        made=values["created_at"].astimezone(),
        changed=values["updated_at"].astimezone(),
    )


class Belongings:
    """What belongs to some people, read once for all of them, in words."""

    def __init__(
        self, db: Connection, people: Iterable[UUID], day: dt.date, *, unmasked: bool
    ) -> None:
        ids = list(people)
        self._db, self._unmasked = db, unmasked
        self._day = day
        self._contacts = of_each(db, Contact, "resident_id", ids)
        self._tags = of_each(db, ResidentTag, "resident_id", ids)
        self._plans = of_each(db, CarePlan, "resident_id", ids)
        self._issues = of_each(db, Issue, "resident_id", ids)
        self._visits = newest_visits(db, ids, VISITS)
        self._words: dict[UUID, Mapping[str, str]] = {}
        for model, owned in (
            (Contact, self._contacts),
            (ResidentTag, self._tags),
            (Issue, self._issues),
            (Visit, self._visits),
        ):
            self._tell(model, owned)

    def _tell(
        self, model: type[Record], owned: Mapping[UUID, Sequence[Values]]
    ) -> None:
        rows = [one for some in owned.values() for one in some]
        self._words |= in_words(self._db, model, rows, unmasked=self._unmasked)

    def contacts(self, people: Mapping[UUID, str]) -> list[Block]:
        """Whom to call about these people (by id, their name; empty: only one)."""
        rows = [
            (
                name,
                words["name"],
                words["relation"],
                words["phones"],
                words["address"],
                words["note"],
            )
            for key, name in people.items()
            for one in self._contacts.get(key, ())
            for words in (self._words[one["id"]],)
        ]
        columns = (
            tr("谁的"),
            tr("姓名"),
            tr("关系"),
            tr("电话"),
            tr("住址"),
            tr("备注"),
        )
        return _named(tr("紧急联系人"), columns, rows, people)

    def tags(self, people: Mapping[UUID, str]) -> list[Block]:
        """Why these people need care, those that ended as well."""
        rows = [
            (
                name,
                words["tag"],
                words["reason"],
                words["since"],
                words["until"],
                words["end_reason"],
            )
            for key, name in people.items()
            for one in self._tags.get(key, ())
            for words in (self._words[one["id"]],)
        ]
        columns = (
            tr("谁"),
            tr("标签"),
            tr("认定理由"),
            tr("开始"),
            tr("结束"),
            tr("取消理由"),
        )
        return _named(tr("人员标签"), columns, rows, people)

    def plans(self, people: Mapping[UUID, str]) -> list[Block]:
        """What is owed to these people on the day, and why."""
        rows = [
            (
                name,
                tr(
                    "{every}{way} 1 次",
                    every=every_words(one["interval_days"]),
                    way=WAYS[one["way"]].words,
                ),
                one["reason"] or "",
                one["since"].isoformat(),
            )
            for key, name in people.items()
            for one in self._plans.get(key, ())
            if holds(one, self._day)
        ]
        columns = (tr("谁"), tr("关爱计划"), tr("理由"), tr("开始"))
        return _named(tr("关爱计划"), columns, rows, people)

    def has_plan(self, person: UUID) -> bool:
        """Whether a contact is owed to somebody on the day."""
        return any(holds(one, self._day) for one in self._plans.get(person, ()))

    def visits(self, people: Mapping[UUID, str]) -> list[Block]:
        """The last visits and calls, newest first."""
        found = [
            (one, people[key]) for key in people for one in self._visits.get(key, ())
        ]
        found.sort(key=lambda pair: pair[0]["started_at"], reverse=True)
        rows: list[tuple[str, ...]] = []
        for one, name in found:
            words = self._words[one["id"]]
            call = one["mode"] in BY_VOICE
            met = words["call_result"] if call else words["met_whom"]
            told = tr("，").join(filter(None, (words["condition"], words["note"])))
            reason = words["not_met_reason"]
            rows.append(
                (
                    name,
                    words["started_at"],
                    words["mode"],
                    met,
                    tr("；").join(filter(None, (reason, told))),
                )
            )
        columns = (tr("谁"), tr("时间"), tr("方式"), tr("见到谁"), tr("情况"))
        title = tr("最近走访和电话（每人最多 {count} 次）", count=VISITS)
        return _named(title, columns, rows, people)

    def issues(self, people: Mapping[UUID, str]) -> list[Block]:
        """Problems that are not settled yet."""
        rows = [
            (name, words["title_text"], words["state"], words["deadline"])
            for key, name in people.items()
            for one in self._issues.get(key, ())
            if one["state"] not in DONE
            for words in (self._words[one["id"]],)
        ]
        columns = (tr("谁"), tr("问题"), tr("状态"), tr("办结时限"))
        return _named(tr("没办结的问题"), columns, rows, people)


def _named(
    title: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    people: Mapping[UUID, str],
) -> list[Block]:
    """The table, without the column that says who when there is only one person, and
    without columns that hold nothing."""
    if not rows:
        return []
    first = 0 if len(people) > 1 else 1
    kept = [i for i in range(first, len(columns)) if any(row[i] for row in rows)]
    return [
        table(
            title,
            [columns[i] for i in kept],
            [[row[i] for i in kept] for row in rows],
        )
    ]
