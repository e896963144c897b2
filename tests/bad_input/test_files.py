"""Files beside the vault and files from outside: whole, damaged, or of somebody who
means harm, each is read or refused in words."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import random
import shutil
from contextlib import suppress

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st

from gridapp import settings
from gridapp.cli.options import column_map, password_of
from gridapp.errors import UserError
from gridapp.settings import Settings
from gridapp.store import backup, tries
from gridapp.store import vault as vaults
from gridapp.store.backup_file import Backup
from gridapp.sync import trust
from tests.conftest import PASSWORD

odd = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(codec=None), max_size=20)
    | st.sampled_from(["../..", "x" * 5000, "A" * 24, 10**40, -1, "AAAAAAAAAAAAAAAA"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)
quick = trying(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
DEEP = b'{"a":' * 100_000


def changed(draw, whole):
    """The same JSON with something else somewhere in it."""
    if isinstance(whole, dict) and whole and draw(st.integers(0, 3)):
        name = draw(st.sampled_from(sorted(whole)))
        rest = {one: value for one, value in whole.items() if one != name}
        if draw(st.integers(0, 5)) == 0:
            return rest
        return rest | {name: changed(draw, whole[name])}
    if isinstance(whole, list) and whole and draw(st.integers(0, 3)):
        at = draw(st.integers(0, len(whole) - 1))
        return [*whole[:at], changed(draw, whole[at]), *whole[at + 1 :]]
    return draw(odd)


def damaged(chance, whole):
    """Bytes that turned, were cut off, doubled, or are another's."""
    raw = bytearray(whole)
    how = chance.randrange(5)
    if how == 0:
        return bytes(raw[: chance.randrange(len(raw))])
    if how == 1:
        return bytes(raw) + chance.randbytes(chance.randrange(1, 4000))
    if how == 2:
        return chance.randbytes(chance.randrange(1, 4000))
    for _ in range(chance.choice((1, 1, 30))):
        raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
    return bytes(raw)


@quick
@given(data=st.data())
def test_settings_of_any_content_are_settings(tmp_path, data):
    whole = json.loads(json.dumps(vars_of(Settings())))
    content = changed(data.draw, whole)
    (tmp_path / settings.FILE).write_text(json.dumps(content), encoding="utf-8")
    found = settings.load(tmp_path)
    assert isinstance(found, Settings)
    settings.save(tmp_path, found)
    assert settings.load(tmp_path) == found


@pytest.mark.parametrize("name", ["text_scale", "lock_after"])
@pytest.mark.parametrize("value", [-1, 0, 1e9])
def test_a_changed_file_neither_hides_the_window_nor_leaves_it_open(
    tmp_path, name, value
):
    (tmp_path / settings.FILE).write_text(json.dumps({name: value}), encoding="utf-8")
    assert settings.load(tmp_path) == Settings()


def vars_of(one):
    return {name: getattr(one, name) for name in one.__dataclass_fields__}


@pytest.mark.parametrize(
    "content", [b"", b"\0" * 100, DEEP, b"[" * 100_000, b"\xff\xfe{", b"null", b"1e999"]
)
def test_settings_of_no_content_are_the_usual_ones(tmp_path, content):
    (tmp_path / settings.FILE).write_bytes(content)
    assert settings.load(tmp_path) == Settings()


@pytest.fixture(scope="module")
def cheap_vault(tmp_path_factory):
    """A closed vault."""
    folder = tmp_path_factory.mktemp("closed") / "vault"
    vaults.create(folder, PASSWORD).close()
    return folder


@pytest.fixture
def folder(cheap_vault, tmp_path):
    return shutil.copytree(cheap_vault, tmp_path / "vault")


def opens(folder):
    """Whether the vault opens; else it was refused in words, and is as it was."""
    tries.forget(folder)
    before = (folder / vaults.DATABASE_FILE).read_bytes()
    try:
        vaults.open_store(folder, PASSWORD).close()
    except UserError as error:
        assert "，" in str(error)  # noqa: PT017
        assert (folder / vaults.DATABASE_FILE).read_bytes() == before
        return False
    return True


