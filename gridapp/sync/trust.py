"""Whose certificate a laptop believes: those this system trusts, and its county's own.

A county may have made its own certificate authority. Its file is given when a laptop
is enrolled and kept in the vault; it says nothing secret.
"""

from __future__ import annotations

import ssl
from pathlib import Path

import certifi
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.store import state
from gridapp.store.vault import Store

_MOST = 1 << 20  # bytes of a file of certificates

# Why a certificate is not believed, by OpenSSL's number (openssl/x509_vfy.h).
_WHY = {
    9: tr("县级服务器的证书还没有生效。请先核对这台电脑的日期和时间"),
    10: tr("县级服务器的证书已过期。请先核对这台电脑的日期，再联系县里换证书"),
    62: tr("证书不是这个地址的。请核对服务器地址，仍不对就联系县里"),
    64: tr("证书不是这个地址的。请核对服务器地址，仍不对就联系县里"),
}
_STRANGE = tr(
    "不认识县级服务器的证书。请向县里要证书文件，登记时选上它（命令行用 --ca）"
)


def read(file: Path) -> str:
    """The certificates of a PEM file; UserError when there are none in it."""
    with file.open("rb") as source:
        content = source.read(_MOST)
    try:
        found = x509.load_pem_x509_certificates(content)
    except ValueError as error:
        raise UserError(
            tr("{file} 里没有证书，请向县里要 PEM 格式的证书文件", file=file.name)
        ) from error
    return "".join(one.public_bytes(Encoding.PEM).decode() for one in found)


def keep(store: Store, certificates: str) -> None:
    """Believe the county's own certificates from now on."""
    with store.writing(remote=True) as tx:
        state.keep(tx.db, state.SERVER_CA, certificates)


def context(certificates: str) -> ssl.SSLContext:
    """TLS 1.2 or newer that checks the name and believes these besides the usual."""
    found = ssl.create_default_context()
    found.minimum_version = ssl.TLSVersion.TLSv1_2
    found.load_verify_locations(cafile=certifi.where())
    if certificates:
        found.load_verify_locations(cadata=certificates)
    return found


def why(error: BaseException) -> str | None:
    """What to do when a certificate is not believed; None when that was not it."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLCertVerificationError):
            return _WHY.get(seen.verify_code, _STRANGE)
        seen = seen.__cause__ or seen.__context__
    return None
