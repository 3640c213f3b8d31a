"""What could be opened, what a plan opens, and what that changes: the tables of the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
import pandas as pd

from optimiser import terms
from optimiser.errors import InputError
from optimiser.pack.csv_file import csv_from_bytes
from optimiser.pack.options import faults_of_units, options_from_cells
from optimiser.pack.pack import Pack
from optimiser.pack.read import finished
from optimiser.pack.tables import OPTIONS, table_from_csv
from optimiser.report.build import Builder
from optimiser.report.disclosure import LEAST_BASE, published
from optimiser.report.maps import lon_lat
from optimiser.report.plans import PlanView
from optimiser.report.sufficiency import Sufficiency, by_authority, need_by_care, need_by_group
from optimiser.report.supply import KIND_LABELS
from optimiser.report.table import HIDDEN, TOTAL, Kind, Level, Table, text_of
from optimiser.report.tiles import NONE, Caption, Shown, Tile, tile_of, tiles_between
from optimiser.report.views import RunView

NO_NEXT_PLACES = pd.DataFrame(columns=["authority", "sort", "unplaced_change", "separated_change"])
MEANS_NOTE = "For futures: means over them; they are drawn, and not the region's children."
_MONEY_NOTE = "Standing cost is paid whether a place is filled or not; capital once."
_COSTS = (
    Caption("units", "Units opened", "Homes and foster households.", "units", Kind.NUMBER, ""),
    Caption("capital_total", "Capital", "Once, for all units.", "£", Kind.MONEY, ""),
    Caption("standing_weekly_total", "Standing cost", "Filled or not.", "£ a week", Kind.MONEY, ""),
    Caption(
        "units_weekly_total",
        "Cost of the units",
        "A week: standing cost, and capital over the years it is paid back in.",
        "£ a week",
        Kind.MONEY,
        "",
    ),
)


def options_from_bytes(content: bytes, pack: Pack) -> pd.DataFrame:
    """The rows of an options.csv, as `Pack.options`; `InputError` with every fault of its cells."""
    csv, faults = csv_from_bytes(OPTIONS, content)
    if csv is not None:
        table, cell_faults = table_from_csv(csv)
        options, option_faults = options_from_cells(table)
        units = faults_of_units(table, options, pack.provision["provision_id"].tolist())
        faults = [*faults, *cell_faults, *option_faults, *units]
        if not any(not fault.warning for fault in faults):
            return finished(options)
    count = sum(not fault.warning for fault in faults)
    raise InputError(f"{OPTIONS} has {count} fault{'s' if count != 1 else ''}", faults)


def options_table(options: pd.DataFrame, names: Mapping[str, str]) -> Table:
    """One row for everything that could be opened; `names`: GSS code → authority."""
    builder = _options_columns(options, names)
    builder.figure("max_units", "Most units", options["max_units"], Kind.NUMBER, unit="units")
    _unit_costs(builder, options)
    builder.figure("weekly_cost", "For each child", options["weekly_cost"], Kind.MONEY)
    builder.text("opens", "Opens", [day or "at once" for day in options["opens"]])
    return builder.table(
        "options", "What could be opened", source=None, level=Level.HOME, notes=[_MONEY_NOTE]
    )


def option_points(options: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """For a map of options: option_id, name, kind, authority, places (of one unit), max_units, lon, lat.

    A family is never a point: foster options are one row for each authority and all of them together, without
    lon and lat.
    """
    lon, lat = lon_lat(options["easting"], options["northing"])
    rows = options[["option_id", "name", "kind", "authority", "places", "max_units"]].assign(lon=lon, lat=lat)
    family = rows["kind"].isin([terms.FOSTER_HOME, terms.KINSHIP])
    together = rows[family].assign(places=rows["places"] * rows["max_units"])
    grouped = together.groupby(["authority", "kind"], sort=True)[["places", "max_units"]].sum().reset_index()
    grouped = grouped.assign(
        option_id="",
        name=[
            f"{KIND_LABELS[kind]}, {names.get(code, code)}"
            for code, kind in grouped[["authority", "kind"]].to_numpy()
        ],
        lon=np.nan,
        lat=np.nan,
    )
    return pd.concat([rows[~family], grouped[rows.columns]], ignore_index=True)


def opened(view: PlanView) -> pd.DataFrame:
    """The options of which the plan opens a unit, as `Pack.options` with so many units at most."""
    options = view.pack.options
    if options is None:
        return pd.DataFrame()
    units = dict(zip(view.plan["option_id"], view.plan["units"], strict=True))
    options = options.assign(max_units=options["option_id"].map(units).fillna(0).astype("int64"))
    return options[options["max_units"] > 0].reset_index(drop=True)


def plan_units(view: PlanView, names: Mapping[str, str]) -> Table:
    """One row for every option of which the plan opens a unit."""
    options = opened(view)
    rows = view.plan.set_index("option_id").loc[options["option_id"]]
    builder = _options_columns(options, names)
    units = rows["units"].to_numpy()
    builder.figure("units", "Units", units, Kind.NUMBER, unit="units")
    _unit_costs(builder, options)
    builder.figure(
        "children_placed",
        "Children placed there",
        rows["children_placed"],
        Kind.ESTIMATE,
        unit="children",
        meaning="In all of its units; the mean over the futures.",
    )
    builder.figure(
        "marginal_value",
        "Worth of one more unit",
        rows["marginal_value"],
        Kind.MONEY,
        meaning="What one more would save, less what it costs, at the prices of the third tier: an estimate.",
    )
    return builder.table("plan", "What the plan opens", source=None, level=Level.HOME, notes=[_MONEY_NOTE])


def plan_by_kind(view: PlanView) -> Table:
    """Units, places and costs by kind of place, and in all; it counts no children."""
    options = opened(view)
    sums = pd.DataFrame(
        {
            "kind": options["kind"],
            "units": options["max_units"],
            **{
                name: options[name] * options["max_units"]
                for name in ("places", "capital_cost", "standing_cost")
            },
        }
    )
    by = sums.groupby("kind").sum()
    by = by.reindex([kind for kind in terms.KINDS if kind in by.index])
    by = pd.concat([by, by.sum().to_frame("").T])
    builder = Builder()
    builder.text("kind", "Kind of place", [*(KIND_LABELS[kind] for kind in by.index[:-1]), TOTAL])
    builder.figure("units", "Units", by["units"], Kind.NUMBER, unit="units")
    builder.figure("places", "Places", by["places"], Kind.NUMBER, unit="places")
    builder.figure("capital_cost", "Capital, £", by["capital_cost"], Kind.MONEY, unit="£")
    builder.figure("standing_cost", "Standing, £ a week", by["standing_cost"], Kind.MONEY)
    return builder.table(
        "plan_by_kind", "What the plan opens, by kind of place", source=None, total=True, notes=[_MONEY_NOTE]
    )


def plan_tiles(view: PlanView, *, publication: bool = False) -> tuple[Tile, ...]:
    """The region's figures under the plan (`value`) and with nothing opened (`today`).

    For the pack's own children they are those of two runs, published as two runs are; for futures means, of
    which publication hides what fewer than six children are behind.
    """
    both = view.before_and_after
    if both is not None:
        return tiles_between(*both, publication=publication)
    return tuple(_mean_tile(view, caption, publication=publication) for caption in _means(view))


def plan_measures(view: PlanView, *, publication: bool = False) -> Table:
    """The tiles as a table, texts ready to show, with what the plan costs below them."""
    found = [*plan_tiles(view, publication=publication), *cost_tiles(view)]
    builder = Builder()
    builder.text("measure", "Measure", [tile.label for tile in found])
    builder.text("unit", "Unit", [tile.unit for tile in found])
    builder.text("before", "Nothing opened", [tile.today_text for tile in found])
    builder.text("after", "The plan", [tile.value_text for tile in found])
    builder.text("difference", "Difference", [tile.difference_text for tile in found])
    notes = [MEANS_NOTE] if view.futures else []
    return builder.table("before_and_after", "Before and after", source=None, notes=notes)


def cost_tiles(view: PlanView) -> tuple[Tile, ...]:
    """What the plan opens and costs; no figure of children."""
    return tuple(tile_of(caption, Shown(float(view.metrics[caption.key])), NONE) for caption in _COSTS)


def compare_plans(a: PlanView, b: PlanView) -> Table:
    """Two plans, measure by measure: before, and under each. Texts ready to show; not for publication."""
    found = [
        tile_of(caption, Shown(b.metrics[caption.key]), Shown(a.metrics[caption.key]))
        for caption in (*_means(b), *_COSTS)
    ]
    builder = Builder()
    builder.text("measure", "Measure", [tile.label for tile in found])
    builder.text("unit", "Unit", [tile.unit for tile in found])
    builder.text("first", a.name, [tile.today_text for tile in found])
    builder.text("second", b.name, [tile.value_text for tile in found])
    builder.text("difference", "Difference", [tile.difference_text for tile in found])
    notes = [MEANS_NOTE] if a.futures or b.futures else []
    return builder.table("plans_compared", "Plan against plan", source=None, level=Level.CHILD, notes=notes)


def compare_units(a: PlanView, b: PlanView, names: Mapping[str, str]) -> Table:
    """Every option of which either plan opens a unit, with the units of both."""
    first, second = opened(a), opened(b)
    options = (
        pd.concat([first, second]).drop_duplicates("option_id").sort_values("option_id", ignore_index=True)
    )
    builder = _options_columns(options, names)
    numbers = [
        options["option_id"].map(dict(zip(each["option_id"], each["max_units"], strict=True))).fillna(0)
        for each in (first, second)
    ]
    builder.figure("units_first", f"Units, {a.name}", numbers[0], Kind.NUMBER, unit="units")
    builder.figure("units_second", f"Units, {b.name}", numbers[1], Kind.NUMBER, unit="units")
    builder.figure("units_difference", "Difference", numbers[1] - numbers[0], Kind.NUMBER, unit="units")
    return builder.table("plans_units", "What each plan opens", source=None, level=Level.HOME)


def frontier_table(view: PlanView) -> Table:
    """What each amount of capital buys; `InputError` where the plan has no frontier. Not for publication."""
    rows = view.frontier
    if rows is None:
        raise InputError(f"{view.name} has no frontier; accepted: a plan of commission --frontier")
    kind = Kind.ESTIMATE if view.futures else Kind.NUMBER
    builder = Builder()
    builder.text("amount", "Capital, at most", [text_of(value, Kind.MONEY) for value in rows["capital"]])
    builder.figure("capital_total", "Spent, £", rows["capital_total"], Kind.MONEY, unit="£")
    builder.figure("units", "Units", rows["units"], Kind.NUMBER, unit="units")
    builder.figure("unplaced", "Children without a place", rows["unplaced"], kind, unit="children")
    builder.figure(
        "placed_more", "More placed than the row above", rows["placed_more"], kind, unit="children"
    )
    far = f"Children living over {view.far_miles:g} miles"
    builder.figure("over_far", far, rows["over_far"], kind, unit="children")
    builder.figure("separated", "Sibling groups separated", rows["separated"], kind, unit="sibling groups")
    builder.figure("score", "Score with the units, £ a week", rows["score"], Kind.MONEY)
    builder.figure(
        "saving_gbp_per_week",
        "Saved against the row above, £ a week",
        rows["saving_gbp_per_week"],
        Kind.MONEY,
        meaning="Below 0 where children who had no place now cost something.",
    )
    notes = [MEANS_NOTE] if view.futures else []
    return builder.table("frontier", "What capital buys", source=None, level=Level.CHILD, notes=notes)


def need_tables(run: RunView, *, publication: bool = False) -> Mapping[str, Table]:
    """The sufficiency matrix of a run: by authority, by kind of care and age, by shortage group."""
    found = Sufficiency(run, NO_NEXT_PLACES)
    made = {"authority": by_authority(found), "care": need_by_care(found), "group": need_by_group(found)}
    return MappingProxyType({name: published(table) for name, table in made.items()} if publication else made)


# -- within ----------------------------------------------------------------------------------------


def _options_columns(options: pd.DataFrame, names: Mapping[str, str]) -> Builder:
    builder = Builder()
    builder.text("option_id", "Option", options["option_id"])
    builder.text("name", "Name", options["name"])
    builder.text("kind", "Kind of place", [KIND_LABELS[kind] for kind in options["kind"]])
    builder.text("authority", "Authority", [names.get(code, code) for code in options["authority"]])
    builder.figure("places", "Places in each", options["places"], Kind.NUMBER, unit="places")
    return builder


def _unit_costs(builder: Builder, options: pd.DataFrame) -> None:
    builder.figure("capital_cost", "Capital for each, £", options["capital_cost"], Kind.MONEY, unit="£")
    builder.figure("standing_cost", "Standing for each, £ a week", options["standing_cost"], Kind.MONEY)


def _means(view: PlanView) -> tuple[Caption, ...]:
    """The figures of metrics.json that are means over the futures."""
    far = f"over {view.far_miles:g} miles"
    count = Kind.ESTIMATE if view.futures else Kind.COUNT
    return (
        Caption("placed", "Children placed", "Children with a place.", "children", count, "higher"),
        Caption("unplaced", "Children without a place", "", "children", count, "lower"),
        Caption(
            "mean_miles", "Mean miles from home", "Of the children placed.", "miles", Kind.MILES, "lower"
        ),
        Caption(
            "over_far_miles",
            f"Children living {far}",
            "Children farther from home than the policy's far_miles.",
            "children",
            count,
            "lower",
        ),
        Caption("separated_groups", "Sibling groups separated", "", "sibling groups", count, "lower"),
        Caption(
            "weekly_cost_total",
            "Weekly cost of places",
            "Without the units' standing cost.",
            "£ a week",
            Kind.MONEY,
            "lower",
        ),
    )


def _mean_tile(view: PlanView, caption: Caption, *, publication: bool) -> Tile:
    after, before = (Shown(document[caption.key]) for document in (view.metrics, view.metrics["before"]))
    if publication and _small(view, caption.key):
        after = before = Shown(None, HIDDEN)
    return tile_of(caption, after, before)


def _small(view: PlanView, key: str) -> bool:
    """Fewer than six children or groups are behind a figure, before or after, or are what it leaves out."""
    count = {"mean_miles": "placed", "weekly_cost_total": "placed"}.get(key, key)
    whole = "sibling_groups" if key == "separated_groups" else "children"
    documents = (view.metrics, view.metrics["before"])
    each = [float(document[count]) for document in documents]
    rest = [float(document[whole]) - number for document, number in zip(documents, each, strict=True)]
    return any(0 < abs(number) < LEAST_BASE for number in (*each, *rest, each[0] - each[1]))


def sentence_of_units(view: PlanView, table: Table) -> str:
    """What the plan opens, in words, from its table by kind."""
    kinds: Sequence[tuple[str, float, float]] = list(
        zip(table.frame["kind"], table.frame["units"], table.frame["places"], strict=True)
    )[:-1]
    if not kinds:
        return "The plan opens nothing."
    each = [f"{kind}: {units:,.0f} with {places:,.0f} places" for kind, units, places in kinds]
    return f"Opened – {'; '.join(each)}. Capital {text_of(view.metrics['capital_total'], Kind.MONEY)}."
