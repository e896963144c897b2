"""What a computer of a list may be called, for its file is named and found by it.

A roll-out puts %COMPUTERNAME% into the name of a file: a name that Windows cannot have
would be looked for in vain, or be a device. The rules are those of Microsoft's "Naming
Files, Paths, and Namespaces" and of NetBIOS names (RFC 1001, 14: 15 bytes and a type).
"""

from __future__ import annotations

import re

from gridapp.errors import UserError
from gridapp.language import tr

_MOST = 15  # bytes
_DEVICES = re.compile(r"(con|prn|aux|nul|con(in|out)\$|(com|lpt)[0-9¹²³])", re.I)
_NEVER = re.compile(r'[<>:"/\\|?*\x00-\x1f]')


def check_name(name: str) -> None:
    """UserError with what is wrong, when no Windows computer is called so."""
    said = {"name": name, "most": _MOST}
    if re.search(r"\s", name) or name.startswith(".") or name.endswith("."):
        words = tr("计算机名“{name}”里有空格，或以点开头、结尾，请核对", **said)
    elif _NEVER.search(name):
        words = tr('计算机名“{name}”里有 < > : " / \\ | ? * 这样的符号，请核对', **said)
    elif _DEVICES.fullmatch(name.partition(".")[0]):
        words = tr("“{name}”是 Windows 留给设备的名字，电脑不会叫它，请核对", **said)
    elif len(name.encode("gb18030", "replace")) > _MOST:
        words = tr(
            "计算机名“{name}”超过 {most} 个字符（汉字算两个），Windows 的不会这么长，"
            "请照 %COMPUTERNAME% 显示的填；别的系统的电脑请留空",
            **said,
        )
    else:
        return
    raise UserError(words)
