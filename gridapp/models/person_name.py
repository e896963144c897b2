"""Names of people (民委发〔2016〕33号: interpunct U+00B7, every character of GB 18030).

A name is never put through NFKC: only Kangxi radicals and compatibility ideographs,
which look the same and come out of PDF copies, become the usual character.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

from gridapp.language import tr
from gridapp.models.cell import MESSAGES, Cell, cell_text, empty_or_broken, visible

LONGEST = 50
_CLEAN = re.compile("(?!.*[某囗])[一-龥]{2,4}(?<![等人])")  # as nearly all names are
_WIDE = {0xFF01 + i: 0x21 + i for i in range(94)}  # full-width ASCII
_DOTS = ".・•‧∙⋅･●᛫﹒ꞏ"  # typed or pasted where the name has U+00B7
_LOST = "□■▢▯◻☐⬜⬛囗○〓?�￼"  # what stands where a character could not be shown
_STARS = re.compile(r"[*×✕]|(?<=[㐀-鿿])[xX]+(?=[㐀-鿿]|$)|某")
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")  # another shape of it
_LABEL = re.compile(r"^(?:姓名|户主|户主姓名|名字):")
_QUOTES = re.compile(r"^[\"“‘「]+|[\"”’」]+$")
_HALF_BRACKET = re.compile(r"^[^()（）]{2,}[(（][^()（）]+$")
_TWICE = re.compile(r"([(（])[(（]+|([)）])[)）]+")
_LATE = re.compile(r"(?<=[㐀-鿿]{2})\s+(已?亡|已?故|已?去世|已?死亡)$")
_BRACKETS = re.compile(r"[(\[【〔{][^()\[\]【】〔〕{}]*[)\]】〕}]")
_KNOWN_NOTE = re.compile(
    r"户主|亡|故|死|去世|过世|男|女|[长次大小二三四五幼独]?[子女孙]$|配偶|妻|夫|父|母|"
    r"租|外|迁|搬|新|党|独居|空巢|低保|特困|残|孤|老|曾用|原名|又名|别名|代|离|\d"
)
_TWO_CHARACTER_SURNAME = re.compile(
    "欧阳|上官|司马|诸葛|东方|夏侯|尉迟|皇甫|令狐|慕容|长孙|宇文|司徒|公孙|独孤|"
    "南宫|端木|轩辕|万俟|闻人|赫连|澹台|公冶|宗政|濮阳|淳于|单于|太叔|申屠|仲孙|"
    "钟离|鲜于|闾丘|司空|呼延|百里|东郭|南门|西门|拓跋|纳兰|完颜|叶赫|第五"
)
_RADICALS = dict(
    zip(
        "⺟⺠⺼⻁⻄⻅⻆⻉⻋⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻬⻮⻰⻳⻤",
        "母民肉虎西见角贝车长门青韦页风飞食马骨鬼鱼鸟卤麦黄齐齿龙龟鬼",
        strict=True,
    )
)  # CJK radicals that Unicode gives no compatibility mapping


def read_name(raw: object) -> Cell[str]:
    """The name a cell holds; `note` is what stood in brackets behind it."""
    if isinstance(raw, str) and _CLEAN.fullmatch(raw):
        return empty_or_broken(raw) or Cell(raw)
    nothing = empty_or_broken(raw)
    if nothing is not None:
        return nothing
    if isinstance(raw, bool | int | float | dt.date):
        return Cell(None, error="E_NAME_FORMAT")
    text = _LABEL.sub("", visible((cell_text(raw) or "").translate(_WIDE)))
    if _HALF_BRACKET.search(text):
        text += ")"  # 王五(户主 was cut off
    text = _TWICE.sub(lambda m: m[1] or m[2], _LATE.sub(r"(\1)", text))
    text, note, error = _without_brackets(_QUOTES.sub("", text))
    text, mapped = _usual_characters(text)
    error = error or _damage(text)
    if error is None:
        text, dotted, error = _joined(text)
        if error is None and not _is_name(text):
            error = "E_NAME_FORMAT"
        if error is None:
            flags = ("W_NAME_ANNOTATION", note), ("W_NAME_COMPAT_CHAR", mapped)
            flags = (*flags, ("W_NAME_DOT", dotted))
            return Cell(text, tuple(code for code, on in flags if on), note=note)
    return Cell(None, error=error)


def parse_name(text: str) -> str:
    """The name typed into a form; ValueError with what to do."""
    cell = read_name(text)
    if cell.note:
        raise ValueError(tr("姓名里只写姓名，“{note}”请写到备注", note=cell.note))
    if cell.value is None:
        raise ValueError(MESSAGES[cell.error or "E_NAME_FORMAT"])
    return cell.value


def _without_brackets(text: str) -> tuple[str, str, str | None]:
    """Name, annotation, error. 李(石页) is a character nobody could type."""
    found = _BRACKETS.findall(text)
    if not found:
        return text, "", None
    name = _BRACKETS.sub("", text).strip()
    note = " ".join(part[1:-1].strip() for part in found).strip()
    at_end = text.rstrip().endswith(found[-1]) and len(found) == 1
    known = _KNOWN_NOTE.search(note) is not None
    if not known and note and (len(name) < 2 or not at_end):
        return name, note, "E_NAME_RARE_PLACEHOLDER"
    return name, note, None


def _usual_characters(text: str) -> tuple[str, bool]:
    usual = "".join(_usual(ch) for ch in _SELECTORS.sub("", text))
    return usual, usual != text


def _usual(ch: str) -> str:
    if "\u2e80" <= ch <= "\u2fdf" or "\uf900" <= ch <= "\ufaff" or ch >= "\U0002f800":
        return _RADICALS.get(ch) or unicodedata.normalize("NFKC", ch)
    return ch


def _damage(text: str) -> str | None:
    for ch in text:
        if unicodedata.category(ch) == "Co":
            return "E_NAME_PUA"
        if ch in _LOST or "\u2ff0" <= ch <= "\u2fff":
            return "E_NAME_RARE_PLACEHOLDER"
    return "E_NAME_MASKED" if _STARS.search(text) else None


def _joined(text: str) -> tuple[str, bool, str | None]:
    """The name in one piece, whether dots were changed, or E_NAME_MULTIPLE."""
    text = text.strip(" \n.,、。;:")
    if "\n" in text and any(len(part) == 1 for part in text.split()):
        text = text.replace("\n", " ")  # 张 and 三 in two lines of a narrow column
    if re.search(r"等\d*人?$", text):
        return "", False, "E_NAME_MULTIPLE"
    parts = re.split(r"[、,/\\;|&+\n]", text)
    if len(parts) > 1:
        several = all(_is_name(part.strip()) for part in parts)
        return "", False, "E_NAME_MULTIPLE" if several else "E_NAME_FORMAT"
    before = text
    stops = text.split("。")
    if len(stops) > 1 and _han(text):
        if max(len(part) for part in stops) <= 3:
            return "", False, "E_NAME_MULTIPLE"
        text = "·".join(stops)  # 阿依古丽。买买提
    text = re.sub(rf"\s*[{re.escape(_DOTS)}·]\s*", "·", text) if _han(text) else text
    text = re.sub("·{2,}", "·", text).strip(" .·")
    parts = text.split()
    if len(parts) > 1 and _han(text):
        if all(len(part) > 1 for part in parts):
            if max(len(part) for part in parts) > 3:  # 阿依古丽 买买提
                return "·".join(parts), True, None
            if not _TWO_CHARACTER_SURNAME.fullmatch(parts[0]):
                return "", False, "E_NAME_MULTIPLE"
        return "".join(parts), "".join(parts) != "".join(before.split()), None
    return " ".join(parts), text != before, None


def _han(text: str) -> bool:
    return any(_is_han(ch) for ch in text)


def _is_han(ch: str) -> bool:
    return (
        "\u3400" <= ch <= "\u9fff"
        or ch == "〇"
        or "\ufa0e" <= ch <= "\ufa29"
        or "\U00020000" <= ch <= "\U0003ffff"
    )


def _is_name(text: str) -> bool:
    """Han characters, letters of an alphabet, · and, between letters, space - ' ་."""
    if not 1 <= len(text) <= LONGEST or not any(ch.isalpha() for ch in text):
        return False
    if _han(text):
        return all(ch.isalpha() or ch in "·〇" for ch in text)
    joints = "·- .'’་"  # the last between Tibetan syllables, whose vowels are marks
    return all(
        ch.isalpha() or ch in joints or unicodedata.category(ch) in ("Mn", "Mc")
        for ch in text
    )
