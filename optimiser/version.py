"""The version of the program, in one place: the wheel, `--version` and every manifest read it here."""

from __future__ import annotations

__version__ = "0.1.0"
