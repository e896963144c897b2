"""What must be readable nowhere, and every form in which it could be."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

SHORTEST = 6  # bytes of a pattern: a shorter one stands in random bytes by chance
_TEXTS = ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "gb18030")


@dataclass(frozen=True)
class Marker:
    """A value that was put in and may not be found.

    number: also what a masked paper must not show (numbers of people, secrets).
    plain: only as programs usually write it: for thousands of markers.
    """

    name: str
    content: str | bytes
    number: bool = False
    plain: bool = False

    def forms(self) -> Iterator[tuple[str, bytes]]:
        """(name of the form, its bytes) of every way to write it down."""
        for form, raw in self._plain():
            yield form, raw
            if self.plain:
                continue
            yield f"{form}, backwards", raw[::-1]
            yield f"{form}, hex", raw.hex().encode()
            yield f"{form}, HEX", raw.hex().upper().encode()
            for shift in range(3):
                yield f"{form}, base64 +{shift}", _inside_base64(raw, shift, b"+/")
                yield f"{form}, base64url +{shift}", _inside_base64(raw, shift, b"-_")

    def _plain(self) -> Iterator[tuple[str, bytes]]:
        if isinstance(self.content, bytes):
            yield "bytes", self.content
            return
        for coding in _TEXTS:
            yield coding, self.content.encode(coding)
        yield "backwards", self.content[::-1].encode()
        if self.content.isdigit():
            for order in ("little", "big"):
                whole = int(self.content)
                yield f"integer, {order}", whole.to_bytes(8, order)
        if not self.content.isascii():
            yield "JSON", json.dumps(self.content)[1:-1].encode()
            yield "percent", quote(self.content).encode()
            escaped = "".join(f"&#{ord(letter)};" for letter in self.content)
            yield "XML", escaped.encode()


def _inside_base64(raw: bytes, shift: int, last: bytes) -> bytes:
    """What stands of `raw` in the base64 of a text that has it after 3n+shift bytes."""
    whole = base64.b64encode(b"\0" * shift + raw, last)
    first = (8 * shift + 5) // 6  # characters that also depend on what stands before
    return whole[first : (shift + len(raw)) * 8 // 6]


def of_text(name: str, *texts: str, number: bool = False) -> list[Marker]:
    """Markers of some texts of one sort."""
    return [Marker(name, text, number) for text in texts]


def of_bytes(name: str, content: bytes, *, every: int, size: int = 24) -> list[Marker]:
    """Markers of pieces of a file, one every so many bytes."""
    pieces = range(0, len(content) - size, every)
    return [Marker(name, content[at : at + size]) for at in pieces]
