"""Where a county is reached: what its address looks like, and whether it protects.

The one place for it: laptops that connect, and the county that writes its address into
their files, ask here.
"""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from gridapp.errors import UserError
from gridapp.language import tr

_SCHEMES = ("http://", "https://")


def checked(typed: str) -> str:
    """An address as it is kept and used; UserError when it cannot be one."""
    address = typed.strip().rstrip("/")
    if not address.startswith(_SCHEMES):
        raise UserError(tr("服务器地址应以 http:// 或 https:// 开头"))
    if not _host_of(address):
        raise UserError(tr("服务器地址不对，请核对后再试"))
    return address


def is_encrypted(address: str) -> bool:
    """Whether what goes there is read by nobody on the way (TLS)."""
    return address.startswith("https://")


def warning(typed: str) -> str:
    """What it means that nothing encrypts the way to that address; "" where nobody is
    on the way, or it is no address."""
    address = typed.strip()
    host = _host_of(address)
    if not host or not address.startswith("http://") or is_this_machine(host):
        return ""
    return tr(
        "注意：{address} 不加密（http://），登记码、登录凭据和居民信息在路上谁都"
        "看得见、改得了，也认不出回答的是不是县里的服务器。请用 https:// 的地址",
        address=address,
    )


def is_this_machine(host: str) -> bool:
    """Whether a host's name or address stays on this computer (RFC 6761, 6.3)."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _host_of(address: str) -> str:
    """The host in an address; "" when there is none that could be asked."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        return "" if parts.port == 0 or any(map(str.isspace, address)) else host
    except ValueError:  # half a bracket, a port that is no number
        return ""
