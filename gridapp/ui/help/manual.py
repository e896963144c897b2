"""The manual that comes with the program: one chapter a task, in Markdown.

`resources/manual/<language>/<key>.md` begins with its title as `# …`. A line
`![words](../pictures/<name>.png)` shows a picture; `[words](<key>.md)` leads to
another chapter; the line `{keys}` stands for the table of all keys.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gridapp import paths
from gridapp.language import language, tr
from gridapp.ui.keys import GROUPS, KEYS

ORDER = (
    "start",
    "today",
    "visits",
    "buildings",
    "residents",
    "patrols",
    "issues",
    "disputes",
    "import",
    "fill",
    "export",
    "print",
    "sync",
    "settings",
    "backup",
    "users",
    "password",
    "keys",
)
OF_PAGE: Mapping[str, str] = {
    "visit": "visits",
    "printing": "print",
    "recycle": "residents",
    "acts": "settings",
    "rules": "settings",
    "about": "settings",
    "help": "start",
}
PICTURE = re.compile(r"^!\[[^]]*\]\((?P<path>[^)]+)\)\s*$", re.MULTILINE)
LINK = re.compile(r"(?<!!)\[[^]]*\]\((?P<key>[a-z]+)\.md\)")
_MARKS = re.compile(r"!\[[^]]*\]\([^)]*\)|\]\([^)]*\)|[#*`>|\[]|^\s*[-:| ]+$", re.M)
AROUND = 14  # characters shown before and after what was searched


@dataclass(frozen=True)
class Chapter:
    """One chapter; `text` is its Markdown, `plain` what a search looks through."""

    key: str
    title: str
    text: str
    plain: str


def folder() -> Path:
    """Where the chapters of the chosen language lie."""
    return paths.resources() / "manual" / language()


def chapters(where: Path | None = None) -> tuple[Chapter, ...]:
    """Every chapter in reading order. Raises OSError when one is missing."""
    here = where or folder()
    return tuple(_read(here, key) for key in ORDER)


def chapter_of(page: str) -> str:
    """The key of the chapter about a page of the window."""
    key = OF_PAGE.get(page, page)
    return key if key in ORDER else ORDER[0]


def found(among: Sequence[Chapter], words: str) -> Iterator[tuple[Chapter, str]]:
    """The chapters that hold `words`, each with the piece of text around them."""
    wanted = words.strip().casefold()
    for chapter in among:
        at = chapter.plain.casefold().find(wanted)
        if wanted and at >= 0:
            piece = chapter.plain[max(at - AROUND, 0) : at + len(wanted) + AROUND]
            yield chapter, " ".join(piece.split())


def _read(here: Path, key: str) -> Chapter:
    text = (here / f"{key}.md").read_text(encoding="utf-8")
    text = text.replace("{keys}", _key_table())
    title = text.partition("\n")[0].removeprefix("# ").strip()
    return Chapter(key, title, _without_missing(here, text), _MARKS.sub(" ", text))


def _without_missing(here: Path, text: str) -> str:
    """The text without pictures that were not made: `make screens` makes them."""

    def kept(match: re.Match[str]) -> str:
        return match[0] if (here / match["path"]).exists() else ""

    return PICTURE.sub(kept, text)


def _key_table() -> str:
    lines: list[str] = []
    for group, words in GROUPS:
        keys, does = tr("按键"), tr("做什么")
        lines += ["", f"## {words}", "", f"| {keys} | {does} |", "|---|---|"]
        lines += [
            f"| {' + '.join(key.caps)} | {key.words} |"
            for key in KEYS
            if key.group == group
        ]
    return "\n".join(lines)
