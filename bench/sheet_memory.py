"""python -m bench.sheet_memory COUNT: draws so many sheets; prints its peak in MB.

A process of its own, because a peak never falls. Each sheet has a person of its own.
"""

from __future__ import annotations

import datetime as dt
import random
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from gridapp.office.sheets.visit_sheet import VisitSheet

FEW, MANY = 50, 5000


def main(count: int) -> None:
    """Draw and say the peak."""
    from gridapp.office.sheets.visit_sheet import visit_sheets

    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "sheets.pdf"
        visit_sheets(_sheets(count), out, total=count)
    print(peak())


def peak() -> float:
    """The most memory this process has had, in MB."""
    status = Path("/proc/self/status")
    if status.exists():  # elsewhere the peak of the parent counts as the child's own
        [line] = [one for one in status.read_text().splitlines() if "VmHWM" in one]
        return int(line.split()[1]) / 1000
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def _sheets(count: int) -> Iterator[VisitSheet]:
    from gridapp.office.sheets.visit_sheet import SheetContact, VisitSheet

    chance = random.Random(1)
    names = "王李张刘陈杨赵黄周吴桂秀建国志强淑珍玉兰海燕明辉俊杰梓涵宇轩"
    for number in range(count):
        name = "".join(chance.choices(names, k=3))
        yield VisitSheet(
            record_id=UUID(int=chance.getrandbits(128)),
            grid="和美社区 第3网格",
            worker="王秀兰",
            day=dt.date(2026, 11, 23),
            name=name,
            sex=chance.choice("男女"),
            age=60 + number % 40,
            door=f"{number % 30 + 1}号楼 {number % 4 + 1}单元 {number % 17 + 1}02",
            tags=("独居", "慢病"),
            colour="黄档",
            phones=("13800005521",),
            id_number="990101194403120021",
            contacts=(SheetContact(name[0] + "建国", "长子", ("13800001234",)),),
            plan="每周入户 1 次，应于 11-19，已超 4 天",
            last_visit=f"2026-11-12 入户，身体一般：血压 1{number % 60:02}/86",
            ask=("血压复查结果", "取暖与一氧化碳提醒"),
        )


if __name__ == "__main__":
    main(int(sys.argv[1]))
