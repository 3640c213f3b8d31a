"""Everything that is published of a view as one system of counts, and which of them are hidden."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from optimiser import terms
from optimiser.report import populations as pop
from optimiser.report.bins import bin_counts
from optimiser.report.grid import hexagon_of_points
from optimiser.report.placements import RUN
from optimiser.report.suppression import System, hidden_cells
from optimiser.report.table import Key
from optimiser.report.views import PackView, RunView, View

FLOW = "flow"
LIVES = "lives"
HEXAGON = "hexagon"
BIN = "bin"
GROUPS = "groups"
TOGETHER, SEPARATED, GROUPS_UNKNOWN = "together", "separated", "groups_unknown"
TAKEN, PLACES = "taken", "places"
_ANY = "~any"
_ALL = ""


def hidden_of_pack(view: PackView) -> frozenset[Key]:
    """What publication hides of a pack: the children, where they live today, and who lives where already."""
    system = _pack_system(view)
    weigh(system)
    return hidden_cells(system)


def hidden_of_run(view: RunView) -> frozenset[Key]:
    """What publication hides of a run; what the pack's publication shows stays shown, if it can."""
    pack_keys = frozenset(_pack_system(view).values)
    hidden = view.view.hidden_cells
    system = run_system(view)
    weigh(system)
    return hidden_cells(system, shown=pack_keys - hidden, hidden=hidden)


def run_system(view: RunView) -> System:
    """All counts of a run that the tables of every report show, and of its pack."""
    system = _pack_system(view)
    _add_state(system, view, RUN)
    _add_run_supply(system, view)
    return system


def _pack_system(view: View) -> System:
    system = System()
    _add_children(system, view)
    for state in view.states:
        if state != RUN:
            _add_state(system, view, state)
    _add_pack_supply(system, view)
    return system


def _add_children(system: System, view: View) -> None:
    """The children by region, authority, age band, need and hexagon."""
    children = pd.DataFrame({pop.CHILDREN: np.ones(len(view.pack.children), dtype=np.int64)})
    region = (pop.PACK, pop.REGION, _ALL, pop.CHILDREN)
    system.add(region, len(children))
    for dimension in (pop.AUTHORITY, pop.AGE, pop.NEED):
        values = pop.values_of(view, RUN, dimension)
        counted = pop.sums(children, values, pop.order_of(view, dimension))
        add_dimension(system, pop.PACK, dimension, counted, region=pd.Series({pop.CHILDREN: len(children)}))
    hexagons = hexagon_of_points(view.pack.children["home_easting"], view.pack.children["home_northing"])
    _add_parts(system, (pop.PACK, HEXAGON), pd.Series(hexagons).value_counts(), region)


def add_dimension(
    system: System, state: str, dimension: str, counted: pd.DataFrame, *, region: pd.Series[Any]
) -> None:
    """The counts of every value of a dimension; they add up to the region's, but for needs."""
    for value, row in zip(counted.index, counted.to_numpy().tolist(), strict=True):
        for what, number in zip(counted.columns, row, strict=True):
            system.add(pop.key_of(state, dimension, value, what), number)
    for what in counted.columns:
        total = pop.key_of(state, pop.REGION, _ALL, what)
        parts = [pop.key_of(state, dimension, value, what) for value in counted.index]
        if dimension != pop.NEED:
            system.add_sum(total, parts)
            continue
        none = pop.key_of(state, dimension, pop.NO_NEED, what)
        anyone = pop.key_of(state, dimension, _ANY, what)
        system.add(anyone, int(region[what]) - system.values[none])
        system.add_sum(total, (none, anyone))
        for part in parts:
            if part != none:
                rest = ("~", *part)
                system.add_slack(rest, system.values[anyone] - system.values[part])
                system.add_sum(anyone, (part, rest))


