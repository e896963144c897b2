"""Every key of the program, once: what binds them, shows them and explains them.

The main window binds those with an `act`; the others belong to a form, a list or a
field, which listen themselves. A test compares this table with what is bound.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gridapp.language import tr

EVERYWHERE, LISTS, FORMS, FIELDS = "everywhere", "lists", "forms", "fields"
GROUPS: tuple[tuple[str, str], ...] = (
    (EVERYWHERE, tr("随时可用")),
    (LISTS, tr("在清单里")),
    (FORMS, tr("填表时")),
    (FIELDS, tr("在输入框里")),
)


@dataclass(frozen=True, slots=True)
class Key:
    """One line: the keys as Qt names them, how they are shown, what they do."""

    group: str
    keys: tuple[str, ...]
    words: str
    act: str = ""  # of the main window: see MainWindow
    shown: str = ""  # where the keys themselves would be too long or unclear

    @property
    def caps(self) -> tuple[str, ...]:
        """What is written on the keys, in the order they are pressed together."""
        return tuple((self.shown or self.keys[0]).split("+"))


def _digits(before: str, last: int) -> tuple[str, ...]:
    return tuple(f"{before}{number}" for number in range(1, last + 1))


KEYS: tuple[Key, ...] = (
    Key(EVERYWHERE, ("F1",), tr("看这一页的帮助"), "help"),
    Key(EVERYWHERE, ("F2",), tr("给选中的居民记走访"), "visit"),
    Key(EVERYWHERE, ("F3",), tr("给选中的居民记电话"), "call"),
    Key(EVERYWHERE, ("F4",), tr("记巡查"), "patrol"),
    Key(EVERYWHERE, ("F5",), tr("刷新这一页"), "reload"),
    Key(EVERYWHERE, ("F6",), tr("登记问题"), "issue"),
    Key(EVERYWHERE, ("F7",), tr("登记矛盾纠纷"), "dispute"),
    Key(EVERYWHERE, ("Ctrl+K",), tr("查找居民、门牌、电话、工单"), "find"),
    Key(EVERYWHERE, ("Ctrl+Z",), tr("撤销刚才的保存"), "undo"),
    Key(
        EVERYWHERE,
        _digits("Ctrl+", 9),
        tr("打开左边第 1 到第 9 个页面"),
        "place",
        "Ctrl+1…9",
    ),
    Key(EVERYWHERE, ("Ctrl+L",), tr("锁定，人离开时用"), "lock"),
    Key(EVERYWHERE, ("Ctrl+/",), tr("看全部快捷键"), "keys"),
    Key(EVERYWHERE, ("Esc",), tr("返回上一页，写了一半的会留作草稿")),
    Key(LISTS, ("Up", "Down"), tr("上一条、下一条"), shown="↑ ↓"),
    Key(LISTS, ("Return",), tr("办理选中的这一条"), shown="Enter"),
    Key(LISTS, ("Right",), tr("看这位居民的档案"), shown="→"),
    Key(LISTS, _digits("", 9), tr("待办：只看第几种；巡查：选结果"), shown="1…9"),
    Key(LISTS, _digits("", 3), tr("数据同步：给选中的改动选留哪个"), shown="1…3"),
    Key(LISTS, ("Del",), tr("删除选中的这一条，可以撤销"), shown="Delete"),
    Key(LISTS, ("Ctrl+P",), tr("打印这一页")),
    Key(LISTS, ("PgDown", "PgUp"), tr("打印预览：下一页、上一页"), shown="PgDn PgUp"),
    Key(
        LISTS,
        ("Ctrl++", "Ctrl+=", "Ctrl+-"),
        tr("打印预览：放大、缩小"),
        shown="Ctrl+= −",
    ),
    Key(LISTS, ("Ctrl+E",), tr("把这一页的清单导出成 Excel"), "export"),
    Key(
        LISTS,
        _digits("", 4),
        tr("今日待办里只看走访、电话、问题或调解，再按一次看全部"),
        shown="1…4",
    ),
    Key(
        LISTS,
        ("Ctrl+Return", "Ctrl+Enter"),
        tr("今日待办里接着办下一户"),
        shown="Ctrl+Enter",
    ),
    Key(FORMS, _digits("", 9), tr("选第几个选项，并跳到下一项"), shown="1…9"),
    Key(FORMS, ("Return",), tr("下一项"), shown="Enter"),
    Key(FORMS, ("Shift+Return",), tr("上一项；在备注里是换行"), shown="Shift+Enter"),
    Key(FORMS, ("Tab",), tr("下一项，和 Enter 一样")),
    Key(FORMS, ("Ctrl+S",), tr("保存")),
    Key(
        FORMS,
        ("Ctrl+Return", "Ctrl+Enter"),
        tr("保存，接着下一户"),
        shown="Ctrl+Enter",
    ),
    Key(FORMS, ("F9",), tr("照抄上一次")),
    Key(FORMS, ("Ctrl+D",), tr("图钉：把这一项留给下一户")),
    Key(FORMS, _digits("Alt+", 4), tr("填入常用语"), shown="Alt+1…4"),
    Key(FORMS, ("Ctrl+D",), tr("走访表里这一项留给下一户，再按一次不留")),
    Key(FIELDS, ("+", "-"), tr("日期：后一天、前一天"), shown="+ -"),
    Key(FIELDS, ("T",), tr("日期：今天")),
    Key(FIELDS, ("5",), tr("日期：写 5 就是本月 5 日，写 -3 就是三天前")),
    Key(FIELDS, ("Ctrl+V",), tr("粘贴；在照片处可以粘贴图片")),
)


def bound() -> Iterator[tuple[str, Key]]:
    """Each key the main window binds, with its line."""
    for key in KEYS:
        if key.act:
            yield from ((one, key) for one in key.keys)
