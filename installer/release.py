"""Makes and signs update files, at whoever builds: the program carries none of this.

    python installer/release.py keys new --out release.key
    python installer/release.py make OUT/gridapp-1.2.0-setup.exe --key release.key \
        --notes notes.md --out OUT

The release key is kept away from every network and server. Its file is sealed by a
password (Argon2id, RFC 9106; ChaCha20-Poly1305, RFC 8439); the password is typed unseen
or read from a file, never given on a command line. The public half goes into a build by
`installer/build.py --release-key release.key.pub`.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import os
import re
from collections.abc import Sequence
from pathlib import Path

import click
import msgspec
from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

import gridapp
from gridapp import durable, migrations
from gridapp.update import file as update_file
from gridapp.update.file import DEBIAN, KEY_BYTES, WINDOWS, Manifest

PASSES, MEMORY_KIB, LANES = 3, 262_144, 4  # of Argon2id: opened twice a year
_BOUND = b"gridapp release key 1"
_SHORTEST = 12  # characters of the password
_PLATFORMS = {".exe": WINDOWS, ".deb": DEBIAN}
_LANGUAGE = re.compile(r"^# *(zh|en) *$", re.MULTILINE)


class Sealed(msgspec.Struct):
    """The file of a release key."""

    format: int
    salt: bytes
    nonce: bytes
    sealed: bytes
    passes: int
    memory_kib: int
    lanes: int


class Refused(click.ClickException):
    """One sentence, exit code 1."""

    def show(self, file: object = None) -> None:
        click.echo(self.message, err=True)


def _cipher(one: Sealed, password: str) -> ChaCha20Poly1305:
    derived = hash_secret_raw(
        password.encode(),
        one.salt,
        one.passes,
        one.memory_kib,
        one.lanes,
        KEY_BYTES,
        Type.ID,
    )
    return ChaCha20Poly1305(derived)


def new_key(file: Path, password: str, name: str) -> Path:
    """Make a release key; the file of its public half, which builds are given."""
    seed = os.urandom(KEY_BYTES)
    salt, nonce = os.urandom(16), os.urandom(12)
    one = Sealed(1, salt, nonce, b"", PASSES, MEMORY_KIB, LANES)
    one.sealed = _cipher(one, password).encrypt(one.nonce, seed, _BOUND)
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    durable.write_whole(file, msgspec.json.encode(one))
    told = file.with_name(file.name + ".pub")
    told.write_text(f"{base64.b64encode(public).decode()} {name}\n", encoding="utf-8")
    return told


def open_key(file: Path, password: str) -> bytes:
    """The seed of a release key. Refused when the password is another."""
    try:
        one = msgspec.json.decode(file.read_bytes(), type=Sealed)
        return _cipher(one, password).decrypt(one.nonce, one.sealed, _BOUND)
    except InvalidTag:
        raise Refused("The password does not open this key.") from None
    except msgspec.MsgspecError:
        raise Refused(f"{file} is no release key.") from None


def notes_of(text: str) -> dict[str, str]:
    """The notes by language: parts under the lines `# zh` and `# en`."""
    parts = _LANGUAGE.split(text)
    found = dict(zip(parts[1::2], (one.strip() for one in parts[2::2]), strict=True))
    if not found.get("zh"):
        raise Refused("The notes need a part under a line `# zh`; `# en` may follow.")
    return found


def manifest_of(
    installer: Path, version: str, notes: dict[str, str], lowest: str
) -> Manifest:
    """What is signed of an installer that was built from this checkout."""
    platform = _PLATFORMS.get(installer.suffix)
    if platform is None:
        raise Refused("An update is made of a Setup.exe or a .deb.")
    with installer.open("rb") as opened:
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
    moment = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    made = Manifest(
        version,
        platform,
        installer.stat().st_size,
        digest,
        moment,
        lowest,
        migrations.HEAD,
        notes,
    )
    if installer.name != made.installer:
        raise Refused(f"The installer of {version} is called {made.installer}.")
    return made


def make(manifest: Manifest, installer: Path, seed: bytes, out: Path) -> Path:
    """Write the update file of that installer into the folder `out`."""
    target = out / manifest.name
    with durable.whole_file(target) as file:
        update_file.write(file, manifest, seed, installer)
    target.chmod(0o644)  # the county's own user publishes it, and it hides nothing
    return target


def _password(file: Path | None, *, new: bool) -> str:
    if file is not None:
        password = file.read_text(encoding="utf-8-sig").partition("\n")[0].strip("\r")
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=new)
    if new and len(password) < _SHORTEST:
        raise Refused(f"The password needs {_SHORTEST} characters.")
    return password


_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)
_PASSWORD_FILE = click.option("--password-file", type=_EXISTING)


@click.group()
def main() -> None:
    """Release keys and update files."""


@main.group()
def keys() -> None:
    """Release keys."""


@keys.command("new")
@click.option("--out", required=True, type=click.Path(path_type=Path))
@click.option("--name", default="", help="What the key is called, in its .pub file.")
@_PASSWORD_FILE
def keys_new(out: Path, name: str, password_file: Path | None) -> None:
    """Make a release key; keep its file away from every network, and a copy of it."""
    if out.exists():
        raise Refused(f"{out} is there already; a release key is not overwritten.")
    told = new_key(out, _password(password_file, new=True), name)
    click.echo(f"Sealed key: {out}\nPublic half, for builds: {told}")


@main.command("make")
@click.argument("installers", nargs=-1, required=True, type=_EXISTING)
@click.option("--key", required=True, type=_EXISTING)
@click.option("--notes", required=True, type=_EXISTING)
@click.option("--out", required=True, type=_FOLDER)
@click.option("--version", default=gridapp.__version__, show_default=True)
@click.option("--lowest", default="0.0", help="The lowest version it may be put over.")
@_PASSWORD_FILE
def make_command(
    installers: Sequence[Path],
    key: Path,
    notes: Path,
    out: Path,
    version: str,
    lowest: str,
    password_file: Path | None,
) -> None:
    """Sign installers that were built from this checkout; writes update files."""
    said = notes_of(notes.read_text(encoding="utf-8-sig"))
    for one in (version, lowest):
        try:
            update_file.numbers(one)
        except ValueError as error:
            raise Refused(f"{one} is no version: {error}.") from error
    made = [manifest_of(one, version, said, lowest) for one in installers]
    seed = open_key(key, _password(password_file, new=False))
    for manifest, installer in zip(made, installers, strict=True):
        click.echo(str(make(manifest, installer, seed, out)))


if __name__ == "__main__":
    main()
