"""Photos are kept small, upright, encrypted, without position, whole or not at all."""

import datetime as dt
import hashlib
import os
from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw
from PIL.TiffImagePlugin import IFDRational

from gridapp.errors import UserError
from gridapp.models import Attachment, Resident
from gridapp.models.place import Grid
from gridapp.store import photos, records, state, vault
from gridapp.store.photos import PhotoStore, Position

KEY = bytes(range(32))


@pytest.fixture
def store(tmp_path):
    return PhotoStore(tmp_path, KEY)


def picture(size=(400, 300), kind="JPEG", mode="RGB", marks=None, **options):
    """A picture file: red on the left, blue on the right."""
    image = Image.new("RGB", size, "red")
    ImageDraw.Draw(image).rectangle((size[0] // 2, 0, *size), fill="blue")
    out = BytesIO()
    if marks is not None:
        options["exif"] = marks
    image.convert(mode).save(out, kind, **options)
    return out.getvalue()


def camera(orientation=1, taken="2026:11:20 09:40:05", offset="+08:00", position=True):
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Phone maker"
    exif.get_ifd(0x8769)[0x9003] = taken
    if offset:
        exif.get_ifd(0x8769)[0x9011] = offset
    if position:
        parts = [(38, 28, 30.0), (106, 16, 12.0)]
        latitude, longitude = (tuple(IFDRational(x) for x in part) for part in parts)
        gps = {1: "N", 2: latitude, 3: "E", 4: longitude}
        exif.get_ifd(0x8825).update(gps)
    return exif


def opened(content):
    image = Image.open(BytesIO(content))
    image.load()
    return image


def test_large_photo_is_downscaled_and_named_by_its_content(store, tmp_path):
    photo = store.take(picture((4000, 3000), marks=camera()))
    plain = store.read(photo.hash)
    assert hashlib.sha256(plain).hexdigest() == photo.hash
    assert opened(plain).size == (photo.width, photo.height) == (1600, 1200)
    assert photo.bytes == len(plain)
    path = tmp_path / "photos" / photo.hash[:2] / photo.hash
    assert list((tmp_path / "photos").rglob("*.*")) == []
    assert plain[:64] not in path.read_bytes()
    assert b"JFIF" not in path.read_bytes()


def test_small_photo_is_not_enlarged(store):
    photo = store.take(picture((120, 80)))
    assert (photo.width, photo.height) == (120, 80)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_photo_is_kept_upright(store, orientation):
    photo = store.take(picture((400, 300), marks=camera(orientation)))
    image = opened(store.read(photo.hash))
    assert image.size == ((400, 300) if orientation < 5 else (300, 400))
    right, low = image.size[0] - 9, image.size[1] - 9
    red = {1: (9, 9), 2: (right, 9), 3: (right, 9), 4: (9, 9)}
    red |= {5: (9, 9), 6: (9, 9), 7: (9, low), 8: (9, low)}
    pixel = image.getpixel(red[orientation])
    assert pixel[0] > 200 > 60 > pixel[2]


def test_time_is_told_and_every_mark_of_the_camera_is_left_behind(store):
    marked = picture(
        marks=camera(),
        comment=b"secret",
        xmp=b"<x:xmpmeta>secret</x:xmpmeta>",
        icc_profile=b"secret",
    )
    assert b"secret" in marked
    photo = store.take(marked)
    east8 = dt.timezone(dt.timedelta(hours=8))
    assert photo.taken_at == dt.datetime(2026, 11, 20, 9, 40, 5, tzinfo=east8)
    assert photo.position is None
    plain = store.read(photo.hash)
    assert not opened(plain).getexif()
    assert b"secret" not in plain
    assert b"Phone maker" not in plain


def test_position_is_told_only_when_asked_for(store):
    marked = picture(marks=camera())
    photo = store.take(marked, keep_position=True)
    assert photo.position == Position(38.475, 106.27)
    assert not opened(store.read(photo.hash)).getexif()
    nowhere = store.take(picture(marks=camera(position=False)), keep_position=True)
    assert nowhere.position is None


@pytest.mark.parametrize("taken", ["0000:00:00 00:00:00", "yesterday", "", "    "])
def test_a_time_that_is_none_is_none(store, taken):
    assert store.take(picture(marks=camera(taken=taken))).taken_at is None


def test_time_without_a_zone_is_local(store):
    photo = store.take(picture(marks=camera(offset="")))
    assert photo.taken_at == dt.datetime(2026, 11, 20, 9, 40, 5).astimezone()
    assert photo.taken_at.tzinfo is not None


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        ("PNG", "RGB"),
        ("PNG", "RGBA"),
        ("PNG", "P"),
        ("PNG", "1"),
        ("PNG", "LA"),
        ("JPEG", "L"),
        ("JPEG", "CMYK"),
        ("WEBP", "RGB"),
        ("BMP", "RGB"),
    ],
)
def test_every_usual_sort_of_picture_is_taken(store, kind, mode):
    photo = store.take(picture(kind=kind, mode=mode))
    image = opened(store.read(photo.hash))
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (400, 300))


def test_what_is_see_through_becomes_white(store):
    out = BytesIO()
    Image.new("RGBA", (64, 64), (0, 0, 0, 0)).save(out, "PNG")
    image = opened(store.read(store.take(out.getvalue()).hash))
    assert image.getpixel((32, 32)) == (255, 255, 255)


