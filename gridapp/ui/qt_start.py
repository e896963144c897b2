"""What Qt needs before the first window: a screen, and who listens to its messages."""

from __future__ import annotations

import logging
import os
import sys

from PySide6.QtCore import QMessageLogContext, QSettings, QtMsgType
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication

from gridapp import paths
from gridapp.language import tr
from gridapp.ui.collector import Collector

log = logging.getLogger(__name__)
_STYLE = ("-style", "fusion")  # for setStyle has PySide6 build all of QStyle
PLATFORM = "QT_QPA_PLATFORM"  # the environment variable that names Qt's screen


def log_qt(kind: QtMsgType, context: QMessageLogContext, words: str) -> None:
    """Keep what Qt says out of the user's terminal, but for its last words."""
    if kind is QtMsgType.QtFatalMsg:
        from gridapp import alert
        from gridapp.ui import platform_parts

        reason = next(platform_parts.unloadable(), "")
        alert.tell(
            reason or tr("窗口打不开，请把下面的话告诉技术人员：\n{words}", words=words)
        )
        if reason:  # nothing is left to find out from the state of this process
            os._exit(1)
    log.debug("qt %s: %s", kind.name, words)


def has_display() -> bool:
    """Whether there is a screen on which a person could see a window."""
    platform = os.environ.get(PLATFORM, "")
    if platform.startswith(("offscreen", "minimal")):
        return False
    if platform or not sys.platform.startswith("linux"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))


def qt_application() -> QApplication:
    """Return the one QApplication, made on the first call."""
    found = QApplication.instance()
    if isinstance(found, QApplication):
        return found
    if sys.platform != "win32":  # Qt's file dialog would note which folders it saw
        native, user = QSettings.Format.NativeFormat, QSettings.Scope.UserScope
        QSettings.setPath(native, user, os.devnull)
    # Qt's wheel has no part for fcitx, which most desktops in China write Chinese by;
    # fcitx 5 answers to the calls of ibus as well.
    if os.environ.get("QT_IM_MODULE", "").startswith("fcitx"):
        os.environ["QT_IM_MODULE"] = "ibus"
    QGuiApplication.setApplicationName("gridapp")
    QGuiApplication.setDesktopFileName("org.gridapp.client")  # as installer/deb.py has
    qt = QApplication([*sys.argv[:1], *_STYLE])
    qt.setWindowIcon(QIcon(str(paths.resources() / "gridapp.png")))
    Collector(qt)
    return qt
