"""Takes a batch of changes from one device, set-wise, in one transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, select, update

from gridapp.county import following, log, parked, plain, rows, writing
from gridapp.county.access import Device
from gridapp.county.batch import Batch, load, pointers
from gridapp.county.intake import (
    INVALID,
    MISSING_PARENT,
    OUT_OF_SCOPE,
    Arrival,
    Hold,
    label,
    read,
)
from gridapp.county.rows import Row
from gridapp.county.tables import device as devices
from gridapp.language import tr
from gridapp.models import Grid, roles, rules
from gridapp.models.kinds import TIME
from gridapp.models.record import Hand, Record, fields_of
from gridapp.sync import merge
from gridapp.sync.merge import Incoming, Outcome
from gridapp.sync.protocol import (
    ENTER,
    INSERT,
    LEAVE,
    RESTORE,
    RETURN,
    UPDATE,
    Change,
    Push,
    Pushed,
)
from gridapp.sync.wire import pairs, to_wire, whole

_SENTENCES = {
    merge.CONFLICT: tr("“{label}”已被别人先改过，请对照后决定用哪个"),
    merge.EDITED: tr("您要删除的这条{title}刚被别人改过，所以没有删除，请看过后再决定"),
    merge.CAME_BACK: tr("这条{title}曾被别人删除，因为您改过它，现在恢复了"),
    merge.MISSING_RECORD: tr("县级服务器上还没有这条{title}，改动先留着"),
    merge.INSERT_ONLY: tr("{title}是留痕，只能新增，不能改动"),
    OUT_OF_SCOPE: tr("这条{title}不在您负责的网格内，县级服务器没有收下，请联系社区"),
    MISSING_PARENT: tr("“{label}”指向的记录还没有到县级服务器，改动先留着"),
    INVALID: tr("县级服务器没有收下这条{title}，请核对填写的内容"),
}
_READS = tr("{title}由网格和社区填写，您的岗位只能查看，县级服务器没有收下")


_LAST = (
    select(devices.c.last_seq).where(devices.c.id == bindparam("it")).with_for_update()
)
_TOOK = update(devices).where(devices.c.id == bindparam("it"))


def push(db: Connection, device: Device, sent: Push, now: dt.datetime) -> Pushed:
    """Apply the changes that are new; answer for those that were taken before."""
    taken_before: int = db.execute(_LAST, {"it": device.id}).scalar_one()
    first = min((one.seq for one in sent.changes), default=sent.last)
    holds = parked.between(db, device.id, first, min(sent.last, taken_before))
    raws = [one for one in sent.changes if taken_before < one.seq <= sent.last]
    taken = 0
    if raws:
        waiting = parked.records(db, device.id)
        lines, left = plain.take(db, device, raws, waiting, now)
        inserted = {(raw.type, raw.id) for raw in left if raw.action == INSERT}
        found = [read(raw) for raw in left]
        older = parked.waiting(db, device.id, but=inserted) if waiting else []
        found += [read(raw, field) for raw, field in older]
        holding = apply(db, device, found, now, lines)
        fresh, settled = parked.sorted_out(holding, older)
        settled += parked.superseded(db, device.id, inserted, fresh)
        parked.settle(db, device.id, settled)
        parked.keep(db, device.id, fresh, now)
        holds += sorted(fresh, key=lambda one: one.raw.seq)
        lost = {hold.raw.seq for hold in fresh if hold.field is None}
        taken = sum(raw.seq not in lost for raw in raws)
    if sent.last > taken_before:
        here = {"it": device.id, "last_seq": sent.last, "mark": sent.mark}
        db.execute(_TOOK, here)
    held = parked.answers(db, holds, device.grids)
    return Pushed(max(sent.last, taken_before), taken, held)


def apply(
    db: Connection,
    device: Device,
    found: Sequence[Arrival | Hold],
    now: dt.datetime,
    lines: Sequence[log.Entry] = (),
) -> list[Hold]:
    """Merge, write and log what was read, behind `lines`, which are written but not
    logged; returns what does not fit."""
    arrivals = [one for one in found if isinstance(one, Arrival)]
    batch = load(db, device, arrivals, now)
    for arrival in arrivals:
        _decide(batch, arrival)
    _to_their_owners(batch)
    following.follow(db, batch.state, batch.moved, now, partial(_take, batch))
    refused = _write(db, batch)
    for arrival in arrivals:
        if (arrival.model, arrival.record_id) in refused:
            arrival.holds = []
            arrival.hold(None, INVALID, sentence(INVALID, arrival, None))
    _credit(db, arrivals)
    kept = [
        entry
        for arrival, entry in batch.entries
        if (arrival.model, arrival.record_id) not in refused
    ]
    log.append(db, [*lines, *kept], now)
    unread = [one for one in found if isinstance(one, Hold)]
    return unread + [hold for arrival in arrivals for hold in arrival.holds]


def _decide(batch: Batch, arrival: Arrival) -> None:
    """Merge one change into the batch's state, or hold what does not fit."""
    model, record_id = arrival.model, arrival.record_id
    current = batch.state.setdefault(model, {}).get(record_id)
    grid_id = arrival.grid_id if current is None else current["grid_id"]
    if not batch.device.writes(grid_id) and record_id not in batch.graced:
        arrival.hold(None, OUT_OF_SCOPE, sentence(OUT_OF_SCOPE, arrival, None))
        return
    if not roles.writes(batch.device.role, model.__tablename__):
        _hold_all(batch, arrival, OUT_OF_SCOPE, _READS.format(title=model.title))
        return
    change = _allowed(batch, arrival, current)
    if change is None:
        return
    mine = current is not None and current["updated_by"] == change.by
    by = Hand(batch.device.role, mine)
    while True:
        outcome = merge.merge(current, change, batch.now, insert_only=model.insert_only)
        wrong = _wrong(model, current, outcome, by)
        if not wrong:
            break
        fields = {name: text for name, text in wrong.items() if name in change.changes}
        needed = [text for name, text in wrong.items() if _needed(model, name)]
        if not fields or (current is None and needed):
            _hold_all(batch, arrival, INVALID, (needed or list(wrong.values()))[0])
            return
        for name, text in fields.items():
            _hold(batch, arrival, name, INVALID, text, current)
        change = _without(change, fields)
    for one in outcome.held:
        text = sentence(one.reason, arrival, one.field)
        _hold(batch, arrival, one.field, one.reason, text, current)
    if outcome.action:
        _take(batch, arrival, current, outcome)
    if current is not None and outcome.changes:
        if "grid_id" in outcome.changes:
            batch.moved.append((arrival, current["grid_id"]))
        if any(one.part and one.name in outcome.changes for one in pointers(model)):
            batch.joined.append(arrival)


