"""A photo that another laptop took: in words until it is here, whole when opened."""

import pytest
from PySide6.QtWidgets import QWidget

from gridapp.models import Attachment, Resident
from gridapp.store import records, state
from gridapp.store.photos import NOT_HERE
from gridapp.ui.photos.photo_thumbs import Thumb, small_of
from gridapp.ui.photos.photo_view import PhotoView
from gridapp.work.attachments import PendingPhoto, photos_of
from tests.ui.test_photo_strip import picture


@pytest.fixture
def absent(session, tmp_path):
    """A photo of a record whose file is not on this laptop, and the file."""
    photo = session.store.photos.take(picture(tmp_path / "a.jpg"))
    plain = session.store.photos.read(photo.hash)
    with session.store.writing() as tx:
        owner = records.save(tx, Resident, {"name": "王小明"})
        values = {"owner_type": "resident", "owner_id": owner, "kind": "photo"}
        records.save(tx, Attachment, photo.values() | values)
    session.store.photos.drop(photo.hash)
    with session.store.reading() as db:
        [row] = photos_of(db, "resident", [owner])
    return PendingPhoto.of(row), plain


@pytest.fixture
def opened(session, qtbot):
    """Opens a photo large, over a window."""
    parent = QWidget()
    parent.resize(800, 600)
    qtbot.addWidget(parent)

    def show(photo):
        view = PhotoView(session, [photo], 0, parent, removable=False)
        view.open()
        return view

    return show


def test_photo_that_is_not_here_is_a_picture_of_words(session, qtbot, absent):
    photo, _ = absent
    small = small_of(session.store.photos, photo.photo.hash)
    assert small is None
    thumb = Thumb(session.theme, small, "照片 1")
    qtbot.addWidget(thumb)
    assert NOT_HERE in thumb.accessibleName()
    assert NOT_HERE in thumb.toolTip()
    blank = Thumb(session.theme, b"", "照片 1")
    qtbot.addWidget(blank)
    assert thumb.grab().toImage() != blank.grab().toImage()


def test_its_small_picture_is_shown_when_only_that_has_come(session, qtbot, absent):
    photo, plain = absent
    session.store.photos.put(photo.photo.hash, plain)
    small = session.store.photos.thumbnail(photo.photo.hash)
    session.store.photos.drop(photo.photo.hash)
    session.store.photos.put_thumb(photo.photo.hash, small)
    assert small_of(session.store.photos, photo.photo.hash)


def test_opening_it_without_a_network_says_what_to_do(session, qtbot, opened, absent):
    photo, _ = absent
    with session.store.writing() as tx:
        state.keep(tx.db, state.SERVER_URL, "http://127.0.0.1:9")
        state.keep(tx.db, "token", "made-up")
    view = opened(photo)
    qtbot.waitUntil(lambda: "连不上县级服务器" in view._words.text())
    view.reject()


def test_opening_it_on_a_laptop_that_stands_alone_says_so(qtbot, opened, absent):
    photo, _ = absent
    view = opened(photo)
    qtbot.waitUntil(lambda: "不在本机" in view._words.text())
    view.reject()
