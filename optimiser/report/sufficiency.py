"""The sufficiency report: who needs a place, what there is, who goes without or far, what helps most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from types import MappingProxyType

import numpy as np
import pandas as pd

from optimiser import terms
from optimiser.commissioning.proposals import HOME, SHORTAGES, has_mark, members_of, vacant
from optimiser.report import populations as pop
from optimiser.report.build import Builder
from optimiser.report.cells import TAKEN, run_system, supply_key, weigh
from optimiser.report.placements import OUTSIDE, OVER, RUN
from optimiser.report.region import far_label
from optimiser.report.suppression import System, hidden_cells, is_small
from optimiser.report.table import TOTAL, Key, Kind, Table
from optimiser.report.views import RunView

CARE: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "foster_care": ("Foster care", terms.FOSTER_HOME),
        "residential_care": ("Children's home", terms.CHILDRENS_HOME),
        "supported_accommodation": ("Supported accommodation", terms.SUPPORTED_ACCOMMODATION),
        "": ("No kind suits", ""),
    }
)
"""Kind of care, as children.csv names it, → its label, and the kind of provision that gives it."""
SORT_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "parent_and_child": "Parent and child",
        "siblings_of_three": "Sibling groups of three or more",
        "teenagers": "Teenagers",
        "therapeutic": "Complex trauma, therapeutic care",
        "language": "Another language (unaccompanied children)",
        HOME: "A bed in a children's home",
    }
)
WHATS = (pop.CHILDREN, pop.WITHOUT, OVER, OUTSIDE)
NEED, GROUP, NEXT = "need", "shortage_group", "next_place"
CARE_NOTE = (
    "A child counts once, under the kind of care that is preferred, else one that is suitable: foster care "
    "before a children's home before supported accommodation. Vacancies are those before the run, of foster "
    "households, homes or supported accommodation in the authority that take any age of the band; one that "
    "takes several bands counts under each. Kin carers are for named children and not counted."
)
GROUP_NOTE = (
    "The groups for whom foster homes are short everywhere; a child may be in several. Another language: "
    "children with that need, as most unaccompanied children have; unaccompanied status itself is not read. "
    "Vacancies: of the foster households in the authority that take such children already."
)
NEXT_NOTE = (
    "Each row is a region solved again with one more place: the household that is proposed for the group, or "
    "one bed in a children's home. First counts whether more children have a place, then whether more "
    "sibling groups live together, last the score; so a place that gives a child a home may raise the score. "
    "The places are asked one by one: two of them together save something else."
)


@dataclass(frozen=True, eq=False)
class Sufficiency:
    """A run, and what the next place of each sort would change: `next_places` as the audit room's table."""

    run: RunView
    next_places: pd.DataFrame

    @cached_property
    def hidden_cells(self) -> frozenset[Key]:
        """The counts that publication hides; what the run's own publication shows stays shown."""
        changes = [
            _next_key(code, sort, what)
            for what in ("unplaced_change", "separated_change")
            for code, sort, number in zip(
                self.next_places["authority"], self.next_places["sort"], self.next_places[what], strict=True
            )
            if is_small(abs(int(number)))
        ]
        return _hidden_of_need(self.run) | frozenset(changes)


def sufficiency_tables(found: Sufficiency) -> tuple[Table, ...]:
    """Who goes without or far, the matrix by care and age, that by shortage group, and the next places."""
    return (by_authority(found), need_by_care(found), need_by_group(found), next_place_table(found))


def by_authority(found: Sufficiency) -> Table:
    """One row for every authority: its children, and those without a place, far or out of area; the total."""
    view = found.run
    counted = pop.counts(view, RUN, pop.AUTHORITY)
    counted = pd.concat([counted, counted.sum().to_frame("").T])
    builder = Builder()
    _authorities(builder, view, [*view.codes, ""])
    for what, name, label, meaning in _counted(view):
        keys: list[Key | None] = [pop.key_of(RUN, pop.AUTHORITY, code, what) for code in view.codes]
        keys.append(pop.key_of(RUN, pop.REGION, "", what))
        builder.count(name, label, counted[what].to_numpy(), keys, meaning)
    return builder.table("sufficiency_by_authority", "Who goes without, or far", source=found, total=True)


def need_by_care(found: Sufficiency) -> Table:
    """One row for every authority, kind of care and age band that anybody needs or that has a vacancy."""
    view = found.run
    counted = _need(view)
    supply = {key: _vacancies(view, *key) for key in counted.index}
    rows = [key for key in counted.index if counted.loc[key].any() or supply[key]]
    counted = counted.loc[rows]
    builder = Builder()
    _authorities(builder, view, [code for code, _, _ in rows])
    builder.text("care", "Kind of care", [CARE[care][0] for _, care, _ in rows])
    builder.text("age_band", "Age", [band for _, _, band in rows])
    _counts(builder, view, counted, [(NEED, *row) for row in rows])
    _supply(
        builder, [supply[row] for row in rows], [_taken_key(code, CARE[care][1]) for code, care, _ in rows]
    )
    return builder.table(
        "sufficiency_by_care",
        "Need and supply by kind of care and age",
        source=found,
        notes=[CARE_NOTE],
    )


