"""Photos travel both ways, resume where they were cut, and go to nobody else."""

import hashlib
from io import BytesIO

import pytest
from PIL import Image

from gridapp.county import access, photos
from gridapp.models import Attachment, Resident
from gridapp.store import photo_state, records
from gridapp.sync.client import HttpTransport, SyncClient
from gridapp.sync.photos import PhotoSync
from tests.county.conftest import GRID, OTHER

SMALL, LARGE = (320, 240), (1600, 1200)


def jpeg(size=SMALL, seed=1, quality=85):
    """A picture that JPEG cannot make much smaller."""
    import random

    noise = random.Random(seed).randbytes(size[0] * size[1] * 3)
    out = BytesIO()
    Image.frombytes("RGB", size, noise).save(out, "JPEG", quality=quality)
    return out.getvalue()


class Laptop:
    """A vault that is at home at a real server."""

    def __init__(self, store, url, code):
        self.store = store
        self.client = SyncClient(store, HttpTransport(url))
        self.client.enrol(code)
        self.url = url
        self.client.sync()

    def person(self):
        with self.store.writing() as tx:
            return records.save(tx, Resident, {"name": "王小明"})

    def photograph(self, owner, plain, **more):
        """Attach a photo; its hash."""
        photo = self.store.photos.take(plain)
        values = photo.values() | {"owner_type": "resident", "owner_id": owner}
        with self.store.writing() as tx:
            records.save(tx, Attachment, values | {"kind": "photo"} | more)
        return photo.hash

    def photos(self, **more):
        """The photos' side of a sync; never waits."""
        transport = HttpTransport(self.url)
        return PhotoSync(self.store, transport, pause=lambda _: None).run(**more)

    def sync(self):
        self.client.sync()
        return self.photos()


@pytest.fixture
def laptop(served, county_folder, new_vault):
    from gridapp.county import upkeep

    def make(name, *grids):
        with upkeep.opened(county_folder) as county:
            code = access.create_enrolment(county, grids or [GRID], name)
        return Laptop(new_vault(name), served, code)

    return make


def test_photos_go_to_the_other_laptop_small_pictures_and_whole_ones(laptop):
    one, other = laptop("周敏"), laptop("李娜")
    person = one.person()
    names = [one.photograph(person, jpeg(seed=seed)) for seed in range(3)]
    sent = one.sync()
    assert (sent.thumbs_up, sent.photos_up, sent.waiting) == (3, 3, 0)
    assert sent.troubles == []
    got = other.sync()
    assert (got.thumbs_down, got.photos_down) == (3, 3)
    for name in names:
        assert other.store.photos.read(name) == one.store.photos.read(name)
    again = one.sync()
    assert (again.thumbs_up, again.photos_up, again.bytes_up) == (0, 0, 0)
