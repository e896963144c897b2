"""gridapp sync: push, then pull, and say what came of it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from gridapp.cli.options import as_json, opened, print_json, vault_options
from gridapp.language import tr
from gridapp.store import sync_log
from gridapp.work.sync_standing import told


@click.command("sync")
@vault_options
@as_json
def sync(data: Path, password_file: Path | None, as_json: bool) -> None:
    """同步：先上传，再下载，最后是照片。"""
    from gridapp.sync.attempt import Attempt

    with opened(data, password_file, needs=None) as store:
        report = Attempt(store, "command").run()
        with store.reading() as db:
            line = sync_log.lines(db)[0]
    if as_json:
        print_json(asdict(report))
        return
    click.echo(
        tr(
            "{words}；用时 {seconds:.1f} 秒",
            words=told(line),
            seconds=report.seconds,
        )
    )
    for why in report.troubles:
        click.echo(why, err=True)
    if report.held:
        click.echo(tr("看没有照收的：gridapp conflicts"), err=True)
