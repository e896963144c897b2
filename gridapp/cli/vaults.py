"""gridapp init, enrol, unlock, today."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from pathlib import Path

import click

from gridapp.cli.options import (
    as_json,
    data_folder,
    opened,
    password_file,
    password_of,
    print_json,
    vault_options,
)
from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.store import saved, slot_file, vault
from gridapp.work import founding, today

_CODE = tr("县级给的登记码；也可以用环境变量 GRIDAPP_CODE。")


_ca = click.option(
    "--ca",
    type=click.Path(dir_okay=False, path_type=Path),
    help=tr("县里自己的 CA 证书文件（PEM）；用公共证书的不用填。"),
)


@click.command("init")
@data_folder
@password_file
@click.option("--grid", help=tr("网格编码，单机使用时填。"))
@click.option("--name", help=tr("网格名称。"))
@click.option(
    "--worker", default=tr("网格员"), show_default=True, help=tr("网格员姓名。")
)
@click.option("--server", help=tr("县级服务器地址，联网使用时填。"))
@click.option("--code", envvar="GRIDAPP_CODE", help=_CODE)
@_ca
def init(
    data: Path,
    password_file: Path | None,
    grid: str | None,
    name: str | None,
    worker: str,
    server: str | None,
    code: str | None,
    ca: Path | None,
) -> None:
    """建立一份新的空数据：单机使用，或直接登记到县级服务器。"""
    alone, joins = (grid, name), (server, code)
    if (None in alone) == (None in joins) or any(alone) == any(joins):
        raise click.UsageError(tr("请填 --grid 和 --name，或者 --server 和 --code"))
    password = password_of(password_file, confirm=True)
    store = vault.create(data, password, worker if grid else "", grid or "")
    try:
        if server is not None and code is not None:
            _join(store, server, code, ca)
            store.close()
            store = vault.open_store(data, password)  # by the name the county gave
        elif grid is not None and name is not None:
            founding.found(store, grid, name, worker)
    except BaseException:
        store.close()
        _undo(data)  # else the next try would be refused: there is a vault already
        raise
    store.close()
    click.echo(tr("已建立：{data}", data=data))


def _join(store: vault.Store, server: str, code: str, ca: Path | None) -> None:
    from gridapp.sync.joining import join

    join(store, server, code, ca)


def _undo(data: Path) -> None:
    """Remove the vault that was just made, and its folder if nothing else is in it."""
    base = data / vault.DATABASE_FILE
    for end in ("", "-wal", "-shm"):
        base.with_name(base.name + end).unlink(missing_ok=True)
    slot_file.remove(data / vault.SLOT_FILE)
    saved.forget(data)
    with suppress(OSError):
        data.rmdir()


@click.command("enrol")
@vault_options
@click.option("--server", required=True, help=tr("县级服务器地址。"))
@click.option("--code", envvar="GRIDAPP_CODE", required=True, help=_CODE)
@_ca
def enrol(
    data: Path, password_file: Path | None, server: str, code: str, ca: Path | None
) -> None:
    """把这台电脑登记到县级服务器。"""
    with opened(data, password_file, needs=None) as store:
        _join(store, server, code, ca)
    click.echo(tr("已登记到县级服务器，可以同步了"))


@click.command("unlock")
@data_folder
@click.option(
    "--code",
    envvar="GRIDAPP_CODE",
    required=True,
    help=tr("县级给的解锁码；也可以用环境变量 GRIDAPP_CODE。"),
)
def unlock(data: Path, code: str) -> None:
    """用县里给的解锁码打开被锁定的数据，然后照常用密码。"""
    from gridapp.sync import locking

    locking.unlock(data, code)
    click.echo(tr("已解锁，请用原来的密码打开"))


@click.command("today")
@click.option("--date", "day", help=tr("哪一天，默认今天。"))
@vault_options
@as_json
def today_command(
    day: str | None, data: Path, password_file: Path | None, as_json: bool
) -> None:
    """今日待办：先逾期，再今天，再后三天。"""
    try:
        on = dt.date.fromisoformat(day) if day else dt.date.today()
    except ValueError:
        raise UserError(tr("日期按 年-月-日 填写，如 2026-11-23")) from None
    with opened(data, password_file) as store, store.reading() as db:
        due = today.due(db, on)
    if as_json:
        names = ("kind", "id", "who", "where", "due", "late_days", "why")
        print_json([{name: getattr(one, name) for name in names} for one in due])
        return
    for one in due:
        late = (
            tr("逾期 {late_days} 天", late_days=one.late_days)
            if one.late_days > 0
            else f"{one.due:%m-%d}"
        )
        click.echo(f"{late}\t{one.action}\t{one.who}\t{one.where}\t{one.why}")
    click.echo(tr("共 {count} 项", count=len(due)), err=True)


COMMANDS = (init, enrol, unlock, today_command)
