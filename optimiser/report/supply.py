"""What there is: who lives where, what a place more is worth, and how much rests on few providers."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from optimiser import terms
from optimiser.errors import InputError
from optimiser.report import populations as pop
from optimiser.report.build import Builder
from optimiser.report.cells import PLACES, TAKEN, supply_key
from optimiser.report.placements import RUN
from optimiser.report.table import TOTAL, Key, Kind, Level, Table
from optimiser.report.views import RunView, View

KIND_LABELS = {
    terms.KINSHIP: "Kinship care",
    terms.FOSTER_HOME: "Foster home",
    terms.CHILDRENS_HOME: "Children's home",
    terms.SUPPORTED_ACCOMMODATION: "Supported accommodation",
    "": "Not known",
}
OCCUPANCY_BY = ("provider", "authority", "kind")
KINSHIP_NOTE = "Places of kinship carers are for named children and are hidden like counts of children."


def capacity_rows(view: View) -> pd.DataFrame:
    """One row a provision, in the pack's order: provider, authority, kind, provisions (1), places, vacancies,
    taken; of a run also placed_run and weekly_cost_run (£ a week of those it places)."""
    provision = view.pack.provision
    rows = provision[["provider", "authority", "kind", "places", "vacancies"]].astype({"provider": object})
    rows = rows.assign(provisions=1, taken=rows["places"] - rows["vacancies"])
    rows["kinship_places"] = np.where(rows["kind"] == terms.KINSHIP, rows["places"], 0)
    if isinstance(view, RunView):
        frame = view.run.frame[view.run.frame["placed"]]
        spent = frame.groupby("provision_id")["weekly_cost"].agg(["size", "sum"])
        here = spent.reindex(provision["provision_id"]).fillna(0.0)
        rows["placed_run"] = here["size"].to_numpy().astype(np.int64)
        rows["weekly_cost_run"] = here["sum"].to_numpy()
    return rows


def occupancy(view: View, by: str = "provider") -> Table:
    """Places, who has them before the run and after it, by provider, authority or kind; and in all."""
    if by not in OCCUPANCY_BY:
        raise InputError(f"{by} is no way to group places; accepted: {', '.join(OCCUPANCY_BY)}")
    sums = capacity_rows(view).groupby(by, sort=True).sum(numeric_only=True)
    if by == "kind":
        sums = sums.reindex([kind for kind in terms.KINDS if kind in sums.index])
    if by == "authority":
        members = [code for code in view.codes if code in sums.index]
        sums = sums.reindex([*members, *(code for code in sums.index if code not in members)])
    values = [str(value) for value in sums.index]
    labels = {
        "provider": lambda name: name,
        "authority": view.name_of,
        "kind": lambda kind: KIND_LABELS[kind],
    }[by]
    builder = Builder()
    builder.text("key", by.capitalize(), [*values, ""])
    builder.text("label", "Name", [*map(labels, values), TOTAL])
    _capacity(builder, view, sums, [{by: value} for value in values] + [{}])
    _shares(builder, view)
    return builder.table(
        f"occupancy_by_{by}", f"Who lives where, by {by}", source=view, total=True, notes=[KINSHIP_NOTE]
    )


def capacity(view: View) -> Table:
    """Homes, households, places and who lives there, by authority and kind; families only in these totals."""
    sums = capacity_rows(view).groupby(["authority", "kind"], sort=True).sum(numeric_only=True)
    order = {code: index for index, code in enumerate(view.codes)}
    pairs = sorted(
        sums.index, key=lambda pair: (order.get(pair[0], len(order)), pair[0], terms.KINDS.index(pair[1]))
    )
    sums = sums.reindex(pd.MultiIndex.from_tuples(pairs, names=["authority", "kind"]))
    builder = Builder()
    builder.text("authority_code", "Code", [*(code for code, _ in pairs), ""])
    builder.text("authority", "Authority", [*(view.name_of(code) for code, _ in pairs), TOTAL])
    builder.text("kind", "Kind", [*(kind for _, kind in pairs), ""])
    builder.text("kind_label", "Kind of place", [*(KIND_LABELS[kind] for _, kind in pairs), ""])
    _capacity(builder, view, sums, [{"authority": code, "kind": kind} for code, kind in pairs] + [{}])
    return builder.table(
        "capacity", "Places by authority and kind", source=view, total=True, notes=[KINSHIP_NOTE]
    )


def _capacity(builder: Builder, view: View, sums: pd.DataFrame, levels: Sequence[dict[str, str]]) -> None:
    total = sums.sum(numeric_only=True)

    def column(name: str) -> np.ndarray:
        return np.array([*sums[name], total[name]])

    def keys(state: str, what: str) -> list[Key | None]:
        return [supply_key(state, what, **level) for level in levels]

    builder.figure("provisions", "Homes and households", column("provisions"), Kind.NUMBER, unit="homes")
    builder.count(
        "places",
        "Places",
        column("places"),
        [
            key if kin else None
            for key, kin in zip(keys(pop.PACK, PLACES), column("kinship_places"), strict=True)
        ],
        unit="places",
    )
    builder.count(
        "taken",
        "Taken already",
        column("taken"),
        keys(pop.PACK, TAKEN),
        "Places that other children live in.",
    )
    builder.figure(
        "vacancies",
        "Vacancies",
        column("vacancies"),
        Kind.NUMBER,
        unit="places",
        rests_on=("taken", "places"),
    )
    if isinstance(view, RunView):
        placed, vacancies = column("placed_run"), column("vacancies")
        builder.count("placed_run", "Placed in this run", placed, keys(RUN, pop.PLACED))
        builder.figure(
            "free_after_run",
            "Free after the run",
            vacancies - placed,
            Kind.NUMBER,
            unit="places",
            rests_on=("placed_run", "taken", "places"),
        )
        builder.figure(
            "weekly_cost_run",
            "Weekly cost, in this run",
            column("weekly_cost_run"),
            Kind.MONEY,
            rests_on=("placed_run",),
        )


def _shares(builder: Builder, view: View) -> None:
    places = np.asarray(builder.data["places"], dtype=np.float64)
    taken = np.asarray(builder.data["taken"], dtype=np.float64)
    builder.figure(
        "share_taken_before",
        "Share taken before",
        _ratio(taken, places),
        Kind.SHARE,
        rests_on=("taken", "places"),
    )
    if isinstance(view, RunView):
        placed = np.asarray(builder.data["placed_run"], dtype=np.float64)
        builder.figure(
            "share_taken_after",
            "Share taken after",
            _ratio(taken + placed, places),
            Kind.SHARE,
            rests_on=("taken", "places", "placed_run"),
        )


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.where(whole > 0, part / np.where(whole > 0, whole, 1.0), np.nan)


def concentration(view: View) -> Table:
    """Every provider's share of the places, of the children placed and of their cost; most places first."""
    sums = capacity_rows(view).groupby("provider", sort=True).sum(numeric_only=True)
    sums = sums.sort_values("places", ascending=False, kind="stable")
    providers = [str(name) for name in sums.index]
    levels: list[dict[str, str]] = [*({"provider": name} for name in providers), {}]
    builder = Builder()
    builder.text("provider", "Provider", [*providers, TOTAL])
    _capacity(builder, view, sums, levels)
    for name, label, base in (
        ("places", "Share of places", "places"),
        ("placed_run", "Share of children placed", "placed_run"),
        ("weekly_cost_run", "Share of weekly cost", "placed_run"),
    ):
        if name in builder.data:
            values = np.asarray(builder.data[name], dtype=np.float64)
            builder.figure(
                f"share_{name}",
                label,
                _ratio(values, np.full(len(values), values[-1])),
                Kind.SHARE,
                rests_on=(base,),
                of_total=True,
            )
    return builder.table(
        "concentration", "How much rests on each provider", source=view, total=True, notes=[KINSHIP_NOTE]
    )


