"""`gridapp import --dry-run --json` says of every cell what hygiene_cases.json says."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner

from gridapp.cli import main
from tests.conftest import PASSWORD

CASES = json.loads(Path(__file__).with_name("hygiene_cases.json").read_text("utf-8"))
HEADINGS = {  # the kind of case, the heading of its column, the fields it becomes
    "id_card": ("身份证号", ("id_number",)),
    "birth": ("出生日期", ("born_on",)),
    "name": ("姓名", ("name",)),
    "phones": ("联系电话", ("phones",)),
    "sex": ("性别", ("sex",)),
    "edu": ("文化程度", ("education",)),
    "rel": ("与户主关系", ("relation",)),
    "room": ("住址", ("building", "unit", "room")),
    "bool": ("是否独居", ("lives_alone",)),
}
KEYS = {"row", "state", "values", "warnings", "errors"}


def raw(case: dict[str, Any]) -> Any:
    if case["raw_type"] == "datetime":
        return dt.datetime.fromisoformat(case["raw"]["$datetime"])
    return float(case["raw"]) if case["raw_type"] == "float" else case["raw"]


def workbook(path: Path, kind: str, cases: list[dict[str, Any]]) -> None:
    """A ledger of one column that matters, beside two that every ledger has."""
    heading, _ = HEADINGS[kind]
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["社区居民台账"])
    names = [] if kind == "name" else ["姓名"]
    sheet.append(["序号", *names, heading, "备注", "民族"])
    for number, case in enumerate(cases, 1):
        sheet.append([number, *["测试甲" for _ in names], raw(case), None, "汉族"])
    book.save(path)


@pytest.fixture
def dry_run(vault_template, tmp_path, monkeypatch):
    """The sheets that the command prints for a file."""
    template, _ = vault_template
    shutil.copytree(template, tmp_path / "data")
    monkeypatch.setenv("GRIDAPP_PASSWORD", PASSWORD)

    def call(file: Path, *more: str) -> list[dict[str, Any]]:
        words = ["import", str(file), "--dry-run", "--json", *more]
        where = ["--data", str(tmp_path / "data")]
        answer = CliRunner().invoke(main, [*words, *where])
        assert answer.exit_code == 0, answer.output
        told = json.loads(answer.stdout)
        assert set(told) == {"sheets"}
        return told["sheets"]

    return call


def codes_of(remarks: list[dict[str, str]], fields: tuple[str, ...]) -> list[str]:
    assert all(set(one) == {"field", "code", "message"} for one in remarks)
    assert all(one["message"] for one in remarks)
    return [one["code"] for one in remarks if one["field"] in fields]


@pytest.mark.parametrize("kind", HEADINGS)
def test_every_hygiene_case_comes_out_of_a_real_file(kind, dry_run, tmp_path):
    cases = [one for one in CASES if one["field"] == kind and not one["codeset"]]
    workbook(tmp_path / "台账.xlsx", kind, cases)
    [sheet] = dry_run(tmp_path / "台账.xlsx")
    heading, fields = HEADINGS[kind]
    assert set(sheet) == {"name", "header_row", "columns", "rows"}
    assert sheet["header_row"] == 2
    assert sheet["columns"][heading] == fields[-1]
    rows = {row["row"]: row for row in sheet["rows"]}
    told = {c["id"]: seen(rows[n], c, fields) for n, c in enumerate(cases, 3)}
    assert told == {c["id"]: stated(c, fields) for c in cases}


def stated(case: dict[str, Any], fields: tuple[str, ...]) -> dict[str, Any]:
    """What the case says about its field or fields."""
    expect = case["expect"]
    values = expect if isinstance(expect, dict) else {fields[-1]: expect}
    errors = [case["error"]] if case["error"] else []
    return {"values": values, "errors": errors, "warnings": case["warnings"]}


def seen(
    row: dict[str, Any], case: dict[str, Any], fields: tuple[str, ...]
) -> dict[str, Any]:
    """What the row says about the same fields."""
    assert set(row) == KEYS
    wanted = stated(case, fields)["values"]
    values = {field: row["values"].get(field) for field in wanted}
    errors, warnings = (codes_of(row[of], fields) for of in ("errors", "warnings"))
    return {"values": values, "errors": errors, "warnings": warnings}


def test_digits_are_read_once_their_code_set_is_named(dry_run, tmp_path):
    [case] = [one for one in CASES if one["codeset"]]
    workbook(tmp_path / "台账.xlsx", case["field"], [case])
    heading, fields = HEADINGS[case["field"]]
    [sheet] = dry_run(
        tmp_path / "台账.xlsx", "--code-set", f"{heading}={case['codeset']}"
    )
    assert seen(sheet["rows"][0], case, fields) == stated(case, fields)
