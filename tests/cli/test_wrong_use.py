"""Whatever is wrong ends in one Chinese sentence, never in a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from gridapp.cli import main
from gridapp.cli.commands import Commands
from gridapp.errors import UserError
from gridapp.sync.recovery import _ANSWER

PASSWORD = "测试用的密码 1"
FOUND = ("--grid", "990101001001001", "--name", "第3网格")


@pytest.fixture
def run(monkeypatch, tmp_path):
    monkeypatch.delenv("GRIDAPP_PASSWORD", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))

    def call(*words):
        told = CliRunner().invoke(main, [str(word) for word in words])
        assert told.exception is None or isinstance(told.exception, SystemExit)
        return told

    return call


@pytest.fixture
def password(tmp_path):
    file = tmp_path / "密码.txt"
    file.write_text(PASSWORD + "\n第二行不算", encoding="utf-8")
    return file


@pytest.fixture
def data(run, password, tmp_path):
    folder = tmp_path / "网格 数据"
    made = run("init", "--data", folder, "--password-file", password, *FOUND)
    assert made.exit_code == 0, made.stderr
    return folder


def failed(told):
    """The one sentence of a command that failed."""
    assert (told.exit_code, told.stdout) == (1, ""), (told.stdout, told.stderr)
    [line] = told.stderr.splitlines()
    return line


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-8"])
def test_a_password_file_as_windows_writes_it(run, data, tmp_path, encoding):
    file = tmp_path / "windows.txt"
    file.write_bytes(f"{PASSWORD}\r\n".encode(encoding))
    told = run("--data", data, "list", "grid", "--json", "--password-file", file)
    assert told.exit_code == 0, told.stderr
    assert len(json.loads(told.stdout)) == 1


@pytest.mark.parametrize(
    ("content", "words"), [(b"", "空的"), (b"\r\n", "空的"), (b"\xb2\xe2", "UTF-8")]
)
def test_a_password_file_that_gives_none(run, data, tmp_path, content, words):
    file = tmp_path / "bad.txt"
    file.write_bytes(content)
    said = failed(run("list", "grid", "--data", data, "--password-file", file))
    assert words in said


def test_nobody_is_asked_for_a_password_where_nobody_can_type(run, data):
    assert "--password-file" in failed(run("list", "grid", "--data", data))


def test_a_new_password_where_nobody_can_type_comes_from_a_file_of_its_own(
    run, data, password, tmp_path
):
    given = ("--data", data, "--password-file", password)
    for words in (("add", "李桂英"), ("change", "李桂英")):
        assert "--new-password-file" in failed(run("worker", *words, *given))
    answer = tmp_path / "答复.gridkey"
    answer.write_bytes(_ANSWER)
    assert "--new-password-file" in failed(run("recover", answer, "--data", data))


def test_the_folder_may_stand_before_the_command_or_after(run, data, password):
    after = run("list", "grid", "--json", "--data", data, "--password-file", password)
    before = run("--data", data, "list", "grid", "--json", "--password-file", password)
    assert after.stdout == before.stdout != ""
    held = ("decide", "01234567-89ab-cdef-0123-456789abcdef", "mine")
    between = run("conflicts", "--data", data, "--password-file", password, *held)
    assert "没有这一项" in failed(between)


def test_an_init_that_fails_leaves_nothing_and_can_be_repeated(run, password, tmp_path):
    folder = tmp_path / "new"
    words = ("init", "--data", folder, "--password-file", password)
    nowhere = ("--server", "http://127.0.0.1:9", "--code", "2222-3333-4444")
    assert "连不上" in failed(run(*words, *nowhere))
    assert not folder.exists()
    assert "网格编码" in failed(run(*words, "--grid", " ", "--name", "第3网格"))
    assert not folder.exists()
    assert run(*words, *FOUND).exit_code == 0
    assert run(*words, *FOUND, *nowhere).exit_code == 2


def test_a_pointer_to_nothing_and_an_unknown_record(run, data, password, monkeypatch):
    monkeypatch.setenv("GRIDAPP_PASSWORD", PASSWORD)
    nobody = "01234567-89ab-cdef-0123-456789abcdef"
    vault = ("--data", data)
    added = run(*vault, "add", "resident", "name=李桂英", f"household_id={nobody}")
    assert "所指的记录" in failed(added)
    assert "没有这条居民" in failed(run(*vault, "set", "resident", nobody, "name=李"))


def test_wrong_usage_is_said_in_chinese_on_any_machine(run, monkeypatch):
    monkeypatch.setenv("LC_ALL", "C")
    for words, part in (
        (["serch"], "没有 serch 这个命令"),
        (["serch"], "search"),  # proposed, as it is like it
        (["county", "statsu"], "status"),
        (["list"], "缺少参数"),
        (["list", "resident", "--limit", "0"], "超出范围"),
        (["import", "a.csv", "--map", "/no/such.json"], "找不到 /no/such.json"),
        (["county", "status"], "缺少选项"),
    ):
        told = run(*words)
        assert (told.exit_code, told.stdout) == (2, "")
        assert part in told.stderr
        assert "Error" not in told.stderr


def test_every_command_has_chinese_help(run):
    def commands(group, above):
        context = click.Context(group)
        for name in group.list_commands(context):  # they are read when wanted
            one = group.get_command(context, name)
            yield [*above, name]
            if isinstance(one, click.Group):
                yield from commands(one, [*above, name])

    for words in commands(main, []):
        told = run(*words, "--help")
        assert told.exit_code == 0
        for line in told.stdout.splitlines():
            if line.startswith("  --"):
                assert any("一" <= letter <= "鿿" for letter in line) or (
                    line.split()[-1].isupper()  # its words are on the next line
                ), (words, line)


def test_a_fault_of_the_program_is_logged_without_what_it_met(run, tmp_path):
    @click.group(cls=Commands)
    def group():
        pass

    @group.command()
    def fails():
        raise ValueError("1380000" + "5521")

    @group.command()
    def refuses():
        raise UserError("请先选人")

    told = CliRunner().invoke(group, ["fails"])
    assert told.exit_code == 1
    [file] = (tmp_path / "state").rglob("gridapp.log")
    assert str(file) in failed(told)
    log = file.read_text(encoding="utf-8")
    assert "ValueError" in log
    assert "in fails" in log
    assert "13800005521" not in log + told.output
    assert failed(CliRunner().invoke(group, ["refuses"])) == "请先选人"


def test_a_county_that_cannot_be_opened(run, tmp_path):
    where = tmp_path / "county"
    county = ("county", "status", "--data", where)
    assert "没有县级服务器的数据" in failed(run(*county))
    away = "postgresql://x:geheim@127.0.0.1:1/none"
    said = failed(run("county", "init", "--data", where, "--database", away))
    assert "连不上数据库" in said
    assert "geheim" not in said
    assert run("county", "init", "--data", where).exit_code == 0
    database = where / "county.db"
    database.write_bytes(b"\x01" * 8192)
    assert "已损坏" in failed(run(*county))
    database.unlink()
    assert "不见了" in failed(run(*county))
    (where / "county.json").write_text("{", encoding="utf-8")
    assert "已损坏" in failed(run(*county))


def test_the_window_without_a_screen_says_so(tmp_path):
    hidden = {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}
    told = subprocess.run(
        [sys.executable, "-m", "gridapp", "--data", str(tmp_path)],
        env={name: value for name, value in os.environ.items() if name not in hidden},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert told.returncode == 1
    assert "没有图形界面" in told.stderr
    assert "Traceback" not in told.stderr
