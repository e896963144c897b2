"""A signed paper goes to the record it tells of, and can be taken back."""

from __future__ import annotations

import datetime as dt
import hashlib
from functools import partial
from uuid import UUID

import pytest

from gridapp.errors import UserError
from gridapp.models import Attachment, Visit
from gridapp.models.record_number import number_of
from gridapp.store import records
from gridapp.store.photos import Photo
from gridapp.store.undo import noted, take_back
from gridapp.store.vault import Store
from gridapp.work import flow
from gridapp.work.attachments import PICTURES, PendingPhoto, photos_of
from gridapp.work.people import timeline
from gridapp.work.signed_papers import home_of, put_away
from tests.conftest import People, at


def visit(
    store: Store, who: UUID, day: dt.date, mode: str = "home", hour: int = 9
) -> UUID:
    with store.writing() as tx:
        values = {"resident_id": who, "mode": mode, "started_at": at(day, hour)}
        return records.save(tx, Visit, values | {"met_whom": "self"})


def paper(words: str) -> PendingPhoto:
    name = hashlib.sha256(words.encode()).hexdigest()
    return PendingPhoto(Photo(name, None, 1131, 1600, 200_000), f"{words}.jpg")


def test_a_visit_sheet_goes_to_the_visit_of_that_day(
    vault: Store, people: People, today: dt.date
) -> None:
    visit(vault, people.li, today - dt.timedelta(days=7))
    this = visit(vault, people.li, today)
    visit(vault, people.li, today, "phone", 15)
    with vault.reading() as db:
        home = home_of(db, number_of(people.li), today)
    likely = home.places[home.likely]
    assert (likely.owner_type, likely.owner_id) == ("visit", this)
    assert likely.words == "李桂英 11-23 走访（入户）"
    assert home.resident_id is None
    words = [one.words for one in home.places]
    assert words[-1] == "李桂英的居民档案"
    assert len(words) == 3  # a call has no paper


def test_without_a_visit_it_goes_to_the_person_whose_visit_is_still_to_be_recorded(
    vault: Store, people: People, today: dt.date
) -> None:
    visit(vault, people.li, today - dt.timedelta(days=7))
    with vault.reading() as db:
        home = home_of(db, str(people.li).upper(), today)
    assert home.places[home.likely].owner_id == people.li
    assert home.resident_id == people.li


def test_a_photo_taken_the_day_after_goes_to_the_visit_that_has_no_paper_yet(
    vault: Store, people: People, today: dt.date
) -> None:
    yesterday = visit(vault, people.li, today - dt.timedelta(days=1))
    with vault.reading() as db:
        home = home_of(db, number_of(people.li), today)
    assert home.places[home.likely].owner_id == yesterday
    with vault.writing() as tx:
        put_away(tx, [(home.places[home.likely], paper("昨天"))])
    with vault.reading() as db:
        home = home_of(db, number_of(people.li), today)
    assert home.places[home.likely].owner_id == people.li


def test_papers_of_other_records_go_to_them(vault: Store, people: People) -> None:
    with vault.writing() as tx:
        issue = flow.open_issue(tx, {"title_text": "楼道堆物", "category": "0201"})
    with vault.reading() as db:
        home = home_of(db, number_of(issue), dt.date.today())
    [place] = home.places
    assert (place.owner_type, place.words) == ("issue", "问题工单 楼道堆物")


@pytest.mark.parametrize(
    ("typed", "said"), [("7K3M-9QPX-0", "对不上"), ("李桂英", "印在二维码下面")]
)
def test_a_wrong_number_gets_a_sentence(vault: Store, typed: str, said: str) -> None:
    with vault.reading() as db, pytest.raises(UserError, match=said):
        home_of(db, typed, dt.date.today())


def test_a_number_that_nothing_has_gets_a_sentence(
    vault: Store, people: People
) -> None:
    with vault.reading() as db, pytest.raises(UserError, match="没有这个单号"):
        home_of(db, number_of(people.bin), dt.date.today())


def test_signed_papers_are_kept_as_such_once_and_taken_back(
    vault: Store, people: People, today: dt.date
) -> None:
    this = visit(vault, people.li, today)
    with vault.reading() as db:
        home = home_of(db, number_of(people.li), today)
    place = home.places[home.likely]
    with vault.writing() as tx:
        work = partial(put_away, papers=[(place, paper("甲")), (place, paper("乙"))])
        done = noted(tx, work)
    with vault.writing() as tx:
        assert put_away(tx, [(place, paper("甲"))]) == []  # it is there already
    with vault.reading() as db:
        assert photos_of(db, "visit", [this]) == []  # no photos of a form
        kept = photos_of(db, "visit", [this], PICTURES)
        events = timeline(db, people.li)
    assert [row["kind"] for row in kept] == ["signed", "signed"]
    assert [row["name"] for row in kept] == ["甲.jpg", "乙.jpg"]
    papers = [one for one in events if one.kind == "signed"]
    assert {one.summary for one in papers} == {"甲.jpg", "乙.jpg"}
    with vault.writing() as tx:
        take_back(tx, done)
    with vault.reading() as db:
        assert records.count(db, Attachment) == 0
