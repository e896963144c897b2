"""gridapp init, enrol, unlock, today."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from functools import partial
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
    warn_in_the_open,
)
from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.store import saved, slot_file, vault
from gridapp.sync.protocol import Refused
from gridapp.work import founding, today

_CODE = tr("县级给的登记码；也可以用环境变量 GRIDAPP_CODE。")


_ca = click.option(
    "--ca",
    type=click.Path(dir_okay=False, path_type=Path),
    help=tr("县里自己的 CA 证书文件（PEM）；用公共证书的不用填。"),
)


_pin = click.option(
    "--pin",
    envvar="GRIDAPP_PIN",
    help=tr("登记文件的 8 位登记口令；也可以用环境变量 GRIDAPP_PIN。"),
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
@click.option(
    "--enrol",
    "prepared_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=tr("县里用 county prepare 做的登记文件；填了它，别的都不用填。"),
)
@_pin
def init(
    data: Path,
    password_file: Path | None,
    grid: str | None,
    name: str | None,
    worker: str,
    server: str | None,
    code: str | None,
    ca: Path | None,
    prepared_file: Path | None,
    pin: str | None,
) -> None:
    """建立一份新的空数据：单机使用，或直接登记到县级服务器。"""
    alone, joins = (grid, name), (server, code)
    if prepared_file is not None:
        if any(alone) or any(joins[:1]):
            raise click.UsageError(tr("有 --enrol 时，网格、服务器和登记码都不用填"))
        _begin(data, password_file, prepared_file, pin)
        return
    if (None in alone) == (None in joins) or any(alone) == any(joins):
        raise click.UsageError(
            tr("请填 --grid 和 --name，或者 --server 和 --code，或者 --enrol")
        )
    password = password_of(password_file, confirm=True)
    if grid is not None and name is not None:
        first = partial(founding.found, code=grid, name=name, worker=worker)
        with _no_empty_folder(data):
            vault.create(data, password, worker, grid, first).close()
    elif server is not None and code is not None:
        with _new(data, vault.create(data, password)) as store:
            _join(store, server, code, ca)
        vault.open_store(data, password).close()  # by the name the county gave
    click.echo(tr("已建立：{data}", data=data))


@contextmanager
def _no_empty_folder(data: Path) -> Generator[None]:
    """After an error the folder is gone, unless something is in it."""
    try:
        yield
    except BaseException:
        with suppress(OSError):
            data.rmdir()
        raise


@contextmanager
def _new(data: Path, store: vault.Store) -> Generator[vault.Store]:
    """A vault that was just made; after an error there is none, else the next try
    would be refused."""
    try:
        yield store
    except BaseException:
        store.close()
        _undo(data)
        raise
    store.close()


def _begin(
    data: Path, password_file: Path | None, path: Path, typed: str | None
) -> None:
    """Make the vault of a prepared file, and be let in if there is a way to the county.

    A code that the county does not take leaves no vault.
    """
    from gridapp.sync import enrolment_file, joining, prepared
    from gridapp.sync.client import SyncClient

    file = enrolment_file.usable(path)
    if file.said.pin and typed is None:
        typed = _typed_pin()
    number = prepared.number_of(file, typed or "")
    password = password_of(password_file, confirm=True)
    later = ""
    with _no_empty_folder(data):
        made = prepared.begin(data, password, file, number)
    with _new(data, made) as store:
        try:
            joining.finish(store, SyncClient.of(store))
        except UserError as error:
            if isinstance(error, Refused) and error.code in joining.REFUSED:
                raise
            later = str(error)
        prepared.tidy(store)
    click.echo(tr("已建立：{data}", data=data))
    if not later:
        click.echo(tr("已登记到县级服务器，可以同步了"))
        return
    click.echo(later, err=True)
    click.echo(tr("还没有登记上：连上县里后会自己登记，也可以导出数据包用 U 盘登记"))


def _typed_pin() -> str:
    if not sys.stdin.isatty():
        raise UserError(
            tr("这份登记文件要登记口令：写 --pin，或设环境变量 GRIDAPP_PIN")
        )
    typed: str = click.prompt(tr("登记口令"), hide_input=True)
    return typed


def _join(store: vault.Store, server: str, code: str, ca: Path | None) -> None:
    from gridapp.sync.joining import join

    warn_in_the_open(server)
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
