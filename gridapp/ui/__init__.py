"""The window: Qt Widgets, and with gridapp.app the only place that imports PySide6."""
