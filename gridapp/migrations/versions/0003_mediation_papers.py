"""What the papers of a mediation file say; until when more time is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TIME = sa.String(24).with_variant(sa.DateTime(timezone=True), "postgresql")
TEXT, NOTE, NAME, CODE, DOCUMENT, ADDRESS = 200, 4000, 80, 24, 50, 200
SEX = "IN ('0', '1', '2', '9')"


def upgrade() -> None:
    _dispute()
    _party()
    _add("issue_step", "asked_until", sa.Date())
    _inquiries()
    _items()


def _add(
    table: str, name: str, sort: TypeEngine[Any], rule: str = "", named: str = ""
) -> None:
    """Add a column that may be empty, with its rule beside it."""
    label = op.f(f"ck_{table}_{named or name}")
    checks = [sa.CheckConstraint(rule, name=label)] if rule else []
    op.add_column(table, sa.Column(name, sort, *checks, nullable=True))


def _text(table: str, name: str, limit: int) -> None:
    sort: TypeEngine[Any] = sa.Text() if limit == NOTE else sa.String()
    _add(table, name, sort, f"length({name}) <= {limit}")


def _choice(table: str, name: str, rule: str) -> None:
    _add(table, name, sa.String(), f"{name} {rule}")


def _dispute() -> None:
    for name in (
        "requests",
        "agreement_facts",
        "perform_way",
        "measures",
        "file_account",
    ):
        _text("dispute", name, NOTE)
    for name in ("registered_by", "filed_by"):
        _text("dispute", name, NAME)
    for name in ("followed_up_by", "file_note"):
        _text("dispute", name, TEXT)
    for name in ("follow_up_way", "kept_for"):
        _text("dispute", name, CODE)
    for name in ("applied_on", "filed_on"):
        _add("dispute", name, sa.Date())
    _add("dispute", "copies", sa.Integer(), "copies >= 1", "copies_from_one")
    _choice("dispute", "performed", "IN ('all', 'part', 'none')")
    _choice("dispute", "satisfaction", "IN ('good', 'fair', 'bad')")
    _choice("dispute", "lawsuit", "IN ('no', 'sued', 'judged')")
    _add("dispute", "risks", sa.Text())


def _party() -> None:
    _choice("dispute_party", "deputy_sex", SEX)
    _text("dispute_party", "deputy_relation", TEXT)
    _text("dispute_party", "deputy_document", DOCUMENT)
    _add("dispute_party", "deputy_phones", sa.Text())
    _text("dispute_party", "deputy_address", ADDRESS)
    _add("dispute_party", "deputy_powers", sa.Text())
    _text("dispute_party", "deputy_other", TEXT)
    _add("dispute_party", "deputy_until", sa.Date())


def _inquiries() -> None:
    _part(
        "dispute_inquiry",
        sa.Column("held_at", TIME, nullable=False),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("present", sa.String(), nullable=True),
        sa.Column("investigators", sa.String(), nullable=False),
        sa.Column("asked", sa.String(), nullable=False),
        sa.Column("sex", sa.String(), nullable=True),
        sa.Column("age", sa.Integer(), nullable=True),
        sa.Column("phones", sa.Text(), nullable=True),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("relation", sa.String(), nullable=True),
        sa.Column("recorder", sa.String(), nullable=True),
        sa.Column("talk", sa.Text(), nullable=True),
        rules={
            "age_in_range": "age BETWEEN 0 AND 150",
            "place": "length(place) <= 200",
            "present": "length(present) <= 200",
            "investigators": "length(investigators) <= 200",
            "asked": "length(asked) <= 80",
            "sex": f"sex {SEX}",
            "address": "length(address) <= 200",
            "relation": "length(relation) <= 200",
            "recorder": "length(recorder) <= 80",
            "talk": "length(talk) <= 4000",
        },
    )


def _items() -> None:
    _part(
        "dispute_item",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("given_by", sa.String(), nullable=True),
        sa.Column("given_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        rules={
            "copies_from_one": "copies >= 1",
            "pages_from_one": "pages >= 1",
            "kind": "kind IN ('identity', 'evidence', 'voucher', 'judicial', 'other')",
            "name": "length(name) <= 200",
            "given_by": "length(given_by) <= 80",
            "note": "length(note) <= 4000",
        },
    )


def _part(table: str, *columns: sa.Column[Any], rules: Mapping[str, str]) -> None:
    """A table of records that are part of a dispute."""
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("grid_id", sa.Uuid(), nullable=False),
        sa.Column("dispute_id", sa.Uuid(), nullable=False),
        *columns,
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("updated_by", sa.Uuid(), nullable=True),
        sa.Column("deleted_at", TIME, nullable=True),
        *(
            sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))
            for name, rule in rules.items()
        ),
        sa.ForeignKeyConstraint(
            ["dispute_id"], ["dispute.id"], name=op.f(f"fk_{table}_dispute_id")
        ),
        sa.ForeignKeyConstraint(
            ["grid_id"], ["grid.id"], name=op.f(f"fk_{table}_grid_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    for name in ("dispute_id", "grid_id"):
        op.create_index(op.f(f"ix_{table}_{name}"), table, [name], unique=False)
