"""网格问题处置单: a problem, what was done about it, who signs, and its whole trace."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from gridapp.language import tr
from gridapp.models import Grid, Issue, IssueStep
from gridapp.models.codes import table as code_table
from gridapp.models.issue_flow import DONE
from gridapp.models.record import Values, field_of
from gridapp.office.paper.document import Document
from gridapp.office.paper.flow import Block, split
from gridapp.office.paper.paper import TEXT_WIDTH, Cell, Row
from gridapp.office.paper.target import Target
from gridapp.office.sheets import photo_words
from gridapp.office.sheets.checked import Paper, print_checked
from gridapp.office.sheets.form_rows import (
    Pair,
    fields,
    heading,
    signatures,
    table,
    whole,
)
from gridapp.office.sheets.record_data import in_words
from gridapp.office.sheets.sheet import Order
from gridapp.office.sheets.visit_data import grid_words
from gridapp.store import agenda, records
from gridapp.store.database import Connection
from gridapp.store.history import authors
from gridapp.store.photos import PhotoStore
from gridapp.work import flow
from gridapp.work.attachments import photos_of
from gridapp.work.due import door_of, late_days, local_day
from gridapp.work.issues import deadline_of
from gridapp.work.record_parts import of_each

TITLE = tr("网格问题处置单")
TO_WRITE = 20.0  # mm, for what is not written yet
HANDLED = frozenset({"review", "closed", "self_closed"})
BESIDE = ("source", "category", "level", "found_at")
AFTER = ("reporter_name", "reporter_phones", "owner_name", "owner_phones")
ABOVE = ("list_item", "receipt")


@dataclass(frozen=True)
class Slip:
    """What is printed of one issue, masked already if it is to be."""

    values: Values
    words: Mapping[str, str]  # by field
    grid: str
    resident: str  # name and door
    deadline: dt.datetime
    steps: tuple[Values, ...]  # oldest first
    notes: Mapping[UUID, str]  # of the steps
    names: Mapping[UUID | None, str]
    photos: tuple[Values, ...]


def issue_slips(db: Connection, order: Order, out: Target) -> int:
    """Write the slips of these issues, each from a new page; the pages.

    Raises as `Sheet.draw` does.
    """
    papers = [
        Paper(_document(one, order), one.values["title_text"])
        for one in read_slips(db, order.ids, unmasked=order.unmasked)
    ]
    nothing = tr("没有要打印的工单，请先选问题工单。")
    return print_checked(papers, out, order.options, nothing)


def read_slips(db: Connection, ids: Sequence[UUID], *, unmasked: bool) -> list[Slip]:
    """The slips of these issues in the order asked; none for those that are gone."""
    rows = records.by_id(db, Issue, ids)
    words = in_words(db, Issue, rows.values(), unmasked=unmasked)
    grids = records.by_id(db, Grid, {row["grid_id"] for row in rows.values()})
    steps = of_each(db, IssueStep, "issue_id", rows)
    every = [one for some in steps.values() for one in some]
    told = in_words(db, IssueStep, every, unmasked=unmasked)
    names = authors(db, {one["created_by"] for one in every})
    persons = agenda.persons(
        db, {row["resident_id"] for row in rows.values() if row["resident_id"]}
    )
    photos: dict[UUID, list[Values]] = {}
    for one in photos_of(db, "issue", rows):
        photos.setdefault(one["owner_id"], []).append(one)
    slips: list[Slip] = []
    for key in dict.fromkeys(ids):
        if key not in rows:
            continue
        row = rows[key]
        person = persons.get(row["resident_id"])
        slips.append(
            Slip(
                values=row,
                words=words[key],
                grid=grid_words(grids[row["grid_id"]]),
                resident=f"{person.name} {door_of(person)}".strip() if person else "",
                deadline=deadline_of(db, row),
                steps=tuple(reversed(flow.newest_first(steps.get(key, ())))),
                notes={
                    one["id"]: told[one["id"]]["note"] for one in steps.get(key, ())
                },
                names=names,
                photos=tuple(photos.get(key, ())),
            )
        )
    return slips


def _document(slip: Slip, order: Order) -> Document:
    number = slip.words["number"] or tr("（未编号）")
    before, after = _parted(slip)
    return Document(
        title=TITLE,
        line=tr(
            "{grid}\u3000\u3000工单号：{number}\u3000\u3000状态：{state}",
            grid=slip.grid,
            number=number,
            state=slip.words["state"],
        ),
        grid=slip.grid,
        blocks=(
            Block(tuple(_problem(slip, before, order))),
            Block(tuple(_handling(slip, after, order.photos))),
            *_signing(),
            _trace(slip),
        ),
        record_id=slip.values["id"],
    )


def _problem(slip: Slip, photos: Sequence[Values], order: Order) -> list[Row]:
    """What the problem is, filled in or with room to write."""
    words = slip.words
    pairs: list[Pair] = [
        *(_pair(slip, name) for name in BESIDE),
        (tr("办结时限"), _limit(slip, order.day)),
        (tr("涉及居民"), slip.resident),
        *(_pair(slip, name) for name in (*AFTER, *ABOVE)),
    ]
    place = tr("　").join(filter(None, (words["place"], _building(words))))
    rows = [
        heading(tr("问题")),
        whole((tr("问题"), words["title_text"])),
        whole((tr("地点"), place)),
        *fields(pairs),
        *split(whole((tr("情况说明"), words["description"]), TO_WRITE)),
    ]
    if slip.values["outside_list"]:
        told = tr(
            "批准人 {who}，到 {until} 为止",
            who=words["approved_by"],
            until=words["approved_until"],
        )
        rows.append(whole((tr("清单外任务"), told)))
    return rows + _photos(_title(slip), photos, order.photos)


def _title(slip: Slip) -> str:
    """What the photos of the problem show; of one settled at once, just the place."""
    at_once = bool(slip.steps) and slip.steps[0]["to_state"] in HANDLED
    return tr("现场照片") if at_once else tr("处置前照片")


def _pair(slip: Slip, name: str) -> Pair:
    return field_of(Issue, name).label, slip.words[name]


def _building(words: Mapping[str, str]) -> str:
    number = words["building_id"]
    if not number or words["place"].startswith(number):
        return ""
    return tr("（{number} 号楼）", number=number) if number.isdecimal() else number


def _limit(slip: Slip, day: dt.date) -> str:
    """2026-11-25 14:10，还有 3 天."""
    end = slip.deadline.astimezone()
    done = slip.values["closed_at"]
    if slip.values["state"] in DONE and not done:
        return f"{end:%Y-%m-%d %H:%M}"
    if done:
        late = late_days(local_day(slip.deadline), local_day(done))
        words = tr("超 {days} 天办结", days=late) if late else tr("按时办结")
    else:
        late = late_days(end.date(), day)
        left = (end.date() - day).days
        words = tr("已超 {days} 天", days=late) if late else tr("还有 {n} 天", n=left)
    return tr("{end:%Y-%m-%d %H:%M}，{words}", end=end, words=words)


def _handling(
    slip: Slip, photos: Sequence[Values], store: PhotoStore | None
) -> list[Row]:
    rows = [
        heading(tr("处置")),
        *split(whole((tr("处置结果"), slip.words["result"]), TO_WRITE)),
        *fields([_pair(slip, "closed_at"), _pair(slip, "satisfied")]),
    ]
    return rows + _photos(tr("处置后照片"), photos, store)


def _photos(
    title: str, photos: Sequence[Values], store: PhotoStore | None
) -> list[Row]:
    if not photos:
        return []
    if store is None:
        return [whole((title, photo_words.in_words(photos)))]
    return [heading(title), *photo_words.shown(photos, store)]


def _parted(slip: Slip) -> tuple[list[Values], list[Values]]:
    """Photos from before the problem was handled, and those from then on.

    Of one that was settled as it was found nobody can tell: they are all the former.
    """
    later = [one for one in slip.steps[1:] if one["to_state"] in HANDLED]
    handled = later[0]["at"] if later else None
    before: list[Values] = []
    after: list[Values] = []
    for one in slip.photos:
        moment = one["taken_at"] or one["created_at"]
        since = handled is not None and moment >= handled
        (after if since else before).append(one)
    return before, after


def _signing() -> list[Block]:
    rated = tr(
        "反映人或居民评价：□满意\u3000□基本满意\u3000□不满意\u3000\u3000"
        "签名：＿＿＿＿＿＿\u3000\u3000＿＿年＿＿月＿＿日"
    )
    line = Row((Cell(rated, TEXT_WIDTH, size=9.5),), height=8)
    return [
        signatures(tr("派发人"), tr("处置人"), tr("核查人")),
        Block((line,)),
    ]


def _trace(slip: Slip) -> Block:
    """Every step that was ever written down, oldest first."""
    states, actions = code_table("issue_state"), code_table("issue_action")
    rows: list[tuple[str, ...]] = []
    for number, one in enumerate(slip.steps, 1):
        came, went = one["from_state"], one["to_state"]
        moved = states.name(went)
        if came and came != went:
            moved = tr("{came}→{went}", came=states.name(came), went=moved)
        action = tr("撤销") if flow.is_undo(one) else actions.name(one["action"])
        rows.append(
            (
                str(number),
                f"{one['at'].astimezone():%Y-%m-%d %H:%M}",
                action,
                slip.names.get(one["created_by"], ""),
                moved,
                slip.notes[one["id"]],
            )
        )
    columns = (
        tr("序号"),
        tr("时间"),
        tr("动作"),
        tr("谁"),
        tr("状态"),
        tr("说明"),
    )
    widths = (11.0, 31.0, 19.0, 21.0, 36.0)
    rest = TEXT_WIDTH - sum(widths)
    if not rows:
        empty = tr("这张工单还没有留痕。")
        return Block((heading(tr("留痕")), whole((tr("留痕"), empty))))
    title = tr("留痕（{count} 步）", count=len(rows))
    return table(title, columns, rows, (*widths, rest))
