"""python -m bench.peers.anki COUNT: Anki's client with its own server, one JSON line.

Anki (AGPL) is run, never copied. One note a resident. Its first sync sends the file as
a whole, so "push new" and "pull new" are COUNT notes that follow.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.payload import texts
from bench.wire import Meter, free_port

USER = "bench:bench-password"


def _server(folder: Path, port: int) -> subprocess.Popen[bytes]:
    known = {
        "SYNC_USER1": USER,
        "SYNC_BASE": str(folder),
        "SYNC_HOST": "127.0.0.1",
        "SYNC_PORT": str(port),
        "MAX_SYNC_PAYLOAD_MEGS": "2000",
        "RUST_LOG": "error",
    }
    command = [sys.executable, "-m", "anki.syncserver"]
    quiet = subprocess.DEVNULL
    started = subprocess.Popen(
        command, env=os.environ | known, stdout=quiet, stderr=quiet
    )
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return started


def _note_type(laptop: Any, names: list[str]) -> None:
    made = laptop.models.new("resident")
    for name in names:
        laptop.models.add_field(made, laptop.models.new_field(name))
    card = laptop.models.new_template("card")
    card["qfmt"], card["afmt"] = "{{name}}", "{{note}}"
    laptop.models.add_template(made, card)
    laptop.models.add(made)


def _fill(laptop: Any, rows: list[dict[str, str]]) -> None:
    from anki.collection import AddNoteRequest

    kind, deck = laptop.models.by_name("resident"), laptop.decks.id("Default")
    asked: list[Any] = []
    for row in rows:
        note = laptop.new_note(kind)
        note.fields = [row["name"], *(v for k, v in row.items() if k != "name")]
        asked.append(AddNoteRequest(note=note, deck_id=deck))
    for start in range(0, len(asked), 5000):
        laptop.add_notes(asked[start : start + 5000])


def _touch(laptop: Any) -> None:
    notes: list[Any] = []
    for number in laptop.find_notes(""):
        note = laptop.get_note(number)
        note["note"] = f"改{number % 1_000_000:06}"
        notes.append(note)
    laptop.update_notes(notes)


def measure(count: int) -> dict[str, list[float]]:
    """{operation: [seconds, server's seconds of processor, bytes]}."""
    from anki.collection import Collection

    rows = list(texts(count))
    found: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory(prefix="anki-") as name:
        folder, port = Path(name), free_port()
        server = _server(folder / "server", port)
        meter = Meter(server.pid, port)
        try:
            one = Collection(str(folder / "one.anki2"))
            access = one.sync_login(*USER.split(":"), meter.url + "/")
            access.endpoint = meter.url + "/"
            _note_type(one, ["name", *(key for key in rows[0] if key != "name")])
            one.sync_collection(access, False)
            _whole(one, access, upload=True)
            two = Collection(str(folder / "two.anki2"))
            two.sync_collection(access, False)
            _whole(two, access, upload=False)
            time.sleep(1.1)  # Anki compares whole seconds
            _fill(one, rows)
            found["push new"] = meter.take(one.sync_collection, access, False)
            found["pull new"] = meter.take(two.sync_collection, access, False)
            if two.note_count() != count:
                raise RuntimeError("Anki did not bring every note")
            time.sleep(1.1)
            _touch(one)
            found["push changed"] = meter.take(one.sync_collection, access, False)
            found["pull changed"] = meter.take(two.sync_collection, access, False)
            found["nothing"] = meter.take(one.sync_collection, access, False)
            one.close()
            two.close()
        finally:
            server.terminate()
            server.wait()
    return found


def _whole(laptop: Any, access: Any, *, upload: bool) -> None:
    laptop.close_for_full_sync()
    laptop.full_upload_or_download(auth=access, server_usn=None, upload=upload)
    laptop.reopen(after_full_sync=True)


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]))))
