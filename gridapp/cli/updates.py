"""gridapp update: take an update, see how it stands, apply it; and at the county."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from gridapp.cli.commands import Group
from gridapp.cli.county_access import split
from gridapp.cli.data_folder import data_folder
from gridapp.cli.options import (
    as_json,
    opened,
    password_file,
    print_json,
    server_folder,
)
from gridapp.county import updates as county_updates
from gridapp.county import upkeep
from gridapp.county.updates import Offer
from gridapp.errors import UserError
from gridapp.language import language, tr
from gridapp.update import applying
from gridapp.update.file import Head
from gridapp.update.program import Program, here, release_keys
from gridapp.update.staged import Updates

_FILE = click.argument(
    "file", type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
_GRIDS = click.option(
    "--grid", "grids", default="", help=tr("先只给这些网格，逗号分开。")
)
_SHARE = click.option(
    "--share", type=int, help=tr("先只给这么多（百分之几）的电脑；不填给所有电脑。")
)


def program(ctx: click.Context) -> Program:
    """The program that is to be updated: this one, unless the caller says another."""
    return ctx.find_object(Program) or here()


@click.group("update", cls=Group)
def update() -> None:
    """更新程序：收下更新文件、看有没有等着的、现在更新。"""


@update.command("status")
@data_folder
@as_json
@click.pass_context
def status(ctx: click.Context, data: Path, as_json: bool) -> None:
    """现在的版本、等着的更新、上次更新的结果。"""
    updates = Updates(data, program(ctx))
    waits, state = updates.ready(), updates.state()
    if as_json:
        print_json(
            {
                "version": updates.program.version,
                "platform": updates.program.platform,
                "off": updates.program.refusal,
                "ready": waits.manifest.version if waits else "",
                "asked_at": state.asked_at,
                "offered": state.offered.version if state.offered else "",
                "failed": [f"{one.version} {one.code}" for one in state.failed],
                "untold": state.untold,
            }
        )
        return
    click.echo(tr("现在的版本：{version}", version=updates.program.version))
    if updates.program.refusal:
        click.echo(updates.program.refusal)
    elif waits:
        click.echo(_waits(waits))
    else:
        click.echo(tr("没有等着的更新"))
    for one in state.failed:
        why = applying.why(one.code) or tr("原因不明")
        click.echo(tr("没有更新成功：{version}（{why}）", version=one.version, why=why))


def _waits(head: Head) -> str:
    told = head.manifest
    words = tr("已放好 {version}，下次打开程序时更新", version=told.version)
    news = told.news(language())
    return tr("{words}\n{news}", words=words, news=news) if news else words


@update.command("take")
@data_folder
@_FILE
@click.pass_context
def take(ctx: click.Context, data: Path, file: Path) -> None:
    """收下一个更新文件，下次打开程序时更新。"""
    updates = Updates(data, program(ctx))
    updates.take(file)
    waits = updates.ready()
    if waits:
        click.echo(_waits(waits))


@update.command("fetch")
@data_folder
@password_file
@click.pass_context
def fetch(ctx: click.Context, data: Path, password_file: Path | None) -> None:
    """问县里有没有更新，有就取来；断了再来一次，接着取。"""
    from gridapp.sync.updates import UpdateLine

    updates = Updates(data, program(ctx))
    if updates.program.refusal:
        raise UserError(updates.program.refusal)
    with opened(data, password_file, needs=None) as store:
        line = UpdateLine.of(store, updates)
        try:
            head = line.ask()
            waits = updates.ready()
            if head is None or (waits is not None and waits.id == head.id):
                click.echo(_waits(waits) if waits else tr("县里没有更新的版本"))
                return
            while line.more(head) < head.whole:
                pass
        finally:
            line.close()
    click.echo(_waits(head))


@update.command("apply")
@data_folder
@click.pass_context
def apply(ctx: click.Context, data: Path) -> None:
    """现在更新：装好后程序会自己打开。"""
    version = applying.start(Updates(data, program(ctx)))
    click.echo(tr("正在更新到 {version}，装好后程序会自己打开", version=version))


@update.command("drop")
@data_folder
@click.pass_context
def drop(ctx: click.Context, data: Path) -> None:
    """去掉等着的更新，现在的程序不变。"""
    Updates(data, program(ctx)).drop()
    click.echo(tr("没有等着的更新了"))


@update.command("unpack")
@_FILE
@click.option(
    "--to",
    "folder",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help=tr("安装程序放到这个文件夹。"),
)
@click.pass_context
def unpack(ctx: click.Context, file: Path, folder: Path) -> None:
    """核对签名，取出里面的安装程序，显示它在哪里。"""
    click.echo(str(Updates(folder, program(ctx)).unpacked(file)))


@click.group("update", cls=Group)
def county_update() -> None:
    """给各台电脑的程序更新：发布、先给谁、撤回。"""


@county_update.command("publish")
@server_folder
@_FILE
@_GRIDS
@_SHARE
def publish(data: Path, file: Path, grids: str, share: int | None) -> None:
    """发布一个更新文件，电脑同步以后自己来取。"""
    keys = release_keys()
    with upkeep.opened(data) as county:
        made = county_updates.publish(county, file, keys, split(grids), share)
    if not keys:
        click.echo(
            tr("这份程序里没有发布者的公钥，没有核对签名；各台电脑会自己核对"),
            err=True,
        )
    click.echo(tr("已发布：{words}", words=_told(made)))


@county_update.command("offer")
@server_folder
@click.argument("version", metavar=tr("版本"))
@_GRIDS
@_SHARE
def offer(data: Path, version: str, grids: str, share: int | None) -> None:
    """改一个更新给谁：先给几个网格，没有问题再给所有电脑。"""
    with upkeep.opened(data) as county:
        changed = county_updates.offer(county, version, split(grids), share)
    for one in changed:
        click.echo(_told(one))


@county_update.command("withdraw")
@server_folder
@click.argument("version", metavar=tr("版本"))
def withdraw(data: Path, version: str) -> None:
    """撤回一个更新：还没有更新的电脑不再更新，已经更新的不变。"""
    with upkeep.opened(data) as county:
        county_updates.withdraw(county, version)
    click.echo(tr("已撤回 {version}", version=version))


@county_update.command("list")
@server_folder
@as_json
def list_command(data: Path, as_json: bool) -> None:
    """发布着的更新，各给谁，有几台电脑已经是这个版本。"""
    with upkeep.opened(data) as county:
        found = county_updates.offers(county)
        devices = upkeep.status(county)["devices"]
    if as_json:
        print_json([_as_json(one, devices) for one in found])
        return
    for one in found:
        told = _as_json(one, devices)
        click.echo(
            tr(
                "{words}；已有 {have} 台，没有更新成功 {failed} 台",
                words=_told(one),
                have=told["have"],
                failed=told["failed"],
            )
        )
    click.echo(tr("共 {count} 个", count=len(found)), err=True)


def _told(one: Offer) -> str:
    whom = [tr("网格 {code}", code=code) for code in one.grids]
    if one.share >= county_updates.EVERYBODY:
        whom = [tr("所有电脑")]
    elif one.share:
        whom.append(tr("{share}% 的电脑", share=one.share))
    made = dt.datetime.fromisoformat(one.published_at).astimezone()
    return tr(
        "{version}（{platform}），{at:%Y-%m-%d %H:%M} 发布，给{whom}",
        version=one.manifest.version,
        platform=one.manifest.platform,
        at=made,
        whom=tr("、").join(whom) or tr("谁都不给"),
    )


def _as_json(one: Offer, devices: Sequence[dict[str, Any]]) -> dict[str, Any]:
    version = one.manifest.version
    failed = [two["update_failed"].partition(" ")[0] for two in devices]
    return {
        "version": version,
        "platform": one.manifest.platform,
        "published_at": one.published_at,
        "grids": one.grids,
        "share": one.share,
        "have": sum(two["version"] == version for two in devices),
        "failed": failed.count(version),
    }


for command in (publish, offer, withdraw, list_command):
    county_update.add_command(command)
