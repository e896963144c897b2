"""gridapp search, list, show, add, set, delete, undelete."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from gridapp.cli.options import (
    as_json,
    conditions,
    id_of,
    model_of,
    opened,
    plain,
    print_json,
    purpose,
    unmask,
    vault_options,
)
from gridapp.errors import InvalidFields, UserError
from gridapp.language import tr
from gridapp.models import Issue
from gridapp.models.deeds import Deed, Said
from gridapp.models.kinds import now
from gridapp.models.purposes import purpose_of
from gridapp.models.record import Field, Record, Values, fields_of
from gridapp.store import history, records, search, state
from gridapp.store.database import Connection
from gridapp.store.vault import Store
from gridapp.work import choosing, flow, recycle


def typed_values(model: type[Record], pairs: Iterable[str]) -> Values:
    """FIELD=VALUE words as values; InvalidFields names each that is wrong."""
    values: Values = {}
    wrong: dict[str, str] = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals:
            raise UserError(tr("“{pair}”应写成 字段=值，如 name=王某", pair=pair))
        if name == "grid_id":
            values[name] = id_of(text)
            continue
        one = _field(model, name)
        try:
            values[one.name] = one.parse(text)
        except ValueError as error:
            wrong[one.name] = str(error)
    if wrong:
        raise InvalidFields(wrong)
    return values


def _field(model: type[Record], written: str) -> Field:
    """The field of that name or label; UserError lists what there is."""
    for one in fields_of(model):
        if written in (one.name, one.label):
            return one
    names = tr("、").join(
        tr("{name}（{label}）", name=one.name, label=one.label)
        for one in fields_of(model)
    )
    raise UserError(
        tr(
            "{title}没有“{name}”，可填：{names}",
            title=model.title,
            name=written,
            names=names,
        )
    )


def as_values(
    model: type[Record], row: Mapping[str, Any], *, unmasked: bool
) -> dict[str, Any]:
    """A record for a program: every field by name, private ones masked."""
    guarded = {one.name: one for one in fields_of(model) if one.kind.guarded}
    return {
        name: plain(value)
        if unmasked or value is None or name not in guarded
        else guarded[name].given_out(value)
        for name, value in row.items()
    }


def _in_words(
    db: Connection, model: type[Record], rows: Iterable[Values], *, unmasked: bool
) -> list[dict[str, str]]:
    """Records as a person reads them, masked as they are for a program."""
    shown = records.shown(db, model, rows, unmask=unmasked)
    free = [one for one in fields_of(model) if one.kind.free and not unmasked]
    for row in shown:
        row |= {one.name: one.kind.given_out(row[one.name]) for one in free}
    return shown


def journal_disclosure(
    store: Store,
    act: Deed,
    model: type[Record],
    why: str | None,
    people: int,
    record_id: UUID | None = None,
) -> None:
    """Revealing private values is itself journalled."""
    detail = "" if record_id else Said.LISTED.of(count=people)
    purpose = purpose_of(why) if why else ""
    with store.writing() as tx:
        state.disclose(
            tx,
            act,
            model.__tablename__,
            record_id,
            detail,
            purpose=purpose,
            people=people,
        )


@click.command("search")
@click.argument("text")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=50,
    show_default=True,
    help=tr("最多几条。"),
)
@vault_options
@as_json
def search_command(
    text: str, limit: int, data: Path, password_file: Path | None, as_json: bool
) -> None:
    """像窗口里的搜索框一样找人、门牌、电话尾号。"""
    with opened(data, password_file) as store, store.reading() as db:
        hits = search.search(db, text, limit)
    if as_json:
        print_json(
            [
                {"type": h.type, "id": h.id, "title": h.title, "detail": h.detail}
                for h in hits
            ]
        )
        return
    for hit in hits:
        click.echo(f"{hit.title}\t{hit.detail}\t{hit.type} {hit.id}")
    if not hits:
        click.echo(tr("没有找到“{text}”", text=text))


@click.command("list")
@click.argument("type_", metavar="TYPE")
@conditions
@click.option("--limit", type=click.IntRange(min=1), help=tr("最多几条。"))
@vault_options
@unmask
@purpose
@as_json
def list_command(
    type_: str,
    where: Sequence[str],
    limit: int | None,
    data: Path,
    password_file: Path | None,
    unmask: bool,
    purpose: str | None,
    as_json: bool,
) -> None:
    """列出一种记录。"""
    model = model_of(type_)
    with opened(data, password_file) as store:
        with store.reading() as db:
            kept = records.by_id(db, model, choosing.chosen(db, model, where)[:limit])
            rows = list(kept.values())
            shown = [] if as_json else _in_words(db, model, rows, unmasked=unmask)
        if unmask:
            journal_disclosure(store, Deed.LIST, model, purpose, len(rows))
    if as_json:
        print_json([as_values(model, row, unmasked=unmask) for row in rows])
        return
    listed = [one for one in fields_of(model) if one.listed]
    click.echo("\t".join([tr("编号"), *(one.label for one in listed)]))
    for row in shown:
        click.echo("\t".join([row["id"], *(row[one.name] for one in listed)]))
    click.echo(tr("共 {count} 条", count=len(rows)), err=True)


@click.command("show")
@click.argument("type_", metavar="TYPE")
@click.argument("record_id", metavar="ID")
@click.option("--history", "with_history", is_flag=True, help=tr("列出每一次修改。"))
@vault_options
@unmask
@purpose
@as_json
def show_command(
    type_: str,
    record_id: str,
    with_history: bool,
    data: Path,
    password_file: Path | None,
    unmask: bool,
    purpose: str | None,
    as_json: bool,
) -> None:
    """显示一条记录，或它的修改记录。"""
    model, key = model_of(type_), id_of(record_id)
    with opened(data, password_file) as store:
        with store.reading() as db:
            row = records.get(db, model, key, deleted=True)
            if row is None:
                raise UserError(
                    tr(
                        "没有编号为 {record_id} 的{title}",
                        record_id=record_id,
                        title=model.title,
                    )
                )
            lines = history.history(db, model, key) if with_history else []
            shown = _in_words(db, model, [row], unmasked=unmask)[0]
        if unmask:
            journal_disclosure(store, Deed.SHOW, model, purpose, 1, key)
    if with_history:
        _print_history(model, lines, unmasked=unmask, as_json=as_json)
    elif as_json:
        print_json(as_values(model, row, unmasked=unmask))
    else:
        for one in fields_of(model):
            if shown[one.name]:
                click.echo(
                    tr("{label}：{shown}", label=one.label, shown=shown[one.name])
                )
        if row["deleted_at"]:
            click.echo(tr("（在回收站里）"))


def _print_history(
    model: type[Record],
    lines: Sequence[history.HistoryLine],
    *,
    unmasked: bool,
    as_json: bool,
) -> None:
    fields = {one.name: one for one in fields_of(model)}

    def value(name: str, raw: Any) -> Any:
        one = fields.get(name)
        hide = one is not None and one.kind.guarded and raw is not None and not unmasked
        return one.given_out(raw) if one is not None and hide else plain(raw)

    def words(name: str, raw: Any) -> str:
        one = fields.get(name)
        if isinstance(raw, dt.datetime):
            return f"{raw.astimezone():%Y-%m-%d %H:%M:%S}"
        if one is None or one.target:
            return tr("（空）") if raw is None else str(plain(raw))
        text = one.format(raw) if unmasked else one.given_out(raw)
        return text.replace("\n", "；") or tr("（空）")

    if as_json:
        print_json(
            [
                {
                    "at": line.at,
                    "by": line.by,
                    "device": line.device,
                    "field": line.field,
                    "old": value(line.field, line.old),
                    "new": value(line.field, line.new),
                }
                for line in lines
            ]
        )
        return
    for line in lines:
        when = line.at.astimezone().strftime("%Y-%m-%d %H:%M:%S")
        old, new = words(line.field, line.old), words(line.field, line.new)
        click.echo(f"{when}\t{line.by or '—'}\t{line.label}\t{old} → {new}")


@click.command("add")
@click.argument("type_", metavar="TYPE")
@click.argument("pairs", nargs=-1, metavar=tr("字段=值…"))
@vault_options
@as_json
def add_command(
    type_: str,
    pairs: Sequence[str],
    data: Path,
    password_file: Path | None,
    as_json: bool,
) -> None:
    """新增一条记录，检查和窗口里的表单一样。"""
    model = model_of(type_)
    with opened(data, password_file) as store, store.writing() as tx:
        values = typed_values(model, pairs)
        if model is Issue:
            key = flow.take_in(tx, values)
        else:
            key = records.save(tx, model, values)
    _done(key, tr("已新增{title}", title=model.title), as_json)


@click.command("set")
@click.argument("type_", metavar="TYPE")
@click.argument("record_id", metavar="ID")
@click.argument("pairs", nargs=-1, required=True, metavar=tr("字段=值…"))
@vault_options
@as_json
def set_command(
    type_: str,
    record_id: str,
    pairs: Sequence[str],
    data: Path,
    password_file: Path | None,
    as_json: bool,
) -> None:
    """修改一条记录的几个字段；“字段=”清空它。"""
    model, key = model_of(type_), id_of(record_id)
    with opened(data, password_file) as store, store.writing() as tx:
        values = typed_values(model, pairs)
        grid_id = values.pop("grid_id", None)
        if model is Issue and values.get("state"):
            flow.step_to(tx, key, values.pop("state"), values)
        elif values:
            records.save(tx, model, values, key)
        if grid_id is not None:
            records.move(tx, model, key, grid_id)
    _done(key, tr("已修改{title}", title=model.title), as_json)


def _in_bin(name: str, act: Any, done: str, doc: str) -> click.Command:
    @click.command(name, help=doc)
    @click.argument("type_", metavar="TYPE")
    @click.argument("record_id", metavar="ID")
    @vault_options
    @as_json
    def command(
        type_: str,
        record_id: str,
        data: Path,
        password_file: Path | None,
        as_json: bool,
    ) -> None:
        model, key = model_of(type_), id_of(record_id)
        with opened(data, password_file) as store, store.writing() as tx:
            act(tx, model, key)
        _done(key, done.format(model.title), as_json)

    return command


def _done(key: Any, sentence: str, as_json: bool) -> None:
    if as_json:
        print_json({"id": key})
    else:
        click.echo(
            tr(
                "{sentence}：{key}（{at:%H:%M:%S}）",
                sentence=sentence,
                key=key,
                at=now().astimezone(),
            )
        )


delete_command = _in_bin(
    "delete", recycle.delete, tr("{}已放进回收站"), tr("把一条记录放进回收站。")
)
undelete_command = _in_bin(
    "undelete", recycle.restore, tr("{}已从回收站恢复"), tr("从回收站恢复一条记录。")
)
