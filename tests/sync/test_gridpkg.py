"""The container of a package: sealed, signed, whole or refused in words."""

import io
import os

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from gridapp.errors import UserError
from gridapp.sync import gridpkg
from gridapp.sync.gridpkg import Answered, BadPackage, Header, Reader, Writer
from gridapp.sync.keys import PrivateKeys, are_public
from gridapp.sync.protocol import MAX_PLAIN, SyncRequest, unpack

LAPTOP = PrivateKeys(bytes(range(64)))
COUNTY = PrivateKeys(bytes(range(64, 128)))
PARTS = [
    (gridpkg.REQUEST, b"first"),
    (gridpkg.PHOTO, os.urandom(gridpkg.CHUNK * 2)),
    (gridpkg.REQUEST, b""),
    (99, b"of a later version"),
]


def made(parts=PARTS, version=gridpkg.VERSION, signer=LAPTOP, reader=COUNTY, **said):
    header = Header(
        kind=gridpkg.UP,
        server="s" * 32,
        epoch="e" * 16,
        device=b"d" * 16,
        package=b"p" * 16,
        number=3,
        made_at=1_763_800_000_000,
        keys=reader.id,
    )
    for name, value in said.items():
        setattr(header, name, value)
    out = io.BytesIO()
    writer = Writer(out, header, signer, reader.public)
    for kind, body in parts:
        writer.add(kind, body)
    writer.close()
    raw = bytearray(out.getvalue())
    raw[7] = version
    return bytes(raw)


def read(raw, signer=LAPTOP, opener=COUNTY):
    return list(Reader(io.BytesIO(raw), signer.public, opener).parts())


WHOLE = made()
SMALL = made([(gridpkg.REQUEST, b"small")])


def refused(raw, **keys):
    with pytest.raises(BadPackage) as error:
        read(raw, **keys)
    assert "，" in str(error.value)
    return error.value.code


def test_what_was_put_in_comes_out():
    assert read(WHOLE) == PARTS


@pytest.mark.parametrize(
    "size", [0, 1, gridpkg.CHUNK - 5, gridpkg.CHUNK, 3 * gridpkg.CHUNK - 5]
)
def test_parts_of_every_size_about_a_chunk(size):
    assert read(made([(1, b"x" * size)])) == [(1, b"x" * size)]


def test_a_package_without_parts_is_one():
    assert read(made([])) == []


def test_nothing_inside_can_be_seen_from_outside():
    raw = made([(gridpkg.REQUEST, "张德福 9901".encode() * 50)])
    assert "张德福".encode() not in raw
    assert b"9901" not in raw


@settings(max_examples=150, deadline=None)
@given(at=st.integers(0, len(SMALL) - 1), bit=st.integers(0, 7))
def test_a_bit_that_turned_anywhere_is_refused(at, bit):
    raw = bytearray(SMALL)
    raw[at] ^= 1 << bit

    assert refused(bytes(raw)) in {"damaged", "not_package", "version"}


@settings(max_examples=60, deadline=None)
@given(at=st.integers(0, len(WHOLE) - 1), byte=st.integers(1, 255))
def test_a_byte_that_changed_in_a_long_one_is_refused(at, byte):
    raw = bytearray(WHOLE)
    raw[at] ^= byte

    assert refused(bytes(raw)) in {"damaged", "not_package", "version"}


@settings(max_examples=100, deadline=None)
@given(st.integers(0, len(WHOLE) - 1))
def test_one_that_was_cut_off_anywhere_is_refused(length):
    assert refused(WHOLE[:length]) in {"damaged", "not_package"}


def test_one_with_something_behind_its_end_is_refused():
    assert refused(WHOLE + b"\0") == "damaged"


def test_chunks_in_another_order_are_refused_even_when_signed_again():
    start = WHOLE.index(b"d" * 16)
    header = io.BytesIO(WHOLE)
    gridpkg.read_header(header)
    start, size = header.tell(), gridpkg.CHUNK + 16
    first, second = WHOLE[start : start + size], WHOLE[start + size : start + 2 * size]
    body = WHOLE[:start] + second + first + WHOLE[start + 2 * size : -64]
    assert refused(_signed_again(body)) == "damaged"


def test_whole_chunks_left_out_at_the_end_are_noticed_even_when_signed_again():
    header = io.BytesIO(WHOLE)
    gridpkg.read_header(header)
    body = WHOLE[: header.tell() + gridpkg.CHUNK + 16]
    assert refused(_signed_again(body)) == "damaged"


def test_another_header_before_the_same_chunks_is_refused_even_when_signed_again():
    body = WHOLE[:-64].replace(b"d" * 16, b"e" * 16)
    assert refused(_signed_again(body)) == "damaged"


def _signed_again(body):
    """As who has the laptop's key would sign it, but cannot open what it holds."""
    import hashlib

    digest = hashlib.sha512(body).digest()
    return body + LAPTOP.sign(b"gridapp gridpkg 1 sign" + digest)


def test_who_signed_it_must_be_who_is_said():
    assert refused(WHOLE, signer=COUNTY) == "damaged"


def test_who_it_was_not_sealed_to_cannot_open_it():
    assert refused(WHOLE, opener=LAPTOP) == "damaged"


@pytest.mark.parametrize("name", ["number", "last", "made_at"])
@pytest.mark.parametrize("value", [-1, 1 << 48, (1 << 63) + 1])
def test_numbers_that_nobody_counts_to_are_refused(name, value):
    assert refused(made([], **{name: value})) == "damaged"


@pytest.mark.parametrize(
    "said", [{"device": b"short"}, {"package": b""}, {"server": "s" * 5000}]
)
def test_a_header_of_another_make_is_refused(said):
    assert refused(made([], **said)) == "damaged"


