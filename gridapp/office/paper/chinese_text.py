"""Chinese text on paper: where a line may break, and how a PDF gives the text back."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence

# GB/T 15834-2011, 5.1: these may not begin a line, and those may not end one.
NOT_FIRST = frozenset(
    "，。、；：？！”’）》〉】〕」』〗｝］〞｠…—～·‧•％‰℃℉°′″／々〻ー,.;:?!)]}%-–"
)
NOT_LAST = frozenset("“‘（《〈【〔「『〖｛［〝｟￥¥＄£€№＃／([{$#")

# What stays in one piece: a box to tick with its words, a number with its unit, a
# date, a telephone number (masked or not), a Latin word, an ellipsis, a dash.
_WORD = r"[^\W\u2e80-\U0003ffff]"
_UNIT = (
    r"[年月日时分秒号岁元℃\u3380-\u33df]"
    r"|(?<=\d) ?(?:mmHg|mmol(?:/L)?|[ckm]?m[²³]?|k?g|mg|m?[lL]|min|h|k?W|V|A)"
    r"(?![A-Za-z0-9])"
    r"|(?<=\d) (?=[℃%‰])"
)
_PIECE = re.compile(
    rf"□\S+|{_WORD}+(?:[-.,:/@+'’&]{_WORD}+|[-.]?\*+{_WORD}*)*(?:{_UNIT})?"
    r"|…+|—+|\s+|.",
    re.DOTALL,
)
# Code points that only repeat another character: the radicals, which Word and old
# PDF files put in place of the character, and the compatibility ideographs.
_DUPLICATE = re.compile(r"[\u2e80-\u2fdf\uf900-\ufaff\U0002f800-\U0002fa1f]")
# The radicals whose simplified shape Unicode does not name as their equivalent.
_RADICALS = str.maketrans(
    "⺠⻅⻆⻉⻋⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻬⻮⻰⼾",
    "民见角贝车长门青韦页风飞食马骨鬼鱼鸟卤麦黄齐齿龙户",
)
# Variation selectors choose between two shapes that the fonts do not tell apart;
# control characters, soft hyphens and what else is invisible come along when people
# copy from a web page.
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u061c\u180b-\u180f\u200b-\u200f"
    r"\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb"
    r"\U000e0000-\U000e0fff]"
)
_SPACE = re.compile(r"[\t\xa0\u1680\u2000-\u200a\u202f\u205f]")
_LINE_END = re.compile(r"\r\n|[\r\x0b\x0c\x85\u2028\u2029]")

CMAP_BLOCK = 100  # entries allowed in one bfchar block (Adobe TN 5014, section 1.4)


def plain(text: str) -> str:
    """`text` in the characters the fonts hold: composed, no radicals, nothing unseen.

    The shape on paper stays the same; a name looked up by its text is found.
    """
    text = unicodedata.normalize("NFC", _LINE_END.sub("\n", text))
    text = _SPACE.sub(" ", text.translate(_RADICALS))
    whole = _DUPLICATE.sub(lambda m: unicodedata.normalize("NFKC", m[0]), text)
    return _INVISIBLE.sub("", whole)


def pieces(text: str) -> Iterator[str]:
    """The parts of one paragraph between which a line may break, in order.

    A space belongs to the piece before it.
    """
    piece = ""
    for match in _PIECE.finditer(text):
        part, before = match[0], piece.rstrip()
        together = part.isspace() or part[0] in NOT_FIRST or before[-1:] in NOT_LAST
        if before and not together:
            yield piece
            piece = ""
        piece += part
    if piece:
        yield piece


def break_lines(text: str, width: float, width_of: Callable[[str], float]) -> list[str]:
    """`text` in lines no wider than `width`, in the unit `width_of` measures.

    A line feed begins a new line. Spaces at a break are dropped. Only a piece that is
    wider than a whole line is cut inside.
    """
    lines: list[str] = []
    for paragraph in text.split("\n"):
        if width_of(paragraph) <= width:
            lines.append(paragraph.rstrip())
        else:
            lines.extend(_wrapped(paragraph, width, width_of))
    return lines


def _wrapped(
    paragraph: str, width: float, width_of: Callable[[str], float]
) -> Iterator[str]:
    line, used = "", 0.0
    for piece in pieces(paragraph):
        rest, shown = piece, width_of(piece.rstrip())
        if line and used + shown > width:
            yield line.rstrip()
            line, used = "", 0.0
        while shown > width and len(rest) > 1:
            cut = _cut(rest, width, width_of)
            yield rest[:cut].rstrip()
            shown -= width_of(rest[:cut])
            rest = rest[cut:]
        line += rest
        used += width_of(rest)
    if line.strip():
        yield line.rstrip()


def _cut(piece: str, width: float, width_of: Callable[[str], float]) -> int:
    """How many characters of a too wide piece to put on a line, at least one."""
    beyond = 2
    while beyond < len(piece) and width_of(piece[:beyond]) <= width:
        beyond *= 2
    counts = range(1, min(beyond + 1, len(piece)))
    fitting = bisect_right(counts, width, key=lambda n: width_of(piece[:n])) or 1
    for cut in range(fitting, 0, -1):
        if piece[cut] not in NOT_FIRST and piece[cut - 1] not in NOT_LAST:
            return cut
    return fitting


def to_unicode_cmap(name: str, codes: Sequence[int]) -> str:
    """The ToUnicode CMap of a font whose byte i shows the character `codes[i]`.

    The characters are written in UTF-16BE, which for those past U+FFFF is a pair
    (ISO 32000-1, 9.10.3); reportlab writes five hexadecimal digits, from which
    readers take another character.
    """
    entries = [
        f"<{index:02X}> <{chr(code).encode('utf-16-be').hex().upper()}>"
        for index, code in enumerate(codes)
    ]
    lines = [
        "/CIDInit /ProcSet findresource begin",
        "12 dict begin",
        "begincmap",
        f"/CIDSystemInfo << /Registry ({name}) /Ordering ({name}) /Supplement 0 >> def",
        f"/CMapName /{name} def",
        "/CMapType 2 def",
        "1 begincodespacerange",
        f"<00> <{len(codes) - 1:02X}>",
        "endcodespacerange",
    ]
    for start in range(0, len(entries), CMAP_BLOCK):
        block = entries[start : start + CMAP_BLOCK]
        lines += [f"{len(block)} beginbfchar", *block, "endbfchar"]
    lines += ["endcmap", "CMapName currentdict /CMap defineresource pop", "end", "end"]
    return "\n".join(lines)
