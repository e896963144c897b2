"""What residents report, and what became of it: an ordinary issue with source 居民反馈.

Whoever sends a report gets a receipt code. Nothing is kept for it: the id of the issue
is an HMAC (RFC 2104) of the code under the server's own secret, as a UUIDv8 (RFC 9562,
5.8), so a code leads to its issue, and no issue to its code. A form carries the code it
will get, signed, so that sending it twice makes one issue.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select
from uuid_utils.compat import uuid7

from gridapp.county import attempts, org, service
from gridapp.county.codes import fresh_code, shown
from gridapp.county.residents import Page
from gridapp.county.store import County
from gridapp.county.tables import scope
from gridapp.errors import InvalidFields
from gridapp.language import tr
from gridapp.models import Issue, IssueStep, issue_limits, rules
from gridapp.models.ids import id_of
from gridapp.models.issue import BY_RESIDENTS, first_line
from gridapp.models.issue_flow import CLOSED, START, Transition, transition
from gridapp.models.kinds import now
from gridapp.models.record import Values, field_of, table_of
from gridapp.models.record_number import number_of
from gridapp.sync.invitation import plain_code
from gridapp.sync.protocol import Refused

REPAIR, HELP, OPINION = "repair", "help", "opinion"
KINDS = (REPAIR, HELP, OPINION)
# What a resident may say a thing to mend is: codes of issue_category.
THINGS = ("04", "03", "01", "06")
_OTHERWISE = "06"  # 民生诉求: help and opinions
LONGEST: Mapping[str, int] = {
    "description": 500,
    "place": 60,
    "reporter_name": 20,
    "reporter_phones": 40,
}  # characters
_OLD_FORM = tr("这张表太旧了，没有交上去。请重新打开这个网页再填一次")
_WRONG_CODE = tr("没有这个回执码，请对照交表后记下的那一串再输入")


@dataclass(frozen=True)
class Receipt:
    """A report that was taken: its code, as people read it, and its deadline."""

    code: str
    number: str
    deadline: dt.datetime


@dataclass(frozen=True)
class Standing:
    """What a resident may know of their report; nothing of who sent it."""

    number: str
    state: str  # code of issue_state; "void" too when it lies in the recycle bin
    reported_at: dt.datetime
    deadline: dt.datetime | None
    closed_at: dt.datetime | None
    result: str
    satisfied: bool | None

    @property
    def may_rate(self) -> bool:
        """Whether the resident may say now if they are content."""
        return self.state in CLOSED


def ticket(county: County, page: Page) -> str:
    """What a new form carries: the code its report will get, and the proof that it
    was made here for this grid."""
    code = fresh_code()
    with county.reading() as db:
        return f"{code}.{_proof(attempts.secret(db), page.code, code)}"


def take(
    county: County,
    page: Page,
    kind: str,
    given: Mapping[str, str],
    form: str,
    source: str | None,
) -> tuple[Receipt, bool]:
    """Take a report; its receipt and whether it is a new one.

    Args:
        given: texts by field of Issue (`LONGEST`), and `category` for a thing to mend.
        form: the ticket of the form; the same once more gives the same receipt.
        source: the address that it came from.

    Raises:
        InvalidFields: a sentence for each field to mend.
        Refused: "unreadable" for a form that was not made here, "rate" when too many
            came from there, or for this grid.
    """
    values = _checked(kind, given)
    code, _, proof = form.partition(".")
    with county.reading() as db:
        key = attempts.secret(db)
        if not hmac.compare_digest(_proof(key, page.code, code), proof):
            raise Refused("unreadable", _OLD_FORM)
        record_id = _id_of(key, code)
        before = _row(db, record_id)
    if before is not None:
        return _receipt(code, before), False
    for sort, where in ((attempts.REPORT, source), (attempts.TO_GRID, page.code)):
        too_many = attempts.failed(county, sort, where)
        if too_many:
            raise too_many
    with county.writing() as db:
        # Two copies of one form wait for each other here.
        db.execute(
            select(scope.c.last)
            .where(scope.c.grid_id == page.grid_id)
            .with_for_update()
        )
        before = _row(db, record_id)
        if before is not None:
            return _receipt(code, before), False
        row = _write(db, page, record_id, values)
    return _receipt(code, row), True


def look(county: County, typed: str, source: str | None) -> Standing:
    """What became of the report of that code. Refused "code" when there is none, and
    "rate" when too many wrong ones came from there."""
    return service.by_code(
        county, attempts.RECEIPT, source, lambda: _looked(county, typed)
    )


def rate(
    county: County, typed: str, source: str | None, *, satisfied: bool
) -> Standing:
    """Write down whether the resident is content, once each time it was closed; what
    stands then. Refused as `look` does."""
    return service.by_code(
        county, attempts.RECEIPT, source, lambda: _rated(county, typed, satisfied)
    )


def _checked(kind: str, given: Mapping[str, str]) -> Values:
    """The values of the issue; InvalidFields."""
    wrong: dict[str, str] = {}
    values: Values = {"level": "urgent" if kind == HELP else "normal"}
    category = given.get("category", "") if kind == REPAIR else _OTHERWISE
    values["category"] = category if category in (*THINGS, _OTHERWISE) else THINGS[0]
    for name, most in LONGEST.items():
        text = given.get(name, "").replace("\r\n", "\n").strip()
        if len(text) > most:
            wrong[name] = tr(
                "{label}写得太长，请缩短到 {most} 个字以内",
                label=_LABEL[name],
                most=most,
            )
            continue
        try:
            values[name] = field_of(Issue, name).parse(text)
        except ValueError:
            wrong[name] = _MEND[name]
    if not values.get("description"):
        wrong.setdefault("description", tr("请写一写是什么事"))
    if kind == HELP and not values.get("reporter_phones"):
        wrong.setdefault("reporter_phones", tr("请填电话，网格员好马上联系您"))
    if wrong:
        raise InvalidFields(wrong)
    return values


_LABEL: Mapping[str, str] = {
    "description": tr("什么事"),
    "place": tr("在哪里"),
    "reporter_name": tr("姓名"),
    "reporter_phones": tr("电话"),
}
_MEND: Mapping[str, str] = {
    "description": tr("“什么事”里有认不出来的字，请重新写"),
    "place": tr("“在哪里”里有认不出来的字，请重新写"),
    "reporter_name": tr("姓名认不出来，请只写姓名，也可以不填"),
    "reporter_phones": tr("电话认不出来，请核对号码，一个就够"),
}


def _write(db: Connection, page: Page, record_id: UUID, values: Values) -> Values:
    """The issue and the first step of its trace, as `flow.open_issue` of a laptop
    makes them; with their lines of the log. InvalidFields when a rule is broken."""
    at = now()
    first = _step(START, "report")
    given = issue_limits.allowance(values["category"], values["level"])
    row: Values = {
        "id": record_id,
        "grid_id": page.grid_id,
        "number": number_of(record_id),
        "title_text": first_line(values["description"]),
        "source": BY_RESIDENTS,
        "state": first.next_state,
        "found_at": at,
        "deadline": issue_limits.deadline(given, at),
        **values,
    }
    wrong = rules.problems(Issue, row)
    if wrong:
        raise InvalidFields({one: _MEND.get(one, wrong[one]) for one in wrong})
    org.make(db, Issue, row, at)
    note = tr(
        "居民在手机网页上报来。办结时写的处置结果，反映人凭回执码看得到，请不要写别人的情况"
    )
    _trace(db, row, first, at, note)
    return row


def _trace(
    db: Connection, issue: Values, move: Transition, at: dt.datetime, note: str
) -> None:
    org.make(
        db,
        IssueStep,
        {
            "id": uuid7(),
            "grid_id": issue["grid_id"],
            "issue_id": issue["id"],
            "action": move.action,
            "from_state": move.state or None,
            "to_state": move.next_state,
            "at": at,
            "note": note,
        },
        at,
    )


def _step(state: str, action: str) -> Transition:
    found = transition(state, action)
    assert found is not None, "issue_flow has it"
    return found


def _looked(county: County, typed: str) -> Standing:
    with county.reading() as db:
        return _standing(_found(db, typed))


def _rated(county: County, typed: str, satisfied: bool) -> Standing:
    with county.writing() as db:
        row = _found(db, typed, lock=True)
        if row["state"] not in CLOSED or row["deleted_at"] is not None:
            return _standing(row)
        at, move = now(), _step(row["state"], "rate")
        new: Values = {"state": move.next_state, "satisfied": satisfied}
        org.change(db, Issue, row["id"], new, at)
        said = tr("满意") if satisfied else tr("不满意")
        note = tr("居民在手机网页上评价：{said}", said=said)
        _trace(db, row, move, at, note)
        return _standing({**row, **new})


def _found(db: Connection, typed: str, *, lock: bool = False) -> Values:
    row = _row(db, _id_of(attempts.secret(db), plain_code(typed)), lock=lock)
    if row is None:
        raise Refused("code", _WRONG_CODE)
    return row


def _row(db: Connection, record_id: UUID, *, lock: bool = False) -> Values | None:
    table = table_of(Issue)
    query = select(table).where(table.c.id == record_id)
    found = db.execute(query.with_for_update() if lock else query)
    row = found.mappings().one_or_none()
    return None if row is None else dict(row)


def _standing(row: Values) -> Standing:
    gone = row["deleted_at"] is not None
    return Standing(
        number_of(row["id"]),
        "void" if gone else row["state"],
        row["found_at"],
        row["deadline"],
        row["closed_at"],
        row["result"] or "",
        row["satisfied"],
    )


def _receipt(code: str, row: Mapping[str, Any]) -> Receipt:
    return Receipt(shown(code), number_of(row["id"]), row["deadline"])


def _id_of(key: bytes, code: str) -> UUID:
    """The id of the report that has this code: 122 bits of the HMAC."""
    raw = bytearray(hmac.digest(key, f"report {code}".encode(), hashlib.sha256)[:16])
    raw[6] = raw[6] & 0x0F | 0x80  # version 8
    raw[8] = raw[8] & 0x3F | 0x80  # the variant of RFC 9562
    return id_of(bytes(raw))


def _proof(key: bytes, grid: str, code: str) -> str:
    text = f"form {grid} {code}"
    return hmac.digest(key, text.encode(), hashlib.sha256)[:10].hex()
