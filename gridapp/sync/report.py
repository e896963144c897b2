"""What a sync says of itself, while it runs and afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

Progress = Callable[[int, int, str], None]  # done, of how many, what is being done
UNKNOWN = 0  # of how many: nobody knows yet


@dataclass
class Report:
    """What one sync did. `held` counts changes that wait for a decision."""

    pushed: int = 0
    pulled: int = 0
    held: int = 0
    bytes_up: int = 0
    bytes_down: int = 0
    seconds: float = 0.0
    photos_up: int = 0
    photos_down: int = 0
    photos_waiting: int = 0  # that are not at the county yet
    troubles: list[str] = field(default_factory=list[str])  # sentences, about photos
