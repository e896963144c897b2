"""The county's database: a SQLite file beside the server, or PostgreSQL."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, create_engine, event, select, text
from sqlalchemy.exc import DBAPIError, OperationalError
from uuid_utils.compat import uuid4

from gridapp import durable, migrations
from gridapp.county import keys
from gridapp.county.tables import meta
from gridapp.errors import UserError
from gridapp.language import tr

SETTINGS = "county.json"
DATABASE_FILE = "county.db"
_UPGRADING = 0x67726964617070  # of the advisory lock: "gridapp" in ASCII
Fill = Callable[[Connection], None]  # what makes a county of an empty database
CONNECTIONS = 16  # to the database, of one process
_KEPT = 8  # of them stay open while nobody asks
_POOL: dict[str, Any] = {"pool_size": _KEPT, "max_overflow": CONNECTIONS - _KEPT}


class Settings(msgspec.Struct):
    """What `county.json` says: where the database is ("" for the file beside it)."""

    database: str = ""


class County:
    """An open county database. All reading and writing goes through its contexts."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine = engine
        self.folder = folder  # of its settings, its keys and its photos
        self.keys = keys.ensure(folder)
        self.postgres = engine.dialect.name == "postgresql"
        self._reader = engine.execution_options(
            **({"isolation_level": "REPEATABLE READ"} if self.postgres else {})
        )
        self._writer = engine.execution_options(county_writes=True)
        with self.reading() as db:
            known = dict(db.execute(select(meta.c.key, meta.c.value)).all())
        self.server_id = known["server_id"]
        self.epoch = known["epoch"]  # changes when a backup is restored

    @contextmanager
    def reading(self) -> Generator[Connection]:
        """A read transaction: one unchanging view of the data."""
        with self._reader.begin() as db:
            yield db

    @contextmanager
    def writing(self) -> Generator[Connection]:
        """A write transaction, wholly kept or wholly undone."""
        with self._writer.begin() as db:
            yield db

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def init(folder: Path, database_url: str | None = None) -> None:
    """Make a county server's data in `folder`; UserError when there is one already.

    Args:
        database_url: `postgresql://user:password@host/database`; None for a file.
    """
    with faults_in_words():
        _init(folder, database_url)


def _init(folder: Path, database_url: str | None) -> None:
    target = folder / SETTINGS
    if target.exists():
        raise UserError(
            tr("{folder} 里已经有县级服务器的数据，请换一个文件夹", folder=folder)
        )
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not database_url:
        (folder / DATABASE_FILE).touch(mode=0o600)  # its WAL gets the same mode
    _begin(folder, database_url, _new)


def _new(db: Connection) -> None:
    """Fill an empty database as a new county's."""
    migrations.upgrade(db, "county")
    values = {"server_id": uuid4().hex, "epoch": secrets.token_urlsafe(6)}
    rows = [{"key": key, "value": value} for key, value in values.items()]
    db.execute(meta.insert(), rows)


def restore(folder: Path, database_url: str | None, fill: Fill) -> None:
    """Make a county of a backup: `fill` puts it into the database in one transaction.

    Without `database_url` the SQLite file lies in the folder already. The settings are
    written last: without them it is no county yet.
    """
    with faults_in_words():
        _begin(folder, database_url, fill)


def _begin(folder: Path, database_url: str | None, fill: Fill) -> None:
    engine = engine_of(folder, database_url or "")
    try:
        with engine.execution_options(county_writes=True).begin() as db:
            if (database_url or fill is _new) and migrations.version_of(db) is not None:
                raise UserError(
                    tr("这个数据库里已经有县级服务器的数据，请换一个空的数据库")
                )
            fill(db)
    finally:
        engine.dispose()
    keys.ensure(folder)
    keep_settings(folder, database_url or "")


def keep_settings(folder: Path, database_url: str) -> None:
    """Say where the county's database is, in one step; "" for the file beside it."""
    settings = msgspec.json.encode(Settings(database_url))
    durable.write_whole(folder / SETTINGS, settings)


def open_county(folder: Path) -> County:
    """The county server's data in `folder`, brought up to this program's version."""
    with faults_in_words(), ExitStack() as on_failure:
        engine = engine_of(folder, settings_of(folder).database)
        on_failure.callback(engine.dispose)
        with engine.execution_options(county_writes=True).begin() as db:
            _bring_up(db)
        county = County(engine, folder)
        on_failure.pop_all()
    return county


