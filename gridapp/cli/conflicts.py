"""gridapp conflicts: what the county did not take as it was, and what becomes of it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from gridapp.cli.commands import Group
from gridapp.cli.options import as_json, id_of, opened, print_json, vault_options
from gridapp.language import tr
from gridapp.store import conflicts as kept
from gridapp.store import deciding
from gridapp.store.conflicts import BOTH, MINE, THEIRS
from gridapp.work.held_changes import Question, in_order, needs_person


@click.group("conflicts", cls=Group, invoke_without_command=True)
@vault_options
@as_json
@click.pass_context
def conflicts(
    ctx: click.Context, data: Path, password_file: Path | None, as_json: bool
) -> None:
    """没能合并的修改：列出来，由您决定。"""
    if ctx.invoked_subcommand is None:
        _list(data, password_file, as_json=as_json)


@conflicts.command("list")
@vault_options
@as_json
def list_command(data: Path, password_file: Path | None, as_json: bool) -> None:
    """列出没能合并的修改。"""
    _list(data, password_file, as_json=as_json)


def _list(data: Path, password_file: Path | None, *, as_json: bool) -> None:
    with opened(data, password_file) as store, store.reading() as db:
        asked = in_order(kept.waiting(db))
    if as_json:
        print_json([_plain(one) for one in asked])
        return
    for one in asked:
        _tell(one)
    click.echo(tr("共 {count} 条", count=len(asked)), err=True)


def _plain(one: Question) -> dict[str, Any]:
    return {
        **asdict(one.held),
        "subject": one.subject,
        "advice": one.advice,
        "choices": [choice for choice, _ in one.choices],
        "needs_person": needs_person(one.held.reason),
    }


def _tell(one: Question) -> None:
    held = one.held
    click.echo(
        tr(
            "{id}\t{title}：{sentence}",
            id=held.id,
            title=one.subject,
            sentence=held.sentence,
        )
    )
    if held.field:
        by = tr("（{theirs_by}）", theirs_by=held.theirs_by) if held.theirs_by else ""
        click.echo(tr("\t我的：{mine}", mine=held.mine or tr("（空）")))
        click.echo(
            tr("\t县里的：{theirs}{by}", theirs=held.theirs or tr("（空）"), by=by)
        )
    if one.advice:
        click.echo(f"\t{one.advice}")
    for choice, words in one.choices:
        click.echo(tr("\t{choice}：{words}", choice=choice, words=words))


@conflicts.command("decide")
@click.argument("held_ids", metavar="ID…", nargs=-1, required=True)
@click.argument("choice", type=click.Choice([MINE, THEIRS, BOTH]))
@vault_options
@as_json
def decide(
    held_ids: tuple[str, ...],
    choice: str,
    data: Path,
    password_file: Path | None,
    as_json: bool,
) -> None:
    """mine 用我的，theirs 用县里的，both 两个都留（写进备注）。可以写几个编号。"""
    keys = [id_of(one) for one in held_ids]
    with opened(data, password_file) as store, store.writing() as tx:
        done = deciding.decide_all(tx, keys, choice)
    if as_json:
        print_json({"decided": list(done.ids), "refused": list(done.refused)})
        return
    for why in done.refused:
        click.echo(why, err=True)
    click.echo(tr("{count} 条已处理，下次同步时上传", count=len(done.ids)))
