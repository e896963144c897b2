"""A working life of the program, to be recorded: commands, the window, accidents.

    python -m tests.leaks.life FOLDER ADDRESS CODE CODE

Every step is a process of its own (a fork of this one, which has read the program
already), so that each ends as a process ends. The accidents are SIGKILL, SIGABRT, a
fault of the program in a command and one in the window.
"""

from __future__ import annotations

import json
import logging
import os
import resource
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import redirect_stdout
from importlib import import_module
from io import StringIO
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import text

from gridapp.cli import main
from gridapp.models import Attachment, Dispute, Issue, Resident, Visit
from gridapp.paths import resources
from gridapp.store import records, slots, state, vault
from gridapp.work import attachments
from gridapp.work.attachments import PendingPhoto
from tests.conftest import DISPUTE
from tests.leaks import given
from tests.leaks.given import Place

PURPOSE = "报街道民政办摸底"
WHY = "电脑坏了又忘了密码"
OTHER = "闻人某"
FORM = "高龄独居老人摸底表.xlsx"
FINE = "code 0"
ISSUE = {  # what an issue is at least
    "title_text": given.ISSUE,
    "description": given.ISSUE,
    "source": "01",
    "category": "0101",
    "level": "normal",
    "state": "pending",
}


def ended(status: int) -> str:
    """How a process ended, in words."""
    kind = status & 0x7F
    return signal.Signals(kind).name if kind else f"code {status >> 8}"


