"""One Alembic chain for the laptop's SQLite file and the county's databases.

A room of its own, below `store` and `county`, because both need it and the county may
not import the store. A step uses SQL only, never the live models, and is never edited
after a release. `side` says whether the tables of a laptop ("client") or of the county
server ("county") stand beside the record tables.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from sqlalchemy import Connection, inspect, text

from gridapp.errors import UserError
from gridapp.language import tr

HEAD = "0005"  # checked against the chain by a test; saves importing Alembic at start
Side = Literal["client", "county"]


def version_of(db: Connection) -> str | None:
    """The step a database stands at; None when it is empty."""
    if not inspect(db).has_table("alembic_version"):
        return None
    return db.execute(text("SELECT version_num FROM alembic_version")).scalar()


def refuse_newer(version: str | None) -> None:
    """UserError when a database was made by a newer version of the program."""
    if version is not None and version > HEAD:
        raise UserError(tr("这份数据由更新版本的程序建立，请先升级程序再打开"))


def upgrade(db: Connection, side: Side, to: str = "head") -> None:
    """Run the steps the database lacks, in the transaction of `db`: all or none."""
    from alembic import command
    from alembic.config import Config

    refuse_newer(version_of(db))
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes.update(connection=db, side=side)
    command.upgrade(config, to)
