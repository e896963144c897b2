"""PouchDB with its own server: one document a resident, batches of 1,000."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from bench.payload import texts
from bench.wire import Meter, free_port

PLACE = Path("build/pouch")  # where `make bench` installs it


def measure(count: int) -> dict[str, list[float]] | None:
    """{operation: [seconds, server's seconds of processor, bytes]}; None without it."""
    node = shutil.which("node")
    if node is None or not (PLACE / "node_modules").exists():
        return None
    with tempfile.TemporaryDirectory(prefix="pouch-") as name:
        folder, port = Path(name), free_port()
        (folder / "server").mkdir()
        rows = [{"_id": row["number"], **row} for row in texts(count)]
        (folder / "rows.json").write_text(json.dumps(rows), encoding="utf-8")
        server = _started([node, "server.js", str(port), str(folder / "server")])
        _line_of(server)
        meter = Meter(server.pid, port)
        source = str(folder / "rows.json")
        client = _started([node, "client.js", meter.url, str(folder), source])
        try:
            return _taken(client, meter, count)
        finally:
            for one in (client, server):
                one.terminate()
                one.communicate(timeout=30)


def _taken(
    client: subprocess.Popen[str], meter: Meter, count: int
) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    _do(client, "fill")
    found["push new"] = meter.take(_do, client, "push")
    found["pull new"] = meter.take(_do, client, "pull")
    if _do(client, "count")["count"] != count:
        raise RuntimeError("PouchDB did not bring every document")
    _do(client, "touch")
    found["push changed"] = meter.take(_do, client, "push")
    found["pull changed"] = meter.take(_do, client, "pull")
    found["nothing"] = meter.take(_do, client, "push")
    return found


def _started(command: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command,
        cwd=PLACE,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"NODE_ENV": "production"},
        text=True,
    )


def _line_of(process: subprocess.Popen[str]) -> str:
    if process.stdout is None:
        raise RuntimeError("the process has no output")
    return process.stdout.readline()


def _do(client: subprocess.Popen[str], command: str) -> dict[str, Any]:
    if client.stdin is None:
        raise RuntimeError("the process has no input")
    client.stdin.write(command + "\n")
    client.stdin.flush()
    answer = json.loads(_line_of(client))
    if "error" in answer:
        raise RuntimeError(answer["error"])
    return answer
