"""What free text in a file tells a rescuer: how somebody moves, hears, and breathes.

Read from 病史与用药, 行动能力, 居家安全情况 and 备注. A word that is denied (不用轮椅,
听力正常) does not count.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from gridapp.language import tr

_DENIED = r"(?<![不没无未])"
# What is said of it, and how people write it. The order is that of the card.
_SIGNS: tuple[tuple[str, str, re.Pattern[str]], ...] = tuple(
    (key, words, re.compile(pattern))
    for key, words, pattern in (
        (
            "carry",
            tr("卧床"),
            rf"{_DENIED}(?:卧床|瘫痪?|不能走路?|走不了|不能下床|起不来床)",
        ),
        ("carry", tr("轮椅"), r"(?<![不没无未])(?<!不用)(?<!不坐)轮椅"),
        (
            "power",
            tr("用氧（要电）"),
            r"(?<!不用)(?<!不需)(?<!不)(?:吸氧|用氧|制氧机?|氧气[瓶机袋])",
        ),
        ("power", tr("呼吸机（要电）"), r"(?<!不用)呼吸机"),
        ("medicine", tr("透析"), r"(?<![不没无未])(?<!不用)透析"),
        ("medicine", tr("胰岛素"), r"(?<!不用)(?<!不打)胰岛素"),
        (
            "lead",
            tr("看不清"),
            r"失明|双?目盲|眼盲|看不见|看不清|视力(?:差|下降|不好|弱|障碍|残疾)",
        ),
        (
            "lead",
            tr("听不清"),
            r"耳背|耳聋|重听|聋哑|听不见|听不清|听力(?:差|下降|不好|弱|障碍|残疾)",
        ),
        ("lead", tr("会走失"), r"走失|不认路|痴呆|糊涂"),
        (
            "lead",
            tr("腿脚不便"),
            r"腿脚(?:不便|不好|不灵)|行动(?:不便|缓慢|困难)|拄拐|拐杖|助行器",
        ),
    )
)


def signs(texts: Iterable[str | None]) -> list[tuple[str, str]]:
    """(how to help, what to know) of each sign in these texts, none twice.

    How to help: carry, lead, power (a device that needs current) or medicine.
    """
    whole = "\n".join(filter(None, texts))
    return [(key, words) for key, words, pattern in _SIGNS if pattern.search(whole)]
