"""The county's side of photos speaks tus 1.0 as its specification says."""

import base64
import datetime as dt
import hashlib
import os
import socket
import threading
import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import select, update
from tusclient import client as public
from tusclient.exceptions import TusCommunicationError, TusUploadFailed

from gridapp.county import app, photos, upkeep
from gridapp.county import uploads as county_uploads
from gridapp.county.tables import photo, upload
from gridapp.models import Attachment
from gridapp.models.kinds import now
from gridapp.store import records
from gridapp.sync.photo_messages import (
    HAS_THUMB,
    HAS_WHOLE,
    MAY_SEE,
    MAY_SEND,
    KnownReply,
    KnownRequest,
)
from gridapp.sync.protocol import Refusal, pack, unpack
from tests.county.conftest import GRID, OTHER, fresh_vault
from tests.county.tus import Laptop, Raw, enrolment, jpeg, said
from tests.county.waiting import until

SYNC_TYPE = "application/vnd.gridapp.sync"
OCTETS = "application/offset+octet-stream"
NOWHERE = hashlib.sha256(b"nowhere").hexdigest()


@dataclass(frozen=True)
class Shot:
    """A photo of which the county has the attachment and nothing else."""

    plain: bytes
    name: str


@pytest.fixture(scope="module")
def county_here(tmp_path_factory):
    """A county of these tests alone, in a file: what tus is does not hang on that."""
    folder = tmp_path_factory.mktemp("tus") / "county"
    upkeep.init(folder)
    with app.running(folder) as url:
        yield folder, url


@pytest.fixture(scope="module")
def make_laptop(county_here, laptops_key, tmp_path_factory):
    """Makes a laptop that is at home there."""
    folder, url = county_here
    template, key = laptops_key
    made = []

    def make(name, *grids):
        place = tmp_path_factory.mktemp("laptops") / "vault"
        store = fresh_vault(template, place, key)
        made.append(store)
        return Laptop(store, url, enrolment(folder, name, *grids))

    yield make
    for store in made:
        store.close()


@pytest.fixture(scope="module")
def laptop(make_laptop):
    return make_laptop("周敏", GRID)


@pytest.fixture(scope="module")
def shots(laptop):
    """Photos of which each test takes one."""
    made = [Shot(*both) for both in map(taken, range(60))]
    for one in made:
        attach(laptop, one.name)
    laptop.client.sync()
    return made


def taken(seed):
    plain = jpeg((160, 120), seed)
    return plain, hashlib.sha256(plain).hexdigest()


def attach(laptop, name):
    """An attachment whose photo lies anywhere."""
    values = {"owner_type": "resident", "owner_id": laptop.person(), "kind": "photo"}
    values |= {"hash": name, "media_type": "image/jpeg", "size": 1}
    with laptop.store.writing() as tx:
        records.save(tx, Attachment, values)


@pytest.fixture
def shot(shots):
    return shots.pop()


@pytest.fixture(autouse=True)
def tidy(opened):
    """What a test leaves unfinished is forgotten after it."""
    yield
    with opened.writing() as db:
        db.execute(upload.delete())
    for file in unfinished(opened):
        file.unlink()


def noted_as(db, shot):
    """How large the county says that a photo is; None when it has none."""
    return db.scalar(select(photo.c.size).where(photo.c.hash == shot.name))


def unfinished(county):
    """Files of uploads that are not whole."""
    return list((county.folder / "uploads").glob("?" * 32))


@pytest.fixture(scope="module")
def raw(laptop):
    return Raw(laptop.url, laptop.token)


@pytest.fixture(scope="module")
def opened(county_here):
    with upkeep.opened(county_here[0]) as county:
        yield county


def uploader(raw, shot, plain=None, **more):
    """One of the public client."""
    headers = {"Authorization": raw.headers["Authorization"]}
    tus = public.TusClient(raw.url + "/v1/files", headers)
    told = {"hash": shot.name, "part": "whole"}
    options = {"chunk_size": 2000, "metadata": told} | more
    return tus.uploader(file_stream=BytesIO(plain or shot.plain), **options)


def words(answer):
    assert answer.headers["content-type"] == SYNC_TYPE
    return unpack(answer.content, Refusal)


