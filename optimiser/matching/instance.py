"""The instance: the pack as arrays, children and provisions in the order of their identifiers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from functools import wraps
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimiser import terms
from optimiser.geography import RoadMiles
from optimiser.pack.pack import Pack
from optimiser.pack.policy import Policy

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Texts = NDArray[np.str_]


@dataclass(frozen=True)
class Children:
    """The set C, one entry per child, in the order of `id`. Absent points and radii are NaN."""

    id: Texts
    authority: Texts
    home_easting: Floats
    home_northing: Floats
    age: Ints
    gender: Texts
    needs: NDArray[np.uint64]
    """Shape (children, words): bit i of the words stands for need code i of the instance."""
    suitability: NDArray[np.int8]
    """Shape (children, kinds): 2 preferred, 1 suitable, 0 unsuitable, by `terms.KINDS`."""
    solo: Bools
    group: Ints
    """Index into `Instance.groups`; -1 for a child without siblings here."""
    school_easting: Floats
    school_northing: Floats
    avoid_easting: Floats
    avoid_northing: Floats
    avoid_miles: Floats

    def __len__(self) -> int:
        return len(self.id)


@dataclass(frozen=True)
class Provisions:
    """The set P, one entry per foster household or home, in the order of `id`."""

    id: Texts
    kind: Ints
    """Index into `terms.KINDS`."""
    easting: Floats
    northing: Floats
    places: Ints
    vacancies: Ints
    age_min: Ints
    age_max: Ints
    genders: Texts
    skills: NDArray[np.uint64]
    """Shape (provisions, words), coded as `Children.needs`."""
    weekly_cost: Floats
    ofsted: Texts
    named: NDArray[np.int64]
    """Shape (named pairs, 2): provision, child; kinship only; sorted."""

    def __len__(self) -> int:
        return len(self.id)


@dataclass(frozen=True, eq=False)
class Instance:
    """What the programme optimises over; no later step alters it. Equal only to itself."""

    children: Children
    provisions: Provisions
    groups: tuple[tuple[int, ...], ...]
    """Sibling groups of two or more: child indices, ascending."""
    group_names: tuple[str, ...]
    incompatible: Ints
    """Shape (pairs, 2): child indices, lower first, sorted."""
    policy: Policy
    home_road_miles: Floats | None = None
    """Shape (children, provisions): miles from home by road, where asked for; None means straight lines."""
    school_road_miles: Floats | None = None
    """Shape (children, provisions): miles from the school to keep by road; NaN where there is none."""
    unopened: Bools | None = None
    """Shape (provisions,): what may never open, so that no child has kin because of it; None: all open."""
    capacity: Floats | None = None
    """Shape (provisions,): how much of the vacancies these children may take, fractions allowed; None is all.
    Only relaxations may have it."""


def must_move_together(instance: Instance, child: int) -> tuple[int, ...]:
    """The child, or all its siblings where groups are never split."""
    group = int(instance.children.group[child])
    if instance.policy.split == "never" and group >= 0:
        return instance.groups[group]
    return (child,)


def restricted(instance: Instance, c: Ints, p: Ints) -> Instance:
    """The instance of the children `c` and the provisions `p` alone, ascending; a group is in or out."""
    children, provisions = instance.children, instance.provisions
    at_child = np.full(len(children), -1, dtype=np.int64)
    at_child[c] = np.arange(len(c))
    at_provision = np.full(len(provisions), -1, dtype=np.int64)
    at_provision[p] = np.arange(len(p))
    inside = [g for g, group in enumerate(instance.groups) if at_child[group[0]] >= 0]
    group_of = np.full(len(instance.groups) + 1, -1, dtype=np.int64)
    group_of[inside] = np.arange(len(inside))
    named = np.column_stack([at_provision[provisions.named[:, 0]], at_child[provisions.named[:, 1]]])
    apart = at_child[instance.incompatible]
    taken = {field.name: getattr(children, field.name)[c] for field in fields(Children)}
    return replace(
        instance,
        children=Children(**{**taken, "group": group_of[children.group[c]]}),
        provisions=Provisions(
            **{
                field.name: getattr(provisions, field.name)[p]
                for field in fields(Provisions)
                if field.name != "named"
            },
            named=named[(named >= 0).all(axis=1)],
        ),
        groups=tuple(tuple(at_child[list(instance.groups[g])].tolist()) for g in inside),
        group_names=tuple(instance.group_names[g] for g in inside),
        incompatible=apart[(apart >= 0).all(axis=1)],
        capacity=None if instance.capacity is None else instance.capacity[p],
        home_road_miles=None if instance.home_road_miles is None else instance.home_road_miles[np.ix_(c, p)],
        school_road_miles=(
            None if instance.school_road_miles is None else instance.school_road_miles[np.ix_(c, p)]
        ),
        unopened=None if instance.unopened is None else instance.unopened[p],
    )


def remembered[T](function: Callable[[Instance], T]) -> Callable[[Instance], T]:
    """`function` of an instance, worked out once for each and forgotten with it."""
    known: WeakKeyDictionary[Instance, T] = WeakKeyDictionary()

    @wraps(function)
    def recall(instance: Instance) -> T:
        if instance not in known:
            known[instance] = function(instance)
        return known[instance]

    return recall


def _bits(lists: pd.Series, codes: dict[str, int], words: int) -> NDArray[np.uint64]:
    bits = np.zeros((len(lists), words), dtype=np.uint64)
    rows = np.repeat(np.arange(len(lists)), lists.map(len))
    known = [
        (row, codes[code]) for row, code in zip(rows, lists.explode().dropna(), strict=True) if code in codes
    ]
    for row, code in known:
        bits[row, code // 64] |= np.uint64(1) << np.uint64(code % 64)
    return bits


def instance_from_pack(pack: Pack, *, road_miles: RoadMiles | None = None) -> Instance:
    """The pack as arrays, sorted by identifier, so that the order of rows in a file is forgotten.

    `road_miles` replaces straight-line miles between homes, schools and places, where given.
    """
    children = pack.children.sort_values("child_id", kind="stable", ignore_index=True)
    provision = pack.provision.sort_values("provision_id", kind="stable", ignore_index=True)
    index_of = {child: index for index, child in enumerate(children["child_id"])}

    needed = sorted({code for codes in children["needs"] for code in codes})
    codes = {code: index for index, code in enumerate(needed)}
    words = max(1, -(-len(codes) // 64))

    by_name = children.groupby("sibling_group").indices
    names = sorted(str(name) for name, rows in by_name.items() if name != "" and len(rows) > 1)
    groups = tuple(tuple(sorted(int(row) for row in by_name[name])) for name in names)
    group_of = np.full(len(children), -1, dtype=np.int64)
    for index, members in enumerate(groups):
        group_of[list(members)] = index

    level = {terms.UNSUITABLE: 0, terms.SUITABLE: 1, terms.PREFERRED: 2}
    suitability: NDArray[np.int8] = np.column_stack(
        [children[terms.CARE_COLUMN_OF_KIND[kind]].map(level) for kind in terms.KINDS]
    )
    named = sorted(
        (row, index_of[child])
        for row, (kind, names_here) in enumerate(
            zip(provision["kind"], provision["named_children"], strict=True)
        )
        if kind == terms.KINSHIP
        for child in names_here
    )
    apart = sorted(
        tuple(sorted((index_of[a], index_of[b])))
        for a, b in pack.incompatible[["child_a", "child_b"]].itertuples(index=False)
    )

    def text(frame: pd.DataFrame, column: str) -> Texts:
        return frame[column].to_numpy(dtype=np.str_)

    def numbers(frame: pd.DataFrame, column: str) -> Floats:
        return frame[column].to_numpy(dtype=np.float64)

    def whole(frame: pd.DataFrame, column: str) -> Ints:
        return frame[column].to_numpy(dtype=np.int64)

    homes = Children(
        id=text(children, "child_id"),
        authority=text(children, "authority"),
        home_easting=numbers(children, "home_easting"),
        home_northing=numbers(children, "home_northing"),
        age=whole(children, "age"),
        gender=text(children, "gender"),
        needs=_bits(children["needs"], codes, words),
        suitability=suitability,
        solo=children["solo"].to_numpy(dtype=np.bool_),
        group=group_of,
        school_easting=numbers(children, "school_easting"),
        school_northing=numbers(children, "school_northing"),
        avoid_easting=numbers(children, "avoid_easting"),
        avoid_northing=numbers(children, "avoid_northing"),
        avoid_miles=numbers(children, "avoid_miles"),
    )
    places = Provisions(
        id=text(provision, "provision_id"),
        kind=provision["kind"].map(terms.KINDS.index).to_numpy(dtype=np.int64),
        easting=numbers(provision, "easting"),
        northing=numbers(provision, "northing"),
        places=whole(provision, "places"),
        vacancies=whole(provision, "vacancies"),
        age_min=whole(provision, "age_min"),
        age_max=whole(provision, "age_max"),
        genders=text(provision, "genders"),
        skills=_bits(provision["skills"], codes, words),
        weekly_cost=numbers(provision, "weekly_cost"),
        ofsted=text(provision, "ofsted"),
        named=np.array(named, dtype=np.int64).reshape(-1, 2),
    )

    def by_road(easting: Floats, northing: Floats) -> Floats | None:
        if road_miles is None:
            return None
        return road_miles.between(easting, northing, places.easting, places.northing)

    return Instance(
        children=homes,
        provisions=places,
        groups=groups,
        group_names=tuple(names),
        incompatible=np.array(apart, dtype=np.int64).reshape(-1, 2),
        policy=pack.policy,
        home_road_miles=by_road(homes.home_easting, homes.home_northing),
        school_road_miles=by_road(homes.school_easting, homes.school_northing),
    )
