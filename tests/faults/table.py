"""The table of the fault suite: which faults were tried, what was lost or doubled.

More seeds: GRIDAPP_FAULT_SEEDS=20 (`make faults`); it is left in build/faults.md.
"""

from __future__ import annotations

import os

import pytest

from tests.fault_table import FaultTable

SEEDS = int(os.environ.get("GRIDAPP_FAULT_SEEDS", "1"))  # rounds of every fault
TABLE = FaultTable(
    "faults",
    "faults.md",
    {
        "lost": "lost",
        "doubled": "doubled",
        "unequal": "not equal",
        "unsound": "doctor",
    },
    f"Seeds 0 to {SEEDS - 1} of each fault.",
)


def due(world, number: int, seed: int) -> bool:
    """Whether the fault of that number has its turn on this world's database.

    With one seed each fault is tried on one of both databases, else on both.
    """
    on_postgres = world.restart_database is not None
    return SEEDS > 1 or (number + seed) % 2 == int(on_postgres)


def pytest_configure(config: pytest.Config) -> None:
    """Collect what the tests tried."""
    config.pluginmanager.register(TABLE, "faults-table")
