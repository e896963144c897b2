"""How the window looks: one base style, a palette and one generated style sheet."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QLibraryInfo, QObject, Qt, QTranslator, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QPalette, QPixmap
from PySide6.QtWidgets import QApplication

from gridapp import font_files
from gridapp.language import language
from gridapp.settings import Scheme
from gridapp.ui.icons import Icons
from gridapp.ui.stylesheet import style_sheet
from gridapp.ui.tokens import DARK, LIGHT, Size, Tokens, high_contrast

if TYPE_CHECKING:
    from PySide6.QtWidgets import QAbstractItemView

FAMILIES = (
    "Microsoft YaHei UI",
    "Microsoft YaHei",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "WenQuanYi Micro Hei",
)
_OWN_FONTS = ("GridappSansSC-Bold", "GridappSansSC-Regular")
_ROLES: dict[QPalette.ColorRole, str] = {
    QPalette.ColorRole.Window: "bg",
    QPalette.ColorRole.Base: "surface",
    QPalette.ColorRole.AlternateBase: "surface2",
    QPalette.ColorRole.Button: "surface",
    QPalette.ColorRole.WindowText: "text",
    QPalette.ColorRole.Text: "text",
    QPalette.ColorRole.ButtonText: "text",
    QPalette.ColorRole.PlaceholderText: "text3",
    QPalette.ColorRole.Highlight: "blue.solid",
    QPalette.ColorRole.HighlightedText: "blue.on_solid",
    QPalette.ColorRole.ToolTipBase: "toast",
    QPalette.ColorRole.ToolTipText: "on_toast",
    QPalette.ColorRole.Link: "blue.text",
    QPalette.ColorRole.Mid: "border",
    QPalette.ColorRole.Accent: "blue.solid",
}


class Theme(QObject):
    """The look of one application; tells its widgets when the scheme has changed."""

    changed = Signal()
    chosen = Signal(str)  # the scheme a person picked, to be kept

    def __init__(
        self, app: QApplication, resources: Path, scheme: Scheme = "system"
    ) -> None:
        """Show `app` in a scheme, with the icons of `resources`.

        The style beneath is Fusion, which QApplication is begun with (app.py).
        """
        super().__init__(app)
        self._app = app
        self._icons = Icons(resources / "icons")
        self._families = _families()
        self._scheme: Scheme = scheme
        self.tokens: Tokens = LIGHT
        self._load_translations()
        app.styleHints().colorSchemeChanged.connect(self._follow_system)
        self.apply(scheme)

    @property
    def scheme(self) -> Scheme:
        """Return what was chosen; `system` follows the desktop."""
        return self._scheme

    def apply(self, scheme: Scheme) -> None:
        """Show the whole application in this scheme."""
        self._scheme = scheme
        self.show(self._tokens_now())

    def show(self, tokens: Tokens) -> None:
        """Show the whole application in exactly these colours."""
        self.tokens = tokens
        sheet = style_sheet(tokens)
        if self._app.styleSheet() != sheet:  # Qt styles every widget anew, even so
            self._app.setFont(self.font())
            self._app.setPalette(self._palette())
            self._app.setStyleSheet(sheet)
        self.changed.emit()

    def choose(self, scheme: Scheme) -> None:
        """Show a scheme because a person asked for it."""
        self.apply(scheme)
        self.chosen.emit(scheme)

    def font(self, size: int = Size.BODY, *, bold: bool = False) -> QFont:
        """Return the window font at a size in logical pixels."""
        font = QFont()
        font.setFamilies(self._families)
        font.setPixelSize(size)
        font.setWeight(QFont.Weight.Bold if bold else QFont.Weight.Normal)
        return font

    def colour(self, path: str) -> QColor:
        """Return a token as a colour to paint with."""
        return QColor(self.tokens.colour(path))

    def pixmap(self, name: str, path: str, size: int = 20) -> QPixmap:
        """Return an icon in the colour of a token."""
        return self._icons.pixmap(name, self.tokens.colour(path), size)

    def icon(self, name: str, path: str, size: int = 20, pad: int = 0) -> QIcon:
        """Return an icon in the colour of a token, for a button or an action."""
        return self._icons.icon(name, self.tokens.colour(path), size, pad)

    def _tokens_now(self) -> Tokens:
        hints = self._app.styleHints()
        dark = self._scheme == "dark" or (
            self._scheme == "system" and hints.colorScheme() == Qt.ColorScheme.Dark
        )
        tokens = DARK if dark else LIGHT
        contrast = hints.accessibility().contrastPreference()
        if contrast == Qt.ContrastPreference.HighContrast:
            return high_contrast(tokens)
        return tokens

    def _palette(self) -> QPalette:
        palette = QPalette()
        for role, path in _ROLES.items():
            palette.setColor(role, self.colour(path))
        disabled = QPalette.ColorGroup.Disabled
        for role in (QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
            palette.setColor(disabled, role, self.colour("text3"))
        return palette

    def _follow_system(self) -> None:
        if self._scheme == "system":
            self.apply("system")

    def _load_translations(self) -> None:
        """Give Qt's own menus and dialogs their Chinese words; it speaks English."""
        if language() != "zh":
            return
        translator = QTranslator(self)
        folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        if translator.load("qtbase_zh_CN", folder):
            self._app.installTranslator(translator)


def transparent_selection(view: QAbstractItemView) -> None:
    """Keep Fusion from painting its own selection behind a view's delegate."""
    palette = view.palette()
    for group in (QPalette.ColorGroup.Active, QPalette.ColorGroup.Inactive):
        palette.setColor(group, QPalette.ColorRole.Highlight, QColor(0, 0, 0, 0))
    view.setPalette(palette)


def _families() -> list[str]:
    """Return the font families, the shipped one last where no system one is found."""
    known = set(QFontDatabase.families())
    found = [family for family in FAMILIES if family in known]
    if found:
        return found
    for name in _OWN_FONTS:
        with suppress(OSError):  # a window without it is better than none
            font = font_files.unpacked(name)
            number = QFontDatabase.addApplicationFontFromData(font)
            found += QFontDatabase.applicationFontFamilies(number)
    return list(dict.fromkeys(found)) or list(FAMILIES)
