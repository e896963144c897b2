"""The page for whoever runs a county, and the files it has them install: they say what
the program does."""

import configparser
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from gridapp.cli import main
from gridapp.county import metrics, serving, store
from gridapp.sync import photos, protocol

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "county-server.md").read_text(encoding="utf-8")
FILES = ROOT / "installer" / "county"
COMMAND = re.compile(r"gridapp (?:county|enrol)[^`\n|]*")
UNITS = sorted(path.name for path in FILES.glob("gridapp-county*.*"))


def blocks():
    """Commands of the blocks that are to be run, in order."""
    found = re.findall(r"<!-- run -->\n```sh\n(.*?)```", PAGE, re.DOTALL)
    return [line for block in found for line in block.splitlines() if line]


def test_every_block_that_says_so_runs_as_it_stands(tmp_path):
    for name in ("var/lib", "var/backups/gridapp/daily"):
        (tmp_path / name).mkdir(parents=True)
    lines = blocks()
    assert len(lines) > 12

    for line in lines:
        words = [
            str(tmp_path / word[1:]) if word.startswith("/var/") else word
            for word in shlex.split(line)
        ]
        done = CliRunner().invoke(main, words[1:])
        assert done.exit_code == 0, (line, done.output)


def parsed(words):
    """The command that these words call; fails when an option is not there."""
    command, rest = main, list(words)
    while isinstance(command, click.Group) and rest:
        known = command.get_command(click.Context(command), rest[0])
        if known is None:
            break
        command = known
        rest.pop(0)
    options = {name for one in command.params for name in one.opts}
    used = [word for word in rest if word.startswith("--")]
    assert command is not main, words
    assert set(used) <= options, words
    return command


@pytest.mark.parametrize("line", sorted(set(COMMAND.findall(PAGE))))
def test_every_command_on_the_page_is_there(line):
    words = shlex.split(line.replace("…", ""))[1:]
    if words != ["county"]:
        parsed(words)


def test_every_metric_on_the_page_is_there():
    source = Path(metrics.__file__).read_text(encoding="utf-8")
    named = set(re.findall(r"`(gridapp_[a-z_]+)`", PAGE))

    assert named
    assert {one for one in named if f'"{one}"' not in source} == set()


def test_every_sentence_a_worker_may_report_is_one_the_program_says():
    source = "".join(
        re.sub(r'"\s*\n\s*"', "", path.read_text(encoding="utf-8"))
        for path in (ROOT / "gridapp").rglob("*.py")
    )
    table = PAGE.partition("| 网格员看到 |")[2].splitlines()[2:]
    sentences = [line.split("|")[1].strip() for line in table if line.startswith("|")]

    assert len(sentences) > 10
    assert [one for one in sentences if one not in source] == []


def test_the_numbers_of_the_page_are_those_of_the_program():
    assert f"最多 {serving.STOPS_WITHIN} 秒" in PAGE
    assert f"最多用 {store.CONNECTIONS} 个数据库连接" in PAGE


@pytest.fixture
def unit():
    """A unit file by name, as sections."""

    def read(name):
        parser = configparser.ConfigParser(strict=False, interpolation=None)
        parser.optionxform = str
        parser.read(FILES / name, encoding="utf-8")
        return parser

    return read


def test_the_service_starts_what_is_there(unit):
    service = unit("gridapp-county.service")["Service"]
    start = service["ExecStart"].replace("$COUNTY_OPTIONS", "").split()
    environment = (FILES / "county.env").read_text(encoding="utf-8")
    options = re.findall(r"COUNTY_OPTIONS=(.*)", environment)

    assert len(options) == 3
    for one in options:
        command = parsed([*start[1:], *shlex.split(one)])
        words = [*start[3:], *shlex.split(one)]
        command.make_context("serve", words)
    assert int(service["TimeoutStopSec"]) > serving.STOPS_WITHIN
    for locked in ("NoNewPrivileges", "PrivateTmp", "ProtectHome"):
        assert service[locked] == "yes"


def test_the_nightly_backup_makes_one(unit, tmp_path):
    """Its own command line, with the folders of this test."""
    service = unit("gridapp-county-backup.service")["Service"]
    CliRunner().invoke(main, ["county", "init", "--data", str(tmp_path / "county")])
    line = service["ExecStart"].replace("$$", "$").replace("%%", "%")
    line = line.replace("/var/lib/gridapp-county", str(tmp_path / "county"))
    line = line.replace("/var/backups/gridapp", str(tmp_path))
    program = f"{sys.executable} -m gridapp"
    line = line.replace("/opt/gridapp/.venv/bin/gridapp", program)
    (tmp_path / "daily").mkdir()

    subprocess.run(shlex.split(line), check=True, cwd=ROOT, capture_output=True)

    assert len(list((tmp_path / "daily").glob("*.backup"))) == 1


def test_the_service_finds_its_folders_made_for_its_user(unit):
    """Its user may make none in /var/lib: `county init` on the page would fail."""
    text = (FILES / "tmpfiles.conf").read_text(encoding="utf-8")
    made = {
        line.split()[1]: line.split()[2:5]
        for line in text.splitlines()
        if line.startswith("d ")
    }
    start = unit("gridapp-county.service")["Service"]["ExecStart"].split()
    backup = unit("gridapp-county-backup.service")["Service"]["ReadWritePaths"]

    for folder in (start[start.index("--data") + 1], backup):
        assert made[folder] == ["0700", "gridapp", "gridapp"]


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")
def test_systemd_takes_the_units(tmp_path):
    """With a user and a program of this machine in place of those it will have."""
    for name in UNITS:
        text = (FILES / name).read_text(encoding="utf-8")
        text = text.replace("/opt/gridapp/.venv/bin/gridapp", sys.executable)
        text = text.replace("=gridapp\n", "=root\n")
        (tmp_path / name).write_text(text, encoding="utf-8")
        extra = tmp_path / f"{name}.d"
        if name.endswith(".service"):
            extra.mkdir()
            shutil.copy(FILES / "password.conf", extra)

    units = [str(tmp_path / name) for name in UNITS]
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )

    told = [line for line in done.stderr.splitlines() if str(tmp_path) in line]
    assert (done.returncode, told) == (0, [])


def test_the_proxies_let_a_whole_request_through():
    nginx = (FILES / "nginx.conf").read_text(encoding="utf-8")
    caddy = (FILES / "Caddyfile").read_text(encoding="utf-8")
    largest = max(protocol.MAX_PUSH, photos.Pace.most)

    [megabytes] = re.findall(r"client_max_body_size (\d+)m;", nginx)
    assert int(megabytes) << 20 >= largest
    [megabytes] = re.findall(r"max_size (\d+)MB", caddy)
    assert int(megabytes) * 10**6 >= largest
    assert "proxy_request_buffering off;" in nginx
    for text in (nginx, caddy):
        assert "/metrics" in text
