"""Reads what devices send: names and values checked one by one, nothing dropped."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any
from uuid import UUID

from gridapp.language import tr
from gridapp.models import record_named
from gridapp.models.ids import id_of
from gridapp.models.record import Record, field_of
from gridapp.sync.merge import Incoming
from gridapp.sync.protocol import DELETE, INSERT, RESTORE, UPDATE, Change
from gridapp.sync.wire import moment, named, readers_of

UNKNOWN, INVALID, OUT_OF_SCOPE = "unknown", "invalid", "out_of_scope"
MISSING_PARENT = "missing_parent"
_OWN = {"created_at", "created_by", "updated_at", "updated_by"}  # the county sets them
_NEWER = tr("县级服务器的版本较旧，还不认识这项内容，已代为保存，升级后会自动补上")
_UNREADABLE = tr("这项内容的格式不对，县级服务器没有收下，请重新填写")
_WHOLE_UNREADABLE = tr("这条改动的格式不对，县级服务器没有收下，请重新填写")


@dataclass(frozen=True)
class Hold:
    """A change, or one field of it, that is not taken; `raw` is what is kept of it."""

    raw: Change
    field: str | None
    reason: str
    sentence: str
    theirs: Any = None  # a wire value
    theirs_by: UUID | None = None
    theirs_at: dt.datetime | None = None

    def credited(self, by: UUID | None, at: dt.datetime) -> Hold:
        """The same with the author of the value it met."""
        return replace(self, theirs_by=by, theirs_at=at)


@dataclass
class Arrival:
    """A change that can be read. `holds` collects the parts of it that do not fit."""

    raw: Change
    model: type[Record]
    record_id: UUID
    grid_id: UUID
    change: Incoming
    sent_grid: UUID  # the grid that the device believes the record to be in
    parked: str | None = None  # it was held before: the field, or "" for all of it
    plain: bool = True  # its values travel on as they came
    holds: list[Hold] = field(default_factory=list[Hold])

    def as_sent(self, taken: Mapping[str, Any]) -> tuple[str, list[Any]] | None:
        """`names` and `values` as they came, when they are what was taken of it."""
        if not self.plain or len(taken) != len(self.raw.values):
            return None
        return self.raw.names, self.raw.values

    def hold(
        self,
        name: str | None,
        reason: str,
        sentence: str,
        theirs: Any = None,
    ) -> None:
        """Hold the field `name`, or the whole change; the first reason stands."""
        if any(one.field == name for one in self.holds):
            return
        raw = self.raw if name is None else narrowed(self.raw, name)
        self.holds.append(Hold(raw, name, reason, sentence, theirs))


def narrowed(raw: Change, name: str) -> Change:
    """The change with that one field only."""
    values = [
        value
        for known, value in zip(named(raw.names), raw.values, strict=False)
        if known == name
    ]
    return Change(
        seq=raw.seq,
        type=raw.type,
        id=raw.id,
        grid=raw.grid,
        action=raw.action,
        at=raw.at,
        by=raw.by,
        base=raw.base,
        names=name,
        values=values,
    )


def read(raw: Change, parked: str | None = None) -> Arrival | Hold:
    """The change with Python values, or why the whole of it cannot be read."""
    try:
        model = record_named(raw.type)
    except KeyError:
        return Hold(raw, None, UNKNOWN, _NEWER)
    names = named(raw.names)
    if raw.action not in (INSERT, UPDATE, DELETE, RESTORE):
        return Hold(raw, None, UNKNOWN, _NEWER)
    try:
        if len(names) != len(raw.values) or raw.seq < 0:
            raise ValueError("as many values as names")
        record_id, grid_id = id_of(raw.id), _known_id(raw.grid)
        at, by = moment(raw.at), _known_id(raw.by) if raw.by else None
        base = None if raw.base is None else moment(raw.base)
    except (ValueError, OverflowError):
        return Hold(raw, None, INVALID, _WHOLE_UNREADABLE)
    changes: dict[str, tuple[Any, Any]] = {}
    arrival = Arrival(
        raw=raw,
        model=model,
        record_id=record_id,
        grid_id=grid_id,
        change=Incoming(raw.action, changes, at, by, base),
        sent_grid=grid_id,
        parked=parked,
    )
    _read_values(arrival, zip(names, raw.values, strict=True), changes)
    return arrival


# Grids and people come with every change: a batch has few of them.
_known_id = lru_cache(maxsize=4096)(id_of)


def _read_values(
    arrival: Arrival,
    sent: Iterable[tuple[str, Any]],
    changes: dict[str, tuple[Any, Any]],
) -> None:
    """Put what can be read into `changes`, and hold the rest."""
    model, whole = arrival.model, arrival.raw.action == INSERT
    readers = readers_of(model)
    for name, value in sent:
        if name in _OWN or (whole and name in ("grid_id", "deleted_at")):
            arrival.plain = False
            continue
        reader = readers.get(name)
        if reader is None:
            arrival.hold(name, UNKNOWN, _NEWER)
            continue
        try:
            old, new = (None, value) if whole else value
            changes[name] = (
                None if old is None else reader(old),
                None if new is None else reader(new),
            )
        except (ValueError, TypeError):
            fault = tr("{label}：{fault}", label=label(model, name), fault=_UNREADABLE)
            arrival.hold(name, INVALID, fault)
    if arrival.holds:
        arrival.plain = False


def label(model: type[Record], name: str) -> str:
    """What people call a field of a record."""
    return tr("所在网格") if name == "grid_id" else field_of(model, name).label