def _add_state(system: System, view: View, state: str) -> None:
    """Where the children live in a state: by every dimension, by flows, bins and hexagons, and the groups."""
    region = pop.counts(view, state, pop.REGION)
    everyone = region.iloc[0]
    for what, number in everyone.items():
        system.add(pop.key_of(state, pop.REGION, _ALL, str(what)), int(number))
    _add_rows(system, state, pop.REGION, region)
    for dimension in pop.DIMENSIONS:
        counted = pop.counts(view, state, dimension)
        if dimension == pop.KIND:
            counted = counted.drop(columns=pop.CHILDREN)
        add_dimension(system, state, dimension, counted, region=everyone)
        _add_rows(system, state, dimension, counted)
        if dimension == pop.NEED:
            some = pd.DataFrame(
                [everyone.to_numpy() - counted.to_numpy()[-1]], index=[_ANY], columns=counted.columns
            )
            _add_rows(system, state, dimension, some)
    _add_flows(system, view, state)
    _add_bins(system, view, state)
    _add_hexagons(system, view, state)
    groups = view.placements(state).together.map(str).value_counts()
    names = {"True": TOGETHER, "False": SEPARATED, "None": GROUPS_UNKNOWN}
    total = (pop.PACK, GROUPS)
    system.add(total, int(groups.sum()))
    _add_parts(system, (state, GROUPS), groups.rename(index=names), total)


def _add_rows(system: System, state: str, dimension: str, counted: pd.DataFrame) -> None:
    """The sums that hold in every population."""
    for value in counted.index:
        for total, parts in pop.SUMS:
            if total in counted.columns:
                system.add_sum(
                    pop.key_of(state, dimension, value, total),
                    (pop.key_of(state, dimension, value, part) for part in parts),
                )


def _add_parts(system: System, stem: Key, numbers: pd.Series[int], total: Key) -> None:
    """Counts that add up to one that is there already."""
    keys = [(*stem, str(value)) for value in numbers.index]
    for key, number in zip(keys, numbers.tolist(), strict=True):
        system.add(key, int(number))
    system.add_sum(total, keys)


def flow_key(state: str, home: str, lives: str) -> Key:
    """Children of one authority who live in one authority."""
    return (state, FLOW, home, lives)


def _add_flows(system: System, view: View, state: str) -> None:
    numbers = pop.flow_numbers(view.placements(state))
    for (home, lives), number in sorted(numbers.items()):
        system.add(flow_key(state, home, lives), number)
    for home in sorted({home for home, _ in numbers}):
        flows = [(lives, flow_key(state, home, lives)) for start, lives in sorted(numbers) if start == home]
        for what, wanted in (
            (pop.INSIDE, [key for lives, key in flows if lives == home]),
            (pop.AWAY, [key for lives, key in flows if lives == ""]),
            (pop.OUTSIDE, [key for lives, key in flows if lives not in ("", home)]),
        ):
            system.add_sum(pop.key_of(state, pop.AUTHORITY, home, what), wanted)
    for lives in sorted({lives for _, lives in numbers}):
        keys = [flow_key(state, home, end) for home, end in sorted(numbers) if end == lives]
        total = (state, LIVES, lives)
        system.add(total, sum(system.values[key] for key in keys))
        system.add_sum(total, keys)


def _add_bins(system: System, view: View, state: str) -> None:
    """The distribution of miles: the bins up to the far miles are those near, the others those over."""
    counted = bin_counts(view.placements(state).frame, view.far_miles)
    for what in (pop.NEAR, pop.OVER):
        numbers = counted.loc[counted["distance"] == what].set_index("label")["children"]
        _add_parts(system, (state, BIN), numbers, pop.key_of(state, pop.REGION, _ALL, what))


def _add_hexagons(system: System, view: View, state: str) -> None:
    """By the hexagon that home is in: the same counts as by authority."""
    children = view.pack.children
    hexagons = np.asarray(
        hexagon_of_points(children["home_easting"], children["home_northing"]), dtype=object
    )
    values = pd.DataFrame({"child": np.arange(len(children)), "value": hexagons})
    each = pop.indicators(view.placements(state))[[pop.MEASURED, pop.NEAR, pop.OVER]]
    counted = pop.sums(each, values, sorted(set(hexagons)))
    for value, row in zip(counted.index, counted.to_numpy().tolist(), strict=True):
        for what, number in zip(counted.columns, row, strict=True):
            system.add((state, HEXAGON, value, what), number)
        measured = (state, HEXAGON, value, pop.MEASURED)
        system.add_sum(measured, ((state, HEXAGON, value, what) for what in (pop.NEAR, pop.OVER)))
        rest = ("~", *measured)
        children_here = (pop.PACK, HEXAGON, value)
        system.add(rest, system.values[children_here] - system.values[measured])
        system.add_sum(children_here, (measured, rest))
    for what in counted.columns:
        parts = [(state, HEXAGON, value, what) for value in counted.index]
        system.add_sum(pop.key_of(state, pop.REGION, _ALL, what), parts)


