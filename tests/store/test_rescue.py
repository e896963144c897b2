"""A damaged file never hangs and never crashes the program, nothing is written to it,
and what its damage spared comes out."""

import random
import shutil

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from gridapp import cli
from gridapp.errors import UserError
from gridapp.models import RECORDS, Building, Dwelling, Household, Resident, Visit
from gridapp.models.kinds import now
from gridapp.models.record import table_of
from gridapp.office.exporting.rescued import write_rescued
from gridapp.store import records, rescue, rescue_cells, rescue_pages
from gridapp.store import vault as vaults
from gridapp.store.slots import new_key
from gridapp.work.purpose import Signature
from tests.conftest import PASSWORD, id_number

PEOPLE = 600
PAGE = rescue_pages.PAGE
LOST = "（已丢失）"


@pytest.fixture(scope="module")
def filled(vault_template, tmp_path_factory):
    """A closed vault with people and visits, some with texts of several pages; its key
    and every row as it is."""
    template, key = vault_template
    folder = shutil.copytree(template, tmp_path_factory.mktemp("rescue") / "vault")
    store = vaults.open_with_key(folder, key)
    people = [
        {
            "name": f"王{chr(0x5000 + n)}",
            "note": "耳背" * (2000 if n % 200 == 0 else 1),
            "id_number": id_number("1950-01-02", n + 1),
        }
        for n in range(PEOPLE)
    ]
    with store.writing() as tx:
        ids = records.insert_many(tx, Resident, people)
    with store.writing() as tx:
        met = {"mode": "home", "met_whom": "self", "started_at": tx.at}
        for who in ids[:100]:
            records.save(tx, Visit, {"resident_id": who} | met)
        records.save(tx, Resident, {"name": "王小二"}, ids[3])
    rows = rows_of(store)
    store.close()
    return folder, key, rows


def rows_of(source):
    """{type: {id: row}} of everything that can be read, by the models."""
    with source.reading() as db:
        return {
            model: {
                row["id"]: dict(row)
                for row in db.execute(table_of(model).select()).mappings()
            }
            for model in RECORDS
        }


def checked(folder, key, rows):
    """What is read of a damaged file: rows as they were, and the rest known as lost."""
    before = {one.name: one.read_bytes() for one in folder.iterdir() if one.is_file()}
    found = rescue.salvage(folder, key)
    after = {one.name: one.read_bytes() for one in folder.iterdir() if one.is_file()}
    assert after == before
    read = rows_of(found)
    for count in found.counts:
        here = {
            key: row
            for key, row in read[count.model].items()
            if LOST not in row.values()  # it stands for one that others point to
        }
        assert all(row == rows[count.model][one] for one, row in here.items())
        assert count.read == len(here)
        if count.exact:
            assert count.read + count.lost == len(rows[count.model])
    found.close()
    return found


def test_a_sound_file_is_read_whole(filled):
    folder, key, rows = filled
    found = checked(folder, key, rows)
    assert (found.damaged, found.lost) == (0, 0)
    assert found.read == sum(map(len, rows.values()))


def test_what_lies_in_the_log_is_read_too(filled, tmp_path):
    source, key, _ = filled
    store = vaults.open_with_key(shutil.copytree(source, tmp_path / "open"), key)
    with store.writing() as tx:
        who = records.save(tx, Resident, {"name": "刚刚写下"})
    assert (store.folder / "grid.db-wal").stat().st_size
    shutil.copytree(store.folder, tmp_path / "cut")  # the plug is pulled here
    rows = rows_of(store)
    store.close()
    found = checked(tmp_path / "cut", key, rows)
    assert found.lost == 0
    assert who in rows[Resident]


def test_one_page_that_is_damaged_costs_only_what_was_on_it(filled, tmp_path):
    """All pages between root and leaf, and some leaves, one after another."""
    source, key, rows = filled
    folder = shutil.copytree(source, tmp_path / "vault")
    path = folder / "grid.db"
    whole = path.read_bytes()
    pages = rescue_pages.read(path, key).whole
    kinds = {n: rescue_cells.kind_of(pages, n) for n in pages}
    inner = [n for n, kind in kinds.items() if kind == rescue_cells.INTERIOR]
    chance = random.Random(20261122)
    leaves = [n for n, kind in kinds.items() if kind == rescue_cells.LEAF]
    for number in (*inner[:8], *chance.sample(leaves, 6)):
        damaged = bytearray(whole)
        damaged[(number - 1) * PAGE + chance.randrange(16, PAGE)] ^= 0x10
        path.write_bytes(damaged)
        found = checked(folder, key, rows)
        assert found.damaged == 1
        on_it = 0
        if kinds[number] == rescue_cells.LEAF:
            on_it = len(rescue_cells.rows(pages, number)[0])
        assert found.lost <= on_it


