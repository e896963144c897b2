"""gridapp demo: the main job end to end, on the sample ledgers."""

from __future__ import annotations

import datetime as dt
import shutil
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import click

from gridapp import paths
from gridapp.cli import demo_days
from gridapp.cli.data_folder import data_folder
from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models import Building, Household, Resident
from gridapp.store import history, records, vault
from gridapp.store.vault import Store
from gridapp.work import founding, proposals, today

if TYPE_CHECKING:
    from gridapp.sync.client import SyncClient

PASSWORD = "demo-password"  # of a folder of invented people, made anew at each run
MARK = "这是演示数据，可以整个删除.txt"
GRID, GRID_NAME = "990101001001003", "第3网格"
DAYS = 17  # of work that are written down before today
LEDGERS = ("居民台账.xlsx", "独居老人台账.xlsx", "出租房屋登记表.csv")


class Steps:
    """Prints one line a step: what was done and how long it took."""

    def __init__(self) -> None:
        self._number = 0

    @contextmanager
    def step(self, title: str) -> Generator[list[str]]:
        """A step; what is put into the list is printed after it."""
        self._number += 1
        said: list[str] = []
        start = time.perf_counter()
        yield said
        took = time.perf_counter() - start
        click.echo(
            tr(
                "{number:2}. {title}：{words}（{took:.1f} 秒）",
                number=self._number,
                title=title,
                words=tr("，").join(said),
                took=took,
            )
        )


@click.command("demo")
@data_folder
@click.option(
    "--headless", is_flag=True, help=tr("不开窗口，把画面存成 screens/*.png。")
)
@click.option(
    "--screens",
    is_flag=True,
    help=tr("同上，每个画面都存三种窗口大小，浅色和深色各一张。"),
)
def demo(data: Path, headless: bool, screens: bool) -> None:
    """用示例台账把主要工作从头做一遍。"""
    if data == paths.data_home():  # where a real vault would be
        data = data / "demo"
    _fresh(data)
    steps = Steps()
    store = _laptop(steps, data / "laptop")
    try:
        _work(steps, store, data)
        _county(steps, store, data)
        demo_days.since_sync(store, dt.date.today())
    finally:
        store.close()
    click.echo(tr("演示数据在 {data}，密码 {password}", data=data, password=PASSWORD))
    _show(steps, data, headless=headless or screens, every=screens)


def _fresh(data: Path) -> None:
    """An empty folder: only an earlier demo is ever removed."""
    if data.exists() and any(data.iterdir()):
        if not (data / MARK).exists():
            raise UserError(
                tr("{data} 里有别的文件，请换一个空文件夹做演示", data=data)
            )
        shutil.rmtree(data)
    data.mkdir(parents=True, exist_ok=True)
    (data / MARK).write_text("gridapp demo\n", encoding="utf-8")


def _laptop(steps: Steps, folder: Path) -> Store:
    with steps.step(tr("建立加密的数据")) as said:
        store = vault.create(folder, PASSWORD, "王秀兰")
        founding.found(store, GRID, GRID_NAME, "王秀兰")
        said.append(tr("{grid}，网格员王秀兰", grid=GRID_NAME))
    return store


def _work(steps: Steps, store: Store, data: Path) -> None:
    from gridapp.office.ledgers import ledger
    from gridapp.office.ledgers.returned import returned_workbook

    day = dt.date.today()
    taken = day - dt.timedelta(days=DAYS)  # when the ledgers are said to come in
    for name in LEDGERS:
        with steps.step(tr("导入{name}", name=name)) as said:
            source = paths.resources() / "samples" / name
            plan = ledger.plan_import(store, source, today=taken)
            result = ledger.apply(store, plan)
            said.append(result.summary())
            if result.refused:
                out = data / "refused" / tr("{stem}-需核对.xlsx", stem=source.stem)
                out.parent.mkdir(exist_ok=True)
                returned_workbook(plan, source, out)
    with steps.step(tr("核对台账")) as said, store.reading() as db:
        said.append(tr("{count} 栋", count=records.count(db, Building)))
        said.append(tr("{count} 户", count=records.count(db, Household)))
        said.append(tr("{count} 人", count=records.count(db, Resident)))
    with steps.step(tr("按人群定关爱计划")) as said:
        with store.writing() as tx:
            made = proposals.adopt(tx, taken)
        said.append(tr("{made} 个计划", made=made))
    _days(steps, store, day)
    with steps.step(tr("今日待办")) as said, store.reading() as db:
        due = today.due(db, day)
        late = sum(one.late_days > 0 for one in due)
        said.append(tr("{count} 项，其中逾期 {late} 项", count=len(due), late=late))
    with steps.step(tr("打印走访单")) as said:
        said.append(
            tr(
                "{pages} 页 PDF",
                pages=_print(store, due, day, data / "visit-sheets.pdf"),
            )
        )


