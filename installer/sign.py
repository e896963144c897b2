"""Signs Windows files with Authenticode, by osslsigncode; unsigned when nothing is set.

    GRIDAPP_SIGN_CERT   certificate and its chain (PEM, or .pfx together with the key)
    GRIDAPP_SIGN_KEY    private key (PEM), or a PKCS#11 URI of a token
    GRIDAPP_SIGN_PKCS11 the token's PKCS#11 module, when the key is in one
    GRIDAPP_SIGN_PASS   a file with the key's password, when it has one
    GRIDAPP_SIGN_TIME   address of a time-stamp server (RFC 3161); without one the
                        signature ends with the certificate

Called as a program with files, too: that is how NSIS has its uninstaller signed.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

OURS = frozenset({"gridapp.exe", "gridapp-cli.exe"})
UNSIGNED = "unsigned (no GRIDAPP_SIGN_CERT): Windows will call its publisher unknown"
PREFIX = "GRIDAPP_SIGN_"


class NotSigned(Exception):
    """The certificate or the key could not be used; what osslsigncode said."""


def wanted() -> bool:
    """Whether a certificate is named in the environment."""
    return bool(os.environ.get(PREFIX + "CERT"))


def sign(*files: Path) -> None:
    """Signs each file in place, by SHA-256; `NotSigned` leaves it as it was."""
    for file in files:
        signed = file.with_name(file.name + ".signed")
        signed.unlink(missing_ok=True)
        answer = subprocess.run(
            ["osslsigncode", "sign", *_arguments()]
            + ["-h", "sha256", "-n", "网格日志", "-in", str(file), "-out", str(signed)],
            capture_output=True,
            text=True,
            check=False,
        )
        if answer.returncode or not signed.is_file():
            signed.unlink(missing_ok=True)
            raise NotSigned(f"{file.name}: {answer.stdout}{answer.stderr}".strip())
        signed.replace(file)


def _arguments() -> list[str]:
    given = {
        name: os.environ.get(PREFIX + name, "")
        for name in ("CERT", "KEY", "PKCS11", "PASS", "TIME")
    }
    if not given["CERT"]:
        raise NotSigned(f"{PREFIX}CERT names no certificate")
    if not given["KEY"]:
        arguments = ["-pkcs12", given["CERT"]]
    else:
        arguments = ["-certs", given["CERT"], "-key", given["KEY"]]
    if given["PKCS11"]:
        arguments += ["-pkcs11module", given["PKCS11"]]
    if given["PASS"]:
        arguments += ["-readpass", given["PASS"]]
    if given["TIME"]:
        arguments += ["-ts", given["TIME"]]
    return arguments


if __name__ == "__main__":
    sign(*map(Path, sys.argv[1:]))
