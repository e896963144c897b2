"""What leaves the vault: only with permission, signed, and journalled before."""

from pathlib import Path

import pytest

from gridapp.models import Grid, Resident, Worker
from gridapp.models.permissions import Act, NotAllowed
from gridapp.office.sheets import SHEETS
from gridapp.store import accounts, records, state, vault
from gridapp.store.acts import acts
from gridapp.work.listing import of_records
from gridapp.work.purpose import Signature, exporting, filling, in_full, take

WHY = "报街道民政办摸底"
OUT = Path("名单.xlsx")


@pytest.fixture
def signed_in(vault_template, vault):
    """Opens the vault once more, as somebody of that role."""
    opened = []

    def call(role, name="赵工", worker=None):
        account = accounts.new(name, role, worker)
        opened.append(vault_of(vault, account))
        return opened[-1]

    yield call
    for store in opened:
        store.close()


def vault_of(store, account):
    return vault.open_with_key(store.folder, store.key, account)


def told(store, kind):
    with store.reading() as db:
        return [act for act in acts(db) if act.kind == kind]


def listing(people):
    return of_records(Resident, [people.li, people.chen])


def test_whole_numbers_are_signed_and_stand_in_the_journal(vault, people):
    signature = take(vault, exporting(listing(people), OUT), WHY)
    assert (signature.by, signature.purpose) == ("周敏", WHY)
    assert in_full(signature)
    [act] = told(vault, "export")
    assert (act.by, act.purpose, act.people, act.file) == ("周敏", WHY, 2, OUT.name)


def test_masked_numbers_are_signed_and_nothing_is_journalled(vault, people):
    signature = take(vault, exporting(listing(people), OUT))
    assert signature.by == "周敏"
    assert not in_full(signature)
    assert told(vault, "export") == []


def test_a_worker_exports_masked_lists_only(vault, people, signed_in):
    mine = signed_in("worker", "李姐")
    with pytest.raises(NotAllowed, match="请负责人登录"):
        take(mine, exporting(listing(people), OUT), WHY)
    assert told(vault, "export") == []
    assert not in_full(take(mine, exporting(listing(people), OUT)))


def test_a_worker_prints_the_papers_of_one_and_lists_to_call_from(people, signed_in):
    mine = signed_in("worker")
    both = (people.li, people.chen)
    for name, ids in (
        ("resident-card", both[:1]),
        ("household-card", both[:1]),
        ("dispute-file", both[:1]),
        ("call-list", both),
        ("emergency-card", ()),
    ):
        assert in_full(take(mine, SHEETS[name].taking(ids), WHY)), name
    for name, ids in (
        ("resident-card", both),
        ("visit-sheet", both),
        ("visit-sheet", ()),  # everybody who is due
        ("dispute-file", both),
    ):
        with pytest.raises(NotAllowed, match="只选一户或一件"):
            take(mine, SHEETS[name].taking(ids), WHY)


def test_a_worker_fills_forms_in_for_the_own_grid_only(vault, people, signed_in):
    with vault.writing() as tx:
        here = state.default_grid(tx.db)
        there = records.save(tx, Grid, {"name": "隔壁网格", "code": "990101001002"})
        me = records.save(
            tx, Worker, {"name": "李姐", "role": "worker", "grid_id": here}
        )
        stranger = records.save(tx, Resident, {"name": "外格人", "grid_id": there})
    mine = signed_in("worker", "李姐", me)
    with mine.reading() as db:
        own = filling(db, mine.user, [people.li, people.chen], OUT)
        other = filling(db, mine.user, [people.li, stranger], OUT)
    assert (own.needs, other.needs) == (Act.FILL_OWN_FULL, Act.FILL_FULL)
    assert in_full(take(mine, own, WHY))
    with pytest.raises(NotAllowed, match="只能填自己网格"):
        take(mine, other, WHY)
    [act] = told(vault, "fill")
    assert (act.by, act.people) == ("李姐", 2)
    assert in_full(take(vault, other, WHY))


def test_who_keeps_the_computer_takes_nothing_and_writes_nothing(people, signed_in):
    keeper = signed_in("it")
    for why in ("", WHY):
        with pytest.raises(NotAllowed):
            take(keeper, exporting(listing(people), OUT), why)
        with pytest.raises(NotAllowed):
            take(keeper, SHEETS["resident-card"].taking([people.li]), why)
    with pytest.raises(NotAllowed), keeper.writing() as tx:
        state.disclose(tx, "reveal", "resident", people.li, "联系方式")
    with pytest.raises(NotAllowed), keeper.writing() as tx:
        records.save(tx, Resident, {"note": "改一下"}, people.li)
    with keeper.reading() as db:
        assert records.get(db, Resident, people.li)["note"] != "改一下"
        assert all(act.kind != "reveal" for act in acts(db))


def test_who_keeps_the_computer_sees_what_was_done_but_nobodys_name(people, vault):
    with vault.writing() as tx:
        records.save(tx, Resident, {"note": "耳背得很"}, people.li)
    with vault.writing() as tx:
        state.disclose(tx, "reveal", "resident", people.li, "联系方式", purpose=WHY)
    with vault.reading() as db:
        seen, whole = acts(db, named=False), acts(db)
    assert [act.kind for act in seen] == [act.kind for act in whole]
    assert seen[0].purpose == WHY
    assert "李桂英" in str(whole)
    for secret in ("李桂英", "耳背得很", str(people.li)):
        assert secret not in str(seen)


def test_an_unsigned_paper_is_masked():
    assert not in_full(None)
    assert not in_full(Signature("周敏", "", vault.now()))
