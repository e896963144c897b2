"""What was done about rights and laptops at the server, kept for whoever asks later.

GB/T 22239-2019 (等级保护) 8.1.4.3 asks for a trace of each act of an administrator.
"""

from __future__ import annotations

import getpass
from typing import Any

from sqlalchemy import Connection, insert, select
from uuid_utils.compat import uuid7

from gridapp.county.store import County
from gridapp.county.tables import act
from gridapp.models.kinds import now, time_text

ENROL, CANCEL, REVOKE, LOCK, UNLOCK = "enrol", "cancel", "revoke", "lock", "unlock"
SCOPE, ROLE, OPEN, CLOSE = "scope", "role", "open", "close"
RECOVER = "recover"  # its detail begins with the id of the request
UPDATE, WITHDRAW = "update", "withdraw_update"  # of the laptops' program
UPDATE_FAILED = "update_failed"  # on a laptop, which said so (programs.py)
RESIDENTS_ON, RESIDENTS_OFF = "residents_open", "residents_close"  # a grid's page
ALTERED = "journal_altered"  # a laptop's chain is not what it was (anchors.py)


def note(db: Connection, what: str, subject: object, detail: str = "") -> None:
    """Write down one act in the transaction that carries it out.

    Args:
        subject: an id, the code of a grid or the name of an enrolment code; neither a
            secret nor anybody's name.
        detail: codes and ids, as words of a program.
    """
    db.execute(
        insert(act).values(
            id=uuid7(),
            at=now(),
            by=_account(),
            what=what,
            subject=str(subject),
            detail=detail,
        )
    )


def _account() -> str:
    """The account that runs the command; services may have none with a name."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""


def listed(county: County, limit: int = 1000) -> list[dict[str, Any]]:
    """The newest acts, newest first. Ready for JSON."""
    query = select(act).order_by(act.c.at.desc(), act.c.id.desc()).limit(limit)
    with county.reading() as db:
        return [
            {
                "at": time_text(row.at),
                "by": row.by,
                "what": row.what,
                "subject": row.subject,
                "detail": row.detail,
            }
            for row in db.execute(query)
        ]
