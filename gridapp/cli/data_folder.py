"""The option of the data folder: the window takes it as every command does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from gridapp import paths
from gridapp.language import tr


def given_above(ctx: click.Context, param: click.Parameter, value: Any) -> Any:
    """The value, or the one that stands before the sub-command: `--data D list …`."""
    name = param.name or ""
    above: click.Context | None = ctx
    while above is not None:
        if above.get_parameter_source(name) not in (None, ParameterSource.DEFAULT):
            return value if above is ctx else above.params[name]
        above = above.parent
    return value


data_folder = click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=paths.data_home,
    callback=given_above,
    help=tr("数据文件夹。"),
)
