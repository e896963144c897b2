"""What SECURITY.md names as its proof is there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "SECURITY.md"
CHINESE = ROOT / "docs" / "security.zh-CN.md"
NAMED = re.compile(r"`((?:gridapp|tests|docs|resources|scripts)/[\w./-]+)`")


def test_every_module_and_test_that_is_named_exists():
    named = NAMED.findall(PAGE.read_text(encoding="utf-8"))
    assert len(named) > 50
    assert [one for one in named if not (ROOT / one).is_file()] == []


def test_each_attacker_is_told_what_is_not_protected():
    """A page that only promises is no page about security."""
    page = PAGE.read_text(encoding="utf-8")
    about = page.split("## Against whom, and by what")[1].split("\n## ")[0]
    sections = about.split("\n### ")[1:]
    assert len(sections) >= 9
    for one in sections:
        assert "**Not protected:**" in one, one.splitlines()[0]


def test_the_page_in_chinese_names_each_attacker_as_well():
    page, chinese = (one.read_text(encoding="utf-8") for one in (PAGE, CHINESE))
    about = page.split("## Against whom, and by what")[1].split("\n## ")[0]
    assert chinese.count("\n### ") == about.count("\n### ")
    assert chinese.count("**防不住：**") == about.count("**Not protected:**")
