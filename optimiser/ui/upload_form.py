"""The form by which a reader gives files of their own, folded away until it is wanted."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from optimiser.errors import InputError
from optimiser.ui import frame
from optimiser.ui.uploads import Files


def draw(
    heading: str,
    *,
    key: str,
    says: str = "",
    label: str,
    suffixes: Sequence[str],
    button: str,
    first: str,
    name: tuple[str, str] | None = None,
    use: Callable[[Files, str], None],
) -> None:
    """Hands what is given to `use`, with the name typed, and runs the page again; or shows what is wrong.

    `name` asks for one: its label, and an example; then there may be several files. `first` is said where the
    form is sent without a file. `use` raises `InputError` where it refuses the files.
    """
    with st.expander(heading, icon=":material/upload:"):
        if says:
            st.markdown(says)
        with st.form(key, border=False):
            given = st.file_uploader(label, type=list(suffixes), accept_multiple_files=name is not None)
            typed = st.text_input(name[0], placeholder=name[1], max_chars=60) if name else ""
            sent = st.form_submit_button(button)
        if not sent:
            return
        files = {
            each.name: each.getvalue() for each in (given if isinstance(given, list) else [given]) if each
        }
        if not files:
            st.warning(first, icon=":material/warning:")
            return
        try:
            with st.spinner("Checking the files …"):
                use(files, typed)
        except InputError as error:
            frame.refused(error)
            return
    st.rerun()
