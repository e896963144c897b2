"""From the number on a paper back to its record."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import Connection

from gridapp.models import Grid, Resident, Visit
from gridapp.models.record_number import number_of, read_number
from gridapp.store import records, state
from gridapp.store.numbers import named, numbered, opening
from gridapp.store.vault import Store
from gridapp.work import flow
from tests.conftest import People

PAGES = frozenset({"resident", "issue", "building"})
MORNING = dt.datetime(2026, 11, 23, 1, 30, tzinfo=dt.UTC)


def found(db: Connection, text: str) -> list[tuple[str, str]]:
    """Type and words of every record with that number."""
    some = numbered(db, read_number(text))
    return [(one.model.__tablename__, named(db, one)) for one in some]


def test_a_resident_is_found_by_number_and_by_the_id_of_the_code(
    vault: Store, people: People
) -> None:
    with vault.reading() as db:
        for typed in (number_of(people.li), str(people.li).upper()):
            assert found(db, typed) == [("resident", "居民 李桂英")]


def test_records_of_every_type_are_found(vault: Store, people: People) -> None:
    with vault.writing() as tx:
        issue = flow.open_issue(tx, {"title_text": "楼道堆物", "category": "0201"})
    with vault.reading() as db:
        grid = state.default_grid(db)
        assert grid is not None
        assert found(db, number_of(grid)) == [("grid", "网格 和顺里第一网格")]
        assert found(db, number_of(people.building)) == [("building", "楼栋 3")]
        assert found(db, number_of(issue)) == [("issue", "问题工单 楼道堆物")]


def test_what_is_in_the_recycle_bin_is_not_found(vault: Store, people: People) -> None:
    with vault.reading() as db:
        assert found(db, number_of(people.bin)) == []
        assert records.get(db, Resident, people.bin, deleted=True)


def test_a_record_without_a_page_opens_the_one_it_is_part_of(
    vault: Store, people: People
) -> None:
    with vault.writing() as tx:
        values = {"resident_id": people.li, "mode": "home", "started_at": MORNING}
        visit = records.save(tx, Visit, values | {"met_whom": "self"})
    with vault.reading() as db:
        [one] = numbered(db, read_number(number_of(visit)))
        hit = opening(db, one, PAGES)
        assert hit is not None
        assert (hit.type, hit.id, hit.title) == ("resident", people.li, "李桂英")
        assert "11-23 走访记录" in hit.detail
        [grid] = numbered(db, read_number(str(state.default_grid(db))))
        assert opening(db, grid, PAGES) is None
        assert grid.model is Grid


@pytest.mark.parametrize("typed", [number_of, str])
def test_a_person_is_shown_as_the_search_shows_them(
    vault: Store, people: People, typed: type
) -> None:
    with vault.reading() as db:
        [one] = numbered(db, read_number(typed(people.li)))
        hit = opening(db, one, PAGES)
    assert hit is not None
    assert "3-2-501" in hit.detail
