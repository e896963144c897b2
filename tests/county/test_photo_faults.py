"""Photos that are cut, killed, damaged or met by a full disk lose nothing.

What is broken here lies before the database, so that a file as a county is enough.
"""

import datetime as dt
import json
import os
import shutil
import signal
import subprocess
import sys

import pytest

from gridapp.county import photos, upkeep
from gridapp.county.uploads import UNFINISHED
from gridapp.models import Attachment
from gridapp.models.kinds import now
from gridapp.store import drafts, photo_state, records, state
from gridapp.sync.photos import Pace
from tests.county.conftest import GRID
from tests.county.tus import Cutter, Laptop, enrolment, jpeg

PIECE = 64 << 10  # bytes: it begins with that, and does not grow while it is cut
HEADS = 60_000  # bytes of requests beside photos, and small pictures
LARGE = jpeg((1600, 1000))  # about 0.7 MiB, and not made smaller when it is taken in


@pytest.fixture(scope="module")
def county_template(tmp_path_factory):
    """An empty county in a file, to copy."""
    folder = tmp_path_factory.mktemp("template") / "county"
    upkeep.init(folder)
    return folder, None


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


@pytest.fixture
def cutter(served):
    line = Cutter(served)
    yield line
    line.close()


def test_a_cut_upload_goes_on_and_sends_at_most_one_piece_again(laptop, cutter, here):
    """Every connection breaks inside a piece."""
    one = laptop("周敏")
    name = one.photograph(LARGE)
    one.client.sync()
    size = len(one.store.photos.read(name))
    cutter.up = 100_000
    for _ in range(30):
        if not one.photos(cutter.url).waiting:
            break
    assert at_county(here) == {name}
    assert cutter.cuts >= size // 100_000
    assert cutter.carried < size + cutter.cuts * PIECE + HEADS


def test_small_pictures_go_first_and_the_newest_photo_before_the_others(laptop, here):
    one = laptop("周敏")
    names = [one.photograph(jpeg(seed=seed)) for seed in range(3)]
    one.client.sync()
    report = one.photos(cancelled=lambda: bool(at_county(here)))
    assert at_county(here, "thumb") == set(names)
    assert at_county(here) == {names[-1]}
    assert report.waiting == 2
    assert report.troubles == []
    assert one.photos().waiting == 0


def test_a_cut_download_goes_on_where_it_was(laptop, cutter, here):
    one, other = laptop("周敏"), laptop("李娜")
    name = one.photograph(LARGE)
    one.sync()
    other.client.sync()
    size = len(one.store.photos.read(name))
    cutter.down = 150_000
    report = other.photos(cutter.url)
    assert report.photos_down == 1
    assert cutter.cuts >= size // 150_000
    small = len(one.store.photos.thumbnail(name))
    assert report.bytes_down == size + small
    assert other.store.photos.read(name) == one.store.photos.read(name)


def test_a_lost_and_a_damaged_photo_are_told_and_stop_no_other(laptop, here):
    one = laptop("周敏")
    lost, damaged, good = (one.photograph(jpeg(seed=seed)) for seed in range(3))
    with one.store.reading() as db:
        assert photo_state.unsent(db) == []
    one.client.sync()
    one.photos(cancelled=lambda: True)
    one.store.photos.drop(lost)
    path = one.store.folder / "photos" / damaged[:2] / damaged
    path.write_bytes(path.read_bytes()[:-9])
    report = one.photos()
    assert at_county(here) == {good}
    [sentence] = report.troubles
    assert "2 张照片" in sentence
    assert report.waiting == 2


def test_a_photo_that_is_damaged_at_the_county_is_not_kept(laptop, here):
    one, other = laptop("周敏"), laptop("李娜")
    name = one.photograph(jpeg())
    one.sync()
    photos.place(here, name, "whole").write_bytes(jpeg(seed=7))
    other.client.sync()
    report = other.photos()
    assert not other.store.photos.has(name)
    assert any("损坏" in one for one in report.troubles)
    assert other.store.photos.thumbnail(name)  # what came well stays


def test_pieces_grow_while_they_are_quick_and_shrink_when_they_fail():
    pace = Pace()
    sizes = []
    for _ in range(8):
        sizes.append(pace.size >> 10)
        pace.went(1.0)
    assert sizes == [64, 128, 256, 512, 1024, 2048, 4096, 4096]
    pace.went(6.0)
    assert pace.size == 4 << 20
    for _ in range(10):
        pace.failed()
    assert pace.size == 16 << 10


def test_orphans_go_after_thirty_days_and_nothing_else(laptop):
    one = laptop("周敏")
    photo = one.store.photos
    kept = one.photograph(jpeg(seed=1))
    binned = one.photograph(jpeg(seed=2))
    unsent = one.photograph(jpeg(seed=3))
    drafted = photo.take(jpeg(seed=4)).hash
    orphan = photo.take(jpeg(seed=5)).hash
    fresh = photo.take(jpeg(seed=6)).hash
    with one.store.writing() as tx:
        drafts.keep(tx, "visit", {"photos": [{"hash": drafted}]})
        [row] = records.find(tx.db, Attachment, Attachment.hash == binned)
        records.delete(tx, Attachment, row["id"])
    here = set(photo.names())
    photo_state.begin(one.store, "epoch", here)
    old = (now() - dt.timedelta(days=31)).timestamp()
    for name in here - {fresh}:
        path = one.store.folder / "photos" / name[:2] / name
        os.utime(path, (old, old))
    assert photo_state.sweep(one.store) == 1
    assert set(photo.names()) == {kept, binned, unsent, drafted, fresh}
    assert not photo.has(orphan)
    later = now() + dt.timedelta(days=40)
    with one.store.writing() as tx:
        drafts.drop(tx, "visit")
    assert photo_state.sweep(one.store, later) == 2


