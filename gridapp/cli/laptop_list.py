"""A list of laptops as people write it, for `gridapp county prepare`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from gridapp.cli.headed_rows import rows_of
from gridapp.county.preparing import Wanted
from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models import Worker, codes
from gridapp.models.record import field_of

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
_OF_A_LAPTOP = frozenset({"worker", "grids", "area", "computer"})
_BETWEEN = re.compile(r"[\s,，、;；/]+")


def wanted_in(file: Path) -> Iterator[Wanted]:
    """The laptops of a list; UserError with a line for each row that is wrong."""
    headings = {word: field for field, words in _COLUMNS.items() for word in words}
    wrong: list[str] = []
    found: list[Wanted] = []
    for number, texts in rows_of(file, headings, "worker"):
        if not _OF_A_LAPTOP.intersection(texts):
            continue  # a total below the list
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
        tuple(one for one in _BETWEEN.split(_half(texts, "grids")) if one),
        texts.get("grid_name", ""),
        _half(texts, "area") or None,
        None if role is None else _role(role),
        " ".join(phones),
        _half(texts, "computer"),
    )


def _half(texts: Mapping[str, str], field: str) -> str:
    """A code with its full-width digits and letters made half (UAX #15)."""
    return unicodedata.normalize("NFKC", texts.get(field, ""))


def _role(text: str) -> str:
    """The code of a role, as people write it or as a code."""
    known = codes.table("worker_role")
    return text if text in known.codes else field_of(Worker, "role").parse(text)
