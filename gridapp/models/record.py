"""A record is declared once; table, form, Excel, PDF, sync and server loop over it.

A `Field` says what holds everywhere: label, kind, code table, target. How it looks
belongs to the window, and rules across fields are the record's `check`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import CheckConstraint, Column, ForeignKey, MetaData, Table

from gridapp.language import tr
from gridapp.models import codes as code_tables
from gridapp.models.ids import Id
from gridapp.models.kinds import CODE, CODES, REF, TEXT, Kind, UtcTime

if TYPE_CHECKING:
    from sqlalchemy.schema import SchemaItem

Values = dict[str, Any]


@dataclass(frozen=True)
class Hand:
    """Who changes a record at the county."""

    role: str  # code of worker_role
    mine: bool  # whether they made its last change too


@dataclass(frozen=True)
class Field:
    """One field as the rest of the program sees it."""

    heading: str  # its Chinese name, as ledgers and the standards print it
    kind: Kind[Any]
    name: str = ""
    required: bool = False
    codes: str = ""  # key of a code table
    target: str = ""  # table name of another record
    part: bool = False  # this record belongs to the target and moves with it
    listed: bool = True
    searched: bool = False
    aliases: tuple[str, ...] = ()
    section: str = ""

    @property
    def label(self) -> str:
        """The name of the field in the language of the program."""
        return tr(self.heading)

    def parse(self, text: str) -> Any:
        """The value the user meant, None when empty.

        Raises ValueError with a sentence that says what to do.
        """
        text = text.strip()
        if not text:
            if self.required:
                raise ValueError(tr("{label}还没有填", label=self.label))
            return None
        try:
            if self.codes:
                words = CODES.parse(text) if self.kind is CODES else (text,)
                found = tuple(self._code(word) for word in words)
                if not found:  # nothing but commas
                    return self.parse("")
                return found if self.kind is CODES else found[0]
            value = self.kind.parse(text)
        except ValueError as error:
            raise ValueError(
                tr("{label}：{error}", label=self.label, error=error)
            ) from None
        if self.kind.limit and len(value) > self.kind.limit:
            raise ValueError(
                tr(
                    "{label}最多 {limit} 个字，现在 {count} 个",
                    label=self.label,
                    limit=self.kind.limit,
                    count=len(value),
                )
            )
        return value

    def _code(self, word: str) -> str:
        """The code of `word`, which may be the code itself (a form or a script)."""
        table = code_tables.table(self.codes)
        if word in table.codes:
            return word
        code = table.code(word)
        if code is None:
            shown = tr("、").join(words for _, words in table.choices[:12])
            raise ValueError(
                tr("没有“{word}”这一项，可填：{shown}", word=word, shown=shown)
            )
        return code

    def format(self, value: Any) -> str:
        """`value` as a person reads it, unmasked."""
        if value is None:
            return ""
        if self.codes:
            table = code_tables.table(self.codes)
            return tr("、").join(
                table.name(code) for code in (value if self.kind is CODES else (value,))
            )
        return self.kind.format(value)

    def masked(self, value: Any) -> str:
        """`value` as a person reads it, private kinds with their middle hidden."""
        text = self.format(value)
        return self.kind.mask(text) if text and self.kind.private else text

    def given_out(self, value: Any) -> str:
        """`value` as it leaves the program: masked, numbers in free text as well."""
        return self.kind.given_out(self.format(value))


def field(
    heading: str,
    kind: Kind[Any] = TEXT,
    *,
    codes: str = "",
    target: str = "",
    part: bool = False,
    listed: bool = True,
    searched: bool = False,
    aliases: tuple[str, ...] = (),
    section: str = "",
) -> Column[Any]:
    """Declare a column that is also a field of the record."""
    if codes and kind is TEXT:
        kind = CODE
    if target:
        kind = REF
    spec = Field(
        heading,
        kind,
        codes=codes,
        target=target,
        part=part,
        listed=listed,
        searched=searched,
        aliases=aliases,
        section=section,
    )
    links = [ForeignKey(f"{target}.id")] if target else []
    return Column(kind.column, *links, index=bool(target) or None, info={"field": spec})


METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)  # of all record tables


class Record:
    """A row that people fill in and that travels to the county.

    A subclass declares columns, `Column[str]` for one that must be filled and
    `Column[str | None]` for one that may be empty, and is given its table: a plain
    one, for nothing here maps rows to objects, and the start of every command took
    0.3 s for being able to.
    """

    __tablename__: ClassVar[str]
    __table__: ClassVar[Table]
    __table_args__: ClassVar[tuple[SchemaItem, ...]] = ()

    title: ClassVar[str]
    shown_by: ClassVar[str] = "id"  # the field that names this record to a person
    insert_only: ClassVar[bool] = False  # a trace: never changed, never deleted
    # The names that `check` and `check_change` look at: when none of them changes, they
    # say what they said before. None where a record with such rules does not tell.
    ruled: ClassVar[frozenset[str] | None] = frozenset()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        rules = {"check", "check_change"} & cls.__dict__.keys()
        if rules and "ruled" not in cls.__dict__:
            cls.ruled = None
        cls.__table__ = Table(
            cls.__tablename__, METADATA, *_columns(cls), *cls.__table_args__
        )
        _constrain(cls.__table__, fields_of(cls))

    @classmethod
    def check(cls, values: Mapping[str, Any]) -> dict[str, str]:
        """Sentences by field name for rules across fields; empty when all is well.

        Called with the whole record by save, import and the county alike.
        """
        return {}

    @classmethod
    def check_change(
        cls,
        before: Mapping[str, Any],
        after: Mapping[str, Any],
        by: Hand | None = None,
    ) -> dict[str, str]:
        """Sentences by field name when a record may not become another; else empty.

        Called with the whole record before and after by save and the county alike;
        only the county says by whose hand.
        """
        return {}

    @classmethod
    def check_new(cls, values: Mapping[str, Any], by: Hand) -> dict[str, str]:
        """Sentences by field name when a record may not come to the county so."""
        return {}


SYSTEM_COLUMNS = (
    "id",
    "grid_id",
    "created_at",
    "created_by",
    "updated_at",
    "updated_by",
    "deleted_at",
)


def _columns(model: type[Record]) -> Iterator[Column[Any]]:
    """The columns of a record's table in their order: whose it is, what it says, and
    when it was written by whom."""
    yield Column("id", Id(), primary_key=True)
    yield Column("grid_id", Id(), ForeignKey("grid.id"), nullable=False, index=True)
    for name, column in vars(model).items():
        if isinstance(column, Column):
            column.name = column.key = name
            column.nullable = model.__annotations__[name].endswith("| None]")
            yield column
    yield Column("created_at", UtcTime(), nullable=False)
    yield Column("created_by", Id())
    yield Column("updated_at", UtcTime(), nullable=False)
    yield Column("updated_by", Id())
    yield Column("deleted_at", UtcTime())


def table_of(model: type[Record]) -> Table:
    """The table of a record type."""
    return model.__table__


@cache
def fields_of(model: type[Record]) -> tuple[Field, ...]:
    """The record's fields in the order they are declared."""
    return tuple(
        replace(column.info["field"], name=column.key, required=not column.nullable)
        for column in table_of(model).columns
        if "field" in column.info
    )


@cache
def field_of(model: type[Record], name: str) -> Field:
    """The field of that name; KeyError when there is none."""
    for one in fields_of(model):
        if one.name == name:
            return one
    raise KeyError(f"{model.__tablename__} has no field {name}")


def _constrain(table: Table, fields: tuple[Field, ...]) -> None:
    """Put into the database what a form checks: code lists and lengths."""
    for one in fields:
        if one.codes and one.kind is CODE and code_tables.table(one.codes).closed:
            listed = ", ".join(
                f"'{code}'" for code in code_tables.table(one.codes).codes
            )
            rule = f"{one.name} IN ({listed})"
        elif one.kind.limit:
            rule = f"length({one.name}) <= {one.kind.limit}"
        else:
            continue
        # As text: expressions of SQLAlchemy take each start of the program 0.1 s.
        table.append_constraint(CheckConstraint(rule, name=one.name))
