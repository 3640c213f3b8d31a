"""What could be opened, and within what: the options on the map, the limits as controls, and the order."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np
import pandas as pd
import streamlit as st

from optimiser import terms
from optimiser.commissioning.proposals import proposed_options
from optimiser.errors import InputError
from optimiser.pack.commission import Commission, CommissionLimits
from optimiser.pack.commission_file import (
    COMMISSION,
    LEAST_YEARS,
    MOST_CAPITAL,
    MOST_STANDING,
    MOST_UNITS,
    MOST_YEARS,
    commission_from_toml,
)
from optimiser.pack.tables import OPTIONS
from optimiser.pack.write import csv_bytes
from optimiser.report import commissioning as report
from optimiser.report.views import PackView
from optimiser.ui import downloads, frame, legend, maps, palette, plans, state, store, upload_form, words
from optimiser.ui.frame import Shown
from optimiser.ui.names import next_name, slug, taken_in
from optimiser.ui.plans import PlanOrder
from optimiser.ui.sign_in import who
from optimiser.ui.solve_progress import solver

OWN, RULE, MINE = "own", "rule", "mine"
UPLOADED = "options"
"""In the session: the options.csv that its reader has given, as pack and bytes."""
KINDS = (terms.FOSTER_HOME, terms.CHILDRENS_HOME, terms.SUPPORTED_ACCOMMODATION)
OFFSET = 0.035
"""Degrees east of an authority's middle where its foster options are drawn, clear of its label."""
_GAP = 0.01
_MOST_FUTURES = 50


def draw(shown: Shown) -> None:
    """The options, the limits and the button; an order that is given is in the address."""
    st.header("What could be opened", anchor=False)
    content = _chosen_options(shown)
    try:
        options = store.figures(_options, shown.pack_view, content)
    except InputError as error:
        frame.failed(error)
    if options.empty:
        frame.nothing("There is nothing to choose from: options.csv has no rows.")
    options_map(shown, options, key="options map")
    frame.table(report.options_table(options, shown.names), height=320, leave_out=("option_id",))
    order = _form(shown, content)
    if order is not None:
        _submit(order)


def options_map(shown: Shown, options: pd.DataFrame, *, key: str, hollow: bool = True) -> None:
    """Homes where they could be, foster households by authority; hollow, or filled where they are opened."""
    ground = maps.ground(shown.pack_view)
    points = report.option_points(options, shown.names)
    beside = {code: (east + OFFSET, north) for code, (east, north) in ground.middles.items()}
    at = [
        beside.get(code, (lon, lat)) if np.isnan(lon) else (lon, lat)
        for code, lon, lat in zip(points["authority"], points["lon"], points["lat"], strict=True)
    ]
    drawn = points.assign(lon=[lon for lon, _ in at], lat=[lat for _, lat in at]).dropna(subset=["lon"])
    rows = drawn.assign(
        colour=drawn["kind"].map(palette.KIND_COLOURS),
        ring=hollow,
        title=drawn["name"],
        text=[
            f"{words.OF_KIND[kind]}\nPlaces: {places:,}\n{'Units at most' if hollow else 'Units'}: {units:,}"
            for kind, places, units in drawn[["kind", "places", "max_units"]].to_numpy().tolist()
        ],
    )
    areas = pd.DataFrame(
        {
            "code": list(shown.names),
            "colour": palette.NO_FIGURE,
            "label": "",
            "title": list(shown.names.values()),
            "text": "",
        }
    )
    said = "could be opened" if hollow else "the plan opens"
    each = [
        f"{words.OF_KIND[kind]}: {len(mine)} options, {int(mine['max_units'].sum())} units"
        for kind in terms.KINDS
        if len(mine := options[options["kind"] == kind])
    ]
    sentence = f"What {said}, by kind of place. {'; '.join(each)}."
    drawing = maps.shaded(ground, areas, selected=shown.authority)
    maps.draw(ground, maps.Drawing(drawing.areas, circles=maps.circles(ground, rows)), alt=sentence, key=key)
    mark = legend.Mark.RING if hollow else legend.Mark.DISC
    legend.show(
        "Larger circles have more places; foster households stand beside the middle of their authority",
        [
            legend.Entry(words.OF_KIND[kind], palette.KIND_COLOURS[kind], mark)
            for kind in terms.KINDS
            if kind in set(options["kind"])
        ],
    )
    st.caption(sentence)


