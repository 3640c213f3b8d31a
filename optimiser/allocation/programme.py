"""The restricted programme: the columns admitted so far, every row, one tier's objective."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import pulp

from optimiser.allocation.columns import Columns, Units
from optimiser.allocation.families import TALLIED, Apart, Rounding
from optimiser.allocation.growing import AT_LOWER, AT_UPPER, BASIC, Growing, Solved, Statuses
from optimiser.allocation.highs import INFINITY, set_start, status_of
from optimiser.allocation.placements import Placements
from optimiser.allocation.prices import Objective, Prices
from optimiser.allocation.tree import Tree
from optimiser.errors import SolverError
from optimiser.matching.instance import Bools, Floats, Instance, Ints

_BEYOND = 10.0
"""What each beyond an elastic tally costs where children or groups are counted."""
KEPT = Objective()
"""No tally is elastic."""


class TallyError(SolverError):
    """Fewer children unplaced and fewer groups separated were asked for than any answer has."""


@dataclass(frozen=True)
class Relaxed:
    """The relaxation of the restricted programme, solved."""

    value: float
    lives: Floats
    """Shape (columns,): how much of each unit lives in each provision."""
    prices: Prices


@dataclass(frozen=True)
class Whole:
    """The restricted programme in whole numbers, solved as far as it went."""

    lives: Floats | None
    """Shape (columns,); None where no answer was found."""
    bound: float
    """No answer of the restricted programme is lower; minus infinity where nothing is known."""
    proven: bool
    """The search ended at the gap asked for, or proved that there is no better answer."""
    ended: bool
    """The search was not cut short by the clock or the user."""


class Fractional(Protocol):
    """A programme solved in fractions."""

    @property
    def value(self) -> float:
        """Of the objective."""


class Tiered[R](ABC):
    """The placements of one instance or more in one programme, tier after tier; it only grows."""

    def __init__(
        self,
        name: str,
        objective: Objective,
        *,
        whole_numbers: bool = False,
        elastic: Objective = KEPT,
    ) -> None:
        """`elastic`: what each child and group beyond a tally costs, £ a week; 0 allows none."""
        self.growing = Growing(name, whole_numbers=whole_numbers)
        self.objective = objective
        self.parts: list[Placements] = []
        self._tallies: dict[str, int] = {}
        """By family, its row."""
        self._elastic = elastic
        self._beyond: list[int] = []
        """The variables that say by how much a tally is not kept."""
        self._dear: list[float] = []
        """Theirs of `elastic`."""
        self._most_beyond = INFINITY
        self.beyond = 0.0
        """How far the last relaxation is from keeping its tallies."""
        self._settled = False

    @abstractmethod
    def relax(self, *, seconds: float | None = None) -> R | None:
        """The relaxation; None where time ran out, `TallyError` where the tally allows none."""

    @property
    def problem(self) -> pulp.LpProblem:
        """The programme as PuLP has it."""
        return self.growing.problem

    def settle(self, objective: Objective) -> None:
        """Go on to another tier: what the earlier tiers settled becomes a row, the objective changes."""
        self._tally(objective)
        self._price()
        self._settled = True

    def begin_from(self, statuses: Statuses) -> None:
        """The next relaxation is looked for from here; rows that are not told of are slack."""
        self.growing.begin_from(statuses)
        self._settled = False

    def keep_tallies(self) -> None:
        """From here on nothing is beyond a tally, whatever it would save."""
        self._allow_beyond(0.0)

    def loosen_tallies(self) -> None:
        """From here on there may be any number beyond an elastic tally, at its price."""
        self._allow_beyond(INFINITY)

    def _allow_beyond(self, most: float) -> None:
        self._most_beyond = most
        for variable in self._beyond:
            self.growing.bound_variables(variable, np.zeros(1), np.full(1, most))

    def _tally(self, objective: Objective) -> None:
        """share · Σ unplaced over all parts ≤ what tier 1 settled; so with Σ separated and tier 2."""
        self.objective = objective
        for part in self.parts:
            part.aim_at(objective)
        tallies = objective.tally.unplaced, objective.tally.separated
        prices = self._elastic.unplaced, self._elastic.separated
        for name, most, dear in zip(TALLIED, tallies, prices, strict=True):
            if name in self._tallies:
                self.growing.bound_row(self._tallies[name], most)
            elif most is not None:
                counted = [part.tallied(name, objective.tally) for part in self.parts]
                variable = np.concatenate([each for each, _ in counted])
                value = np.concatenate([each for _, each in counted])
                if dear:
                    at_most = np.array([min(float(len(variable)), self._most_beyond)])
                    beyond = self.growing.add_variables([f"beyond_{name}"], at_most)
                    self._beyond.append(beyond)
                    self._dear.append(dear)
                    variable, value = np.append(variable, beyond), np.append(value, -1.0)
                self._tallies[name] = self._add_row(f"{name}_0", variable, value, float(most))

    def _add_row(self, name: str, variable: Ints, value: Floats, most: float) -> int:
        entries = variable, np.array([0, len(variable)]), value
        (row,) = self.growing.add_rows([name], np.array([most]), entries).tolist()
        return int(row)

    def _costs(self) -> Floats:
        """Shape (variables,): the objective."""
        cost = np.zeros(self.growing.variables)
        for part in self.parts:
            part.put_costs(cost)
        counts = self.objective.unplaced + self.objective.separated
        cost[self._beyond] = np.array(self._dear) * self.objective.score + _BEYOND * counts
        return cost

    def _price(self) -> None:
        self.growing.set_costs(self._costs())

    def _solved(self, *, primal: bool, seconds: float | None) -> Solved | None:
        """The relaxation; None where time ran out, `TallyError` where the tally allows none."""
        status, solved = self.growing.relax(primal=primal, seconds=seconds)
        self._settled = False
        if status == pulp.LpSolveStatus.Infeasible:
            raise TallyError(f"no answer keeps {self.objective.tally}")
        if solved is None and status != pulp.LpSolveStatus.TimeLimit:
            raise SolverError(f"HiGHS ended the relaxation of {self.objective} with {status!r}")
        if solved is not None:
            self.beyond = float(solved.variables[self._beyond].sum())
        return solved

    def _price_of(self, name: str, duals: Floats) -> float | None:
        """The price of a tally's row; None where there is no such row."""
        return max(0.0, float(duals[self._tallies[name]])) if name in self._tallies else None


