"""A program that is installed in a folder: its version stands in a file there.

It starts as the window does (`applying.at_start`) and says what came of it; with
`apply` it starts the installer of what waits, as the window does, and ends.

    a_program.py INSTALLED DATA KEY [--updated CODE]
"""

import base64
import sys
from pathlib import Path

from gridapp.update import applying
from gridapp.update.file import WINDOWS
from gridapp.update.program import Program
from gridapp.update.staged import Updates


def main(installed, data, key, code=None):
    version = (Path(installed) / "version.txt").read_text().strip()
    keys = [base64.b64decode(key)]
    program = Program(version, WINDOWS, Path(installed), keys, [])
    updates = Updates(Path(data), program)
    found = applying.at_start(updates, code)
    said = f"{version}"
    if found.outcome:
        said += f" {'good' if found.outcome.good else 'bad'} {found.outcome.code}"
        updates.told_person()
    if found.running:
        said += " running"
    if found.apply:
        said += f" applies {applying.start(updates)}"
    print(said, flush=True)
    with (Path(data) / "said.txt").open("a") as out:
        out.write(f"{said}\n")


if __name__ == "__main__":
    _, *told = sys.argv
    code = int(told[4]) if len(told) > 4 else None
    main(*told[:3], code)