def test_people_of_lost_households_are_listed(vault, tmp_path):
    with vault.writing() as tx:
        house = records.save(tx, Building, {"number": "1"})
        room = records.save(tx, Dwelling, {"building_id": house, "room": "101"})
        home = records.save(tx, Household, {"dwelling_id": room})
        records.save(tx, Resident, {"name": "李桂英", "household_id": home})
    vault.close()
    path = vault.folder / "grid.db"
    trees = rescue._Reading(rescue_pages.read(path, vault.key))._trees
    damaged = bytearray(path.read_bytes())
    for number in trees["household"].leaves:
        damaged[number * PAGE - 100] ^= 1
    path.write_bytes(damaged)
    found = rescue.salvage(vault.folder, vault.key)
    write_rescued(found, tmp_path / "out.xlsx", Signature("周敏", "", now()))
    found.close()
    listed = list(load_workbook(tmp_path / "out.xlsx").worksheets[0].values)
    assert LOST in listed[1]
    assert "李桂英" in listed[1]


def test_bits_turned_anywhere_never_crash_it(filled, tmp_path):
    source, key, rows = filled
    folder = shutil.copytree(source, tmp_path / "vault")
    path = folder / "grid.db"
    whole = path.read_bytes()
    chance = random.Random(7)
    for many in (1, 3, 3, 10, 40, 200):
        damaged = bytearray(whole)
        for _ in range(many):
            damaged[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
        path.write_bytes(damaged)
        found = checked(folder, key, rows)
        assert found is not None
        assert 0 < found.damaged <= many


@pytest.mark.parametrize("place", [0, 5, 15])
def test_a_turned_bit_in_the_salt_costs_nothing(filled, tmp_path, place):
    source, key, rows = filled
    folder = shutil.copytree(source, tmp_path / "vault")
    path = folder / "grid.db"
    damaged = bytearray(path.read_bytes())
    damaged[place] ^= 0x40
    path.write_bytes(damaged)
    with pytest.raises(UserError, match="已损坏"):
        vaults.open_with_key(folder, key)
    found = checked(folder, key, rows)
    assert (found.lost, found.damaged) == (0, 0)


def test_a_file_without_its_first_page_gives_its_rows(filled, tmp_path):
    source, key, rows = filled
    folder = shutil.copytree(source, tmp_path / "vault")
    path = folder / "grid.db"
    whole = path.read_bytes()
    path.write_bytes(bytes(PAGE) + whole[PAGE:])
    found = rescue.salvage(folder, key)
    assert len(rows_of(found)[Resident]) == len(rows[Resident])
    found.close()


@pytest.mark.parametrize("part", [0.3, 0.9])
def test_a_file_that_was_cut_gives_what_is_left(filled, tmp_path, part):
    source, key, rows = filled
    folder = shutil.copytree(source, tmp_path / "vault")
    path = folder / "grid.db"
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * part)])
    checked(folder, key, rows)


@pytest.mark.parametrize("content", [b"", b"x", bytes(PAGE * 3)])
def test_nothing_left_is_said_in_words(filled, tmp_path, content):
    source, key, _ = filled
    folder = shutil.copytree(source, tmp_path / "vault")
    (folder / "grid.db").write_bytes(content)
    with pytest.raises(UserError, match="备份"):
        rescue.salvage(folder, key).close()
    (folder / "grid.db").unlink()
    with pytest.raises(UserError, match="备份"):
        rescue.salvage(folder, key)


def test_another_key_opens_nothing(filled):
    with pytest.raises(UserError, match="备份"):
        rescue.salvage(filled[0], new_key())


def run(folder, *words):
    return CliRunner().invoke(
        cli.main,
        [*words, "--data", str(folder)],
        env={"GRIDAPP_PASSWORD": PASSWORD},
    )


def test_the_command_writes_a_workbook_that_can_be_imported(filled, tmp_path):
    source, key, rows = filled
    folder = shutil.copytree(source, tmp_path / "vault")
    path = folder / "grid.db"
    pages = rescue_pages.read(path, key).whole
    damaged = bytearray(path.read_bytes())
    leaf = next(
        n
        for n in reversed(pages)
        if rescue_cells.kind_of(pages, n) == rescue_cells.LEAF
        and any(len(row) > 20 for _, row in rescue_cells.rows(pages, n)[0])
    )
    for number in (1, leaf):
        damaged[number * PAGE - 100] ^= 1
    path.write_bytes(damaged)
    out = tmp_path / "out.xlsx"
    refused = run(folder, "rescue", str(out))
    assert refused.exit_code == 2
    said = run(folder, "rescue", str(out), "--purpose", "数据文件损坏，取出资料")
    assert said.exit_code == 0, said.output
    assert "居民：读出" in said.output
    book = load_workbook(out, read_only=True)
    sheet = book["居民"]
    head, *listed = sheet.iter_rows(values_only=True)
    names = {row[head.index("姓名")] for row in listed}
    words = [str(c) for s in book for row in s.values for c in row if c is not None]
    book.close()
    assert any("没能记入操作记录" in one for one in words)
    assert not any("已记入操作记录" in one for one in words)
    assert len(names) > PEOPLE - 100

    fresh = tmp_path / "fresh"
    made = ["init", "--grid", "990101001001", "--name", "和顺里第一网格"]
    assert run(fresh, *made).exit_code == 0
    imported = run(fresh, "import", str(out), "--type", "resident")
    assert imported.exit_code == 0, imported.output

    store = vaults.open_store(fresh, PASSWORD)
    with store.reading() as db:
        assert records.count(db, Resident) > PEOPLE - 100
    store.close()
