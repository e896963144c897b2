"""Photos, packages, rights by area and attempts at the county; photos on a laptop."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TIME = sa.String(24).with_variant(sa.DateTime(timezone=True), "postgresql")
HASH = sa.String(64)
PARTS = 16  # a power of two can be halved again, partition by partition


def upgrade() -> None:
    op.create_index(op.f("ix_attachment_hash"), "attachment", ["hash"])
    if context.config.attributes["side"] == "county":
        _county()
        if op.get_bind().dialect.name == "postgresql":
            _part_the_log()
    else:
        _laptop()


def _laptop() -> None:
    op.create_table(
        "photo_state",
        sa.Column("hash", HASH, nullable=False),
        sa.Column("thumb_up", sa.Boolean(), nullable=False),
        sa.Column("whole_up", sa.Boolean(), nullable=False),
        sa.Column("upload", sa.String(32), nullable=True),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_photo_state")),
    )


def _county() -> None:
    _order_within_scopes()
    op.create_table(
        "photo",
        sa.Column("hash", HASH, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("received_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_photo")),
    )
    op.create_table(
        "upload",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("hash", HASH, nullable=False),
        sa.Column("part", sa.String(8), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
    )
    op.create_table(
        "package",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("hash", HASH, nullable=False),
        sa.Column("received_at", TIME, nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_package")),
    )
    op.create_table(
        "attempt",
        sa.Column("key", HASH, nullable=False),
        sa.Column("span", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", "span", name=op.f("pk_attempt")),
    )
    op.add_column("device", sa.Column("mark", sa.LargeBinary(), nullable=True))
    op.add_column("device", sa.Column("area", sa.Text(), nullable=True))
    op.add_column("device", sa.Column("verify_key", sa.LargeBinary(), nullable=True))
    op.add_column("device", sa.Column("lock_asked_at", TIME, nullable=True))
    op.add_column("device", sa.Column("lock_done_at", TIME, nullable=True))
    op.add_column("device", sa.Column("unlock_hash", HASH, nullable=True))
    op.add_column("device", sa.Column("unlock_until", TIME, nullable=True))
    op.add_column(
        "device_scope",
        sa.Column("by_area", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.add_column("device_scope", sa.Column("left_at", TIME, nullable=True))
    op.create_table(
        "act",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_act")),
    )
    op.add_column("enrolment", sa.Column("area", sa.Text(), nullable=True))


def _part_the_log() -> None:
    """Part the change log, which grows for ever, by its scope."""
    for statement in (
        "ALTER TABLE change RENAME TO change_before",
        "ALTER TABLE change_before RENAME CONSTRAINT pk_change TO pk_change_before",
        "DROP INDEX ix_change_record_id",
        "CREATE TABLE change (LIKE change_before INCLUDING DEFAULTS,"
        " CONSTRAINT pk_change PRIMARY KEY (grid_id, n)) PARTITION BY HASH (grid_id)",
        *(
            f"CREATE TABLE change_{part:02} PARTITION OF change"
            f" FOR VALUES WITH (MODULUS {PARTS}, REMAINDER {part})"
            for part in range(PARTS)
        ),
        "INSERT INTO change SELECT * FROM change_before",
        "DROP TABLE change_before",
        "CREATE INDEX ix_change_record_id ON change (record_id)",
    ):
        op.execute(statement)


def _order_within_scopes() -> None:
    """A first download reads a scope in the order of ids, page by page."""
    look = sa.inspect(op.get_bind())
    for table in look.get_table_names():
        if any(one["name"] == f"ix_{table}_grid_id" for one in look.get_indexes(table)):
            op.drop_index(f"ix_{table}_grid_id", table)
            op.create_index(f"ix_{table}_grid_id", table, ["grid_id", "id"])
