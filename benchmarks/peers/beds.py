"""The pure assignment part bed by bed, as one-to-one matchings need it, with a price for having no place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.pairs import Pairs, eligible_pairs
from optimiser.matching.instance import Floats, Instance, Ints


@dataclass(frozen=True)
class Beds:
    """Every eligible pair once for each vacancy there: arrays of one length."""

    child: Ints
    bed: Ints
    score: Floats
    provision_of_bed: Ints
    price_of_no_place: float
    """£ a week: more than all the scores together could save, so that fewest unplaced comes first."""


def beds_of_pairs(instance: Instance) -> Beds:
    """The beds; no more of a provision than there are children."""
    pairs: Pairs = eligible_pairs(instance)
    vacancies = np.minimum(instance.provisions.vacancies, len(instance.children))
    first = np.cumsum(vacancies) - vacancies
    count = vacancies[pairs.provision]
    row = np.repeat(np.arange(len(pairs)), count)
    offset = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    return Beds(
        child=pairs.child[row],
        bed=first[pairs.provision[row]] + offset,
        score=pairs.score[row],
        provision_of_bed=np.repeat(np.arange(len(vacancies)), vacancies),
        price_of_no_place=(len(instance.children) + 1.0) * (1.0 + float(pairs.score.max(initial=0.0))),
    )