def need_by_group(found: Sufficiency) -> Table:
    """One row for every authority and shortage group."""
    view = found.run
    counted = _groups(view)
    rows = list(counted.index)
    by_name = {shortage.name: shortage for shortage in SHORTAGES}
    supply = [
        sum(vacant(view.pack.provision, each, by_name[name]) for each in ((code,) if code else view.codes))
        for code, name in rows
    ]
    builder = Builder()
    _authorities(builder, view, [code for code, _ in rows])
    builder.text("group", "Shortage group", [SORT_LABELS[name] for _, name in rows])
    _counts(builder, view, counted, [(GROUP, *row) for row in rows])
    _supply(builder, supply, [_taken_key(code, terms.FOSTER_HOME) for code, _ in rows])
    return builder.table(
        "sufficiency_by_group", "Need and supply by shortage group", source=found, notes=[GROUP_NOTE]
    )


def next_place_table(found: Sufficiency) -> Table:
    """What one more place of each sort in each authority changes; in the order of the members."""
    rows = found.next_places
    pairs = list(zip(rows["authority"].tolist(), rows["sort"].tolist(), strict=True))
    builder = Builder()
    _authorities(builder, found.run, [code for code, _ in pairs])
    builder.text("sort", "Sort of place", [SORT_LABELS[sort] for _, sort in pairs])
    builder.figure("places", "Places in it", rows["places"], Kind.NUMBER, unit="places")
    builder.text("first_effect", "What it does first", _effects(rows))
    for what, label in (
        ("unplaced_change", "Children without a place, change"),
        ("separated_change", "Sibling groups separated, change"),
    ):
        unit = "children" if what == "unplaced_change" else "sibling groups"
        builder.count(what, label, rows[what], [_next_key(*pair, what) for pair in pairs], unit=unit)
    rests_on = ("unplaced_change", "separated_change")
    builder.figure(
        "saving_gbp_per_week",
        "Saving in the score",
        rows["saving_gbp_per_week"],
        Kind.MONEY,
        rests_on=rests_on,
        meaning="Below 0 where children who had no place now cost something.",
    )
    builder.figure(
        "within_gbp_per_week",
        "Proven to within",
        rows["within_gbp_per_week"],
        Kind.MONEY,
        meaning="The true saving is no farther than this from the one shown.",
    )
    builder.figure(
        "cost_gbp_per_week",
        "What it costs, filled or not",
        rows["cost_gbp_per_week"],
        Kind.MONEY,
        meaning="Standing cost, and capital over the years it is paid back in; not in the saving.",
    )
    return builder.table(
        "next_places",
        "What the next place of each sort would change",
        source=found,
        notes=[NEXT_NOTE],
    )


def _effects(rows: pd.DataFrame) -> list[str]:
    placed, together = rows["unplaced_change"] < 0, rows["separated_change"] < 0
    saves = (rows["saving_gbp_per_week"] > rows["within_gbp_per_week"]) & (rows["separated_change"] == 0)
    said = np.select(
        [placed, together, saves],
        ["more children have a place", "more siblings live together", "the score falls"],
        "nothing",
    )
    return [str(each) for each in said]


def _next_key(code: str, sort: str, what: str) -> Key:
    return (RUN, NEXT, code, sort, what)


def _authorities(builder: Builder, view: RunView, codes: Sequence[str]) -> None:
    builder.text("authority_code", "Code", codes)
    builder.text("authority", "Authority", [view.name_of(code) if code else TOTAL for code in codes])


def _counted(view: RunView) -> tuple[tuple[str, str, str, str], ...]:
    """What is counted, the column's name and label, and what it means."""
    return (
        (pop.CHILDREN, "children", "Children who need a place", "Of the authority."),
        (pop.WITHOUT, "without", "Without a place", "For whom the run found no place."),
        (OVER, "over", f"Placed {far_label(view)}", "From home, by the policy's far_miles."),
        (OUTSIDE, "outside", "Placed out of area", "In another authority than the one responsible."),
    )


def _counts(builder: Builder, view: RunView, counted: pd.DataFrame, stems: Sequence[Key]) -> None:
    for what, name, label, meaning in _counted(view):
        keys: list[Key | None] = [(*stem, what) for stem in stems]
        builder.count(name, label, counted[what].to_numpy(), keys, meaning)


def _supply(builder: Builder, vacancies: Sequence[int], keys: list[Key | None]) -> None:
    """Vacancies tell who lives there already: they are hidden with that."""
    builder.figure("vacancies", "Vacancies there", vacancies, Kind.NUMBER, unit="places")
    builder.keys["vacancies"] = keys
    need = np.asarray(builder.data["children"], dtype=np.float64)
    balance = np.asarray(vacancies, dtype=np.float64) - need
    builder.figure(
        "balance",
        "Vacancies less need",
        balance,
        Kind.NUMBER,
        rests_on=("children", "vacancies"),
        unit="places",
        meaning="Below 0: more children than vacancies in the authority.",
    )


