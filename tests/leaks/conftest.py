"""One working life, recorded; every test here looks at what it left behind."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from gridapp.county import access, app, upkeep
from tests.leaks import given
from tests.leaks.given import Place

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Lived:
    """A life that is over. `written` has every path that was written to, with a file
    that holds all that was ever written there."""

    place: Place
    written: dict[str, Path]
    blind: int  # writes whose content could not be seen
    said: str


def pytest_collection_modifyitems(items):
    """One process lives the life and searches it."""
    for item in items:
        if "tests/leaks" in item.path.as_posix():
            item.add_marker(pytest.mark.xdist_group("leaks"))


@pytest.fixture(scope="session")
def lived(tmp_path_factory):
    """The life of `tests.leaks.life`, in a home folder of its own, with a county."""
    place = Place(tmp_path_factory.mktemp("leaks") / "life")
    kept = place.root.with_name("written")
    kept.mkdir()
    place.make()
    upkeep.init(place.county)
    with upkeep.opened(place.county) as county:
        codes = [
            access.create_enrolment(county, [given.GRID], name, role)
            for name, role in (("李主任", "community"), ("周敏", "worker"))
        ]
    life = (sys.executable, "-m", "tests.leaks.life", str(place.root))
    recorder = (sys.executable, "-m", "tests.leaks.recorder", str(kept))
    with app.running(place.county) as url, place.said.open("wb") as said:
        done = subprocess.run(
            [*recorder, *life, url, *codes],
            env=_environment(place),
            cwd=place.here,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=said,
            encoding="utf-8",
            check=False,
        )
    errors = place.said.read_text(encoding="utf-8")
    assert done.returncode == 0, f"{done.stdout}\n{errors}"
    index = json.loads((kept / "index.json").read_text(encoding="utf-8"))
    written = {path: kept / name for path, (name, _) in index["files"].items()}
    yield Lived(place, written, index["blind"], done.stdout)
    shutil.rmtree(place.root.parent)


def _environment(place):
    """Of somebody who has just signed in, with nothing of this process."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(place.home),
        "TMPDIR": str(place.temp),
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(ROOT),
        "PYTHONUTF8": "1",
        "PYTHONDONTWRITEBYTECODE": "1",  # the tests' own markers would stand in it
        "QT_QPA_PLATFORM": "offscreen",
    }
