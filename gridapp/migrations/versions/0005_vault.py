"""The chain over a laptop's journal, and its end as the county knows it; who took what
out of a vault, and why; who wrote a journal row said once and not in every row."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if context.config.attributes["side"] == "county":
        _county()
    else:
        _laptop()


def _laptop() -> None:
    _writers()
    op.create_table(
        "seal",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(24), nullable=False),
        sa.Column("upto", sa.Integer(), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_seal")),
        sqlite_autoincrement=True,
    )
    for name in ("who", "purpose", "file"):
        op.add_column("disclosure", sa.Column(name, sa.Text(), nullable=True))
    op.add_column("disclosure", sa.Column("people", sa.Integer(), nullable=True))


def _writers() -> None:
    """The journal anew, row by row under its number, with a number for its writers.

    Triggers that name the columns that go are dropped: whoever opens the file makes
    those it wants anew.
    """
    db = op.get_bind()
    found = sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    for name in db.execute(found).scalars().all():
        op.execute(f'DROP TRIGGER "{name}"')
    op.drop_index("ix_journal_record_id", "journal")
    op.rename_table("journal", "journal_before")
    op.create_table(
        "writer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("device", sa.String(32), nullable=False),
        sa.Column("by", sa.String(32), nullable=False),
        sa.Column("grid_id", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_writer")),
        sa.UniqueConstraint("device", "by", "grid_id", name=op.f("uq_writer_device")),
    )
    op.create_table(
        "journal",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(24), nullable=False),
        sa.Column("writer", sa.Integer(), nullable=False),
        sa.Column("origin", sa.String(6), nullable=False),
        sa.Column("batch", sa.String(32), nullable=True),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("record_id", sa.String(32), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("base", sa.String(24), nullable=True),
        sa.Column("changes", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_journal")),
        sa.ForeignKeyConstraint(
            ["writer"], ["writer.id"], name=op.f("fk_journal_writer")
        ),
        sqlite_autoincrement=True,
    )
    op.execute(
        'INSERT INTO writer (device, "by", grid_id)'
        " SELECT DISTINCT device, coalesce(\"by\", ''), grid_id FROM journal_before"
    )
    op.execute(
        "INSERT INTO journal (seq, at, writer, origin, batch, type, record_id, action,"
        " base, changes) SELECT j.seq, j.at, w.id, j.origin, j.batch, j.type,"
        " j.record_id, j.action, j.base, j.changes"
        " FROM journal_before j JOIN writer w ON w.device = j.device"
        ' AND w."by" = coalesce(j."by", \'\') AND w.grid_id = j.grid_id'
        " ORDER BY j.seq"
    )
    op.execute(  # a number is never used again
        "UPDATE sqlite_sequence SET seq = (SELECT seq FROM sqlite_sequence"
        " WHERE name = 'journal_before') WHERE name = 'journal'"
    )
    op.drop_table("journal_before")
    op.create_index("ix_journal_record_id", "journal", ["record_id"], unique=False)
    op.execute(
        "CREATE VIEW journal_entry AS SELECT j.seq, j.at, nullif(w.\"by\", '')"
        ' AS "by", w.device, j.origin, j.batch, j.type, j.record_id, w.grid_id,'
        " j.action, j.base, j.changes"
        " FROM journal j CROSS JOIN writer w ON w.id = j.writer"
    )


def _county() -> None:
    op.add_column("device", sa.Column("seal_number", sa.BigInteger(), nullable=True))
    op.add_column("device", sa.Column("seal", sa.LargeBinary(), nullable=True))
