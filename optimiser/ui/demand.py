"""Demand: from the statutory return to the children in care to come, and who will need a place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from optimiser.demand.prediction import ALL
from optimiser.demand.samples import SAMPLE_RETURNS
from optimiser.errors import InputError
from optimiser.report import demand_checks, demand_tables
from optimiser.report.demand import DemandView, name_of, open_demand
from optimiser.report.zips import under_two_names, zip_of
from optimiser.ui import (
    charts,
    demand_charts,
    demand_inputs,
    downloads,
    frame,
    jobs,
    legend,
    palette,
    rows,
    state,
    store,
    tiles,
)
from optimiser.ui.forecasting import BACKTESTS

SECTIONS = {
    "care": "Children in care",
    "entrants": "Who will need a place",
    "backtest": "How good forecasts are",
    "whatif": "What if",
    "quality": "Quality of the returns",
    "away": "Take it away",
}
METHOD_WORDS = {"ours": "our method", "published": "the published method", "naive": "the last value"}
NOT_PUBLISHED = "Hidden in the publication view: {}"


def page() -> None:
    """The page."""
    st.title("Demand", anchor=False)
    st.markdown(
        "How many children will be in care, and who will need a place: a forecast from the statutory SSDA903 "
        "returns, with intervals that say how sure it is."
    )
    with st.sidebar:
        choosers = st.container()
        with choosers:
            name, returns = demand_inputs.chosen_returns()
        publication = state.switch(
            "Publication view",
            key="publication",
            help="Counts of 1 to 5 as “c”, and others they could be worked out from; whole region only.",
        )
    demand_inputs.upload()
    demand_inputs.form(returns)
    going_on = jobs.follow("made")
    view = _chosen_forecast(returns, choosers, going_on=going_on)
    with choosers:
        area = view.region if publication else _chosen_area(view)
    _say_what_is_shown(view, name, area, publication=publication)
    section = state.choose(
        "Show", list(SECTIONS), key="section", words=SECTIONS.__getitem__, style="segmented"
    )
    drawn: dict[str, Callable[[DemandView, str, bool], None]] = {
        "care": _care,
        "entrants": _entrants,
        "backtest": _backtest,
        "whatif": _what_if,
        "quality": _quality,
        "away": _away,
    }
    drawn[section](view, area, publication)


def _chosen_forecast(returns: Path, choosers: DeltaGenerator, *, going_on: bool) -> DemandView:
    """The forecast of the address, else the latest; that of the sample is made at its first visit."""
    made = demand_inputs.forecasts_of(returns)
    if not made and returns.name == SAMPLE_RETURNS and not state.get("job"):
        demand_inputs.begin(demand_inputs.sample_order(returns))
    if not made:
        if going_on:
            st.stop()
        frame.nothing("There is no forecast of these returns yet. Make one above.")
    with choosers:
        name = state.choose("Forecast", list(made), key="made")
    try:
        return store.opened(_opened, made[name], _tested(made[name]))
    except InputError as error:
        frame.failed(error)


def _tested(folder: Path) -> Path:
    """Where the back-test of a forecast is, if there is one."""
    return folder.parent.parent / BACKTESTS / folder.name


def _opened(folder: Path, tested: Path) -> DemandView:
    return open_demand(folder, backtest=tested if tested.is_dir() else None)


def _chosen_area(view: DemandView) -> str:
    """The whole region, or one authority."""
    codes = [area for area in view.areas if area != view.region]
    chosen = state.choose(
        "Authority",
        ["", *codes],
        key="authority",
        words=lambda code: name_of(code) if code else "Whole region",
        help="Shows the forecast of one authority.",
    )
    return chosen or view.region


def _say_what_is_shown(view: DemandView, returns: str, area: str, *, publication: bool) -> None:
    """One line, so that nobody takes one forecast for another, and the publication banner."""
    manifest = view.manifest
    said = [
        f"returns {returns}",
        f"forecast {view.folder.name}",
        f"known to {demand_tables.words_of_day(str(manifest['start']))}",
        METHOD_WORDS[str(manifest["method"])],
        name_of(area),
    ]
    st.caption(" · ".join(said))
    if returns == SAMPLE_RETURNS:
        st.caption("These returns are synthetic: every child in them is invented.")
    if publication:
        st.info(
            "Publication view: the whole region alone; counts of 1 to 5 show as “c”, with any count they "
            "could be worked out from. Single rows of the returns are not shown.",
            icon=":material/visibility_off:",
        )


# -- children in care ---------------------------------------------------------------------------------


def _care(view: DemandView, area: str, publication: bool) -> None:
    """Stock to come, month by month and by kind, age and authority."""
    st.header("Children in care", anchor=False)
    _tiles(view, area, publication)
    band = category = ALL
    if not publication:
        with st.container(horizontal=True):
            category = state.choose("Kind of place", [ALL, *view.categories], key="category", words=_all)
            band = state.choose("Age", [ALL, *view.bands], key="band", words=_all)
    _line_chart(view, area, band, category, publication=publication)
    with st.container(horizontal=True):
        by = state.choose(
            "By",
            [each for each in demand_tables.BY if each != "authority" or len(view.areas) > 1],
            key="by",
            words=demand_tables.BY.__getitem__,
            style="segmented",
        )
        day = state.choose(
            "On", list(view.days), key="on", words=demand_tables.words_of_day, default=view.days[-1]
        )
    frame.table(store.figures(demand_tables.children_table, view, area, by, day, publication=publication))
    if not publication and view.past is not None:
        with st.expander("The months before: who came and who left"):
            frame.table(store.figures(demand_tables.flows_table, view, area))


def _all(value: str) -> str:
    return "All" if value == ALL else value


def _tiles(view: DemandView, area: str, publication: bool) -> None:
    """Now, and at the end."""
    table = store.figures(
        demand_tables.children_table, view, area, "category", view.days[-1], publication=publication
    )
    total = rows.texts(table).iloc[-1]
    end = demand_tables.words_of_day(view.days[-1])
    interval = f"{total['low_95']} – {total['high_95']}"
    tiles.show(
        [
            tiles.Figure("In care now", total["now"], help="Counted on the first day."),
            tiles.Figure(f"On {end}", total["mean"], help="Mean of the forecast."),
            tiles.Figure("95 of 100 times", interval, help="How sure the forecast is of that day."),
        ]
    )


def _line_chart(view: DemandView, area: str, band: str, category: str, *, publication: bool) -> None:
    if publication and demand_tables.too_few(view):
        st.write("No figure may be published: there are too few children.")
        return
    drawn = demand_tables.line(view, area, band=band, category=category)
    sentence = demand_tables.line_sentence(view, area, band=band, category=category)
    entries = [
        legend.Entry("Counted", palette.TODAY, legend.Mark.DISC),
        legend.Entry("Forecast: mean", palette.RUN, legend.Mark.DISC),
        legend.Entry("50 and 95 times in 100", palette.INTERVAL),
    ]
    if "value_base" in drawn:
        entries.append(legend.Entry("Without the changes", palette.OTHER_RUN, legend.Mark.DISC))
    legend.show("", entries if (drawn["part"] == "past").any() else entries[1:])
    charts.draw(demand_charts.months, drawn, alt_text=sentence, key=f"months:{area}:{band}:{category}")
    st.caption(sentence)
    frame.data_behind("chart", demand_tables.line_table(view, area, band=band, category=category))


# -- entrants -------------------------------------------------------------------------------------------


def _entrants(view: DemandView, area: str, publication: bool) -> None:
    """Who will come into care, by quarter and age."""
    del publication
    st.header("Who will need a place", anchor=False)
    if view.entrants is None:
        frame.nothing("This method forecasts no entrants. Make a forecast with another one.")
    st.markdown("Children who will come into care in each quarter: the homes and families to find for them.")
    table = store.figures(demand_tables.entrants_by_quarter, view, area)
    drawn = demand_tables.entrants_rows(view, area)
    sentence = demand_tables.entrants_sentence(view, area)
    interval = legend.Entry("95 times in 100: the line", palette.TEXT)
    legend.show("", [legend.Entry("Mean of the forecast", palette.PRIMARY), interval])
    charts.draw(demand_charts.quarters, drawn, alt_text=sentence, key=f"quarters:{area}")
    st.caption(sentence)
    frame.table(table)
    frame.table(store.figures(demand_tables.entrants_by_age, view, area), height=380)


# -- how good ---------------------------------------------------------------------------------------------


def _backtest(view: DemandView, area: str, publication: bool) -> None:
    """The past, forecast."""
    del area, publication
    st.header("How good forecasts have been", anchor=False)
    levels = demand_checks.backtest_levels(view)
    warning = st.session_state.pop("no backtest", "")
    if not levels:
        why = f": {warning}" if warning else ""
        frame.nothing(
            f"There is no back-test of this forecast{why}. Tick “Back-test too” when you make one; it needs "
            "15 months of returns that every authority covers."
        )
    st.markdown(
        "Every method forecasts the past from the same days, with what was known on the day, and is held "
        "against what came. *CRPS* is the error of the whole forecast in children, its intervals too."
    )
    level = state.choose(
        "Forecast of",
        list(levels),
        key="level",
        words=demand_checks.LEVEL_WORDS.__getitem__,
        style="segmented",
    )
    drawn = demand_checks.backtest_rows(view, level)
    sentence = demand_checks.backtest_sentence(view, level)
    charts.draw(demand_charts.scores, drawn, alt_text=sentence, key=f"scores:{level}")
    st.caption(sentence)
    frame.table(demand_checks.backtest_table(view), height=380)


# -- what if ------------------------------------------------------------------------------------------------


def _what_if(view: DemandView, area: str, publication: bool) -> None:
    """The forecast under changes beside the one without."""
    st.header("What if", anchor=False)
    if view.attribution is None:
        st.markdown(
            "A what-if file says what changes: entries of 10 to 15s halve within a year, 500 more "
            "unaccompanied children, kinship first. Give one when you make a forecast above. An example:"
        )
        st.code(EXAMPLE, language=None)
        downloads.button("Download whatif.toml", EXAMPLE, "whatif.toml")
        return
    _line_chart(view, area, ALL, ALL, publication=publication)
    day = state.choose(
        "On", list(view.days), key="on", words=demand_tables.words_of_day, default=view.days[-1]
    )
    frame.table(demand_checks.attribution_table(view, area, day))
    if view.costs is not None:
        frame.table(demand_checks.costs_table(view, area), height=380)


EXAMPLE = """\
name = "Family Help and kinship first"

