"""What the demand page asks: whose returns, and what is to be forecast from them."""

from __future__ import annotations

import io
import json
import secrets
import shutil
import zipfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import streamlit as st

from optimiser.demand.samples import SAMPLE_RETURNS, sample_returns
from optimiser.errors import InputError
from optimiser.ui import frame, state, store
from optimiser.ui.forecasting import FORECASTS, WHAT_IFS, Forecaster, Order, keep_what_if
from optimiser.ui.solving import State
from optimiser.ui.uploads import slug, unzipped, within_bounds, write_files

RETURNS = "returns"
"""Folder beside the runs: the returns that were uploaded."""
MOST_FILES = 2000
EVERY = 1.0
"""Seconds between two looks at a job."""
METHODS = {
    "ours": "Ours: what back-testing favours, with intervals",
    "published": "Published: the model that regions use today",
    "naive": "Last value: nothing changes",
}
SAMPLE_END = "2027-03-31"


@st.cache_resource(show_spinner=False)
def forecaster() -> Forecaster:
    """The forecasts of this server."""
    return Forecaster()


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
    with st.expander("Use your own returns: upload SSDA903 files", icon=":material/upload:"):
        st.markdown(
            "One zip file with the Header, Episodes and UASC files of any number of years and authorities "
            "(a folder for each year, or the columns `YEAR` and `LA`), or those files together; CSV or the "
            "Department’s XML. They are kept on this server only, and hold personal data."
        )
        with st.form("upload returns", border=False):
            files = st.file_uploader(
                "Files of the returns", type=["zip", "csv", "xml"], accept_multiple_files=True
            )
            name = st.text_input("Name for the returns", placeholder="my-returns", max_chars=60)
            sent = st.form_submit_button("Use these returns")
        if sent and not files:
            st.warning("Choose one zip file, or the files of the returns, first.", icon=":material/warning:")
        elif sent:
            _keep({file.name: file.getvalue() for file in files}, name)


def _keep(files: dict[str, bytes], name: str) -> None:
    first = next(iter(files)).rpartition(".")[0]
    called = slug(name) or (slug(first) if len(files) == 1 else "") or "my-returns"
    try:
        kept = keep_returns(files, folder=store.runs_folder() / RETURNS, name=called)
    except InputError as error:
        st.error(str(error), icon=":material/error:")
        return
    st.session_state["kept returns"] = kept.name
    state.put(returns=kept.name, made=None, job=None, authority=None)
    st.rerun()


def keep_returns(files: dict[str, bytes], *, folder: Path, name: str) -> Path:
    """Keeps files, or what one zip holds, as `folder/NAME` or, that being taken, `NAME-2` …

    They are read when they are forecast. Raises `InputError` for a zip that cannot be read, is too large or
    names files outside itself; then nothing is kept.
    """
    zips = [content for file, content in files.items() if file.lower().endswith(".zip")]
    if zips and len(files) > 1:
        raise InputError("Upload either one zip file, or the files of the returns without a zip file")
    contents = unzipped(zips[0], most_files=MOST_FILES) if zips else within_bounds(files)
    if not contents:
        raise InputError("The zip file has no files")
    taken = (
        {SAMPLE_RETURNS, *(each.name for each in folder.iterdir())} if folder.is_dir() else {SAMPLE_RETURNS}
    )
    names = (name, *(f"{name}-{number}" for number in range(2, 10_000)))
    final = folder / next(each for each in names if each not in taken)
    partial = folder / f".{name}.partial-{secrets.token_hex(4)}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_files(partial, contents)
        partial.rename(final)
    except OSError as error:
        shutil.rmtree(partial, ignore_errors=True)
        raise InputError(f"The files cannot be kept: {error.strerror}") from error
    return final


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
    except InputError as error:
        st.error(str(error), icon=":material/error:")


def begin(order: Order) -> None:
    """Starts the order, and puts it into the address."""
    job = forecaster().submit(order)
    state.put(job=job.key, made=None)
    st.rerun()


def sample_order(returns: Path) -> Order:
    """What is forecast of the sample at its first visit."""
    return Order(f"{returns.name}-1", store.runs_folder(), returns, SAMPLE_END)


def _end(returns: Path) -> date:
    if returns.name == SAMPLE_RETURNS:
        return date.fromisoformat(SAMPLE_END)
    today = date.today()
    return date(today.year + (2 if today >= date(today.year, 3, 31) else 1), 3, 31)


def _free_name(returns: Path) -> str:
    folder = store.runs_folder() / FORECASTS
    taken = {each.name for each in folder.iterdir()} if folder.is_dir() else set()
    stem = slug(returns.stem) or "forecast"
    return next(name for name in (f"{stem}-{number}" for number in range(1, 100_000)) if name not in taken)


# -- as it goes on ------------------------------------------------------------------------------------


def follow(made: str = "made") -> bool:
    """The job of the address, if any: how it goes, or how it ended; whether it is still going on."""
    key = state.get("job")
    job = forecaster().find(key) if key else None
    if job is None:
        return False
    if job.state is State.DONE:
        state.put(job=None, **{made: job.order.name})
        if job.warning:
            st.session_state["no backtest"] = job.warning
        st.rerun()
    if job.state is State.FAILED:
        st.error(
            f"The {job.order.noun} {job.order.name} was not made: {job.message}", icon=":material/error:"
        )
        if job.faults:
            frame.faults(job.faults)
        return False
    if job.state is State.CANCELLED:
        st.warning(
            f"The {job.order.noun} {job.order.name} was cancelled, and not made.",
            icon=":material/stop:",
        )
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
            st.progress(
                job.share, text=f"{job.order.steps[job.step]}{said}: {job.seconds:,.0f} seconds so far"
            )
        st.button(
            f"Cancel this {job.order.noun}", on_click=forecaster().cancel, args=(job,), icon=":material/stop:"
        )
        st.caption("You may go to other pages meanwhile, or come back to this address later: it goes on.")


def zip_of(*folders: Path) -> bytes:
    """The folders as a zip, each under its name and the name of the folder above."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for folder in folders:
            for path in sorted(each for each in folder.rglob("*") if each.is_file()):
                name = f"{folder.parent.name}/{folder.name}/{path.relative_to(folder).as_posix()}"
                archive.writestr(zipfile.ZipInfo(name), path.read_bytes(), zipfile.ZIP_DEFLATED)
    return out.getvalue()
