"""Whether there is anything to do about an update when the program starts.

Every start asks, so it costs one look into a folder that most laptops do not have.
"""

from __future__ import annotations

import os
from pathlib import Path

FOLDER = "updates"  # beside the data
APPLYING, STATE = "applying.json", "state.json"
RUN = "run-"  # how the name of a folder begins that an installer ran in
_SUFFIX = ".gridupdate"


def waits(data: Path) -> bool:
    """Whether an update waits beside these data, was begun, or left something."""
    try:
        names = os.listdir(data / FOLDER)
    except OSError:
        return False
    return any(
        one == APPLYING or one.endswith(_SUFFIX) or one.startswith(RUN) for one in names
    )


def untold(data: Path) -> str:
    """An update that did not come in and of which the county does not know yet, as
    `version code`; "" when there is none."""
    if not (data / FOLDER / STATE).exists():
        return ""
    from gridapp.update.staged import of

    return of(data).untold


def told(data: Path, failure: str) -> None:
    """The county has heard of that failure. Raises OSError."""
    if failure:
        from gridapp.update.staged import note_told

        note_told(data, failure)
