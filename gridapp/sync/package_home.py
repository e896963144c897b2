"""Where a laptop that goes by stick belongs, and the line that it does not have."""

from __future__ import annotations

from dataclasses import dataclass

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.store import keyring, rejoining, state
from gridapp.store.vault import Store
from gridapp.sync.line import EPOCH, SERVER, TOKEN
from gridapp.sync.transport import Transport


class Nowhere(Transport):
    """There is no connection; `url` is where the county can be reached, if ever."""

    def __init__(self, url: str) -> None:
        self.url = url

    def exchange(self, path: str, token: str, body: bytes) -> tuple[int, bytes]:
        raise UserError(tr("这里没有网络"))

    def close(self) -> None:
        return

    def stop(self) -> None:
        return


@dataclass(frozen=True)
class Home:
    """Where this laptop belongs, and the county's public keys, the newest first."""

    server: str
    epoch: str
    county: list[bytes]


def home_of(store: Store) -> Home:
    """UserError when the laptop was never let in, or has no keys yet."""
    with store.reading() as db:
        server, epoch = state.value(db, SERVER), state.value(db, EPOCH)
        token, county = state.value(db, TOKEN), keyring.county(db)
        again = rejoining.pending(db)
    if not server or epoch is None or not token:
        raise UserError(tr("这台电脑还没有登记到县级服务器，请先用登记码登记"))
    if not county:
        raise UserError(
            tr("第一次用 U 盘上报之前，请先联网同步一次，以便和县级服务器交换密钥")
        )
    if again is not None:
        raise UserError(
            tr("县级服务器恢复过备份，还没有核对完。请先联网同步一次，再用 U 盘")
        )
    return Home(server, epoch, county)


def nowhere(store: Store) -> Nowhere:
    """The line of a laptop that has none."""
    with store.reading() as db:
        return Nowhere(state.value(db, state.SERVER_URL) or "")
