"""gridapp county: who gets in, with which grids; stopping and locking a laptop."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from gridapp.cli.commands import Group
from gridapp.cli.options import (
    as_json,
    id_of,
    print_json,
    server_folder,
    tell_new_grids,
)
from gridapp.county import access, acts, browsers, locks, org, upkeep, workers
from gridapp.county import codes as enrolment_codes
from gridapp.language import tr
from gridapp.models import codes

_DEVICE = click.argument("device", metavar=tr("设备编号"))
_AREA = tr("区划代码：社区 12 位、乡镇街道 9 位、县级 6 位；以后新开的网格也算在内。")


def split(text: str) -> list[str]:
    """The codes of grids in what was typed with commas between them."""
    plain = unicodedata.normalize("NFKC", text)  # digits and commas of full width
    return [one.strip() for one in re.split("[,、;]", plain) if one.strip()]


def role_name(role: str) -> str:
    """A role as people say it."""
    return codes.table("worker_role").name(role)


@click.command("enrol")
@server_folder
@click.option("--grid", "grids", default="", help=tr("网格编码，多个用逗号分开。"))
@click.option("--area", help=_AREA)
@click.option("--worker", required=True, help=tr("工作人员的姓名或编号。"))
@click.option("--role", help=tr("岗位代码；不填时沿用原来的，新人是 worker。"))
@click.option("--new-worker", is_flag=True, help=tr("是另一位同名的人。"))
@click.option(
    "--browser", is_flag=True, help=tr("给浏览器：只看统计网页，不给居民记录。")
)
@as_json
def enrol(
    data: Path,
    grids: str,
    area: str | None,
    worker: str,
    role: str | None,
    new_worker: bool,
    browser: bool,
    as_json: bool,
) -> None:
    """生成一次性的登记码；没有的网格会建立。"""
    invite = browsers.invite if browser else access.invite
    with upkeep.opened(data) as county:
        new = org.missing(county, split(grids))
        made = invite(
            county, split(grids), worker, role, area=area, new_worker=new_worker
        )
    if as_json:
        print_json(
            {
                "code": made.code,
                "worker_id": str(made.worker_id),
                "role": made.role,
                "known": made.known,
                "new_grids": new,
            }
        )
        return
    click.echo(tr("登记码：{code}（7 天内有效，只能用一次）", code=made.code))
    tell_new_grids(new)
    if browser:
        click.echo(tr("用浏览器打开县级服务器的地址，填这个登记码，就能看统计"))
    elif made.known:
        click.echo(
            tr(
                "给已登记的{role}{worker}再加一台电脑",
                role=role_name(made.role),
                worker=made.worker,
            )
        )


@click.command("codes")
@server_folder
@click.option("--cancel", metavar=tr("编号"), help=tr("作废一个还没用的登记码。"))
@as_json
def codes_command(data: Path, cancel: str | None, as_json: bool) -> None:
    """还没用、还没过期的登记码；登记码本身只在生成时显示一次。"""
    with upkeep.opened(data) as county:
        if cancel is not None:
            enrolment_codes.cancel_code(county, cancel)
            click.echo(tr("已作废"), err=as_json)
        found = enrolment_codes.open_codes(county)
    if as_json:
        print_json(found)
        return
    for one in found:
        click.echo(
            tr(
                "{id}\t{worker}（{role}）\t{where}\t{until:%Y-%m-%d %H:%M} 前有效",
                id=one["id"],
                worker=one["worker"],
                role=role_name(one["role"]),
                where=_where(one),
                until=_moment(one["expires_at"]),
            )
            + (tr("，给浏览器的") if one["browser"] else "")
        )
    click.echo(tr("共 {count} 个", count=len(found)), err=True)


@click.command("devices")
@server_folder
@as_json
def devices(data: Path, as_json: bool) -> None:
    """登记过的电脑：谁的、管哪些网格、有没有停用或锁定。"""
    with upkeep.opened(data) as county:
        found = upkeep.status(county)["devices"]
    if as_json:
        print_json(found)
        return
    for one in found:
        click.echo(told(one))
    click.echo(tr("共 {count} 台", count=len(found)), err=True)


def told(one: dict[str, Any]) -> str:
    """One laptop or browser in words, as `status` and `devices` say it."""
    if one["browser"]:
        return tr(
            "浏览器：{id} {worker}（{role}），看 {where} 的统计，最近打开 "
            "{seen:%Y-%m-%d %H:%M}{states}",
            id=one["id"],
            worker=one["worker"],
            role=role_name(one["role"]),
            where=_where(one),
            seen=_moment(one["seen_at"]),
            states="".join(_states(one)),
        )
    return tr(
        "电脑：{id} {worker}（{role}，{name}，{version}），{where}，最近同步 "
        "{seen:%Y-%m-%d %H:%M}，还差 {behind} 条{states}",
        id=one["id"],
        worker=one["worker"],
        role=role_name(one["role"]),
        name=one["name"],
        version=one["version"],
        where=_where(one),
        seen=_moment(one["seen_at"]),
        behind=one["behind"],
        states="".join(_states(one)),
    )


def _states(one: dict[str, Any]) -> Iterator[str]:
    if one["update_failed"]:
        version = one["update_failed"].split()[0]
        yield tr("，更新到 {version} 没有成功", version=version)
    if one["revoked"]:
        yield tr("，已停用")
    if one["lock_asked_at"]:
        yield (
            tr("，已锁定（电脑已确认）")
            if one["lock_done_at"]
            else tr("，已要求锁定，电脑还没有联网确认")
        )
    elif one["lock_done_at"]:
        yield tr("，已撤回锁定，电脑还没有用解锁码打开")


def _where(one: dict[str, Any]) -> str:
    parts = list(one["grids"])
    if one["area"]:
        parts.insert(0, tr("{area} 全部网格", area=one["area"]))
    return tr("、").join(parts) or tr("没有网格")


def _moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).astimezone()


@click.command("grids")
@server_folder
@_DEVICE
@click.option("--add", default="", help=tr("加上这些网格，多个用逗号分开。"))
@click.option("--remove", default="", help=tr("去掉这些网格，多个用逗号分开。"))
@click.option("--area", help=tr("换成这个区划代码；写成空的表示不要。"))
def grids_command(
    data: Path, device: str, add: str, remove: str, area: str | None
) -> None:
    """改一台电脑管的网格，不用重新登记；去掉的网格，没上传的改动会先传上来。"""
    with upkeep.opened(data) as county:
        new = org.missing(county, split(add))
        access.change_grids(
            county, id_of(device), add=split(add), remove=split(remove), area=area
        )
    tell_new_grids(new)
    click.echo(tr("已改，下次同步时生效"))


@click.command("revoke")
@server_folder
@_DEVICE
def revoke(data: Path, device: str) -> None:
    """停用一台电脑：从现在起不能同步，它的数据和没上传的改动都还在它上面。"""
    with upkeep.opened(data) as county:
        access.revoke(county, id_of(device))
    click.echo(tr("已停用"))


@click.command("lock")
@server_folder
@_DEVICE
def lock(data: Path, device: str) -> None:
    """丢了的电脑：它下次联网时锁上数据，密码也打不开；数据不会删除。"""
    with upkeep.opened(data) as county:
        locks.ask(county, id_of(device))
    click.echo(tr("已要求锁定；电脑确认后，在 gridapp county devices 里看得到"))


@click.command("unlock")
@server_folder
@_DEVICE
@as_json
def unlock(data: Path, device: str, as_json: bool) -> None:
    """撤回锁定，生成解锁码：在那台电脑上联网输入，密码就又能打开数据。"""
    with upkeep.opened(data) as county:
        code = locks.lift(county, id_of(device))
    if as_json:
        print_json({"code": code})
    else:
        click.echo(tr("解锁码：{code}（7 天内有效，只用于这台电脑）", code=code))


@click.group("worker", cls=Group, invoke_without_command=True)
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help=tr("服务器的数据文件夹，必填。"),
)
@as_json
@click.pass_context
def worker(ctx: click.Context, data: Path | None, as_json: bool) -> None:
    """工作人员：编号、岗位、有几台电脑。"""
    if ctx.invoked_subcommand is not None:
        return
    if data is None:
        raise click.MissingParameter(
            ctx=ctx, param_hint="'--data'", param_type="option"
        )
    with upkeep.opened(data) as county:
        found = workers.listed(county)
    if as_json:
        print_json(found)
        return
    for one in found:
        click.echo(
            tr(
                "{id}\t{name}\t{role}\t{grid}\t{devices} 台电脑",
                id=one["id"],
                name=one["name"],
                role=role_name(one["role"]),
                grid=one["grid"],
                devices=one["devices"],
            )
            + (tr("，登记码还没有用") if one["waiting"] else "")
        )
    click.echo(tr("共 {count} 人", count=len(found)), err=True)


@worker.command("role")
@server_folder
@click.argument("worker_id", metavar=tr("工作人员编号"))
@click.argument("role", metavar=tr("岗位代码"))
def role_command(data: Path, worker_id: str, role: str) -> None:
    """改一个人的岗位，随同步传到各台电脑。"""
    with upkeep.opened(data) as county:
        workers.change_role(county, id_of(worker_id), role)
    click.echo(tr("已改为{role}", role=role_name(role)))


@click.command("acts")
@server_folder
@as_json
def acts_command(data: Path, as_json: bool) -> None:
    """在服务器上做过的登记、停用、锁定和改动，最近的在前。"""
    with upkeep.opened(data) as county:
        found = acts.listed(county)
    if as_json:
        print_json(found)
        return
    for one in found:
        words = (one["by"], one["what"], one["subject"], one["detail"])
        click.echo("\t".join([f"{_moment(one['at']):%Y-%m-%d %H:%M:%S}", *words]))
    click.echo(tr("共 {count} 条", count=len(found)), err=True)
