"""gridapp export: a list of records as a workbook, a CSV file or in the standard."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

import click

from gridapp.cli.options import (
    as_json,
    model_of,
    opened,
    print_json,
    purpose,
    purpose_given,
    unmask,
    vault_options,
    where,
)
from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models.record import Record
from gridapp.store.database import Connection
from gridapp.work.choosing import chosen
from gridapp.work.listing import Column, Listing, of_records
from gridapp.work.ordering import ordered
from gridapp.work.purpose import Signature, exporting, take
from gridapp.work.record_columns import columns_of

_DOWN = "-"  # before the column of --sort: from the greatest


@click.command("export")
@click.argument("type_", metavar="TYPE")
@click.argument("out", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
@where
@click.option("--columns", help=tr("要哪些列，用逗号隔开；写 all 是全部。"))
@click.option("--sort", help=tr("按哪一列排；前面加 - 从大到小。"))
@click.option(
    "--standard",
    type=click.Choice(["gbt31000"]),
    help=tr("按国标 GB/T 31000-2015 的表导出。"),
)
@vault_options
@unmask
@purpose
@as_json
def export_command(
    type_: str,
    out: Path,
    where: Sequence[str],
    columns: str | None,
    sort: str | None,
    standard: str | None,
    data: Path,
    password_file: Path | None,
    unmask: bool,
    purpose: str | None,
    as_json: bool,
) -> None:
    """把一种记录导出成 .xlsx 或 .csv，号码默认遮住中间几位。"""
    from gridapp.office.exporting.export import suffix_of

    if standard and columns:
        raise click.UsageError(tr("国标定了有哪些列，--standard 不能和 --columns 同用"))
    model, why = model_of(type_), purpose_given(purpose, unmask=unmask)
    suffix_of(out)
    with opened(data, password_file) as store:
        with store.reading() as db:
            ids = chosen(db, model, where)
            if sort:
                ids = _sorted(db, model, ids, sort)
            listing = of_records(model, ids, narrowed=where)
            wanted = _wanted(listing, columns)
        signature = take(store, exporting(listing, out), why)
        with store.reading() as db:
            if standard:
                answer, words = _write_standard(db, model, listing, out, signature)
            else:
                answer, words = _write(db, listing, wanted, out, signature)
    if as_json:
        print_json({"file": str(out), "unmasked": unmask} | answer)
    else:
        click.echo(words)


def _write(
    db: Connection,
    listing: Listing,
    wanted: Sequence[Column],
    out: Path,
    signature: Signature,
) -> tuple[dict[str, object], str]:
    """Write a list; what a program is told of it, and a person."""
    from gridapp.office.exporting.export import export

    count = export(db, listing, wanted, out, signature)
    words = tr("已导出 {count:,} 条：{out}", count=count, out=out)
    return {"rows": count, "columns": [one.key for one in wanted]}, words


def _write_standard(
    db: Connection,
    model: type[Record],
    listing: Listing,
    out: Path,
    signature: Signature,
) -> tuple[dict[str, object], str]:
    """Write the tables of the standard; what a program is told, and a person."""
    from gridapp.office.exporting.standard import export_standard

    made = export_standard(db, model, listing.items, out, signature, listing.narrowed)
    words = tr(
        "已按国标导出 {count:,} 条，其中 {lacking:,} 条待补：{out}",
        count=made.count,
        lacking=made.lacking,
        out=out,
    )
    answer: dict[str, object] = {
        "rows": made.count,
        "tables": made.rows,
        "lacking": made.lacking,
    }
    return answer, words


def _sorted(
    db: Connection, model: type[Record], ids: Sequence[UUID], sort: str
) -> list[UUID]:
    column = _column(columns_of(model), sort.removeprefix(_DOWN), model.title)
    return ordered(db, model, ids, column, descending=sort.startswith(_DOWN))


def _wanted(listing: Listing, written: str | None) -> list[Column]:
    if written is None:
        return [one for one in listing.columns if one.usual]
    if written == "all":
        return list(listing.columns)
    words = [one.strip() for one in written.replace("，", ",").split(",")]
    return [_column(listing.columns, one, listing.title) for one in words if one]


def _column(columns: Sequence[Column], written: str, title: str) -> Column:
    """The column of that key or label; UserError lists what there is."""
    for one in columns:
        if written in (one.key, one.label):
            return one
    names = tr("、").join(
        tr("{name}（{label}）", name=one.key, label=one.label) for one in columns
    )
    raise UserError(
        tr(
            "{title}没有“{name}”，可填：{names}",
            title=title,
            name=written,
            names=names,
        )
    )
