"""Every page at both sizes by axe-core, all its rules; allowed is only what Streamlit itself makes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser
from support import forecasts, part_region
from support.browser import NARROW, WIDE, Reader, read

PAGES = {
    "region": ("", {"overlay": "both"}),
    "authority": ("", {"authority": "E06000057", "overlay": "flows"}),
    "distance": ("distance", {}),
    "plan": ("plan", {}),
    "compare": ("compare", {"compare": part_region.BEFORE}),
    "children": ("children", {}),
    "child": ("children", {"child": "placed"}),
    "child without a place": ("children", {"child": "unplaced"}),
    "how full": ("supply", {"section": "occupancy"}),
    "one more place": ("supply", {"section": "worth"}),
    "providers": ("supply", {"section": "concentration"}),
    "a provider leaves": ("supply", {"section": "leaving"}),
    "what could be opened": ("commissioning", {}),
    "a plan": ("commissioning", {"section": "plan"}),
    "plan against plan": ("commissioning", {"section": "against"}),
    "need and supply": ("commissioning", {"section": "need"}),
    "a plan in publication": ("commissioning", {"section": "plan", "publication": "yes"}),
    "children in care": ("demand", {}),
    "who will need a place": ("demand", {"section": "entrants"}),
    "how good forecasts are": ("demand", {"section": "backtest"}),
    "what if": ("demand", {"section": "whatif", "made": forecasts.CHANGED}),
    "a what-if file": ("demand", {"section": "whatif"}),
    "quality of the returns": ("demand", {"section": "quality"}),
    "a forecast to take away": ("demand", {"section": "away"}),
    "demand in publication": ("demand", {"publication": "yes"}),
    "who gains and who pays": ("cooperation", {}),
    "alone and together": ("cooperation", {"section": "compared"}),
    "sub-regions": ("cooperation", {"section": "sub_regions"}),
    "a cooperation to take away": ("cooperation", {"section": "away"}),
    "cooperation in publication": ("cooperation", {"publication": "yes"}),
    "groups compared": ("fairness", {}),
    "miles by authority": ("fairness", {"by": "authority", "outcome": "miles"}),
    "fairness in publication": ("fairness", {"publication": "yes"}),
    "transparency record": ("fairness", {"section": "record"}),
    "trade-offs": ("tradeoffs", {"frontier": "frontier"}),
    "trade-offs in publication": ("tradeoffs", {"publication": "yes"}),
    "shocks": ("shocks", {"stress": "stress"}),
    "shocks by cost": ("shocks", {"figure": "weekly_cost_change"}),
    "shocks in publication": ("shocks", {"publication": "yes"}),
    "audit": ("audit", {}),
    "publication": ("", {"publication": "yes"}),
    "nothing there": ("", {"run": "gone"}),
}
"""What is looked at → page and choices of the address; a child is named by its status."""
OF_STREAMLIT = {"presentation-role-conflict": "stFileUploaderDropzone"}
"""Rule → the part of Streamlit that breaks it: its drop zone (minor) is a presentation that has a name."""


@pytest.fixture(scope="module", params=[WIDE, NARROW], ids=["wide", "narrow"])
def size(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[Reader]:
    """A reader with a desk's window, and one with a phone's."""
    reader = read(browser, address, window=request.param)
    yield reader
    reader.page.context.close()
    reader.assert_quiet()


@pytest.mark.parametrize("name", PAGES)
def test_nobody_is_shut_out(name: str, size: Reader, runs: Path) -> None:
    path, query = PAGES[name]
    query = {"run": part_region.RUN, **query}
    if "child" in query:
        allocations = pd.read_csv(runs / part_region.RUN / "allocations.csv", dtype="str")
        query["child"] = allocations["child_id"][allocations["status"] == query["child"]].iloc[0]
    size.open(path, **query)
    page = size.unfold()
    size.drawn()
    found = Axe().run(page, options={"rules": {"target-size": {"enabled": True}}}).response
    assert {"color-contrast", "button-name", "target-size"} <= {each["id"] for each in found["passes"]}
    assert not [
        f"{each['id']} ({each['impact']}): {node['html']}"
        for each in found["violations"]
        for node in each["nodes"]
        if OF_STREAMLIT.get(each["id"], "-") not in node["html"]
    ]
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "wider than its window"
