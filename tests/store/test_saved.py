"""What was confirmed is counted outside the database, so that its loss is told."""

import shutil

import pytest

from gridapp.cli import main
from gridapp.models import Resident
from gridapp.store import records, saved
from gridapp.store import vault as vaults
from gridapp.store.vault import DATABASE_FILE
from tests.conftest import PASSWORD


def save(store, name):
    with store.writing() as tx:
        return records.save(tx, Resident, {"name": name})


def again(store, folder=None):
    store.close()
    return vaults.open_with_key(folder or store.folder, store.key)


def copied_without_its_log(vault, tmp_path):
    """A copy of the folder as somebody takes it who knows of grid.db alone."""
    again(vault).close()
    vault = vaults.open_with_key(vault.folder, vault.key)
    for name in ("李桂英", "张德福", "陈秀兰"):
        save(vault, name)
    folder = shutil.copytree(vault.folder, tmp_path / "copy")
    (folder / f"{DATABASE_FILE}-wal").unlink()
    vault.close()
    return folder


def test_a_database_that_was_copied_without_its_log_says_what_is_missing(
    vault, tmp_path
):
    folder = copied_without_its_log(vault, tmp_path)
    store = vaults.open_with_key(folder, vault.key)
    try:
        assert store.missing.last - store.missing.first == 2
        assert "有 3 处改动保存过，现在却不在了" in store.missing.words
    finally:
        store.close()


def test_the_command_line_says_it_and_the_doctor_remembers(
    vault, tmp_path, capsys, monkeypatch
):
    folder = copied_without_its_log(vault, tmp_path)
    monkeypatch.setenv("GRIDAPP_PASSWORD", PASSWORD)
    with pytest.raises(SystemExit, match="0"):
        main(["search", "王", "--data", str(folder)])
    assert "有 3 处改动保存过，现在却不在了" in capsys.readouterr().err
    store = vaults.open_with_key(folder, vault.key)
    try:
        assert store.missing is None
        with store.reading() as db:
            [kept] = saved.missing(db)
        assert kept.last - kept.first == 2
        with store.writing() as tx:
            saved.settle(tx.db)
            assert saved.missing(tx.db) == []
    finally:
        store.close()


def test_nothing_is_missed_in_daily_use(vault):
    save(vault, "李桂英")
    vault = again(vault)
    save(vault, "张德福")
    other = vaults.open_with_key(vault.folder, vault.key)
    save(other, "陈秀兰")
    save(vault, "刘长林")
    assert (vault.missing, other.missing) == (None, None)
    other.close()
    vault = again(vault)
    assert vault.missing is None
    vault.close()


def test_a_note_that_is_damaged_or_gone_accuses_nobody(vault):
    save(vault, "李桂英")
    note = vault.folder / saved.FILE
    for raw in (b"", b"\xff" * 12, note.read_bytes()[:5]):
        note.write_bytes(raw)
        vault = again(vault)
        assert vault.missing is None
    note.unlink()
    vault = again(vault)
    assert vault.missing is None
    save(vault, "张德福")
    assert saved.noted(vault.folder) > 0
    vault.close()
