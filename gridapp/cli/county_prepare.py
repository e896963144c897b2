"""gridapp county prepare: enrolment files for all laptops of a list."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from gridapp import durable
from gridapp.cli.laptop_list import wanted_in
from gridapp.cli.options import (
    as_json,
    print_json,
    server_folder,
    tell_new_grids,
    warn_in_the_open,
)
from gridapp.county import preparing, upkeep
from gridapp.county.preparing import Made
from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.sync import pin


@click.command("prepare")
@server_folder
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--url", required=True, help=tr("各台电脑连服务器的地址，如 https://…。"))
@click.option(
    "--out",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help=tr("登记文件放进哪个新的文件夹。"),
)
@click.option(
    "--ca",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=tr("县里自己的 CA 证书文件（PEM），写进每个登记文件。"),
)
@click.option(
    "--days",
    type=int,
    default=None,
    help=tr("登记文件几天内有效，默认 14 天；不用口令时最多 7 天，默认 7 天。"),
)
@click.option(
    "--pins",
    type=click.Path(dir_okay=False, path_type=Path),
    help=tr("登记口令写进哪个新文件（CSV），不要和登记文件放在一起；不写就显示一次。"),
)
@click.option(
    "--no-pin",
    is_flag=True,
    help=tr("不用口令：拿到文件就能登记，只在电脑当面交给本人时用。"),
)
@as_json
def prepare(
    data: Path,
    file: Path,
    url: str,
    out: Path,
    ca: Path | None,
    days: int | None,
    pins: Path | None,
    no_pin: bool,
    as_json: bool,
) -> None:
    """按人员名单成批做登记文件，一台电脑一个：装好程序，首次打开只要设密码。"""
    if pins is not None and no_pin:
        raise click.UsageError(tr("--pins 和 --no-pin 不能一起用"))
    if pins is not None:
        _check_pins(pins, out)
    usual = preparing.MOST_DAYS_ALONE if no_pin else preparing.DAYS
    warn_in_the_open(url)
    people = wanted_in(file)
    with upkeep.opened(data) as county:
        made = preparing.prepare(
            county,
            people,
            url,
            out,
            ca=_certificates(ca),
            days=usual if days is None else days,
            pins=not no_pin,
        )
    if pins is not None and not _kept(pins, made):
        pins = None
    if as_json:
        shown = [asdict(one) for one in made]
        kept = pins is not None
        print_json([one | {"pin": ""} if kept else one for one in shown])
        return
    _tell(made, out, pins)


def _check_pins(pins: Path, out: Path) -> None:
    """UserError when the numbers would lie beside the files, or over something."""
    if pins.resolve().is_relative_to(out.resolve()):
        raise UserError(
            tr("登记口令不要和登记文件放在一个文件夹里：两样都拿到的人就能登记")
        )
    if pins.exists():
        raise UserError(tr("{pins} 已经有了，请换一个文件名", pins=pins))
    if not pins.absolute().parent.is_dir():
        raise UserError(tr("找不到文件夹 {folder}", folder=pins.absolute().parent))


def _kept(pins: Path, made: Sequence[Made]) -> bool:
    """Whether the numbers are in their file; where not, they are shown, for nobody can
    have them again."""
    try:
        durable.write_whole(pins, _table(made))
    except OSError:
        words = tr(
            "{pins} 写不进去。登记口令显示在下面，只显示这一次，请记下", pins=pins
        )
        click.echo(words, err=True)
        return False
    return True


def _certificates(ca: Path | None) -> str:
    from gridapp.sync import trust

    return trust.read(ca) if ca is not None else ""


def _table(made: Sequence[Made]) -> bytes:
    """The list of numbers as a spreadsheet opens it."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(
        [tr("姓名"), tr("网格"), tr("手机号码"), tr("登记口令"), tr("文件")]
    )
    for one in made:
        number = pin.shown(one.pin)
        writer.writerow([one.worker, one.grid, one.phones, number, one.file])
    return out.getvalue().encode("utf-8-sig")


def _tell(made: Sequence[Made], out: Path, pins: Path | None) -> None:
    for one in made:
        number = pin.shown(one.pin) if pins is None and one.pin else ""
        click.echo("\t".join([one.file, one.worker, one.grid, number]).rstrip())
    click.echo(tr("共 {count} 个登记文件：{out}", count=len(made), out=out), err=True)
    tell_new_grids([one.new_grid for one in made if one.new_grid])
    for one in made:
        if one.known:
            click.echo(_known(one), err=True)
    if pins is not None:
        words = tr(
            "登记口令：{pins}。打电话或当面告诉本人，不要随文件一起发", pins=pins
        )
        click.echo(words, err=True)
    elif not any(one.pin for one in made):
        words = tr("没有用口令：文件丢了就等于登记码丢了，请用 county codes 作废")
        click.echo(words, err=True)


def _known(made: Made) -> str:
    return tr(
        "第 {row} 行的{worker}已经有电脑或登记码，这份算本人的又一台；多出来的用 "
        "gridapp county codes 作废，同名的另一位请用 county enrol --new-worker",
        row=made.row,
        worker=made.worker,
    )