[[change]]
name = "entries of 10 to 15 halve within a year"
rate = "entries"
age_from = 10
age_to = 15
over_months = 12
multiply = 0.5

[[change]]
name = "kinship first"
rate = "entries"
categories = ["Foster carers"]
share = 0.2
to = "Kinship"

[costs]
inflation = 0.03
[costs.weekly]
Fostering = 650
Residential = 5200
"""


# -- quality ------------------------------------------------------------------------------------------------


def _quality(view: DemandView, area: str, publication: bool) -> None:
    """What became of every row, and every finding."""
    del area
    st.header("Quality of the returns", anchor=False)
    if publication:
        st.write(NOT_PUBLISHED.format("each row of a return is a single child’s."))
        return
    st.markdown(
        f"**{demand_checks.rows_sentence(view)}.** Nothing is lost: each thing that is wrong is listed below "
        "with its row, and what was done."
    )
    frame.table(demand_checks.rows_table(view))
    kinds = store.figures(demand_checks.kinds_table, view)
    frame.table(kinds, height=380 if len(kinds.frame) > 10 else None)
    if kinds.frame.empty:
        return
    kind = state.choose(
        "Findings of",
        ["", *kinds.frame["kind"].unique()],
        key="kind",
        words=lambda kind: kind or "Every kind",
    )
    frame.table(store.figures(demand_checks.findings_table, view, kind), height=380)


# -- to take away -------------------------------------------------------------------------------------------


def _away(view: DemandView, area: str, publication: bool) -> None:
    """The folder as a zip, and the commands that make it."""
    del area
    st.header("Take it away", anchor=False)
    tested = _tested(view.folder)
    if publication:
        st.write(NOT_PUBLISHED.format("the folder has exact counts, and rows of single children."))
    else:
        folders = under_two_names(view.folder, *([tested] if tested.is_dir() else []))
        downloads.button("The whole forecast (zip)", lambda: zip_of(folders), f"{view.folder.name}.zip")
        st.caption("It holds personal data where the returns do: keep it as you keep case files.")
    st.markdown("The same without this app, to the byte:")
    words = [*demand_inputs.command_here(view.manifest["command"]), "--out", "my-forecast"]
    downloads.command(words)
    if view.backtest is not None:
        st.markdown("And the back-test:")
        downloads.command(["optimiser", "backtest", words[2], "--out", "my-backtest"])
