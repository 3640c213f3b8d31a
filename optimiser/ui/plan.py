"""Plan a run: a pack, a policy, a solve to watch and cancel, and the same as a file and a command."""

from __future__ import annotations

import streamlit as st

from optimiser.errors import InputError
from optimiser.pack.policy import Policy
from optimiser.pack.policy_file import policy_to_toml
from optimiser.pack.samples import sample_packs
from optimiser.ui import downloads, frame, policy_form, state, store, upload_form
from optimiser.ui.frame import Shown
from optimiser.ui.names import next_name, slug, taken_in
from optimiser.ui.sign_in import who
from optimiser.ui.solve_progress import adopt, follow, solver
from optimiser.ui.solving import Order, command
from optimiser.ui.uploads import Files, keep_pack, named

OF_PACK, OF_RUN = "pack", "run"
STRAIGHT, ROAD = "straight", "road"
_GAP = 0.01
"""Per cent of the score: the gap that counts as optimal unless another is asked for."""
_SUFFIXES = ("zip", "csv", "toml", "geojson", "json", "gpkg", "graphml")


def page() -> None:
    """The page."""
    adopt()
    shown = frame.open_page(
        "Plan a run",
        "Say what matters, and the optimiser finds the best places for all children. People decide.",
        needs_run=False,
    )
    if follow(shown):
        _as_a_file(shown, policy_form.policy_of_address(_base(shown)))
        return
    _upload()
    started_from = _start(shown)
    base = _base(shown)
    scenario = policy_form.policy_of_address(base)
    order = _form(shown, scenario, token=f"{shown.pack_view.folder}:{started_from}")
    if order is not None:
        _submit(order, base, before=shown.run.name if shown.run else None)
    _as_a_file(shown, scenario)


# -- the pack ---------------------------------------------------------------------------------------


def _upload() -> None:
    """A region pack from the reader's machine."""
    kept = st.session_state.pop("kept pack", None)
    if kept is not None:
        st.success(f"The region pack {kept.folder.name} is kept, and chosen.", icon=":material/check:")
        if kept.warnings:
            st.markdown("It can be used as it is. These things in it are unusual:")
            frame.faults(kept.warnings)
    upload_form.draw(
        "Use another region’s data: upload a region pack",
        key="upload",
        says="One zip file, or these files together: `region.toml`, `children.csv`, `provision.csv`, and "
        "where you have them `incompatible.csv`, `policy.toml`, and the boundaries and roads that "
        "`region.toml` names. They are checked whole, and kept on this server only.",
        label="Files of the pack",
        suffixes=_SUFFIXES,
        button="Check and use this pack",
        first="Choose one zip file, or the files of the pack, first.",
        name=("Name for the pack", "my-region"),
        use=_keep,
    )


def _keep(files: Files, typed: str) -> None:
    """Keeps the pack and chooses it; raises `InputError` with every fault in it."""
    name = named(files, typed, stem="my-region")
    kept = keep_pack(files, folder=store.runs_folder() / store.UPLOADS, name=name)
    packs = store.packs()
    chosen = next(name for name, folder in packs.items() if folder.resolve() == kept.folder.resolve())
    st.session_state["kept pack"] = kept
    state.put(pack=chosen, run=None, compare=None, authority=None)


# -- the policy -------------------------------------------------------------------------------------


def _start(shown: Shown) -> str:
    """Which policy the controls begin with: the pack's, or that of the run shown; told from any other."""
    st.header("Policy: what matters, and what must hold", anchor=False)
    if shown.run is None:
        return OF_PACK
    of_run = f"The policy of run {shown.run.name}"
    chosen = state.choose(
        "Start from",
        [OF_RUN, OF_PACK],
        key="start",
        words=lambda each: of_run if each == OF_RUN else "The policy that comes with the region pack",
        style="radio",
        forgets=policy_form.KEYS,
    )
    return f"{OF_RUN}:{shown.run.name}" if chosen == OF_RUN else OF_PACK


def _base(shown: Shown) -> Policy:
    """The policy that the controls begin with."""
    if shown.run is None or state.get("start") == OF_PACK:
        return shown.pack.policy
    return shown.run.policy