def _taken_key(code: str, kind: str) -> Key | None:
    if not kind:
        return None
    return supply_key(pop.PACK, TAKEN, authority=code or None, kind=kind)


def _vacancies(view: RunView, code: str, care: str, band: str) -> int:
    start, end = next((start, end) for start, end, label in pop.AGE_BANDS if label == band)
    there = view.pack.provision
    there = there[(there["kind"] == CARE[care][1]) & (there["age_min"] <= end) & (there["age_max"] >= start)]
    there = there[there["authority"].isin([code] if code else view.codes)]
    return int(there["vacancies"].sum())


def _care_of(children: pd.DataFrame) -> np.ndarray:
    """The kind of care each child needs: the first that is preferred, else the first that is suitable."""
    levels = [
        children[column] == level
        for level in (terms.PREFERRED, terms.SUITABLE)
        for column in terms.CARE_COLUMNS
    ]
    names: np.ndarray = np.select(levels, [*terms.CARE_COLUMNS, *terms.CARE_COLUMNS], "")
    return names


def _need(view: RunView) -> pd.DataFrame:
    """Index (authority, care, age band), "" the whole region, last; columns `WHATS`."""
    each = pop.indicators(view.run)[list(WHATS)]
    bands = pop.values_of(view, RUN, pop.AGE)["value"].to_numpy()
    by = [view.pack.children["authority"].to_numpy(dtype=object), _care_of(view.pack.children), bands]
    counted = each.groupby([pd.Series(values) for values in by]).sum()
    rows = list(product(view.codes, CARE, [label for _, _, label in pop.AGE_BANDS]))
    counted = counted.reindex(pd.MultiIndex.from_tuples(rows), fill_value=0)
    region = counted.groupby(level=[1, 2], sort=False).sum()
    region.index = pd.MultiIndex.from_tuples([("", *key) for key in region.index])
    return pd.concat([counted, region])


def _groups(view: RunView) -> pd.DataFrame:
    """Index (authority, shortage group), "" the whole region, last; columns `WHATS`."""
    each = pop.indicators(view.run)[list(WHATS)]
    codes = view.pack.children["authority"].to_numpy(dtype=object)
    members = {
        shortage.name: members_of(view.pack.children, shortage).to_numpy(dtype=bool) for shortage in SHORTAGES
    }
    rows = list(product([*view.codes, ""], members))
    sums = [each[members[name] & ((codes == code) | (code == ""))].sum().to_numpy() for code, name in rows]
    return pd.DataFrame(sums, index=pd.MultiIndex.from_tuples(rows), columns=list(WHATS)).astype(np.int64)


# -- disclosure control -----------------------------------------------------------------------------


def _hidden_of_need(view: RunView) -> frozenset[Key]:
    system = run_system(view)
    weigh(system)
    published, hidden = frozenset(system.values), view.hidden_cells
    need, groups = _need(view), _groups(view)
    _add(system, NEED, need)
    _add(system, GROUP, groups)
    bands = [label for _, _, label in pop.AGE_BANDS]
    for what in WHATS:
        for code in view.codes:
            total = pop.key_of(RUN, pop.AUTHORITY, code, what)
            system.add_sum(total, [(NEED, code, care, band, what) for care, band in product(CARE, bands)])
            for shortage in SHORTAGES:
                _within(system, total, (GROUP, code, shortage.name, what))
        for care, band in product(CARE, bands):
            parts = [(NEED, code, care, band, what) for code in view.codes]
            system.add_sum((NEED, "", care, band, what), parts)
        for band in bands:
            total = pop.key_of(RUN, pop.AGE, band, what)
            system.add_sum(total, [(NEED, "", care, band, what) for care in CARE])
        for shortage in SHORTAGES:
            region = (GROUP, "", shortage.name, what)
            system.add_sum(region, [(GROUP, code, shortage.name, what) for code in view.codes])
            codes = sorted({code for codes in view.pack.children["needs"] for code in codes})
            marked = [code for code in codes if has_mark(shortage, code)]
            if len(marked) == 1:
                _within(system, pop.key_of(RUN, pop.NEED, marked[0], what), region)
    system.open |= published - hidden - system.slack
    return hidden | hidden_cells(system, hidden=hidden)


def _add(system: System, stem: str, counted: pd.DataFrame) -> None:
    """The counts, and that those without a place, and those placed far or out of area, are some of all."""
    for key, row in zip(counted.index, counted.to_numpy().tolist(), strict=True):
        for what, number in zip(counted.columns, row, strict=True):
            system.add((stem, *key, what), number)
        everyone = (stem, *key, pop.CHILDREN)
        for what in (OVER, OUTSIDE):
            _within(system, everyone, (stem, *key, pop.WITHOUT), (stem, *key, what))


def _within(system: System, whole: Key, *parts: Key) -> None:
    """Σ parts ≤ whole."""
    rest = ("~", *whole, *("/".join(part) for part in parts))
    system.add_slack(rest, system.values[whole] - sum(system.values[part] for part in parts))
    system.add_sum(whole, (*parts, rest))
