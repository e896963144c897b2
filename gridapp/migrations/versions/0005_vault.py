"""The chain over a laptop's journal, and its end as the county knows it; who took what
out of a vault, and why."""

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
    op.create_table(
        "seal",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(24), nullable=False),
        sa.Column("upto", sa.Integer(), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_seal")),
    )
    for name in ("who", "purpose", "file"):
        op.add_column("disclosure", sa.Column(name, sa.Text(), nullable=True))
    op.add_column("disclosure", sa.Column("people", sa.Integer(), nullable=True))


def _county() -> None:
    op.add_column("device", sa.Column("seal_number", sa.BigInteger(), nullable=True))
    op.add_column("device", sa.Column("seal", sa.LargeBinary(), nullable=True))
