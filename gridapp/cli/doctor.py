"""gridapp doctor, gridapp county doctor: is everything that is kept sound?"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    from gridapp.store.doctor_repair import Mended
    from gridapp.store.vault import Store


@click.command("doctor")
@vault_options
@click.option("--audit", is_flag=True, help=tr("只核对流水和留痕封存后有没有人动过。"))
@click.option("--repair", is_flag=True, help=tr("能修的都修好，再检查一遍。"))
@click.option("--program", is_flag=True, help=tr("只检查程序本身，不打开数据。"))
@as_json
@click.pass_context
def doctor(
    ctx: click.Context,
    data: Path,
    password_file: Path | None,
    audit: bool,
    repair: bool,
    program: bool,
    as_json: bool,
) -> None:
    """检查本机的数据是否完整；不写 --repair 就只看不改。"""
    from gridapp.store import doctor_repair

    if program and (audit or repair):
        raise click.UsageError(tr("--program 只检查程序，不能和别的检查同用"))
    if program:
        ctx.exit(_of_program(data, as_json=as_json))
    if audit and repair:
        raise click.UsageError(tr("--audit 只看不改，不能和 --repair 同用"))
    with opened(data, password_file, needs=None) as store:
        if audit:
            ctx.exit(_audit(store, as_json=as_json))
        mended: list[Mended] = []
        if repair:
            mended = list(doctor_repair.repair(store))
        found = doctor_repair.checked(store)
        mendable = doctor_repair.MENDABLE
        ctx.exit(_tell(found, mended=mended, mendable=mendable, as_json=as_json))


def _of_program(data: Path, *, as_json: bool) -> int:
    """Say whether the program's own parts work; the exit code."""
    from gridapp import __version__, selfcheck

    return _tell(
        selfcheck.checked(data),
        [tr("网格日志 {version}", version=__version__)],
        sound=tr("程序完好"),
        unsound=tr("程序有不对的地方，请照上面说的做"),
        as_json=as_json,
    )


def _audit(store: Store, *, as_json: bool) -> int:
    """Say whether the chain holds and where it ends; the exit code."""
    from gridapp.store import audit

    with store.reading() as db:
        span = audit.span(db)
        faults = [audit.in_words(db, one) for one in audit.breaks(db)]
    end = audit.code(span.head) if span.head else ""
    if as_json:
        answer = {"links": span.links, "rows": span.rows, "disclosures": span.told}
        print_json({"sound": not faults, **answer, "end": end, "faults": faults})
        return int(bool(faults))
    for one in faults:
        click.echo(tr("不对：{fault}", fault=one))
    click.echo(
        tr(
            "流水 {rows:,} 条、留痕 {told:,} 条，封存 {links:,} 节，末节校验码 {end}",
            rows=span.rows,
            told=span.told,
            links=span.links,
            end=end,
        )
    )
    if faults:
        click.echo(tr("封存之后有人动过。请不要再改动这份数据，联系县里的技术人员"))
    else:
        click.echo(tr("封存之后没有人动过"))
    return int(bool(faults))


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
    results: Iterable[Result],
    facts: Sequence[str] = (),
    *,
    mended: Sequence[Mended] = (),
    mendable: Collection[str] = (),
    sound: str = tr("数据完好"),
    unsound: str = tr("数据有不对的地方，请先备份数据文件夹，再联系技术人员"),
    as_json: bool,
) -> int:
    """Say what was found; the exit code: 1 when something is wrong.

    facts: sentences that are said beside it and are no fault. mended: what a repair
    did before. mendable: names of checks whose faults it may mend. sound, unsound: the
    last words.
    """
    kept: list[Result] = []
    for one in () if as_json else mended:
        said = {"words": one.words}
        click.echo(
            tr("已修复：{words}", **said) if one.done else tr("没有修：{words}", **said)
        )
    for one in results:
        kept.append(one)
        if not as_json:
            _say(one, mendable)
    for fact in () if as_json else facts:
        click.echo(tr("说明：{fact}", fact=fact))
    wrong = any(one.unsound for one in kept)
    if as_json:
        answer = {"sound": not wrong, "checks": [asdict(one) for one in kept]}
        done = [asdict(one) for one in mended]
        print_json({**answer, "facts": list(facts), "mended": done})
    elif wrong:
        click.echo(unsound)
    else:
        click.echo(sound)
    return int(wrong)


def _say(one: Result, mendable: Collection[str]) -> None:
    if not one.faults:
        click.echo(tr("正常：{sentence}", sentence=one.sentence))
        return
    words = {"sentence": one.sentence, "count": one.faults}
    if one.advice:
        click.echo(tr("注意：没有做到“{sentence}”", **words))
    else:
        click.echo(tr("不对：{sentence}（{count} 处）", **words))
    for fault in one.told:
        click.echo(f"\t{fault}")
    if one.remedy:
        click.echo("\t" + tr("怎么办：{remedy}", remedy=one.remedy))
    elif one.name in mendable:
        click.echo("\t" + tr("怎么办：用 gridapp doctor --repair 修复"))
