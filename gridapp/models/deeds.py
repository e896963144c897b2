"""The acts that change no record and are journalled all the same: one table of them.

A deed is kept with what was done, to which record, by whom, what for, and with a
detail: a sentence of this table and its values. The sentence is made when it is shown,
in the reader's language. Before there was this table the sentence itself was kept; such
a one is shown as it stands, and in another language where it is one of these.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Any

from gridapp.language import mark, said_again, tr
from gridapp.models.permissions import Act
from gridapp.roles import ROLE_WORDS


class Deed(StrEnum):
    """What was done; the value is what stands in the journal, for ever."""

    REVEAL = "reveal"
    SHOW = "show"
    LIST = "list"
    EXPORT = "export"
    FILL = "fill"
    PRINT = "print"
    IMPORT = "import"
    RESTORE = "restore"
    ACCOUNT = "account"
    PASSWORD = "password"
    REPAIR = "repair"
    WRONG_PASSWORD = "wrong_password"
    RECOVER = "recover"
    MENDED = "mended"


@dataclass(frozen=True)
class Sort:
    """What a deed is called, what one must be allowed to do for it (None: it is only
    written down), and whether it is an act of nobody knows whom."""

    title: str
    needs: Act | None = None
    nobodys: bool = False


DEEDS: Mapping[str, Sort] = {
    Deed.REVEAL: Sort(tr("查看私密信息"), Act.REVEAL),
    Deed.SHOW: Sort(tr("查看私密信息"), Act.REVEAL),
    Deed.LIST: Sort(tr("列出完整号码"), Act.EXPORT_FULL),
    Deed.EXPORT: Sort(tr("导出完整号码"), Act.EXPORT_FULL),
    Deed.FILL: Sort(tr("填表用了完整号码"), Act.FILL_FULL),
    Deed.PRINT: Sort(tr("打印完整号码"), Act.PRINT_FULL),
    Deed.IMPORT: Sort(tr("导入台账"), Act.IMPORT),
    Deed.RESTORE: Sort(tr("从备份恢复"), Act.RESTORE),
    Deed.ACCOUNT: Sort(tr("用户和密码"), Act.ACCOUNTS),
    Deed.PASSWORD: Sort(tr("修改自己的密码")),
    Deed.REPAIR: Sort(tr("修理数据文件"), Act.REPAIR),
    Deed.WRONG_PASSWORD: Sort(tr("密码输错"), nobodys=True),
    Deed.RECOVER: Sort(tr("县里帮助找回密码")),
    Deed.MENDED: Sort(tr("补好密钥文件")),
}


def is_nobodys(kind: str) -> bool:
    """Whether nobody knows who does such a thing; of an unknown deed it is known."""
    return kind in DEEDS and DEEDS[kind].nobodys


class Said(Enum):
    """The sentences of details. The name is kept, for ever, the words may change; an
    older vault may keep the words."""

    ADDED = mark("添加 {name}（{role}）")
    ROLE_CHANGED = mark("{name} 改为{role}，设新密码")
    NEW_PASSWORD = mark("给 {name} 设新密码")
    STOPPED = mark("停用 {name}")
    CAPTURES_ALLOWED = mark("允许截屏")
    CAPTURES_REFUSED = mark("不允许截屏")
    RESTORED = mark("恢复到 {made:%Y-%m-%d %H:%M} 的备份")
    SLOTS_MENDED = mark("{name} 坏了，已用另一份补好")
    WRONG_TRIES = mark("{count} 次，最近 {at:%Y-%m-%d %H:%M}")
    TRIGGERS = mark("已重新装好记流水的触发器")
    SEARCH = mark("已照记录重建搜索")
    INDEXES = mark("已照记录重建索引")
    ASKED_AGAIN = mark("下次同步时，会向县里重新要一遍缺的记录")
    CURSORS = mark("下次同步时，会从头核对 {count} 个网格")
    PHOTOS = mark("从备份取回照片 {back} 张，下次同步时向县里要 {asked} 张")
    DRAFTS = mark("已清掉 {count} 份读不懂的草稿")
    MISSING_KNOWN = mark("已记下您知道有改动不在了，不再提醒")
    SLOTS_COPIED = mark("已用完好的一份补上密钥文件")
    LEFTOVERS = mark("已清掉 {count} 个没写完的临时文件")
    EXPORTED = mark("{title} {count:,} 条，存为 {name}")
    FILLED = mark("{name} {count} 人")
    PRINTED = mark("{sheet} {count} 份")
    LISTED = mark("{count} 条")

    def of(self, **values: Any) -> Detail:
        """The sentence with these values: words, whole numbers, moments."""
        return Detail(self, values)


@dataclass(frozen=True)
class Detail:
    """One sentence of the table and its values."""

    said: Said
    values: Mapping[str, Any]

    @property
    def words(self) -> str:
        """The sentence in the language of now."""
        return tr(self.said.value, **{n: _said(n, v) for n, v in self.values.items()})

    @property
    def kept(self) -> str:
        """As it stands in the journal: JSON."""
        told = {name: _plain(value) for name, value in self.values.items()}
        return json.dumps({_SAID: self.said.name} | told, ensure_ascii=False)


_SAID = "said"  # the first key of a kept detail: no sentence begins so
_MOMENTS = frozenset({"made", "at"})  # values that are moments, kept as ISO 8601


def words_of(kept: str) -> str:
    """A kept detail in the language of now; a sentence of an older vault, the label of
    what was revealed and what a newer program keeps: as far as they are known."""
    if kept.startswith(f'{{"{_SAID}"'):
        values: dict[str, Any] = json.loads(kept)
        name = values.pop(_SAID)
        if name in Said.__members__:
            for moment in _MOMENTS & values.keys():
                values[moment] = dt.datetime.fromisoformat(values[moment])
            return Said[name].of(**values).words
    return said_again(kept, _FORMS)


_FORMS = tuple(one.value for one in Said if "{" in one.value)  # the closest first


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.datetime) else value


def _said(name: str, value: Any) -> Any:
    """A value as a person reads it: a role by its word, words in today's language."""
    if name == "role":
        return ROLE_WORDS.get(value, value)
    return said_again(value, ()) if isinstance(value, str) else value
