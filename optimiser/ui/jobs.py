"""Headless commands as jobs of a page: begun, followed, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from optimiser.errors import InputError
from optimiser.ui import frame, state
from optimiser.ui.forecasting import Forecaster, Ordered
from optimiser.ui.solving import State

EVERY = 1.0
"""Seconds between two looks at a job."""


@dataclass(frozen=True)
class Order:
    """One command over a region pack, whose folder stands among the runs."""

    verb: str
    noun: str
    name: str
    runs: Path
    pack: Path
    steps: tuple[str, ...]
    options: tuple[str, ...] = ()

    @property
    def out(self) -> Path:
        """Its folder."""
        return self.runs / self.name

    @property
    def commands(self) -> tuple[tuple[str, ...], ...]:
        """`optimiser VERB …`."""
        return (("optimiser", self.verb, str(self.pack), *self.options, "--out", str(self.out)),)


@st.cache_resource(show_spinner=False)
def forecaster() -> Forecaster:
    """The jobs of this server."""
    return Forecaster()


def begin(order: Ordered, **forgets: None) -> None:
    """Starts the order, puts it into the address and runs the page again; or shows what is wrong."""
    try:
        job = forecaster().submit(order)
    except InputError as error:
        frame.refused(error)
        return
    state.put(job=job.key, **forgets)
    st.rerun()


def follow(made: str) -> bool:
    """The job of the address, if any: how it goes, or how it ended; whether it is still going on.

    What is done becomes the value of the key `made`.
    """
    key = state.get("job")
    job = forecaster().find(key) if key else None
    if job is None:
        return False
    if job.state is State.DONE:
        state.put(job=None, **{made: job.order.name})
        if job.warning:
            st.session_state["no backtest"] = job.warning
        st.rerun()
    what = f"The {job.order.noun} {job.order.name}"
    if job.state is State.FAILED:
        frame.refused(InputError(f"{what} was not made: {job.message}", job.faults))
        return False
    if job.state is State.CANCELLED:
        st.warning(f"{what} was cancelled, and not made.", icon=":material/stop:")
        return False
    _going_on(key)
    return True


@st.fragment(run_every=EVERY)
def _going_on(key: str) -> None:
    """Looks at the job every second; the page around it stays as it is."""
    job = forecaster().find(key)
    if job is None or job.state.over:
        st.rerun()
        return
    with st.container(border=True):
        st.markdown(f"**{job.order.noun.capitalize()} {job.order.name}**")
        if job.state is State.WAITING:
            st.markdown("Waiting: another one is before this. One is made at a time.")
        else:
            said = f" ({job.said})" if job.said else ""
            step = job.order.steps[job.step]
            st.progress(job.share, text=f"{step}{said}: {job.seconds:,.0f} seconds so far")
        st.button(
            f"Cancel this {job.order.noun}", on_click=forecaster().cancel, args=(job,), icon=":material/stop:"
        )
        st.caption("You may go to other pages meanwhile, or come back to this address later: it goes on.")
