"""Extra rounds of care: before a festival, in a cold wave, after a power cut."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TIME = sa.String(24).with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "care_round",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("grid_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("tags", sa.Text(), nullable=True),
        sa.Column("age_from", sa.Integer(), nullable=True),
        sa.Column("colours", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("updated_by", sa.Uuid(), nullable=True),
        sa.Column("deleted_at", TIME, nullable=True),
        sa.CheckConstraint(
            "age_from BETWEEN 0 AND 120", name=op.f("ck_care_round_age_in_range")
        ),
        sa.CheckConstraint(
            "due_on BETWEEN starts_on AND ends_on", name=op.f("ck_care_round_in_order")
        ),
        sa.CheckConstraint("length(name) <= 200", name=op.f("ck_care_round_name")),
        sa.CheckConstraint("length(note) <= 4000", name=op.f("ck_care_round_note")),
        sa.CheckConstraint("length(reason) <= 24", name=op.f("ck_care_round_reason")),
        sa.CheckConstraint(
            "way IN ('visit', 'call', 'video', 'remote')",
            name=op.f("ck_care_round_way"),
        ),
        sa.ForeignKeyConstraint(
            ["grid_id"], ["grid.id"], name=op.f("fk_care_round_grid_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_round")),
    )
    op.create_index(
        op.f("ix_care_round_grid_id"), "care_round", ["grid_id"], unique=False
    )
