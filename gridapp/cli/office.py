"""gridapp import."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import click

from gridapp.cli.options import (
    as_json,
    column_map,
    id_of,
    opened,
    print_json,
    vault_options,
)
from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models import record_named
from gridapp.store.batches import CHANGED, TakenBack, take_back_batch
from gridapp.store.vault import Store

if TYPE_CHECKING:
    from gridapp.office.ledgers.ledger import ImportPlan, ImportResult
    from gridapp.office.ledgers.questions import Answers, Place

_PART = re.compile(r"(?:(?P<sheet>.+)[!！:：])?(?P<first>\d+)(?:-(?P<last>\d+))?")
MOST_SHOWN = 20  # rows refused, or records that stayed, told one by one


@dataclass(frozen=True)
class _Options:
    """What was written behind `gridapp import`."""

    kind: str
    map_file: Path | None
    code_sets: Sequence[str]
    accept: str
    dry_run: bool
    as_json: bool


@click.command("import")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@vault_options
@click.option(
    "--type",
    "kind",
    default="",
    metavar=tr("类型"),
    help=tr("表里记的是什么：resident、issue、dispute、visit；不写则看表头。"),
)
@click.option(
    "--map",
    "map_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=tr('JSON 文件 {"表头": "字段"}，指定认不出的列；写 "-" 不导入这一列。'),
)
@click.option(
    "--code-set",
    "code_sets",
    multiple=True,
    metavar=tr("列=代码标准"),
    help=tr("数字列用的是哪种代码，如 性别=GB/T 2261.1。"),
)
@click.option(
    "--accept",
    default="",
    metavar=tr("行|all"),
    help=tr(
        "需确认的行照原样导入：行号如 3,5-8 或 表名!3，全部写 all；证件号校验不"
        "对和同名难分的行不算在内。"
    ),
)
@click.option("--dry-run", is_flag=True, help=tr("只检查，不写入。"))
@click.option("--undo", metavar=tr("批次"), help=tr("撤销一次导入，写它的批次编号。"))
@as_json
def import_command(
    file: Path | None,
    data: Path,
    password_file: Path | None,
    kind: str,
    map_file: Path | None,
    code_sets: Sequence[str],
    accept: str,
    dry_run: bool,
    undo: str | None,
    as_json: bool,
) -> None:
    """导入台账（Excel 或 CSV）；没能导入的行另存为带“问题”列的表。"""
    if (file is None) == (undo is None):
        raise click.UsageError(tr("请写明要导入的文件，或用 --undo 写明撤销哪一批"))
    options = _Options(kind, map_file, code_sets, accept, dry_run, as_json)
    with opened(data, password_file) as store:
        if undo is not None:
            _undo(store, id_of(undo), as_json)
        elif file is not None:
            _import(store, file, options)


def _import(store: Store, file: Path, options: _Options) -> None:
    from gridapp.office.ledgers import ledger
    from gridapp.office.ledgers.returned import beside, returned_workbook

    today = dt.date.today()
    choices = ledger.Choices(
        columns=column_map(options.map_file),
        code_sets=_pairs(options.code_sets),
        kind=options.kind,
    )
    plan = ledger.plan_import(store, file, today=today, choices=choices)
    if options.accept:
        answers = _accepted(plan, options.accept)
        plan = ledger.plan_again(store, plan, replace(choices, answers=answers))
    if options.dry_run:
        _tell_plan(plan, options.as_json)
        return
    result = ledger.apply(store, plan)
    returned: Path | None = None
    if result.refused:
        try:
            returned_workbook(plan, file, beside(file))
            returned = beside(file)
        except UserError as error:  # what went in stays in
            click.echo(
                tr(
                    "没导入的 {count:,} 行没能存成表：{trouble}",
                    count=result.refused,
                    trouble=error,
                ),
                err=True,
            )
    if not options.as_json:
        _tell_left_out(plan)
        _tell_refused(plan)
    _tell_result(result, returned, options.as_json)


def _tell_plan(plan: ImportPlan, as_json: bool) -> None:
    if as_json:
        # the file's own content, which whoever runs this holds in clear
        print_json(plan.as_json(unmask=True))
        return
    click.echo(plan.summary())
    _tell_left_out(plan)
    for asked in _open_code_sets(plan):
        click.echo(asked)
    _tell_refused(plan)


def _tell_refused(plan: ImportPlan) -> None:
    """The first rows that do not go in as they are, with what to do."""
    from gridapp.office.ledgers.detail import refusal

    for row in plan.refused[:MOST_SHOWN]:
        click.echo(refusal(plan, row))
    more = len(plan.refused) - MOST_SHOWN
    if more > 0:
        click.echo(tr("还有 {more:,} 行需核对", more=more))


def _tell_left_out(plan: ImportPlan) -> None:
    """Sheets and columns that no row of the vault will have."""
    for sheet in plan.sheets:
        if sheet.note:
            click.echo(tr("“{sheet}”：{note}", sheet=sheet.name, note=sheet.note))
        for heading in sheet.unknown:
            click.echo(
                tr(
                    "“{sheet}”的“{heading}”一列不认识，没有导入，可用 --map 指定",
                    sheet=sheet.name,
                    heading=heading,
                )
            )


def _open_code_sets(plan: ImportPlan) -> Iterable[str]:
    from gridapp.office.ledgers.offers import column_offers

    said: dict[str, None] = {}
    for sheet in plan.sheets:
        for column in column_offers(sheet, plan.choices):
            if column.asks_code_set:
                names = (one.name for one in column.code_sets)
                words = tr(
                    "“{heading}”一列填的是数字，请用 --code-set 说明，可选：{names}",
                    heading=column.heading,
                    names=tr("、").join(names),
                )
                said[words] = None
    return said


def _tell_result(result: ImportResult, returned: Path | None, as_json: bool) -> None:
    if as_json:
        answer = result.as_json()
        print_json(answer | {"refused_file": str(returned) if returned else None})
        return
    click.echo(result.summary())
    if returned is not None:
        click.echo(tr("没能导入的行存在 {refused}，改好后可以再导入", refused=returned))
    if result.added or result.updated or result.buildings or result.households:
        click.echo(tr("要整批撤销：gridapp import --undo {batch}", batch=result.batch))


def _undo(store: Store, batch: UUID, as_json: bool) -> None:
    with store.writing() as tx:
        done = take_back_batch(tx, batch)
    if as_json:
        print_json(_undone(done))
        return
    click.echo(done.summary())
    for one in done.stayed[:MOST_SHOWN]:
        title = record_named(one.type).title
        why = tr("后来又改过") if one.why == CHANGED else tr("后来又有新的记录")
        click.echo(
            tr(
                "保留：{title} {subject}，{why}",
                title=title,
                subject=one.subject,
                why=why,
            )
        )


def _undone(done: TakenBack) -> dict[str, object]:
    stayed = [
        {"type": one.type, "id": one.id, "why": one.why, "subject": one.subject}
        for one in done.stayed
    ]
    return {"taken_back": done.records, "stayed": stayed}


def _pairs(given: Iterable[str]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for pair in given:
        column, equals, name = pair.partition("=")
        if not equals:
            raise UserError(
                tr("“{pair}”应写成 列=代码标准，如 性别=GB/T 2261.1", pair=pair)
            )
        pairs[column.strip()] = name.strip()
    return pairs


def _accepted(plan: ImportPlan, text: str) -> Answers:
    """Which rows --accept says yes to."""
    from gridapp.office.ledgers.questions import Answers

    if text.strip().lower() == "all":
        return Answers(everything=True)
    places: set[Place] = set()
    for part in re.split("[,，、]", text):
        match = _PART.fullmatch(part.strip())
        if match is None:
            raise UserError(
                tr("“{part}”不是行号，请写成 3,5-8 或 表名!3，全部写 all", part=part)
            )
        first = int(match["first"])
        last = int(match["last"] or first)
        places |= {
            row.place
            for row in plan.rows
            if first <= row.row <= last and match["sheet"] in (None, row.sheet)
        }
    return Answers(accepted=frozenset(places))
