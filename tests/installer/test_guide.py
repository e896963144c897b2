"""The guides for IT say what the program does, the same in both languages."""

import re
import shlex
from pathlib import Path

import click
import pytest

from gridapp import paths
from gridapp.cli import main
from gridapp.county import attempts, preparing
from gridapp.sync import pin

ROOT = Path(__file__).parents[2]
GUIDES = {
    name: (ROOT / "docs" / name).read_text(encoding="utf-8")
    for name in ("it-guide.zh-CN.md", "it-guide.md")
}
SETUP = (ROOT / "installer" / "nsis" / "gridapp.nsi").read_text(encoding="utf-8")
COMMAND = re.compile(r"(?:^|`)(gridapp(?: [^`|\n]*)?)", re.MULTILINE)


def commands():
    """Every command line of the guides."""
    found = set()
    for page in GUIDES.values():
        for line in COMMAND.findall(page):
            words = line.partition("  ")[0].split(" #")[0].strip()
            if not re.match(r"gridapp[-_.]", words):
                found.add(words)
    return sorted(found)


def parsed(words):
    """The command that these words call, and the options that they use."""
    command, rest = main, list(words)
    options = {name for one in main.params for name in one.opts}
    while isinstance(command, click.Group) and rest:
        known = command.get_command(click.Context(command), rest[0])
        if known is None:
            break
        command = known
        options |= {name for one in command.params for name in one.opts}
        rest.pop(0)
    return command, options, [word for word in rest if word.startswith("-")]


@pytest.mark.parametrize("line", commands())
def test_every_command_and_option_is_there(line):
    words = shlex.split(line.replace("\\", "/"))[1:]
    command, options, used = parsed(words)
    assert set(used) <= options | {"--help"}, line
    if words and not words[0].startswith("-"):
        assert command is not main, line


def test_there_are_many_of_them():
    assert len(commands()) > 25


def test_both_guides_have_the_same_headings_and_the_same_commands():
    chinese, english = GUIDES.values()
    levels = [re.findall(r"^(#+) ", page, re.MULTILINE) for page in (chinese, english)]
    assert levels[0] == levels[1]
    assert len(levels[0]) > 30
    tables = [page.count("\n|---") for page in (chinese, english)]
    assert tables[0] == tables[1]
    blocks = [re.findall(r"```(\w+)\n", page) for page in (chinese, english)]
    assert blocks[0] == blocks[1]


@pytest.mark.parametrize("name", GUIDES)
def test_every_exit_code_of_setup_is_told(name):
    codes = set(re.findall(r"\$\{Leave\} (\d+)", SETUP))
    codes |= set(re.findall(r"SetErrorLevel (\d+)", SETUP)) | {"0", "2"}
    table = re.search(r"\n\| (?:返回值|code) \|.*?\n\n", GUIDES[name], re.DOTALL)
    assert table
    assert set(re.findall(r"^\| (\d+) \|", table[0], re.MULTILINE)) == codes


@pytest.mark.parametrize("name", GUIDES)
def test_every_switch_of_setup_is_told(name):
    taken = {
        one.rstrip("=") for one in re.findall(r'GetOptions} \$R0 "(/\w+=?)"', SETUP)
    }
    taken -= {"/HEAL"}  # of the uninstaller's own
    assert {one for one in taken if one not in GUIDES[name]} == set()


@pytest.mark.parametrize("name", GUIDES)
def test_every_file_of_the_repository_that_is_named_is_there(name):
    named = set(
        re.findall(r"`((?:tests|installer|scripts|\.github)/[\w./-]+)", GUIDES[name])
    )
    assert named
    assert [one for one in named if not (ROOT / one).exists()] == []


@pytest.mark.parametrize("name", GUIDES)
def test_every_variable_of_the_signing_is_told(name):
    source = (ROOT / "installer" / "sign.py").read_text(encoding="utf-8")
    variables = set(re.findall(r"GRIDAPP_SIGN_[A-Z0-9]+", source))
    assert variables
    assert {one for one in variables if f"`{one}`" not in GUIDES[name]} == set()


def test_the_figures_are_those_of_the_program():
    chinese, english = GUIDES.values()
    assert (
        f"默认 {preparing.DAYS} 天有效（`--days`，最多 {preparing.MOST_DAYS} 天）"
        in chinese
    )
    assert f"最多 {preparing.MOST_DAYS_ALONE} 天有效" in chinese
    assert f"{preparing.DAYS} days (`--days`, at most {preparing.MOST_DAYS})" in english
    assert f"{preparing.MOST_DAYS_ALONE} days at most" in english
    for page in (chinese, english):
        assert str(attempts.MOST[attempts.PIN]) in page
        assert f"\\{paths.ENROLMENT}`" in page
    assert f"{pin.DIGITS} 位登记口令" in chinese
    assert f"number of {pin.DIGITS} digits" in english


def test_the_package_and_its_folder_are_named_as_they_are():
    from installer import deb

    for page in GUIDES.values():
        assert deb.PACKAGE in page
        assert f"/{deb.HOME}/files" in page
