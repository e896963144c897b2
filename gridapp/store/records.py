"""Saving and reading records as plain values. No ORM object leaves the store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, bindparam, select
from uuid_utils.compat import uuid7

from gridapp.errors import InvalidFields, UserError
from gridapp.language import tr
from gridapp.models import RECORDS, Attachment, Worker, record_named, rules
from gridapp.models.ids import id_of_hex
from gridapp.models.permissions import Act, allowed
from gridapp.models.record import Record, Values, fields_of, table_of
from gridapp.store.database import driver
from gridapp.store.journal import DIALECT
from gridapp.store.vault import Writing

_CHUNK = 500  # ids in one IN list
_WRITTEN = {"grid_id", "created_at", "created_by", "updated_at", "updated_by"}
Encoders = tuple[tuple[str, Callable[[Any], Any] | None], ...]


def validated(
    model: type[Record],
    values: Mapping[str, Any],
    before: Mapping[str, Any] | None = None,
) -> None:
    """Raise InvalidFields unless `values` is a whole, allowed record of `model`.

    With `before`, the record as it was, it must be allowed to become this one.
    """
    stray = values.keys() - _settable(model)
    if stray:
        raise KeyError(f"{model.__tablename__} has no field {sorted(stray)}")
    wrong = rules.problems(model, values, before=before)
    if wrong:
        raise InvalidFields(wrong)


@cache
def _settable(model: type[Record]) -> frozenset[str]:
    """What a record may be given: its fields, its id and its grid."""
    return frozenset({"id", "grid_id", *(one.name for one in fields_of(model))})


def save(
    tx: Writing,
    model: type[Record],
    values: Mapping[str, Any],
    record_id: UUID | None = None,
) -> UUID:
    """Make a record, or change some fields of one; returns its id.

    Values are Python values by field name. Raises InvalidFields with one sentence a
    field, or UserError when the record is gone.
    """
    if record_id is None:
        return insert_many(tx, model, [values])[0]
    update_many(tx, model, {record_id: values})
    return record_id


def insert_many(
    tx: Writing, model: type[Record], rows: Sequence[Mapping[str, Any]]
) -> list[UUID]:
    """Insert records; ids in the order of `rows`. A row may bring its own `id`."""
    full: list[Values] = []
    stamps = _stamps(tx)
    grids = _grids_of_owners(tx, model, rows)
    for given, grid_id in zip(rows, grids, strict=True):
        validated(model, given)
        row: Values = {**_empty(model), **given, **stamps}
        row["id"] = given.get("id") or uuid7()
        is_grid = model.__tablename__ == "grid"
        row["grid_id"] = row["id"] if is_grid else given.get("grid_id") or grid_id
        if row["grid_id"] is None:
            raise UserError(
                tr("还没有网格，请先用 gridapp init 建立网格或登记到县级服务器")
            )
        full.append(row)
    if full:
        sql, ways = _insertion(model)
        driver(tx.db).executemany(sql, [_encoded(row, ways) for row in full])
        tx.touched(model, *(row["id"] for row in full))
    return [row["id"] for row in full]


@cache
def _empty(model: type[Record]) -> Values:
    return dict.fromkeys(one.name for one in fields_of(model))


@cache
def _insertion(model: type[Record]) -> tuple[str, Encoders]:
    """INSERT of a record, and the name and encoder of each value in its order.

    Made once: SQLAlchemy's preparing of a statement takes longer than running it.
    """
    compiled: Any = table_of(model).insert().compile(dialect=DIALECT)
    columns: Any = table_of(model).columns
    ways = tuple(
        (name, columns[name].type.dialect_impl(DIALECT).bind_processor(DIALECT))
        for name in compiled.positiontup
    )
    return str(compiled), ways


def _encoded(row: Values, ways: Encoders) -> tuple[Any, ...]:
    return tuple(
        row[name] if row[name] is None or way is None else way(row[name])
        for name, way in ways
    )


def _stamps(tx: Writing) -> Values:
    return {
        "created_at": tx.at,
        "created_by": tx.by,
        "updated_at": tx.at,
        "updated_by": tx.by,
        "deleted_at": None,
    }


def _grids_of_owners(
    tx: Writing, model: type[Record], rows: Sequence[Mapping[str, Any]]
) -> list[UUID | None]:
    """The grid each row belongs to: that of the record it is a part of."""
    owners = [one for one in fields_of(model) if one.part]
    if not owners:
        return [tx.default_grid] * len(rows)
    name, target = owners[0].name, owners[0].target
    grids: dict[UUID | None, UUID] = {}
    known = [row[name] for row in rows if row.get(name)]
    for part in _pieces(list(dict.fromkeys(known))):
        found = driver(tx.db).execute(
            f"SELECT id, grid_id FROM {target}"
            f" WHERE id IN ({','.join('?' * len(part))})",
            tuple(one.hex for one in part),
        )
        grids |= {id_of_hex(key): id_of_hex(grid) for key, grid in found}
    return [grids.get(row.get(name)) or tx.default_grid for row in rows]


def _pieces(ids: list[UUID]) -> Iterator[list[UUID]]:
    for start in range(0, len(ids), _CHUNK):
        yield ids[start : start + _CHUNK]


def _columns(
    db: Connection, model: type[Record], ids: Iterable[UUID], name: str
) -> dict[Any, Any]:
    table = table_of(model)
    found: dict[Any, Any] = {}
    for part in _pieces(list(ids)):
        query = select(table.c.id, table.c[name]).where(table.c.id.in_(part))
        found.update((row[0], row[1]) for row in db.execute(query))
    return found


def update_many(
    tx: Writing, model: type[Record], changes: Mapping[UUID, Mapping[str, Any]]
) -> set[UUID]:
    """Change some fields of some records; returns the ids that really changed."""
    current = by_id(tx.db, model, changes, deleted=True)
    names = [one.name for one in fields_of(model)]
    rows: dict[tuple[str, ...], list[Values]] = {}
    for record_id, given in changes.items():
        old = current.get(record_id)
        if old is None:
            raise UserError(tr("没有这条{title}，请核对编号", title=model.title))
        if old["deleted_at"] is not None:
            raise UserError(
                tr("这条{title}已被删除，可以到回收站恢复后再改", title=model.title)
            )
        if model.insert_only:
            raise UserError(tr("{title}只能新增，不能修改", title=model.title))
        merged = {name: old[name] for name in names} | dict(given)
        validated(model, merged, old)
        new = {name: merged[name] for name in names if old[name] != merged[name]}
        if model is Worker and "role" in new:
            _may_give(tx)
        if new:
            rows.setdefault(tuple(new), []).append(new | {"id": record_id})
    for changing, group in rows.items():
        _update(tx, model, changing, group)
    return {row["id"] for group in rows.values() for row in group}


def _update(
    tx: Writing, model: type[Record], changing: Sequence[str], rows: Sequence[Values]
) -> None:
    """Set those fields of these records, and no other.

    SQLite asks whether the target of a reference is there for each one that is set,
    and what came from the county may point to a grid that is not on this laptop.
    """
    table = table_of(model)
    new_values: dict[str, Any] = {name: bindparam(f"p_{name}") for name in changing}
    new_values |= {"updated_at": tx.at, "updated_by": tx.by}
    statement = table.update().where(table.c.id == bindparam("p_id"))
    tx.db.execute(
        statement.values(new_values),
        [{f"p_{name}": value for name, value in row.items()} for row in rows],
    )
    tx.touched(model, *(row["id"] for row in rows))


def _may_give(tx: Writing) -> None:
    """InvalidFields when whoever writes may not say who may do what: the steps of an
    issue hang on the role of its worker."""
    if not allowed(tx.user.role, Act.ACCOUNTS):
        raise InvalidFields({"role": tr("岗位由社区或县里改，请联系他们")})


def delete(tx: Writing, model: type[Record], record_id: UUID) -> None:
    """Put a record into the recycle bin; nothing is removed."""
    _set_deleted(tx, model, record_id, tx.at)


def undelete(tx: Writing, model: type[Record], record_id: UUID) -> None:
    """Take a record out of the recycle bin."""
    _set_deleted(tx, model, record_id, None)


def _set_deleted(
    tx: Writing, model: type[Record], record_id: UUID, moment: object
) -> None:
    if model.insert_only:
        raise UserError(tr("{title}是留痕，不能删除", title=model.title))
    old = get(tx.db, model, record_id, deleted=True)
    if old is None:
        raise UserError(tr("没有这条{title}", title=model.title))
    if (old["deleted_at"] is None) == (moment is None):
        return
    table = table_of(model)
    tx.db.execute(
        table.update()
        .where(table.c.id == record_id)
        .values(deleted_at=moment, updated_at=tx.at, updated_by=tx.by)
    )
    tx.touched(model, record_id)


def move(tx: Writing, model: type[Record], record_id: UUID, grid_id: UUID) -> None:
    """Move a record, with its parts, photos and papers, to another grid."""
    moving: list[tuple[type[Record], set[UUID]]] = [(model, {record_id})]
    while moving:
        owner, ids = moving.pop()
        table = table_of(owner)
        for part in _pieces(list(ids)):
            tx.db.execute(
                table.update()
                .where(table.c.id.in_(part), table.c.grid_id != grid_id)
                .values(grid_id=grid_id, updated_at=tx.at, updated_by=tx.by)
            )
        tx.touched(owner, *ids)
        for other in RECORDS:
            for one in fields_of(other):
                if one.part and one.target == owner.__tablename__:
                    parts = _parts(tx.db, other, one.name, ids)
                    if parts:
                        moving.append((other, parts))
        attached = _parts(tx.db, Attachment, "owner_id", ids)  # whatever its type
        if attached:
            moving.append((Attachment, attached))


def _parts(
    db: Connection, model: type[Record], name: str, owners: Iterable[UUID]
) -> set[UUID]:
    """Records whose field `name` is one of `owners`, the deleted ones as well."""
    table = table_of(model)
    found: set[UUID] = set()
    for part in _pieces(list(owners)):
        query = select(table.c.id).where(table.c[name].in_(part))
        found.update(db.scalars(query))
    return found


def get(
    db: Connection, model: type[Record], record_id: UUID, *, deleted: bool = False
) -> Values | None:
    """The values of one record, system columns included; None when there is none."""
    return by_id(db, model, [record_id], deleted=deleted).get(record_id)


def by_id(
    db: Connection, model: type[Record], ids: Iterable[UUID], *, deleted: bool = False
) -> dict[UUID, Values]:
    """Values of records by id; ids that are not there are left out."""
    table = table_of(model)
    found: dict[UUID, Values] = {}
    for part in _pieces(list(ids)):
        for row in find(db, model, table.c.id.in_(part), deleted=deleted):
            found[row["id"]] = row
    return found


def find(
    db: Connection,
    model: type[Record],
    *where: ColumnElement[bool],
    order: Sequence[Any] = (),
    limit: int | None = None,
    offset: int = 0,
    deleted: bool = False,
    bare: bool = False,
) -> list[Values]:
    """Records that meet every condition; those in the recycle bin only if asked.

    bare: without who wrote them and when, which takes half the time of reading many.
    """
    table = table_of(model)
    columns = [one for one in table.columns if not bare or one.key not in _WRITTEN]
    query = select(*columns).where(*where)
    if not deleted:
        query = query.where(table.c.deleted_at.is_(None))
    query = query.order_by(*(order or (table.c.id,))).limit(limit).offset(offset)
    found = db.execute(query)
    names = tuple(found.keys())
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def filtered(
    db: Connection,
    model: type[Record],
    equal: Mapping[str, Any],
    *,
    order: str = "id",
    descending: bool = False,
    limit: int | None = None,
    offset: int = 0,
) -> list[Values]:
    """Records whose fields equal the given values (None: is empty)."""
    table = table_of(model)
    where = [table.c[name] == value for name, value in equal.items()]
    column = table.c[order].desc() if descending else table.c[order]
    return find(db, model, *where, order=(column,), limit=limit, offset=offset)


def ids(
    db: Connection, model: type[Record], *, order: str = "id", descending: bool = False
) -> list[UUID]:
    """Ids of all records of a type, for a list that reads rows as they are shown."""
    table = table_of(model)
    column = table.c[order].desc() if descending else table.c[order]
    query = select(table.c.id).where(table.c.deleted_at.is_(None)).order_by(column)
    return list(db.scalars(query))


def count(db: Connection, model: type[Record]) -> int:
    """How many records of a type there are outside the recycle bin."""
    return len(ids(db, model))


def labels(
    db: Connection, model: type[Record], wanted: Iterable[UUID]
) -> dict[UUID, str]:
    """What names each record to a person, by id."""
    name = model.shown_by
    if name == "id":
        return {one: str(one) for one in wanted}
    spec = {one.name: one for one in fields_of(model)}[name]
    found = _columns(db, model, wanted, name)
    return {key: spec.masked(value) for key, value in found.items()}


def shown(
    db: Connection,
    model: type[Record],
    rows: Iterable[Values],
    *,
    unmask: bool = False,
) -> list[dict[str, str]]:
    """Rows as a person reads them: codes as words, targets by name, private masked."""
    kept = list(rows)
    names: dict[str, dict[UUID, str]] = {}
    for one in fields_of(model):
        if one.target:
            wanted = {row[one.name] for row in kept if row[one.name]}
            names[one.name] = labels(db, record_named(one.target), wanted)
    return [
        {
            one.name: names[one.name].get(row[one.name], "")
            if one.target
            else one.format(row[one.name])
            if unmask
            else one.masked(row[one.name])
            for one in fields_of(model)
        }
        | {"id": str(row["id"])}
        for row in kept
    ]