def test_options_tell_what_is_possible(raw):
    answer = raw("OPTIONS", "/v1/files", Tus_Resumable=None, Authorization=None)
    assert answer.status_code == 204
    assert answer.headers["tus-version"] == "1.0.0"
    assert "sha1" in answer.headers["tus-checksum-algorithm"].split(",")
    assert int(answer.headers["tus-max-size"]) > 1 << 20
    extensions = answer.headers["tus-extension"].split(",")
    assert {"creation", "checksum", "expiration", "termination"} <= set(extensions)


@pytest.mark.parametrize("checked", [False, True])
def test_public_client_uploads_and_the_photo_is_in_its_place(
    raw, opened, checked, shot
):
    uploader(raw, shot, upload_checksum=checked).upload()
    path = photos.place(opened, shot.name, "whole")
    assert path.read_bytes() == shot.plain
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o077 == 0
    with opened.reading() as db:
        assert noted_as(db, shot) == len(shot.plain)
    assert unfinished(opened) == []


def test_public_client_is_cut_and_goes_on_where_it_was(raw, opened, shot):
    first = uploader(raw, shot, chunk_size=1_000)
    first.upload(stop_at=4_000)
    again = uploader(raw, shot, chunk_size=1_000, url=first.url)
    assert again.offset == 4_000
    again.upload()
    assert photos.place(opened, shot.name, "whole").read_bytes() == shot.plain


def test_public_client_is_refused_without_a_token(laptop, shot):
    with pytest.raises(TusCommunicationError) as refused:
        uploader(Raw(laptop.url, "made-up"), shot).upload()
    assert refused.value.status_code == 401


def test_photo_comes_whole_or_from_where_it_was_cut(raw, shot):
    uploader(raw, shot).upload()
    whole = raw("GET", f"/v1/photos/{shot.name}")
    assert (whole.status_code, whole.content) == (200, shot.plain)
    assert whole.headers["etag"] == f'"{shot.name}"'
    assert whole.headers["content-type"] == "image/jpeg"
    rest = raw("GET", f"/v1/photos/{shot.name}", Range="bytes=1000-")
    assert (rest.status_code, rest.content) == (206, shot.plain[1000:])
    fits = raw(
        "GET", f"/v1/photos/{shot.name}", Range="bytes=9-", If_Range=f'"{shot.name}"'
    )
    assert fits.content == shot.plain[9:]
    other = raw("GET", f"/v1/photos/{shot.name}", Range="bytes=9-", If_Range='"x"')
    assert (other.status_code, other.content) == (200, shot.plain)
    beyond = raw("GET", f"/v1/photos/{shot.name}", Range=f"bytes={len(shot.plain)}-")
    assert beyond.status_code == 416
    same = raw("GET", f"/v1/photos/{shot.name}", If_None_Match=f'"{shot.name}"')
    assert same.status_code == 304


def test_small_picture_goes_and_comes_on_its_own(raw, shot):
    small = jpeg((120, 90))
    path = raw.begin(shot.name, len(small), "thumb")
    assert raw.patch(path, 0, small).status_code == 204
    assert raw("GET", f"/v1/photos/{shot.name}/thumb").content == small
    assert raw("GET", f"/v1/photos/{shot.name}").status_code == 404


def test_small_picture_that_is_there_is_not_exchanged(raw, shot):
    """What a laptop has of it and goes on with must stay what it is."""
    for seed in (1, 2):
        small = jpeg((120, 90), seed)
        path = raw.begin(shot.name, len(small), "thumb")
        assert raw.patch(path, 0, small).status_code == 204
    assert raw("GET", f"/v1/photos/{shot.name}/thumb").content == jpeg((120, 90), 1)


def test_creation_brings_the_first_bytes(raw, shot):
    answer = raw.create(
        shot.name, len(shot.plain), shot.plain[:5000], Content_Type=OCTETS
    )
    assert answer.status_code == 201
    assert answer.headers["upload-offset"] == "5000"
    path = "/v1/" + answer.headers["location"]
    head = raw("HEAD", path)
    assert head.headers["upload-offset"] == "5000"
    assert head.headers["upload-length"] == str(len(shot.plain))
    assert head.headers["upload-metadata"] == said(shot.name)
    assert head.headers["cache-control"] == "no-store"
    assert head.headers["tus-resumable"] == "1.0.0"
    expires = parsedate_to_datetime(head.headers["upload-expires"])
    assert dt.timedelta(days=6) < expires - now() <= dt.timedelta(days=7)
    assert raw.patch(path, 5000, shot.plain[5000:]).status_code == 204
    assert raw.offset(path) == len(shot.plain)