def _add_pack_supply(system: System, view: View) -> None:
    """Who lives in each provision already, and the places of kinship carers: they are for named children."""
    provision = view.pack.provision
    numbers = pd.DataFrame(
        {TAKEN: provision["places"] - provision["vacancies"], PLACES: provision["places"]}
    ).set_index(pd.MultiIndex.from_frame(provision[["provider", "authority", "kind"]].astype(object)))
    _add_supply(system, pop.PACK, TAKEN, numbers[TAKEN])
    _add_supply(
        system, pop.PACK, PLACES, numbers.loc[(provision["kind"] == terms.KINSHIP).to_numpy(), PLACES]
    )


def _add_run_supply(system: System, view: RunView) -> None:
    """Whom the run places where."""
    frame = view.run.frame[view.run.frame["placed"]]
    numbers = pd.Series(
        1, index=pd.MultiIndex.from_frame(frame[["provider", "lives", "kind"]].astype(object)), dtype=np.int64
    )
    _add_supply(system, RUN, pop.PLACED, numbers)
    for kind in terms.KINDS:
        key = supply_key(RUN, pop.PLACED, kind=kind)
        if key in system.values:
            system.add_sum(pop.key_of(RUN, pop.KIND, kind, pop.PLACED), (key,))
    system.add_sum(pop.key_of(RUN, pop.REGION, _ALL, pop.PLACED), (supply_key(RUN, pop.PLACED),))
    for key in [key for key in system.values if key[:2] == (RUN, LIVES) and len(key) == 3]:
        system.add_sum(key, (supply_key(RUN, pop.PLACED, authority=key[2]),))


def supply_key(
    state: str,
    what: str,
    *,
    provider: str | None = None,
    authority: str | None = None,
    kind: str | None = None,
) -> Key:
    """Children living with a provider, in an authority, in a kind of provision; None is all of them."""
    known = {"provider": provider, "authority": authority, "kind": kind}
    named = [name for name, value in known.items() if value is not None]
    return (state, "supply", "_".join(named), *(str(known[name]) for name in named), what)


def _add_supply(system: System, state: str, what: str, numbers: pd.Series[int]) -> None:
    """Numbers by provider, by authority, by kind, and by authority and kind."""
    finest = numbers.groupby(level=[0, 1, 2], sort=True).sum()
    totals: dict[Key, int] = {supply_key(state, what): 0}
    parts: dict[tuple[Key, tuple[str, ...]], dict[Key, None]] = {}
    for index, number in zip(finest.index, finest.tolist(), strict=True):
        known = dict(zip(("provider", "authority", "kind"), index, strict=True))
        for names in _SUPPLY_LEVELS:
            key = supply_key(state, what, **{name: known[name] for name in names})
            totals[key] = totals.get(key, 0) + int(number)
        for coarse, fine in _SUPPLY_SUMS:
            total, part = (
                supply_key(state, what, **{name: known[name] for name in names}) for names in (coarse, fine)
            )
            parts.setdefault((total, fine), {})[part] = None
    for key, number in totals.items():
        system.add(key, number)
    for (total, _), each in parts.items():
        system.add_sum(total, each)


_SUPPLY_LEVELS: tuple[tuple[str, ...], ...] = (
    (),
    ("provider",),
    ("authority",),
    ("kind",),
    ("authority", "kind"),
)
_SUPPLY_SUMS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("authority",), ("authority", "kind")),
    (("kind",), ("authority", "kind")),
    ((), ("provider",)),
    ((), ("authority",)),
)
"""Which levels of supply add up to which coarser ones."""


def weigh(system: System) -> None:
    """How dear each count is to hide: totals and what the map shows before the cells of tables."""
    for key in system.values:
        if key[1:2] == (pop.REGION,) or key[1:] == (GROUPS,):
            system.dear[key] = 200.0
        elif key[-1] == pop.CHILDREN:
            system.dear[key] = 40.0
        elif key[1:2] == (pop.AUTHORITY,) and key[-1] in _OF_THE_MAP:
            system.dear[key] = 6.0


_OF_THE_MAP = (pop.PLACED, pop.MEASURED, pop.COSTED, pop.OVER, pop.NEAR, pop.INSIDE, pop.OUTSIDE)
