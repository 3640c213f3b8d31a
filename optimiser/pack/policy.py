"""The policy: what each thing is worth (£ a week) and which limits hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True)
class Prices:
    """What each thing is worth, £ a week (contract, section 1, `[prices]`)."""

    mile: float = 10.0
    far: float = 150.0
    far_miles: float = 20.0
    school_mile: float = 5.0
    suitable_not_preferred: float = 200.0
    requires_improvement: float = 100.0
    not_kinship: float = 500.0
    unplaced: float = 10_000.0
    """A child without a place; only `cooperate` reads it, for there the tiers are priced."""
    separated: float = 500.0
    """A sibling group separated; only `cooperate` reads it."""


@dataclass(frozen=True)
class Limits:
    """Limits that always hold (contract, section 1, `[limits]`); None is "none"."""

    max_miles: float = 60.0
    ofsted: tuple[str, ...] = ("outstanding", "good", "requires_improvement", "not_inspected")
    weekly_budget: float | None = None
    min_share_within_far_miles: float = 0.0
    authority_weekly_budget: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class Policy:
    """Prices, limits and what to do with sibling groups: `split` is `if_needed` or `never`."""

    prices: Prices = Prices()
    limits: Limits = Limits()
    split: str = "if_needed"
