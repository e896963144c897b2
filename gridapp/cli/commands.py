"""The outermost edge of the command line: what is raised becomes a sentence.

A UserError is its own sentence. Anything else that a file system can do gets one, and
a fault of the program is written to a log file without the values it met.
"""

from __future__ import annotations

import errno
import sys
from collections.abc import Mapping
from importlib import import_module
from io import TextIOWrapper
from typing import Any

import click

from gridapp import crash, garbage
from gridapp.cli import chinese
from gridapp.errors import UserError
from gridapp.language import tr

_OPENED = (".gridpkg", ".gridupdate")  # what a desktop opens with the program
_UNREADABLE = tr("命令里有认不出的字，请把终端设为 UTF-8，或给文件改个名字再试")


class Refused(click.ClickException):
    """The work failed: one sentence on standard error, exit code 1."""

    exit_code = 1

    def show(self, file: Any = None) -> None:
        click.echo(self.message, err=True)


class Group(click.Group):
    """A group whose help is in the language of the program.

    elsewhere: commands that are imported when they are wanted: name to "module:name"
    below gridapp.cli.
    """

    def __init__(
        self, *args: Any, elsewhere: Mapping[str, str] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.help = tr(self.help or "")
        self._elsewhere = dict(elsewhere or {})

    def add_command(self, cmd: click.Command, name: str | None = None) -> None:
        super().add_command(cmd, name)
        if not isinstance(cmd, Group):
            cmd.help = tr(cmd.help or "")

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*self.commands, *self._elsewhere})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in self.list_commands(ctx):
            self._import(cmd_name)
        else:
            self._import(*self._elsewhere)  # what is like it is proposed
        return super().get_command(ctx, cmd_name)

    def _import(self, *names: str) -> None:
        for name in names:
            if place := self._elsewhere.pop(name, None):
                module, _, command = place.partition(":")
                with garbage.not_sought():
                    found = import_module(f"gridapp.cli.{module}")
                self.add_command(getattr(found, command), name)


class Commands(Group):
    """The group of all commands."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        crash.leave_no_dump()
        chinese.speak()
        _write_utf8()
        return super().main(*args, **kwargs)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Such a file alone was double-clicked: open the window with it."""
        if len(args) == 1 and args[0].lower().endswith(_OPENED):
            args = ["--open", *args]
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.Abort, click.exceptions.Exit):
            raise
        except UserError as error:
            raise Refused(str(error)) from error
        except BrokenPipeError:
            raise  # click ends quietly, as with `gridapp list … | head`
        except OSError as error:
            raise Refused(_of_file(error)) from error
        except UnicodeEncodeError as error:  # of a command line that is no UTF-8
            raise Refused(_UNREADABLE) from error
        except Exception as error:
            raise Refused(_fault(error)) from error


def _write_utf8() -> None:
    """Have pipes and files get UTF-8, whatever the code page; a screen never fails."""
    for stream in (sys.stdout, sys.stderr):
        if not isinstance(stream, TextIOWrapper):
            continue
        if stream.isatty():
            stream.reconfigure(errors="replace")
        else:
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _of_file(error: OSError) -> str:
    """What to do about a file or folder that cannot be used."""
    name = f"“{error.filename}”" if error.filename else tr("文件")
    if error.errno == errno.ENOENT:
        return tr("找不到{name}，请核对路径后再试", name=name)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return tr("没有权限读写{name}，请检查权限，或换一个文件夹", name=name)
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return tr("磁盘已满，请清出空间后再试")
    if error.errno == errno.ENAMETOOLONG:
        return tr("{name}的名字太长，请换一个短一些的", name=name)
    if error.errno in (errno.EISDIR, errno.ENOTDIR, errno.EEXIST):
        return tr(
            "{name}不能这样用：要文件的地方是文件夹，或者相反，请核对路径", name=name
        )
    return tr(
        "读写{name}出错（错误号 {errno}），请检查磁盘后再试",
        name=name,
        errno=error.errno,
    )


def _fault(error: Exception) -> str:
    """Log where the program failed, and say where that stands."""
    kind = type(error).__name__
    file = crash.write_down(error)
    if file is None:
        return tr("程序出错了（{kind}），请把刚才的操作告诉开发人员", kind=kind)
    return tr("程序出错了（{kind}），请把 {file} 发给开发人员", kind=kind, file=file)