def test_offset_that_is_not_where_it_stands_is_told_and_changes_nothing(raw, shot):
    path = raw.begin(shot.name, len(shot.plain))
    raw.patch(path, 0, shot.plain[:1000])
    for wrong in (0, 999, 1001):
        answer = raw.patch(path, wrong, shot.plain[:10])
        assert answer.status_code == 409
        assert words(answer).code == "offset"
    assert raw.offset(path) == 1000


@pytest.mark.parametrize("kind", ["sha1", "sha256"])
def test_chunk_with_a_wrong_checksum_is_dropped(raw, kind, shot):
    path = raw.begin(shot.name, len(shot.plain))

    def digest(body):
        return f"{kind} {base64.b64encode(hashlib.new(kind, body).digest()).decode()}"

    good = raw.patch(
        path, 0, shot.plain[:1000], Upload_Checksum=digest(shot.plain[:1000])
    )
    assert good.status_code == 204
    bad = raw.patch(path, 1000, shot.plain[1000:], Upload_Checksum=digest(b"other"))
    assert bad.status_code == 460
    assert raw.offset(path) == 1000
    unknown = raw.patch(path, 1000, shot.plain[1000:], Upload_Checksum="crc32 AAAA")
    assert unknown.status_code == 400
    assert raw.offset(path) == 1000


def test_another_version_of_tus_is_not_processed(raw, shot):
    path = raw.begin(shot.name, len(shot.plain))
    for version in ("0.2.2", None):
        answer = raw.patch(path, 0, shot.plain, Tus_Resumable=version)
        assert answer.status_code == 412
        assert answer.headers["tus-version"] == "1.0.0"
    assert raw.offset(path) == 0


def test_body_of_another_type_is_refused(raw, shot):
    path = raw.begin(shot.name, len(shot.plain))
    assert raw.patch(path, 0, shot.plain, Content_Type="image/jpeg").status_code == 415
    assert raw.create(shot.name, 9, b"x", Content_Type="image/jpeg").status_code == 415


def test_other_method_may_stand_in_a_header(raw, shot):
    path = raw.begin(shot.name, len(shot.plain))
    more = {"X_HTTP_Method_Override": "PATCH", "Upload_Offset": "0"}
    answer = raw("POST", path, shot.plain, Content_Type=OCTETS, **more)
    assert answer.status_code == 204
    assert raw("GET", f"/v1/photos/{shot.name}").content == shot.plain


def test_photo_that_does_not_have_its_hash_is_refused_in_words_and_removed(
    raw, opened, shot
):
    other = jpeg((640, 480), seed=2)
    path = raw.begin(shot.name, len(other))
    answer = raw.patch(path, 0, other)
    assert answer.status_code == 422
    assert "没有收下" in words(answer).sentence
    assert not photos.place(opened, shot.name, "whole").exists()
    assert unfinished(opened) == []
    assert raw("HEAD", path).status_code == 404


def bomb():
    """A JPEG whose head says 60,000 × 60,000 pixels."""
    plain = bytearray(jpeg((16, 16)))
    at = plain.index(b"\xff\xc0")
    plain[at + 5 : at + 9] = (60_000).to_bytes(2, "big") * 2
    return bytes(plain)


def png():
    out = BytesIO()
    Image.new("RGB", (8, 8)).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(
    "plain",
    [bomb(), png(), b"<html>", jpeg()[:100]],
    ids=["bomb", "png", "page", "cut"],
)
def test_what_is_no_sensible_jpeg_is_refused(raw, laptop, plain):
    name = hashlib.sha256(plain).hexdigest()
    attach(laptop, name)
    laptop.client.sync()
    path = raw.begin(name, len(plain))
    answer = raw.patch(path, 0, plain)
    assert answer.status_code == 422
    assert raw("GET", f"/v1/photos/{name}").status_code == 404


def test_sizes_are_bounded(raw, opened, shot):
    assert raw.create(shot.name, (16 << 20) + 1).status_code == 413
    assert raw.create(shot.name, (256 << 10) + 1, part="thumb").status_code == 413
    assert raw.create(shot.name, 0).status_code == 400
    path = raw.begin(shot.name, 1000)
    assert raw.patch(path, 0, shot.plain).status_code == 413
    assert raw.offset(path) == 0


