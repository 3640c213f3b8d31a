"""Zips as they should not be."""

from __future__ import annotations


def locked(content: bytes) -> bytes:
    """The zip, every file in it marked as locked with a password: bit 0 of the flags in both its headers.

    Source: PKWARE's APPNOTE.TXT, 4.3.7 and 4.3.12.
    """
    found = bytearray(content)
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(signature)
        while at >= 0:
            found[at + flags] |= 1
            at = content.find(signature, at + 1)
    return bytes(found)
