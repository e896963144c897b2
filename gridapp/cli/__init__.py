"""The command line: everything that needs no display (design.md §9).

Chinese sentences for people, `--json` for programs (one JSON value on standard output
and nothing else). Exit code 0, 1 (the work failed, with a sentence) or 2 (wrong usage).
"""

from __future__ import annotations

from pathlib import Path

import click

from gridapp import __version__
from gridapp.cli.commands import Commands
from gridapp.cli.data_folder import data_folder
from gridapp.language import tr


@click.group(cls=Commands, invoke_without_command=True)
@click.version_option(
    __version__,
    prog_name="gridapp",
    message="%(prog)s %(version)s",
    help=tr("显示版本。"),
)
@data_folder
@click.option(
    "--open",
    "package",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=tr("打开窗口并收下这个文件；双击数据包、登记文件或更新时就是这样。"),
)
@click.option("--updated", type=int, hidden=True)  # said by an update's installer
@click.pass_context
def main(
    ctx: click.Context, data: Path, package: Path | None, updated: int | None
) -> None:
    """网格日志。不带命令时打开窗口。"""
    if ctx.invoked_subcommand is None:
        ctx.exit(_window(data, package, updated))


def _window(data: Path, package: Path | None, updated: int | None) -> int:
    """Open the window, or say which part of the system it lacks; the exit code."""
    try:
        from gridapp.app import run
    except ImportError as error:
        from gridapp import alert
        from gridapp.system_parts import in_words

        reason = in_words(str(error))
        if not reason:
            raise
        alert.tell(reason)
        return 1
    return run(data, package=package, updated=updated)


def _add_commands() -> None:
    """Import all commands: the window starts without them."""
    from gridapp.cli import (
        accounts,
        acts,
        backups,
        conflicts,
        county,
        demo,
        doctor,
        export,
        fill,
        office,
        package,
        printing,
        records,
        recovery,
        rescue,
        syncing,
        updates,
        vaults,
    )

    for command in (
        *vaults.COMMANDS,
        *accounts.COMMANDS,
        recovery.recover,
        *backups.COMMANDS,
        *syncing.COMMANDS,
        *conflicts.COMMANDS,
        *records.COMMANDS,
        *office.COMMANDS,
        *export.COMMANDS,
        *fill.COMMANDS,
        *printing.COMMANDS,
        *acts.COMMANDS,
        *rescue.COMMANDS,
        demo.demo,
        doctor.doctor,
        package.package,
        county.county,
        updates.update,
    ):
        main.add_command(command)
    _add_county_commands()


def _add_county_commands() -> None:
    """Add what stands beside the like of it for laptops."""
    from gridapp.cli import county, county_backup, doctor, package, recovery, updates

    for command in (
        *county_backup.COMMANDS,
        *package.COUNTY_COMMANDS,
        doctor.county_doctor,
        recovery.county_recover,
        updates.county_update,
    ):
        county.county.add_command(command)


main.fill = _add_commands
