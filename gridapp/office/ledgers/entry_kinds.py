"""Ledgers of what happened: 问题隐患台账, 矛盾纠纷台账, 走访记录台账.

Each kind is declared once: what its columns are called beside the names of the fields,
what makes two rows the same entry, and how an entry is written by the same functions
as in the window, so that a ledger brings nothing that a form would refuse.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from gridapp.models import Dispute, Issue, Visit
from gridapp.models.cell import cell_text, visible
from gridapp.models.record import Record, Values, fields_of
from gridapp.office.ledgers.columns import IGNORED, plain_heading
from gridapp.store.vault import Writing
from gridapp.work.disputes import register_dispute
from gridapp.work.flow import take_in
from gridapp.work.issues import building_named, title_from
from gridapp.work.visits import log_visit

DONE = re.compile("已?(整改|办结|完成|解决|处理|销号)完?成?|完毕|结案|^是$|√")
NOT_DONE = re.compile("未|没|正在|中$|^否$|×")
OTHER = "99"  # 其他, of issues and of disputes
_SIDES = re.compile(r"[、,，;；/\n]+|\s{2,}")


class Write(Protocol):
    """Writes one entry and returns its id; InvalidFields as a form's save."""

    def __call__(self, tx: Writing, values: Values, resident: UUID | None) -> UUID: ...


@dataclass(frozen=True)
class EntryKind:
    """One sort of ledger.

    named: paths of which a ledger has one at least. own: those whose presence tells
    this ledger from a list of people. words: usual headings by path. about_people: a
    row names a resident, who must be on file. same: the fields that make an entry; a
    moment counts by its day. remarks: the field that takes 备注 and words no code has.
    coded: the code of what is not said, or in words that no code has.
    """

    model: type[Record]
    named: tuple[str, ...]
    own: frozenset[str]
    words: Mapping[str, tuple[str, ...]]
    about_people: bool
    same: tuple[str, ...]
    remarks: str
    coded: Mapping[str, str]
    write: Write

    @property
    def name(self) -> str:
        """What the type is called on the command line."""
        return self.model.__tablename__

    def headings(self) -> dict[str, str]:
        """Path by heading: the usual words, and before them the fields' own names."""
        found: dict[str, str] = {}
        fields = {one.name for one in fields_of(self.model)}
        for path, words in self.words.items():
            of_others = path in KEPT_PATHS and path not in fields
            full = path if of_others else f"{self.name}.{path}"
            found |= dict.fromkeys(map(plain_heading, words), full)
        for one in fields_of(self.model):
            if not one.target:
                for word in (one.heading, *one.aliases):
                    found[plain_heading(word)] = f"{self.name}.{one.name}"
        return found

    def values_of(self, row: Values) -> Values:
        """The entry's own fields of what a row says."""
        prefix = f"{self.name}."
        return {
            path.removeprefix(prefix): value
            for path, value in row.items()
            if path.startswith(prefix)
        }


SPECIAL = frozenset(
    {"dispute.parties", "dispute.applicant", "dispute.respondent", "issue.state"}
)
"""Columns that `read_special` reads with their row."""
KEPT_PATHS = frozenset({IGNORED, "name", "id_number", "door", "note", "phones"})


def _write_issue(tx: Writing, values: Values, resident: UUID | None) -> UUID:
    building = building_named(tx.db, values.get("place") or "")
    return take_in(tx, values | {"resident_id": resident, "building_id": building})


def _write_dispute(tx: Writing, values: Values, resident: UUID | None) -> UUID:
    parties = values.get("parties", ())
    fields = {name: value for name, value in values.items() if name != "parties"}
    return register_dispute(tx, fields, parties)


def _write_visit(tx: Writing, values: Values, resident: UUID | None) -> UUID:
    return log_visit(tx, resident, values).visit_id


def complete(kind: EntryKind, values: Values) -> Values:
    """The values with what a ledger leaves to the reader: the kind of a thing nobody
    classed, a title, the day a dispute was accepted."""
    filled = {**kind.coded, **values}
    if kind is ISSUES:
        told = str(filled.get("description") or "")
        filled.setdefault("title_text", title_from(told, filled["category"]))
    if kind is DISPUTES:
        told = str(filled.get("summary") or "")
        filled.setdefault("name", title_from(told, OTHER))
        filled.setdefault("summary", filled["name"])
        if "happened_on" in filled:
            filled.setdefault("accepted_on", filled["happened_on"])
    return filled


def issue_state(words: str) -> str:
    """The state a new issue takes by what a ledger says became of it."""
    if DONE.search(words) and not NOT_DONE.search(words):
        return "self_closed"
    return "working" if words else "pending"


def sides(*cells: object) -> list[Values]:
    """The parties named in one cell or in two, the first side first."""
    texts = [visible(cell_text(cell) or "") for cell in cells]
    if len([text for text in texts if text]) == 1:
        text = next(text for text in texts if text)
        names = re.split(r"\s*(?:与|和|诉|vs|VS)\s*", text, maxsplit=1)
        texts = names if len(names) > 1 else _SIDES.split(text, maxsplit=1)
    found: list[Values] = []
    for side, text in zip(("applicant", "respondent"), texts, strict=False):
        for name in filter(None, _SIDES.split(text)):
            first = not any(one["side"] == side for one in found)
            found.append(
                {"side": side, "name": name, "main": side == "applicant" and first}
            )
    return found


