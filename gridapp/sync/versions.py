"""Which versions of the protocol a county serves, and which one a laptop picks.

A version is one small number. Messages of one version may grow at their end without a
new number; a new number says that something in them means something else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from gridapp.language import tr
from gridapp.sync.protocol import VERSION, Refused


class Versioned(msgspec.Struct, array_like=True):
    """The first thing in every request, whatever version the rest of it is of."""

    version: int


@dataclass(frozen=True)
class Served:
    """The versions of a county: `pushes` is the oldest whose changes it takes, `oldest`
    the oldest that it also sends changes in, `newest` its own."""

    pushes: int = 1
    oldest: int = 1
    newest: int = VERSION

    @property
    def whole(self) -> list[int]:
        """Versions that are served in both directions, ascending."""
        return list(range(self.oldest, self.newest + 1))

    @property
    def push_only(self) -> list[int]:
        """Older versions, in which a laptop can only send what it has."""
        return list(range(self.pushes, self.oldest))

    def check(self, version: int, *, pushing: bool) -> None:
        """Refused, with the versions that are served, when this one is not.

        A laptop whose version is too old to be sent anything is taken its changes
        while it has any (`pushing`); it is told to upgrade by the first request that
        brings none.
        """
        if version in self.whole or (pushing and version in self.push_only):
            return
        if version > self.newest:
            words = tr("县级服务器的版本太旧，请联系县里升级服务器")
        elif version in self.push_only:
            words = tr(
                "这个程序的版本太旧：改动可以上报，但收不到县里的新内容，请先升级程序"
            )
        else:
            words = tr("这个程序的版本太旧，请先升级程序")
        raise Refused("version", words, versions=self.whole, pushes=self.push_only)


SERVED = Served()
SPOKEN = SERVED.whole  # by the laptop of the same program


def pick(spoken: Iterable[int], served: Iterable[int]) -> int | None:
    """The highest version that both sides know; None when there is none."""
    return max(set(spoken) & set(served), default=None)
