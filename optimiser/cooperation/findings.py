"""What pooling buys and, said as plainly, what it does not: every authority alone against all together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from optimiser.cooperation.whole import ALONE, TOGETHER


@dataclass(frozen=True)
class Measure:
    """One figure of tiers.csv, of which less is better."""

    column: str
    label: str
    form: str
    """How a figure is written."""

    def shown(self, value: float) -> str:
        """The figure in words."""
        return self.form.format(value)


MEASURES = (
    Measure("unplaced", "Children without a place", "{:,.0f}"),
    Measure("separated_groups", "Sibling groups separated", "{:,.0f}"),
    Measure("mean_miles", "Mean miles from home", "{:.1f} miles"),
    Measure("over_far_miles", "Children far from home", "{:,.0f}"),
    Measure("weekly_cost_total", "Weekly cost of the children placed", "£{:,.0f}"),
)


@dataclass(frozen=True)
class Finding:
    """One measure: in all alone and together, and the authorities by what pooling does to them."""

    measure: Measure
    alone: float | None
    together: float | None
    worse: tuple[str, ...]
    same: tuple[str, ...]
    better: tuple[str, ...]

    @property
    def bought(self) -> bool:
        """Together is better in all, and worse for nobody."""
        known = self.alone is not None and self.together is not None
        return known and not self.worse and (self.together or 0.0) < (self.alone or 0.0)

    def sentence(self, names: Mapping[str, str]) -> str:
        """What pooling does not buy of this measure; with the authorities that are worse off."""
        if self.alone is None or self.together is None:
            return f"{self.measure.label}: not known, for no child is placed."
        figures = f"{self.measure.shown(self.together)} together, {self.measure.shown(self.alone)} alone"
        change = "higher" if self.together > self.alone else "lower"
        change = "no different" if self.together == self.alone else change
        told = f"{self.measure.label}: {change} in all ({figures})"
        if self.worse:
            told += f"; higher for {listed([names[code] for code in self.worse])}"
        if self.same:
            told += f"; no different for {listed([names[code] for code in self.same])}"
        return f"{told}."


def findings(tiers: Iterable[Mapping[str, str]]) -> tuple[Finding, ...]:
    """One finding for each measure, from the rows of tiers.csv."""
    at = {(row["scope"], row["authority"]): row for row in tiers if row["set"] == ""}
    codes = [code for scope, code in at if scope == TOGETHER and code]
    return tuple(_finding(measure, at, codes) for measure in MEASURES)


def _finding(
    measure: Measure, at: Mapping[tuple[str, str], Mapping[str, str]], codes: Sequence[str]
) -> Finding:
    def figure(scope: str, code: str) -> float | None:
        cell = at[scope, code][measure.column]
        return float(cell) if cell else None

    sides: dict[str, list[str]] = {"worse": [], "same": [], "better": []}
    for code in codes:
        alone, together = figure(ALONE, code), figure(TOGETHER, code)
        if alone is None or together is None:
            continue
        side = "same" if together == alone else "worse" if together > alone else "better"
        sides[side].append(code)
    return Finding(
        measure,
        figure(ALONE, ""),
        figure(TOGETHER, ""),
        **{side: tuple(named) for side, named in sides.items()},
    )


def not_bought(tiers: Iterable[Mapping[str, str]], names: Mapping[str, str]) -> list[str]:
    """A sentence for every measure that pooling does not better for everybody; `names` by GSS code."""
    return [finding.sentence(names) for finding in findings(tiers) if not finding.bought]


def listed(names: Sequence[str]) -> str:
    """Names in a sentence.

    >>> listed(["Durham", "Darlington", "Hartlepool"])
    'Durham, Darlington and Hartlepool'
    """
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)
