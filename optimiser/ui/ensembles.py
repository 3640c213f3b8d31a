"""Trade-offs and stress tests on their pages: made as a job, or by a command to copy, and chosen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from optimiser.ui import downloads, jobs, state, store
from optimiser.ui.frame import Shown
from optimiser.ui.names import next_name, slug, taken_in


def chosen(
    shown: Shown, verb: str, *, holds: str, label: str, begin: Callable[[Shown, bool], None]
) -> Path | None:
    """The folder of the one that is chosen among those that hold this file; None where there is none yet.

    `begin(shown, first)` draws the form to make one, unless one is being made.
    """
    going_on = jobs.follow(verb)
    found = {each.name: each.folder for each in store.runs_of_pack(shown.pack_view.folder, holds=holds)}
    if not going_on:
        begin(shown, not found)
    return found[state.choose(label, list(found), key=verb)] if found else None


def begin(shown: Shown, verb: str, noun: str, options: tuple[str, ...], *, sent: bool) -> None:
    """Starts the job where the form was sent, on one core: the pages need the others. The same as a command,
    which takes every core."""
    folder, runs = shown.pack_view.folder, store.runs_folder()
    name = next_name(f"{verb}-{slug(folder.name) or 'pack'}", taken_in(runs))
    if sent:
        steps = ("Allocating the region again and again",)
        jobs.begin(jobs.Order(verb, noun, name, runs, folder, steps, (*options, "--workers", "1")))
    st.markdown("The same without the app, on every core of the machine:")
    downloads.command(["optimiser", verb, str(folder), *options, "--out", str(runs / name)])
