"""Nothing of what people entrust to the program can be read in any file it writes."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from tests.leaks import given
from tests.leaks.conftest import ROOT
from tests.leaks.given import markers
from tests.leaks.markers import of_text
from tests.leaks.search import Search


@pytest.fixture(scope="module")
def secret(lived):
    """The search for everything, and the one for what masked papers may not show."""
    found = markers(lived.place)
    return Search(found), Search(found, numbers=True)


def sort_of(path, place):
    """How a path is searched: for everything, for numbers only, or not at all."""
    inside = Path(path).is_relative_to
    if inside(place.given) or inside(place.full) or inside(place.county):
        return None
    if inside(place.masked) or path == str(place.said):
        return "numbers"
    return "everything"


def search(paths, place, everything, numbers):
    """Search each (path, file with its content)."""
    for path, file in paths:
        sort = sort_of(path, place)
        if sort is not None:
            (numbers if sort == "numbers" else everything).file(file, path)


def test_nothing_that_was_ever_written_to_any_file_can_be_read(lived, secret, searched):
    everything, numbers = secret
    assert lived.blind == 0
    search(lived.written.items(), lived.place, everything, numbers)
    searched("all that was written", everything)
    searched("masked papers, what was said", numbers)


def test_nothing_on_the_disk_can_be_read_when_the_life_is_over(lived, secret, searched):
    """Also what is mapped into memory, and files of the system itself."""
    everything, numbers = (one.anew() for one in secret)
    files = [path for path in lived.place.root.rglob("*") if path.is_file()]
    search(((str(one), one) for one in files), lived.place, everything, numbers)
    for paper in lived.place.masked.glob("*.pdf"):
        numbers.content(shown(paper).encode(), f"the words of {paper}")
    searched("what lies on the disk in the end", everything)
    searched("masked papers, what was said", numbers)


def shown(paper):
    """What a PDF says: its letters are numbers of its own fonts."""
    told = subprocess.run(
        ["pdftotext", paper, "-"], capture_output=True, encoding="utf-8", check=True
    )
    return told.stdout


def test_the_life_wrote_what_it_should_have(lived):
    """The search would find nothing either in a life in which nothing happens."""
    place, names = lived.place, set(lived.written)
    base = str(place.data / "grid.db")
    assert {base, f"{base}-wal", str(place.data / "grid.db")} <= names
    assert any(Path(one).parent.parent == place.data / "photos" for one in names)
    assert any(one.endswith("gridapp.log") for one in names)
    assert str(place.home / "debug.log") in names
    sealed = {one.suffix for one in place.sealed.iterdir()}
    assert sealed >= {".gridpkg", ".gridbak", ".gridkey"}
    assert given.NAMES[0] in shown(place.masked / "走访单.pdf")
    assert given.NUMBERS[0] in shown(place.full / "居民卡.pdf")
    commands = lived.written["/proc/cmdline"].read_bytes().split(b"\0")
    assert b"--password-file" in commands
    secrets = json.loads(place.secrets.read_text(encoding="utf-8"))
    assert len(set(secrets["keys"])) == 4  # somebody was taken off in between
    assert any(given.DRAFT in one for one in secrets["drafts"])


def test_a_program_that_crashes_leaves_no_memory_on_the_disk(lived):
    """The life allows core files of any size; SIGABRT ended one of its windows."""
    assert "until SIGABRT: SIGABRT" in lived.said
    assert [*lived.place.root.rglob("core*")] == []


@pytest.mark.parametrize("form", ["plain", "utf-16-le", "hex", "zip", "in between"])
def test_the_search_finds_what_is_there(tmp_path, form):
    name, number = given.NAMES[0], given.NUMBERS[0]
    words = f"2026-11-22 {name} {number} saved".encode()
    hidden = {
        "plain": words,
        "utf-16-le": words.decode().encode("utf-16-le"),
        "hex": words.hex().encode(),
        "zip": zlib.compress(words),
        "in between": b"\0" * 5000 + base64.b64encode(b"x" + words) + b"\0" * 5000,
    }
    log = tmp_path / "gridapp.log"
    log.write_bytes(hidden[form])
    found = Search([*of_text("name", name), *of_text("number", number, number=True)])
    found.file(log)
    assert {one.marker for one in found.hits} == {"name", "number"}
    log.write_bytes(os.urandom(len(hidden[form])))
    again = Search(found.markers)
    again.file(log)
    assert again.hits == []


def test_the_recorder_sees_what_is_gone_a_moment_later(tmp_path):
    folder = tmp_path / "written"
    folder.mkdir()
    program = (
        "import os, sqlite3, threading\n"
        "def gone():\n"
        "    open('a', 'w').write('first of all'); os.remove('a')\n"
        "other = threading.Thread(target=gone); other.start(); other.join()\n"
        "db = sqlite3.connect('b'); db.execute('CREATE TABLE t (x)')\n"
        "db.execute(\"INSERT INTO t VALUES ('second to none')\"); db.commit()\n"
        "db.execute('DELETE FROM t'); db.commit(); db.execute('VACUUM')\n"
        "if os.fork() == 0:\n"
        "    open('c', 'w').write('third in line'); open('c', 'w').close()\n"
        "    os.abort()\n"
        "os.wait()\n"
    )
    words = [sys.executable, "-m", "tests.leaks.recorder", folder, sys.executable]
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    subprocess.run([*words, "-c", program], cwd=tmp_path, env=env, check=True)
    kept = b"".join(one.read_bytes() for one in folder.iterdir())
    for word in (b"first of all", b"second to none", b"third in line"):
        assert word in kept
    left = b"".join((tmp_path / name).read_bytes() for name in "bc")
    assert b"third" not in left