def _print(store: Store, due: list[today.Due], day: dt.date, out: Path) -> int:
    from gridapp.office.sheets import visit_data, visit_sheet

    people = [one.resident_id for one in due if one.kind == "visit"][:20]
    with store.reading() as db:
        sheets = visit_data.from_records(db, [one for one in people if one], day)
    return visit_sheet.visit_sheets(sheets, out)


def _days(steps: Steps, store: Store, day: dt.date) -> None:
    """The last weeks and today: what a worker would have written down."""
    with steps.step(tr("补记前 {days} 天的走访、电话和巡查", days=DAYS)) as said:
        with store.writing() as tx:
            demo_days.set_points(tx)
        count = 0
        for back in range(DAYS, 0, -1):
            with store.writing() as tx:
                count += demo_days.work_day(tx, day - dt.timedelta(days=back))
        said.append(tr("走访和电话 {count} 条，巡查 {days} 次", count=count, days=DAYS))
    with steps.step(tr("今天的工作")) as said:
        demo_days.todays_round(store, day)
        with store.writing() as tx:
            count = demo_days.visit_people(tx, day, 6)
            demo_days.register_dispute(tx, day)
        said.append(
            tr("走访和电话 {count} 条，巡查 1 次，问题 1 个，纠纷 1 件", count=count)
        )


def _county(steps: Steps, store: Store, data: Path) -> None:
    """An embedded county server, this laptop and a second one; both edit one person."""
    from gridapp.county import access, app, upkeep
    from gridapp.sync.client import HttpTransport, SyncClient

    folder = data / "county"
    with steps.step(tr("建立县级服务器")) as said:
        upkeep.init(folder, None)
        with upkeep.opened(folder) as county:
            mine = access.create_enrolment(county, [GRID], "王秀兰", "worker")
            theirs = access.create_enrolment(county, [GRID], "李主任", "community")
        said.append(tr("内置 SQLite，发出 2 个登记码"))
    with app.running(folder) as url:
        with steps.step(tr("登记并上传")) as said:
            client = SyncClient(store, HttpTransport(url))
            client.enrol(mine)
            said.append(_told(client))
        second = vault.create(data / "second-laptop", PASSWORD)
        try:
            with steps.step(tr("第二台电脑登记并下载")) as said:
                other = SyncClient(second, HttpTransport(url))
                other.enrol(theirs)
                said.append(_told(other))
            with steps.step(tr("两台电脑改同一个人的不同字段")) as said:
                said.append(_both_edit(store, client, second, other))
        finally:
            second.close()


def _told(client: SyncClient) -> str:
    report = client.sync()
    return tr(
        "上传 {pushed} 条，下载 {pulled} 条，发出 {bytes_up:,} 字节"
        "，收到 {bytes_down:,} 字节",
        pushed=report.pushed,
        pulled=report.pulled,
        bytes_up=report.bytes_up,
        bytes_down=report.bytes_down,
    )


def _both_edit(
    store: Store, client: SyncClient, second: Store, other: SyncClient
) -> str:
    with store.reading() as db:
        person: UUID = records.filtered(db, Resident, {}, limit=1)[0]["id"]
    with store.writing() as tx:
        records.save(tx, Resident, {"note": "耳背，敲门要重一些"}, person)
    with second.writing() as tx:
        records.save(tx, Resident, {"mobility": "能自理，怕滑"}, person)
    for one in (client, other, client):
        _told(one)
    seen: list[tuple[str | None, str | None]] = []
    for one in (store, second):
        with one.reading() as db:
            row = records.get(db, Resident, person)
            assert row is not None
            seen.append((row["note"], row["mobility"]))
            changes = history.history(db, Resident, person)
    if seen[0] != seen[1] or None in seen[0]:
        raise UserError(tr("两台电脑同步后不一致，请把演示数据发给开发人员"))
    return tr("同步后两边都有两处修改，修改记录 {count} 行", count=len(changes))


def _show(steps: Steps, data: Path, *, headless: bool, every: bool) -> None:
    from gridapp.app import run, screens
    from gridapp.ui.qt_start import has_display

    if has_display() and not headless:
        run(data / "laptop", password=PASSWORD)
        return
    with steps.step(tr("保存画面")) as said:
        made = screens(data / "laptop", PASSWORD, data / "screens", every=every)
        said.append(tr("{count} 张，在 {data}", count=len(made), data=data / "screens"))