def test_a_newer_version_says_so():
    with pytest.raises(BadPackage, match="升级程序") as error:
        read(made(version=2))
    assert error.value.code == "version"


@pytest.mark.parametrize(
    "raw", [b"", b"PK\3\4 a workbook", "网格日志".encode(), b"GRIDPK", b"\xff" * 5000]
)
def test_what_is_no_package_says_so(raw):
    with pytest.raises(BadPackage, match="不是网格日志的数据包"):
        read(raw)


def test_a_length_that_nothing_stands_behind_takes_no_memory():
    body = gridpkg._PART.pack(gridpkg.PHOTO, MAX_PLAIN)
    out = io.BytesIO()
    writer = Writer(out, gridpkg.read_header(io.BytesIO(SMALL)), LAPTOP, COUNTY.public)
    writer._plain += body
    writer.close()
    assert refused(out.getvalue()) == "damaged"


def test_a_part_larger_than_any_message_is_refused():
    out = io.BytesIO()
    writer = Writer(out, gridpkg.read_header(io.BytesIO(SMALL)), LAPTOP, COUNTY.public)
    writer._plain += gridpkg._PART.pack(gridpkg.PHOTO, MAX_PLAIN + 1)
    writer.close()
    assert refused(out.getvalue()) == "damaged"


def test_a_bomb_inside_is_refused():
    bomb = zstandard.ZstdCompressor().compress(b"\0" * (MAX_PLAIN + 1))
    [(_, body)] = read(made([(gridpkg.REQUEST, bomb)]))
    assert len(bomb) < 4096
    for kind in (SyncRequest, Answered):
        with pytest.raises(UserError):
            unpack(body, kind)


def test_a_stick_cannot_give_another_file_the_second_time():
    file = io.BytesIO(WHOLE)
    reader = Reader(file, LAPTOP.public, COUNTY)
    other = made([(gridpkg.PHOTO, b"y" * len(WHOLE))])
    file.seek(0)
    file.write(other[: len(WHOLE)])

    with pytest.raises(BadPackage):
        list(reader.parts())


def test_public_keys_that_give_everybody_the_same_secret_are_none():
    assert are_public(COUNTY.public)
    assert not are_public(COUNTY.public[:32] + bytes(32))
    assert not are_public(COUNTY.public[:40])


def test_private_keys_do_not_show_themselves():
    assert "raw" not in repr(LAPTOP)


class TestWholeFile:
    def test_it_has_its_name_only_when_it_is_whole(self, tmp_path):
        path = tmp_path / "a.gridpkg"
        with gridpkg.whole_file(path) as file:
            file.write(b"half")
            assert not path.exists()
        assert path.read_bytes() == b"half"
        assert list(tmp_path.iterdir()) == [path]

    def test_one_that_failed_leaves_nothing_and_keeps_what_was_there(self, tmp_path):
        path = tmp_path / "a.gridpkg"
        path.write_bytes(b"before")

        def half():
            with gridpkg.whole_file(path) as file:
                file.write(b"half")
                raise gridpkg.damaged()

        with pytest.raises(BadPackage):
            half()
        assert path.read_bytes() == b"before"
        assert list(tmp_path.iterdir()) == [path]

    def test_a_folder_that_is_gone_is_said_in_words(self, tmp_path):
        missing = tmp_path / "stick" / "a.gridpkg"
        with pytest.raises(UserError, match="U 盘"), gridpkg.whole_file(missing):
            pass

    def test_what_a_kill_left_behind_goes_when_it_is_old(self, tmp_path):
        left = tmp_path / ".a-xyz.gridpkg.part"
        left.write_bytes(b"half")
        os.utime(left, (0, 0))
        with gridpkg.whole_file(tmp_path / "b.gridpkg"):
            pass
        assert not left.exists()


def test_docs_protocol_is_enough_to_read_one():
    """Written from the page's words alone, with none of our code for reading."""
    import hashlib
    from struct import unpack

    import msgspec
    from cryptography.hazmat.primitives.asymmetric import ed25519, x25519
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    raw = WHOLE
    assert raw[:8] == b"GRIDPKG\1"
    start = 10 + int.from_bytes(raw[8:10])
    said = msgspec.msgpack.decode(raw[10:start])
    kind, *_, keys, last, ephemeral, answers, signer = said
    assert (kind, last, answers, signer) == ("up", 0, b"", b"")
    assert keys == hashlib.sha256(COUNTY.public).digest()[:8]
    ed25519.Ed25519PublicKey.from_public_bytes(LAPTOP.public[:32]).verify(
        raw[-64:], b"gridapp gridpkg 1 sign" + hashlib.sha512(raw[:-64]).digest()
    )
    secret = x25519.X25519PrivateKey.from_private_bytes(COUNTY.raw[32:]).exchange(
        x25519.X25519PublicKey.from_public_bytes(ephemeral)
    )
    info = b"gridapp gridpkg 1 seal" + hashlib.sha256(raw[:start]).digest()
    cipher = ChaCha20Poly1305(HKDF(SHA256(), 32, None, info).derive(secret))
    size = 65536 + 16
    chunks = [raw[at : at + size] for at in range(start, len(raw) - 64, size)]
    chunks[-1] = chunks[-1][: (len(raw) - 64 - start - 1) % size + 1]
    plain = b"".join(
        cipher.decrypt(n.to_bytes(11) + bytes([n == len(chunks) - 1]), one, None)
        for n, one in enumerate(chunks)
    )
    parts = []
    while plain:
        kind, length = unpack(">BI", plain[:5])
        parts.append((kind, plain[5 : 5 + length]))
        plain = plain[5 + length :]
    assert parts == PARTS
