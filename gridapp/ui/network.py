"""What the system says of the network, without a byte sent to the county."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal


class Network(QObject):
    """Tells when a network comes or goes: True, False, or None where nobody knows.

    Qt asks the system (Network List Manager on Windows, NetworkManager or GLib on
    Linux). "Yes" only means that there is some network, not that the county answers.
    """

    changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        from PySide6.QtNetwork import QNetworkInformation

        feature = QNetworkInformation.Feature.Reachability
        found = QNetworkInformation.loadBackendByFeatures(feature)
        self._source = QNetworkInformation.instance() if found else None
        if self._source is not None:
            self._source.reachabilityChanged.connect(self._tell)

    @property
    def online(self) -> bool | None:
        """Whether there is a network."""
        from PySide6.QtNetwork import QNetworkInformation

        if self._source is None:
            return None
        reach = self._source.reachability()
        if reach is QNetworkInformation.Reachability.Unknown:
            return None
        return reach is not QNetworkInformation.Reachability.Disconnected

    def _tell(self, _: object) -> None:
        self.changed.emit(self.online)