def test_same_photo_is_kept_once_and_file_or_path_are_the_same(store, tmp_path):
    content = picture()
    path = tmp_path / "照片 1.jpg"
    path.write_bytes(content)
    taken = {store.take(source) for source in (content, path, BytesIO(content))}
    assert len(taken) == 1
    assert list(store.names()) == [taken.pop().hash]


def test_thumbnail_is_small_and_not_kept(store, tmp_path):
    photo = store.take(picture((3000, 2000)))
    before = sorted(tmp_path.rglob("*"))
    assert opened(store.thumbnail(photo.hash)).size == (240, 160)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    "content",
    [b"", b"%PDF-1.7", b"GPH1", "不是照片".encode(), picture()[:300], b"\xff\xd8\xff"],
)
def test_what_is_no_picture_is_refused_in_words(store, content):
    with pytest.raises(UserError, match="照片"):
        store.take(content)
    assert list(store.names()) == []


def test_missing_file_is_refused_in_words(store, tmp_path):
    with pytest.raises(UserError, match="打不开 没有.jpg"):
        store.take(tmp_path / "没有.jpg")


def test_decompression_bomb_is_refused_before_it_is_unpacked(store):
    out = BytesIO()
    Image.new("1", (9000, 9000)).save(out, "PNG")
    assert len(out.getvalue()) < 100_000
    with pytest.raises(UserError, match="像素太多"):
        store.take(out.getvalue())
    huge = bytearray(picture(kind="BMP"))
    huge[18:26] = (60_000).to_bytes(4, "little") * 2
    with pytest.raises(UserError, match="像素太多"):
        store.take(bytes(huge))


def test_file_that_is_too_long_is_refused(store, tmp_path):
    path = tmp_path / "long.jpg"
    with path.open("wb") as file:
        file.truncate(photos.LARGEST_FILE + 1)
    with pytest.raises(UserError, match="64 MB"):
        store.take(path)


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    kind=st.sampled_from(["JPEG", "PNG", "WEBP", "BMP"]),
    damage=st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 255)), max_size=12),
    cut=st.none() | st.integers(0, 3000),
)
def test_a_damaged_file_is_a_photo_or_a_sentence(store, kind, damage, cut):
    content = bytearray(picture((40, 30), kind=kind, marks=camera()))
    for place, value in damage:
        content[place % len(content)] = value
    try:
        photo = store.take(bytes(content[:cut]))
    except UserError as error:
        assert "照片" in str(error)  # noqa: PT017
    else:
        assert store.read(photo.hash)


@pytest.mark.parametrize("place", [0, 5, 20, -1])
def test_a_changed_file_is_noticed_and_healed(store, tmp_path, place):
    content = picture()
    photo = store.take(content)
    whole = store.take(picture((50, 50)))
    path = tmp_path / "photos" / photo.hash[:2] / photo.hash
    raw = bytearray(path.read_bytes())
    raw[place] ^= 1
    path.write_bytes(raw)
    with pytest.raises(UserError, match="已损坏"):
        store.read(photo.hash)
    assert store.verify() == [photo.hash]
    assert store.take(content) == photo
    assert store.verify() == []
    assert store.read(whole.hash)


def test_cut_empty_and_swapped_files_are_noticed(store, tmp_path):
    one, other = store.take(picture((50, 50))), store.take(picture((60, 60)))
    paths = [tmp_path / "photos" / x.hash[:2] / x.hash for x in (one, other)]
    paths[0].write_bytes(paths[1].read_bytes())
    assert store.verify() == [one.hash]
    for content in (b"", paths[1].read_bytes()[:-30]):
        paths[0].write_bytes(content)
        assert store.verify() == [one.hash]


def test_another_vaults_key_opens_nothing(store, tmp_path):
    photo = store.take(picture())
    with pytest.raises(UserError, match="已损坏"):
        PhotoStore(tmp_path, bytes(32)).read(photo.hash)


def test_photo_that_is_not_here_is_told_in_words(store):
    with pytest.raises(UserError, match="不在本机"):
        store.read("0" * 64)


def test_name_that_is_no_hash_never_reaches_the_disk(store):
    with pytest.raises(ValueError, match="64 hexadecimal"):
        store.read("../" * 20 + "etc")
    with pytest.raises(ValueError, match="does not have that content"):
        store.put("0" * 64, b"other")


def test_a_write_that_fails_leaves_nothing(store, tmp_path, monkeypatch):
    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UserError, match="磁盘已满"):
        store.take(picture())
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_attachment_record_keeps_what_is_known_of_a_photo(tmp_path):
    store = vault.create(tmp_path / "vault", "桂花-三把旧椅子")
    with store.writing() as tx:
        grid = records.save(tx, Grid, {"code": "990101001001001", "name": "一网格"})
        state.keep(tx.db, state.DEFAULT_GRID, grid.hex)
    photo = store.photos.take(picture(marks=camera()))
    with store.writing() as tx:
        owner = records.save(tx, Resident, {"name": "李桂英"})
        values = photo.values() | {
            "owner_type": "resident",
            "owner_id": owner,
            "kind": "photo",
            "name": "门口",
        }
        attachment = records.save(tx, Attachment, values)
    with store.reading() as db:
        kept = records.get(db, Attachment, attachment)
    store.close()
    assert kept["taken_at"] == photo.taken_at
    again = vault.open_store(tmp_path / "vault", "桂花-三把旧椅子")
    assert len(again.photos.read(kept["hash"])) == kept["size"]
    again.close()
