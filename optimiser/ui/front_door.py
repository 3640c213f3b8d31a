"""Sign-in where the operator has set it up, and navigation; the pages do the rest."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from optimiser.ui import frame, state
from optimiser.ui.sign_in import sign_in

TITLE = "Regional Care Optimiser"
LOOK = Path(__file__).with_name("look.css")
PAGES = {
    "region": "Region",
    "distance": "Distance from home",
    "plan": "Plan a run",
    "compare": "Compare runs",
    "children": "Children",
    "supply": "Supply of places",
    "commissioning": "Commissioning",
    "demand": "Demand",
    "tradeoffs": "Trade-offs",
    "shocks": "Shocks",
    "cooperation": "Cooperation",
    "fairness": "Fairness",
    "audit": "Audit",
}
"""Name in the address and of the file → title. The first opens where the address has none.

A page is its file, with a function `page`, and its line here.

No page has an icon: Streamlit would make it the browser tab's too, and fetch that from another host.
"""


def open_app() -> None:
    """Signs the reader in where that is set up, and shows the page of the address."""
    st.set_page_config(page_title=TITLE, layout="wide")
    st.html(LOOK)
    sign_in(TITLE)
    pages = {name: _page(name) for name in PAGES}
    st.session_state[frame.PAGES] = pages
    chosen = st.navigation(list(pages.values()), expanded=True)
    state.begin(next(name for name, page in pages.items() if page is chosen))
    chosen.run()


def _page(name: str) -> StreamlitPage:
    return st.Page(_run(name), title=PAGES[name], url_path=name, default=name == next(iter(PAGES)))


def _run(name: str) -> Callable[[], None]:
    """The page, imported when it is first opened, so that none waits for the others."""

    def run() -> None:
        import_module(f"optimiser.ui.{name}").page()

    return run
