"""The legend of the 楼栋图 as filters: states or tiers, tags, and how to clear them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QMenu, QWidget

from gridapp.language import tr
from gridapp.ui.theme import Theme
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.flow import FlowLayout
from gridapp.work.colouring import Shade
from gridapp.work.door_words import TAG_ORDER, tag_name

_ICONS = {
    "solid": "circle-alert",
    "tint": "clock",
    "plain": "circle-check",
    "bare": "minus",
    "hatched": "minus",
}
_ALWAYS = ("urgent", "soon", "normal")  # shown even when there is none


class LegendRow(QWidget):
    """Chips that say what each filling means and how many there are; a click keeps
    only those, another click adds or takes away."""

    changed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._flow = FlowLayout(self, 6)
        self._chips: dict[str, Button] = {}
        self._tags: dict[str, Button] = {}
        self._tag_counts: Mapping[str, int] = {}
        self._more = Button(theme, tr("标签"), "chip", icon="chevron-down")
        self._more.setAccessibleName(tr("按标签筛选"))
        self._clear = Button(theme, tr("清除全部"), "chip", icon="x")
        self._clear.show_icon("x", "blue.text")
        self._more.clicked.connect(self._offer_tags)
        self._clear.clicked.connect(self.clear)

    def show_counts(
        self,
        shades: Sequence[Shade],
        counts: Mapping[str, int],
        tags: Mapping[str, int],
    ) -> None:
        """Show these entries; what was chosen stays chosen while it is offered."""
        kept, tagged = self.keys(), self.tags()
        self._empty()
        self._tag_counts = tags
        for shade in shades:
            count = counts.get(shade.key, 0)
            if count or shade.key in _ALWAYS or shade.key.startswith("tier:"):
                self._add(shade, count, chosen=shade.key in kept)
        self._flow.addWidget(self._more)
        for tag in TAG_ORDER:
            if tag in tagged and tag in tags:
                self._add_tag(tag)
        self._flow.addWidget(self._clear)
        self._show_clear()

    def keys(self) -> frozenset[str]:
        """Return the entries that are kept; none means all."""
        return frozenset(key for key, chip in self._chips.items() if chip.isChecked())

    def tags(self) -> frozenset[str]:
        """Return the tags of which a door must have one; none means all."""
        return frozenset(self._tags)

    def clear(self) -> None:
        """Keep all again."""
        for chip in self._chips.values():
            chip.setChecked(False)
        for tag in list(self._tags):
            self._drop_tag(tag)
        self._tell()

    def toggle(self, key: str) -> None:
        """Keep only this entry too, or no longer."""
        self._chips[key].click()

    def toggle_tag(self, tag: str) -> None:
        """Keep only doors with this tag too, or no longer."""
        if tag in self._tags:
            self._drop_tag(tag)
        else:
            self._flow.removeWidget(self._clear)
            self._add_tag(tag)
            self._flow.addWidget(self._clear)
        self._tell()

    def _empty(self) -> None:
        for chip in (*self._chips.values(), *self._tags.values()):
            self._flow.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self._chips, self._tags = {}, {}
        self._flow.removeWidget(self._more)
        self._flow.removeWidget(self._clear)

    def _add(self, shade: Shade, count: int, *, chosen: bool) -> None:
        words = f"{shade.words} {count}"
        chip = Button(self._theme, words, "chip", icon=_ICONS[shade.ink])
        chip.show_icon(_ICONS[shade.ink], f"{shade.hue}.text")
        chip.setCheckable(True)
        chip.setChecked(chosen)
        chip.setAccessibleName(tr("筛选：{words}", words=words))
        chip.setToolTip(tr("只看{words}，再点一下恢复", words=shade.words))
        chip.clicked.connect(self._tell)
        self._chips[shade.key] = chip
        self._flow.addWidget(chip)

    def _add_tag(self, tag: str) -> None:
        words = f"{tag_name(tag)} {self._tag_counts[tag]}"
        chip = Button(self._theme, words, "chip", icon="x")
        chip.setCheckable(True)
        chip.setChecked(True)
        chip.setAccessibleName(tr("取消筛选：{words}", words=tag_name(tag)))
        chip.clicked.connect(partial(self.toggle_tag, tag))
        self._tags[tag] = chip
        self._flow.addWidget(chip)

    def _drop_tag(self, tag: str) -> None:
        chip = self._tags.pop(tag)
        self._flow.removeWidget(chip)
        chip.hide()
        chip.deleteLater()

    def _offer_tags(self) -> None:
        menu = QMenu(self)
        menu.setAccessibleName(tr("按标签筛选"))
        for tag in TAG_ORDER:
            if self._tag_counts.get(tag):
                count = self._tag_counts[tag]
                action = menu.addAction(
                    tr("{tag}  {count} 户", tag=tag_name(tag), count=count)
                )
                action.setCheckable(True)
                action.setChecked(tag in self._tags)
                action.triggered.connect(partial(self._toggle_offered, tag))
        if menu.isEmpty():
            menu.addAction(tr("这栋楼没有带标签的住户")).setEnabled(False)
        menu.popup(self._more.mapToGlobal(QPoint(0, self._more.height() + 2)))
        menu.aboutToHide.connect(menu.deleteLater)

    def _toggle_offered(self, tag: str, _checked: bool = False) -> None:
        self.toggle_tag(tag)

    def _tell(self, _checked: bool = False) -> None:
        self._show_clear()
        self.changed.emit()

    def _show_clear(self) -> None:
        self._clear.setVisible(bool(self.keys() or self.tags()))
        self._flow.invalidate()
        self.updateGeometry()


def tag_counts(tags: Sequence[Sequence[str]]) -> Mapping[str, int]:
    """How many doors have each tag."""
    return Counter(tag for one in tags for tag in one)