def concentration_figures(view: View) -> Table:
    """HHI (0 to 10,000) and the shares of the largest providers: of places, and of what the run spends."""
    sums = capacity_rows(view).groupby("provider", sort=True).sum(numeric_only=True)
    rows: list[tuple[str, str, float]] = []
    for name, said in (("places", "places"), ("weekly_cost_run", "weekly cost")):
        if name not in sums or not sums[name].sum():
            continue
        shares = np.sort((sums[name] / sums[name].sum()).to_numpy())[::-1]
        rows.append((f"Herfindahl–Hirschman index of {said}", "0 to 10,000", 10_000.0 * math.fsum(shares**2)))
        rows += [
            (f"Share of {said} with the largest {n}", "per cent", 100.0 * math.fsum(shares[:n]))
            for n in (1, 3, 5)
        ]
    builder = Builder()
    builder.text("measure", "Measure", [measure for measure, _, _ in rows])
    builder.text("unit", "Unit", [unit for _, unit, _ in rows])
    builder.figure("value", "Value", [value for _, _, value in rows], Kind.NUMBER)
    notes = ["The index is the sum of squared percentage shares: 10,000 is one provider with everything."]
    return builder.table("concentration_figures", "Concentration", source=view, notes=notes)


def providers(view: View) -> tuple[str, ...]:
    """The providers, by name."""
    return tuple(sorted({str(name) for name in view.pack.provision["provider"]}))


