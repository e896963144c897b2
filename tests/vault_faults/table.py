"""The table of the vault's faults: build/vault-faults.md.

More kills and power cuts: GRIDAPP_SOAK=5000 (`make soak`), with a seed of its own each
run; GRIDAPP_SOAK_SEED does a run again.
"""

from __future__ import annotations

import os
import random

import pytest

from tests.fault_table import FaultTable

CI_KILLS = 600  # of all deeds together, about
SOAK = int(os.environ.get("GRIDAPP_SOAK", "0"))  # kills of a long run
SEED = os.environ.get("GRIDAPP_SOAK_SEED") or (
    str(random.SystemRandom().randrange(10**9)) if SOAK else "20261122"
)
os.environ["GRIDAPP_SOAK_SEED"] = SEED  # the same for every process of the run

TABLE = FaultTable(
    "vault_faults",
    "vault-faults.md",
    {"lost": "lost", "half": "half", "unopened": "not opened, no words"},
    f"Seed {SEED}.",
)


def many(of_ci: int) -> int:
    """How often a fault is tried that CI tries so often."""
    return max(of_ci, of_ci * SOAK // CI_KILLS)


def pytest_configure(config: pytest.Config) -> None:
    """Collect what the tests tried."""
    config.pluginmanager.register(TABLE, "vault-faults-table")


@pytest.fixture
def tried(request):
    """Notes tries of a fault; fails at the end unless nothing was lost or half."""
    bad = []

    def note(fault, found, where=""):
        counts = {name: bool(getattr(found, name)) for name in TABLE.columns}
        request.node.user_properties.append(TABLE.noted(fault, 1, **counts))
        if not found.good:
            bad.append(
                f"{fault}, {where}, seed {SEED}: lost {found.lost}, half {found.half},"
                f" unopened {found.unopened}, said {found.said}"
            )

    yield note
    assert not bad, f"{len(bad)} tries went wrong:\n" + "\n".join(bad[:20])
