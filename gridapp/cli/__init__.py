"""The command line: everything that needs no display (design.md §9).

Chinese sentences for people, `--json` for programs (one JSON value on standard output
and nothing else). Exit code 0, 1 (the work failed, with a sentence) or 2 (wrong usage).
"""

from __future__ import annotations

from pathlib import Path

import click

from gridapp import __version__
from gridapp.cli.commands import Commands, Group
from gridapp.cli.data_folder import data_folder
from gridapp.language import tr

# Where commands stand, "module:name" below gridapp.cli: imported when they are wanted.
COMMANDS = {
    "acts": "acts:acts_command",
    "add": "records:add_command",
    "backup": "backups:backup_command",
    "backups": "backups:backups_command",
    "conflicts": "conflicts:conflicts",
    "delete": "records:delete_command",
    "demo": "demo:demo",
    "doctor": "doctor:doctor",
    "enrol": "vaults:enrol",
    "export": "export:export_command",
    "fill": "fill:fill_command",
    "import": "office:import_command",
    "init": "vaults:init",
    "list": "records:list_command",
    "package": "package:package",
    "passwd": "accounts:passwd",
    "print": "printing:print_command",
    "recover": "recovery:recover",
    "rescue": "rescue:rescue_command",
    "restore": "backups:restore_command",
    "search": "records:search_command",
    "set": "records:set_command",
    "show": "records:show_command",
    "sync": "syncing:sync",
    "today": "vaults:today_command",
    "undelete": "records:undelete_command",
    "unlock": "vaults:unlock",
    "update": "updates:update",
    "worker": "accounts:worker",
}
COUNTY_COMMANDS = {
    "acts": "county_access:acts_command",
    "backup": "county_backup:make_backup",
    "codes": "county_access:codes_command",
    "devices": "county_access:devices",
    "doctor": "doctor:county_doctor",
    "enrol": "county_access:enrol",
    "epoch": "county_backup:epoch",
    "grids": "county_access:grids_command",
    "init": "county:init",
    "invite": "package:invite",
    "keys": "package:county_keys",
    "list": "county:list_command",
    "lock": "county_access:lock",
    "move": "county_backup:move",
    "openapi": "serving:describe",
    "org": "county_org:org",
    "package": "package:county_package",
    "prepare": "county_prepare:prepare",
    "recover": "recovery:county_recover",
    "residents": "county_residents:residents",
    "restore": "county_backup:restore_backup",
    "revoke": "county_access:revoke",
    "serve": "serving:serve",
    "status": "county:status",
    "unlock": "county_access:unlock",
    "update": "updates:county_update",
    "upgrade": "county_backup:upgrade",
    "worker": "county_access:worker",
}


@click.group(cls=Commands, elsewhere=COMMANDS, invoke_without_command=True)
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


@main.group("county", cls=Group, elsewhere=COUNTY_COMMANDS)
def county_commands() -> None:
    """县级服务器。"""


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
