"""gridapp print."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

from gridapp.cli.options import (
    opened,
    purpose,
    purpose_given,
    unmask,
    vault_options,
    where,
)
from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models import Building, Resident
from gridapp.models.kinds import DATE
from gridapp.store.database import Connection
from gridapp.work import print_choice
from gridapp.work.choosing import HERE, asks_presence, chosen
from gridapp.work.purpose import sign, take, write_down

if TYPE_CHECKING:
    from gridapp.office.sheets.sheet import Order, Sheet
    from gridapp.store.vault import Store


class _Day(click.ParamType[dt.date]):
    """A day as people write it, or the first of a month."""

    name = "day"

    def __init__(self, *, month: bool = False) -> None:
        self._month = month

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> dt.date:
        """Return the day; wrong use says how one is written."""
        text = re.sub(r"\D+$", "", value) + "-1" if self._month else value
        try:
            return DATE.parse(text)
        except ValueError as error:
            if self._month:
                self.fail(tr("月份按 年-月 填写，如 2026-11"), param, ctx)
            self.fail(str(error), param, ctx)


DAY, MONTH = _Day(), _Day(month=True)


@dataclass(frozen=True)
class _Asked:
    """What the command line asks to print."""

    where: Sequence[str]
    day: dt.date
    week: bool
    building: str | None
    worker: str | None

    def order(self, store: Store, sheet: Sheet, *, photos: bool = False) -> Order:
        """Return what of the sheet is to be printed."""
        from gridapp.office.sheets.sheet import Order

        day, days = self.day, 1
        if self.week and sheet.takes == "day":
            day, days = print_choice.week_of(self.day)[0], 7
        with store.reading() as db:
            ids = tuple(_ids(db, sheet, self))
        return Order(ids, day, days, photos=store.photos if photos else None)


@click.command("print")
@click.argument("sheet", required=False)
@click.argument("out", required=False, type=click.Path(dir_okay=False, path_type=Path))
@where
@click.option(
    "--day",
    type=DAY,
    metavar=tr("日期"),
    help=tr("哪一天，如 2026-11-23；不写是今天。"),
)
@click.option(
    "--month",
    type=MONTH,
    metavar=tr("月份"),
    help=tr("哪个月，如 2026-11；月度台账用。"),
)
@click.option("--week", is_flag=True, help=tr("这一天所在的整个星期。"))
@click.option("--building", metavar=tr("楼栋"), help=tr("只要这栋楼，如 3。"))
@click.option("--worker", metavar=tr("姓名"), help=tr("只要这位网格员的网格，写姓名。"))
@click.option(
    "--copies",
    type=click.IntRange(1, 500),
    metavar=tr("张数"),
    default=1,
    show_default=True,
    help=tr("空白单打几张。"),
)
@click.option("--photos", is_flag=True, help=tr("带上照片。"))
@vault_options
@unmask
@purpose
@click.option(
    "--leave-blanks", is_flag=True, help=tr("字体里没有的字留空，打印后手写补上。")
)
def print_command(
    sheet: str | None,
    out: Path | None,
    where: Sequence[str],
    day: dt.date | None,
    month: dt.date | None,
    week: bool,
    building: str | None,
    worker: str | None,
    copies: int,
    photos: bool,
    data: Path,
    password_file: Path | None,
    unmask: bool,
    purpose: str | None,
    leave_blanks: bool,
) -> None:
    """打印成 PDF；不带参数时列出可以打印的单子。"""
    wanted = _sheet(sheet)
    if wanted is None:
        return
    if out is None:
        raise click.UsageError(
            tr("请写明 PDF 文件名，如 gridapp print visit-sheet a.pdf")
        )
    why = purpose_given(purpose, unmask=unmask)
    on = month or day or dt.date.today()
    asked = _Asked(where, on, week, building, worker)
    with opened(data, password_file) as store:
        if out.suffix.lower() == ".xlsx":
            click.echo(_tabulate(store, wanted, asked, out))
            return
        order = asked.order(store, wanted, photos=photos)
        order = replace(order, copies=copies, leave_blanks=leave_blanks)
        click.echo(_print(store, wanted, order, out, why))


def _print(store: Store, sheet: Sheet, order: Order, out: Path, why: str) -> str:
    """Draw the sheet; what was done in a sentence.

    It is drawn in memory: what comes to nothing is not journalled, and what is stands
    there before the file does.
    """
    from gridapp.office.whole_file import write_whole

    taking, drawn = sheet.taking(order.ids, order.days, out.name), BytesIO()
    order = replace(order, signature=sign(store, taking, why))
    with store.reading() as db:
        pages = sheet.drawing(db, order, drawn)
    write_down(store, taking, why)
    write_whole(drawn.getvalue(), out)
    return tr(
        "{title}：{pages} 页，存在 {out}", title=sheet.title, pages=pages, out=out
    )


def _tabulate(store: Store, sheet: Sheet, asked: _Asked, out: Path) -> str:
    """Write the sheet as a workbook; UserError when it is paper only."""
    if sheet.table is None:
        raise UserError(
            tr("{title}只能存成 PDF，请把文件名改成以 .pdf 结尾", title=sheet.title)
        )
    order = asked.order(store, sheet)
    take(store, sheet.taking(order.ids, order.days))
    with store.reading() as db:
        rows = sheet.table(db, order, out)
    return tr("{title}：{rows} 行，存在 {out}", title=sheet.title, rows=rows, out=out)


def _sheet(name: str | None) -> Sheet | None:
    """The sheet of that name; without one, all of them are listed."""
    from gridapp.office.sheets import SHEETS

    if name is None:
        for key, one in SHEETS.items():
            click.echo(f"{key}\t{one.title}\t{one.about}")
        return None
    if name not in SHEETS:
        names = tr("、").join(
            tr("{name}（{title}）", name=key, title=one.title)
            for key, one in SHEETS.items()
        )
        raise UserError(
            tr("没有“{sheet}”这种单子，可用的有：{names}", sheet=name, names=names)
        )
    return SHEETS[name]


def _ids(db: Connection, sheet: Sheet, asked: _Asked) -> list[UUID]:
    """The records the sheet is printed for."""
    buildings = (
        print_choice.buildings_named(db, asked.building) if asked.building else []
    )
    if sheet.takes == "residents":
        return _people(db, sheet, asked, buildings)
    if asked.where or (sheet.takes == "record" and (buildings or asked.worker)):
        return _records(db, sheet, asked, buildings)
    if buildings and sheet.model is Building:
        return buildings
    if asked.worker and sheet.takes in ("grid", "month"):
        return sorted(print_choice.grids_of_worker(db, asked.worker))
    if sheet.takes not in ("record", "building"):
        return []
    raise UserError(
        tr(
            "请先选要打印哪些{title}，再打印{sheet}。",
            title=sheet.model.title,
            sheet=sheet.title,
        )
    )


def _people(
    db: Connection, sheet: Sheet, asked: _Asked, buildings: Sequence[UUID]
) -> list[UUID]:
    """Who meets the conditions, or is due; for a whole building, who has a plan."""
    if asked.where:
        here = () if asks_presence(asked.where) else (HERE,)
        found = chosen(db, sheet.model, (*asked.where, *here), asked.day)
    elif buildings and not asked.week:
        found = print_choice.people_planned(db, sheet.due, asked.day)
    else:
        until = print_choice.week_of(asked.day)[1] if asked.week else asked.day
        found = print_choice.people_due(db, sheet.due, asked.day, until)
    if buildings:
        found = print_choice.behind(db, found, buildings)
    if asked.worker:
        found = _of_worker(db, sheet, found, asked.worker)
    if not found:
        raise UserError(
            tr(
                "没有要打印的人：换一天写 --day，整个星期加 --week，"
                "自己选人写 --where，如 --where tags=独居"
            )
        )
    return found


def _records(
    db: Connection, sheet: Sheet, asked: _Asked, buildings: Sequence[UUID]
) -> list[UUID]:
    """What meets the conditions, in the building and the worker's grids; of people
    those who live here, when no condition chooses them."""
    here = (HERE,) if sheet.model is Resident and not asked.where else ()
    found = chosen(db, sheet.model, (*asked.where, *here), asked.day)
    if buildings:
        found = print_choice.standing_in(db, sheet.model, found, buildings)
    if asked.worker and sheet.takes == "record":
        found = _of_worker(db, sheet, found, asked.worker)
    return found


def _of_worker(
    db: Connection, sheet: Sheet, found: Sequence[UUID], name: str
) -> list[UUID]:
    grids = print_choice.grids_of_worker(db, name)
    return print_choice.in_grids(db, sheet.model, found, grids)
