"""The smallest program with a window: what bundles are measured against."""

import sys

from PySide6.QtWidgets import QApplication, QWidget

application = QApplication(sys.argv)
window = QWidget()
window.resize(1000, 640)
window.show()
sys.exit(application.exec())
