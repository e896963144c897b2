"""Updates without a network: one signed file, from the county or from a stick.

Whoever holds the county server, a stick or the line can keep an update away, never make
one: only the release key signs, which is at no server (docs/protocol.md, "Updates").
"""