class Programme(Tiered[Relaxed]):
    """One instance's restricted programme over all tiers.

    Variables stand in this order: unplaced (children), separated (groups), then the columns as they came.
    """

    def __init__(
        self,
        instance: Instance,
        units: Units,
        columns: Columns,
        objective: Objective,
        *,
        whole_numbers: bool = False,
        binary: bool = False,
        used: Mapping[str, Floats] | None = None,
        elastic: Objective = KEPT,
    ) -> None:
        """`used`: by family, what others who are not in the programme take of each row's bound.

        `binary`: PuLP is told that columns are 0 or 1 although HiGHS solves in fractions, for the vertices
        are whole. `elastic`: see `Tiered`.
        """
        super().__init__("allocation", objective, whole_numbers=whole_numbers, elastic=elastic)
        self._own = Placements(
            self.growing, instance, units, used=used, whole_numbers=whole_numbers or binary
        )
        self.parts = [self._own]
        self._is_network = False
        """Few new columns then take the primal simplex a few steps, and the dual one thousands."""
        self._own.add_standing_rows()
        self._tally(objective)
        self._own.add_columns(columns)
        self._price()

    @property
    def units(self) -> Units:
        """What it knows of each unit."""
        return self._own.units

    @property
    def columns(self) -> Columns:
        """The columns admitted so far."""
        return self._own.columns

    @property
    def cuts(self) -> tuple[Rounding, ...]:
        """The rows of `small_places` found so far."""
        return tuple(self._own.cuts)

    def begin_from_tree(self, tree: Tree) -> None:
        """The first relaxation goes on from a tree of the columns it was made with; there are no groups."""
        self._is_network = True
        rows = np.full(self.growing.rows, AT_UPPER)
        rows[self._own.rows_of("capacity")[tree.capacity]] = BASIC
        basic = np.concatenate([tree.unplaced, tree.columns])
        self.growing.begin_from(Statuses(np.where(basic, BASIC, AT_LOWER), rows))

    def add_columns(self, new: Columns) -> None:
        """Admit more columns, with what they count in every row there is."""
        self._own.add_columns(new)

    def add_rows(self, *, apart: Sequence[Apart] = (), cuts: Sequence[Rounding] = ()) -> None:
        """Add rows of the families that are found as the search goes."""
        self._own.add_rows(apart=apart, cuts=cuts)

    def statuses(self) -> Statuses:
        """Those of the last relaxation, the variables in their order."""
        found, at = self.growing.statuses(), self._own.positions()
        return Statuses(
            np.concatenate([found.variables[: len(self.units.number)], found.variables[at]]), found.rows
        )

    def fewer(self, kept: Bools) -> Programme:
        """The programme with the columns `kept` alone, to go on from the same basis, which they hold.

        Only before rows were added or a tier was settled.
        """
        found, first = self.statuses(), len(self.units.number)
        slim = Programme(
            self._own.instance,
            self.units,
            self.columns.take(kept),
            self.objective,
            elastic=self._elastic,
        )
        lives = found.variables[first:][kept]
        slim.begin_from(Statuses(np.concatenate([found.variables[:first], lives]), found.rows))
        return slim

    def relax(self, *, seconds: float | None = None) -> Relaxed | None:
        """The relaxation; None where time ran out, `SolverError` where there is none."""
        stands = not (self.objective.score or self.growing.has_new_rows)
        near = self._is_network and self.growing.has_few_new
        solved = self._solved(primal=self._settled or stands or near, seconds=seconds)
        if solved is None:
            return None
        prices = self._own.prices(solved.duals)
        tallied = {name: self._price_of(name, solved.duals) for name in TALLIED}
        settled = {name: np.array([price]) for name, price in tallied.items() if price is not None}
        return Relaxed(
            value=solved.value,
            lives=self._own.lives(solved.variables),
            prices=replace(prices, standing={**prices.standing, **settled}),
        )

    def solve_whole(
        self,
        *,
        gap: float,
        near: float = 0.0,
        start: Floats | None,
        target: float | None = None,
        nodes: int | None = None,
        seconds: float | None = None,
    ) -> Whole:
        """The programme in whole numbers, to the relative `gap`, or to `near` in the objective's own unit.

        It goes on from the lives of `start` where given.

        `target` stops the search at the first answer at or below it, `nodes` after so many of its tree.
        The bound is HiGHS's own.
        """
        highs = self.growing.highs
        highs.setOptionValue("mip_rel_gap", gap)
        highs.setOptionValue("mip_abs_gap", near)
        if seconds is not None:
            highs.setOptionValue("time_limit", highs.getRunTime() + seconds)
        if target is not None:
            highs.setOptionValue("objective_target", target)
        if nodes is not None:
            highs.setOptionValue("mip_max_nodes", nodes)
        if start is not None:
            set_start(highs, self._own.positions(), start)
        highs.run()
        status, found = status_of(highs)
        if status == pulp.LpSolveStatus.Undefined:
            raise SolverError(f"HiGHS ended {self.objective} with {highs.getModelStatus()!r}")
        stopped = status in (pulp.LpSolveStatus.TimeLimit, pulp.LpSolveStatus.Interrupted)
        return Whole(
            lives=self._own.lives(np.array(highs.getSolution().col_value)) if found else None,
            bound=float(highs.getInfo().mip_dual_bound if len(self.columns) else highs.getObjectiveValue()),
            proven=status in (pulp.LpSolveStatus.Optimal, pulp.LpSolveStatus.Infeasible),
            ended=not stopped,
        )

    def to_mps(self) -> bytes:
        """The programme as an MPS file, gzip-compressed; the same programme gives the same bytes."""
        return self.growing.to_mps()
