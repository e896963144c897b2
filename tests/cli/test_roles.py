"""Commands of somebody who may not do everything: a sentence and exit code 1."""

import json

import pytest
from click.testing import CliRunner

from gridapp.cli import main
from gridapp.models import Resident
from gridapp.store import accounts, acts, records, slots, tries, vault
from gridapp.ui.settings.act_words import entry_of
from gridapp.ui.settings.settings_listings import acts_listing
from gridapp.work import founding

PASSWORDS = {
    "secretary": "四季豆都开花了 1",
    "worker": "豌豆也开花了 22",
    "it": "黄豆还没开花 333",
}
WHY = ("--unmask", "--purpose", "报街道民政办摸底")


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A vault with an account of each role and one resident."""
    folder = tmp_path_factory.mktemp("roles") / "vault"
    make(folder)
    return folder


def make(folder):
    store = vault.create(folder, PASSWORDS["secretary"])
    founding.found(store, "990101001001", "和顺里第一网格", "周敏")
    with store.writing() as tx:
        one = {"name": "李桂英", "phones": ("13800000001",)}
        records.save(tx, Resident, one)
    path = folder / vault.SLOT_FILE
    kept = list(slots.read(path).slots)
    for role in ("worker", "it"):
        account = accounts.new(f"{role}的人", role)
        kept.append(slots.seal(store.key, PASSWORDS[role], account))
    slots.write(path, slots.all_of(kept, store.key))
    store.close()


@pytest.fixture
def run(data, monkeypatch):
    def call(role, *words):
        monkeypatch.setenv("GRIDAPP_PASSWORD", PASSWORDS[role])
        command = [words[0], "--data", str(data), *words[1:]]
        return CliRunner().invoke(main, command)

    return call


def test_a_worker_gets_masked_numbers_and_is_told_who_gets_whole_ones(run, tmp_path):
    for command in (
        ("list", "resident", *WHY),
        ("export", "resident", str(tmp_path / "a.xlsx"), *WHY),
    ):
        told = run("worker", *command)
        assert told.exit_code == 1, told.output
        assert "请负责人登录" in told.stderr
        assert "13800000001" not in told.output
    assert list(tmp_path.iterdir()) == []
    masked = run("worker", "export", "resident", str(tmp_path / "a.xlsx"))
    assert masked.exit_code == 0, masked.output


@pytest.mark.parametrize(
    "command",
    [
        ("list", "resident"),
        ("search", "李桂英"),
        ("today",),
        ("add", "resident", "name=王某"),
        ("print", "resident-card", "a.pdf"),
        ("export", "resident", "a.xlsx"),
    ],
    ids=lambda words: words[0],
)
def test_who_keeps_the_computer_is_refused_in_words(
    run, command, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    told = run("it", *command)
    assert told.exit_code == 1, told.output
    assert "请网格员或负责人登录" in told.stderr
    assert "李桂英" not in told.output
    assert list(tmp_path.iterdir()) == []


def test_acts_say_who_when_what_and_why_and_the_keeper_reads_no_name(run, tmp_path):
    out = tmp_path / "全部居民.xlsx"
    assert run("secretary", "export", "resident", str(out), *WHY).exit_code == 0
    told = run("secretary", "acts", "--json")
    assert told.exit_code == 0, told.output
    newest = json.loads(told.stdout)[0]
    assert newest["kind"] == "export"
    assert newest["by"] == "周敏"
    assert (newest["purpose"], newest["people"]) == (WHY[-1], 1)
    assert newest["file"] == out.name
    words = run("it", "acts").stdout
    assert "用途：报街道民政办摸底" in words
    assert "李桂英" not in words
    assert "登记居民" in words


def test_acts_since_a_day_are_those_of_that_day(run):
    assert json.loads(run("secretary", "acts", "--json").stdout)
    later = run("secretary", "acts", "--since", "2999-01-01", "--json")
    assert json.loads(later.stdout) == []
    one = run("secretary", "acts", "--limit", "1", "--json")
    assert len(json.loads(one.stdout)) == 1


def test_a_wrong_password_stands_under_nobody_for_nobody_knows_whose_it_was(run, data):
    for _ in range(2):
        tries.begin(data)
    rows = run("it", "acts").stdout.splitlines()
    [row] = [one for one in rows if "密码输错" in one]
    assert row.split("\t")[1] == "不详"
    told = json.loads(run("secretary", "acts", "--json").stdout)
    assert [one["by"] for one in told if one["kind"] == "wrong_password"] == [""]
    store = vault.open_store(data, PASSWORDS["secretary"])
    with store.reading() as db:
        [act] = [one for one in acts.acts(db) if one.kind == "wrong_password"]
        query = "SELECT who, \"by\" FROM disclosure WHERE act = 'wrong_password'"
        assert db.exec_driver_sql(query).all() == [(None, None)]
    store.close()
    assert entry_of(act).when.endswith("不详")
    [listed] = acts_listing([act], []).items
    assert listed["by"] == "不详"


def test_a_worker_neither_changes_roles_nor_says_where_the_vault_is_at_home(
    run, tmp_path
):
    listed = run("secretary", "list", "worker", "--json")
    [one] = [w for w in json.loads(listed.stdout) if w["name"] == "周敏"]
    raised = ("set", "worker", one["id"], "role=leader")
    refused = run("worker", *raised)
    assert refused.exit_code == 1
    assert "岗位由社区或县里改" in refused.output
    assert run("worker", "set", "worker", one["id"], "sex=2").exit_code == 0

    told = ("--server", "http://127.0.0.1:9", "--code", "AAAA-BBBB-CCCC")
    refused = run("worker", "enrol", *told)
    assert refused.exit_code == 1
    assert "登记到县里由负责人或技术人员来做" in refused.output
    assert "连不上" in run("it", "enrol", *told).output

    assert run("secretary", *raised).exit_code == 0
    assert run("secretary", *raised[:-1], "role=worker").exit_code == 0
