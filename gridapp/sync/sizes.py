"""How long keys and boxes are: known without importing a cipher."""

from __future__ import annotations

HALF = 32  # bytes of one key, private or public
PAIR = 2 * HALF  # one to sign with, one to be sealed to
OVERHEAD = HALF + 16  # bytes that a box has more than what is sealed
