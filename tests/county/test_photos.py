"""Photos travel both ways, resume where they were cut, and nothing stops for one."""

import shutil

import pytest

from gridapp.county import photos, upkeep
from gridapp.errors import UserError
from gridapp.models import Attachment, Resident
from gridapp.models.place import grid_id
from gridapp.store import records, state
from gridapp.sync.attempt import Attempt
from gridapp.sync.line import EPOCH, URL
from tests.county.conftest import GRID, OTHER
from tests.county.tus import Laptop, enrolment, jpeg


@pytest.fixture
def laptop(served, county_folder, new_vault):
    def make(name, *grids):
        code = enrolment(county_folder, name, *(grids or [GRID]))
        return Laptop(new_vault(name), served, code)

    return make


@pytest.fixture
def here(county_folder):
    with upkeep.opened(county_folder) as county:
        yield county


def at_county(county, part="whole"):
    return set(photos.names(county, part))


def test_photos_go_to_the_other_laptop_small_pictures_and_whole_ones(laptop):
    one, other = laptop("周敏"), laptop("李娜")
    person = one.person()
    names = [one.photograph(jpeg(seed=seed), person) for seed in range(3)]
    sent = one.sync()
    assert (sent.thumbs_up, sent.photos_up, sent.waiting) == (3, 3, 0)
    assert sent.troubles == []
    got = other.sync()
    assert (got.thumbs_down, got.photos_down) == (3, 3)
    for name in names:
        assert other.store.photos.read(name) == one.store.photos.read(name)
    again = one.sync()
    assert (again.thumbs_up, again.photos_up, again.bytes_up) == (0, 0, 0)
    back = other.photograph(jpeg(seed=9))
    other.sync()
    one.sync()
    assert one.store.photos.has(back)


def test_one_sync_of_the_program_brings_records_and_photos(laptop):
    one = laptop("周敏")
    with one.store.writing() as tx:
        state.keep(tx.db, URL, one.url)
    one.photograph(jpeg())
    report = Attempt(one.store, "command").run()
    assert report.pushed == 2
    assert (report.photos_up, report.photos_waiting, report.troubles) == (1, 0, [])


def test_a_photo_that_is_opened_comes_at_once(laptop):
    one, other = laptop("周敏"), laptop("李娜")
    name = one.photograph(jpeg())
    one.client.sync()
    other.client.sync()
    with pytest.raises(UserError, match="还没有把这张照片传到县里"):
        other.syncer().fetch(name)
    one.photos()
    plain = other.syncer().fetch(name)
    assert plain == one.store.photos.read(name) == other.store.photos.read(name)
    with pytest.raises(UserError, match="连不上县级服务器"):
        laptop("王强").syncer("http://127.0.0.1:9").fetch(name)


def test_a_photo_of_a_record_that_left_still_goes_to_the_county(laptop, here):
    """It was moved to another grid before the photo itself was sent."""
    one, chief = laptop("周敏"), laptop("主任", GRID, OTHER)
    person = one.person()
    name = one.photograph(jpeg(), person)
    one.client.sync()
    one.photos(cancelled=lambda: True)
    chief.client.sync()
    with chief.store.writing() as tx:
        records.move(tx, Resident, person, grid_id(OTHER))
    chief.client.sync()
    one.client.sync()
    with one.store.reading() as db:
        assert records.find(db, Attachment) == []
    assert one.photos().waiting == 0
    assert at_county(here) == {name}
    chief.photos()
    assert chief.store.photos.has(name)


def test_photos_stop_nothing_when_the_county_does_not_have_their_record(laptop, here):
    one = laptop("周敏")
    waiting = one.photograph(jpeg())
    assert one.photos().waiting == 1  # its record was not sent yet
    assert at_county(here) == set()
    one.sync()
    assert at_county(here) == {waiting}


def test_a_county_that_lost_photos_with_its_restore_gets_them_again(laptop, here):
    one = laptop("周敏")
    name = one.photograph(jpeg())
    one.sync()
    shutil.rmtree(here.folder / photos.FOLDER)
    assert one.photos().photos_up == 0
    with one.store.writing() as tx:
        state.keep(tx.db, EPOCH, "another")
    assert one.photos().photos_up == 1
    assert at_county(here) == {name}
