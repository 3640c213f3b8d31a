"""Commissioning: what could be opened, the best plan within the limits, and what it changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Final

import streamlit as st

from optimiser.errors import InputError
from optimiser.report import commissioning as report
from optimiser.report.plans import PlanView
from optimiser.report.table import Kind, Table
from optimiser.report.tiles import Tile
from optimiser.report.zips import under_two_names, zip_of
from optimiser.ui import charts, commission_form, downloads, frame, plans, rows, state, store, tiles, words
from optimiser.ui.frame import Shown
from optimiser.ui.solve_progress import followed, not_made, solver
from optimiser.ui.solving import State
from optimiser.ui.verdicts import verdict_of

SECTIONS: Final = {
    "options": "What could be opened",
    "plan": "The plan",
    "against": "Plan against plan",
    "need": "Need and supply",
}
NEED: Final = {"authority": "Authority", "care": "Kind of care and age", "group": "Shortage group"}


def page() -> None:
    """The page."""
    _adopt()
    shown = frame.open_page(
        "Commissioning",
        "Which homes to open and which carers to recruit, where, and what it buys. People decide.",
        needs_run=False,
    )
    if followed(state.get("solve"), not_made):
        return
    section = state.choose(
        "Show", list(SECTIONS), key="section", words=SECTIONS.__getitem__, style="segmented"
    )
    drawn: dict[str, Callable[[Shown], None]] = {
        "options": _options,
        "plan": _plan,
        "against": _against,
        "need": _need,
    }
    drawn[section](shown)


# -- a plan in the making ----------------------------------------------------------------------------


def _adopt() -> None:
    """A plan that is done becomes, once, the plan that is shown."""
    solve = solver().find(state.get("solve"))
    if solve is not None and solve.state is State.DONE:
        state.put(solve=None, plan=solve.order.name, section="plan")


# -- sections ------------------------------------------------------------------------------------------


def _options(shown: Shown) -> None:
    """What could be opened, within what, and the button."""
    if shown.publication:
        st.header("What could be opened", anchor=False)
        st.write(
            "Hidden in the publication view: the options rest on single children’s needs, and how many stand "
            "behind one can be guessed."
        )
        return
    commission_form.draw(shown)


def _plan(shown: Shown) -> None:
    """Before and after, what is opened, and all of it to take away."""
    made = _made(shown)
    view = _opened(made[state.choose("Plan", list(made), key="plan")])
    st.header(f"Plan {view.name}", anchor=False)
    _say(view)
    st.markdown("**With the plan, and with nothing opened**")
    _tiles(store.figures(report.plan_tiles, view, publication=shown.publication))
    if view.futures:
        st.caption(report.MEANS_NOTE)
    st.markdown("**What it opens and costs**")
    _tiles(report.cost_tiles(view))
    by_kind = report.plan_by_kind(view)
    st.caption(report.sentence_of_units(view, by_kind))
    frame.table(by_kind)
    frame.data_behind(
        "plan’s tiles", store.figures(report.plan_measures, view, publication=shown.publication)
    )
    if shown.publication:
        st.write(
            "Single homes and households are not published: the map, the table of units and what capital "
            "buys are hidden."
        )
        return
    opened = report.opened(view)
    if len(opened):
        commission_form.options_map(shown, opened, key="plan map", hollow=False)
        frame.table(report.plan_units(view, shown.names), leave_out=("option_id",))
    _frontier(view)
    _away(view)


def _against(shown: Shown) -> None:
    """Two plans side by side."""
    st.header("Plan against plan", anchor=False)
    if shown.publication:
        st.write(
            "Hidden in the publication view: two plans side by side would tell small counts by their "
            "difference."
        )
        return
    made = _made(shown)
    if len(made) < 2:
        frame.nothing("There is only one plan. Make another one, with other limits or options.")
    names = list(made)
    left, right = st.columns(2, gap="large")
    with left:
        first = state.choose("Plan", names, key="plan")
    others = [name for name in names if name != first]
    with right:
        second = state.choose("Against", others, key="against")
    a, b = _opened(made[first]), _opened(made[second])
    table = report.compare_plans(a, b)
    said = rows.texts(table)
    st.caption(
        "; ".join(
            f"{measure.lower()} {one} and {two}"
            for measure, one, two in zip(said["measure"], said["first"], said["second"], strict=True)
        ).capitalize()
        + "."
    )
    frame.table(table)
    frame.table(report.compare_units(a, b, shown.names), leave_out=("option_id",))


def _need(shown: Shown) -> None:
    """The sufficiency matrix of the run."""
    st.header("Need and supply", anchor=False)
    if shown.run is None:
        frame.nothing("Who goes without comes from a run, and there is none here yet.", link="plan")
    st.markdown(
        "Who needs a place in the run, what there is, and who goes without or far, before anything is opened."
    )
    by = state.choose("By", list(NEED), key="by", words=NEED.__getitem__, style="segmented")
    table: Table = store.figures(report.need_tables, shown.run, publication=shown.publication)[by]
    if shown.authority:
        table = rows.having(table, "authority_code", shown.authority)
    frame.table(table, height=None if by == "authority" else 420)
    st.caption("What the next place of each sort would change, exactly, takes a solve for each:")
    downloads.command(("optimiser", "sufficiency", str(shown.pack_view.folder), "--out", "my-sufficiency"))


# -- parts -------------------------------------------------------------------------------------------


def _made(shown: Shown) -> dict[str, Path]:
    """The plans of this pack; stops with a sentence where there is none."""
    made = plans.plans_of_pack(shown.pack_view.folder)
    if not made:
        frame.nothing("There is no plan for this region pack yet. Make one under “What could be opened”.")
    return made


def _opened(folder: Path) -> PlanView:
    try:
        return plans.plan_view(folder)
    except InputError as error:
        frame.failed(error)


def _say(view: PlanView) -> None:
    """How good the plan is, for whom and within what."""
    limits = view.manifest["commission"]
    amount = {
        name: "no limit" if limits[name] == "none" else f"£{limits[name]:,.0f}"
        for name in ("capital", "standing_weekly")
    }
    whose = f"{view.futures} futures" if view.futures else "the region’s children as they are"
    most = "; ".join(
        f"{words.OF_KIND[kind].lower()} at most {number}" for kind, number in limits["max_units"].items()
    )
    status = words.OF_STATUS[str(view.metrics["status"])].capitalize()
    st.caption(
        f"{status} · for {whose} · capital {amount['capital']}"
        f" · standing cost a week {amount['standing_weekly']} · paid back over "
        f"{limits['payback_years']:g} years{f' · {most}' if most else ''}"
    )


def _tiles(found: Sequence[Tile]) -> None:
    tiles.show([tiles.from_tile(tile, before="nothing opened") for tile in found])


def _frontier(view: PlanView) -> None:
    """What each further amount of capital buys, where that was asked for."""
    if view.frontier is None:
        return
    st.header("What capital buys", anchor=False)
    table = report.frontier_table(view)
    labels = {name: table.column(name).label for name in ("unplaced", "over_far", "separated", "score")}
    figure = state.choose("Figure", list(labels), key="bought", words=labels.__getitem__, style="segmented")
    drawn = rows.chart_rows(table, label="amount", value=figure)
    sentence = f"{labels[figure]} by capital: {rows.listed(drawn, most=len(drawn))}."
    charts.draw(
        charts.bars,
        drawn,
        title=labels[figure],
        kind=Kind.MONEY if figure == "score" else Kind.NUMBER,
        alt_text=sentence,
        key=f"frontier:{figure}",
    )
    st.caption(sentence)
    frame.table(table)


def _away(view: PlanView) -> None:
    """The plan, its pack and the command; and its proof made again."""
    st.header("Take it away", anchor=False)
    pack = Path(str(view.manifest["pack"]))
    futures = view.manifest["commission"]["futures"]
    inputs = [pack, *([Path(futures)] if futures else [])]
    with st.container(horizontal=True):
        downloads.button("plan.csv", (view.folder / "plan.csv").read_bytes(), "plan.csv")
        for label, folders, name in (
            ("The whole plan (zip)", [view.folder], f"{view.name}.zip"),
            ("What it was made of (zip)", inputs, f"{view.name}-inputs.zip"),
        ):
            downloads.button(label, partial(zip_of, under_two_names(*folders)), name)
    st.caption("Both zips hold personal data: keep them as you keep case files.")
    st.markdown("The same without this app, where the second zip is unpacked:")
    moved = {str(each): f"{each.parent.name}/{each.name}" for each in inputs}
    moved[str(view.folder)] = "my-plan"
    command = ["optimiser", *(str(word) for word in view.manifest["command"][1:])]
    downloads.command(moved.get(word, word) for word in command)
    if st.button("Verify this plan now", icon=":material/verified:"):
        with st.spinner("Verifying: this takes a while for a large region …"):
            verdict = verdict_of(view.folder)
        if verdict.proven:
            st.success(f"{verdict.statement}.", icon=":material/verified:")
        else:
            st.error(
                f"Refuted: {'; '.join(verdict.refutations)}. Do not rely on this plan.",
                icon=":material/gpp_bad:",
            )
