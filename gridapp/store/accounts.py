"""Who works with a vault: one account a person, each with a password of their own.

An account is a key slot (`slots`). Its id, name and role are sealed into it, so nobody
can change them in the file without the password. The first account of a vault is the
secretary's: whoever works alone may do everything.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from uuid import UUID, uuid4

from gridapp.roles import IT, ROLE_WORDS, SECRETARY, WORKER

ROLES = (WORKER, SECRETARY, IT)


@dataclass(frozen=True)
class Account:
    """One who may open the vault.

    `name` is "" until the vault knows its worker; `worker` is the record of the person,
    None while there is none.
    """

    id: str  # 32 hex digits
    name: str
    role: str  # one of ROLES
    worker: UUID | None = None

    @property
    def shown(self) -> str:
        """The name, or the role where there is no name yet."""
        return self.name or ROLE_WORDS[self.role]

    def packed(self) -> bytes:
        """What `unpacked` reads: for the process that opens the window next."""
        worker = self.worker.hex if self.worker else ""
        return json.dumps([self.id, self.name, self.role, worker]).encode()

    @classmethod
    def unpacked(cls, raw: bytes) -> Account:
        """The account of `packed`; ValueError when it is none."""
        account_id, name, role, worker = json.loads(raw)
        if role not in ROLES:
            raise ValueError("no role of an account")
        return cls(account_id, name, role, UUID(worker) if worker else None)


def new(name: str, role: str, worker: UUID | None = None) -> Account:
    """An account with a fresh id; ValueError when there is no such role."""
    if role not in ROLES:
        raise ValueError(f"no role of an account: {role}")
    return Account(uuid4().hex, name, role, worker)
