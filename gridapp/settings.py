"""What a person has chosen for the window on this laptop; each setting stands once.

Kept beside the vault in settings.json, outside the encryption, because the login
already needs it. Nothing private belongs here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, cast

from gridapp import durable

FILE = "settings.json"
Scheme = Literal["system", "light", "dark"]
Language = Literal["zh", "en"]
SCHEMES: tuple[Scheme, ...] = ("system", "light", "dark")
LANGUAGES: tuple[Language, ...] = ("zh", "en")


@dataclass(frozen=True)
class Settings:
    """Every setting with its default."""

    scheme: Scheme = "system"
    language: Language = "zh"
    text_scale: float = 1.0  # 字号: of everything in the window (ux.md §6.4)
    lock_after: float = 5.0  # without a touch until the password is asked
    # Quick phrases by form: visit, call; none: the usual ones.
    phrases: dict[str, tuple[str, ...]] = field(
        default_factory=dict[str, tuple[str, ...]]
    )
    auto_sync: bool = True  # sync by itself; else only when asked
    last_user: str = ""  # id of the account that was opened last; no name
    photo_folder: str = ""  # where a phone's photos are copied to; "" watches none
    backup_folder: str = ""  # where backups are kept as well; "" only beside the data


def load(folder: Path) -> Settings:
    """The settings of the vault in `folder`; defaults when it has none."""
    try:
        told = json.loads((folder / FILE).read_bytes())
        return Settings(
            **{name: read(told[name]) for name, read in _READ if name in told}
        )
    except (OSError, ValueError, TypeError, RecursionError):
        return Settings()


def save(folder: Path, settings: Settings) -> None:
    """Keep the settings, wholly or not at all. Raises OSError."""
    content = json.dumps(asdict(settings), ensure_ascii=False, indent=2)
    durable.write_whole(folder / FILE, content.encode())


def _one_of(choices: tuple[str, ...]) -> Callable[[Any], str]:
    def read(told: Any) -> str:
        if told not in choices:
            raise ValueError("no choice")
        return told

    return read


def _within(least: float, most: float) -> Callable[[Any], float]:
    def read(told: Any) -> float:
        if isinstance(told, bool) or not least <= told <= most:
            raise ValueError("out of range")
        return float(told)

    return read


def _text(told: Any) -> str:
    if not isinstance(told, str):
        raise TypeError("no text")
    told.encode()  # half a character could not be written again
    return told


def _switch(told: Any) -> bool:
    if not isinstance(told, bool):
        raise TypeError("no switch")
    return told


def _phrases(told: Any) -> Mapping[str, tuple[str, ...]]:
    if not isinstance(told, dict):
        raise TypeError("no phrases")
    found: dict[str, tuple[str, ...]] = {}
    for form, said in cast("dict[Any, Any]", told).items():
        if not isinstance(said, list):
            raise TypeError("no phrases of a form")
        found[_text(form)] = tuple(_text(one) for one in cast("list[Any]", said))
    return found


# How each is read; by hand, for a library that does it would cost the login its bar.
_READ: tuple[tuple[str, Callable[[Any], Any]], ...] = (
    ("scheme", _one_of(SCHEMES)),
    ("language", _one_of(LANGUAGES)),
    ("text_scale", _within(0.5, 4)),  # beyond: not to be used
    ("lock_after", _within(0.001, 60)),  # a changed file locks too
    ("phrases", _phrases),
    ("auto_sync", _switch),
    ("last_user", _text),
    ("photo_folder", _text),
    ("backup_folder", _text),
)
