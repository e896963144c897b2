"""Everything a person reads has its English, through one mechanism."""

from __future__ import annotations

import datetime as dt
import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from gridapp import language
from gridapp.models import Resident
from gridapp.models.deeds import Deed, Said
from gridapp.store import members, state
from tests.conftest import PASSWORD

ROOT = Path(__file__).parents[1]
HAN = re.compile(r"[\u4e00-\u9fff]+")

# Modules whose Chinese is what people write, not what the program says.
READING = {
    "gridapp.cli.laptop_list",
    "gridapp.models.birth",
    "gridapp.models.person_name",
    "gridapp.office.ledgers.cells",
    "gridapp.office.paper.chinese_text",
    "gridapp.office.ledgers.entry_kinds",
    "gridapp.office.filling.cards",
    "gridapp.office.filling.form",
    "gridapp.office.filling.sources",
    "gridapp.office.filling.table",
    "gridapp.office.ledgers.cell_reader",
    "gridapp.office.ledgers.columns",
    "gridapp.office.ledgers.agreement",
    "gridapp.office.ledgers.contacts",
    "gridapp.office.ledgers.doors",
    "gridapp.office.ledgers.members",
    "gridapp.office.ledgers.no_names",
    "gridapp.office.ledgers.rows",
    "gridapp.office.ledgers.titles",
    "gridapp.office.tables.text",
    "gridapp.store.pinyin",
    "gridapp.store.search_words",
    "gridapp.store.search_rows",
    "gridapp.work.choosing",
    "gridapp.work.conditions",
    "gridapp.work.emergency_words",
}
# Words of a ledger or of the invented estate, by module.
WRITTEN = {
    "gridapp.cli.demo": None,  # people and files of the demo
    "gridapp.cli.demo_days": None,
    "gridapp.cli.headed_rows": {"*＊：:"},
    "gridapp.cli.county": {"，"},  # a comma between codes as people type it
    "gridapp.models.cell": {"'’‘`′＇"},
    "gridapp.models.kinds": {"是", "有", "对", "否", "无", "不是"},
    "gridapp.models.phones": None,
    "gridapp.office.filling.fill": {"2026年1月1日"},
    "gridapp.office.filling.people": None,  # goes into a form of the town
    "gridapp.office.filling.words": None,
    "gridapp.office.ledgers.parts": None,
    "gridapp.office.ledgers.returned": {"导入结果", "确认导入", "问题"},
    "gridapp.office.ledgers.writes": {"；"},
    "gridapp.selfcheck": {"网格", "格"},  # drawn to see whether it can be
    "gridapp.ui.platform_parts": {"格"},
    "gridapp.ui.scenes": {"高龄独居老人摸底表.xlsx", "独居老人台账.xlsx"},  # samples
    "gridapp.ui.preferences": {"中文"},  # each language is named in itself
    "gridapp.work.asking": {"；"},  # between the things kept in one field
}


def script(name):
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        spec = importlib.util.spec_from_file_location(
            name, ROOT / "scripts" / f"{name}.py"
        )
        assert spec
        assert spec.loader
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module  # a dataclass looks its module up
        spec.loader.exec_module(module)
    finally:
        sys.path.pop(0)
    return module


words = script("words")
messages = script("make_messages")
ENGLISH = messages.entries(messages.ENGLISH.read_text("utf-8"))


def test_every_text_of_the_program_has_its_english():
    missing = sorted(text for text in words.said() if not ENGLISH.get(text))
    assert missing == [], "run scripts/make_messages.py and fill gridapp.po"


def test_the_catalogue_holds_nothing_the_program_no_longer_says():
    assert sorted(set(ENGLISH) - words.said() - {""}) == []


def test_the_catalogue_is_compiled():
    made = messages.ENGLISH.with_suffix(".mo").read_bytes()
    assert made == messages.compiled(ENGLISH)


def test_the_catalogue_of_what_click_says_is_whole_and_compiled():
    found = messages.entries(messages.CLICK.read_text("utf-8"))
    made = messages.CLICK.with_suffix(".mo").read_bytes()
    assert made == messages.compiled(found)
    assert all(found.values())


def written_by_people(one):
    if one.module in READING:
        return True
    words_of_module = WRITTEN.get(one.module, set())
    return words_of_module is None or one.text in words_of_module


def test_no_chinese_text_stands_outside_the_mechanism():
    left = [
        one
        for path in words.modules()
        for one in words.left_out(path)
        if not written_by_people(one)
    ]
    assert left == []


def test_no_text_is_put_together_before_it_is_translated():
    """`tr` takes a literal, or a word that is marked elsewhere; never an f-string."""
    import ast

    wrong = [
        f"{path.name}:{node.lineno}"
        for path in words.modules()
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "tr"
        and isinstance(node.args[0], ast.JoinedStr | ast.BinOp)
    ]
    assert wrong == []


def names(text):
    """The placeholders of a text; braces around anything else are words."""
    return {name.partition(".")[0] for name in re.findall(r"\{([a-z][\w.]*)", text)}


def test_english_fills_in_what_chinese_fills_in():
    wrong = [
        text for text, said in ENGLISH.items() if said and names(said) != names(text)
    ]
    assert wrong == []


