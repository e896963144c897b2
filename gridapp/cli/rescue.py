"""gridapp rescue: what can still be read of a damaged file, into a workbook."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from gridapp.cli.options import (
    as_json,
    password_of,
    print_json,
    purpose,
    purpose_given,
    vault_options,
)
from gridapp.language import tr
from gridapp.models.permissions import Act, demand
from gridapp.store import keyholders
from gridapp.store.rescue import Salvage, salvage


@click.command("rescue")
@vault_options
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@purpose
@as_json
def rescue_command(
    data: Path,
    password_file: Path | None,
    out: Path,
    purpose: str | None,
    as_json: bool,
) -> None:
    """数据文件损坏时，把还能读的资料导出成 .xlsx，坏文件不改动。"""
    from gridapp.office.exporting.export import EXCEL, suffix_of
    from gridapp.office.exporting.rescued import said, write_rescued
    from gridapp.work.purpose import Signature

    if suffix_of(out) != EXCEL:
        raise click.UsageError(tr("取出的资料有好几种，请存成 .xlsx 文件"))
    why = purpose_given(purpose, unmask=True)
    opened = keyholders.unsealed(data, password_of(password_file))
    demand(opened.slot.account.role, Act.RESCUE)
    found = salvage(data, opened.key)
    try:
        signature = Signature(opened.slot.name, "", dt.datetime.now(dt.UTC), why)
        count = write_rescued(found, out, signature)
        words = said(found)
    finally:
        found.close()
    if as_json:
        print_json(_answer(found, out, count))
        return
    click.echo(
        tr(
            "{pages:,} 页中有 {damaged:,} 页损坏",
            pages=found.pages,
            damaged=found.damaged,
        )
    )
    for line in words:
        click.echo(line)
    click.echo(tr("已导出 {count:,} 条：{out}", count=count, out=out))
    click.echo(
        tr(
            "接着请恢复最近一次好的备份（gridapp backup --list 查看），"
            "再把这份表里备份之后的内容导入或补录"
        )
    )


def _answer(found: Salvage, out: Path, count: int) -> dict[str, object]:
    return {
        "file": str(out),
        "rows": count,
        "pages": found.pages,
        "damaged": found.damaged,
        "types": [
            {
                "type": one.model.__tablename__,
                "read": one.read,
                "lost": one.lost,
                "exact": one.exact,
            }
            for one in found.counts
        ],
    }


COMMANDS = (rescue_command,)
