"""Damaged files give a sentence, and nothing in a vault can be read from outside."""

import json
import os
import random
import shutil

import pytest

from gridapp.errors import UserError
from gridapp.models import RECORDS, Attachment, Contact, Resident, Visit
from gridapp.store import drafts, records, search, slot_file, slots, state
from gridapp.store import vault as vaults

PASSWORD = "桂花-三把旧椅子"
DAMAGED = "已损坏"


@pytest.fixture(scope="module")
def filled(vault_template, tmp_path_factory):
    """The folder of a closed vault with 150 people, and its data key."""
    template, key = vault_template
    folder = shutil.copytree(template, tmp_path_factory.mktemp("filled") / "vault")
    store = vaults.open_with_key(folder, key)
    with store.writing() as tx:
        people = [{"name": "李桂英", "phones": ("13800000001",)} for _ in range(150)]
        for who in records.insert_many(tx, Resident, people):
            made = {"resident_id": who, "mode": "home", "started_at": tx.at}
            records.save(tx, Visit, made | {"met_whom": "self"})
    store.close()
    return folder, key


def used(folder, key):
    """What a person is told who opens that vault, reads all of it and saves."""
    try:
        store = vaults.open_with_key(folder, key)
    except UserError as error:
        return str(error)
    try:
        with store.reading() as db:
            for model in RECORDS:
                records.find(db, model, deleted=True)
            search.search(db, "lgy")
        with store.writing() as tx:
            records.save(tx, Resident, {"name": "王五"})
    except UserError as error:
        return str(error)
    finally:
        store.close()
    return ""


def test_a_truncated_database_says_so(filled, tmp_path):
    source, key = filled
    size = (source / vaults.DATABASE_FILE).stat().st_size
    chance = random.Random(20261122)
    sizes = [0, 1, 511, 4095, 4096, 4097, 8192, size // 2, size - 4096, size - 1]
    sizes += [chance.randrange(size) for _ in range(15)]
    for number, length in enumerate(sizes):
        folder = shutil.copytree(source, tmp_path / str(number))
        os.truncate(folder / vaults.DATABASE_FILE, length)
        assert DAMAGED in used(folder, key), f"cut to {length} bytes"


def test_a_flipped_bit_is_told_or_changes_nothing(filled, tmp_path):
    source, key = filled
    whole = (source / vaults.DATABASE_FILE).read_bytes()
    chance = random.Random(20261123)
    places = [*range(0, 4096, 256), *(chance.randrange(len(whole)) for _ in range(50))]
    told = 0
    for number, place in enumerate(places):
        folder = shutil.copytree(source, tmp_path / str(number))
        damaged = bytearray(whole)
        damaged[place] ^= 1 << chance.randrange(8)
        (folder / vaults.DATABASE_FILE).write_bytes(damaged)
        sentence = used(folder, key)
        assert not sentence or DAMAGED in sentence, f"bit flipped at {place}"
        told += bool(sentence)
    assert told > len(places) / 2


def test_a_damaged_file_is_let_go_so_that_a_backup_can_take_its_place(filled, tmp_path):
    """Windows replaces no file that is open: no connection may be left."""
    source, key = filled
    folder = shutil.copytree(source, tmp_path / "vault")
    os.truncate(folder / vaults.DATABASE_FILE, 8192)
    assert DAMAGED in used(folder, key)
    opened = {os.readlink(one) for one in _descriptors()}
    assert not {one for one in opened if one.startswith(str(folder))}
    shutil.copy(source / vaults.DATABASE_FILE, folder)
    assert used(folder, key) == ""


def _descriptors():
    folder = "/proc/self/fd"
    if not os.path.isdir(folder):
        pytest.skip("这个系统不说打开了哪些文件")
    for one in os.listdir(folder):
        if os.path.islink(f"{folder}/{one}"):
            yield f"{folder}/{one}"


def _slot(**damage):
    def change(content):
        content["slots"][0] |= damage

    return change


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content.clear(),
        lambda content: content["slots"].clear(),
        lambda content: content.update(slots=None),
        lambda content: content.update(slots=[1]),
        lambda content: content.update(format="x"),
        lambda content: content["slots"][0].pop("salt"),
        _slot(salt="不是"),
        _slot(salt=""),
        _slot(salt=None),
        _slot(nonce="AAAA"),
        _slot(sealed="AAAA"),
        _slot(sealed="*" * 64),
        _slot(passes=0),
        _slot(passes="3"),
        _slot(lanes=-1),
        _slot(memory_kib=1 << 40),
        _slot(memory_kib=1),
        _slot(other=1),
    ],
)
def test_a_damaged_key_file_says_so(filled, tmp_path, damage):
    source, _ = filled
    folder = shutil.copytree(source, tmp_path / "vault")
    file = folder / vaults.SLOT_FILE
    content = json.loads(file.read_text(encoding="utf-8"))
    content.pop("sum")
    damage(content)
    whole = content | {"sum": slot_file._sum_of(content)}  # a forger can write it
    for one in (file, slot_file.copy_of(file)):
        one.write_text(json.dumps(whole), encoding="utf-8")
    with pytest.raises(UserError, match=DAMAGED):
        vaults.open_store(folder, PASSWORD)


