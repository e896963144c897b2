"""The look changes at run time; icons are sharp and every one of them is used."""

import re
from pathlib import Path

from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QPushButton

from gridapp.ui.tokens import DARK, LIGHT
from tests.ui.conftest import RESOURCES

SOURCES = Path(__file__).parents[2] / "gridapp"


def test_scheme_changes_palette_style_and_icons(theme, qapp, qtbot):
    theme.apply("light")
    light = theme.pixmap("phone", "text2").toImage()
    with qtbot.waitSignal(theme.changed):
        theme.apply("dark")
    assert theme.tokens is DARK
    assert qapp.palette().color(QPalette.ColorRole.Window).name().upper() == DARK.bg
    assert theme.pixmap("phone", "text2").toImage() != light
    theme.apply("light")
    assert theme.tokens is LIGHT


def test_font_has_chinese_and_a_size_in_pixels(theme):
    assert theme.font(18, bold=True).pixelSize() == 18
    assert theme.font(18, bold=True).bold()


def test_qt_speaks_chinese(theme, qtbot):
    from PySide6.QtWidgets import QDialogButtonBox

    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
    qtbot.addWidget(box)
    assert box.findChild(QPushButton).text() == "取消"


def test_every_icon_is_used_and_every_used_icon_exists():
    code = "".join(path.read_text() for path in SOURCES.rglob("*.py"))
    words = set(re.findall(r'"([a-z0-9-]+)"', code))
    shipped = {path.stem for path in (RESOURCES / "icons").glob("*.svg")}
    assert shipped - words == set()
