"""The people of the county's grids: found by name or id, so that one person with two
laptops is one worker; and their roles, which only the county's own console raises."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select

from gridapp.county import acts, org
from gridapp.county.store import County
from gridapp.county.tables import IS_LAPTOP, device, device_scope, enrolment
from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models import Grid, Worker, codes
from gridapp.models.kinds import now
from gridapp.models.record import table_of


def checked_role(role: str) -> str:
    """A code of worker_role; UserError when there is no such role."""
    known = codes.table("worker_role").codes
    if role not in known:
        raise UserError(
            tr(
                "没有“{role}”这种岗位，可填：{known}",
                role=role,
                known=tr("、").join(known),
            )
        )
    return role


def named(
    db: Connection, name: str, grids: Collection[UUID], area: str | None
) -> set[UUID]:
    """Workers of that name who work in those grids or that area, or have a code to."""
    wanted = set(grids) | (org.in_area(db, area) if area else set[UUID]())
    table = table_of(Worker)
    query = (
        select(table.c.id, table.c.grid_id, device.c.area, device_scope.c.grid_id)
        .outerjoin(device, device.c.worker_id == table.c.id)
        .outerjoin(device_scope, device_scope.c.device_id == device.c.id)
        .where(table.c.name == name, table.c.deleted_at.is_(None))
        .where(table.c.left_on.is_(None))
    )
    found = {
        worker_id
        for worker_id, home, theirs, grid_id in db.execute(query)
        if home in wanted or grid_id in wanted or _overlap(theirs, area)
    }
    return found or _expected(db, name, wanted, area)


def _expected(
    db: Connection, name: str, wanted: set[UUID], area: str | None
) -> set[UUID]:
    """Workers-to-be of that name: those of codes that nobody has used yet."""
    waiting = select(enrolment).where(
        enrolment.c.worker_name == name,
        enrolment.c.device_id.is_(None),
        enrolment.c.expires_at > now(),
    )
    return {
        row.worker_id
        for row in db.execute(waiting)
        if _overlap(row.area, area) or wanted & set(grids_of(row.grids))
    }


def grids_of(text: str) -> list[UUID]:
    """The grids of an enrolment: ids in hex with commas."""
    return [UUID(one) for one in text.split(",") if one]


def _overlap(one: str | None, other: str | None) -> bool:
    return bool(one and other and (one.startswith(other) or other.startswith(one)))


def one_of(
    db: Connection, who: str, grids: Collection[UUID], area: str | None
) -> tuple[UUID, str, str] | None:
    """(id, name, role) of a worker given by id, or by name in those grids or that area.

    None for a name that nobody there has. UserError when several have it, or when there
    is nobody with that id.
    """
    try:
        wanted = {UUID(who)}
    except ValueError:
        wanted = named(db, who, grids, area)
        if not wanted:
            return None
    if len(wanted) > 1:
        raise UserError(
            tr(
                "这里有 {count} 位“{who}”，请改写工作人员编号：{ids}。"
                "如果是另一位同名的人，请加 --new-worker",
                count=len(wanted),
                who=who,
                ids=tr("、").join(str(one) for one in sorted(wanted)),
            )
        )
    [key] = wanted
    table = table_of(Worker)
    row = db.execute(
        select(table.c.name, table.c.role).where(
            table.c.id == key, table.c.deleted_at.is_(None)
        )
    ).first()
    if row is None:
        query = select(enrolment.c.worker_name, enrolment.c.worker_role)
        row = db.execute(query.where(enrolment.c.worker_id == key)).first()
    if row is None:
        raise UserError(
            tr("没有编号为 {who} 的工作人员，请用 gridapp county worker 查看", who=who)
        )
    return key, row[0], row[1]


def change_role(county: County, worker_id: UUID, role: str) -> None:
    """Give a worker another role; it goes out by sync. UserError: nobody, no role.

    Their grids stay as they are: an area that the new role cannot have is refused.
    """
    checked_role(role)
    with county.writing() as db:
        theirs = select(device.c.id, device.c.area).where(
            device.c.worker_id == worker_id
        )
        for laptop, area in db.execute(theirs):
            try:
                org.checked_area(area, role)
            except UserError as fault:
                words = tr(
                    "{fault}。请先用 gridapp county grids {laptop} --add 网格编码 "
                    '--area "" 改好他的电脑，再改岗位',
                    fault=fault,
                    laptop=laptop,
                )
                raise UserError(words) from None
        if org.change(db, Worker, worker_id, {"role": role}, now()):
            acts.note(db, acts.ROLE, worker_id, role)


def listed(county: County) -> list[dict[str, Any]]:
    """Everybody who works for the county, by name, then those whose code nobody has
    used yet (`waiting`). Ready for JSON."""
    table, grid = table_of(Worker), table_of(Grid)
    query = (
        select(table.c.id, table.c.name, table.c.role, grid.c.code)
        .outerjoin(grid, grid.c.id == table.c.grid_id)
        .where(table.c.deleted_at.is_(None))
        .order_by(table.c.name, table.c.id)
    )
    with county.reading() as db:
        many: dict[UUID, int] = {}
        for worker_id in db.scalars(
            select(device.c.worker_id).where(device.c.revoked_at.is_(None), IS_LAPTOP)
        ):
            many[worker_id] = many.get(worker_id, 0) + 1
        return [
            {
                "id": str(row.id),
                "name": row.name,
                "role": row.role,
                "grid": row.code or "",
                "devices": many.get(row.id, 0),
                "waiting": False,
            }
            for row in db.execute(query)
        ] + _to_come(db)


def _to_come(db: Connection) -> list[dict[str, Any]]:
    """Who is no worker yet: the people of codes that are still good."""
    worker, grid = table_of(Worker), table_of(Grid)
    query = (
        select(enrolment)
        .where(enrolment.c.device_id.is_(None), enrolment.c.expires_at > now())
        .where(enrolment.c.worker_id.not_in(select(worker.c.id)))
        .order_by(enrolment.c.worker_name, enrolment.c.made_at)
    )
    found = {row.worker_id: row for row in db.execute(query)}
    first = {key: next(iter(grids_of(row.grids)), None) for key, row in found.items()}
    known = select(grid.c.id, grid.c.code).where(grid.c.id.in_(first.values()))
    codes_of = dict(db.execute(known).all())
    return [
        {
            "id": str(key),
            "name": row.worker_name,
            "role": row.worker_role,
            "grid": codes_of.get(first[key], "") or row.area or "",
            "devices": 0,
            "waiting": True,
        }
        for key, row in found.items()
    ]
