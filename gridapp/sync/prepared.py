"""The first start of a laptop for which the county has prepared an enrolment file.

The vault begins with its grid, its worker and the invitation in it, all or nothing; the
county lets it in over the first connection there is, or by a stick. The file is removed
once the vault has what it says.
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from pathlib import Path

from gridapp import paths
from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.store import invited, state, vault
from gridapp.store.invited import Invited
from gridapp.store.vault import Store
from gridapp.sync import enrolment_file, pin
from gridapp.sync.enrolment_file import EnrolmentFile
from gridapp.sync.gridpkg import BadPackage
from gridapp.work import founding

_USED = "enrolment_file"  # id of the last one that this vault took in


def number_of(file: EnrolmentFile, typed: str) -> str:
    """The number that goes with the file, "" when none does. UserError with what is
    wrong about it."""
    if not file.said.pin:
        return ""
    try:
        return pin.checked(typed)
    except ValueError as error:
        raise UserError(str(error)) from None


def begin(folder: Path, password: str, file: EnrolmentFile, number: str) -> Store:
    """Make the vault that the file is for. UserError when that cannot be; then there is
    none, and nothing of it is left."""
    code, _ = file.said.grids[0]
    first = partial(_begin, file=file, number=number)
    return vault.create(folder, password, file.said.worker, code, first)


def _begin(store: Store, file: EnrolmentFile, number: str) -> None:
    said = file.said
    code, name = said.grids[0]
    founding.found(store, code, name, said.worker, said.role)
    accept(store, file, number)


def accept(store: Store, file: EnrolmentFile, number: str) -> None:
    """Take in what a file says: the next sync, or package, asks to be let in.

    BadPackage when this laptop is at home at a county already.
    """
    said = file.said
    with store.writing(remote=True) as tx:
        if state.value(tx.db, state.TOKEN):
            raise BadPackage("foreign", tr("这台电脑已经登记过，不用再登记"))
        one = Invited(
            said.code + number,
            file.server,
            file.epoch,
            file.keys.hex(),
            said.url,
            file=file.id,
            part=said.code if said.pin else "",
            refused=said.pin and not number,
        )
        invited.keep(tx.db, one)
        state.keep(tx.db, _USED, file.id)
        if said.ca:
            state.keep(tx.db, state.SERVER_CA, said.ca)


def take(store: Store, path: Path) -> str:
    """Take in a file on a laptop that is at work already; what to do next, in words.

    The number that goes with it is typed where a code is (`completed`). BadPackage when
    this laptop is at home at a county.
    """
    file = enrolment_file.usable(path)
    if _used(store) != file.id:
        accept(store, file, "")
    if not file.said.pin:
        return tr("登记文件收下了，连上县里后自动登记")
    return tr("登记文件收下了，请把县里告诉您的登记口令填在“登记码”里，再点登记")


def tidy(store: Store) -> None:
    """Remove the file that this vault has taken in, wherever it may; it is of no use to
    anybody any more, and where it cannot be removed it does no harm."""
    for path in paths.enrolment_files(store.folder):
        with suppress(OSError, UserError):
            if path.is_file() and enrolment_file.read(path).id == _used(store):
                path.unlink()


def _used(store: Store) -> str | None:
    with store.reading() as db:
        return state.value(db, _USED)


def completed(store: Store, typed: str) -> str:
    """The code that somebody means who types only the number of a file that was taken
    in before; any other text as it is."""
    with store.reading() as db:
        one = invited.read(db)
    if one is None or not one.part:
        return typed
    try:
        return one.part + pin.checked(typed)
    except ValueError:
        return typed
