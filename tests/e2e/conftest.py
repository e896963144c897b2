"""Runs the installed program as people and scripts do: in processes of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

PROGRAM = Path(sys.executable).with_name("gridapp")
PASSWORD = "测试用的密码 1"


@dataclass
class Machine:
    """A home folder with a vault. `said` is all that its commands printed."""

    home: Path
    data: Path
    said: list[str] = field(default_factory=list)

    def env(self, **more):
        kept = {key: os.environ[key] for key in ("PATH", "PYTHONUTF8", "TMPDIR")
                if key in os.environ}  # fmt: skip
        return {
            **kept,
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "GRIDAPP_PASSWORD": PASSWORD,
            "PYTHONWARNINGS": "error",
            **more,
        }

    def call(self, *words, env=None, **how):
        """Run `gridapp` with these words; the finished process."""
        done = subprocess.run(
            [PROGRAM, *words],
            env=self.env(**(env or {})),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=300,
            **how,
        )
        self.said += [done.stdout, done.stderr]
        assert "Traceback" not in done.stderr, done.stderr
        return done

    def ok(self, command, *words, **how):
        """Run it on the vault; it must succeed. What it printed."""
        done = self.call("--data", self.data, *command.split(), *words, **how)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def answer(self, command, *words, **how):
        """The one JSON value that it printed."""
        return json.loads(self.ok(command, *words, "--json", **how))

    def refused(self, command, *words, **how):
        """Run it on the vault; it must fail with one sentence. That sentence."""
        done = self.call("--data", self.data, *command.split(), *words, **how)
        return sentence(done)


def sentence(done):
    """The one Chinese sentence of a command that failed."""
    assert done.returncode == 1, (done.returncode, done.stdout, done.stderr)
    assert done.stdout == ""
    [line] = done.stderr.splitlines()
    assert any("一" <= letter <= "鿿" for letter in line), line
    return line


@pytest.fixture
def machine(tmp_path):
    """Makes computers; a path has Chinese characters and a space, as many have."""

    def make(name):
        home = tmp_path / name
        home.mkdir()
        return Machine(home, home / "网格 数据")

    return make


@dataclass
class Server:
    """A county server in a process of its own."""

    machine: Machine
    process: subprocess.Popen
    url: str

    def code(self, grid, worker, role="worker"):
        """An enrolment code from its command line."""
        words = ("--grid", grid, "--worker", worker, "--role", role)
        return self.machine.answer("county enrol", *words)["code"]

    def stop(self, how=signal.SIGINT):
        """End it as Ctrl+C does; what it printed after its first line."""
        self.process.send_signal(how)
        out, err = self.process.communicate(timeout=300)
        return self.process.returncode, out + err


@pytest.fixture
def serve():
    """Starts `county serve` on a free port."""
    running = []

    def start(machine, port="0"):
        process = subprocess.Popen(
            [PROGRAM, "county", "serve", "--data", machine.data, "--port", port],
            env=machine.env(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        running.append(process)
        assert process.stdout
        url = process.stdout.readline().strip()
        assert url.startswith("http://127.0.0.1:"), process.stderr.read()
        return Server(machine, process, url)

    yield start
    for process in running:
        if process.poll() is None:
            process.kill()
            process.communicate()