def _to_their_owners(batch: Batch) -> None:
    """What was given to another owner goes into that one's grid."""
    for arrival in batch.joined:
        model, record_id = arrival.model, arrival.record_id
        row = batch.state[model][record_id]
        for one in pointers(model):
            there = batch.owners.get(one.target, {}).get(row[one.name])
            if not one.part or there is None or there == row["grid_id"]:
                continue
            if batch.device.writes(there):
                move = following.along(arrival, model, record_id, row, there)
                _take(batch, move, row, merge.merge(row, move.change, batch.now))
                batch.moved.append((move, row["grid_id"]))


def _allowed(batch: Batch, arrival: Arrival, current: Row | None) -> Incoming | None:
    """The change without the fields that point where they may not; None: all held."""
    change, model = arrival.change, arrival.model
    bad: dict[str, str] = {}
    for one in pointers(model):
        pair = change.changes.get(one.name)
        if pair and pair[1] is not None:
            if pair[1] not in batch.owners.get(one.target, {}):
                bad[one.name] = MISSING_PARENT
            elif one.part and current is None:
                grid_id = batch.owners[one.target][pair[1]]
                if batch.device.writes(grid_id) or pair[1] in batch.graced:
                    arrival.grid_id = grid_id
                else:
                    bad[one.name] = OUT_OF_SCOPE
    moved = change.changes.get("grid_id")
    if moved and not batch.device.writes(moved[1]):
        bad["grid_id"] = OUT_OF_SCOPE
    for name, reason in bad.items():
        text = sentence(reason, arrival, name)
        if current is None and _needed(model, name):
            arrival.hold(None, reason, text)
            return None
        _hold(batch, arrival, name, reason, text, current)
    if model is Grid and current and current["updated_by"] is None:
        # The county made this grid from its code alone: the first laptop's words count.
        known = {
            name: (current[name], new) for name, (_, new) in change.changes.items()
        }
        change = Incoming(
            change.action, known, change.at, change.by, current["updated_at"]
        )
    return _without(change, bad) if bad else change


