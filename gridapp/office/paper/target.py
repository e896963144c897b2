"""Where a drawn document goes."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

Target = Path | BinaryIO
"""A file that is written whole or not at all; or memory, which the preview and the
printer read, so that no private value lies in clear on the disk."""
