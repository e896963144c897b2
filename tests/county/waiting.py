"""Waits for what a server does, not for a time."""

import time

PATIENCE = 60.0  # seconds until it counts as never


def until(done):
    """Wait until `done()` is true."""
    deadline = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.02)
