"""From the records to what a visit sheet says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from uuid import UUID

from gridapp.language import tr
from gridapp.models import Grid, Resident, Visit, Worker, codes, identity
from gridapp.models.record import Values, field_of
from gridapp.office.sheets.visit_sheet import SheetContact, VisitSheet
from gridapp.store import records, state
from gridapp.store.database import Connection
from gridapp.work.due import late_days
from gridapp.work.visit_round import Stop, walk
from gridapp.work.ways import WAYS, every_words

SEXES = {"1": tr("男"), "2": tr("女")}


def from_records(
    db: Connection, resident_ids: Iterable[UUID], day: dt.date
) -> list[VisitSheet]:
    """One sheet a person as of `day`, in walking order; people who are gone are not in.

    The number of queries does not grow with the number of people.
    """
    _, sheets = streamed(db, resident_ids, day)
    return list(sheets)


def streamed(
    db: Connection, resident_ids: Iterable[UUID], day: dt.date
) -> tuple[int, Iterator[VisitSheet]]:
    """How many sheets there are, and the same sheets read a few hundred at a time."""
    name = worker_name(db)
    total, found = walk(db, resident_ids, day)
    return total, (_sheet(stop, name, day) for stop in found)


def worker_name(db: Connection) -> str:
    """Who works with this vault, or nothing."""
    me = state.worker(db)
    worker = records.get(db, Worker, me) if me else None
    return worker["name"] if worker else ""


def _sheet(stop: Stop, worker: str, day: dt.date) -> VisitSheet:
    person = stop.resident
    return VisitSheet(
        record_id=person["id"],
        grid=grid_words(stop.grid),
        worker=worker,
        day=day,
        name=person["name"],
        sex=SEXES.get(person["sex"] or "", ""),
        age=identity.age_on(person["born_on"], day),
        door=stop.place.words,
        tags=tuple(codes.table("resident_tag").name(tag) for tag in stop.tags),
        colour=field_of(Resident, "care_colour").format(person["care_colour"]),
        phones=person["phones"] or (),
        id_number=person["id_number"] or "",
        contacts=tuple(map(_contact, stop.contacts)),
        plan=tr("；").join(
            _plan(one, stop.due.get(one["id"]), day) for one in stop.plans
        ),
        last_visit=_visit_words(stop.last_visit) if stop.last_visit else "",
        ask=tuple(_to_ask(stop)),
    )


def here(db: Connection) -> str:
    """The grid this vault works in, as sheets name it; nothing when there is none."""
    mine = state.default_grid(db)
    grid = records.get(db, Grid, mine) if mine else None
    return grid_words(grid) if grid else ""


def grid_words(grid: Values) -> str:
    """The grid with its community: 和美社区 第3网格."""
    place = grid["community"] or ""
    return grid["name"] if place in grid["name"] else f"{place} {grid['name']}"


def _contact(row: Values) -> SheetContact:
    return SheetContact(row["name"], row["relation"] or "", row["phones"] or ())


def _plan(plan: Values, due: dt.date | None, day: dt.date) -> str:
    """A plan and when it is due: 每周入户 1 次，应于 11-19，已超 4 天."""
    every = every_words(plan["interval_days"])
    words = tr("{every}{words} 1 次", every=every, words=WAYS[plan["way"]].words)
    if due is None:
        return words
    days = late_days(due, day)
    late = tr("，已超 {late_days} 天", late_days=days) if days else ""
    return tr("{words}，应于 {due:%m-%d}{late}", words=words, due=due, late=late)


def _visit_words(visit: Values) -> str:
    """What was found last time: 2026-11-12 入户，身体状况一般：血压偏高."""
    when = visit["started_at"].astimezone()
    words = [f"{when:%Y-%m-%d} {field_of(Visit, 'mode').format(visit['mode'])}"]
    if visit["condition"]:
        words.append(
            tr(
                "身体{said}",
                said=field_of(Visit, "condition").format(visit["condition"]),
            )
        )
    if visit["systolic"] and visit["diastolic"]:
        words.append(
            tr(
                "血压 {systolic}/{diastolic}",
                systolic=visit["systolic"],
                diastolic=visit["diastolic"],
            )
        )
    notes = [text for text in (visit["note"], visit["need_note"]) if text]
    return tr("，").join(words) + (tr("：") + tr("；").join(notes) if notes else "")


def _to_ask(stop: Stop) -> Iterator[str]:
    """What was to be asked, what was not in order, and what is still open."""
    last = stop.last_visit
    if last:
        yield from filter(None, map(str.strip, (last["remind"] or "").splitlines()))
        for name, lead in (
            ("abnormal", tr("上次异常")),
            ("concerns", tr("上次要关注")),
        ):
            if last[name]:
                yield tr(
                    "{lead}：{said}",
                    lead=lead,
                    said=field_of(Visit, name).format(last[name]),
                )
    for issue in stop.open_issues:
        found = issue["found_at"].astimezone()
        yield tr(
            "{title_text}（{found:%m-%d} 的工单，还没办结）",
            title_text=issue["title_text"],
            found=found,
        )