@pytest.fixture
def small_disk():
    """Makes a folder a disk of so many KiB; needs to be root."""
    mounted = []

    def make(folder, kib):
        folder.mkdir(parents=True, exist_ok=True)
        command = ["mount", "-t", "tmpfs", "-o", f"size={kib}k", "tmpfs", str(folder)]
        if subprocess.run(command, capture_output=True).returncode:
            pytest.skip("this machine lets nobody make a small disk")
        mounted.append(folder)

    yield make
    for folder in mounted:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder, leave):
    """Fill the disk of a folder but for so many bytes."""
    room = os.statvfs(folder).f_bavail * os.statvfs(folder).f_frsize
    (folder / "ballast").write_bytes(bytes(max(0, room - leave)))


def test_a_full_disk_at_the_county_keeps_what_came_and_goes_on_later(
    county_folder, laptop, small_disk, here
):
    one = laptop("周敏")
    name = one.photograph(LARGE)
    one.client.sync()
    disk = here.folder / photos.FOLDER
    small_disk(disk, 4096)
    # the unfinished file must lie on the same disk as the photo it becomes
    shutil.rmtree(here.folder / UNFINISHED, ignore_errors=True)
    (disk / UNFINISHED).mkdir()
    (here.folder / UNFINISHED).symlink_to(disk / UNFINISHED)
    fill(disk, 300 << 10)
    report = one.photos()
    assert report.waiting == 1
    assert any("磁盘已满" in one for one in report.troubles)
    (disk / "ballast").unlink()
    again = one.photos()
    assert (again.waiting, again.troubles) == (0, [])
    assert at_county(here) == {name}
    assert report.bytes_up + again.bytes_up < 2 * len(LARGE)


def test_a_full_disk_on_the_laptop_is_told_and_the_photo_comes_later(
    laptop, small_disk
):
    one, other = laptop("周敏"), laptop("李娜")
    name = one.photograph(LARGE)
    one.sync()
    other.client.sync()
    disk = other.store.folder / "photos"
    small_disk(disk, 2048)
    fill(disk, 100 << 10)
    report = other.photos()
    assert report.thumbs_down == 1
    assert any("磁盘已满" in one for one in report.troubles)
    (disk / "ballast").unlink()
    assert other.photos().photos_down == 1
    assert other.store.photos.has(name)


def serve(folder, port=0):
    """A server in a process of its own, and its address."""
    command = [sys.executable, "-m", "gridapp", "county", "serve"]
    command += ["--data", str(folder), "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    return process, process.stdout.readline().strip()


def test_a_killed_server_has_every_byte_that_it_said_it_has(county_folder, new_vault):
    server, url = serve(county_folder)
    line = Cutter(url)
    try:
        one = Laptop(new_vault("周敏"), url, enrolment(county_folder, "周敏", GRID))
        name = one.photograph(LARGE)
        one.client.sync()

        def kill(carried):
            if carried > 300_000 and server.poll() is None:
                server.send_signal(signal.SIGKILL)
                server.wait()

        line.watch = kill
        assert one.photos(line.url).waiting == 1
        assert server.wait(60) == -signal.SIGKILL
        server.stdout.close()
        line.watch = lambda carried: None
        server, line.target = serve(county_folder)
        again = one.photos(line.url)
        assert (again.waiting, again.troubles) == (0, [])
        whole = len(one.store.photos.read(name))
        assert again.bytes_up < whole  # it did not begin anew
        assert line.carried < whole + (256 << 10) + HEADS
    finally:
        line.close()
        server.kill()
        server.wait()
        server.stdout.close()


def test_a_killed_laptop_sends_at_most_one_piece_again(
    county_folder, served, cutter, new_vault, tmp_path, here
):
    """The whole program, killed with SIGKILL inside a piece."""
    one = Laptop(new_vault("周敏"), served, enrolment(county_folder, "周敏", GRID))
    name = one.photograph(LARGE)
    whole = len(one.store.photos.read(name))
    with one.store.writing() as tx:
        state.keep(tx.db, state.SERVER_URL, cutter.url)
    one.store.close()
    secret = tmp_path / "password"
    secret.write_text("测试用的密码 1")
    command = [sys.executable, "-m", "gridapp", "sync", "--json"]
    command += ["--data", str(one.store.folder), "--password-file", str(secret)]
    first = subprocess.Popen(command, stdout=subprocess.PIPE)

    def kill(carried):
        if carried > 300_000 and first.poll() is None:
            first.send_signal(signal.SIGKILL)
            first.wait()

    cutter.watch = kill
    first.communicate(timeout=240)
    assert first.returncode == -signal.SIGKILL
    assert at_county(here) == set()
    cutter.watch = lambda carried: None
    second = subprocess.run(command, capture_output=True, check=True, timeout=240)
    report = json.loads(second.stdout)
    assert (report["photos_up"], report["photos_waiting"]) == (1, 0)
    assert at_county(here) == {name}
    assert report["bytes_up"] < whole  # it did not begin anew
    assert cutter.carried < whole + (256 << 10) + HEADS