def if_provider_leaves(view: View, provider: str) -> Table:
    """What closes if a provider leaves, by kind and authority: homes, places, children and spend."""
    rows = capacity_rows(view)
    rows = rows[rows["provider"] == provider]
    if not len(rows):
        raise InputError(
            f"{provider} is no provider of the pack; accepted: one of {', '.join(providers(view)[:5])}, …"
        )
    sums = rows.groupby(["kind", "authority"], sort=True).sum(numeric_only=True)
    pairs = list(sums.index)
    total = sums.sum(numeric_only=True)
    builder = Builder()
    builder.text("kind", "Kind", [*(KIND_LABELS[kind] for kind, _ in pairs), ""])
    builder.text("authority_code", "Code", [*(code for _, code in pairs), ""])
    builder.text("authority", "Authority", [*(view.name_of(code) for _, code in pairs), "All"])
    for name, label, kind, unit in (
        ("provisions", "Homes and households", Kind.NUMBER, "homes"),
        ("places", "Places", Kind.NUMBER, "places"),
        ("taken", "Children living there already", Kind.NUMBER, "children"),
        ("placed_run", "Children placed in this run", Kind.NUMBER, "children"),
        ("weekly_cost_run", "Weekly cost, in this run", Kind.MONEY, "£ a week"),
    ):
        if name in sums:
            builder.figure(name, label, [*sums[name], total[name]], kind, unit=unit)
    title = f"What closes if {provider} leaves"
    return builder.table("if_provider_leaves", title, source=view, total=True, level=Level.HOME)


def _shadow(run: RunView, name: str) -> pd.DataFrame:
    try:
        return pd.read_csv(
            io.BytesIO(run.output(name)), dtype={"id": str}, keep_default_na=False, na_values=[""]
        )
    except ValueError as error:
        raise InputError(f"{name} cannot be read ({error}); accepted: as allocate writes it") from error


