"""gridapp acts: what was done with this vault, by whom and what for."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import click

from gridapp.cli.options import as_json, opened, print_json, vault_options
from gridapp.cli.printing import DAY
from gridapp.language import tr
from gridapp.models.permissions import Act as Permission
from gridapp.models.permissions import allowed
from gridapp.store.acts import MOST, Act, acts
from gridapp.work.act_words import details, title, who


@click.command("acts")
@click.option(
    "--since",
    type=DAY,
    metavar=tr("日期"),
    help=tr("从哪一天起，如 2026-11-23；不写是全部。"),
)
@click.option(
    "--limit",
    type=click.IntRange(1, MOST),
    default=MOST,
    show_default=True,
    help=tr("最多几条。"),
)
@vault_options
@as_json
def acts_command(
    since: dt.date | None,
    limit: int,
    data: Path,
    password_file: Path | None,
    as_json: bool,
) -> None:
    """列出这台电脑上做过的事：谁、什么时候、做了什么、用途。"""
    start = dt.datetime.combine(since, dt.time()).astimezone() if since else None
    with opened(data, password_file, needs=None) as store, store.reading() as db:
        named = allowed(store.user.role, Permission.RECORDS)
        found = acts(db, start and start.astimezone(dt.UTC), most=limit, named=named)
    if as_json:
        print_json([_plain(act) for act in found])
        return
    for act in found:
        words = (title(act), details(act))
        when = f"{act.at.astimezone():%Y-%m-%d %H:%M:%S}"
        click.echo("\t".join((when, who(act) or "—", *filter(None, words))))
    click.echo(tr("共 {count} 项", count=len(found)), err=True)


def _plain(act: Act) -> dict[str, Any]:
    return {
        "at": act.at,
        "by": act.by,
        "kind": act.kind,
        "title": title(act),
        "detail": details(act),
        "purpose": act.purpose,
        "people": act.people,
        "file": act.file,
        "batch": act.batch,
        "records": [
            {"action": one.action, "type": one.type, "count": one.count}
            for one in act.done
        ],
    }