def test_english_is_english():
    """Han only where the user must type or recognise exactly these characters."""
    strange = {
        text: said
        for text, said in ENGLISH.items()
        if any(run not in text for run in HAN.findall(said))
    }
    assert strange == {}


def test_a_word_can_follow_the_number_before_it():
    said = language._FORMATTER.vformat("{n} {n:day|days}", (), {"n": 1})
    assert said == "1 day"
    assert language._FORMATTER.vformat("{n} {n:day|days}", (), {"n": 3}) == "3 days"


def test_how_many_has_a_comma_at_the_thousands_and_the_name_of_something_has_none():
    tr = language.tr
    assert tr("共 {count} 人", count=12345) == "共 12,345 人"
    assert tr("共 {count:,} 人", count=12345) == "共 12,345 人"
    assert tr("共 {count} 人", count="很多") == "共 很多 人"
    assert (
        tr("{year} 年第 {number} 号", year=2026, number=12345) == "2026 年第 12345 号"
    )


def test_the_weekday_is_the_days():
    assert language.weekday(dt.date(2026, 11, 23)) == "周一"


def speaking(tongue, *command, **more):
    env = os.environ | {"GRIDAPP_LANGUAGE": tongue, "PYTHONUTF8": "1"} | more
    return subprocess.run(
        [sys.executable, *command],
        env=env,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_commands_speak_english_when_asked():
    told = speaking("en", "-m", "gridapp", "--help")
    assert told.returncode == 0
    assert not HAN.search(told.stdout)
    assert "Opens no window" in speaking("en", "-m", "gridapp", "demo", "--help").stdout


@pytest.mark.parametrize("kept", [lambda one: one, lambda one: one.words])
def test_what_was_kept_of_acts_is_told_in_english(vault, kept):
    """Also where an older program kept the Chinese sentence."""
    members.add(vault, "Wang", "worker", "hebian di er ke liushu")
    members.set_password(vault, "Wang", "yizi zai shuxia", "secretary")
    members.remove(vault, "Wang")
    made = dt.datetime(2026, 11, 23, 9, 40)
    with vault.writing() as tx:
        for deed, said in (
            (Deed.PRINT, Said.PRINTED.of(sheet=Resident.title, count=1200)),
            (Deed.RESTORE, Said.RESTORED.of(made=made)),
            (Deed.REPAIR, Said.DRAFTS.of(count=1)),
            (Deed.ACCOUNT, Said.ADDED.of(name="Li", role="it")),
        ):
            state.disclose(tx, deed, None, None, kept(said), purpose="Wrong import")
    vault.close()
    words = ("-m", "gridapp", "acts", "--data", str(vault.folder))
    told = speaking("en", *words, GRIDAPP_PASSWORD=PASSWORD)
    assert told.returncode == 0, told.stderr
    names = re.compile("周敏|和顺里第一网格")  # data
    assert HAN.findall(names.sub("", told.stdout)) == []
    assert "1,200" in told.stdout
    assert "2026-11-23 09:40" in told.stdout


def test_every_deed_and_every_sentence_of_one_is_written_down_by_somebody():
    places = [one for one in words.modules() if one.name != "deeds.py"]
    sources = "\n".join(path.read_text("utf-8") for path in places)
    known = [
        *(f"Deed.{one.name}" for one in Deed),
        *(f"Said.{one.name}" for one in Said),
    ]
    assert [one for one in known if not re.search(rf"\b{one}\b", sources)] == []


def test_the_language_of_the_settings_counts_for_the_vault_beside_them(tmp_path):
    (tmp_path / "settings.json").write_text('{"language": "en"}', "utf-8")
    env = {"GRIDAPP_LANGUAGE": ""}
    told = speaking("", "-m", "gridapp", "--data", str(tmp_path), "--help", **env)
    assert "Usage" in told.stdout
    assert "Data folder." in told.stdout
    other = speaking("", "-m", "gridapp", f"--data={tmp_path / 'b'}", "--help", **env)
    assert "数据文件夹" in other.stdout


def test_papers_speak_english_when_asked(tmp_path):
    code = f"""
import json, sys
from pathlib import Path
sys.path.insert(0, {str(ROOT)!r})
from gridapp.store import vault, records
from gridapp.models import Resident
from gridapp.work import founding
from gridapp.office.sheets import SHEETS
import datetime as dt
store = vault.create(Path({str(tmp_path / "v")!r}), "a long password")
founding.found(store, "990101001001", "Grid 1", "Zhou")
with store.writing() as tx:
    one = records.save(tx, Resident, {{"name": "Li", "sex": "2", "presence": "here",
        "life_state": "living", "resident_kind": "local"}})
out = Path({str(tmp_path / "card.pdf")!r})
with store.reading() as db:
    SHEETS["resident-card"].draw(db, [one], dt.date(2026, 11, 23), out,
        signature=None, leave_blanks=False, progress=None)
print(json.dumps(Resident.title))
"""
    told = speaking("en", "-c", code)
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout) == "Resident"
    text = subprocess.run(
        ["pdftotext", tmp_path / "card.pdf", "-"],
        capture_output=True,
        encoding="utf-8",
        check=True,
    ).stdout
    assert "Resident's card" in text
    assert not HAN.search(text)