def _hold(
    batch: Batch,
    arrival: Arrival,
    name: str | None,
    reason: str,
    text: str,
    current: Row | None,
) -> None:
    """Hold a field with the value it met, or the whole change. Of a record that left
    the device's grids it is the whole: what stands there now is not theirs to see."""
    if name and current and current["grid_id"] not in batch.device.grids:
        arrival.hold(None, OUT_OF_SCOPE, sentence(OUT_OF_SCOPE, arrival, None))
    elif name:
        arrival.hold(name, reason, text, _wire(arrival.model, name, current))
    else:
        arrival.hold(None, reason, text)


def _hold_all(batch: Batch, arrival: Arrival, reason: str, text: str) -> None:
    """Hold all of a change: a new record as one, of one that is here each field, so
    that its author's laptop goes back to what the county has."""
    current = batch.state[arrival.model].get(arrival.record_id)
    if current is None:
        arrival.hold(None, reason, text)
    for name in arrival.change.changes if current is not None else ():
        _hold(batch, arrival, name, reason, text, current)


def _needed(model: type[Record], name: str) -> bool:
    return any(one.required and one.name == name for one in fields_of(model))


def _without(change: Incoming, names: Iterable[str]) -> Incoming:
    left = {n: pair for n, pair in change.changes.items() if n not in set(names)}
    return Incoming(change.action, left, change.at, change.by, change.base)


def _wrong(
    model: type[Record],
    current: Row | None,
    outcome: Outcome,
    by: Hand,
) -> dict[str, str]:
    """Sentences for what the outcome would break; old faults are not counted."""
    if not outcome.action:
        return {}
    new = {name: pair[1] for name, pair in outcome.changes.items()}
    if current is None:
        return rules.problems(model, new, by=by)
    wrong = rules.problems(model, rows.changed(current, new), new, current, by)
    if not wrong:
        return wrong
    before = rules.problems(model, current)
    return {n: text for n, text in wrong.items() if n in new or n not in before}


def _wire(model: type[Record], name: str, values: Mapping[str, Any] | None) -> Any:
    return to_wire(model, name, values.get(name)) if values else None


def sentence(reason: str, arrival: Arrival, name: str | None) -> str:
    """Why a change, or its field `name`, is held, as its author reads it."""
    words = label(arrival.model, name) if name else ""
    return _SENTENCES[reason].format(title=arrival.model.title, label=words)