@quick
@given(data=st.data())
def test_a_slot_file_of_any_content_opens_or_is_refused(folder, cheap_vault, data):
    path = folder / vaults.SLOT_FILE
    whole = json.loads((cheap_vault / vaults.SLOT_FILE).read_text(encoding="utf-8"))
    content = json.dumps(changed(data.draw, whole)).encode("utf-8", "surrogatepass")
    path.write_bytes(content)
    path.with_name(path.name + ".bak").write_bytes(content)
    opens(folder)
    assert (folder / vaults.SLOT_FILE).exists()


def test_one_damaged_slot_file_opens_by_its_copy(folder):
    path = folder / vaults.SLOT_FILE
    chance = random.Random(6)
    whole = path.read_bytes()
    for _ in range(25):
        path.write_bytes(damaged(chance, whole))
        assert opens(folder)
    for content in (DEEP, b"", b"\0" * 4096):
        path.write_bytes(content)
        assert opens(folder)


@pytest.mark.parametrize("seed", range(12))
def test_what_counts_wrong_passwords_may_be_damaged(folder, seed):
    for _ in range(3):
        with suppress(UserError):
            vaults.open_store(folder, "不是这个密码")
    beside = [
        one
        for one in folder.iterdir()
        if one.is_file() and one.name.startswith("tries")
    ]
    assert beside
    for one in beside:
        one.write_bytes(damaged(random.Random(seed), one.read_bytes()))
    assert 0 <= tries.wait_seconds(folder) <= tries.WAITS[-1]
    assert opens(folder)


def test_a_backup_with_any_damage_is_refused_or_whole(folder, tmp_path):
    store = vaults.open_store(folder, PASSWORD)
    file = tmp_path / "whole.gridbak"
    backup.make_file(store, file, with_photos=True)
    key = store.key
    store.close()
    whole, refused = file.read_bytes(), 0
    copy = tmp_path / "copy.db"
    with Backup(file) as found:
        kept = found.manifest.parts["grid.db"][0]
    for seed in range(60):
        file.write_bytes(damaged(random.Random(seed), whole))
        try:
            with Backup(file) as found:
                found.prove(key)
                found.check()
                found.unpack("grid.db", copy)
            assert file.read_bytes().startswith(whole)  # something stands behind it
            assert hashlib.sha256(copy.read_bytes()).hexdigest() == kept
        except UserError as error:
            assert "，" in str(error)  # noqa: PT017
            refused += 1
    assert refused > 30


def certificate():
    """A certificate that signed itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "county.test")])
    begins = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(5)
        .not_valid_before(begins)
        .not_valid_after(begins + dt.timedelta(days=9000))
    )
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)


def test_a_file_of_certificates_with_any_damage(tmp_path):
    whole, file = certificate(), tmp_path / "ca.pem"
    file.write_bytes(whole)
    assert "BEGIN CERTIFICATE" in trust.read(file)
    pem = b"-----BEGIN CERTIFICATE-----\n%b\n-----END CERTIFICATE-----\n"
    others = [b"", pem % b"", pem % b"AAAA", pem % (b"A" * 100_000), whole * 2000]
    for content in [*others, *(damaged(random.Random(n), whole) for n in range(24))]:
        file.write_bytes(content)
        try:
            trust.context(trust.read(file))
        except UserError as error:
            assert "，" in str(error)  # noqa: PT017


@pytest.mark.parametrize("content", [b"", b"[]", b'{"a":1}', DEEP, b"\xff", b"{}"])
def test_a_map_of_columns_of_any_content(tmp_path, content):
    file = tmp_path / "map.json"
    file.write_bytes(content)
    try:
        assert column_map(file) == {}
    except UserError as error:
        assert "JSON" in str(error)  # noqa: PT017


@pytest.mark.parametrize("seed", range(20))
def test_a_password_file_of_any_content(tmp_path, seed):
    file = tmp_path / "password.txt"
    file.write_bytes(random.Random(seed).randbytes(seed * 7))
    try:
        assert password_of(file)
    except UserError as error:
        assert "密码文件" in str(error)  # noqa: PT017
