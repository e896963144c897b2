"""The laptop's own tables beside the record tables. They do not travel."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from gridapp.models.record import METADATA

LOCAL = MetaData(naming_convention=METADATA.naming_convention)

# Who acts, for the triggers: one row, set at the start of each write transaction.
# Outside a transaction `origin` is always 'local', so that a change made by any other
# program is journalled as well.
actor = Table(
    "actor",
    LOCAL,
    Column("id", Integer, CheckConstraint("id = 1", name="one_row"), primary_key=True),
    Column("device", String(32), nullable=False),
    Column("origin", String(6), nullable=False),
    Column("batch", String(32)),
)

# On which device, by whom and in which grid journal rows are written: few, and so said
# once each. In every row they made the journal half as large again.
writer = Table(
    "writer",
    LOCAL,
    Column("id", Integer, primary_key=True),
    Column("device", String(32), nullable=False),
    Column("by", String(32), nullable=False),  # '': nobody
    Column("grid_id", String(32), nullable=False),
    UniqueConstraint("device", "by", "grid_id"),
)

# The audit trail, the outbox and the undo (design.md §1, idea 2).
journal = Table(
    "journal",
    LOCAL,
    Column("seq", Integer, primary_key=True),
    Column("at", String(24), nullable=False),
    Column("writer", Integer, ForeignKey("writer.id"), nullable=False),
    Column("origin", String(6), nullable=False),  # 'local' or 'remote'
    Column("batch", String(32)),
    Column("type", Text, nullable=False),
    Column("record_id", String(32), nullable=False),
    Column("action", Text, nullable=False),  # insert update delete restore leave
    Column("base", String(24)),  # updated_at of the record before the change
    Column("changes", Text),  # JSON {field: [old, new]}; none for an insert
    Index("ix_journal_record_id", "record_id"),
    sqlite_autoincrement=True,
)

# The journal with its writers spelled out: a view, for whoever reads whole rows.
journal_entry = Table(
    "journal_entry",
    MetaData(),
    Column("seq", Integer, primary_key=True),
    Column("at", String(24)),
    Column("by", String(32)),
    Column("device", String(32)),
    Column("origin", String(6)),
    Column("batch", String(32)),
    Column("type", Text),
    Column("record_id", String(32)),
    Column("grid_id", String(32)),
    Column("action", Text),
    Column("base", String(24)),
    Column("changes", Text),
)

# Acts that the journal of records does not tell: reveal, export, print unmasked,
# restore, accounts; and what is known of an import beside its rows.
disclosure = Table(
    "disclosure",
    LOCAL,
    Column("seq", Integer, primary_key=True),
    Column("at", String(24), nullable=False),
    Column("by", String(32)),
    Column("act", Text, nullable=False),
    Column("type", Text),
    Column("record_id", String(32)),
    Column("detail", Text),
    Column("who", Text),  # the name of the account, as it was
    Column("purpose", Text),
    Column("file", Text),  # its name
    Column("people", Integer),  # or records: of how many
    sqlite_autoincrement=True,
)

# The chain over `journal` and `disclosure`: one link a write transaction (audit.py).
seal = Table(
    "seal",
    LOCAL,
    Column("number", Integer, primary_key=True),
    Column("at", String(24), nullable=False),
    Column("upto", Integer, nullable=False),  # the last journal number it covers
    Column("told", Integer, nullable=False),  # the last number of `disclosure`
    Column("hash", LargeBinary, nullable=False),  # SHA-256 of the one before and these
    sqlite_autoincrement=True,  # SQLite knows how many there were
)

# Names of people who wrote records that came from the county.
author = Table(
    "author",
    LOCAL,
    Column("id", String(32), primary_key=True),
    Column("name", Text, nullable=False),
)

sync_state = Table(
    "sync_state",
    LOCAL,
    Column("key", Text, primary_key=True),
    Column("value", Text),
)

scope_cursor = Table(
    "scope_cursor",
    LOCAL,
    Column("grid_id", String(32), primary_key=True),
    Column("cursor", Integer, nullable=False),
    Column("bootstrap", Text),  # where the first download stands: "type:id"
    Column("complete", Boolean, nullable=False),
)

# Changes that did not fit at the county, until their author decides.
held = Table(
    "held",
    LOCAL,
    Column("id", String(32), primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("type", Text, nullable=False),
    Column("record_id", String(32), nullable=False),
    Column("field", Text),
    Column("mine", Text),
    Column("theirs", Text),
    Column("theirs_by", Text),
    Column("theirs_at", Text),
    Column("reason", Text, nullable=False),
    Column("sentence", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("decided", Text),  # mine, theirs, both, taken (by the county), parked
    Column("told", Boolean, nullable=False),  # the county knows the decision
)

# Half-filled forms, so that a kill loses at most a few seconds of typing.
draft = Table(
    "draft",
    LOCAL,
    Column("key", Text, primary_key=True),
    Column("at", Text, nullable=False),
    Column("content", Text, nullable=False),
)

# Photos that go to the county. What is here, the photo folder says.
photo_state = Table(
    "photo_state",
    LOCAL,
    Column("hash", String(64), primary_key=True),
    Column("thumb_up", Boolean, nullable=False),  # the county has its small picture
    Column("whole_up", Boolean, nullable=False),
    Column("upload", String(32)),  # number of the upload that has begun
)
