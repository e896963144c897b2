"""The login is there at once: what only an open vault needs is read after it."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

HEAVY = (
    "sqlalchemy",
    "sqlcipher3",
    "cryptography",
    "argon2",
    "msgspec",
    "httpx",
    "pandas",
    "subprocess",
    "gridapp.models",
    "gridapp.store.vault",
    "gridapp.ui.main_window",
)
SHOWN = """
import json, sys
from pathlib import Path
from gridapp.app import App
from gridapp.ui.qt_start import qt_application
qt = qt_application()
app = App(qt, Path(sys.argv[1]))
login = app.ask_password()
while not login.isVisible():
    qt.processEvents()
login.grab()
shown = list(sys.modules)
login.type_password("first letters")
while "gridapp.ui.entering" not in sys.modules or app.jobs.busy:
    qt.processEvents()
print(json.dumps([shown, list(sys.modules)]))
app.close()
"""


@pytest.fixture(scope="module", params=["of a vault", "of no vault yet"])
def modules(request, tmp_path_factory, vault_template):
    """What a process of its own has imported: with the login shown, and a little
    later, when nobody has done anything but type."""
    shut = request.param == "of a vault"
    folder = vault_template[0] if shut else tmp_path_factory.mktemp("new") / "vault"
    done = subprocess.run(
        [sys.executable, "-c", SHOWN, str(folder)],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        check=True,
        capture_output=True,
        text=True,
        timeout=300,
    )
    return [set(one) for one in json.loads(done.stdout)]


@pytest.mark.parametrize("heavy", HEAVY)
def test_the_login_is_shown_without_what_only_an_open_vault_needs(modules, heavy):
    shown, _ = modules
    assert "gridapp.ui.login" in shown
    assert heavy not in shown


def test_what_opens_a_vault_is_read_while_the_password_is_typed(modules):
    _, later = modules
    assert {"sqlalchemy", "cryptography", "argon2", "gridapp.store.vault"} <= later
