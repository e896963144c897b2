"""The encrypted database file: connections, transactions, faults in words."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from importlib import import_module
from itertools import chain
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.store.faults import (
    BROKEN_DISK,
    FULL,
    IN_USE,
    READ_ONLY,
    Damaged,
    file_faults_in_words,
)

sqlcipher: Any = import_module("sqlcipher3.dbapi2")  # it carries no types

# The driver forgets the statement that was used least often: with its 128 the making of
# a vault fills them, and every save prepares its own anew, at four times its cost.
_STATEMENTS = 512
_TOGETHER = 100  # rows of one statement
_WAL_KEPT = 32 << 20  # bytes of WAL file that stay after a large import
_PRAGMAS = (
    "cipher_memory_security = OFF",
    "foreign_keys = ON",
    "recursive_triggers = ON",  # else REPLACE goes around the DELETE triggers
    "journal_mode = WAL",
    "synchronous = FULL",  # what was confirmed survives a power cut
    "wal_autocheckpoint = 4000",  # pages; a page of a sync is some hundreds
    "busy_timeout = 10000",
    "temp_store = MEMORY",  # nothing readable in temporary files
    f"journal_size_limit = {_WAL_KEPT}",
)
_FAULTS = (
    ("database or disk is full", FULL),
    ("readonly database", READ_ONLY),
    ("database is locked", IN_USE),
    ("locking protocol", IN_USE),
    ("malformed", tr("数据文件已损坏，请从备份恢复")),
    ("vtable constructor failed", tr("数据文件已损坏，请从备份恢复")),  # of the index
    ("file is not a database", tr("数据文件已损坏或密钥不符，请从备份恢复")),
    (
        "unable to open database file",
        tr("打不开数据文件，请检查文件夹是否还在，磁盘是否已满"),
    ),
    ("disk I/O error", BROKEN_DISK),
    ("FOREIGN KEY constraint", tr("所指的记录不在这台电脑上，请核对编号后再试")),
)


def keyed(path: Path, key: bytes) -> Any:
    """A driver's connection to the SQLCipher file at `path`, and nothing set but its
    key: for copying a file and looking at a copy. The caller closes it."""
    db: Any = sqlcipher.connect(
        str(path),
        check_same_thread=False,
        timeout=10,
        cached_statements=_STATEMENTS,
    )
    with ExitStack() as on_failure:
        on_failure.callback(db.close)
        db.isolation_level = None
        db.execute("PRAGMA cipher_log_level = NONE")
        db.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        db.execute("PRAGMA temp_store = MEMORY")
        on_failure.pop_all()
    return db


def make_engine(path: Path, key: bytes) -> Engine:
    """An engine on the SQLCipher file at `path`, opened with the raw data key.

    Transactions are explicit, because the driver's own neither roll back DDL nor
    start before a SELECT (design.md §4).
    """

    def connect() -> Any:
        with ExitStack() as on_failure:
            db = keyed(path, key)
            on_failure.callback(db.close)
            for pragma in _PRAGMAS:
                db.execute(f"PRAGMA {pragma}")
            on_failure.pop_all()
        return db

    engine = create_engine(
        "sqlite://",
        module=sqlcipher,
        creator=connect,
        poolclass=QueuePool,
        pool_size=4,
        pool_use_lifo=True,  # the last one used has the warmest pages
        max_overflow=4,
        hide_parameters=True,  # no personal data in an error's text
    )

    def on_begin(db: Connection) -> None:
        writes = db.get_execution_options().get("gridapp_writes", False)
        driver(db).execute("BEGIN IMMEDIATE" if writes else "BEGIN")

    event.listen(engine, "begin", on_begin)
    return engine


def opens(path: Path, key: bytes) -> bool:
    """Whether that is the data key of the file, by its first page."""
    db = keyed(path, key)
    try:
        db.execute("SELECT count(*) FROM sqlite_master")
    except sqlcipher.DatabaseError as error:
        if "file is not a database" in str(error):
            return False
        raise
    finally:
        db.close()
    return True


def change_key(path: Path, key: bytes, new: bytes) -> None:
    """Encrypt the whole file anew, in one transaction: kept or undone as any other.

    Nobody else may have it open, in this process or another: then it is refused at
    once ("database is locked") and nothing is changed.
    """
    db = keyed(path, key)
    try:
        for pragma in (
            "busy_timeout = 0",
            "locking_mode = EXCLUSIVE",
            "journal_mode = WAL",
            "synchronous = FULL",
        ):
            db.execute(f"PRAGMA {pragma}").fetchall()
        db.execute("BEGIN EXCLUSIVE")
        db.execute("COMMIT")  # the lock stays: it is the file's own from here on
        db.execute(f"PRAGMA rekey = \"x'{new.hex()}'\"")
    finally:
        db.close()


def driver(db: Connection) -> Any:
    """The driver's own connection, in the transaction of `db`.

    For the statements of every save: SQLAlchemy's way takes longer than they do.
    """
    return db.connection.driver_connection


def write_rows(
    db: Connection, statement: str, row: str, rows: Sequence[tuple[Any, ...]]
) -> None:
    """Run `statement` for all the rows; "{rows}" in it stands for their values, `row`
    for the places of one.

    Many rows in one statement take half the time that a statement each takes: what a
    table's triggers need is made ready once.
    """
    whole = len(rows) - len(rows) % _TOGETHER
    starts = range(0, whole, _TOGETHER)
    pieces = [tuple(chain.from_iterable(rows[one : one + _TOGETHER])) for one in starts]
    for count, given in ((_TOGETHER, pieces), (1, rows[whole:])):
        if given:
            listed = ", ".join([row] * count)
            driver(db).executemany(statement.format(rows=listed), given)


_DAMAGED = ("malformed", "vtable constructor failed", "file is not a database")


@contextmanager
def faults_in_words() -> Generator[None]:
    """Turn what can happen to a file on a laptop into a UserError."""
    with file_faults_in_words():
        try:
            yield
        except (DBAPIError, sqlcipher.Error) as error:
            cause = str(error.orig if isinstance(error, DBAPIError) else error)
            for sign, sentence in _FAULTS:
                if sign in cause:
                    kind = Damaged if sign in _DAMAGED else UserError
                    raise kind(sentence) from error
            raise
