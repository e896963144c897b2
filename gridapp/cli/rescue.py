"""gridapp rescue: what can still be read of a damaged file, into a workbook."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

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
from gridapp.store import keyholders

if TYPE_CHECKING:
    from gridapp.office.exporting.rescued import Rescued


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
    from gridapp.office.exporting.rescued import next_words, rescue

    if suffix_of(out) != EXCEL:
        raise click.UsageError(tr("取出的资料有好几种，请存成 .xlsx 文件"))
    why = purpose_given(purpose, unmask=True)
    opened = keyholders.unsealed(data, password_of(password_file))
    found = rescue(data, opened, out, why)
    if as_json:
        print_json(_answer(found, out))
        return
    pages = {"pages": found.pages, "damaged": found.damaged}
    click.echo(tr("{pages:,} 页中有 {damaged:,} 页损坏", **pages))
    for line in found.words:
        click.echo(line)
    click.echo(tr("已导出 {count:,} 条：{out}", count=found.records, out=out))
    click.echo(next_words(data))


def _answer(found: Rescued, out: Path) -> dict[str, object]:
    return {
        "file": str(out),
        "rows": found.records,
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