class Life:
    """The steps of one worker's time with the program."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.data = place.data
        self.password = 1

    def step(self, name: str, work: Callable[[], object], ends: str = FINE) -> None:
        """Do something in a process of its own, which must end so."""
        begun = time.monotonic()
        pid = os.fork()
        if pid == 0:
            os._exit(_done(work))
        how = ended(os.waitpid(pid, 0)[1])
        print(f"{time.monotonic() - begun:6.2f} s  {name}: {how}", flush=True)
        if how != ends:
            raise SystemExit(f"the step “{name}” ended with {how}, not with {ends}")

    def gridapp(self, *words: object, ends: str = FINE) -> None:
        """A command of the program on the vault, with the password from a file."""
        said = [*(str(one) for one in words), *self._options()]
        name = " ".join(str(one) for one in words[:2])
        self.step(f"gridapp {name}", lambda: _quiet(said), ends)

    def county(self, *words: object) -> None:
        """A command at the county."""
        said = ["county", *(str(one) for one in words)]
        said += ["--data", str(self.place.county)]
        self.step(f"gridapp county {words[0]}", lambda: _quiet(said))

    def _options(self) -> list[str]:
        file = self.place.password(self.password)
        return ["--data", str(self.data), "--password-file", str(file)]

    def opened(self) -> vault.Store:
        """The vault, opened as every command does it."""
        word = self.place.password(self.password).read_text(encoding="utf-8")
        return vault.open_store(self.data, word)


def _quiet(words: list[str]) -> str:
    """What a command says; what was asked for on the screen is in no file."""
    said = StringIO()
    try:
        with redirect_stdout(said):
            main.main(words)
    except SystemExit as error:
        if error.code:
            raise
    return said.getvalue()


def _done(work: Callable[[], object]) -> int:
    """The exit code of a step."""
    try:
        work()
        code = 0
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else 1
    except BaseException:  # noqa: BLE001 (the edge of a process)
        traceback.print_exc(file=sys.__stdout__)
        code = 70
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    return code


def begin(life: Life, url: str, codes: list[str]) -> None:
    """Two laptops join the county; one imports a ledger."""
    for folder, code in zip((life.place.other, life.place.data), codes, strict=True):
        life.data = folder
        os.environ["GRIDAPP_CODE"] = code
        life.gridapp("init", "--server", url)
        del os.environ["GRIDAPP_CODE"]
    life.gridapp("import", life.place.full / "台账.csv")


def work(life: Life) -> None:
    """Visits, an issue with a photo, a dispute, a search, lists."""
    life.step("visit, issue with photo, dispute", lambda: _write_down(life))
    life.gridapp("search", given.NAMES[0])
    life.gridapp("list", "resident", "--unmask")
    life.gridapp("today")


def _by_itself(life: Life) -> None:
    words = [sys.executable, "-m", "gridapp", "list", "grid", *life._options()]
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)


def _write_down(life: Life) -> None:
    store = life.opened()
    photo = store.photos.take(life.place.given / "门口.jpg")
    store.photos.thumbnail(photo.hash)
    with store.writing() as tx:
        person = records.find(tx.db, Resident)[0]["id"]
        visit = {"resident_id": person, "mode": "home", "note": given.NOTE}
        records.save(tx, Visit, visit | {"started_at": tx.at, "condition": "good"})
        key = records.save(tx, Issue, ISSUE | {"found_at": tx.at})
        records.save(tx, Dispute, DISPUTE | {"summary": given.DISPUTE})
        attachments.attach(tx, "issue", key, [PendingPhoto(photo, "门口.jpg")])
    store.close()


def give_out(life: Life) -> None:
    """Papers and files, as everybody gets them and in full."""
    masked, full = life.place.masked, life.place.full
    who = ("--where", f"name={given.NAMES[0]}")
    why = ("--unmask", "--purpose", PURPOSE)
    life.gridapp("export", "resident", masked / "居民.xlsx")
    life.gridapp("export", "resident", full / "居民.xlsx", *why)
    life.gridapp("print", "visit-sheet", masked / "走访单.pdf", *who)
    life.gridapp("print", "resident-card", full / "居民卡.pdf", *who, *why)
    form = resources() / "samples" / FORM
    life.gridapp("fill", form, masked / FORM)


def sync(life: Life) -> None:
    """Both laptops, then a stick."""
    life.gridapp("sync")
    life.data = life.place.other
    life.gridapp("sync")
    life.data = life.place.data
    sealed = life.place.sealed
    life.gridapp("add", "resident", "name=" + given.NAMES[0], "note=" + given.NOTE)
    life.gridapp("package", "export", sealed / "上报.gridpkg")
    life.county("package", sealed / "上报.gridpkg", "--out", sealed)
    [answer] = [one for one in sealed.glob("*.gridpkg") if one.stem != "上报"]
    life.gridapp("package", "import", answer)


def keep(life: Life) -> None:
    """Backups and a restore, doctor and rescue, accounts, a forgotten password."""
    place = life.place
    life.gridapp("backup", place.sealed / "备份.gridbak", "--with-photos")
    life.gridapp("backup")
    life.gridapp("restore", place.sealed / "备份.gridbak", "--yes", "--purpose", WHY)
    life.gridapp("sync")
    life.gridapp("doctor", "--audit")
    life.gridapp("doctor", "--repair")
    life.gridapp("rescue", place.full / "取出.xlsx", "--purpose", PURPOSE)
    life.gridapp("acts")
    new = ("--new-password-file", place.password(2))
    life.gridapp("worker", "add", OTHER, "--role", "worker", *new)
    life.gridapp("worker", "remove", OTHER)
    life.gridapp("passwd", *new)
    life.password = 2
    life.gridapp("sync")
    _forget(life)


def _forget(life: Life) -> None:
    """The county lets in who forgot the password."""
    place, told = life.place, life.place.given / "recover.json"
    life.step(
        "gridapp recover",
        lambda: told.write_text(
            _quiet(["recover", str(place.sealed), "--data", str(place.data), "--json"]),
            encoding="utf-8",
        ),
    )
    request = json.loads(told.read_text(encoding="utf-8"))
    code = ("--code", request["code"], "--purpose", WHY, "--out", place.sealed)
    life.county("recover", request["file"], *code)
    [answer] = place.sealed.glob("*.gridkey")
    new = ["--new-password-file", str(place.password(3)), "--data", str(place.data)]
    life.step("gridapp recover", lambda: _quiet(["recover", str(answer), *new]))
    life.password = 3


def accidents(life: Life) -> None:
    """A fault of the program in a command; a pulled plug in mid-save."""
    life.step("a fault in a command", lambda: _fault(life), "code 1")
    life.step("SIGKILL in mid-save", lambda: _killed(life), "SIGKILL")
    life.gridapp("doctor")


def _fault(life: Life) -> None:
    @main.command("fails")
    def fails() -> None:
        store = life.opened()
        with store.reading() as db:
            people = records.find(db, Resident)
        raise RuntimeError(f"{people} {store.key.hex()} {given.PASSWORD}")

    assert fails
    _quiet(["fails"])


def _killed(life: Life) -> None:
    store = life.opened()
    with store.writing() as tx:
        for _ in range(400):  # more than the page cache holds back
            person = {"name": given.NAMES[1], "illness": given.ILLNESS * 40}
            records.save(tx, Resident, person)
        os.kill(os.getpid(), signal.SIGKILL)


def window(life: Life) -> None:
    """Sign in, look at every page, type, meet a fault, lock, and be killed."""
    from tests.leaks import window

    password = life.place.password(life.password).read_text(encoding="utf-8")
    for end in ("SIGKILL", "SIGABRT"):
        life.step(
            f"the window, until {end}",
            lambda end=end: window.use(
                life.place, password, signal.Signals[end], lambda: _by_itself(life)
            ),
            end,
        )


def tell_secrets(life: Life) -> None:
    """Write down for the search what only the vault knows by now."""
    file = life.place.secrets
    if file.exists():
        said = json.loads(file.read_text(encoding="utf-8"))
    else:
        said = {"keys": [], "tokens": [], "pictures": []}
    store = life.opened()
    with store.reading() as db:
        said["tokens"].append(state.value(db, "token"))
        rows = records.find(db, Attachment)
        said["drafts"] = list(db.scalars(text("SELECT content FROM draft")))
    photo_key = HKDF(SHA256(), 32, salt=None, info=b"gridapp photos 1")
    said["keys"] += [store.key.hex(), photo_key.derive(store.key).hex()]
    for row in rows:
        whole = store.photos.read(row["hash"])
        small = store.photos.thumbnail(row["hash"])
        said["pictures"] += [whole.hex(), small.hex()]
    store.close()
    file.write_text(json.dumps(said), encoding="utf-8")


def _read_the_program() -> None:
    """What commands import late, once for all the processes to come."""
    for name in (
        "gridapp.office.exporting.export",
        "gridapp.office.filling.fill",
        "gridapp.office.ledgers.ledger",
        "gridapp.office.sheets.sheet",
        "gridapp.sync.client",
        "openpyxl",
        "pandas",
        "PIL.JpegImagePlugin",
        "reportlab.pdfbase.ttfonts",
        "xlsxwriter",
    ):
        import_module(name)


def live(place: Place, url: str, codes: list[str]) -> None:
    """All of it."""
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (most, most))  # as where they are kept
    logging.basicConfig(  # every library says what it can
        level=logging.DEBUG, filename=place.home / "debug.log", encoding="utf-8"
    )
    slots.PASSES, slots.MEMORY_KIB = 1, 64  # what Argon2id costs is not the question
    _read_the_program()
    life = Life(place)
    begin(life, url, codes)
    work(life)
    give_out(life)
    sync(life)
    life.step("what only the vault knows", lambda: tell_secrets(life))
    keep(life)
    accidents(life)
    window(life)
    life.step("what only the vault knows", lambda: tell_secrets(life))


if __name__ == "__main__":
    live(Place(Path(sys.argv[1])), sys.argv[2], sys.argv[3:])
