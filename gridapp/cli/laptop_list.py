"""A list of laptops as people write it, for `gridapp county prepare`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from gridapp.cli.headed_rows import Row, rows_of
from gridapp.county.preparing import Wanted
from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models import Worker, codes, identity
from gridapp.models.record import field_of

T = TypeVar("T")
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
_LISTS = frozenset({"grids", "phones"})  # which may have several columns
_OF_A_LAPTOP = frozenset({"worker", "grids", "area", "computer"})
_BETWEEN = re.compile(r"[\s,，、;；/]+")


def wanted_in(file: Path) -> list[Wanted]:
    """The laptops of a list, each with what is wrong about its row.

    UserError when the list as a whole is none: no such column, nobody in it.
    """
    headings = {word: field for field, words in _COLUMNS.items() for word in words}
    found = [
        _wanted(row)
        for row in rows_of(file, headings, "worker", ("grids", "area"), _LISTS)
        if _OF_A_LAPTOP.intersection(row.cells)  # else a total below the list
    ]
    if not found:
        raise UserError(
            tr("{name} 里没有人，请在标题下面一行写一台电脑", name=file.name)
        )
    return found


def _wanted(row: Row) -> Wanted:
    faults: list[str] = []

    def read(parse: Callable[[Row], T], instead: T) -> T:
        try:
            return parse(row)
        except ValueError as error:
            faults.append(str(error))
            return instead

    phones = read(_phones, "")
    role = read(lambda row: _role(row.text("role")), None)
    grids = (one for one in _BETWEEN.split(_half(row, "grids")) if one)
    return Wanted(
        row.number,
        row.text("worker"),
        tuple(dict.fromkeys(grids)),
        row.text("grid_name"),
        _half(row, "area") or None,
        role,
        phones,
        _half(row, "computer"),
        faults,
    )


def _half(row: Row, field: str) -> str:
    """A code with its full-width digits and letters made half (UAX #15)."""
    return unicodedata.normalize("NFKC", row.text(field))


def _phones(row: Row) -> str:
    """The numbers of all columns in their order, each once."""
    cells = row.parsed("phones", _numbers)
    return " ".join(dict.fromkeys(number for one in cells for number in one))


def _numbers(text: str) -> tuple[str, ...]:
    """The numbers of one cell; none where it says 无."""
    none = identity.read_phones(text).value == ()
    return () if none else field_of(Worker, "phones").parse(text)


def _role(text: str) -> str | None:
    """The code of a role, as people write it or as a code; None where none is."""
    known = codes.table("worker_role")
    if not text or text in known.codes:
        return text or None
    return field_of(Worker, "role").parse(text)
