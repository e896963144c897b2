"""Counters for monitoring, in the text format of Prometheus.

Requests are counted in memory; with several processes in files that they share
(`SHARED`, set by whoever starts them, before this is imported), so that any of them
answers for all. What stands in the database is asked when it is read. Labels are
paths, codes and directions, never anything of a person or a device.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy import func, select

from gridapp.county.routes import Facts
from gridapp.county.store import County
from gridapp.county.tables import IS_LAPTOP, device, held
from gridapp.models.kinds import now
from gridapp.sync.merge import CAME_BACK

SHARED = "PROMETHEUS_MULTIPROC_DIR"  # names the folder of the shared files
MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
METHODS = frozenset({"GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"})
_SECONDS = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Metrics:
    """What one process counts, and all of it in words for Prometheus."""

    def __init__(self, county: County) -> None:
        self.registry = CollectorRegistry()
        mine = self.registry if SHARED not in os.environ else None
        self._requests = Counter(
            "gridapp_requests",
            "Requests by path, method and status (0: the connection ended first).",
            ["path", "method", "status"],
            registry=mine,
        )
        self._seconds = Histogram(
            "gridapp_request_seconds",
            "How long requests took, the body's way up included.",
            ["path"],
            buckets=_SECONDS,
            registry=mine,
        )
        self._changes = Counter(
            "gridapp_changes",
            "Changes that were taken, held, and sent to laptops.",
            ["what"],
            registry=mine,
        )
        self._reports = Counter(
            "gridapp_reports", "Reports of residents that were taken.", registry=mine
        )
        self._bytes = Counter(
            "gridapp_bytes", "Bytes of bodies in and out.", ["way"], registry=mine
        )
        self._refused = Counter(
            "gridapp_refused", "Requests refused, by reason.", ["code"], registry=mine
        )
        if mine is None:
            MultiProcessCollector(self.registry)
        self.registry.register(_Standing(county))

    def request(
        self,
        method: str,
        facts: Facts,
        status: int,
        seconds: float,
        got: int,
        sent: int,
    ) -> None:
        """Count a request that was answered; status 0 when it could not be."""
        path = facts.path or "unknown"
        method = method if method in METHODS else "other"
        self._requests.labels(path, method, str(status)).inc()
        self._seconds.labels(path).observe(seconds)
        for what in ("taken", "held", "sent"):
            if many := getattr(facts, what):
                self._changes.labels(what).inc(many)
        self._reports.inc(facts.reports)
        self._bytes.labels("in").inc(got)
        self._bytes.labels("out").inc(sent)
        if facts.code:
            self._refused.labels(facts.code).inc()

    def text(self) -> bytes:
        """All of it as Prometheus reads it. Asks the database."""
        return generate_latest(self.registry)


class _Standing(Collector):
    """What the database says at the moment."""

    def __init__(self, county: County) -> None:
        self._county = county

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Their names without asking the database, for `register`."""
        for name, words in _GAUGES.items():
            yield GaugeMetricFamily(name, words)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """See prometheus_client's Collector."""
        open_ones = select(func.count()).where(~held.c.settled)
        open_ones = open_ones.where(held.c.reason != CAME_BACK)
        devices = select(func.count(), func.min(device.c.seen_at)).where(
            device.c.revoked_at.is_(None), IS_LAPTOP
        )
        with self._county.reading() as db:
            conflicts = db.execute(open_ones).scalar_one()
            many, oldest = db.execute(devices).one()
        silence = (now() - oldest).total_seconds() if oldest else 0.0
        for (name, words), value in zip(
            _GAUGES.items(), (conflicts, many, max(0.0, silence)), strict=True
        ):
            yield GaugeMetricFamily(name, words, value=value)


_GAUGES = {
    "gridapp_conflicts_open": "Held changes that wait for a decision.",
    "gridapp_devices": "Laptops that may sync.",
    "gridapp_silence_seconds": "Since the laptop that was away longest last came.",
}
