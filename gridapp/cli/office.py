"""gridapp import."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click
import msgspec

from gridapp.cli.options import (
    as_json,
    opened,
    print_json,
    vault_options,
)
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
    from gridapp.office.ledger_returned import returned_workbook

    choices = ledger.Choices(columns=_columns(map_file))
    with opened(data, password_file) as store:
        plan = ledger.plan_import(store, file, today=dt.date.today(), choices=choices)
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
        returned_workbook(plan, file, refused)
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


COMMANDS = (import_command,)
