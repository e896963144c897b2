"""The clock of a run of the tests that begins late in the evening."""

import os
import subprocess
import sys
import time

import pytest

from tests import midnight

SHANGHAI, GREENWICH, CHICAGO = 8 * 3600, 0, -6 * 3600


def local(hour, minute, offset):
    fields = (2026, 11, 23, hour, minute, 0, 0, 327, 0, "X", offset)
    return time.struct_time(fields)


@pytest.mark.parametrize(
    ("offset", "wanted"),
    [(SHANGHAI, "TST-07:00"), (GREENWICH, "TST+01:00"), (CHICAGO, "TST+07:00")],
)
def test_a_run_that_begins_late_has_its_clock_an_hour_back(offset, wanted):
    assert midnight.zone(local(23, 14, offset)) is None
    assert midnight.zone(local(0, 0, offset)) is None
    assert midnight.zone(local(23, 15, offset)) == wanted


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="Windows has one clock for all")
def test_that_zone_is_an_hour_behind():
    told = [
        subprocess.run(
            [sys.executable, "-c", "import time; print(time.localtime().tm_gmtoff)"],
            env=os.environ | {"TZ": zone},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for zone in ("CST-8", midnight.zone(local(23, 59, SHANGHAI)))
    ]
    assert [int(one) for one in told] == [SHANGHAI, SHANGHAI - 3600]
