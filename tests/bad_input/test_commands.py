"""Whatever stands behind a command, it ends with 0, 1 or 2 and never with a traceback.

The commands and what they take are read from the program's own tree, so that a new one
is tried as well. What is tried is the same at each run: it follows from the seed.
"""

from __future__ import annotations

import os
import random
import re
import shutil
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from gridapp.cli import main
from gridapp.county import access, upkeep
from gridapp.models import RECORDS, Resident
from gridapp.models.record import fields_of
from gridapp.store import records
from gridapp.store import vault as vaults
from gridapp.work import founding
from tests.conftest import PASSWORD

HAN = re.compile("[\u4e00-\u9fff]")
TRIES = int(os.environ.get("GRIDAPP_TRIES", "4"))  # of each command
RARELY = {"password_file": 0.95, "help": 0.98}  # else nothing else is ever looked at
NOT_TRIED = {"demo", "county serve"}  # one takes minutes, the other does not end
TEXTS = (
    "",
    " ",
    "李桂英",
    "name=李桂英",
    "name=",
    "=",
    "phones=abc",
    "born_on=9999-99-99",
    "portions=" + "9" * 400,
    "age>=",
    "age>=八十",
    "building=3",
    "visited>-1",
    "2026-02-30",
    "-1",
    "0",
    "99999999999999999999",
    "NaN",
    "01234567-89ab-cdef-0123-456789abcdef",
    "990101001001001",
    "'; DROP TABLE resident; --",
    "%s%n{0}{name}",
    "\\",
    "\x1b[2J\u202e\u2028",
    "\udcff\udc80",  # of a command line that is no UTF-8
    "𠮷" * 5000,
    "http://[",
    "http://127.0.0.1:9",
    "AAAA-AAAA-AAAA",
    "--help-not",
)
NAMES = (
    "没有.xlsx",
    "没有/这个文件夹/里的.pdf",
    "是文件夹",
    "空的.csv",
    "垃圾.xlsx",
    "垃圾.gridpkg",
    "垃圾.json",
    "x" * 300 + ".xlsx",
    "\udcff.csv",
    ".",
    "",
)


def leaves(group, above=()):
    """Every command with its words."""
    context = click.Context(group)
    for name in group.list_commands(context):  # they are read when they are wanted
        one = group.get_command(context, name)
        if isinstance(one, click.Group):
            yield from leaves(one, (*above, name))
            if one.invoke_without_command:
                yield (*above, name), one
        else:
            yield (*above, name), one


COMMANDS = {" ".join(words): (words, one) for words, one in leaves(main)}


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A vault with somebody in it, a county that let a laptop in; and their ids."""
    folder = tmp_path_factory.mktemp("kept")
    store = vaults.create(folder / "vault", PASSWORD)
    founding.found(store, "990101001001001", "和顺里第一网格", "周敏")
    with store.writing() as tx:
        person = records.save(tx, Resident, {"name": "李桂英"})
    store.close()
    upkeep.init(folder / "county")
    with upkeep.opened(folder / "county") as county:
        access.create_enrolment(county, ["990101001001001"], "周敏")
    return folder, str(person)


@pytest.fixture
def here(kept, tmp_path, monkeypatch):
    """Copies of them in a folder with files that are no good."""
    folder, person = kept
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    (tmp_path / "是文件夹").mkdir()
    (tmp_path / "空的.csv").touch()
    for name in ("垃圾.xlsx", "垃圾.gridpkg", "垃圾.json"):
        (tmp_path / name).write_bytes(random.Random(name).randbytes(3000))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GRIDAPP_PASSWORD", PASSWORD)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    return person


def value_of(chance, param, person):
    """Something to give for a parameter: what could be meant, or what nobody means."""
    sort = param.type
    if isinstance(sort, click.Choice) and chance.random() < 0.7:
        return str(chance.choice(list(sort.choices)))
    if isinstance(sort, click.Path):
        return chance.choice(NAMES)
    if param.name == "type_" and chance.random() < 0.9:
        return chance.choice(("resident", chance.choice(RECORDS).__tablename__))
    if param.name in ("pairs", "where") and chance.random() < 0.8:
        field = chance.choice(fields_of(Resident))
        return f"{field.name}={chance.choice(TEXTS)}"
    if param.name == "record_id" and chance.random() < 0.5:
        return person
    return chance.choice(TEXTS)


def words_of(chance, words, command, person):
    """One way to call the command."""
    said = list(words)
    given = []
    for param in command.params:
        if isinstance(param, click.Argument):
            count = chance.randint(1, 3) if param.nargs == -1 else 1
            given += [value_of(chance, param, person) for _ in range(count)]
        elif param.name == "data":
            good = "county" if words[0] == "county" else "vault"
            bad = chance.choice(("没有", "是文件夹", "空的.csv", ""))
            said += ["--data", good if chance.random() < 0.8 else bad]
        elif not param.required and chance.random() < RARELY.get(param.name, 0.6):
            continue
        elif param.is_flag:
            said.append(param.opts[0])
        else:
            said += [param.opts[0], value_of(chance, param, person)]
    return [*said, *(["--"] if chance.random() < 0.8 else []), *given]


@pytest.mark.parametrize("name", sorted(COMMANDS.keys() - NOT_TRIED))
def test_a_command_ends_in_words_whatever_it_is_given(name, here):
    for seed in range(TRIES):
        words = words_of(random.Random(f"{name} {seed}"), *COMMANDS[name], here)
        told = CliRunner().invoke(main, words)
        assert told.exception is None or isinstance(told.exception, SystemExit), words
        assert told.exit_code in (0, 1, 2), words
        assert "Traceback" not in told.output
        logs = [one.read_text("utf-8") for one in Path().rglob("gridapp.log")]
        assert logs == [], (words, told.stderr)
        assert told.exit_code == 0 or told.stderr.strip(), words


def test_every_command_is_tried_or_said_why_not():
    assert COMMANDS.keys() > NOT_TRIED
    assert len(COMMANDS) > 50


@pytest.mark.parametrize(
    "words", [("list", "\udcff"), ("export", "resident", "\udcff")]
)
def test_a_command_line_that_is_no_utf8_is_answered_in_words(words, here):
    told = CliRunner().invoke(main, [*words, "--data", "vault"])
    assert (told.exit_code, told.stdout) == (1, "")
    [line] = told.stderr.splitlines()
    assert HAN.search(line)
