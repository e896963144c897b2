"""An update file: nothing but what the release key signed is taken, to the last bit."""

import io
import os

import pytest

from gridapp.update import file as update_file
from gridapp.update.file import DEBIAN, FORMAT, MAGIC, BadUpdate, numbers
from gridapp.update.program import parse_keys
from tests.update.conftest import Releases


def refused(updates, raw, tmp_path):
    """Why these bytes are not taken; None when they are."""
    file = tmp_path / "from-a-stick.gridupdate"
    file.write_bytes(raw)
    try:
        updates.take(file)
    except BadUpdate as error:
        return error.code if str(error) else None
    return None


def test_a_signed_update_is_taken_and_is_what_was_made(releases, updates):
    made = releases.make(content=b"installer" * 999)
    updates.take(made)
    head = updates.ready()
    assert head is not None
    assert head.manifest.version == "1.1.0"
    assert updates.file_of(head).read_bytes() == made.read_bytes()
    assert updates.prepared(head).read_bytes() == b"installer" * 999


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such bits")
def test_anybody_may_read_an_update(releases):
    """The county's own user publishes what somebody else has signed."""
    assert releases.make().stat().st_mode & 0o777 == 0o644


def proved(updates, raw):
    """Whether these bytes are an update for this program, as `take` looks at them."""
    file = io.BytesIO(raw)
    try:
        head = update_file.read_head(file)
        updates.program.check(head)
        update_file.copy_installer(file, head, io.BytesIO())
    except BadUpdate:
        return False
    return True


def test_every_flipped_bit_of_a_file_is_refused(releases, updates, tmp_path):
    whole = releases.make(content=b"x" * 20).read_bytes()
    for at in range(len(whole)):
        flipped = bytearray(whole)
        flipped[at] ^= 1 << at % 8
        assert not proved(updates, bytes(flipped)), f"byte {at}"
    assert refused(updates, bytes(flipped), tmp_path) == "damaged"
    assert updates.ready() is None
    assert refused(updates, whole, tmp_path) is None


def test_a_file_that_is_cut_or_goes_on_is_refused(releases, updates, tmp_path):
    whole = releases.make(content=b"x" * 20).read_bytes()
    for size in range(len(whole)):
        assert not proved(updates, whole[:size]), f"{size} bytes"
    assert refused(updates, whole + b"x", tmp_path) == "damaged"


def test_only_the_release_key_makes_an_update(releases, updates, tmp_path):
    forged = Releases(releases.folder).make().read_bytes()
    assert refused(updates, forged, tmp_path) == "unsigned"


def test_a_program_that_knows_two_keys_takes_updates_of_both(
    releases, updates, tmp_path
):
    second = Releases(releases.folder)
    updates.program.keys.append(second.public)
    for version, by in (("1.1.0", releases), ("1.2.0", second)):
        assert refused(updates, by.make(version).read_bytes(), tmp_path) is None


def test_another_system_an_older_or_the_same_version_is_refused_in_words(
    releases, updates, tmp_path
):
    for code, made in (
        ("platform", releases.make(deb=True)),
        ("older", releases.make("0.9.9")),
        ("same", releases.make("1.0.0")),
        ("same", releases.make("1.0")),
        ("lowest", releases.make("3.0.0", lowest="2.0")),
    ):
        assert refused(updates, made.read_bytes(), tmp_path) == code
    assert DEBIAN in releases.make(deb=True).name


def test_a_format_of_later_years_is_said_to_be_newer(releases, updates, tmp_path):
    raw = bytearray(releases.make().read_bytes())
    raw[len(MAGIC)] = FORMAT + 1
    assert refused(updates, bytes(raw), tmp_path) == "format"
    assert refused(updates, b"PK\x03\x04 something else", tmp_path) == "not_update"


def test_an_installer_of_a_size_nobody_builds_is_refused(
    releases, updates, tmp_path, monkeypatch
):
    made = releases.make(content=b"x" * 2000)
    monkeypatch.setattr(update_file, "LARGEST", 1000)
    assert refused(updates, made.read_bytes(), tmp_path) == "big"


def test_a_checkout_takes_no_updates_and_says_why(releases, updates, tmp_path):
    updates.program.keys.clear()
    assert refused(updates, releases.make().read_bytes(), tmp_path) == "off"
    assert "公钥" in updates.program.refusal


@pytest.mark.parametrize("said", ["1", "1.2.x", "", "1.2.3.4.5", "-1.0", "1.0\n"])
def test_what_is_no_version_is_told(said):
    with pytest.raises(ValueError, match="two to four numbers"):
        numbers(said)


def test_versions_compare_as_numbers():
    assert numbers("1.10.0") > numbers("1.9.9") > numbers("1.9") == numbers("1.9.0")


def test_a_line_that_is_no_key_is_told_at_the_build():
    assert parse_keys("# remark\n\n") == []
    for line in ("AAAA named", "no base64!"):
        with pytest.raises(ValueError, match="a release key"):
            parse_keys(line)


def test_a_head_that_comes_over_a_line_is_all_of_it(releases):
    raw = releases.make().read_bytes()
    head = update_file.read_head(io.BytesIO(raw))
    assert update_file.parse_head(head.raw) == head
    with pytest.raises(BadUpdate):
        update_file.parse_head(head.raw + b"x")