@pytest.mark.parametrize(
    "raw", [b"", b"\0" * 400, b"\xff\xfe{", b"[]", b"1", b"null", b'{"format": 1']
)
def test_a_key_file_of_something_else_says_so(filled, tmp_path, raw):
    source, _ = filled
    folder = shutil.copytree(source, tmp_path / "vault")
    file = folder / vaults.SLOT_FILE
    for one in (file, slot_file.copy_of(file)):
        one.write_bytes(raw)
    with pytest.raises(UserError, match="已损坏，请用 gridapp restore 恢复备份"):
        vaults.open_store(folder, PASSWORD)


SECRETS = (
    "欧阳秋月",
    "ouyangqiuyue",
    "oyqy",
    "13800005521",
    "990101194403020027",
    "0027",
    "和顺里三号楼二单元五零一",
    "高血压按时服药",
    "欧阳建国",
    "煤气软管老化",
    "没写完的话",
    "resident",
    "CREATE TABLE",
    PASSWORD,
)


def _written(folder, jpeg):
    """A day's work in a new vault that stays open, and its data key."""
    store = vaults.create(folder, PASSWORD)
    with store.writing() as tx:
        grid = records.save(tx, RECORDS[0], {"code": "990101001001", "name": "一网格"})
        state.keep(tx.db, state.DEFAULT_GRID, grid.hex)
    person = {
        "name": SECRETS[0],
        "phones": (SECRETS[3],),
        "id_number": SECRETS[4],
        "id_verified": True,
        "current_address": SECRETS[6],
    }
    for number in range(30):
        with store.writing() as tx:
            who = records.save(tx, Resident, person)
            kin = {"resident_id": who, "name": SECRETS[8], "phones": (SECRETS[3],)}
            records.save(tx, Contact, kin)
            made = {"resident_id": who, "mode": "home", "started_at": tx.at}
            made |= {"met_whom": "self", "note": SECRETS[9]}
            records.save(tx, Visit, made)
            drafts.keep(tx, f"visit:{number}", {"note": SECRETS[10]})
            state.disclose(tx, "reveal", "resident", who, SECRETS[0])
        with store.writing() as tx:
            records.save(tx, Resident, {"note": SECRETS[7]}, who)
            if number % 2:
                records.delete(tx, Resident, who)
    photo = store.photos.take(jpeg)
    with store.writing() as tx:
        kept = {"owner_type": "resident", "owner_id": who, "kind": "photo"}
        records.save(tx, Attachment, kept | photo.values())
    with store.reading() as db:
        assert search.search(db, SECRETS[2])
    return store


def _found_in(folder, secrets):
    """Which secrets stand in which file, in any common encoding."""
    encodings = ("utf-8", "utf-16-le", "utf-16-be", "gb18030")
    for path in folder.rglob("*"):
        raw = path.read_bytes() if path.is_file() else b""
        for secret in secrets:
            forms = [secret] if isinstance(secret, bytes) else []
            forms = forms or [secret.encode(one) for one in encodings]
            if any(len(form) > 4 and form in raw for form in forms):
                yield path.name, secret


@pytest.fixture
def jpeg():
    from io import BytesIO

    from PIL import Image

    out = BytesIO()
    Image.new("RGB", (64, 48), "red").save(out, "JPEG")
    return out.getvalue()


def test_nothing_can_be_read_while_it_is_open_or_after(tmp_path, jpeg):
    folder = tmp_path / "vault"
    store = _written(folder, jpeg)
    [slot] = slots.read(folder / vaults.SLOT_FILE).slots
    key = slots.unseal(slot, PASSWORD)
    secrets = (*SECRETS, key, key.hex(), b"\xff\xd8\xff", b"SQLite format 3")
    assert (folder / "grid.db-wal").stat().st_size > 100_000
    assert list(_found_in(folder, secrets)) == []
    store.close()
    assert list(_found_in(folder, secrets)) == []
    shutil.copytree(folder, tmp_path / "open" / "plain")
    (tmp_path / "open" / "plain" / "note.txt").write_text(
        SECRETS[0], encoding="gb18030"
    )
    assert list(_found_in(tmp_path / "open", secrets)) == [("note.txt", SECRETS[0])]
