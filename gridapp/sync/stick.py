"""Packages in and out, remembered like any other sync."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from gridapp.language import tr
from gridapp.models.kinds import now, time_text
from gridapp.store import sync_log
from gridapp.store.sync_log import SyncLine
from gridapp.store.vault import Store
from gridapp.sync.package import PackageReport, export_package, import_package
from gridapp.sync.report import Progress

Cancelled = Callable[[], bool]
LET_IN = tr("登记好了。请再导出一个数据包交给县里，导入答复以后就有县里的资料了")


def export_to(
    store: Store,
    target: Path,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> Path:
    """`package.export_package`, and a line of it in the log."""
    begun = time_text(now())
    file = export_package(store, target, progress, cancelled)
    _note(store, SyncLine(begun, time_text(now()), "stick", "done", file=file.name))
    return file


def import_from(
    store: Store,
    file: Path,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> PackageReport:
    """`package.import_package`, and a line of it in the log."""
    begun = time_text(now())
    report = import_package(store, file, progress, cancelled)
    line = SyncLine(
        begun,
        time_text(now()),
        "stick",
        "done",
        pushed=report.pushed,
        pulled=report.pulled,
        held=report.held,
        file=file.name,
    )
    _note(store, line)
    return report


def _note(store: Store, line: SyncLine) -> None:
    with store.writing() as tx:
        sync_log.append(tx.db, line)
