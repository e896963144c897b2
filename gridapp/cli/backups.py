"""gridapp backup, backups, restore: a vault's backups, made, listed, put back."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path
from typing import Any

import click
import msgspec

from gridapp import settings
from gridapp.cli.options import (
    as_json,
    opened,
    password_of,
    print_json,
    typed_password,
    vault_options,
)
from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models.permissions import NotAllowed
from gridapp.store import restoring, slots, vault
from gridapp.work import backup_words

_file = click.Path(dir_okay=False, path_type=Path)


@click.command("backup")
@vault_options
@click.argument("file", metavar=tr("[文件]"), required=False, type=_file)
@click.option("--with-photos", is_flag=True, help=tr("把照片也放进这个文件里。"))
@as_json
def backup_command(
    data: Path,
    password_file: Path | None,
    file: Path | None,
    with_photos: bool,
    as_json: bool,
) -> None:
    """备份并核对：不写文件名就存进备份文件夹和另选的位置，写了就只存成那个文件。"""
    from gridapp.store import backup

    if with_photos and file is None:
        raise click.UsageError(tr("--with-photos 要写明存成哪个文件"))
    with opened(data, password_file, needs=None) as store:
        if file is None:
            made = backup.make(store)
        else:
            made = backup.make_file(store, file, with_photos=with_photos)
    if as_json:
        told = {"file": str(made.file), "trouble": made.trouble}
        print_json(told | msgspec.to_builtins(made.manifest))
        return
    click.echo(tr("已备份并核对：{file}", file=made.file))
    if made.trouble:
        click.echo(tr("另一个位置没有存成：{why}", why=made.trouble), err=True)


@click.command("backups")
@vault_options
@click.option("--verify", is_flag=True, help=tr("逐个打开核对，较慢。"))
@click.option(
    "--second",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    help=tr("以后在这里（如 U 盘）也存一份。"),
)
@click.option("--no-second", is_flag=True, help=tr("以后只存在本机。"))
@as_json
@click.pass_context
def backups_command(
    ctx: click.Context,
    data: Path,
    password_file: Path | None,
    verify: bool,
    second: Path | None,
    no_second: bool,
    as_json: bool,
) -> None:
    """列出备份：什么时候的、为什么做的、有多大；也在这里选另一个位置。"""
    from gridapp.store import backup

    with opened(data, password_file, needs=None) as store:
        if second is not None or no_second:
            _choose(data, backup.choose_second(second, data) if second else None)
        now = backup.standing(store)
        wrong = [(file, backup_words.BROKEN) for file in now.listed.broken]
        if verify:
            wrong += backup.faults(store)
    if as_json:
        print_json(_told(now, wrong))
    else:
        for line in backup_words.lines(now):
            click.echo(line)
        for file, why in wrong:
            click.echo(tr("不能用：{name}\t{why}", name=file.name, why=why))
        if verify and not wrong:
            click.echo(tr("全部打开核对过，都完好"))
    ctx.exit(int(bool(wrong)))


def _choose(data: Path, second: Path | None) -> None:
    chosen = str(second) if second else ""
    kept = dataclasses.replace(settings.load(data), backup_folder=chosen)
    settings.save(data, kept)


def _told(now: Any, wrong: list[tuple[Path, str]]) -> dict[str, Any]:
    return {
        "place": str(now.place),
        "last": now.last,
        "late": now.late,
        "due": now.due,
        "second": str(now.second) if now.second else None,
        "second_there": now.second_there,
        "second_last": now.second_last,
        "trouble": now.trouble,
        "second_trouble": now.second_trouble,
        "backups": [
            {"file": str(one.file), "size": one.size}
            | msgspec.to_builtins(one.manifest)
            for one in now.listed.kept
        ],
        "wrong": [{"file": str(file), "why": why} for file, why in wrong],
    }


@click.command("restore")
@vault_options
@click.argument("file", metavar=tr("文件"), type=_file)
@click.option("--preview", is_flag=True, help=tr("只说会怎样，什么都不改。"))
@click.option("--yes", is_flag=True, help=tr("不再问，直接恢复。"))
@click.option("--name", help=tr("谁的密码；几个人用一台电脑时填。"))
@click.option("--purpose", help=tr("为什么恢复，5 到 200 字，会留痕。"))
@click.option(
    "--backup-password-file",
    "then",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=tr("备份时用的是另一个密码：第一行写着它的文件。"),
)
@as_json
def restore_command(
    data: Path,
    password_file: Path | None,
    file: Path,
    preview: bool,
    yes: bool,
    name: str | None,
    purpose: str | None,
    then: Path | None,
    as_json: bool,
) -> None:
    """用备份恢复：先说会怎样，现在的数据先备份。密码用现在的，打不开就用备份时的。"""
    from gridapp.store import restore

    password = password_of(password_file)
    store = _open_if_it_can(data, password, name)
    try:
        if store is not None and yes and not preview:
            purpose = restore.reason(_given(purpose))
        found = _unpacked(data, file, store, password, name, then)
        try:
            if as_json and preview:
                print_json(backup_words.as_told(found))
            elif not as_json:
                for line in backup_words.preview_lines(found):
                    click.echo(line)
            if preview or not (yes or _agreed(as_json=as_json)):
                return
            why = purpose or (_asked_why() if store is not None else "")
            restore.prepare(found, store, why)
        finally:
            restore.drop(found)
    finally:
        if store is not None:
            store.close()
    _put_in_place(data)
    if as_json:
        print_json(backup_words.as_told(found))
    else:
        click.echo(tr("已恢复到 {made} 的备份", made=backup_words.made_at(found)))


def _given(purpose: str | None) -> str:
    """The purpose that must stand in the command where nobody is asked."""
    if purpose is None:
        raise click.UsageError(
            tr("恢复会换掉现在的数据，请用 --purpose 写明原因，如 --purpose 昨天导错了")
        )
    return purpose


def _put_in_place(data: Path) -> None:
    try:
        restoring.finish(data)
    except UserError:
        restoring.clear(data)  # another window has it open: nothing was changed
        raise


def _open_if_it_can(data: Path, password: str, name: str | None) -> vault.Store | None:
    """The vault that is there; None when there is none, or this does not open it."""
    if not vault.exists(data):
        return None
    try:
        return vault.open_store(data, password, name)
    except (slots.Locked, NotAllowed):
        raise
    except UserError as error:
        click.echo(tr("现在的数据打不开：{why}", why=error), err=True)
        return None


def _unpacked(
    data: Path,
    file: Path,
    store: vault.Store | None,
    password: str,
    name: str | None,
    then: Path | None,
) -> Any:
    from gridapp.store import restore

    try:
        given = None if store else password
        return restore.unpack(data, file, store, password=given, name=name)
    except restore.NeedsPassword:
        if then is None and not sys.stdin.isatty():
            words = tr("这份备份要用备份时的密码，请用 --backup-password-file 指定")
            raise UserError(words) from None
        typed = (
            password_of(then) if then else typed_password(tr("做这份备份时用的密码"))
        )
        return restore.unpack(data, file, store, password=typed, name=name)


def _asked_why() -> str:
    return click.prompt(tr("为什么恢复（记入操作记录）"), type=str)


def _agreed(*, as_json: bool) -> bool:
    if as_json or not sys.stdin.isatty():
        raise UserError(tr("要真的恢复，请加 --yes；只想看看，请加 --preview"))
    return click.confirm(tr("现在就恢复吗？"))
