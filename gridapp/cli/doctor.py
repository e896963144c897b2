"""gridapp doctor, gridapp county doctor: is everything that is kept sound?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

import click

from gridapp.checkup import Result
from gridapp.cli.options import (
    as_json,
    opened,
    print_json,
    server_folder,
    vault_options,
)
from gridapp.language import tr


@click.command("doctor")
@vault_options
@as_json
@click.pass_context
def doctor(
    ctx: click.Context, data: Path, password_file: Path | None, as_json: bool
) -> None:
    """检查本机的数据是否完整，只看不改。"""
    from gridapp.store.doctor import examined

    with opened(data, password_file, needs=None) as store:
        ctx.exit(_tell(examined(store), as_json=as_json))


@click.command("doctor")
@server_folder
@click.option(
    "--photos", "every_photo", is_flag=True, help=tr("核对每张照片的内容，较慢。")
)
@as_json
@click.pass_context
def county_doctor(
    ctx: click.Context, data: Path, every_photo: bool, as_json: bool
) -> None:
    """检查服务器的数据是否完整，只看不改；服务器可以开着。"""
    from gridapp.county import upkeep
    from gridapp.county.doctor import examined, facts

    with upkeep.opened(data) as county:
        known = facts(county, every_photo=every_photo)
        found = examined(county, every_photo=every_photo)
        ctx.exit(_tell(found, known, as_json=as_json))


def _tell(
    results: Iterable[Result], facts: Sequence[str] = (), *, as_json: bool
) -> int:
    """Say what was found; the exit code: 1 when something is wrong.

    facts: sentences that are said beside it and are no fault.
    """
    kept: list[Result] = []
    for one in results:
        kept.append(one)
        if as_json:
            continue
        if not one.faults:
            click.echo(tr("正常：{sentence}", sentence=one.sentence))
            continue
        click.echo(
            tr(
                "不对：{sentence}（{count} 处）",
                sentence=one.sentence,
                count=one.faults,
            )
        )
        for fault in one.told:
            click.echo(f"\t{fault}")
    for fact in () if as_json else facts:
        click.echo(tr("说明：{fact}", fact=fact))
    wrong = any(one.faults for one in kept)
    if as_json:
        checks = [asdict(one) for one in kept]
        print_json({"sound": not wrong, "checks": checks, "facts": list(facts)})
    elif wrong:
        click.echo(tr("数据有不对的地方，请先备份数据文件夹，再联系技术人员"))
    else:
        click.echo(tr("数据完好"))
    return int(wrong)
