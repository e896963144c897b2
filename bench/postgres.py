"""A private PostgreSQL for the bench and the tests, of the programs on this machine."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

STARTS_WITHIN = 30.0  # seconds


def programs() -> Path | None:
    """The folder of initdb and postgres; None when they are not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    if found:
        return found[-1].parent
    return Path(on_path).resolve().parent if on_path else None


@contextmanager
def cluster(where: Path, *settings: str) -> Generator[str]:
    """A server with its usual settings; gives the address pattern of a database.

    It is stopped and removed afterwards. PostgreSQL does not run as root, and the
    path of its socket has to be short. `settings` stand as `fsync=off`.
    """
    folder = Path(tempfile.mkdtemp(prefix="gridapp-pg-"))
    if _as_nobody():
        shutil.chown(folder, _as_nobody()["user"])
    data, url = folder / "data", f"postgresql://county@/{{}}?host={folder}"
    make = ["-D", str(data), "-A", "trust", "-U", "county", "-E", "UTF8"]
    command = [where / "initdb", *make, "--locale=C.UTF-8"]
    subprocess.run(command, check=True, **_quietly(folder))
    server = start(where, folder, *settings)
    try:
        yield url
    finally:
        server.send_signal(signal.SIGINT)  # does not wait for connections
        server.wait(STARTS_WITHIN)
        shutil.rmtree(folder, ignore_errors=True)


def start(where: Path, folder: Path, *settings: str) -> subprocess.Popen[bytes]:
    """The server on the cluster in `folder`, once it answers."""
    import psycopg

    serve = ["-D", str(folder / "data"), "-k", str(folder)]
    for setting in ("listen_addresses=", *settings):
        serve += ["-c", setting]
    server = subprocess.Popen([where / "postgres", *serve], **_quietly(folder))
    try:
        _await(f"postgresql://county@/postgres?host={folder}")
    except psycopg.OperationalError:
        server.kill()
        server.wait()
        raise
    return server


def _quietly(folder: Path) -> dict[str, Any]:
    how: dict[str, Any] = {"cwd": folder, "stdout": subprocess.DEVNULL}
    return how | {"stderr": subprocess.DEVNULL} | _as_nobody()


def _as_nobody() -> dict[str, Any]:
    if os.name == "posix" and os.geteuid() == 0:
        return {"user": "nobody", "extra_groups": []}
    return {}


def new_database(url: str, name: str, how: str = "") -> str:
    """The address of a new database of the cluster at `url`, empty unless `how`."""
    import psycopg

    with psycopg.connect(url.format("postgres"), autocommit=True) as db:
        db.execute(f"CREATE DATABASE {name} {how}".encode())
    return url.format(name)


def _await(url: str) -> None:
    import psycopg

    deadline = time.monotonic() + STARTS_WITHIN
    while True:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return
