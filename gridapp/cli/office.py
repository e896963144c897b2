"""gridapp import and print."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import click
import msgspec

from gridapp.cli.options import (
    as_json,
    opened,
    print_json,
    unmask,
    vault_options,
    where,
)
from gridapp.cli.records import journal_disclosure, typed_values
from gridapp.errors import UserError
from gridapp.language import tr


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@vault_options
@click.option(
    "--map",
    "map_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=tr('JSON 文件 {"表头": "字段"}，指定认不出的列。'),
)
@click.option("--dry-run", is_flag=True, help=tr("只检查，不写入。"))
@as_json
def import_command(
    file: Path,
    data: Path,
    password_file: Path | None,
    map_file: Path | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """导入台账（Excel 或 CSV）；没能导入的行另存为带“问题”列的表。"""
    from gridapp.office import ledger
    from gridapp.office.ledger_refused import refused_workbook

    columns = _columns(map_file)
    with opened(data, password_file) as store:
        plan = ledger.plan_import(store, file, today=dt.date.today(), columns=columns)
        if dry_run:
            if as_json:
                # the file's own content, which whoever runs this holds in clear
                print_json(plan.as_json(unmask=True))
            else:
                click.echo(plan.summary())
            return
        result = ledger.apply(store, plan)
    refused = data / "refused" / tr("{stem}-需核对.xlsx", stem=file.stem)
    if result.refused:
        refused.parent.mkdir(parents=True, exist_ok=True)
        refused_workbook(plan, refused)
    if as_json:
        answer = result.as_json()
        print_json(answer | {"refused_file": str(refused) if result.refused else None})
        return
    click.echo(result.summary())
    if result.refused:
        click.echo(tr("没能导入的行存在 {refused}，改好后可以再导入", refused=refused))


def _columns(map_file: Path | None) -> dict[str, str]:
    if map_file is None:
        return {}
    try:
        return msgspec.json.decode(map_file.read_bytes(), type=dict[str, str])
    except msgspec.DecodeError as error:
        raise UserError(
            tr('{name} 应是 JSON，写成 {{"表头": "字段"}}，请检查', name=map_file.name)
        ) from error


@click.command("print")
@click.argument("sheet", required=False)
@click.argument("out", required=False, type=click.Path(dir_okay=False, path_type=Path))
@where
@vault_options
@unmask
@click.option(
    "--leave-blanks", is_flag=True, help=tr("字体里没有的字留空，打印后手写补上。")
)
def print_command(
    sheet: str | None,
    out: Path | None,
    where: Sequence[str],
    data: Path,
    password_file: Path | None,
    unmask: bool,
    leave_blanks: bool,
) -> None:
    """打印成 PDF；不带参数时列出可以打印的单子。"""
    from gridapp.office.sheets import SHEETS

    if sheet is None:
        for name, one in SHEETS.items():
            click.echo(f"{name}\t{one.title}")
        return
    if sheet not in SHEETS:
        names = tr("、").join(
            tr("{name}（{title}）", name=name, title=one.title)
            for name, one in SHEETS.items()
        )
        raise UserError(
            tr("没有“{sheet}”这种单子，可用的有：{names}", sheet=sheet, names=names)
        )
    if out is None:
        raise click.UsageError(
            tr("请写明 PDF 文件名，如 gridapp print visit-sheet a.pdf")
        )
    chosen = SHEETS[sheet]
    with opened(data, password_file) as store:
        equal = typed_values(chosen.model, where)
        with store.reading() as db:
            pages = chosen.write(
                db,
                equal,
                dt.date.today(),
                out,
                unmasked=unmask,
                leave_blanks=leave_blanks,
            )
        if unmask:
            journal_disclosure(
                store,
                "print",
                chosen.model,
                tr("{sheet} {pages} 页", sheet=sheet, pages=pages),
            )
    click.echo(
        tr("{title}：{pages} 页，存在 {out}", title=chosen.title, pages=pages, out=out)
    )


COMMANDS = (import_command, print_command)
