"""What commissioning may spend, and over how long it pays back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

DAYS_A_YEAR = 365.25
DAYS_A_WEEK = 7


@dataclass(frozen=True)
class CommissionLimits:
    """commission.toml, `[limits]`; None is "none"."""

    capital: float | None = None
    """£, of all units."""
    standing_weekly: float | None = None
    """£ a week, of all units."""
    max_units: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    """Kind → units of it, of all options together."""


@dataclass(frozen=True)
class Commission:
    """commission.toml, read."""

    limits: CommissionLimits = CommissionLimits()
    payback_years: float = 10.0

    @property
    def payback_weeks(self) -> float:
        """The weeks over which capital is paid back: a unit costs capital_cost over them, each week."""
        return self.payback_years * DAYS_A_YEAR / DAYS_A_WEEK
