"""The database of a new vault, which gets its name once its key is kept.

Whoever is killed before that has no vault, and the next try begins anew: nothing can be
in the way that nobody has a key for. Whoever is killed after that has a vault, and its
next opening gives the database its name.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import Connection, Engine

from gridapp import durable
from gridapp.store import saved, slot_file
from gridapp.store.database import make_engine

_BEGUN = ".new"  # after the name of the database
_BESIDE = ("", "-wal", "-shm")  # what SQLite keeps beside a file


@contextmanager
def new(path: Path, key: bytes) -> Generator[Connection]:
    """A transaction on the database that will be `path`, empty; all of it is on the
    disk afterwards.

    What an earlier try left is removed. Raises OSError.
    """
    _remove(path)
    made = _begun(path)
    made.touch(mode=0o600)  # the WAL beside it gets the same mode
    with (
        opened(path, key) as engine,
        engine.execution_options(gridapp_writes=True).begin() as db,
    ):
        yield db


@contextmanager
def opened(path: Path, key: bytes) -> Generator[Engine]:
    """The database that was made and has no name yet; what was written is in the one
    file afterwards, which gets the name alone. After an error it is gone."""
    engine = make_engine(_begun(path), key)
    try:
        try:
            yield engine
            with engine.connect() as db:
                db.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
                db.rollback()
        finally:
            engine.dispose()
    except BaseException:
        with suppress(OSError):  # else the next try removes it
            _remove(path)
        raise


@contextmanager
def named(path: Path, keys: Path) -> Generator[None]:
    """Inside, the slot file `keys` is written, then the database gets its name
    (`finish`) and is opened.

    After an error there is neither, so that the same folder can be tried again.
    """
    try:
        yield
    except BaseException:
        with suppress(OSError):  # else the next opening gives it its name
            if path.exists():
                path.replace(_begun(path))
            slot_file.remove(keys)
            for end in _BESIDE[1:]:  # nothing was written since it has its name
                path.with_name(path.name + end).unlink(missing_ok=True)
        raise


def finish(path: Path) -> None:
    """Give the database its name, if it was made and has none yet. Raises OSError.

    Its key must be kept by now.
    """
    if not path.exists() and _begun(path).exists():
        durable.take_place(_begun(path), path)


def _remove(path: Path) -> None:
    """Remove what was begun, and what was noted of it. Raises OSError."""
    made = _begun(path)
    for end in _BESIDE:
        made.with_name(made.name + end).unlink(missing_ok=True)
    saved.forget(path.parent)


def _begun(path: Path) -> Path:
    return path.with_name(path.name + _BEGUN)
