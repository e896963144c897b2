"""The frozen program, as an ordinary user has it: in a folder with a Chinese name that
nobody may write to, without Python, without a network."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from gridapp import __version__
from installer import measure, scan
from tests.installer.conftest import Frozen

pytestmark = [pytest.mark.installer, pytest.mark.xdist_group("frozen")]

PASSWORD = "a password of tests"


def test_the_program_says_its_version(frozen: Frozen):
    assert frozen.run("--version").stdout == f"gridapp {__version__}\n"


def test_the_program_finds_all_of_its_parts(frozen: Frozen):
    told = json.loads(frozen.run("doctor", "--program", "--json").stdout)
    assert told


def test_every_command_can_be_asked_for_help(frozen: Frozen):
    helped = frozen.run("--help").stdout
    names = [
        line.split()[0]
        for line in helped.split("Commands:")[-1].split("命令")[-1].splitlines()
        if line.startswith("  ") and not line.startswith("   ")
    ]
    assert "demo" in names
    for name in names:
        if not name.startswith("-"):
            assert frozen.run(name, "--help").stdout.strip()


def test_the_main_job_is_done_without_python_and_without_a_network(frozen: Frozen):
    folder = frozen.home / "演示"
    told = frozen.run("demo", "--headless", "--data", folder).stdout
    assert "登记并上传" in told
    assert len(list((folder / "screens").glob("*.png"))) > 20
    assert _text(folder / "visit-sheets.pdf").count("走访") >= 20


def test_a_vault_is_made_filled_and_printed_from(frozen: Frozen):
    folder = frozen.home / "数据"
    secret = frozen.home / "密码.txt"
    secret.write_text(PASSWORD)
    secret.chmod(0o644)
    opened = ("--data", folder, "--password-file", secret)
    frozen.run(
        "init", *opened, "--grid", "990101001001003", "--grid-name", "第3网格",
        "--name", "王秀兰",
    )  # fmt: skip
    ledger = frozen.folder / "_internal/resources/samples/独居老人台账.xlsx"
    frozen.run("import", ledger, *opened, "--yes")
    out = frozen.home / "楼栋.pdf"
    frozen.run("print", "building", *opened, "--out", out)
    assert "第3网格" in _text(out)


def _text(file: Path) -> str:
    tool = shutil.which("pdftotext")
    assert tool is not None, "poppler-utils is needed"
    done = subprocess.run([tool, str(file), "-"], capture_output=True, check=True)
    return done.stdout.decode()


def test_nothing_is_in_the_bundle_that_may_not_be_shipped(built: Path):
    assert scan.scan(built) == []


def test_a_city_database_is_refused_in_words(frozen: Frozen):
    told = frozen.run(
        "county", "init", "--data", frozen.home / "县",
        "--database", "postgresql://gridapp@127.0.0.1/county",
        code=1,
    )  # fmt: skip
    assert "PostgreSQL" in told.stderr


def test_sizes_and_start_are_told(built: Path, capsys: pytest.CaptureFixture[str]):
    with capsys.disabled():
        print(f"\n{measure.size(built) >> 20} MiB on disk")
