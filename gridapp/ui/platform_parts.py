"""Whether Qt can open a window here, and in words why it cannot."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QLibraryInfo, QRect, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QGuiApplication,
    QImage,
    QPainter,
)

from gridapp import font_files, paths
from gridapp.language import tr
from gridapp.system_parts import in_words
from gridapp.ui.preferences import SMALLEST
from gridapp.ui.qt_start import has_display

_PLATFORMS = {"win32": ("qwindows.dll",), "linux": ("libqxcb.so",)}
_FONT = "GridappSansSC-Regular"
_NATIVE = {"win32": "windows", "linux": "xcb"}
_SCREEN = (1366, 768)  # pixels of the smallest that the windows are made for
_TASK_BAR = 48  # logical pixels, of Windows 11
_SIZE = 64  # pixels of the character that is drawn


def unloadable() -> Iterator[str]:
    """Why the parts that open a window here cannot be loaded, a sentence each.

    Loads them as Qt would; what is loaded already costs nothing.
    """
    folder = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.PluginsPath)) / "platforms"
    for name in _PLATFORMS.get(sys.platform, ()):
        part = folder / name
        if not part.is_file():
            yield tr("缺少程序文件 {name}，请重新安装本程序", name=name)
            continue
        try:
            ctypes.CDLL(str(part))
        except OSError as error:
            # In an installed copy the loader's words are the cause of PyInstaller's.
            words = f"{error} {error.__cause__}"
            yield in_words(words) or tr("{name} 加载不了", name=name)


def undrawable() -> Iterator[str]:
    """Why nothing can be drawn, though nothing is shown on a screen."""
    if QGuiApplication.instance() is None:
        application = _application("offscreen")
    else:
        application = None
    number = _added(_FONT)
    families = QFontDatabase.applicationFontFamilies(number)
    if not families:
        yield tr(
            "字体 {name} 打不开，请重新安装本程序", name=font_files.file(_FONT).name
        )
    elif not _draws(QFont(families[0])):
        yield tr("画不出汉字，请重新安装本程序")
    QFontDatabase.removeApplicationFont(number)
    if not QImage(str(paths.resources() / "icons" / "house.svg")).width():
        yield tr("图标画不出来，请重新安装本程序")
    if application is not None:
        application.shutdown()


def cramped() -> Iterator[str]:
    """Why windows do not fit on the screen here; nothing where none can be asked."""
    application = None
    if QGuiApplication.instance() is None:
        if not has_display() or any(unloadable()) or not _answers():
            return
        application = _application(_NATIVE.get(sys.platform, ""))
    screen = QGuiApplication.primaryScreen()
    if QGuiApplication.platformName() not in ("offscreen", "minimal"):
        yield from too_small(screen.size(), screen.devicePixelRatio())
    if application is not None:
        application.shutdown()


def too_small(size: QSize, ratio: float) -> Iterator[str]:
    """What is wrong with a screen of that logical size and that many pixels to one."""
    width, height = round(size.width() * ratio), round(size.height() * ratio)
    said = {"width": width, "height": height, "scale": ratio}
    if width + ratio < _SCREEN[0] or height + ratio < _SCREEN[1]:  # Qt has rounded
        yield tr(
            "屏幕只有 {width}×{height}，窗口会放不下，至少要 {least}×{high}；"
            "请在系统的显示设置里把分辨率调高",
            least=_SCREEN[0],
            high=_SCREEN[1],
            **said,
        )
    elif size.width() < SMALLEST[0] or size.height() < SMALLEST[1] + _TASK_BAR:
        yield tr(
            "屏幕 {width}×{height} 放大到 {scale:.0%} 以后放不下窗口，"
            "请在系统的显示设置里把缩放调小",
            **said,
        )


def _application(platform: str) -> QGuiApplication:
    return QGuiApplication([*sys.argv[:1], "-platform", platform])


def _answers() -> bool:
    """Whether Qt could reach the screen, for it ends the process where it cannot
    (xcb_connect(3); Windows always has one)."""
    if sys.platform == "win32":
        return True
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return False
    xcb.xcb_connect.restype = ctypes.c_void_p
    line = ctypes.c_void_p(xcb.xcb_connect(None, None))
    failed = xcb.xcb_connection_has_error(line)
    xcb.xcb_disconnect(line)
    return not failed


def _added(name: str) -> int:
    """The number Qt gives to a font of ours; -1 when it is missing or damaged."""
    try:
        font = font_files.unpacked(name)
    except OSError:
        return -1
    return QFontDatabase.addApplicationFontFromData(font)


def _draws(font: QFont) -> bool:
    """Whether a Chinese character leaves ink on a picture, and not that of a box."""
    drawn: list[QImage] = []
    for character in ("格", "\ue000"):  # the second stands in no font of ours
        image = QImage(_SIZE, _SIZE, QImage.Format.Format_Grayscale8)
        image.fill(QColor("white"))
        painter = QPainter(image)
        font.setPixelSize(_SIZE // 2)
        painter.setFont(font)
        where = QRect(0, 0, _SIZE, _SIZE)
        painter.drawText(where, Qt.AlignmentFlag.AlignCenter, character)
        painter.end()
        drawn.append(image)
    blank = QImage(_SIZE, _SIZE, QImage.Format.Format_Grayscale8)
    blank.fill(QColor("white"))
    return drawn[0] not in (drawn[1], blank)
