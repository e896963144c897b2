"""gridapp package, gridapp county package: sync by a stick, without any network."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gridapp.cli.commands import Group
from gridapp.cli.options import (
    as_json,
    opened,
    print_json,
    server_folder,
    vault_options,
    warn_in_the_open,
)
from gridapp.county import upkeep
from gridapp.errors import UserError
from gridapp.language import tr

if TYPE_CHECKING:
    from gridapp.county.packages import Taken

_CODE = tr("登记码")
_CODE_HELP = tr("county enrol 给的登记码；也可以用环境变量 GRIDAPP_CODE。")


@click.group("package", cls=Group)
def package() -> None:
    """没有网络时用 U 盘上报：导出数据包，交给县里，再导入县里的答复。"""


@package.command("export")
@click.argument(
    "target", metavar=tr("文件夹或文件"), type=click.Path(path_type=Path, exists=False)
)
@vault_options
@as_json
def export(target: Path, data: Path, password_file: Path | None, as_json: bool) -> None:
    """把还没上报的改动导出成一个数据包，只有县级服务器能打开。"""
    from gridapp.sync.stick import export_to

    with opened(data, password_file, needs=None) as store:
        file = export_to(store, target)
    if as_json:
        print_json({"file": str(file)})
    else:
        click.echo(tr("已导出：{file}", file=file))


@package.command("import")
@click.argument(
    "file",
    metavar=tr("文件"),
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@vault_options
@as_json
def import_(file: Path, data: Path, password_file: Path | None, as_json: bool) -> None:
    """导入县里对数据包的答复。"""
    from gridapp.sync.stick import LET_IN, import_from

    with opened(data, password_file, needs=None) as store:
        report = import_from(store, file)
    if as_json:
        print_json(asdict(report))
        return
    if report.let_in:
        click.echo(LET_IN)
        return
    click.echo(
        tr(
            "县里收到 {pushed} 条，下载 {pulled} 条，{held} 条等您决定",
            pushed=report.pushed,
            pulled=report.pulled,
            held=report.held,
        )
    )
    if report.again:
        click.echo(tr("导出之后又有新的改动，请再导出一次，其余的随下一份答复来"))


@package.command("join")
@click.argument(
    "file",
    metavar=tr("文件"),
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@vault_options
@click.option("--code", envvar="GRIDAPP_CODE", help=_CODE_HELP)
def join(file: Path, data: Path, password_file: Path | None, code: str | None) -> None:
    """没有网络时登记：收下县里给的登记文件，接着导出一个请求交给县里。"""
    from gridapp.sync import enrolment_file, package_join, prepared

    ready = None
    if enrolment_file.is_one(file):
        ready = enrolment_file.usable(file)
    else:
        package_join.check(file)
    with opened(data, password_file, needs=None) as store:
        package_join.check_new(store)
        if ready is None:
            package_join.accept(store, file, _given(code, _CODE))
        else:
            typed = _given(code, tr("登记口令")) if ready.said.pin else ""
            prepared.accept(store, ready, prepared.number_of(ready, typed))
    click.echo(tr("登记文件已收下。请导出一个数据包交给县里，再导入县里的答复"))


def _given(code: str | None, words: str) -> str:
    """The code, asked for when it was not given; UserError where nobody can type."""
    try:
        return code if code is not None else click.prompt(words)
    except click.Abort:
        if sys.stdin.isatty():
            raise
        raise UserError(
            tr("这里不能输入{what}，请写 --code，或设环境变量 GRIDAPP_CODE", what=words)
        ) from None


@click.command("invite")
@server_folder
@click.option("--code", envvar="GRIDAPP_CODE", prompt=_CODE, help=_CODE_HELP)
@click.option("--url", required=True, help=tr("以后有网络时连服务器的地址。"))
@click.option(
    "--out",
    required=True,
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    help=tr("登记文件放进哪个文件夹，通常就是 U 盘。"),
)
@click.option(
    "--ca",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=tr("县里自己的 CA 证书文件（PEM），写进登记文件。"),
)
def invite(data: Path, code: str, url: str, out: Path, ca: Path | None) -> None:
    """给没有网络的电脑写一个登记文件；登记码另外告诉本人，不要放在一起。"""
    from gridapp.county import invitations
    from gridapp.sync import trust

    warn_in_the_open(url)
    given = trust.read(ca) if ca is not None else ""
    with upkeep.opened(data) as county:
        file = invitations.invite(county, code, out, url, given)
    click.echo(tr("已写好：{file}", file=file))


@click.command("keys")
@server_folder
@click.option("--rotate", is_flag=True, help=tr("换一对新的；旧的留着读路上的数据包。"))
@as_json
def county_keys(data: Path, rotate: bool, as_json: bool) -> None:
    """数据包的密钥：有几对，正在用的是哪一对。换过以后请重启服务器。"""
    from gridapp.county import keys

    with upkeep.opened(data) as county:
        ring = keys.rotate(county.folder) if rotate else county.keys
    ids = [one.id.hex() for one in ring.pairs]
    if as_json:
        print_json({"current": ids[-1], "older": ids[:-1]})
    else:
        click.echo(
            tr(
                "正在用：{current}；旧的 {count} 对",
                current=ids[-1],
                count=len(ids) - 1,
            )
        )


@click.command("package")
@click.argument(
    "files",
    metavar=tr("文件…"),
    nargs=-1,
    required=True,
    type=click.Path(exists=True, path_type=Path),
)
@server_folder
@click.option(
    "--out",
    required=True,
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    help=tr("答复放进哪个文件夹，通常就是 U 盘。"),
)
@as_json
@click.pass_context
def county_package(
    ctx: click.Context, files: Sequence[Path], data: Path, out: Path, as_json: bool
) -> None:
    """收下网格员用 U 盘送来的数据包，写出答复。文件夹里的数据包会全部收下。"""
    from gridapp.county import packages

    with upkeep.opened(data) as county:
        found = packages.take_in_all(county, packages.in_each(files), out)
    if as_json:
        print_json([asdict(one) for one in found])
    else:
        for one in found:
            click.echo(f"{one.file}\t{_told(one)}")
        click.echo(tr("共 {count} 个数据包", count=len(found)), err=True)
    if any(one.code not in ("", "older") for one in found):
        ctx.exit(1)


def _told(one: Taken) -> str:
    """What became of one file."""
    if one.code:
        return one.sentence
    words = {
        "taken": one.taken,
        "held": one.held,
        "sent": one.sent,
        "answer": Path(one.answer).name,
    }
    if one.enrolled:
        return tr("这台电脑登记好了，答复：{answer}", **words)
    if one.again:
        return tr("早已收下，当时的答复又写了一份：{answer}", **words)
    return tr(
        "收下 {taken} 条，{held} 处要本人决定，答复里有 {sent} 条：{answer}", **words
    )
