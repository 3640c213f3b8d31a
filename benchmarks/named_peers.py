"""Peers by name, as a command line gives them."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable


def peers_among(known: Iterable[str]) -> Callable[[str], tuple[str, ...]]:
    """Reads names between commas; `argparse.ArgumentTypeError` where one is not known."""
    accepted = tuple(known)

    def names(text: str) -> tuple[str, ...]:
        found = tuple(text.split(","))
        unknown = [name for name in found if name not in accepted]
        if unknown:
            raise argparse.ArgumentTypeError(f"{', '.join(unknown)}: accepted: {', '.join(accepted)}")
        return found

    return names
