"""gridapp import and print on the sample ledgers."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from gridapp.cli import main
from gridapp.paths import resources

SAMPLES = resources() / "samples"


@pytest.fixture
def elders(tmp_path):
    """A ledger that a worker got; what is not taken of it comes back beside it."""
    return str(shutil.copy(SAMPLES / "独居老人台账.xlsx", tmp_path))


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("GRIDAPP_PASSWORD", "test-password")
    data = str(tmp_path / "vault")

    def call(*words):
        return CliRunner().invoke(main, [*words, "--data", data])

    made = call("init", "--grid", "990101001001001", "--name", "第3网格")
    assert made.exit_code == 0, made.output
    return call


def test_a_dry_run_says_what_would_happen_and_writes_nothing(run, elders):
    told = run("import", elders, "--dry-run", "--json")
    assert told.exit_code == 0, told.stderr
    plan = json.loads(told.stdout)
    sheet = plan["sheets"][0]
    assert set(sheet) >= {"name", "header_row", "columns", "rows"}
    assert set(sheet["rows"][0]) == {"row", "state", "values", "warnings", "errors"}
    assert json.loads(run("list", "resident", "--json").stdout) == []


def test_an_import_answers_in_numbers_and_gives_refused_rows_back(
    run, elders, tmp_path
):
    answer = json.loads(run("import", elders, "--json").stdout)
    assert answer["added"] > 300
    people = json.loads(run("list", "resident", "--json").stdout)
    assert len(people) == answer["added"]
    assert answer["refused"] > 0
    returned = Path(answer["refused_file"])
    assert returned.stat().st_size > 0
    assert returned.parent == Path(elders).parent
    assert not list((tmp_path / "vault").rglob("*.xlsx"))  # only what is encrypted
    again = json.loads(run("import", elders, "--json").stdout)
    assert (again["added"], again["updated"]) == (0, 0)


def test_a_map_that_is_no_json_is_refused_in_words(run, elders, tmp_path):
    bad = tmp_path / "map.json"
    bad.write_text("姓名", encoding="utf-8")
    told = run("import", elders, "--map", str(bad))
    assert told.exit_code == 1
    assert "JSON" in told.stderr


def test_print_lists_its_sheets_and_prints_one_with_the_names_in_it(
    run, elders, tmp_path
):
    listed = run("print")
    assert "visit-sheet\t入户走访单" in listed.output
    run("import", elders)
    person = json.loads(run("list", "resident", "--json", "--limit", "1").stdout)[0]
    out = tmp_path / "走访单.pdf"
    told = run("print", "visit-sheet", str(out), "--where", f"name={person['name']}")
    assert told.exit_code == 0, told.stderr
    text = _text_of(out)
    assert "入户走访单" in text
    assert person["name"] in text


def _text_of(pdf):
    tool = shutil.which("pdftotext")
    assert tool, "poppler-utils is missing; make test installs it"
    return subprocess.run(
        [tool, str(pdf), "-"], check=True, capture_output=True, encoding="utf-8"
    ).stdout


def test_an_unknown_sheet_lists_those_there_are(run, tmp_path):
    told = run("print", "nothing", str(tmp_path / "a.pdf"))
    assert told.exit_code == 1
    assert "visit-sheet（入户走访单）" in told.stderr
