"""The region: its members, its date, and the files that draw it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path


@dataclass(frozen=True)
class Authority:
    """One member authority: ONS GSS code, name, and three-digit DfE number where given."""

    code: str
    name: str
    dfe: str | None = None


@dataclass(frozen=True)
class Group:
    """A sub-region: its name, and its members' GSS codes in the file's order."""

    name: str
    authorities: tuple[str, ...]


@dataclass(frozen=True)
class Region:
    """region.toml, read: `boundaries` and `roads` are whole paths, or None."""

    name: str
    as_at: date
    authorities: tuple[Authority, ...]
    boundaries: Path | None = None
    roads: Path | None = None
    groups: tuple[Group, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        """The GSS codes of the members, in the file's order."""
        return tuple(authority.code for authority in self.authorities)
