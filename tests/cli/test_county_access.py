"""gridapp county: who gets in, from a list of grids to a laptop that was lost."""

import json

import pytest
from click.testing import CliRunner

from gridapp.cli import main
from gridapp.county import upkeep
from gridapp.store import vault as vaults
from gridapp.sync.client import SyncClient
from tests.county.conftest import Direct

COMMUNITY = "990101001001"
ONE, TWO = f"{COMMUNITY}001", f"{COMMUNITY}002"


@pytest.fixture
def folder(tmp_path):
    upkeep.init(tmp_path / "county")
    return tmp_path / "county"


@pytest.fixture
def run(folder):
    """Runs a command of the county; what it printed, read as JSON when it is."""

    def run(*words, fails=False):
        line = ["county", *words[:1], "--data", str(folder), *words[1:]]
        if words[0] in ("org", "worker") and len(words) > 1 and words[1][0] != "-":
            line = ["county", *words[:2], "--data", str(folder), *words[2:]]
        found = CliRunner().invoke(main, line)
        assert found.exit_code == (1 if fails else 0), found.output
        return json.loads(found.stdout) if "--json" in words else found.output

    return run


@pytest.fixture
def enrol(folder, tmp_path, run):
    """Lets a new vault in with a code; the id of its device."""
    opened = []

    def make(*words):
        code = run("enrol", *words, "--json")["code"]
        store = vaults.create(tmp_path / f"vault{len(opened)}", "测试用的密码 1")
        opened.append(store)
        with upkeep.opened(folder) as county:
            client = SyncClient(store, Direct(county))
            client.enrol(code)
            client.sync()
        return str(store.device_id)

    yield make
    for store in opened:
        store.close()


def test_from_a_list_of_grids_to_a_laptop_that_was_lost(tmp_path, run, enrol):
    table = tmp_path / "网格.csv"
    lines = ["网格清单", "序号,网格编码,网格名称,社区", f"1,{ONE},第1网格,和顺里"]
    table.write_text("\n".join([*lines, f"2,{TWO},第2网格,和顺里"]), "utf-8")
    assert run("org", "import", str(table), "--json") == {"made": 2, "changed": 0}
    assert [one["name"] for one in run("org", "list", "--json")] == [
        "第1网格",
        "第2网格",
    ]

    worker = enrol("--grid", ONE, "--worker", "王秀兰")
    enrol("--area", COMMUNITY, "--role", "community", "--worker", "李书记")
    again = run("enrol", "--grid", ONE, "--worker", "王秀兰")
    assert "再加一台电脑" in again
    [code] = run("codes", "--json")
    assert run("codes", "--cancel", code["id"], "--json") == []

    run("grids", worker, "--add", TWO, "--remove", ONE)
    found = {one["worker"]: one for one in run("devices", "--json")}
    assert (found["王秀兰"]["grids"], found["王秀兰"]["area"]) == ([TWO], "")
    assert (found["李书记"]["grids"], found["李书记"]["area"]) == ([], COMMUNITY)
    assert f"{COMMUNITY} 全部网格" in run("devices")

    run("worker", "role", found["王秀兰"]["worker_id"], "leader")
    assert {one["name"]: one["role"] for one in run("worker", "--json")} == {
        "王秀兰": "leader",
        "李书记": "community",
    }
    assert "停用" in run("org", "close", ONE)
    assert "（已停用）" in run("status")
    run("org", "open", ONE)

    run("lock", worker)
    assert "还没有联网确认" in run("devices")
    assert len(run("unlock", worker, "--json")["code"]) == 14
    run("revoke", worker)
    assert "已停用" in run("devices")
    whats = [one["what"] for one in run("acts", "--json")]
    assert whats[:4] == ["revoke", "unlock", "lock", "open"]


def test_a_grid_that_a_code_made_is_told_and_codes_may_be_typed_the_chinese_way(run):
    full = ONE.translate(str.maketrans("0123456789", "０１２３４５６７８９"))

    assert f"新建了网格：{ONE}、{TWO}，" in run(
        "enrol", "--grid", f"{full}、{TWO}", "--worker", "王秀兰"
    )
    assert "新建" not in run("enrol", "--grid", ONE, "--worker", "张三")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("enrol", "--worker", "王秀兰"), "至少写一个网格编码"),
        (("enrol", "--grid", ONE, "--worker", "小张", "--role", "it"), "不用登记码"),
        (("codes", "--cancel", "12345678"), "没有这个登记码"),
        (("org", "close", ONE), "没有网格"),
        (("lock", "01a20414-0ab2-7104-aee0-4d79b8acfbd5"), "没有这台电脑"),
        (("grids", "01a20414-0ab2-7104-aee0-4d79b8acfbd5"), "没有这台电脑"),
    ],
)
def test_what_cannot_be_is_said(run, words, sentence):
    assert sentence in run(*words, fails=True)


def test_a_table_without_codes_changes_nothing(tmp_path, run):
    table = tmp_path / "网格.csv"
    table.write_text("名称,编号\n第1网格,1\n", "utf-8")
    assert "网格编码" in run("org", "import", str(table), fails=True)
    table.write_text(f"网格编码,网格名称\n{ONE},第1网格\n第2网格,x\n", "utf-8")
    assert "只能是数字" in run("org", "import", str(table), fails=True)

    assert run("org", "list", "--json") == []


def test_who_has_a_code_and_has_not_used_it_is_listed_among_the_people(run, enrol):
    enrol("--grid", ONE, "--worker", "王秀兰")
    run("enrol", "--grid", ONE, "--worker", "王秀兰")
    for _ in range(2):  # two laptops of one person
        run("enrol", "--grid", f"{TWO},{ONE}", "--worker", "李国强", "--role", "leader")
    run("enrol", "--area", COMMUNITY, "--worker", "赵书记", "--role", "community")

    found = [
        (one["name"], one["role"], one["grid"], one["devices"], one["waiting"])
        for one in run("worker", "--json")
    ]

    assert found == [
        ("王秀兰", "worker", ONE, 1, False),
        ("李国强", "leader", TWO, 0, True),
        ("赵书记", "community", COMMUNITY, 0, True),
    ]
    told = run("worker")
    assert told.count("登记码还没有用") == 2
    for one in run("codes", "--json"):
        run("codes", "--cancel", one["id"])
    assert "登记码还没有用" not in run("worker")
