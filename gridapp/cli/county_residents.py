"""gridapp county residents: the pages where residents report, grid by grid."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from gridapp.cli.commands import Group
from gridapp.cli.options import as_json, print_json, server_folder, warn_in_the_open
from gridapp.county import residents as pages
from gridapp.county import upkeep
from gridapp.county.residents import Notice
from gridapp.language import tr
from gridapp.sync.address import checked


@click.group("residents", cls=Group)
def residents() -> None:
    """居民网页：居民用手机报修、求助、提意见，查办理情况。"""


@residents.command("open")
@server_folder
@click.option("--grid", "code", required=True, help=tr("网格编码。"))
@click.option("--url", required=True, help=tr("手机连服务器的地址，如 https://…。"))
@click.option("--who", required=True, help=tr("谁处理居民填的内容，如某某社区居委会。"))
@click.option("--phone", required=True, help=tr("居民打哪个电话找他们。"))
@click.option("--keep", required=True, help=tr("保存多久，如“办结后两年”。"))
@click.option(
    "--poster",
    type=click.Path(dir_okay=False, path_type=Path),
    help=tr("把带二维码的海报写进这个 PDF 文件。"),
)
def open_command(
    data: Path,
    code: str,
    url: str,
    who: str,
    phone: str,
    keep: str,
    poster: Path | None,
) -> None:
    """打开一个网格的居民网页，或者换掉上面写的单位、电话和保存期限。"""
    server = checked(url)
    warn_in_the_open(server)
    with upkeep.opened(data) as county:
        made = pages.open_page(county, code.strip(), Notice(who, phone, keep))
    address = pages.address(server, made.code)
    click.echo(address)
    if poster is not None:
        from gridapp.office.sheets.residents_poster import residents_poster

        call = tr(
            "也可以打电话：{who} {phone}", who=made.notice.who, phone=made.notice.phone
        )
        residents_poster(address, made.name, call, poster)
        click.echo(tr("海报已写入：{poster}", poster=poster), err=True)


@residents.command("close")
@server_folder
@click.argument("code", metavar=tr("网格编码"))
def close(data: Path, code: str) -> None:
    """关掉一个网格的居民网页；已经报来的工单都在。"""
    with upkeep.opened(data) as county:
        pages.close_page(county, code.strip())
    click.echo(tr("已关掉"))


@residents.command("list")
@server_folder
@as_json
def list_command(data: Path, as_json: bool) -> None:
    """哪些网格开着居民网页。"""
    with upkeep.opened(data) as county:
        found = pages.listed(county)
    if as_json:
        print_json([{"code": code} | msgspec.to_builtins(one) for code, one in found])
        return
    for code, one in found:
        click.echo("\t".join((code, one.who, one.phone, one.keep)))
    click.echo(tr("共 {count} 个", count=len(found)), err=True)
