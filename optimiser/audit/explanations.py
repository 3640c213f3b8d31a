"""Why every child lives where it does, or nowhere: one record a child, for explanations.jsonl.

Money is £ a week in whole pence: the terms of a score sum to it to the digit. What is said of prices rests
on the duals of the tier-3 relaxation, and what is said of a change on `explain_changes`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from optimiser import terms
from optimiser.allocation.columns import blocks_of_children
from optimiser.allocation.solution import Solution
from optimiser.audit.allocations import file_rows
from optimiser.audit.explain_better import WHY_NOT, Better, Survey, survey
from optimiser.audit.explain_changes import SMALL, Confirmation, Repair, smallest_change
from optimiser.audit.explain_situation import Situation
from optimiser.audit.reasons import unplaced_reasons
from optimiser.errors import InputError
from optimiser.matching.distance import home_miles
from optimiser.matching.eligibility import RULES
from optimiser.matching.instance import Instance, Ints
from optimiser.matching.score import score, score_terms
from optimiser.pack.pack import Pack

NEAREST = 20
"""How many of the nearest places are asked which rule excludes the child."""
SOLVES = 12
"""How often, in all, a small region is solved again to confirm changes."""
MILES_DECIMALS = 3


@dataclass(frozen=True)
class Place:
    """Where a child lives, and what it scores there, £ a week."""

    provision_id: str
    kind: str
    miles: float
    score: float
    terms: Mapping[str, float]
    """The terms of `terms.SCORE_TERMS`; they sum to `score`."""


@dataclass(frozen=True)
class Occupants:
    """Children who live in a place together, and what it would cost them, £ a week, to live elsewhere."""

    children: tuple[str, ...]
    moving_cost: float | None
    """More score, and the worth of the place they would take; None where no other place is eligible."""


@dataclass(frozen=True)
class BetterPlace:
    """An eligible place that scores better for the child than where it lives, and why it is not there."""

    provision_id: str
    miles: float
    score: float
    saving: float | None
    """£ a week less than now, for this child alone; None where it has no place now."""
    why_not: str
    """One of `explain_better.WHY_NOT`."""
    children: tuple[str, ...]
    """Who stands in the way: the siblings, the incompatible, or all who live there; none for a limit."""
    group_saving: float | None
    """£ a week less for all who would move as one, if negative more; None where they cannot live there."""
    places: int
    """How many places there all who would move as one would take."""
    worth: float
    """£ a week: what so many places there are worth to the region, at the vacancy price of the provision."""
    settled_by_price: bool
    """At the prices of places and limits the move saves nothing; else whole numbers settle it, not prices."""
    taken_by: tuple[Occupants, ...]
    """Who has the places, where `why_not` is `full`."""


@dataclass(frozen=True)
class Change:
    """A change after which the children could live somewhere, with everybody else but `moves` staying.

    What is None, empty, 0 or False stays as it is.
    """

    children: tuple[str, ...]
    home_id: str
    """The provision where the children could live."""
    moves: tuple[str, ...]
    """Children who would move from there to `provision_id`."""
    provision_id: str
    """The provision that places, ages and skills are about."""
    more_places: int
    """Places and vacancies, both."""
    max_miles: float | None
    age_min: int | None
    age_max: int | None
    more_skills: tuple[str, ...]
    split_if_needed: bool
    weekly_budget: float | None
    authority_weekly_budget: Mapping[str, float]
    min_share_within_far_miles: float | None
    confirmed: str
    """`solved`: every best allocation after the change places the child, by solving again. `arithmetic`:
    one child fewer would be without a place, and this one could have it; who gets it was not solved."""


@dataclass(frozen=True)
class NoPlace:
    """Why a child has no place."""

    reason: str
    """One of `terms.REASONS`."""
    nearest: int
    """How many of the nearest places were looked at."""
    excluded: int
    """How many of them no rule allows for the child."""
    excluded_by: Mapping[str, int]
    """Rule → how many of them it excludes; a place that several rules exclude counts under each."""
    change: Change | None
    """The smallest change that would place the child; None where no change considered would."""


@dataclass(frozen=True)
class Explanation:
    """One child: where it lives and why, or why nowhere."""

    child_id: str
    authority: str
    place: Place | None
    no_place: NoPlace | None
    better: int
    """How many eligible places score better (all eligible places, for a child without a place)."""
    better_by_why_not: Mapping[str, int]
    better_places: tuple[BetterPlace, ...]
    """The best-scoring of them."""


def explanations(
    pack: Pack, instance: Instance, solution: Solution, *, solves: int = SOLVES
) -> tuple[Explanation, ...]:
    """One explanation a child, in the order of children.csv.

    Regions of up to `explain_changes.SMALL` children are solved again at most `solves` times.
    """
    if not len(instance.children):
        return ()
    writer = _Writer(pack, instance, solution, solves=solves)
    by_index = writer.explanations()
    order = np.argsort(file_rows(pack.children["child_id"]), kind="stable")
    return tuple(by_index[index] for index in order.tolist())


def jsonl_from_explanations(found: Iterable[Explanation]) -> bytes:
    """explanations.jsonl: one JSON object a line, ASCII, no NaN."""
    return "".join(json.dumps(asdict(each), allow_nan=False) + "\n" for each in found).encode()


def explanation_of_child(lines: bytes, child_id: str) -> Explanation:
    """The explanation of one child out of explanations.jsonl; raises `InputError` where it is not there."""
    for number, line in enumerate(lines.splitlines(), start=1):
        try:
            document = json.loads(line)
            if document["child_id"] == child_id:
                return explanation_from_json(document)
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(
                f"explanations.jsonl:{number}: not an explanation as allocate writes it"
            ) from error
    raise InputError(f"{child_id} is no child of this run; accepted: a child_id of its allocations.csv")


def explanation_from_json(document: Mapping[str, Any]) -> Explanation:
    """The record that one line of explanations.jsonl holds."""
    place, no_place = document["place"], document["no_place"]
    return Explanation(
        **{
            **document,
            "place": None if place is None else Place(**place),
            "no_place": None if no_place is None else _no_place_from_json(no_place),
            "better_places": tuple(_better_from_json(each) for each in document["better_places"]),
        }
    )


def _no_place_from_json(document: Mapping[str, Any]) -> NoPlace:
    change = document["change"]
    if change is not None:
        lists = {name: tuple(change[name]) for name in ("children", "moves", "more_skills")}
        change = Change(**{**change, **lists})
    return NoPlace(**{**document, "change": change})


def _better_from_json(document: Mapping[str, Any]) -> BetterPlace:
    taken_by = tuple(Occupants(tuple(each["children"]), each["moving_cost"]) for each in document["taken_by"])
    return BetterPlace(**{**document, "children": tuple(document["children"]), "taken_by": taken_by})


def pence(value: float) -> int:
    """£ in whole pence, as two decimals are printed everywhere."""
    return int(f"{value + 0.0:.2f}".replace(".", ""))


def terms_in_pounds(parts: Mapping[str, float], total: float) -> dict[str, float]:
    """The terms in whole pence, summing to `total` in whole pence: the largest remainders are rounded up.

    >>> terms_in_pounds({"a": 1.004, "b": 1.004, "c": 1.003}, 3.011)
    {'a': 1.01, 'b': 1.0, 'c': 1.0}
    """
    down = {name: math.floor(value * 100 + 1e-6) for name, value in parts.items()}
    missing = pence(total) - sum(down.values())
    by_remainder = sorted(parts, key=lambda name: down[name] - parts[name] * 100)
    for name in by_remainder[: max(missing, 0)]:
        down[name] += 1
    for name in by_remainder[len(by_remainder) + min(missing, 0) :]:
        down[name] -= 1
    return {name: value / 100 for name, value in down.items()}


class _Writer:
    """Turns indices into records; holds what every child's record needs."""

    def __init__(self, pack: Pack, instance: Instance, solution: Solution, *, solves: int) -> None:
        self._instance, self._solution = instance, solution
        self._situation = Situation(instance, solution.placement)
        self._survey: Survey = survey(self._situation, solution, list(blocks_of_children(instance)))
        self._reasons = unplaced_reasons(instance, solution.placement)
        self._confirmation = (
            Confirmation(instance, solves=solves) if len(instance.children) <= SMALL else None
        )
        self._child_ids: list[str] = instance.children.id.tolist()
        self._provision_ids: list[str] = instance.provisions.id.tolist()
        self._skills = dict(zip(pack.provision["provision_id"], pack.provision["skills"], strict=True))
        self._needs = dict(zip(pack.children["child_id"], pack.children["needs"], strict=True))

    def explanations(self) -> list[Explanation]:
        """One record a child, as the instance orders them."""
        places, no_places, better = self._places(), self._no_places(), self._better_places()
        counts = self._survey.counts
        return [
            Explanation(
                child_id=name,
                authority=str(self._instance.children.authority[child]),
                place=places.get(child),
                no_place=no_places.get(child),
                better=int(counts[child].sum()),
                better_by_why_not={
                    WHY_NOT[code]: int(counts[child, code]) for code in np.flatnonzero(counts[child]).tolist()
                },
                better_places=tuple(better.get(child, ())),
            )
            for child, name in enumerate(self._child_ids)
        ]

    def _places(self) -> dict[int, Place]:
        instance = self._instance
        c = np.flatnonzero(self._solution.placement >= 0)
        p = self._solution.placement[c]
        miles, total = home_miles(instance, c, p).tolist(), score(instance, c, p).tolist()
        each = {name: values.tolist() for name, values in score_terms(instance, c, p).items()}
        return {
            child: Place(
                provision_id=self._provision_ids[provision],
                kind=terms.KINDS[int(instance.provisions.kind[provision])],
                miles=round(miles[row], MILES_DECIMALS),
                score=pence(total[row]) / 100,
                terms=terms_in_pounds({name: each[name][row] for name in terms.SCORE_TERMS}, total[row]),
            )
            for row, (child, provision) in enumerate(zip(c.tolist(), p.tolist(), strict=True))
        }

    # -- better places -----------------------------------------------------------------------------

    def _better_places(self) -> dict[int, list[BetterPlace]]:
        best: Better = self._survey.best
        instance, placement = self._instance, self._solution.placement
        home = placement[best.child]
        now = np.full(len(home), np.nan)
        placed = home >= 0
        now[placed] = score(instance, best.child[placed], home[placed])
        miles = home_miles(instance, best.child, best.provision).tolist()
        found: dict[int, list[BetterPlace]] = {}
        for row, (child, provision) in enumerate(
            zip(best.child.tolist(), best.provision.tolist(), strict=True)
        ):
            why = WHY_NOT[int(best.why[row])]
            extra = float(best.mover_extra[row])
            found.setdefault(child, []).append(
                BetterPlace(
                    provision_id=self._provision_ids[provision],
                    miles=round(miles[row], MILES_DECIMALS),
                    score=pence(float(best.score[row])) / 100,
                    saving=pence(float(now[row] - best.score[row])) / 100 if placed[row] else None,
                    why_not=why,
                    children=self._in_the_way(child, provision, why),
                    group_saving=pence(-extra) / 100 if placed[row] and math.isfinite(extra) else None,
                    places=int(best.places[row]),
                    worth=pence(float(best.places[row] * self._solution.vacancy_price[provision])) / 100,
                    settled_by_price=bool(best.priced_out[row]),
                    taken_by=self._occupants(provision) if why == "full" else (),
                )
            )
        return found

    def _in_the_way(self, child: int, provision: int, why: str) -> tuple[str, ...]:
        situation = self._situation
        mover = int(situation.mover[child])
        if why == "siblings":
            return self._names(other for other in situation.movers[mover] if other != child)
        if why == "incompatible":
            return self._names(situation.kept_out(mover)[provision])
        if why in ("full", "solo_there", "needs_it_alone"):
            return self._names(
                other for each in situation.living.get(provision, ()) for other in situation.movers[each]
            )
        return ()

    def _occupants(self, provision: int) -> tuple[Occupants, ...]:
        found = []
        for mover in self._situation.living.get(provision, ()):
            cost = float(self._survey.moving_cost[mover])
            found.append(
                Occupants(
                    children=self._names(self._situation.movers[mover]),
                    moving_cost=pence(cost) / 100 if math.isfinite(cost) else None,
                )
            )
        return tuple(found)

    def _names(self, children: Iterable[int]) -> tuple[str, ...]:
        return tuple(self._child_ids[child] for child in children)

    # -- without a place ---------------------------------------------------------------------------

    def _no_places(self) -> dict[int, NoPlace]:
        unplaced = np.flatnonzero(self._solution.placement < 0)
        nearest = self._nearest(unplaced)
        allowed = {name: rule(self._instance, unplaced[:, None], nearest) for name, rule in RULES.items()}
        every = np.ones(nearest.shape, dtype=np.bool_)
        for holds in allowed.values():
            every = every & holds
        return {
            child: NoPlace(
                reason=self._reasons[child],
                nearest=nearest.shape[1],
                excluded=int((~every[row]).sum()),
                excluded_by={
                    name: int((~holds[row]).sum()) for name, holds in allowed.items() if not holds[row].all()
                },
                change=self._change(child),
            )
            for row, child in enumerate(unplaced.tolist())
        }

    def _nearest(self, children: Ints) -> Ints:
        """Shape (children, up to `NEAREST`): the provisions nearest to home; ties by identifier."""
        every = np.arange(len(self._instance.provisions))[None, :]
        found = [
            np.argsort(home_miles(self._instance, children[[row]][:, None], every)[0], kind="stable")[
                :NEAREST
            ]
            for row in range(len(children))
        ]
        return np.array(found, dtype=np.int64).reshape(len(children), min(NEAREST, every.shape[1]))

    def _change(self, child: int) -> Change | None:
        repair, solved = smallest_change(self._situation, child, self._confirmation)
        if repair is None:
            return None
        provision = self._provision_ids[repair.provision]
        return Change(
            children=self._names(repair.members),
            home_id=self._provision_ids[repair.home],
            moves=self._names(repair.moved),
            provision_id=provision,
            more_places=repair.places,
            max_miles=repair.max_miles,
            age_min=None if repair.ages is None else repair.ages[0],
            age_max=None if repair.ages is None else repair.ages[1],
            more_skills=self._lacking(repair, provision),
            split_if_needed=repair.split,
            weekly_budget=repair.weekly_budget,
            authority_weekly_budget=dict(repair.authority_weekly_budget),
            min_share_within_far_miles=repair.share,
            confirmed="solved" if solved else "arithmetic",
        )

    def _lacking(self, repair: Repair, provision: str) -> tuple[str, ...]:
        wanted = {need for child in repair.needs for need in self._needs[self._child_ids[child]]}
        return tuple(sorted(wanted - set(self._skills[provision])))