# -- the options ------------------------------------------------------------------------------------


def _chosen_options(shown: Shown) -> bytes:
    """options.csv: the pack's own, those proposed by rule, or a file of the reader's."""
    own = shown.pack_view.folder / OPTIONS
    uploaded = st.session_state.get(UPLOADED)
    mine = uploaded[1] if uploaded is not None and uploaded[0] == shown.pack_view.folder else None
    offered = {
        **({MINE: "The file given below"} if mine is not None else {}),
        **({OWN: "The region pack’s own options.csv"} if own.is_file() else {}),
        RULE: "Proposed by rule, with typical costs",
    }
    chosen = state.choose("Options", list(offered), key="options", words=offered.__getitem__, style="radio")
    if chosen == RULE:
        st.markdown(
            "Foster households for the groups who are short of them, and homes where the children who need "
            "one live. Points are the middles of postcode sectors. **Check every figure**: download the "
            "table, edit it in a spreadsheet, and give it back below."
        )
    content: bytes = mine if chosen == MINE and mine is not None else b""
    if chosen == OWN:
        content = own.read_bytes()
    if chosen == RULE:
        content = store.figures(_proposed, shown.pack_view)
    downloads.button("Download options.csv to edit", content, OPTIONS)
    upload_form.draw(
        "Use options of your own: upload options.csv",
        key="own options",
        label="options.csv",
        suffixes=("csv",),
        button="Check and use these options",
        first="Choose a file first.",
        use=lambda files, _: _keep(shown, *files.values()),
    )
    return content


def _keep(shown: Shown, content: bytes) -> None:
    """The reader's options, for this session; raises `InputError` with every fault in them."""
    report.options_from_bytes(content, shown.pack)
    st.session_state[UPLOADED] = (shown.pack_view.folder, content)
    state.put(options=None)


def _proposed(view: PackView) -> bytes:
    return csv_bytes(proposed_options(view.pack))


def _options(view: PackView, content: bytes) -> pd.DataFrame:
    return report.options_from_bytes(content, view.pack)


# -- the limits -------------------------------------------------------------------------------------


