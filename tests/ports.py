"""Ports of this machine for servers that must be started on a known one."""

import socket


def kept_port() -> socket.socket:
    """A socket bound to a port that nobody else is given while it is open, though a
    server may listen on it, die, and listen on it again.

    A port that was only free a moment ago may be any connection's by the time that the
    server wants it. Nobody listens here, so SO_REUSEADDR lets a server bind beside it.
    """
    kept = socket.socket()
    kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    kept.bind(("127.0.0.1", 0))
    return kept