def worth(run: RunView) -> Table:
    """What one more vacancy in each provision would save, £ a week at most; highest first."""
    from optimiser.report.maps import HOMES, lon_lat

    rows = _shadow(run, "shadow_prices.csv")
    prices = rows[rows["limit"] == "vacancies"].set_index("id")["saving_gbp_per_week"]
    provision = run.pack.provision
    rows = provision.assign(worth=provision["provision_id"].map(prices).to_numpy())
    rows = rows.sort_values(["worth", "provision_id"], ascending=[False, True], kind="stable")
    lon, lat = lon_lat(rows["easting"], rows["northing"])
    family = ~rows["kind"].isin(HOMES).to_numpy()
    builder = Builder()
    for name, label in (
        ("provision_id", "Home or household"),
        ("name", "Name"),
        ("provider", "Provider"),
        ("kind", "Kind"),
    ):
        builder.text(name, label, rows[name].to_numpy())
    builder.text("authority_code", "Code", rows["authority"].to_numpy())
    builder.text("authority", "Authority", [run.name_of(code) for code in rows["authority"]])
    builder.figure("vacancies", "Vacancies", rows["vacancies"], Kind.NUMBER, unit="places")
    builder.figure("worth_gbp_per_week", "Worth of one more place", rows["worth"], Kind.MONEY)
    builder.figure("lon", "Longitude", np.where(family, np.nan, lon), Kind.NUMBER, unit="degrees")
    builder.figure("lat", "Latitude", np.where(family, np.nan, lat), Kind.NUMBER, unit="degrees")
    notes = [WORTH_NOTE, "Families have no point."]
    return builder.table(
        "worth", "Where one more place is worth most", source=run, notes=notes, level=Level.HOME
    )


WORTH_NOTE = (
    "At most so much a first more place saves, with children placed and siblings kept together as they are "
    "(a dual of the relaxation, one of several where these are degenerate)."
)


def worth_by(run: RunView) -> Table:
    """What one more place is worth by authority, kind and need, £ a week; highest mean first."""
    rows = _shadow(run, "shadow_prices_by.csv").fillna({"authority": ""})
    builder = Builder()
    builder.text("authority_code", "Code", rows["authority"].to_numpy())
    builder.text("authority", "Authority", [run.name_of(code) for code in rows["authority"]])
    builder.text("kind", "Kind", rows["kind"].to_numpy())
    builder.text("need", "Need it can meet", rows["need"].to_numpy())
    builder.figure("provisions", "Homes and households", rows["provisions"], Kind.NUMBER, unit="homes")
    builder.figure("mean_gbp_per_week", "Mean worth", rows["mean_saving_gbp_per_week"], Kind.MONEY)
    builder.figure("most_gbp_per_week", "Highest worth", rows["max_saving_gbp_per_week"], Kind.MONEY)
    return builder.table("worth_by", "What one more place is worth, by need", source=run, notes=[WORTH_NOTE])


def worth_by_authority(run: RunView) -> Table:
    """What one more place is worth by the authority it is in, £ a week: mean and highest."""
    rows = worth(run).frame
    by = rows.groupby("authority_code", sort=True)["worth_gbp_per_week"].agg(["size", "mean", "max"])
    members = [code for code in run.codes if code in by.index]
    by = by.reindex([*members, *(code for code in by.index if code not in members)])
    builder = Builder()
    builder.text("code", "Code", list(by.index))
    builder.text("authority", "Authority", [run.name_of(code) for code in by.index])
    builder.figure("provisions", "Homes and households", by["size"], Kind.NUMBER, unit="homes")
    builder.figure("mean_gbp_per_week", "Mean worth", by["mean"], Kind.MONEY)
    builder.figure("most_gbp_per_week", "Highest worth", by["max"], Kind.MONEY)
    return builder.table(
        "worth_by_authority", "What one more place is worth, by authority", source=run, notes=[WORTH_NOTE]
    )


def limits_worth(run: RunView) -> Table:
    """The limits that bind, and what one more unit of each would save, £ a week."""
    rows = _shadow(run, "shadow_prices.csv")
    rows = rows[rows["limit"] != "vacancies"].fillna({"authority": ""})
    builder = Builder()
    builder.text("limit", "Limit", rows["limit"].to_numpy())
    builder.text("authority_code", "Code", rows["authority"].to_numpy())
    builder.text(
        "authority", "Authority", [run.name_of(code) if code else TOTAL for code in rows["authority"]]
    )
    builder.figure("saving_gbp_per_unit", "Saving for one more unit", rows["saving_gbp_per_week"], Kind.MONEY)
    notes = ["A unit of a budget is £1 a week; of the share near home, the whole share."]
    return builder.table("limits_worth", "What the limits cost", source=run, notes=notes)
