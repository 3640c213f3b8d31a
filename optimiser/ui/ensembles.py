"""Trade-offs and stress tests made from their pages: the headless command as a job, or to copy."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from optimiser.errors import InputError
from optimiser.ui import demand_inputs, frame, state, store
from optimiser.ui.frame import Shown
from optimiser.ui.uploads import slug


@dataclass(frozen=True)
class Order:
    """A run of `frontier` or `stress`, on one core: the pages need the others."""

    verb: str
    noun: str
    name: str
    runs: Path
    pack: Path
    options: tuple[str, ...]
    steps: tuple[str, ...] = ("Allocating the region again and again",)

    @property
    def out(self) -> Path:
        """Its folder, among the runs."""
        return self.runs / self.name

    @property
    def commands(self) -> tuple[tuple[str, ...], ...]:
        """`optimiser frontier …` or `optimiser stress …`."""
        words = ("optimiser", self.verb, str(self.pack), *self.options)
        return ((*words, "--workers", "1", "--out", str(self.out)),)


def begin(shown: Shown, verb: str, noun: str, options: tuple[str, ...], *, sent: bool) -> None:
    """Starts the job where the form was sent; the same as a command, which takes every core."""
    folder, runs = shown.pack_view.folder, store.runs_folder()
    name = _free_name(f"{verb}-{slug(folder.name) or 'pack'}", runs)
    if sent:
        try:
            job = demand_inputs.forecaster().submit(Order(verb, noun, name, runs, folder, options))
        except InputError as error:
            frame.failed(error)
        state.put(job=job.key)
        st.rerun()
    st.markdown("The same without the app, on every core of the machine:")
    words = ["optimiser", verb, str(folder), *options, "--out", str(runs / name)]
    st.code(shlex.join(words), language=None, wrap_lines=True)


def _free_name(stem: str, runs: Path) -> str:
    taken = {each.name for each in runs.iterdir()} if runs.is_dir() else set()
    return next(name for name in (f"{stem}-{number}" for number in range(1, 100_000)) if name not in taken)
