"""python -m gridapp, and the start of the frozen program."""

from __future__ import annotations

import os
import sys

_WITH_VALUE = ("--data", "--open", "--updated")  # options of the window
_OPENED = (".gridpkg", ".gridupdate")  # opened by double click


def main() -> None:
    """Run the command line, which opens the window when no command is given."""
    if not getattr(sys, "frozen", False):
        from gridapp.cli import main as run

        return run()
    _give_back_library_path()
    if sys.stdout is None:  # gridapp.exe: there is no console
        return _without_console()
    from gridapp.cli import main as run

    return run()


def _give_back_library_path() -> None:
    """Have programs that this one starts find their own libraries and not ours.

    PyInstaller's start program points LD_LIBRARY_PATH at the bundle; the loader has
    read it by now, and only children would (its manual, "LD_LIBRARY_PATH").
    """
    before = os.environ.pop("LD_LIBRARY_PATH_ORIG", None)
    if before is not None:
        os.environ["LD_LIBRARY_PATH"] = before
    else:
        os.environ.pop("LD_LIBRARY_PATH", None)


def _without_console() -> None:
    """Run with nowhere to write: a sentence that ends it is shown in a box."""
    import click

    from gridapp import alert
    from gridapp.cli import main as run
    from gridapp.language import tr

    if is_command(sys.argv[1:]):
        alert.tell(tr("命令请在命令行窗口里用 gridapp-cli 执行，写法不变。"))
        sys.exit(2)
    try:
        code = run(standalone_mode=False)
    except click.ClickException as error:
        alert.tell(error.format_message())
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(1)
    sys.exit(code)


def is_command(arguments: list[str]) -> bool:
    """Whether the arguments ask for more than the window: for a command or for help."""
    waiting = list(arguments)
    while waiting:
        word = waiting.pop(0)
        if word in _WITH_VALUE:
            del waiting[:1]
        elif word in ("--help", "--version"):
            return True
        elif not word.startswith("-"):
            return not word.lower().endswith(_OPENED)
    return False


if __name__ == "__main__":
    main()
