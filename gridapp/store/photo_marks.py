"""What a camera writes beside a picture: when, where, which way up (EXIF)."""

from __future__ import annotations

import datetime as dt
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL.Image import Image, Transpose

_TURN, _TAKEN, _OFFSET, _SUB, _GPS = 0x0112, 0x9003, 0x9011, 0x8769, 0x8825


@dataclass(frozen=True)
class Position:
    """Where a photo was taken, in degrees."""

    latitude: float
    longitude: float


def read(
    picture: Image,
) -> tuple[dt.datetime | None, Position | None, Transpose | None]:
    """When, where and how to turn it; a photo with damaged marks is still one."""
    try:
        exif = picture.getexif()
        shot, gps = exif.get_ifd(_SUB), exif.get_ifd(_GPS)
    except (OSError, SyntaxError, ValueError, KeyError, TypeError, struct.error):
        return None, None, None
    moment = _moment(shot.get(_TAKEN), shot.get(_OFFSET))
    return moment, _position(gps), _turn(exif.get(_TURN))


def _turn(orientation: object) -> Transpose | None:
    """What makes a picture of that EXIF orientation (1 to 8) upright."""
    from PIL.Image import Transpose

    ways = (
        Transpose.FLIP_LEFT_RIGHT,
        Transpose.ROTATE_180,
        Transpose.FLIP_TOP_BOTTOM,
        Transpose.TRANSPOSE,
        Transpose.ROTATE_270,
        Transpose.TRANSVERSE,
        Transpose.ROTATE_90,
    )
    if isinstance(orientation, int) and 2 <= orientation <= 8:
        return ways[orientation - 2]
    return None


def _moment(taken: object, offset: object) -> dt.datetime | None:
    """The camera's time; without a zone it is this machine's local time."""
    if not isinstance(taken, str):
        return None
    try:
        moment = dt.datetime.strptime(taken.strip("\0 ")[:19], "%Y:%m:%d %H:%M:%S")
        if isinstance(offset, str) and offset.strip("\0 "):
            zone = dt.datetime.strptime(offset.strip("\0 "), "%z").tzinfo
            return moment.replace(tzinfo=zone)
        return moment.astimezone()
    except (ValueError, OverflowError, OSError):  # OSError: Windows, before 1970
        return None


def _position(gps: Mapping[int, Any]) -> Position | None:
    try:
        latitude, longitude = (_degrees(gps[place]) for place in (2, 4))
        north, east = gps[1] != "S", gps[3] != "W"
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
    if not (0 <= latitude <= 90 and 0 <= longitude <= 180):
        return None
    return Position(latitude if north else -latitude, longitude if east else -longitude)


def _degrees(parts: tuple[float, float, float]) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    return round(degrees + minutes / 60 + seconds / 3600, 7)