ISSUES = EntryKind(
    Issue,
    named=("issue.title_text", "issue.description"),
    own=frozenset({"issue.title_text", "issue.description", "issue.category"}),
    words={
        "title_text": ("问题", "隐患", "问题名称", "隐患名称", "事项", "问题标题"),
        "description": (
            *("问题描述", "隐患描述", "问题内容", "隐患内容", "具体情况", "详细情况"),
            *("问题情况", "存在问题", "存在隐患", "存在的问题", "隐患情况"),
        ),
        "found_at": (
            *("发现日期", "检查日期", "检查时间", "巡查时间", "巡查日期", "排查时间"),
            *("排查日期", "上报时间", "登记时间", "登记日期", "日期", "时间"),
        ),
        "place": ("地点", "位置", "具体位置", "发现地点", "地址", "点位", "隐患地点"),
        "category": ("类别", "问题类别", "隐患类别", "问题类型", "隐患类型", "类型"),
        "level": ("等级", "隐患等级", "紧急程度", "风险等级"),
        "state": (
            *("状态", "整改情况", "是否整改", "是否办结", "是否完成", "整改状态"),
            *("处理状态", "办理状态", "是否销号"),
        ),
        "deadline": ("整改期限", "整改时限", "限期", "完成时限", "办结时限", "期限"),
        "owner_name": ("责任人", "整改责任人", "责任单位", "整改单位"),
        "result": ("整改措施", "处理结果", "处置情况", "办理结果", "处理情况"),
        "reporter_name": ("反映人", "上报人", "报告人"),
        "name": ("涉及居民", "户主", "户主姓名"),
    },
    about_people=False,
    same=("title_text", "found_at", "place"),
    remarks="description",
    coded={"category": OTHER, "level": "normal"},
    write=_write_issue,
)
DISPUTES = EntryKind(
    Dispute,
    named=("dispute.name", "dispute.summary"),
    own=frozenset({"dispute.name", "dispute.summary", "dispute.dispute_kind"}),
    words={
        "name": ("纠纷名称", "案件名称", "事由", "纠纷事由", "矛盾名称", "案由"),
        "summary": (
            *("纠纷简况", "简要情况", "纠纷简要情况", "主要情况", "纠纷情况"),
            *("矛盾纠纷情况", "纠纷内容", "案情简介", "基本情况"),
        ),
        "happened_on": ("发生时间", "日期", "时间", "排查时间", "登记时间", "受理时间"),
        "place": ("地点", "发生地点", "纠纷地点"),
        "dispute_kind": ("纠纷类别", "纠纷类型", "矛盾类型", "类别", "类型"),
        "people_count": ("人数", "涉及人数", "涉案人数"),
        "responsible": ("调解员", "责任人", "包案人", "调解人", "化解责任人"),
        "outcome": ("调解结果", "化解结果", "处理结果", "化解情况", "调处情况"),
        "agreement_number": ("协议书编号", "协议编号"),
        "parties": ("当事人", "双方当事人", "当事人姓名", "矛盾双方"),
        "applicant": ("申请人", "甲方", "当事人甲", "当事人1", "一方当事人"),
        "respondent": ("被申请人", "乙方", "当事人乙", "当事人2", "另一方当事人"),
    },
    about_people=False,
    same=("name", "happened_on"),
    remarks="summary",
    coded={"dispute_kind": OTHER},
    write=_write_dispute,
)
VISITS = EntryKind(
    Visit,
    named=("name",),
    own=frozenset({"visit.started_at"}),
    words={
        "started_at": (
            *("走访时间", "走访日期", "探访时间", "探访日期", "入户时间", "入户日期"),
            *("通话时间", "联系时间", "巡访时间", "巡访日期", "走访年月日"),
        ),
        "mode": ("走访方式", "探访方式", "方式", "联系方式类别"),
        "note": (
            *("走访情况", "走访内容", "探访情况", "探访内容", "走访记录", "情况记录"),
            *("通话内容", "走访详情", "生活情况", "走访结果"),
        ),
        "need_note": ("诉求", "需求", "反映问题", "反映的问题", "困难诉求"),
        "disposal_note": ("处理情况", "解决情况", "办理情况", "处置情况"),
        "companions": ("同行人", "陪同人", "同行人员"),
        "place": ("走访地点", "探访地点"),
        "name": ("姓名", "居民", "走访对象", "被走访人", "探访对象", "对象姓名"),
    },
    about_people=True,
    same=("started_at", "mode"),
    remarks="note",
    coded={"mode": "home"},
    write=_write_visit,
)
KINDS: Sequence[EntryKind] = (ISSUES, DISPUTES, VISITS)


def read_special(kind: EntryKind, cells: Mapping[str, Any]) -> Values:
    """What columns say together that is no field's own: state and parties."""
    if kind is ISSUES:
        words = visible(cell_text(cells.get("issue.state")) or "")
        state = issue_state(words)
        return {"issue.state": state} | (
            {"issue.result": words} if state == "self_closed" else {}
        )
    if kind is DISPUTES:
        found = [cells.get(f"dispute.{one}") for one in ("applicant", "respondent")]
        together = cells.get("dispute.parties")
        parties = sides(*found) if any(found) else sides(together)
        return {"dispute.parties": parties}
    return {}
