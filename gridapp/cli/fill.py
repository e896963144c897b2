"""gridapp fill: somebody's blank form, filled in from the records."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gridapp.cli.options import (
    as_json,
    column_map,
    conditions,
    opened,
    print_json,
    purpose_given,
    unmask,
    vault_options,
)
from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models import Resident
from gridapp.work.choosing import HERE, asks_presence, chosen
from gridapp.work.purpose import filling, take

if TYPE_CHECKING:
    from gridapp.office.filling.fill import FillPlan


@click.command("fill")
@click.argument("template", type=click.Path(path_type=Path))
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@conditions
@click.option(
    "--map",
    "map_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=tr('JSON 文件 {"表头": "填什么"}；留空写 "-"，每行同样的字写 "=文字"。'),
)
@click.option("--sheet", default="", help=tr("填哪一张工作表，不写是第一张。"))
@click.option(
    "--named", is_flag=True, help=tr("只补全表里已经写着名字的人，不再选人。")
)
@vault_options
@unmask
@click.option("--purpose", help=tr("完整号码的用途，5 到 200 字，会留痕。"))
@as_json
def fill_command(
    template: Path,
    out: Path,
    where: Sequence[str],
    map_file: Path | None,
    sheet: str,
    named: bool,
    data: Path,
    password_file: Path | None,
    unmask: bool,
    purpose: str | None,
    as_json: bool,
) -> None:
    """把别人发来的空表填好，格式原样不动；一人一份的表，OUT 写一个文件夹。"""
    from gridapp.office.filling import choices as fill_choices
    from gridapp.office.filling import fill
    from gridapp.office.filling.form import Form
    from gridapp.office.filling.rows import left_alone, people_named
    from gridapp.office.filling.sources import chosen_source

    why = purpose_given(purpose, unmask=unmask)
    said = column_map(map_file)
    columns = {heading: chosen_source(source) for heading, source in said.items()}
    form, today = Form(template), dt.date.today()
    asked = [*where] if asks_presence(where) else [*where, HERE]
    with opened(data, password_file) as store:
        with store.reading() as db:
            table = fill_choices.understood(db, form, sheet, columns)
            ids = people_named(db, table) if named else None
            if not ids and table.named and named:
                raise UserError(left_alone(list(table.named.values())))
            if ids is None:
                ids = chosen(db, Resident, asked, today)
            plan = fill.plan_fill(db, form, table, ids, today, unmasked=unmask)
            people = [one.resident_id for one in plan.rows]
            taking = filling(db, store.user, people, out)
        signature = take(store, taking, why)
        if columns:
            with store.writing() as tx:
                fill_choices.keep(tx, table, columns)
        fill.write_fill(plan, out, signature)
    if as_json:
        print_json(plan.as_json())
    else:
        _say(plan, out)


def _say(plan: FillPlan, out: Path) -> None:
    click.echo(tr("已填好 {count} 人：{out}", count=len(plan.rows), out=out))
    if plan.table.unknown:
        unknown = tr("、").join(plan.table.unknown)
        click.echo(tr("不认得的列留空了，可用 --map 指定：{unknown}", unknown=unknown))
    for words in (*plan.missing_words(), *plan.warnings):
        click.echo(words)
