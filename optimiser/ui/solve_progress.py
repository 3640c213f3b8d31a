"""A solve as it goes on: its place in the queue, its stage, how far it is proven; and how it ended."""

from __future__ import annotations

import math
from collections.abc import Callable

import streamlit as st

from optimiser.allocation.progress import Progress
from optimiser.report.tiles import published_tiles, tiles
from optimiser.ui import frame, policy_form, state, store, words
from optimiser.ui import tiles as tile_row
from optimiser.ui.frame import Shown
from optimiser.ui.solving import Solve, Solver, State

EVERY = 2.0
"""Seconds between two looks at a solve: more than a page takes when many read, so that none is cut short."""
WIDTH = 170
"""Pixels of a figure."""
STAGES = (
    "Preparing: a first look at children and places together",
    "First aim: the fewest children without a place",
    "Second aim: the fewest sibling groups separated",
    "Third aim: the lowest score (cost, distance and the other prices)",
)
"""What `Progress.tier` says, 0 to 3."""


@st.cache_resource(show_spinner=False)
def solver() -> Solver:
    """The solves of this server."""
    return Solver()


def adopt() -> None:
    """A solve that is done becomes, once, the run that is shown, to be compared with the one before."""
    solve = solver().find(state.get("solve"))
    if solve is None or solve.state is not State.DONE:
        return
    forgotten = dict.fromkeys((*policy_form.KEYS, "start", "before", "solve"))
    before = {"compare": state.get("before")} if state.get("before") else {}
    state.put(**{**forgotten, **before, "run": solve.order.name, "done": solve.key})


def follow(shown: Shown) -> bool:
    """The solve of the address, if any: how it goes, or how it ended; whether it is still going on."""
    return followed(state.get("solve") or state.get("done"), lambda solve: _ended(solve, shown))


def followed(key: str, ended: Callable[[Solve], None]) -> bool:
    """The solve of that key, if any: how it goes, else what `ended` shows of it; whether it still goes on."""
    if not key:
        return False
    solve = solver().find(key)
    if solve is None:
        st.info(
            "The solve in this address is no longer known: the app has been started again since. What was "
            "finished is in the list beside “Run”, or “Plan”.",
            icon=":material/info:",
        )
    elif solve.state is State.DONE and state.get("solve"):
        st.rerun()
    elif solve.state.over:
        ended(solve)
    else:
        _going_on(key)
        return True
    return False


@st.fragment(run_every=EVERY)
def _going_on(key: str) -> None:
    """Looks at the solve every two seconds; the page around it stays as it is."""
    solve = solver().find(key)
    if solve is None or solve.state.over:
        st.rerun()
        return
    with st.container(border=True):
        st.markdown(f"**Run {solve.order.name}**")
        if solve.state is State.WAITING:
            ahead = solver().ahead(solve)
            are = "s are" if ahead != 1 else " is"
            st.markdown(f"Waiting: {ahead} run{are} before this one. Two are solved at a time.")
        else:
            _progress(solve)
        st.button("Cancel this run", on_click=solver().cancel, args=(solve,), icon=":material/stop:")
        st.caption("You may go to other pages meanwhile, or come back to this address later: it goes on.")


def _progress(solve: Solve) -> None:
    """Stage, round, pairs, gap and seconds, as the solver last told."""
    progress = solve.progress
    stage = STAGES[progress.tier] if progress else "Reading the region pack"
    st.progress((progress.tier + 1) / (len(STAGES) + 1) if progress else 0.0, text=stage)
    figures = [("Seconds so far", f"{solve.seconds:,.0f}", "How long this run has been solving.")]
    if progress is not None:
        figures += [
            ("Round", f"{progress.round:,}", "How often pairs have been added to this stage."),
            ("Pairs considered", f"{progress.columns:,}", "Pairs of a child, or sibling group, and a place."),
            *_reached(progress),
        ]
    with st.container(horizontal=True, gap="small"):
        for label, value, meaning in figures:
            st.metric(label, value, help=meaning, border=True, width=WIDTH)


def _reached(progress: Progress) -> list[tuple[str, str, str]]:
    """What is found and what is proven of this stage, and the gap between the two."""
    if not progress.tier:
        return []
    unit = ("", "children", "groups", "£ a week")[progress.tier]
    known = math.isfinite(progress.bound)
    found, least = progress.incumbent, progress.bound
    figures = []
    if found is not None:
        figures.append((f"Found ({unit})", f"{found:,.0f}", "The best answer so far."))
    if known:
        figures.append((f"Proven least ({unit})", f"{least:,.0f}", "No answer can be lower than this."))
    if found and known and progress.tier == len(STAGES) - 1:
        gap = max(found - least, 0.0) / abs(found)
        figures.append(("Gap", f"{gap:.3%}", "How far the best answer may be from the best there is."))
    return figures


def _ended(solve: Solve, shown: Shown) -> None:
    """Done, failed or cancelled, in words."""
    name = solve.order.name
    if solve.state in (State.CANCELLED, State.FAILED):
        not_made(solve)
    elif shown.run is not None and shown.run.name == name:
        _done(shown, solve)
    else:
        st.success(f"Run {name} is finished.", icon=":material/check:")
        frame.page_link("region", f"Show run {name} on the map", run=name)


def not_made(solve: Solve) -> None:
    """A solve that was cancelled or failed, in words."""
    name = solve.order.name
    if solve.state is State.CANCELLED:
        st.warning(f"Run {name} was cancelled. Nothing of it was kept.", icon=":material/stop_circle:")
        return
    st.error(f"Run {name} was not made: {solve.message}. Nothing of it was kept.", icon=":material/error:")
    if solve.faults:
        frame.faults(solve.faults)


def _done(shown: Shown, solve: Solve) -> None:
    """The headline figures of the run that was just made, and where to look next."""
    run = shown.run
    if run is None:
        return
    status = words.OF_STATUS[str(run.metrics["status"])]
    st.success(
        f"Run {run.name} is finished after {solve.seconds:,.0f} seconds: {status}.", icon=":material/check:"
    )
    figures = store.figures(published_tiles if shown.publication else tiles, run)
    tile_row.show([tile_row.from_tile(tile, before="today") for tile in figures])
    with st.container(horizontal=True):
        frame.page_link("region", "See it on the map")
        if state.get("compare"):
            frame.page_link("compare", f"Compare with {state.get('compare')}")
        frame.page_link("audit", "Verify it")
