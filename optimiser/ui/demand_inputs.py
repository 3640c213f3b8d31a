"""What the demand page asks: whose returns, and what is to be forecast from them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import streamlit as st

from optimiser.demand.samples import SAMPLE_RETURNS, sample_returns
from optimiser.errors import InputError
from optimiser.ui import frame, jobs, state, store, upload_form
from optimiser.ui.forecasting import FORECASTS, WHAT_IFS, Order, keep_what_if
from optimiser.ui.names import next_name, slug, taken_in
from optimiser.ui.uploads import Files, keep, named

RETURNS = "returns"
"""Folder beside the runs: the returns that were uploaded."""
MOST_FILES = 2000
METHODS = {
    "ours": "Ours: what back-testing favours, with intervals",
    "published": "Published: the model that regions use today",
    "naive": "Last value: nothing changes",
}
SAMPLE_END = "2027-03-31"


# -- whose returns ----------------------------------------------------------------------------------


def returns_known() -> dict[str, Path]:
    """Name → folder: the sample, what was uploaded, and packs that hold returns."""
    uploads = store.runs_folder() / RETURNS
    found = dict(sample_returns())
    if uploads.is_dir():
        found |= {each.name: each for each in sorted(uploads.iterdir()) if not each.name.startswith(".")}
    for name, folder in store.packs().items():
        if name not in found and _holds_returns(folder):
            found[name] = folder
    return found


def _holds_returns(folder: Path) -> bool:
    """Whether a pack has Episodes of its own, beside it or one folder down."""
    places = [*folder.glob("*"), *folder.glob("*/*")]
    return any("episodes" in each.name.lower() and each.suffix.lower() in (".csv", ".xml") for each in places)


def chosen_returns() -> tuple[str, Path]:
    """The returns of the address, else the sample."""
    known = returns_known()
    if not known:
        upload()
        frame.nothing("There are no returns here. Upload some above.")
    name = state.choose(
        "Returns",
        list(known),
        key="returns",
        forgets=("made", "authority", "category", "band"),
        words=lambda name: f"{name} (sample)" if name == SAMPLE_RETURNS else name,
        help="SSDA903 returns: those that ship with the program, and those that were uploaded.",
    )
    return name, known[name]


def upload() -> None:
    """Returns from the reader's machine."""
    kept = st.session_state.pop("kept returns", None)
    if kept is not None:
        st.success(
            f"The returns {kept} are kept, and chosen. Make a forecast of them below.",
            icon=":material/check:",
        )
    upload_form.draw(
        "Use your own returns: upload SSDA903 files",
        key="upload returns",
        says="One zip file with the Header, Episodes and UASC files of any number of years and authorities "
        "(a folder for each year, or the columns `YEAR` and `LA`), or those files together; CSV or the "
        "Department’s XML. They are kept on this server only, and hold personal data.",
        label="Files of the returns",
        suffixes=("zip", "csv", "xml"),
        button="Use these returns",
        first="Choose one zip file, or the files of the returns, first.",
        name=("Name for the returns", "my-returns"),
        use=_keep,
    )


def _keep(files: Files, typed: str) -> None:
    """Keeps the returns and chooses them."""
    name = named(files, typed, stem="my-returns")
    kept = keep_returns(files, folder=store.runs_folder() / RETURNS, name=name)
    st.session_state["kept returns"] = kept.name
    state.put(returns=kept.name, made=None, job=None, authority=None)


def keep_returns(files: Files, *, folder: Path, name: str) -> Path:
    """Keeps the files as `uploads.keep` does, unread: they are read when they are forecast."""
    return keep(
        files,
        folder=folder,
        name=name,
        check=lambda _: (),
        most_files=MOST_FILES,
        taken=(SAMPLE_RETURNS,),
    ).folder


# -- what is forecast -------------------------------------------------------------------------------


def forecasts_of(returns: Path) -> dict[str, Path]:
    """Name → folder of the forecasts made of these returns, the latest first."""
    folder = store.runs_folder() / FORECASTS
    made = sorted(folder.glob("[!.]*/manifest.json"), key=lambda path: -path.stat().st_mtime_ns)
    return {path.parent.name: path.parent for path in made if _source(path) == returns.name}


def _source(manifest: Path) -> str:
    """The returns of a forecast, by name; "" where the manifest does not say."""
    try:
        return str(json.loads(manifest.read_bytes())["command"][2])
    except (OSError, ValueError, KeyError, IndexError, TypeError):
        return ""


def command_here(words: Sequence[str]) -> list[str]:
    """The command of a manifest with the places of its files on this server; the sample by its name."""
    found = list(words)
    known = returns_known()
    if found[2] in known and found[2] != SAMPLE_RETURNS:
        found[2] = str(known[found[2]])
    if "--what-if" in found:
        at = found.index("--what-if") + 1
        found[at] = str(store.runs_folder() / WHAT_IFS / found[at])
    return found


def form(returns: Path) -> None:
    """What to forecast; starts it."""
    with (
        st.expander("Make a forecast of these returns", icon=":material/query_stats:"),
        st.form("forecast", border=False),
    ):
        left, right = st.columns(2, gap="large")
        with left:
            method = st.radio("Method", list(METHODS), format_func=METHODS.__getitem__)
            end = st.date_input("Forecast to", value=_end(returns), format="DD/MM/YYYY")
            start = st.date_input(
                "From (the last day known; blank: the last day the returns cover)",
                value=None,
                format="DD/MM/YYYY",
            )
        with right:
            what_if = st.file_uploader("What-if file (TOML), if any", type=["toml"])
            st.caption("Changes to rates from a date, and costs: docs/demand.md shows one.")
            backtest = st.checkbox("Back-test too: how good would it have been?", value=True)
            name = st.text_input("Name for the forecast", value=_free_name(returns), max_chars=60)
        sent = st.form_submit_button("Make the forecast", type="primary", icon=":material/play_arrow:")
    if not sent:
        return
    if not slug(name) or not isinstance(end, date):
        st.warning("Give the forecast a name of letters or digits, and a day.", icon=":material/warning:")
        return
    try:
        kept = keep_what_if(store.runs_folder(), slug(name), what_if.getvalue()) if what_if else None
    except InputError as error:
        frame.refused(error)
        return
    begin(
        Order(
            name=slug(name),
            runs=store.runs_folder(),
            returns=returns,
            to=end.isoformat(),
            method=method,
            start=start.isoformat() if isinstance(start, date) else "",
            what_if=kept,
            backtest=backtest,
        )
    )


def begin(order: Order) -> None:
    """Starts the order, in place of the forecast that is shown."""
    jobs.begin(order, made=None)


def sample_order(returns: Path) -> Order:
    """What is forecast of the sample at its first visit."""
    return Order(f"{returns.name}-1", store.runs_folder(), returns, SAMPLE_END)


def _end(returns: Path) -> date:
    if returns.name == SAMPLE_RETURNS:
        return date.fromisoformat(SAMPLE_END)
    today = date.today()
    return date(today.year + (2 if today >= date(today.year, 3, 31) else 1), 3, 31)


def _free_name(returns: Path) -> str:
    return next_name(slug(returns.stem) or "forecast", taken_in(store.runs_folder() / FORECASTS))
