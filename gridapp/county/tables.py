"""The county server's own tables beside the record tables.

Every table that grows with the data carries `grid_id`, the scope, so that PostgreSQL
can partition by it and a distributed one can place it (design.md §6).
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    false,
)

from gridapp.models.ids import Id
from gridapp.models.kinds import UtcTime
from gridapp.models.record import METADATA

COUNTY = MetaData(naming_convention=METADATA.naming_convention)

# What the server knows about itself: server_id, epoch.
meta = Table(
    "meta",
    COUNTY,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

# A scope of access and of sync: one a grid. `last` is the number of its newest change.
scope = Table(
    "scope",
    COUNTY,
    Column("grid_id", Id(), primary_key=True),
    Column("last", BigInteger, nullable=False),
)

# A laptop. `last_seq` is the last journal number of it that was answered for.
device = Table(
    "device",
    COUNTY,
    Column("id", Id(), primary_key=True),
    Column("worker_id", Id(), nullable=False),
    Column("name", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("last_seq", BigInteger, nullable=False),
    Column("mark", LargeBinary),  # tells the journal row `last_seq` from any other
    Column("enrolled_at", UtcTime(), nullable=False),
    Column("seen_at", UtcTime(), nullable=False),
    Column("revoked_at", UtcTime()),
    Column("area", Text),  # all grids whose code begins so, besides device_scope
    Column("verify_key", LargeBinary),  # gridapp/sync/keys.py: to verify, to seal to
    Column("lock_asked_at", UtcTime()),  # the county wants it to shut its data
    Column("lock_done_at", UtcTime()),  # it said that it has
    Column("unlock_hash", String(64)),  # of the code that opens it again
    Column("unlock_until", UtcTime()),
    Column("seal_number", BigInteger),  # of its journal's chain, as it told last
    Column("seal", LargeBinary),  # what that link says (store/audit.py)
)

# A browser that shows the county's figures is a device too. Its token and the code
# that let it in are kept with this at their end (`codes.hashed_for_browser`), so that
# neither is ever what a laptop's comes to.
BROWSER = ":browser"
IS_LAPTOP = device.c.token_hash.not_like(f"%{BROWSER}")

# What a device may see and change. `cursor` is how far it said it has read. A row that
# its area gave (`by_area`) goes with the area. One that was taken away stays, with
# `left_at`, until the device has sent what it wrote there and let the records go.
device_scope = Table(
    "device_scope",
    COUNTY,
    Column("device_id", Id(), primary_key=True),
    Column("grid_id", Id(), primary_key=True),
    Column("cursor", BigInteger, nullable=False),
    Column("by_area", Boolean, nullable=False, server_default=false()),
    Column("left_at", UtcTime()),
)

# A single-use code that makes a device; only its hash is kept.
enrolment = Table(
    "enrolment",
    COUNTY,
    Column("code_hash", String(64), primary_key=True),
    Column("worker_id", Id(), nullable=False),
    Column("worker_name", Text, nullable=False),
    Column("worker_role", Text, nullable=False),
    Column("grids", Text, nullable=False),  # ids, as hex with commas
    Column("made_at", UtcTime(), nullable=False),
    Column("expires_at", UtcTime(), nullable=False),
    Column("device_id", Id()),  # who used it
    Column("area", Text),
)

# The change log, numbered within its scope. `body` is the change as it is sent.
change = Table(
    "change",
    COUNTY,
    Column("grid_id", Id(), primary_key=True),
    Column("n", BigInteger, primary_key=True, autoincrement=False),
    Column("type", Text, nullable=False),
    Column("record_id", Id(), nullable=False),
    Column("action", Text, nullable=False),
    Column("at", UtcTime(), nullable=False),
    Column("by", Id()),
    Column("device_id", Id()),
    Column("stamp", UtcTime(), nullable=False),  # updated_at of the record after it
    Column("received_at", UtcTime(), nullable=False),
    Column("echo", Boolean, nullable=False),  # its own device must read it too
    Column("body", LargeBinary, nullable=False),
    Index("ix_change_record_id", "record_id"),
)

# Changes, or fields of changes, that did not fit. Never removed.
held = Table(
    "held",
    COUNTY,
    Column("device_id", Id(), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("field", String(80), primary_key=True),  # "" for the whole change
    Column("grid_id", Id(), nullable=False),
    Column("type", Text, nullable=False),
    Column("record_id", Id(), nullable=False),
    Column("action", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("sentence", Text, nullable=False),
    Column("mine", LargeBinary, nullable=False),  # the change, only what is held
    Column("theirs", LargeBinary, nullable=False),  # the value it met, msgpack
    Column("theirs_by", Id()),
    Column("theirs_at", UtcTime()),
    Column("received_at", UtcTime(), nullable=False),
    Column("settled", Boolean, nullable=False),  # accepted later, or superseded
    Index("ix_held_record_id", "record_id"),
)

# A photo that is here whole; the file lies under its hash in the server's folder.
photo = Table(
    "photo",
    COUNTY,
    Column("hash", String(64), primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("received_at", UtcTime(), nullable=False),
)

# An upload that has begun (tus 1.0); how far it is, its unfinished file says.
upload = Table(
    "upload",
    COUNTY,
    Column("id", Id(), primary_key=True),
    Column("device_id", Id(), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("part", String(8), nullable=False),  # whole or thumb
    Column("size", BigInteger, nullable=False),
    Column("made_at", UtcTime(), nullable=False),
    Column("said", Text, nullable=False),  # its Upload-Metadata, as it came
    Column("done", Boolean, nullable=False),  # whole, verified and in its place
)

# A .gridpkg that was taken in, with the answer made for it.
package = Table(
    "package",
    COUNTY,
    Column("id", Id(), primary_key=True),
    Column("device_id", Id(), nullable=False),
    Column("number", BigInteger, nullable=False),  # counted by the laptop
    Column("hash", String(64), nullable=False),
    Column("received_at", UtcTime(), nullable=False),
    Column("answer", LargeBinary),  # the replies of the device's newest one
)

# Failed attempts to get in, counted for a span of time; for all processes together.
attempt = Table(
    "attempt",
    COUNTY,
    Column("key", String(64), primary_key=True),
    Column("span", BigInteger, primary_key=True, autoincrement=False),
    Column("count", Integer, nullable=False),
)

# What was done about rights and laptops at the server, for whoever asks later.
act = Table(
    "act",
    COUNTY,
    Column("id", Id(), primary_key=True),
    Column("at", UtcTime(), nullable=False),
    Column("by", Text, nullable=False),  # the account at the server's own machine
    Column("what", Text, nullable=False),  # enrol revoke lock unlock …
    Column("subject", Text, nullable=False),  # an id or a code of a grid, no name
    Column("detail", Text, nullable=False),
)
