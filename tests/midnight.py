"""Keeps a run of the tests within one day: many of them speak of today.

What they import says what day it is; a run that goes on over midnight would find that
due yesterday. So late in the evening the clock of the run is an hour behind, for its
own process and all that it starts.
"""

import os
import time

_LATE = 23 * 60 + 15  # minutes of the day from which a run may not end on it
_BACK = 60 * 60  # seconds


def zone(local: time.struct_time) -> str | None:
    """The time zone that a run begins in which begins at that local time, as POSIX
    writes it in TZ; None: the machine's."""
    if local.tm_hour * 60 + local.tm_min < _LATE:
        return None
    minutes = (_BACK - local.tm_gmtoff) // 60  # west of Greenwich counts as positive
    hours, rest = divmod(abs(minutes), 60)
    return f"TST{'-' if minutes < 0 else '+'}{hours:02}:{rest:02}"


def keep_away() -> None:
    """Set the clock of this process back if it is late."""
    late = zone(time.localtime())
    if late is not None and hasattr(time, "tzset"):
        os.environ["TZ"] = late
        time.tzset()
