"""The straight pipe: read, MessagePack and zstd, HTTP, write. Nothing is looked at.

python -m bench.straight PORT DATABASE serves one (`postgresql://…`, or a SQLite file).
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import httpx
import msgspec
import zstandard

BATCH = 1000
COLUMNS = 20
Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


def packed(rows: Any) -> bytes:
    """Rows as they travel."""
    return zstandard.ZstdCompressor(3).compress(msgspec.msgpack.encode(rows))


def unpacked(body: bytes) -> list[list[Any]]:
    """Rows that travelled."""
    return msgspec.msgpack.decode(zstandard.decompress(body))


def up(url: str, rows: Iterable[list[tuple[Any, ...]]]) -> None:
    """Send batches, one after the other."""
    with httpx.Client(timeout=60) as client:
        for batch in rows:
            client.post(f"{url}/up", content=packed(batch)).raise_for_status()


def down(url: str, keep: Callable[[list[list[Any]]], None]) -> int:
    """Fetch every row, in batches; how many bytes came."""
    received, after = 0, ""
    with httpx.Client(timeout=60) as client:
        while True:
            answer = client.post(f"{url}/down", content=after.encode())
            received += len(answer.content)
            rows = unpacked(answer.raise_for_status().content)
            if not rows:
                return received
            keep(rows)
            after = rows[-1][0]


class _Postgres:
    def __init__(self, url: str) -> None:
        import psycopg

        self._db = psycopg.connect(url)
        names = ", ".join(f"c{one} text" for one in range(1, COLUMNS))
        self._db.execute(
            f"CREATE TABLE straight (id text PRIMARY KEY, {names})".encode()
        )
        self._db.commit()

    def write(self, rows: list[list[Any]]) -> None:
        with self._db.cursor() as cursor, cursor.copy("COPY straight FROM STDIN") as to:
            for row in rows:
                to.write_row(row)
        self._db.commit()

    def read(self, after: str) -> list[Any]:
        query = "SELECT * FROM straight WHERE id > %s ORDER BY id LIMIT %s"
        return self._db.execute(query, (after, BATCH)).fetchall()


class _Sqlite:
    def __init__(self, path: str) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        names = ", ".join(f"c{one}" for one in range(1, COLUMNS))
        self._db.execute(f"CREATE TABLE straight (id TEXT PRIMARY KEY, {names})")

    def write(self, rows: list[list[Any]]) -> None:
        marks = ", ".join("?" * COLUMNS)
        self._db.execute("BEGIN")
        self._db.executemany(f"INSERT INTO straight VALUES ({marks})", rows)
        self._db.execute("COMMIT")

    def read(self, after: str) -> list[Any]:
        query = "SELECT * FROM straight WHERE id > ? ORDER BY id LIMIT ?"
        return self._db.execute(query, (after, BATCH)).fetchall()


def _app(target: _Postgres | _Sqlite) -> Callable[..., Awaitable[None]]:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        body = b""
        while True:
            piece = await receive()
            body += piece.get("body", b"")
            if not piece.get("more_body"):
                break
        if scope["path"] == "/up":
            target.write(unpacked(body))
            answer = b""
        else:
            answer = packed([tuple(row) for row in target.read(body.decode())])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": answer})

    return app


def main() -> None:
    """Serve until told to stop."""
    import uvicorn

    port, where = int(sys.argv[1]), sys.argv[2]
    target = _Postgres(where) if where.startswith("postgresql") else _Sqlite(where)
    uvicorn.run(_app(target), port=port, log_level="error", lifespan="off")


if __name__ == "__main__":
    main()