def schema_of(folder: Path) -> str | None:
    """The step that the county's database stands at; it is not changed."""
    with faults_in_words():
        engine = engine_of(folder, settings_of(folder).database)
        try:
            with engine.connect() as db:
                return migrations.version_of(db)
        finally:
            engine.dispose()


def _bring_up(db: Connection) -> None:
    """Upgrade the database, by one process alone however many start at once."""
    if migrations.version_of(db) == migrations.HEAD:
        return
    if db.dialect.name == "postgresql":  # a writer of SQLite is alone as it is
        db.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _UPGRADING})
    if migrations.version_of(db) != migrations.HEAD:
        migrations.upgrade(db, "county")


def settings_of(folder: Path) -> Settings:
    """What `county.json` in `folder` says; UserError when there is no county."""
    source = folder / SETTINGS
    if not source.exists():
        raise UserError(
            tr(
                "{folder} 里没有县级服务器的数据，请先用 gridapp county init 建立",
                folder=folder,
            )
        )
    try:
        settings = msgspec.json.decode(source.read_bytes(), type=Settings)
    except msgspec.MsgspecError as error:
        raise UserError(
            tr("设置文件 {file} 已损坏，请从备份恢复", file=SETTINGS)
        ) from error
    if not settings.database and not (folder / DATABASE_FILE).exists():
        raise UserError(
            tr(
                "数据文件 {file} 不见了，请从备份恢复",
                file=DATABASE_FILE,
            )
        )
    return settings


@contextmanager
def faults_in_words() -> Generator[None]:
    """Turn a database that cannot be opened into a UserError."""
    try:
        yield
    except DBAPIError as error:
        cause = str(error.orig)
        if "readonly database" in cause or "unable to open" in cause:
            raise UserError(
                tr("没有权限读写服务器的数据文件，请检查文件夹权限")
            ) from error
        if "not a database" in cause or "malformed" in cause:
            raise UserError(tr("服务器的数据文件已损坏，请从备份恢复")) from error
        if isinstance(error, OperationalError):
            raise UserError(
                tr("连不上数据库，请核对地址、用户和密码，并确认它正在运行")
            ) from error
        raise


def engine_of(folder: Path, url: str) -> Engine:
    """What opens the database at `url`, or the file in `folder` when it is ""."""
    if not url:
        return _sqlite(folder / DATABASE_FILE)
    scheme, _, rest = url.partition("://")
    if scheme not in ("postgresql", "postgres", "postgresql+psycopg"):
        raise UserError(tr("数据库地址应为 postgresql://用户:密码@主机/数据库"))
    try:
        return create_engine(
            f"postgresql+psycopg://{rest}",
            hide_parameters=True,
            pool_pre_ping=True,
            **_POOL,
        )
    except ModuleNotFoundError as error:  # of a copy that was installed on a laptop
        raise UserError(
            tr(
                "这份程序是给网格员电脑用的安装版，不带 PostgreSQL 驱动。县级服务器"
                "请按县级服务器文档从源代码安装，或者不写数据库地址，用内置的 SQLite"
            )
        ) from error


def _sqlite(path: Path) -> Engine:
    engine = create_engine(
        f"sqlite:///{path}",
        hide_parameters=True,
        connect_args={"timeout": 30},
        **_POOL,
    )

    def on_connect(db: Any, _: Any) -> None:
        db.isolation_level = None  # the driver's own transactions leave out DDL
        for pragma in (
            "foreign_keys = ON",
            "journal_mode = WAL",
            "synchronous = FULL",
            # What comes is held to the records' own rules, which are as strict
            # (tests/models/test_rules.py); SQLite makes the list of an IN anew for
            # each row, which is a third of the time of a batch.
            "ignore_check_constraints = ON",
            "cache_size = -65536",  # KiB
            "wal_autocheckpoint = 8000",  # pages; a batch is some hundreds
        ):
            db.execute(f"PRAGMA {pragma}")

    def on_begin(db: Connection) -> None:
        writes = db.get_execution_options().get("county_writes", False)
        db.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    event.listen(engine, "connect", on_connect)
    event.listen(engine, "begin", on_begin)
    return engine
