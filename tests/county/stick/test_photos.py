"""Photos go along in packages, small pictures first, under the rules of every photo."""

import hashlib

from gridapp.county import photos
from gridapp.models import Attachment, Resident
from gridapp.store import photo_state, records
from gridapp.sync import gridpkg, package
from gridapp.sync.photo_messages import THUMB, WHOLE
from tests.county.conftest import GRID, OTHER
from tests.county.stick.test_refused import forged
from tests.county.test_photos import jpeg


def photograph(store, seed=1, **more):
    """A resident with a photo; the photo's hash."""
    photo = store.photos.take(jpeg(seed=seed))
    with store.writing() as tx:
        person = records.save(tx, Resident, {"name": f"张{seed}"})
        values = photo.values() | {"owner_type": "resident", "owner_id": person}
        records.save(tx, Attachment, values | {"kind": "photo"} | more)
    return photo.hash


def waiting(store):
    with store.reading() as db:
        return len(photo_state.unsent(db))


def exchange(laptop, out, back):
    return package.import_package(laptop.store, back(out(laptop)))


def test_they_go_to_the_county_and_to_the_other_laptop(county, laptop, out, back):
    li, wang = laptop("李主任"), laptop("王秀兰")
    name = photograph(li.store)

    up = exchange(li, out, back)
    exchange(wang, out, back)
    down = exchange(wang, out, back)

    assert (up.photos_up, down.photos_down, waiting(li.store)) == (1, 1, 0)
    for part in (THUMB, WHOLE):
        assert photos.place(county, name, part).exists()
    assert wang.store.photos.read(name) == li.store.photos.read(name)


def test_what_the_county_has_does_not_go_again(county, laptop, out, back):
    li = laptop("李主任")
    photograph(li.store)
    first = out(li)
    exchange(li, out, back)

    assert out(li).stat().st_size < first.stat().st_size / 2


def test_small_pictures_go_first_when_not_all_fit(county, laptop, stick, back):
    li = laptop("李主任")
    names = [photograph(li.store, seed) for seed in range(3)]
    room = sum(len(li.store.photos.thumbnail(one)) for one in names)

    file = package.export_package(li.store, stick, photos=room)
    package.import_package(li.store, back(file))

    for name in names:
        assert photos.place(county, name, THUMB).exists()
        assert not photos.place(county, name, WHOLE).exists()
    assert waiting(li.store) == 3
    package.import_package(li.store, back(package.export_package(li.store, stick)))
    assert waiting(li.store) == 0


def test_a_photo_of_another_grid_is_neither_taken_nor_given(county, laptop, out, back):
    wang, li = laptop("王秀兰", OTHER), laptop("李主任", GRID)
    secret = photograph(wang.store, 7)
    exchange(wang, out, back)
    plain = wang.store.photos.read(secret)
    strange = jpeg(seed=9)
    other = hashlib.sha256(strange).digest()
    asks = (gridpkg.WANTED_PHOTOS, bytes.fromhex(secret))
    brings = (gridpkg.PHOTO, other + strange)

    file = forged(out(li), li, [asks, brings])
    report = package.import_package(li.store, back(file))

    assert (report.photos_down, report.photos_up) == (0, 0)
    assert not photos.place(county, other.hex(), WHOLE).exists()
    assert plain not in file.with_name(f"{file.stem}-答复.gridpkg").read_bytes()


def test_what_is_no_such_picture_is_not_taken(county, laptop, out, county_takes):
    li = laptop("李主任")
    name = photograph(li.store)
    li.sync()
    parts = [
        (gridpkg.PHOTO, bytes.fromhex(name) + jpeg(seed=5)),
        (gridpkg.THUMBNAIL, bytes.fromhex(name) + b"<svg>"),
        (gridpkg.PHOTO, b"short"),
    ]

    taken = county_takes(forged(out(li), li, parts))

    assert (taken.code, taken.photos) == ("", 0)
    assert list(photos.names(county, WHOLE)) == []
    assert list(photos.names(county, THUMB)) == []
    assert list((county.folder / "uploads").glob("package-*")) == []


def test_a_county_that_cannot_write_photos_says_so_and_takes_them_later(
    county, laptop, out, county_takes, back
):
    li = laptop("李主任")
    name = photograph(li.store)
    file = out(li)
    blocked = county.folder / "uploads"
    blocked.write_text("")

    refused = county_takes(file)

    assert (refused.code, refused.answer) == ("failed", "")
    assert "县里的管理人员" in refused.sentence
    blocked.unlink()
    assert package.import_package(li.store, back(file)).photos_up == 1
    assert photos.place(county, name, WHOLE).exists()