@pytest.mark.parametrize(
    "headers",
    [
        {"Upload_Length": "-1"},
        {"Upload_Length": "x"},
        {"Upload_Length": "9" * 30},
        {"Upload_Length": None},
        {"Upload_Metadata": None},
        {"Upload_Metadata": "hash !!!"},
        {"Upload_Metadata": "hash AAAA"},
        {"Upload_Metadata": said(NOWHERE) + "," + said(NOWHERE)},
        {"Upload_Metadata": said("../../" + NOWHERE[6:])},
        {"Upload_Metadata": said(NOWHERE, "../x")},
        {"Upload_Metadata": "x " + "A" * 4000},
    ],
)
def test_creation_that_cannot_be_read_is_refused(raw, headers):
    good = {"Upload_Length": "100", "Upload_Metadata": said(NOWHERE)}
    answer = raw("POST", "/v1/files", **(good | headers))
    assert answer.status_code == 400
    assert words(answer).sentence


def test_unfinished_uploads_of_a_device_are_bounded(raw, laptop):
    most = county_uploads.MOST_UNFINISHED
    names = [hashlib.sha256(b"%d" % number).hexdigest() for number in range(most + 1)]
    for name in names:
        attach(laptop, name)
    laptop.client.sync()
    for name in names[:most]:
        raw.begin(name, 1000)
    refused = raw.create(names[most], 1000)
    assert refused.status_code == 429
    assert "没传完" in words(refused).sentence
    assert raw.create(names[0], 1000).status_code == 201  # in place of the older one


def test_upload_that_is_begun_again_replaces_the_older_one(raw, opened, shot):
    old = raw.begin(shot.name, len(shot.plain))
    raw.patch(old, 0, shot.plain[:100])
    new = raw.begin(shot.name, len(shot.plain))
    assert raw("HEAD", old).status_code == 404
    assert raw.offset(new) == 0
    assert len(unfinished(opened)) == 1


def test_upload_that_is_given_up_is_gone(raw, opened, shot):
    path = raw.begin(shot.name, len(shot.plain))
    raw.patch(path, 0, shot.plain[:100])
    assert raw("DELETE", path).status_code == 204
    assert raw("HEAD", path).status_code == 404
    assert raw.patch(path, 100, shot.plain[100:]).status_code == 404
    assert unfinished(opened) == []


def test_expired_upload_says_so_and_its_bytes_are_removed(raw, opened, shot):
    path = raw.begin(shot.name, len(shot.plain))
    raw.patch(path, 0, shot.plain[:100])
    with opened.writing() as db:
        db.execute(update(upload).values(made_at=now() - dt.timedelta(days=8)))
    for method in ("HEAD", "PATCH"):
        headers = {"Content_Type": OCTETS}
        answer = raw(method, path, b"", Upload_Offset="100", **headers)
        assert answer.status_code == 410
    assert unfinished(opened) == []
    uploads = county_uploads.Uploads(opened)
    with opened.writing() as db:
        db.execute(update(upload).values(made_at=now() - dt.timedelta(days=15)))
    uploads.sweep()
    assert raw("HEAD", path).status_code == 404


def test_sweep_removes_files_that_nobody_asks_for_any_more(raw, opened, shot):
    path = raw.begin(shot.name, len(shot.plain))
    raw.patch(path, 0, shot.plain[:100])
    [file] = unfinished(opened)
    uploads = county_uploads.Uploads(opened)
    assert uploads.sweep() == 0
    old = time.time() - 8 * 86400
    os.utime(file, (old, old))
    assert uploads.sweep() == 1
    assert not file.exists()


def test_two_writers_of_one_upload_do_not_mix(raw, opened, shot):
    """One holds it open, as a line does that died without a word."""
    path = raw.begin(shot.name, len(shot.plain))
    host, _, port = raw.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port))) as line:
        head = (
            f"PATCH {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(shot.plain)}\r\n"
        )
        head += "Content-Type: application/offset+octet-stream\r\nUpload-Offset: 0\r\n"
        head += "".join(f"{key}: {value}\r\n" for key, value in raw.headers.items())
        line.sendall(head.encode() + b"\r\n" + shot.plain[:100])
        until(lambda: raw.patch(path, 7, b"").status_code == 423)  # else it is 409
        refused = raw.patch(path, 0, shot.plain)
        assert words(refused).code == "in_use"
    until(lambda: raw.offset(path) == 100)  # what came before the cut is kept
    until(lambda: raw.patch(path, 100, shot.plain[100:]).status_code == 204)
    assert photos.place(opened, shot.name, "whole").read_bytes() == shot.plain


