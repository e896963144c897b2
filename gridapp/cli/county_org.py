"""gridapp county org: the county's grids, from a list of them or one by one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from gridapp.cli.commands import Group
from gridapp.cli.headed_rows import rows_of
from gridapp.cli.options import as_json, print_json, server_folder
from gridapp.county import org as county_org
from gridapp.county import upkeep
from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models import Grid
from gridapp.models.kinds import PHONES
from gridapp.models.record import fields_of


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
    fields = {one.name: one for one in fields_of(Grid)}
    headings = {
        word: one.name
        for one in fields.values()
        for word in (one.heading, *one.aliases)
    }
    lists = [one.name for one in fields.values() if one.kind is PHONES]
    for row in rows_of(file, headings, "code", lists=lists):
        found: dict[str, Any] = {}
        for name in row.cells:
            try:
                values = row.parsed(name, fields[name].parse)
            except ValueError as fault:
                words = tr("第 {number} 行{fault}", number=row.number, fault=fault)
                raise UserError(words) from None
            found[name] = values[0]
            if name in lists:
                found[name] = tuple(dict.fromkeys(v for one in values for v in one))
        yield found


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