def _take(
    batch: Batch,
    arrival: Arrival,
    current: Row | None,
    outcome: Outcome,
) -> None:
    """Put the outcome into the batch's state and write its lines of the log."""
    model, record_id, change = arrival.model, arrival.record_id, arrival.change
    new = {name: pair[1] for name, pair in outcome.changes.items()}
    new |= {"updated_at": outcome.stamp, "updated_by": change.by}
    made = batch.inserted.setdefault(model, {})
    if current is None:
        row: Row = {
            "id": record_id,
            "grid_id": arrival.grid_id,
            "created_at": change.at,
            "created_by": change.by,
            "deleted_at": None,
            **new,
        }
        made[record_id] = row
    else:
        row = rows.changed(current, new)
        if record_id in made:
            made[record_id] = row
        else:
            names = batch.updated.setdefault(model, {}).setdefault(record_id, set())
            names.update(new)
    batch.state[model][record_id] = row
    batch.owners.setdefault(model.__tablename__, {})[record_id] = row["grid_id"]
    for entry in _entries(batch, arrival, row, outcome):
        batch.entries.append((arrival, entry))


def _entries(
    batch: Batch, arrival: Arrival, row: Row, outcome: Outcome
) -> Iterable[log.Entry]:
    """The log's lines: what changed, then, where others need it, the whole record."""
    assert outcome.action is not None
    assert outcome.stamp is not None
    model, change = arrival.model, arrival.change
    stamp = TIME.to_wire(outcome.stamp)
    echo = _comes_back(arrival, row, outcome)

    def entry(grid_id: UUID, action: str, sent: tuple[str, list[Any]]) -> log.Entry:
        names, values = sent
        line = Change(
            seq=0,
            type=model.__tablename__,
            id=arrival.raw.id,
            grid=grid_id.bytes,
            action=action,
            at=TIME.to_wire(change.at),
            by=change.by.bytes if change.by else None,
            base=None,
            names=names,
            values=values,
            stamp=stamp,
            device=batch.device.id.bytes,
        )
        return log.Entry(line, echo)

    moved = outcome.changes.get("grid_id")
    here: UUID = moved[0] if moved else row["grid_id"]
    sent = arrival.as_sent(outcome.changes)
    if outcome.action == INSERT:
        given = {name: row[name] for name in outcome.changes}
        yield entry(here, INSERT, sent or whole(model, given))
        if here != arrival.sent_grid and arrival.sent_grid in batch.device.grids:
            yield entry(arrival.sent_grid, LEAVE, ("", []))
        return
    plain = {n: p for n, p in outcome.changes.items() if n != "grid_id"}
    again = outcome.action in (RESTORE, RETURN)
    if again:
        plain.pop("deleted_at", None)
    if plain:
        action = UPDATE if again else outcome.action
        yield entry(here, action, sent or pairs(model, plain))
    if moved:
        yield entry(here, LEAVE, ("", []))
        yield entry(moved[1], ENTER, whole(model, row))
    elif again:
        yield entry(here, outcome.action, whole(model, row))


def _comes_back(arrival: Arrival, row: Row, outcome: Outcome) -> bool:
    """Whether the record is not what its author thinks, who then reads it too."""
    elsewhere = row["grid_id"] != arrival.sent_grid
    return outcome.merged or arrival.parked is not None or elsewhere


def _write(db: Connection, batch: Batch) -> set[writing.Key]:
    if not batch.inserted and not batch.updated:
        return set()
    inserts = {model: list(made.values()) for model, made in batch.inserted.items()}
    updates = {
        model: {
            record_id: {name: batch.state[model][record_id][name] for name in names}
            for record_id, names in changed.items()
        }
        for model, changed in batch.updated.items()
    }
    return writing.write(db, inserts, updates)


def _credit(db: Connection, arrivals: Iterable[Arrival]) -> None:
    """Say of each conflict who wrote the county's value, and when."""
    wanted = {
        (arrival.record_id, hold.field)
        for arrival in arrivals
        for hold in arrival.holds
        if hold.reason == merge.CONFLICT and hold.field
    }
    found = log.last_touch(db, wanted)
    for arrival in arrivals:
        for at, hold in enumerate(arrival.holds):
            touch = found.get((arrival.record_id, hold.field or ""))
            if touch:
                arrival.holds[at] = hold.credited(*touch)
