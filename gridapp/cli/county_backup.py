"""gridapp county backup, restore, upgrade, epoch: for whoever runs the server."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import click
import msgspec

from gridapp.cli.options import as_json, print_json, server_folder
from gridapp.county import backup, moving, photo_copies, rejoin, upkeep
from gridapp.county.backup import Manifest
from gridapp.county.store import schema_of
from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.migrations import HEAD, refuse_newer

_PASSPHRASE = "GRIDAPP_BACKUP_PASSWORD"  # noqa: S105  (the name of the variable)
_file = click.argument(
    "file", metavar=tr("文件"), type=click.Path(dir_okay=False, path_type=Path)
)
_photos = click.option(
    "--photos",
    type=click.Path(file_okay=False, path_type=Path),
    help=tr("照片另存的文件夹，只复制那里还没有的。"),
)


@click.command("backup")
@server_folder
@_file
@_photos
@click.option(
    "--keys",
    is_flag=True,
    help=tr("把数据包的密钥用口令封好放进备份；口令取自 {name}，没有就问。").format(
        name=_PASSPHRASE
    ),
)
@click.option("--verify", is_flag=True, help=tr("写完后再从头读一遍核对。"))
@as_json
def make_backup(
    data: Path,
    file: Path,
    photos: Path | None,
    keys: bool,
    verify: bool,
    as_json: bool,
) -> None:
    """把服务器的数据备份成一个文件，服务器可以照常运行。"""
    passphrase = _passphrase(confirm=True) if keys else None
    with upkeep.opened(data) as county:
        found = backup.make(county, file, passphrase)
        copied = None
        if photos is not None:
            copied = photo_copies.copy(data / photo_copies.FOLDER, photos)
    if verify:
        with backup.Backup(file) as made:
            made.verify()
    if as_json:
        more = {"photos_copied": copied.new} if copied else {}
        print_json({**msgspec.to_builtins(found), **more, "verified": verify})
        return
    click.echo(tr("已备份：{file}", file=file))
    _tell(found)
    if copied is not None:
        click.echo(tr("照片：新复制 {new} 个文件，原有 {there} 个", **_numbers(copied)))
    elif found.photos:
        click.echo(tr("照片不在备份文件里，请加 --photos 另存"))
    if verify:
        click.echo(tr("已核对：能读出，条数一致"))


def _numbers(copied: photo_copies.Copied) -> dict[str, int]:
    return {"new": copied.new, "there": copied.there}


@click.command("restore")
@server_folder
@_file
@click.option(
    "--database",
    envvar="GRIDAPP_DATABASE",
    help=tr("一个空的 PostgreSQL 数据库的地址；也可写在 GRIDAPP_DATABASE 里。"),
)
@_photos
@click.option("--keys", is_flag=True, help=tr("恢复备份里的密钥，需要备份口令。"))
@click.option("--dry-run", is_flag=True, help=tr("只核对，说出里面有什么。"))
@as_json
def restore_backup(
    data: Path,
    file: Path,
    database: str | None,
    photos: Path | None,
    keys: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """用备份在空文件夹里重建服务器；各台电脑下次同步时会自己补上缺的。"""
    lost = 0
    if dry_run:
        with backup.Backup(file) as found_backup:
            found_backup.verify()
            found = found_backup.manifest
    else:
        passphrase = _passphrase(confirm=False) if keys else None
        found = backup.restore(file, data, database, passphrase, photos)
        with upkeep.opened(data) as county:
            lost = photo_copies.forget_lost(county)
    if as_json:
        more = {"restored": not dry_run, "photos_missing": lost}
        print_json({**msgspec.to_builtins(found), **more})
        return
    _tell(found)
    if dry_run:
        click.echo(tr("备份完好，没有改动任何东西"))
        return
    click.echo(tr("已恢复到：{data}", data=data))
    if lost:
        click.echo(tr("缺 {lost} 张照片，各台电脑会重新上传", lost=lost))
    if not keys:
        click.echo(tr("没有恢复密钥，已换新的：恢复前导出、还没交的数据包要重新导出"))


def _tell(found: Manifest) -> None:
    made = dt.datetime.fromisoformat(found.made_at).astimezone()
    click.echo(
        tr(
            "数据：{made:%Y-%m-%d %H:%M} 的 {database}，结构 {schema}，"
            "共 {rows} 行，照片 {photos} 张",
            made=made,
            database=found.database,
            schema=found.schema,
            rows=sum(found.rows.values()),
            photos=found.photos,
        )
    )
    click.echo(tr("密钥：用口令封在备份里") if found.keys else tr("密钥：不在备份里"))


def _passphrase(*, confirm: bool) -> str:
    given = os.environ.get(_PASSPHRASE)
    if given:
        return given
    return click.prompt(
        tr("备份口令"), hide_input=True, confirmation_prompt=confirm, type=str
    )


@click.command("upgrade")
@server_folder
@click.option("--check", is_flag=True, help=tr("只看要不要升级，不改动数据。"))
@as_json
def upgrade(data: Path, check: bool, as_json: bool) -> None:
    """把数据库升级到这个程序的版本；serve 启动时也会自己做。"""
    before = schema_of(data)
    refuse_newer(before)
    if not check:
        with upkeep.opened(data):
            pass
    after = schema_of(data)
    if as_json:
        print_json({"before": before, "after": after, "program": HEAD})
    elif after == HEAD:
        click.echo(tr("数据库已是最新（{after}）", after=after))
    if after != HEAD:
        raise UserError(
            tr(
                "数据库是 {after}，程序要 {head}：请先备份，再运行 county upgrade",
                after=after,
                head=HEAD,
            )
        )


@click.command("epoch")
@server_folder
def epoch(data: Path) -> None:
    """数据库用别的办法恢复过或切换到备机后运行：让各台电脑重新核对。"""
    with upkeep.opened(data) as county, county.writing() as db:
        rejoin.new_epoch(db)
    click.echo(tr("已记下。请重启服务器；各台电脑下次同步时会自己补上缺的"))


@click.command("move")
@server_folder
@click.option(
    "--database",
    envvar="GRIDAPP_DATABASE",
    required=True,
    help=tr("一个空的 PostgreSQL 数据库的地址；也可写在 GRIDAPP_DATABASE 里。"),
)
@as_json
def move(data: Path, database: str, as_json: bool) -> None:
    """把文件夹里的 SQLite 整个搬进 PostgreSQL；先停止服务。各台电脑照常同步。"""
    moved = moving.move(data, database)
    if as_json:
        print_json({"rows": moved, "again": not moved})
    elif moved:
        click.echo(
            tr(
                "已搬进 PostgreSQL：{tables} 张表，{rows} 行，逐行核对一致",
                tables=len(moved),
                rows=sum(moved.values()),
            )
        )
        click.echo(
            tr(
                "可以启动服务了。原来的文件改名为 {name}，不再使用；"
                "备份过 PostgreSQL 以后可以删掉",
                name=moving.BEFORE,
            )
        )
    else:
        click.echo(tr("以前已经搬好了，可以启动服务"))
