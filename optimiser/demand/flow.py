"""Children carried forward month by month through given rates: chances for those here, means for those to
come."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from optimiser.demand.history import CLASS_MONTHS, CLASSES, EIGHTEEN, ENTRY_AGES
from optimiser.demand.prediction import ALL
from optimiser.demand.states import BAND_BIRTHDAYS, BANDS, KINDS

AGES: Final = EIGHTEEN + 1
"""Completed months of age, 0 to 215; the last stands for 18 and over."""
CATEGORIES_SHOWN: Final = (*KINDS, "Fostering", ALL)
"""The kinds; Fostering is the first two of them."""

_CLASS_BEGINS = (*CLASS_MONTHS, AGES)
_BAND_BEGINS = (0, *(12 * years for years in BAND_BIRTHDAYS))
SHOWN: Final = np.column_stack([np.eye(len(KINDS)), [1, 1, 0, 0, 0], np.ones(len(KINDS))])
"""Kinds → categories shown."""

type Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Flow:
    """Children at the end of each month: arrays (months, draws of the rates, bands and all, categories
    shown).

    `mean` and `squares`: Σ p and Σ p² over the children in care at the start, p the chance of being in the
    cell; `to_come`: mean number of those who enter later.
    """

    mean: Floats
    squares: Floats
    to_come: Floats

    def __add__(self, other: Flow) -> Flow:
        return Flow(self.mean + other.mean, self.squares + other.squares, self.to_come + other.to_come)


@dataclass(frozen=True)
class Month:
    """`moves`: rates a day, (draws, classes of ages, kinds, kinds + 1); `entries`: mean entrants of the
    month, (draws, ages at entry, kinds); `days`: its length."""

    moves: Floats
    entries: Floats
    days: int


def flow_from_months(now: NDArray[np.int64], months: list[Month], left_at_18: Floats) -> Flow:
    """The flow of one authority's children, `now` by months of age and kind, through its months."""
    ages, kinds = np.nonzero(now)
    weights = now[ages, kinds].astype(float)
    chances = np.zeros((len(left_at_18), len(ages), len(KINDS)))
    chances[:, np.arange(len(ages)), kinds] = 1.0
    coming = np.zeros((len(left_at_18), AGES, len(KINDS)))
    every_age = np.arange(AGES)
    found = []
    for month, (whole, half) in zip(months, _matrices(months), strict=True):
        chances = _moved(chances, ages, whole)
        chances[:, ages == EIGHTEEN - 1] *= (1 - left_at_18)[:, None, None]
        ages = np.minimum(ages + 1, EIGHTEEN)
        coming = _grown(_moved(coming, every_age, whole), left_at_18)
        new = _ENTERED @ (month.entries[:, :, None, :] @ half[:, _CLASS_OF_ENTRY])[:, :, 0]
        new[:, EIGHTEEN] *= (1 - left_at_18)[:, None]
        coming += new
        bands = _band_rows(ages) * weights
        found.append(
            (
                bands @ chances @ SHOWN,
                bands @ (chances @ SHOWN) ** 2,
                _EVERY_BAND @ coming @ SHOWN,
            )
        )
    return Flow(*(np.stack(part) for part in zip(*found, strict=True)))


def _matrices(months: list[Month]) -> Iterator[tuple[Floats, Floats]]:
    """Where children of each class and kind are after the month, and after half of it; made once for months
    that are alike."""
    made: dict[tuple[int, int], tuple[Floats, Floats]] = {}
    for month in months:
        key = (id(month.moves), month.days)
        if key not in made:
            half = _exponential(_generator(month.moves) * (month.days / 2))
            made[key] = (half @ half, half)
        yield made[key]


def _generator(moves: Floats) -> Floats:
    """Rates between kinds, the diagonal less all that leaves."""
    generator = moves[..., :-1].copy()
    diagonal = np.arange(len(KINDS))
    generator[..., diagonal, diagonal] -= moves.sum(axis=-1)
    return generator


def _exponential(matrices: Floats) -> Floats:
    """exp of each matrix, by squaring a Taylor polynomial (Moler & Van Loan 2003, SIAM Review 45, method
    3)."""
    size = float(np.abs(matrices).sum(axis=-1).max(initial=0.0))
    squarings = max(0, int(np.ceil(np.log2(max(size, 1e-12) / 0.125))))
    small = matrices / 2**squarings
    unit = np.eye(matrices.shape[-1])
    found: Floats = unit + small / 6
    for order in (5, 4, 3, 2, 1):
        found = unit + small @ found / order
    for _ in range(squarings):
        found = found @ found
    return found


def _moved(cells: Floats, ages: NDArray[np.int64], whole: Floats) -> Floats:
    """Each row of (draws, rows, kinds), rows sorted by age, through the matrix of its class of ages."""
    found = np.empty_like(cells)
    begins = np.searchsorted(ages, _CLASS_BEGINS)
    for number in range(CLASSES):
        rows = slice(begins[number], begins[number + 1])
        np.matmul(cells[:, rows], whole[:, number], out=found[:, rows])
    return found


def _grown(coming: Floats, left_at_18: Floats) -> Floats:
    """A month older; at 18 most leave."""
    found = np.zeros_like(coming)
    found[:, 1:] = coming[:, :-1]
    found[:, EIGHTEEN] *= (1 - left_at_18)[:, None]
    found[:, EIGHTEEN] += coming[:, EIGHTEEN]
    return found


def _band_rows(ages: NDArray[np.int64]) -> Floats:
    """1 where a row of that age is in the band, the last band being all: (bands + 1, rows)."""
    bands = np.searchsorted(_BAND_BEGINS, ages, side="right") - 1
    return np.concatenate([bands == np.arange(len(BANDS))[:, None], np.ones((1, len(ages)))]).astype(float)


def shown_by_band(children: Floats) -> Floats:
    """(areas, months of age, kinds) as (areas, bands + 1, categories shown)."""
    return _EVERY_BAND @ children @ SHOWN


def _entered_at() -> Floats:
    """The age in months, at the end of the month, of those who entered at each class of ages: of all ages in
    it alike, and half of them a month older by then. Shares, (months of age, classes of ages)."""
    shares = np.zeros((AGES, len(ENTRY_AGES)))
    for number, (begin, end) in enumerate(zip(ENTRY_AGES, (*ENTRY_AGES[1:], EIGHTEEN), strict=True)):
        shares[begin:end, number] += 0.5 / (end - begin)
        shares[begin + 1 : end + 1, number] += 0.5 / (end - begin)
    return shares


_CLASS_OF_ENTRY = np.searchsorted(CLASS_MONTHS, ENTRY_AGES, side="right") - 1
_ENTERED = _entered_at()
_EVERY_BAND = _band_rows(np.arange(AGES))