def _form(shown: Shown, scenario: Policy, *, token: str) -> Order | None:
    """Every control; the order, once it is submitted."""
    with st.form("policy", border=False):
        policy = policy_form.draw(scenario, names=shown.names, token=token)
        with st.expander("How it is worked out", expanded=True):
            left, right = st.columns(2, gap="large")
            with left:
                distance = _distance(shown)
                name = st.text_input(
                    "Name for the run (letters, digits, hyphens)",
                    value=_free_name(shown),
                    max_chars=60,
                    key=f"name:{token}",
                )
            with right:
                percent = st.number_input(
                    "Accepted gap (% of the score)",
                    min_value=0.0,
                    max_value=100.0,
                    value=_saved_gap(),
                    step=0.01,
                    format="%.4f",
                )
                st.caption(
                    "How far the answer may be from the best that is proven possible. Smaller takes longer."
                )
                seconds = st.number_input(
                    "Time limit (seconds)",
                    min_value=1.0,
                    value=_saved_limit(),
                    step=60.0,
                    format="%.0f",
                    placeholder="No limit",
                )
                st.caption(
                    "Stops then with the best found so far. With a limit, a second try may end elsewhere."
                )
        submitted = st.form_submit_button(
            "Find the best places", type="primary", icon=":material/play_arrow:"
        )
    if not submitted:
        return None
    if not slug(name):
        st.warning("Give the run a name of letters or digits.", icon=":material/warning:")
        return None
    return Order(
        name=slug(name),
        runs=store.runs_folder(),
        pack=shown.pack_view.folder,
        pack_name=_pack_name(shown),
        policy=policy,
        distance=distance,
        gap=round(percent / 100, 12),
        time_limit=seconds,
        who=who(),
    )


def _distance(shown: Shown) -> str:
    """How miles are measured; by road only where the pack has roads."""
    options = [STRAIGHT, ROAD] if shown.pack_view.has_roads else [STRAIGHT]
    chosen = st.radio(
        "How miles are measured",
        options,
        index=options.index(state.get("distance")) if state.get("distance") in options else 0,
        format_func=lambda each: (
            "In a straight line, as in the statutory return" if each == STRAIGHT else "By road"
        ),
    )
    if not shown.pack_view.has_roads:
        st.caption("By road would need a road network, which this region pack does not have.")
    return chosen


def _submit(order: Order, base: Policy, *, before: str | None) -> None:
    """Starts the solve, and puts the scenario and the solve into the address."""
    try:
        solve = solver().submit(order)
    except InputError as error:
        frame.refused(error)
        return
    limit = None if order.time_limit is None else repr(order.time_limit)
    state.put(
        **policy_form.changes_for_address(base, order.policy),
        solve=solve.key,
        done=None,
        before=before,
        distance=None if order.distance == STRAIGHT else order.distance,
        gap=None if order.gap == _GAP / 100 else repr(order.gap),
        limit=limit,
    )
    st.rerun()


# -- the same, without the app ------------------------------------------------------------------------


def _as_a_file(shown: Shown, scenario: Policy) -> None:
    """The scenario as it was last submitted, else as it was at first: a file, and the command to solve it."""
    st.header("The same without this app", anchor=False)
    st.markdown(
        "This file and this command give the same allocation, to the byte. Changes that you have not "
        "submitted are not in it."
    )
    text = policy_to_toml(scenario)
    downloads.button("Download policy.toml", text, "policy.toml")
    words = command(
        _pack_name(shown),
        out="my-run",
        policy="policy.toml",
        distance=state.get("distance", STRAIGHT),
        gap=round(_saved_gap() / 100, 12),
        time_limit=_saved_limit(),
    )
    downloads.command(words)
    with st.expander("What policy.toml says"):
        st.code(text, language=None, wrap_lines=True)


def _pack_name(shown: Shown) -> str:
    """The pack as a command names it: a sample's name, else its folder."""
    folder = shown.pack_view.folder
    samples = {path.resolve(): name for name, path in sample_packs().items()}
    return samples.get(folder.resolve(), str(folder.resolve()))


def _free_name(shown: Shown) -> str:
    runs = store.runs_folder()
    stem = slug(shown.pack_view.folder.name) or "run"
    return next_name(stem, taken_in(runs, runs / store.POLICIES))


def _saved_gap() -> float:
    """Per cent of the score, from the address."""
    gap = _number(state.get("gap"))
    return _GAP if gap is None or gap > 1 else round(gap * 100, 10)


def _saved_limit() -> float | None:
    """Seconds, from the address."""
    return _number(state.get("limit"), least=1.0)


def _number(text: str, *, least: float = 0.0) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if least <= number < float("inf") else None
