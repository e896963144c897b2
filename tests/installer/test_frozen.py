"""The frozen program, as an ordinary user has it: in a folder with a Chinese name that
nobody may write to, without Python, without a network."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from gridapp import __version__
from installer import scan
from tests.installer.conftest import Frozen

pytestmark = [pytest.mark.installer, pytest.mark.xdist_group("frozen")]

PASSWORD = "a password of tests"


def test_the_program_says_its_version(frozen: Frozen):
    assert frozen.run("--version").stdout == f"gridapp {__version__}\n"


def test_the_program_finds_all_of_its_parts_and_their_licences(frozen: Frozen):
    told = json.loads(frozen.run("doctor", "--program", "--json").stdout)
    assert told["sound"]
    checks = {one["name"]: one for one in told["checks"]}
    assert not checks["licences"]["faults"]
    assert not checks["modules"]["faults"]


def test_commands_are_listed_and_say_what_they_do(frozen: Frozen):
    assert re.search(r"^  demo  ", frozen.run("--help").stdout, re.MULTILINE)
    assert "--workers" in frozen.run("county", "serve", "--help").stdout


def test_the_main_job_is_done_without_python_and_without_a_network(frozen: Frozen):
    folder = frozen.home / "演示"
    told = frozen.run("demo", "--headless", "--data", folder).stdout
    assert "登记并上传" in told
    assert len(list((folder / "screens").glob("*.png"))) > 20
    assert _text(folder / "visit-sheets.pdf").count("走访") >= 20


def test_a_vault_is_made_filled_and_printed_from(frozen: Frozen):
    secret = frozen.home / "密码.txt"
    secret.write_text(PASSWORD)
    opened = ("--data", frozen.home / "数据", "--password-file", secret)
    grid = ("--grid", "990101001001003", "--name", "第3网格", "--worker", "王秀兰")
    frozen.run("init", *opened, *grid)
    samples = frozen.folder / "_internal/resources/samples"
    ledger = Path(shutil.copy(samples / "居民台账.xlsx", frozen.home))
    os.chmod(frozen.home, 0o777)
    assert "新增" in frozen.run("import", *opened, ledger).stdout
    out = frozen.home / "应急卡.pdf"
    frozen.run("print", *opened, "emergency-card", out)
    assert "网格" in _text(out)


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
