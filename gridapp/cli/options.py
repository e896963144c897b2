"""Options that many commands share, and how answers are printed."""

from __future__ import annotations

import codecs
import datetime as dt
import json
import os
import sys
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import click
import msgspec

from gridapp.cli.data_folder import data_folder, given_above
from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models import RECORDS, record_named
from gridapp.models.kinds import time_text
from gridapp.models.permissions import Act, demand
from gridapp.models.purposes import purpose_of
from gridapp.models.record import Record
from gridapp.store import vault

F = TypeVar("F", bound=Callable[..., Any])


def _given_server(ctx: click.Context, param: click.Parameter, value: Any) -> Path:
    found: Path | None = given_above(ctx, param, value)
    if found is None:
        raise click.MissingParameter(ctx=ctx, param=param)
    return found


server_folder = click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    callback=_given_server,
    help=tr("服务器的数据文件夹，必填。"),
)
password_file = click.option(
    "--password-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    callback=given_above,
    help=tr("第一行是密码的文件；也可以用环境变量 GRIDAPP_PASSWORD。"),
)
new_password = click.option(
    "--new-password-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=tr("第一行是新密码的文件。"),
)
as_json = click.option("--json", "as_json", is_flag=True, help=tr("给程序用的 JSON。"))
unmask = click.option(
    "--unmask", is_flag=True, help=tr("显示完整的证件号和电话，会留痕。")
)
purpose = click.option("--purpose", help=tr("完整号码的用途，5 到 200 字，会留痕。"))
where = click.option(
    "--where",
    "where",
    multiple=True,
    metavar=tr("字段=值"),
    help=tr("只要符合条件的。"),
)

conditions = click.option(
    "--where",
    "where",
    multiple=True,
    metavar=tr("条件"),
    help=tr(
        "只要符合条件的，可写几个，如 name=王某、age>=80、tag=独居、building=3、"
        "visited>30（超过 30 天没见到）。"
    ),
)


def vault_options(command: F) -> F:
    """--data and --password-file."""
    return data_folder(password_file(command))


def purpose_given(text: str | None, *, unmask: bool) -> str:
    """Why numbers are taken in full, empty when they are not; wrong use without it."""
    if not unmask:
        return ""
    if text is None:
        raise click.UsageError(
            tr("要完整号码，用 --purpose 写明用途，如 --purpose 报街道民政办摸底")
        )
    return purpose_of(text)


def column_map(file: Path | None) -> dict[str, str]:
    """What a JSON file says of headings: {"heading": "field"}; empty without one."""
    if file is None:
        return {}
    try:
        return msgspec.json.decode(file.read_bytes(), type=dict[str, str])
    except msgspec.DecodeError as error:
        raise UserError(
            tr('{name} 应是 JSON，写成 {{"表头": "字段"}}，请检查', name=file.name)
        ) from error


def password_of(file: Path | None, *, confirm: bool = False) -> str:
    """The password from the file, the environment, or typed unseen."""
    if file is not None:
        return _first_line(file)
    given = os.environ.get("GRIDAPP_PASSWORD")
    return given or typed_password(tr("密码"), confirm=confirm)


def new_password_of(file: Path | None) -> str:
    """A new password, from its file or typed twice unseen."""
    if file is not None:
        return _first_line(file)
    if not sys.stdin.isatty():
        raise UserError(
            tr("这里不能输入新密码，请用 --new-password-file 指定写着新密码的文件")
        )
    return typed_password(tr("新密码"), confirm=True)


def typed_password(words: str, *, confirm: bool = False) -> str:
    """A password typed unseen; UserError where nobody could type."""
    if not sys.stdin.isatty():
        raise UserError(
            tr(
                "这里不能输入密码，请用 --password-file 指定密码文件，或设"
                "环境变量 GRIDAPP_PASSWORD"
            )
        )
    again = tr("再输一遍") if confirm else False
    typed: str = click.prompt(words, hide_input=True, confirmation_prompt=again)
    return typed


def _first_line(file: Path) -> str:
    """The first line of a text file as Windows and Linux write it."""
    raw = file.read_bytes()
    wide = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = raw.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError:
        raise UserError(
            tr("读不懂密码文件“{file}”，请另存为 UTF-8 编码", file=file)
        ) from None
    line = text.partition("\n")[0].rstrip("\r")
    if not line:
        raise UserError(tr("密码文件“{file}”的第一行是空的，请写上密码", file=file))
    return line


def warn_in_the_open(address: str) -> None:
    """Say what it means when nothing encrypts the way to a county."""
    from gridapp.sync.address import warning

    if words := warning(address):
        click.echo(words, err=True)


def tell_new_grids(codes: Sequence[str]) -> None:
    """Name the grids that were made just now: a wrong digit makes one too."""
    if codes:
        words = tr("新建了网格：{grids}，请核对编码", grids=tr("、").join(codes))
        click.echo(words, err=True)


@contextmanager
def opened(
    data: Path, file: Path | None, needs: Act | None = Act.RECORDS
) -> Generator[vault.Store]:
    """The vault in `data`, closed again whatever happens.

    needs: what whoever's password it is must be allowed to do, else NotAllowed; None
    for what is nobody's data.
    """
    store = vault.open_store(data, password_of(file))
    try:
        if needs is not None:
            demand(store.user.role, needs)
        if store.missing is not None:
            click.echo(store.missing.words, err=True)
        yield store
    finally:
        store.close()


def model_of(name: str) -> type[Record]:
    """The record type of that name; UserError lists the names there are."""
    try:
        return record_named(name)
    except KeyError:
        names = tr("、").join(
            tr(
                "{name}（{title}）",
                name=one.__tablename__,
                title=one.title,
            )
            for one in RECORDS
        )
        raise UserError(
            tr("没有“{name}”这种记录，可用的有：{names}", name=name, names=names)
        ) from None


def id_of(text: str) -> UUID:
    """A record id as typed."""
    try:
        return UUID(text)
    except ValueError:
        raise UserError(
            tr("“{text}”不是记录编号，请从列表里复制完整的编号", text=text)
        ) from None


def plain(value: Any) -> Any:
    """A record's value as JSON has it."""
    if isinstance(value, dt.datetime):
        return time_text(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, tuple):
        return list(value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return value


def print_json(value: Any) -> None:
    """One JSON value on standard output."""
    click.echo(json.dumps(value, ensure_ascii=False, default=plain))