def test_another_process_keeps_the_lock_too(raw, opened, county_here, shot):
    path = raw.begin(shot.name, len(shot.plain))
    with app.running(county_here[0]) as second:
        other = Raw(second, raw.headers["Authorization"].removeprefix("Bearer "))
        assert other.patch(path, 0, shot.plain[:50]).status_code == 204
        assert raw.offset(path) == 50
        assert raw.patch(path, 50, shot.plain[50:]).status_code == 204
        assert other("GET", f"/v1/photos/{shot.name}").content == shot.plain


def test_many_writers_at_once_leave_one_whole_photo(raw, opened, shot):
    path = raw.begin(shot.name, len(shot.plain))
    statuses = []

    def push():
        statuses.append(raw.patch(path, 0, shot.plain).status_code)

    threads = [threading.Thread(target=push) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(set(statuses)) in ([204], [204, 409], [204, 423], [204, 409, 423])
    assert statuses.count(204) == 1
    assert photos.place(opened, shot.name, "whole").read_bytes() == shot.plain
    with opened.reading() as db:
        assert noted_as(db, shot) == len(shot.plain)
    assert list((opened.folder / "uploads").glob(f"{path[-32:]}*")) == []


def test_upload_that_was_killed_between_its_last_steps_is_finished(raw, opened, shot):
    """Every state in which a kill may leave the last bytes of a photo."""
    path = raw.begin(shot.name, len(shot.plain))
    [file] = unfinished(opened)
    file.write_bytes(shot.plain)  # written, and not verified
    assert raw.offset(path) == len(shot.plain)
    assert raw("GET", f"/v1/photos/{shot.name}").content == shot.plain
    with opened.writing() as db:  # in its place, and not noted
        db.execute(update(upload).values(done=False))
        db.execute(photo.delete())
    assert raw.offset(path) == len(shot.plain)
    with opened.reading() as db:
        assert noted_as(db, shot) == len(shot.plain)


def test_who_has_no_such_attachment_learns_nothing(raw, make_laptop, shot):
    uploader(raw, shot).upload()
    path = raw.begin(shot.name, len(shot.plain))
    stranger = make_laptop("李娜", OTHER)
    theirs = Raw(raw.url, stranger.token)
    for suffix in ("", "/thumb"):
        there = theirs("GET", f"/v1/photos/{shot.name}{suffix}")
        absent = theirs("GET", f"/v1/photos/{NOWHERE}{suffix}")
        assert there.status_code == absent.status_code == 404
        assert words(there).sentence == words(absent).sentence
    for name in (shot.name, NOWHERE):
        assert theirs.create(name, 100).status_code == 403
    assert theirs("HEAD", path).status_code == 404
    assert theirs.patch(path, 0, shot.plain).status_code == 404
    assert theirs("DELETE", path).status_code == 404
    hashes = [bytes.fromhex(one) for one in (shot.name, NOWHERE)]
    asked = pack(KnownRequest(1, hashes))
    answer = theirs("POST", "/v1/photos/known", asked, Content_Type=SYNC_TYPE)
    assert unpack(answer.content, KnownReply).states == [0, 0]
    mine = raw("POST", "/v1/photos/known", asked, Content_Type=SYNC_TYPE)
    state = HAS_WHOLE | MAY_SEND | MAY_SEE
    assert unpack(mine.content, KnownReply).states == [state, 0]
    assert not state & HAS_THUMB


def test_too_many_questions_at_once_are_refused(raw):
    asked = pack(KnownRequest(1, [bytes(32)] * 1001))
    answer = raw("POST", "/v1/photos/known", asked, Content_Type=SYNC_TYPE)
    assert answer.status_code == 413


def test_public_client_hears_of_a_photo_that_is_not_the_one(raw, shot):
    with pytest.raises(TusUploadFailed) as refused:
        uploader(raw, shot, jpeg((640, 480), seed=3)).upload()
    assert refused.value.status_code == 422