def _form(shown: Shown, content: bytes) -> PlanOrder | None:
    """Every limit as a control; the order, once it is submitted."""
    st.header("Within what", anchor=False)
    limits, policy = _commission(shown), shown.pack.policy
    if shown.run is not None:
        of_run = state.choose(
            "Policy",
            ["run", "pack"],
            key="policy",
            words=lambda each: (
                f"That of run {shown.run.name if shown.run else ''}"
                if each == "run"
                else "That of the region pack"
            ),
            style="radio",
        )
        policy = shown.run.policy if of_run == "run" else policy
    token = str(shown.pack_view.folder)
    with st.form("commission", border=False):
        left, right = st.columns(2, gap="large")
        with left:
            capital = _amount(
                "Capital, at most (£)", limits.limits.capital, MOST_CAPITAL, 100_000.0, f"capital:{token}"
            )
            st.caption("Once, for all that is opened and recruited.")
            standing = _amount(
                "Standing cost, at most (£ a week)",
                limits.limits.standing_weekly,
                MOST_STANDING,
                1_000.0,
                f"standing:{token}",
            )
            st.caption("What the units cost every week, filled or not.")
            years = st.number_input(
                "Capital is paid back over (years)",
                min_value=LEAST_YEARS,
                max_value=MOST_YEARS,
                value=limits.payback_years,
                step=1.0,
                key=f"years:{token}",
            )
            st.caption("Capital counts in the plan’s weekly cost, spread over these years.")
        with right:
            most = {}
            for kind in KINDS:
                most[kind] = st.number_input(
                    f"{words.OF_KIND[kind]}, at most (units)",
                    min_value=0,
                    max_value=MOST_UNITS,
                    value=limits.limits.max_units.get(kind),
                    step=1,
                    placeholder="No limit",
                    key=f"units:{kind}:{token}",
                )
            st.caption("Homes and households to open, of all options together.")
        with st.expander("How it is worked out"):
            steps = st.text_input(
                "Amounts of capital to compare (£, between commas)",
                placeholder="0, 1000000, 2000000",
                key=f"frontier:{token}",
            )
            st.caption("Optional: the best plan at each, and what each further pound buys. A solve for each.")
            name = st.text_input(
                "Name for the plan (letters, digits, hyphens)",
                value=_free_name(shown),
                max_chars=60,
                key=f"name:{token}",
            )
            futures = st.number_input(
                "Futures to plan for (0: the region’s children as they are)",
                min_value=0,
                max_value=_MOST_FUTURES,
                value=0,
                step=1,
                key=f"futures:{token}",
            )
            st.caption(
                "A future is a set of children like the region’s, drawn family by family: a plan for several "
                "holds for more than one of them. It takes longer."
            )
            seed = st.number_input("Seed of the draw", min_value=0, value=1, step=1, key=f"seed:{token}")
            percent = st.number_input(
                "Accepted gap (% of the weekly cost and score)",
                min_value=0.0,
                max_value=100.0,
                value=_GAP,
                step=0.01,
                format="%.4f",
                key=f"gap:{token}",
            )
            seconds = st.number_input(
                "Time limit (seconds)",
                min_value=1.0,
                value=None,
                step=60.0,
                format="%.0f",
                placeholder="No limit",
                key=f"limit:{token}",
            )
            st.caption("Stops then with the best plan found so far.")
        submitted = st.form_submit_button("Find the best plan", type="primary", icon=":material/play_arrow:")
    if not submitted:
        return None
    if not slug(name):
        st.warning("Give the plan a name of letters or digits.", icon=":material/warning:")
        return None
    try:
        capitals = tuple(
            float(each.replace(" ", "").lstrip("£")) for each in steps.split(",") if each.strip()
        )
    except ValueError:
        capitals = (-1.0,)
    if not all(0 <= each <= MOST_CAPITAL for each in capitals):
        st.warning(
            "The amounts of capital are not numbers between commas, such as 0, 1000000.",
            icon=":material/warning:",
        )
        return None
    asked = {kind: int(number) for kind, number in most.items() if number is not None}
    kept = {kind: number for kind, number in limits.limits.max_units.items() if kind not in KINDS}
    return PlanOrder(
        name=slug(name),
        runs=store.runs_folder(),
        pack=shown.pack,
        policy=policy,
        options=content,
        commission=Commission(
            CommissionLimits(capital, standing, MappingProxyType({**kept, **asked})), payback_years=years
        ),
        capitals=capitals,
        futures=int(futures),
        seed=int(seed),
        gap=round(percent / 100, 12),
        time_limit=seconds,
        who=who(),
    )


def _amount(label: str, value: float | None, most: float, step: float, key: str) -> float | None:
    """An amount of money, or no limit."""
    return st.number_input(
        label,
        min_value=0.0,
        max_value=most,
        value=value,
        step=step,
        format="%.0f",
        placeholder="No limit",
        key=key,
    )


def _commission(shown: Shown) -> Commission:
    """The pack's commission.toml, or its defaults."""
    path = shown.pack_view.folder / COMMISSION
    if not path.is_file():
        return Commission()
    commission, faults = commission_from_toml(path)
    if faults:
        frame.faults(faults)
    return commission


def _submit(order: PlanOrder) -> None:
    """Starts the solve, and puts it into the address."""
    try:
        with st.spinner("Checking the options and limits …"):
            solve = solver().submit(order)
    except InputError as error:
        frame.refused(error)
        return
    state.put(solve=solve.key)
    st.rerun()


def _free_name(shown: Shown) -> str:
    runs = store.runs_folder()
    stem = slug(shown.pack_view.folder.name) or "plan"
    return next_name(f"{stem}-plan", taken_in(runs / plans.PLANS, runs / plans.PACKS))
