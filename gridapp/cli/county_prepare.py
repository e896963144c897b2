"""gridapp county prepare: enrolment files for all laptops of a list."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import click

from gridapp import durable
from gridapp.cli.headed_rows import rows_of
from gridapp.cli.options import as_json, print_json, server_folder
from gridapp.county import preparing, upkeep
from gridapp.county.preparing import Made, Wanted
from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models import Worker, codes
from gridapp.models.record import field_of
from gridapp.sync import pin

_COLUMNS: Mapping[str, Sequence[str]] = {
    "worker": (
        "姓名",
        "网格员",
        "网格员姓名",
        "工作人员",
        "工作人员姓名",
        "使用人",
        "名字",
    ),
    "grids": ("网格编码", "网格代码", "网格号", "网格编号", "所属网格编码"),
    "grid_name": ("网格名称", "网格名", "所属网格", "网格"),
    "area": ("区划代码", "管辖区划"),
    "role": ("岗位", "角色", "职务", "身份"),
    "phones": (
        "手机号码",
        "手机号",
        "手机",
        "电话",
        "联系电话",
        "联系方式",
        "电话号码",
    ),
    "computer": ("电脑名", "计算机名", "电脑名称", "设备名称"),
}
_BETWEEN = re.compile(r"[\s,，、;；/]+")


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
    help=tr("登记文件几天内有效，默认 14 天；不用口令时默认也是最多 7 天。"),
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
    people = list(wanted_in(file))
    with upkeep.opened(data) as county:
        made = preparing.prepare(
            county,
            people,
            url.strip(),
            out,
            ca=_certificates(ca),
            days=usual if days is None else days,
            pins=not no_pin,
        )
    if pins is not None:
        durable.write_whole(pins, _table(made))
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


def _certificates(ca: Path | None) -> str:
    from gridapp.sync import trust

    return trust.read(ca) if ca is not None else ""


def wanted_in(file: Path) -> Iterator[Wanted]:
    """The laptops of a list; UserError with a line for each row that is wrong."""
    headings = {word: field for field, words in _COLUMNS.items() for word in words}
    wrong: list[str] = []
    found: list[Wanted] = []
    for number, texts in rows_of(file, headings, "worker"):
        try:
            found.append(_wanted(number, texts))
        except ValueError as error:
            wrong.append(tr("第 {row} 行：{fault}", row=number, fault=error))
    if wrong:
        raise UserError("\n".join([tr("没有生成任何文件，请先改好这些行："), *wrong]))
    if not found:
        raise UserError(
            tr("{name} 里没有人，请在标题下面一行写一台电脑", name=file.name)
        )
    yield from found


def _wanted(number: int, texts: Mapping[str, str]) -> Wanted:
    """One row; ValueError with what is wrong about it."""
    name = texts.get("worker", "")
    if not name:
        raise ValueError(tr("没有姓名"))
    phones = field_of(Worker, "phones").parse(texts.get("phones", "")) or ()
    role = texts.get("role")
    return Wanted(
        number,
        name,
        tuple(one for one in _BETWEEN.split(texts.get("grids", "")) if one),
        texts.get("grid_name", ""),
        texts.get("area"),
        None if role is None else _role(role),
        " ".join(phones),
        texts.get("computer", ""),
    )


def _role(text: str) -> str:
    """The code of a role, as people write it or as a code."""
    known = codes.table("worker_role")
    return text if text in known.codes else field_of(Worker, "role").parse(text)


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
    if pins is not None:
        words = tr(
            "登记口令：{pins}。打电话或当面告诉本人，不要随文件一起发", pins=pins
        )
        click.echo(words, err=True)
    elif not any(one.pin for one in made):
        words = tr("没有用口令：文件丢了就等于登记码丢了，请用 county codes 作废")
        click.echo(words, err=True)
