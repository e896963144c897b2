"""Two states of one vault beside each other: what a restore would lose and bring back.

Both have the same journal up to some number, and from there each its own. What stands
after it in the present one is what would be lost: changes made here, which the county
may have already, and changes that came from it, which it will send again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, text

from gridapp.models import RECORDS
from gridapp.store import exchange, journal, rejoining, rekeying, state
from gridapp.store.vault import Writing

_ROW = text("SELECT record_id, at FROM journal WHERE seq = :seq")
_SINCE = text(
    "SELECT type, origin, count(*) FROM journal WHERE seq > :after"
    " GROUP BY type, origin"
)
_UNSENT = text(
    "SELECT type, count(*) FROM journal WHERE origin = 'local' AND seq > :after"
    " GROUP BY type"
)
_OWN = text(
    "SELECT 1 FROM journal WHERE origin = 'local' AND seq > :after AND seq <= :upto"
    " LIMIT 1"
)
_ACTS = 'at, "by", act, type, record_id, detail, who, purpose, file, people'
# What a laptop is known by at its county; it may be newer than the backup.
_HOME = ("token", state.SERVER_URL, state.SERVER_CA, "county_keys", "keys_told")


@dataclass(frozen=True)
class Difference:
    """What a restore would change; all by record type.

    now: records there are. lost: changes made here since, of which the county does not
    have `unsent`. back: changes that came from the county since, and will come again.
    seen: the county knows numbers of this laptop's that the backup does not have, so
    that the laptop will need a new code. joined: there is a county at all.
    unjoined: the backup is from before the laptop was enrolled, so that it will need
    one, too.
    """

    now: Mapping[str, int]
    lost: Mapping[str, int]
    unsent: Mapping[str, int]
    back: Mapping[str, int]
    seen: bool
    joined: bool
    unjoined: bool

    @property
    def needs_code(self) -> bool:
        """Whether the laptop has to be enrolled anew after it."""
        return self.seen or self.unjoined

    @property
    def harmless(self) -> bool:
        """Whether nothing is lost by it and nothing is to be done afterwards."""
        return not (self.lost or self.back or self.needs_code)


def counts(db: Connection) -> dict[str, int]:
    """How many records there are of each type, without those in the recycle bin."""
    return {
        model.__tablename__: db.exec_driver_sql(
            f"SELECT count(*) FROM {model.__tablename__} WHERE deleted_at IS NULL"
        ).scalar_one()
        for model in RECORDS
    }


def common(then: Connection, now: Connection) -> int:
    """The last journal number up to which both are the same; 0 when none is."""
    low, high = 0, min(journal.newest(then), journal.newest(now))
    while low < high:
        middle = (low + high + 1) // 2
        rows = [db.execute(_ROW, {"seq": middle}).one_or_none() for db in (then, now)]
        if rows[0] == rows[1]:
            low = middle
        else:
            high = middle - 1
    return low


def difference(then: Connection, now: Connection) -> Difference:
    """What would be lost of `now` with `then` in its place."""
    same = common(then, now)
    lost: dict[str, int] = {}
    back: dict[str, int] = {}
    for type_, origin, count in now.execute(_SINCE, {"after": same}):
        (lost if origin == "local" else back)[type_] = count
    unsent: dict[str, int] = {}
    if lost:
        after = max(same, state.pushed_seq(now))
        unsent = {type_: n for type_, n in now.execute(_UNSENT, {"after": after})}
    joined = state.value(now, "token") is not None
    unjoined = joined and state.value(then, "token") is None
    return Difference(
        counts(now),
        lost,
        unsent,
        back,
        _seen(now, same),
        joined,
        unjoined and not _same_home(then, now),
    )


def _same_home(then: Connection, now: Connection) -> bool:
    """Whether both are the same laptop at the same county."""
    server = state.value(then, "server_id")
    same = state.device(then) == state.device(now)
    return same and server is not None and server == state.value(now, "server_id")


def _seen(now: Connection, same: int) -> bool:
    """Whether the county may know numbers of this laptop's after that one."""
    if state.value(now, "token") is None:
        return False
    packages = [one.last for one in exchange.read(now).packages]
    upto = max(state.pushed_seq(now), state.sent_seq(now), *packages)
    return now.execute(_OWN, {"after": same, "upto": upto}).first() is not None


def carry_over(tx: Writing, now: Connection) -> None:
    """Take into an older state what a restore must not lose or undo.

    The acts on private data since then stay told. The laptop stays what it is at its
    county; one that has sent numbers which the older state does not have is an older
    copy from now on (docs/decisions/0001-sync.md, 11) and becomes a device of its own
    with the next code.
    """
    for key in rekeying.KEPT:  # photos and older backups are under former keys
        state.keep(tx.db, key, state.value(now, key))
    _carry_acts(tx, now)
    if state.device(tx.db) != state.device(now):
        return
    own = f"keys:{state.device(now).hex}"
    if _same_home(tx.db, now):
        for key in (*_HOME, own):
            found = state.value(now, key)
            if found is not None:
                state.keep(tx.db, key, found)
    if _seen(now, common(tx.db, now)):
        rejoining.note_older(tx)


def _carry_acts(tx: Writing, now: Connection) -> None:
    query = text(f"SELECT {_ACTS} FROM disclosure ORDER BY seq")
    here = {tuple(row) for row in tx.db.execute(query)}
    names = ", ".join(f":{place}" for place in range(10))
    for row in now.execute(query).all():
        if tuple(row) not in here:
            statement = text(f"INSERT INTO disclosure ({_ACTS}) VALUES ({names})")
            tx.db.execute(statement, {str(n): value for n, value in enumerate(row)})
