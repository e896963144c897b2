"""The command line: everything that needs no display (design.md §9).

Chinese sentences for people, `--json` for programs (one JSON value on standard output
and nothing else). Exit code 0, 1 (the work failed, with a sentence) or 2 (wrong usage).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from gridapp import __version__
from gridapp.cli import county, demo, office, records, vaults
from gridapp.cli.options import data_folder
from gridapp.errors import UserError


class Refused(click.ClickException):
    """A UserError, shown as its own sentence."""

    exit_code = 1

    def show(self, file: Any = None) -> None:
        click.echo(self.message, err=True)


class Commands(click.Group):
    """A group whose commands may raise UserError."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except UserError as error:
            raise Refused(str(error)) from error


@click.group(cls=Commands, invoke_without_command=True)
@click.version_option(__version__, prog_name="gridapp")
@data_folder
@click.pass_context
def main(ctx: click.Context, data: Path) -> None:
    """网格日志。不带命令时打开窗口。"""
    if ctx.invoked_subcommand is None:
        from gridapp.app import run

        ctx.exit(run(data))


for command in (
    *vaults.COMMANDS,
    *records.COMMANDS,
    *office.COMMANDS,
    demo.demo,
    county.county,
):
    main.add_command(command)
