"""Codes that the county gives out by word of mouth: 60 bits in twelve letters."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from sqlalchemy import delete, select

from gridapp.county import acts, workers
from gridapp.county.store import County
from gridapp.county.tables import BROWSER, enrolment
from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models import Grid
from gridapp.models.kinds import now, time_text
from gridapp.models.record import table_of
from gridapp.sync.invitation import plain_code

_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # nothing that is misread
_LENGTH = 12


def fresh_code() -> str:
    """A new code, without the hyphens it is shown with."""
    return "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))


def shown(code: str) -> str:
    """The code as people read it aloud: three groups of four."""
    return "-".join(code[at : at + 4] for at in range(0, _LENGTH, 4))


def prepared_part(typed: str) -> str:
    """What a prepared file has of that code, to which a number was added; "" when it
    is a code of the usual length."""
    plain = plain_code(typed)
    return plain[:_LENGTH] if len(plain) > _LENGTH else ""


def wrong_words(typed: str) -> str:
    """What to do about a code that nobody has: of a prepared file it is the number at
    its end that somebody typed."""
    if prepared_part(typed):
        return tr("登记口令不对，请和县里核对后重新填；登记文件作废了也会这样")
    return tr("登记码不对，请核对后重新输入")


def hashed_code(typed: str) -> str:
    """How a code is kept; blanks, hyphens and small letters do not count."""
    return hashlib.sha256(plain_code(typed).encode()).hexdigest()


def hashed_for_browser(secret: str) -> str:
    """How a browser's token, and the plain form of its code, are kept: another hash
    than a laptop's, so that neither opens what is the other's."""
    found = hashlib.blake2s(secret.encode(), digest_size=28, person=b"browser")
    return found.hexdigest() + BROWSER


def hashed_browser_code(typed: str) -> str:
    """How a code for a browser is kept; blanks, hyphens, small letters do not count."""
    return hashed_for_browser(plain_code(typed))


def short(code_hash: str) -> str:
    """What an enrolment code is called in lists, which must not show it."""
    return code_hash[:8]


def open_codes(county: County) -> list[dict[str, Any]]:
    """Codes that nobody has used yet and that still work. Ready for JSON."""
    query = (
        select(enrolment)
        .where(enrolment.c.device_id.is_(None), enrolment.c.expires_at > now())
        .order_by(enrolment.c.made_at)
    )
    table = table_of(Grid)
    with county.reading() as db:
        names = dict(db.execute(select(table.c.id, table.c.code)).all())
        return [
            {
                "id": short(row.code_hash),
                "worker_id": str(row.worker_id),
                "worker": row.worker_name,
                "role": row.worker_role,
                "grids": sorted(names[one] for one in workers.grids_of(row.grids)),
                "area": row.area or "",
                "made_at": time_text(row.made_at),
                "expires_at": time_text(row.expires_at),
                "browser": row.code_hash.endswith(BROWSER),
            }
            for row in db.execute(query)
        ]


def cancel_code(county: County, name: str) -> None:
    """Have a code that nobody has used work no more; UserError when there is none."""
    with county.writing() as db:
        which = enrolment.c.device_id.is_(None) & enrolment.c.code_hash.startswith(
            name.strip().lower(), autoescape=True
        )
        found = db.scalars(select(enrolment.c.code_hash).where(which)).all()
        if len(found) != 1 or len(name.strip()) < len(short(found[0])):
            raise UserError(
                tr("没有这个登记码，请用 gridapp county codes 查看它的编号")
            )
        db.execute(delete(enrolment).where(enrolment.c.code_hash == found[0]))
        acts.note(db, acts.CANCEL, short(found[0]))
