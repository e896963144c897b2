"""gridapp county init, list and status: the server's data, for IT staff."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from gridapp.cli.county_access import told
from gridapp.cli.options import (
    as_json,
    model_of,
    print_json,
    server_folder,
    where,
)
from gridapp.cli.records import as_values, typed_values
from gridapp.county import upkeep
from gridapp.language import tr
from gridapp.models import record_named
from gridapp.models.record import fields_of


@click.command("init")
@server_folder
@click.option(
    "--database",
    envvar="GRIDAPP_DATABASE",
    help=tr(
        "PostgreSQL 地址；不填则用文件夹里的 SQLite。地址里有密码时"
        "，请写在环境变量 GRIDAPP_DATABASE 里，免得别人在进程列表里"
        "看到。"
    ),
)
def init(data: Path, database: str | None) -> None:
    """建立服务器的数据文件夹和数据库。"""
    upkeep.init(data, database)
    click.echo(tr("已建立：{data}", data=data))


@click.command("list")
@server_folder
@click.argument("type_", metavar="TYPE")
@where
@as_json
def list_command(data: Path, type_: str, where: Sequence[str], as_json: bool) -> None:
    """列出服务器上的一种记录。"""
    model = model_of(type_)
    equal = typed_values(model, where)
    with upkeep.opened(data) as county_store:
        rows = upkeep.list_records(county_store, model, equal)
    if as_json:
        print_json([as_values(model, row, unmasked=False) for row in rows])
        return
    listed = [one for one in fields_of(model) if one.listed and not one.target]
    click.echo("\t".join([tr("编号"), *(one.label for one in listed)]))
    for row in rows:
        words = (one.given_out(row[one.name]) for one in listed)
        click.echo("\t".join([str(row["id"]), *words]))
    click.echo(tr("共 {count} 条", count=len(rows)), err=True)


@click.command("status")
@server_folder
@as_json
def status(data: Path, as_json: bool) -> None:
    """各台电脑最近一次同步、各网格的记录数、等人决定的冲突。"""
    with upkeep.opened(data) as county_store:
        found = upkeep.status(county_store)
    if as_json:
        print_json(found)
        return
    for line in _told(found):
        click.echo(line)


def _told(found: dict[str, Any]) -> Iterator[str]:
    """What `status` found, a line each."""
    kinds = {"postgresql": "PostgreSQL", "sqlite": tr("文件夹里的 SQLite")}
    yield tr("数据库：{kinds}", kinds=kinds[found["database"]])
    counts = {record_named(name).title: n for name, n in found["records"].items() if n}
    words = tr("，").join(f"{title} {n}" for title, n in counts.items())
    yield tr("记录：{words}", words=words or tr("还没有"))
    yield tr("照片：{count:,} 张", count=found["photos"])
    for one in found["grids"]:
        yield tr(
            "网格：{code} {name}，改动 {changes} 条{closed}",
            code=one["code"],
            name=one["name"],
            changes=one["changes"],
            closed=tr("（已停用）") if one["closed"] else "",
        )
    yield from map(told, found["devices"])
    yield tr("等人决定的修改：{sum} 条", sum=sum(found["held"].values()))
