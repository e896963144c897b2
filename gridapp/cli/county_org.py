"""gridapp county org: the county's grids, from a list of them or one by one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from gridapp.cli.commands import Group
from gridapp.cli.options import as_json, print_json, server_folder
from gridapp.county import org as county_org
from gridapp.county import upkeep
from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models import Grid
from gridapp.models.record import Field, field_of, fields_of

_HEADING_ROWS = 20  # rows in which the headings are looked for


@click.group("org", cls=Group)
def org() -> None:
    """网格：成批建立、停用、重新启用。"""


@org.command("import")
@server_folder
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@as_json
def import_command(data: Path, file: Path, as_json: bool) -> None:
    """从表格建立网格：要有“网格编码”一列，可以再有网格名称、社区、街道等列。"""
    rows = list(_rows(file))
    with upkeep.opened(data) as county:
        made, changed = county_org.import_grids(county, rows)
    if as_json:
        print_json({"made": made, "changed": changed})
    else:
        click.echo(
            tr("新建 {made} 个网格，改动 {changed} 个", made=made, changed=changed)
        )


def _rows(file: Path) -> Iterator[dict[str, Any]]:
    """The grids of a table as {field: value}; UserError names the cell to mend."""
    from gridapp.office.tables.reader import read_book

    names = {
        word: one for one in fields_of(Grid) for word in (one.heading, *one.aliases)
    }
    code = field_of(Grid, "code")
    for sheet in read_book(file):
        for at, row in enumerate(sheet.rows[:_HEADING_ROWS]):
            columns = {n: names.get(_text(cell)) for n, cell in enumerate(row)}
            if code in columns.values():
                yield from _below(sheet.rows[at + 1 :], columns, at + 2)
                return
    raise UserError(tr("{name} 里没有“网格编码”这一列，请加上再试", name=file.name))


def _below(
    rows: Any, columns: dict[int, Field | None], first: int
) -> Iterator[dict[str, Any]]:
    for number, row in enumerate(rows, first):
        found: dict[str, Any] = {}
        for at, cell in enumerate(row):
            one, text = columns.get(at), _text(cell)
            if one is None or not text:
                continue
            try:
                found[one.name] = one.parse(text)
            except ValueError as error:
                raise UserError(
                    tr(
                        "第 {number} 行“{label}”：{fault}",
                        number=number,
                        label=one.label,
                        fault=error,
                    )
                ) from None
        if found:
            yield found


def _text(cell: object) -> str:
    """What a cell says; Excel keeps a code of digits as a number."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return "" if cell is None else str(cell).strip()


@org.command("list")
@server_folder
@as_json
def list_command(data: Path, as_json: bool) -> None:
    """网格和它们的编码。"""
    with upkeep.opened(data) as county:
        found = upkeep.status(county)["grids"]
    if as_json:
        print_json(found)
        return
    for one in found:
        closed = tr("（已停用）") if one["closed"] else ""
        click.echo(f"{one['code']}\t{one['name']}{closed}")
    click.echo(tr("共 {count} 个", count=len(found)), err=True)


@org.command("close")
@server_folder
@click.argument("code", metavar=tr("网格编码"))
@click.option("--anyhow", is_flag=True, help=tr("里面还有记录也停用。"))
def close(data: Path, code: str, anyhow: bool) -> None:
    """停用一个网格：各台电脑上传完改动后不再保留它的记录，服务器上都还在。"""
    with upkeep.opened(data) as county:
        county_org.close_grid(county, code, anyhow=anyhow)
    click.echo(tr("已停用"))


@org.command("open")
@server_folder
@click.argument("code", metavar=tr("网格编码"))
def open_command(data: Path, code: str) -> None:
    """重新启用一个停用的网格。"""
    with upkeep.opened(data) as county:
        county_org.open_grid(county, code)
    click.echo(tr("已启用"))
