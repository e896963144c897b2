"""What somebody says an act is for: the one rule of how long that is."""

from __future__ import annotations

from gridapp.errors import UserError
from gridapp.language import tr

SHORTEST, LONGEST = 5, 200  # characters


def purpose_of(text: str, lacking: str = "") -> str:
    """A purpose as typed, its spaces put in order; UserError when it is too short or
    too long. lacking: what is said instead of the usual when there is none."""
    clean = " ".join(text.split())
    if len(clean) < SHORTEST:
        usual = tr(
            "请写明用途，至少 {count} 个字，如：报街道民政办摸底", count=SHORTEST
        )
        raise UserError(lacking or usual)
    if len(clean) > LONGEST:
        raise UserError(
            tr(
                "用途最多 {most} 个字，现在 {count} 个",
                most=LONGEST,
                count=len(clean),
            )
        )
    return clean
