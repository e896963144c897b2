"""Updates of the laptops' program that the county passes on, and to whom.

They lie in `updates/` of the server's folder, `offers.json` beside them says who gets
them. The county cannot make one: laptops believe the release key alone, so whoever
takes the server over can keep updates back and do no more (SECURITY.md).
"""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec
from filelock import FileLock

from gridapp import durable
from gridapp.county import acts, org
from gridapp.county.rights import Device
from gridapp.county.store import County
from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models.kinds import now, time_text
from gridapp.models.place import grid_id
from gridapp.sync.protocol import Refused
from gridapp.update import file as update_file
from gridapp.update.file import PLATFORMS, Manifest, numbers

FOLDER, OFFERS = "updates", "offers.json"
EVERYBODY = 100  # per cent
_LOCK = ".lock"


class Offer(msgspec.Struct):
    """An update and who gets it: laptops with one of `grids`, and `share` per cent of
    all, who are the same ones when the share grows."""

    id: str  # of its Head
    manifest: Manifest
    published_at: str
    grids: list[str] = []  # codes
    share: int = EVERYBODY

    def is_for(self, device: Device) -> bool:
        """Whether that laptop gets it."""
        if any(grid_id(one) in device.grids for one in self.grids):
            return True
        lot = hashlib.sha256(self.id.encode() + device.id.bytes).digest()
        return int.from_bytes(lot[:4]) % EVERYBODY < self.share


def offers(county: County) -> list[Offer]:
    """All that are published, the newest version first."""
    path = county.folder / FOLDER / OFFERS
    try:
        found = msgspec.json.decode(path.read_bytes(), type=list[Offer])
    except FileNotFoundError:
        return []
    except msgspec.MsgspecError as error:
        words = tr("{file} 已损坏，请删掉它，再重新发布更新", file=path)
        raise UserError(words) from error
    return sorted(found, key=lambda one: numbers(one.manifest.version), reverse=True)


def publish(
    county: County,
    file: Path,
    keys: Sequence[bytes],
    grids: Sequence[str] = (),
    share: int | None = None,
) -> Offer:
    """Offer an update to laptops, once every byte of it was looked at.

    keys: the release keys that this program believes; with none, the signature is left
    to the laptops. UserError, and nothing changed, when it is none.
    """
    target = county.folder / FOLDER
    durable.make_folder(target)
    with _changing(county) as found, file.open("rb") as source:
        head = update_file.read_head(source)
        if keys:
            update_file.prove(head, keys)
        with durable.whole_file(target / head.manifest.name) as out:
            out.write(head.raw)
            update_file.copy_installer(source, head, out)
        made = Offer(head.id, head.manifest, time_text(now()))
        _set(county, made, grids, share)
        others = (one for one in found if one.manifest.name != made.manifest.name)
        found[:] = [*others, made]
    _note(county, acts.UPDATE, made)
    return made


def offer(
    county: County, version: str, grids: Sequence[str], share: int | None
) -> list[Offer]:
    """Say anew who gets a version; without grids and share everybody does."""
    with _changing(county) as found:
        changed = _of_version(found, version)
        for one in changed:
            _set(county, one, grids, share)
    for one in changed:
        _note(county, acts.UPDATE, one)
    return changed


def withdraw(county: County, version: str) -> None:
    """Offer a version no more: laptops that have it and have not yet applied it let it
    go when they ask next. One that is in stays; a newer version mends it."""
    with _changing(county) as found:
        gone = _of_version(found, version)
        found[:] = [one for one in found if one not in gone]
    for one in gone:
        (county.folder / FOLDER / one.manifest.name).unlink(missing_ok=True)
        _note(county, acts.WITHDRAW, one)


def head_for(county: County, device: Device, platform: str) -> bytes:
    """The head of the newest update for a laptop of that system; b"" when there is
    none. Refused when there is no such system."""
    if platform not in PLATFORMS:
        raise _absent()
    for one in offers(county):
        if one.manifest.platform == platform and one.is_for(device):
            try:
                with _file(county, one).open("rb") as source:
                    return update_file.read_head(source).raw
            except OSError:  # withdrawn meanwhile, or removed by hand
                continue
    return b""


def found(county: County, device: Device, platform: str, name: str) -> Path:
    """The file of an update for that laptop; Refused when it has none."""
    for one in offers(county):
        told = one.manifest.platform, one.id
        if told == (platform, name) and one.is_for(device):
            path = _file(county, one)
            if path.exists():
                return path
    raise _absent()


def _file(county: County, one: Offer) -> Path:
    return county.folder / FOLDER / one.manifest.name


def _absent() -> Refused:
    return Refused("update", tr("县里没有这个更新"))


def _set(county: County, one: Offer, grids: Sequence[str], share: int | None) -> None:
    with county.reading() as db:
        for code in grids:
            org.grid_of(db, code)
    if share is not None and not 0 <= share <= EVERYBODY:
        raise UserError(tr("比例请写 0 到 100"))
    one.grids = list(grids)
    one.share = share if share is not None else 0 if grids else EVERYBODY


def _of_version(found: Sequence[Offer], version: str) -> list[Offer]:
    named = [one for one in found if one.manifest.version == version]
    if not named:
        known = tr("、").join(sorted({one.manifest.version for one in found}))
        raise UserError(
            tr(
                "没有发布过 {version}，发布着的有：{known}",
                version=version,
                known=known or tr("没有"),
            )
        )
    return named


@contextmanager
def _changing(county: County) -> Generator[list[Offer]]:
    """The offers, to be changed by one command at a time; kept when all went well."""
    folder = county.folder / FOLDER
    durable.make_folder(folder)
    with FileLock(folder / _LOCK):
        now_offered = offers(county)
        yield now_offered
        durable.write_whole(folder / OFFERS, msgspec.json.encode(now_offered))


def _note(county: County, what: str, one: Offer) -> None:
    detail = " ".join([one.manifest.platform, f"{one.share}%", *one.grids])
    with county.writing() as db:
        acts.note(db, what, one.manifest.version, detail)
