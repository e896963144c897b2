"""What a fault leaves behind says where it was in the code, and nothing of anybody."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gridapp import crash, paths

ROOT = Path(__file__).parents[1]
NAME = "".join(("李桂", "英"))
NUMBER = "990100" + "194401010028"


def fails_about(somebody):
    try:
        {}[somebody]
    except KeyError as error:
        raise ValueError(f"lgy 3-2-501 {somebody}") from error


def fault():
    with pytest.raises(ValueError, match="lgy") as raised:
        fails_about(f"{NAME} {NUMBER}")
    return raised.value


def test_a_report_names_the_sorts_of_error_and_the_places_but_no_value():
    report = crash.report(fault())
    assert "ValueError" in report
    assert "KeyError" in report
    assert "test_crash.py" in report
    assert "in fails_about" in report
    for private in (NAME, NUMBER, "lgy", "3-2-501"):
        assert private not in report


def test_a_report_does_not_name_the_folders_above_the_program(tmp_path):
    home = tmp_path / "张敏" / "gridapp" / "site-packages" / "gridapp" / "ui"
    home.mkdir(parents=True)
    file = home / "page.py"
    file.write_text("def broken():\n    raise RuntimeError('x')\n", "utf-8")
    inside = {}
    exec(compile(file.read_text("utf-8"), str(file), "exec"), inside)  # noqa: S102
    with pytest.raises(RuntimeError) as raised:
        inside["broken"]()
    report = crash.places(raised.value)
    assert "gridapp/ui/page.py:2 in broken" in report
    assert "张敏" not in report
    assert str(tmp_path) not in report


def test_the_log_file_is_for_its_owner_alone_and_does_not_grow_for_ever(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(paths, "log_home", lambda: tmp_path / "log")
    file = crash.write_down(fault())
    assert crash.write_down(fault()) == file
    assert file.read_text("utf-8").count("ValueError") == 2
    assert NAME not in file.read_text("utf-8")
    if os.name == "posix":
        assert file.stat().st_mode & 0o777 == 0o600
    file.write_bytes(b"x" * (crash.KEPT + 1))
    crash.write_down(fault())
    assert file.stat().st_size < 10_000


def test_a_log_that_takes_nothing_stops_nothing(tmp_path, monkeypatch):
    (tmp_path / "log").write_text("no folder")
    monkeypatch.setattr(paths, "log_home", lambda: tmp_path / "log")
    assert crash.write_down(fault()) is None
    crash.listen_to_libraries()


CHILD = """
import ctypes, gc, os, resource, sys
from gridapp import crash
from gridapp.cli import main
_, most = resource.getrlimit(resource.RLIMIT_CORE)
resource.setrlimit(resource.RLIMIT_CORE, (most, most))
try:
    main(["--version"])
except SystemExit:
    pass
crash.keep_quiet()
crash.listen_to_libraries()


class Broken:
    def __del__(self):
        raise ValueError("".join(("李桂", "英")))


Broken()
gc.collect()
limit, _ = resource.getrlimit(resource.RLIMIT_CORE)
print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0), limit)
sys.stdout.flush()
name = "".join(("990100", "194401010028"))
ctypes.string_at(0)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks at Linux")
def test_a_process_that_breaks_down_leaves_its_places_and_no_memory(tmp_path):
    """A library's fault, as a real one: no core file may be made of the process."""
    child = subprocess.run(
        [sys.executable, "-c", CHILD],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT), "XDG_STATE_HOME": str(tmp_path)},
        capture_output=True,
        timeout=300,
        check=False,
    )
    assert child.returncode < 0  # a signal ended it
    assert child.stdout.decode().splitlines()[-1] == "0 0"
    files = {path.name: path for path in tmp_path.rglob("*") if path.is_file()}
    assert set(files) == {crash.FILE, crash.NATIVE_FILE}
    assert "ValueError" in files[crash.FILE].read_text("utf-8")
    assert "string_at" in files[crash.NATIVE_FILE].read_text("utf-8")
    said = child.stderr + b"".join(path.read_bytes() for path in files.values())
    assert NAME.encode() not in said
    assert NUMBER.encode() not in said
