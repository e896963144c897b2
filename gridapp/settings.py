"""What a person has chosen for the window on this laptop; each setting stands once.

Kept beside the vault in settings.json, outside the encryption, because the login
already needs it. Nothing private belongs here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import msgspec

from gridapp import durable

FILE = "settings.json"
Scheme = Literal["system", "light", "dark"]
Language = Literal["zh", "en"]
Scale = Annotated[float, msgspec.Meta(ge=0.5, le=4)]  # beyond: not to be used
Minutes = Annotated[float, msgspec.Meta(gt=0, le=60)]  # a changed file locks too
LANGUAGES: tuple[Language, ...] = ("zh", "en")


class Settings(msgspec.Struct, frozen=True):
    """Every setting with its default."""

    scheme: Scheme = "system"
    language: Language = "zh"
    text_scale: Scale = 1.0  # 字号: of everything in the window (ux.md §6.4)
    lock_after: Minutes = 5.0  # without a touch until the password is asked
    phrases: dict[str, tuple[str, ...]] = {}  # by form: visit, call; none: the usual
    auto_sync: bool = True  # sync by itself; else only when asked
    last_user: str = ""  # id of the account that was opened last; no name
    photo_folder: str = ""  # where a phone's photos are copied to; "" watches none
    backup_folder: str = ""  # where backups are kept as well; "" only beside the data


def load(folder: Path) -> Settings:
    """The settings of the vault in `folder`; defaults when it has none."""
    try:
        return msgspec.json.decode((folder / FILE).read_bytes(), type=Settings)
    except (OSError, msgspec.DecodeError, RecursionError):
        return Settings()


def save(folder: Path, settings: Settings) -> None:
    """Keep the settings, wholly or not at all. Raises OSError."""
    content = msgspec.json.format(msgspec.json.encode(settings))
    durable.write_whole(folder / FILE, content)
