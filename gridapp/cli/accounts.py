"""gridapp passwd, gridapp worker: who may open a vault, and their passwords."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import click

from gridapp.cli.commands import Group
from gridapp.cli.options import (
    as_json,
    data_folder,
    new_password,
    new_password_of,
    opened,
    password_file,
    password_of,
    print_json,
    vault_options,
)
from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models.permissions import Act
from gridapp.store import accounts, vault

_name = click.argument("name", metavar=tr("姓名"))
_ROLES = click.Choice(accounts.ROLES)


@click.command("passwd")
@data_folder
@password_file
@new_password
@click.option("--name", help=tr("谁的密码；只有一个用户时不用填。"))
def passwd(
    data: Path,
    password_file: Path | None,
    new_password_file: Path | None,
    name: str | None,
) -> None:
    """修改密码。数据不用重新加密。"""
    from gridapp.store import members

    _see_that_there_is_one(data)
    old, new = password_of(password_file), new_password_of(new_password_file)
    with closing(vault.open_store(data, old, name)) as store:
        members.change_own(store, old, new)
    click.echo(tr("密码已修改"))


def _see_that_there_is_one(data: Path) -> None:
    """UserError when there is no vault, before anybody is asked for a password."""
    if not vault.exists(data):
        raise UserError(tr("{data} 里没有数据，请先用 gridapp init 建立", data=data))


@click.group("worker", cls=Group)
def worker() -> None:
    """这台电脑上的用户：各有各的密码，各有能做的事。"""


@worker.command("list")
@data_folder
@as_json
def listed(data: Path, as_json: bool) -> None:
    """有哪些用户；不用密码。"""
    _see_that_there_is_one(data)
    found = vault.accounts(data)
    if as_json:
        print_json([{"id": o.id, "name": o.name, "role": o.role} for o in found])
        return
    for one in found:
        click.echo(f"{one.shown}\t{accounts.ROLE_WORDS[one.role]}")
    click.echo(tr("共 {count} 人", count=len(found)), err=True)


@worker.command("add")
@_name
@vault_options
@click.option(
    "--role",
    type=_ROLES,
    default=accounts.WORKER,
    show_default=True,
    help=tr("worker 网格员，secretary 负责人，it 技术人员。"),
)
@new_password
def add(
    name: str,
    data: Path,
    password_file: Path | None,
    role: str,
    new_password_file: Path | None,
) -> None:
    """添加一个用户，给他一个自己的密码；由负责人或技术人员来做。"""
    from gridapp.store import members

    with opened(data, password_file, Act.ACCOUNTS) as store:
        made = members.add(store, name, role, new_password_of(new_password_file))
    role_words = accounts.ROLE_WORDS[made.role]
    click.echo(tr("已添加 {name}（{role}）", name=made.name, role=role_words))


@worker.command("change")
@_name
@vault_options
@click.option("--role", type=_ROLES, help=tr("换成这个岗位；不填时不变。"))
@new_password
def change(
    name: str,
    data: Path,
    password_file: Path | None,
    role: str | None,
    new_password_file: Path | None,
) -> None:
    """给忘了密码的人设一个新密码，也可以换岗位；由负责人或技术人员来做。"""
    from gridapp.store import members

    with opened(data, password_file, Act.ACCOUNTS) as store:
        made = members.set_password(
            store, name, new_password_of(new_password_file), role
        )
    click.echo(tr("{name}的新密码设好了", name=made.name))


@worker.command("remove")
@_name
@vault_options
def remove(name: str, data: Path, password_file: Path | None) -> None:
    """停用一个用户，并更换数据的密钥；他写过的都留着。"""
    from gridapp.store import members, rekeying

    password = password_of(password_file)
    with closing(vault.open_store(data, password)) as store:
        members.remove(store, name)
        before = store.key
    with closing(vault.open_store(data, password)) as store:
        changed = store.key != before
        rekeying.renew_photos(store)
    click.echo(tr("已停用 {name}，他的密码打不开了", name=name))
    if not changed:
        click.echo(
            tr("别的窗口正开着这份数据，密钥在关掉以后、下次打开时更换"), err=True
        )
