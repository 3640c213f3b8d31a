"""The best answer of facility location so far, and what a better one may cost."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from optimiser.commissioning.facility_bound import Bound, Dense, open_sites
from optimiser.commissioning.facility_search import assigned, improved
from optimiser.matching.instance import Ints

CLOSE = 1e-9
"""Relative: a value and a bound so near each other are the same."""
NEARLY_ONE = 1 - 1e-6
"""Where every answer costs a whole number, a bound above the best less one proves it."""
PROMISING = 0.05
"""Of the best value: a first draft that is dearer by more is not improved."""
MOST_TRIED = 400
"""Sets of sites."""


@dataclass
class Best:
    """The best answer so far, and the sites tried. `whole`: every answer costs a whole number."""

    dense: Dense
    whole: bool
    value: float = np.inf
    site_of_unit: Ints | None = None
    opened: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    tried: set[bytes] = field(default_factory=set)

    def __call__(self, bound: Bound) -> float:
        """The value, after a look at the sites that the relaxation opens."""
        if len(self.tried) < MOST_TRIED:
            opened = open_sites(bound)
            self.look(opened)
            # Where none is found there may be too little room: then one site more, and one more again.
            for more in np.argsort(bound.worth, kind="stable").tolist():
                if self.site_of_unit is not None or len(opened) >= self.dense.most:
                    break
                if more not in opened:
                    opened = np.sort(np.append(opened, more))
                    self.look(opened)
        return self.value

    def look(self, opened: Ints) -> Ints | None:
        """The open sites of the answer found with these, where it is the best so far."""
        if opened.tobytes() in self.tried:
            return None
        self.tried.add(opened.tobytes())
        draft, before = assigned(self.dense, opened), self.value
        if draft is None or draft.value >= before * (1 + PROMISING):
            return None
        improved(draft)
        self.tried.add(draft.open.tobytes())
        self.hold(draft.value, draft.open[draft.at], draft.open)
        return draft.open if self.value < before else None

    def hold(self, value: float, site_of_unit: Ints, opened: Ints) -> None:
        """Remember the answer if it is the best."""
        if value < self.value:
            self.value, self.site_of_unit, self.opened = value, site_of_unit, opened

    @property
    def slack(self) -> float:
        """A better answer is better by so much."""
        if np.isinf(self.value):
            return 0.0
        return NEARLY_ONE if self.whole else CLOSE * max(abs(self.value), 1.0)

    @property
    def better(self) -> float:
        """A better answer costs at most this."""
        return self.floor(self.value - self.slack)

    @property
    def gap_abs(self) -> float:
        """Of a programme for the rest: no answer is better by less."""
        return NEARLY_ONE if self.whole else 0.0

    def floor(self, value: float) -> float:
        """What an answer of at most the value costs at most."""
        return float(np.floor(value + CLOSE * abs(value))) if self.whole else value
