"""gridapp recover, gridapp county recover: the county helps who forgot a password."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from gridapp.cli.county_access import role_name
from gridapp.cli.options import (
    as_json,
    data_folder,
    new_password,
    new_password_of,
    print_json,
    server_folder,
)
from gridapp.language import tr


@click.command("recover")
@click.argument(
    "file", metavar=tr("文件或文件夹"), type=click.Path(path_type=Path, exists=False)
)
@data_folder
@click.option("--name", help=tr("谁忘了密码；只有一个用户时不用填。"))
@new_password
@as_json
def recover(
    file: Path,
    data: Path,
    name: str | None,
    new_password_file: Path | None,
    as_json: bool,
) -> None:
    """忘了密码：写一份申请交给县里；或收下县里的答复（.gridkey），设新密码。"""
    from gridapp.store import recovery
    from gridapp.sync.recovery import is_answer

    if file.is_file() and is_answer(file):
        user = recovery.take(data, file, new_password_of(new_password_file))
        if as_json:
            print_json({"name": user.shown})
        else:
            click.echo(tr("{name}的新密码设好了，请用新密码打开", name=user.shown))
        return
    written = recovery.ask(data, file, name)
    if as_json:
        print_json({"file": str(written.file), "code": written.code})
        return
    click.echo(tr("申请写好了：{file}", file=written.file))
    click.echo(
        tr("核对码：{code}（把文件交给县里，再打电话念这个码）", code=written.code)
    )


@click.command("recover")
@click.argument(
    "file",
    metavar=tr("申请文件"),
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@server_folder
@click.option("--code", help=tr("本人在电话里念的核对码。"))
@click.option("--purpose", help=tr("原因和怎么核对的本人，5 到 200 字，会留痕。"))
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help=tr("答复放进哪个文件夹，通常就是 U 盘；不填时和申请放在一起。"),
)
@as_json
def county_recover(
    file: Path,
    data: Path,
    code: str | None,
    purpose: str | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """有人忘了密码：核对本人以后，答复电脑写的申请。数据不离开那台电脑。"""
    from gridapp.county import recovery, upkeep

    with upkeep.opened(data) as county:
        asked = recovery.look(county, file)
        one = asked.device
        who = asked.request.name or one["worker"]
        if not as_json:
            click.echo(
                tr(
                    "电脑：{id}（{name}），登记给{role}{worker}，{grids}",
                    id=one["id"],
                    name=one["name"],
                    role=role_name(one["role"]),
                    worker=one["worker"],
                    grids=tr("、").join([*one["grids"], one["area"]]).strip(tr("、")),
                )
            )
            click.echo(tr("忘了密码的用户：{name}", name=who))
        code, purpose = _said(code, purpose)
        answer = recovery.answer(county, file, code, purpose, out or file.parent)
    if as_json:
        print_json({"file": str(answer), "device": one["id"], "name": who})
    else:
        click.echo(tr("答复写好了：{answer}。它只对这一份申请有用", answer=answer))


def _said(code: str | None, purpose: str | None) -> tuple[str, str]:
    """The check code and the purpose, typed now where somebody can."""
    if (code is None or purpose is None) and not sys.stdin.isatty():
        raise click.UsageError(
            tr(
                "先按登记的号码打给本人，请他念屏幕上的核对码，再写 "
                "--code 核对码 --purpose 原因"
            )
        )
    if code is None:
        code = click.prompt(tr("本人念的核对码"), type=str)
    if purpose is None:
        purpose = click.prompt(tr("原因和怎么核对的本人"), type=str)
    return code, purpose
