"""Pages over real runs: the ten children of Gateshead with today's placements, allocated twice."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
from pyarrow import ipc
from streamlit.testing.v1 import AppTest
from support import waiting

from optimiser.audit.run import run_from_pack, write_run
from optimiser.pack.samples import sample_packs

PACK = "ten-today"
RUN = "second"
BEFORE = "first"
TODAY = {
    "ash-1": ("foster-two", "1.0"),
    "ash-2": ("foster-agency", "2.0"),
    "birch-1": ("foster-three", "2.0"),
    "birch-2": ("foster-three", "2.0"),
    "birch-3": ("foster-three", "2.0"),
    "cedar": ("", "31.0"),
    "dale": ("foster-far", "22.0"),
    "elm": ("foster-teen", "3.0"),
}
"""Child → where it lives today and how far from home; of the others nothing is known."""


def make_runs(folder: Path) -> Path:
    """A folder of runs as the app has it, with its pack: `first`, and `second` with no place beyond 10 miles.

    Northumberland is a member too, so that the one home there is out of its children's area.
    """
    pack = folder / "packs" / PACK
    shutil.copytree(sample_packs()["gateshead-ten"], pack)
    with (pack / "region.toml").open("a", encoding="utf-8") as file:
        file.write('\n[[authority]]\ncode = "E06000057"\nname = "Northumberland"\n')
    children = pd.read_csv(pack / "children.csv", dtype="str", keep_default_na=False)
    known = [TODAY.get(child, ("", "")) for child in children["child_id"]]
    children["current_provision_id"] = [home for home, _ in known]
    children["current_miles"] = [miles for _, miles in known]
    children.to_csv(pack / "children.csv", index=False, lineterminator="\n")
    policy = folder / "near.toml"
    policy.write_text("[limits]\nmax_miles = 10.0\n", encoding="utf-8")
    write_run(folder / BEFORE, run_from_pack(pack))
    write_run(folder / RUN, run_from_pack(pack, policy=policy))
    return folder


def _script(name: str) -> None:
    import importlib

    from optimiser.ui import state

    state.begin(name)
    importlib.import_module(f"optimiser.ui.{name}").page()


def open_page(name: str, **address: str | list[str]) -> AppTest:
    """A page at this address, in a new session, without an exception; the environment names the runs."""
    at = AppTest.from_function(_script, args=(name,), default_timeout=60)
    for key, value in {"pack": PACK, "run": RUN, **address}.items():
        at.query_params[key] = value
    return checked(at.run())


def checked(at: AppTest) -> AppTest:
    """The page, which has no exception."""
    assert not at.exception, [each.value for each in at.exception]
    return at


def button(at: AppTest, label: str) -> None:
    """Presses a button, and runs the page."""
    next(each for each in at.button if each.label == label).click()
    checked(at.run())


def wait_until(at: AppTest, true: Callable[[], bool]) -> None:
    """Runs the page again and again until it is as it should be."""
    waiting.wait_until(true, between=lambda: checked(at.run()))


def metrics(folder: Path, run: str = RUN) -> dict[str, Any]:
    """metrics.json of a run."""
    document: dict[str, Any] = json.loads((folder / run / "metrics.json").read_bytes())
    return document


def allocations(folder: Path, run: str = RUN) -> pd.DataFrame:
    """allocations.csv of a run, every cell text."""
    return pd.read_csv(folder / run / "allocations.csv", dtype="str", keep_default_na=False)


def tiles(at: AppTest) -> dict[str, str]:
    """Label → figure of every tile."""
    return {each.label: each.value for each in at.metric}


def words(at: AppTest) -> str:
    """All sentences of the page."""
    each = [*at.title, *at.header, *at.markdown, *at.caption, *at.info, *at.warning, *at.text, *at.error]
    return "\n".join(str(element.value) for element in each)


def table(at: AppTest, heading: str) -> pd.DataFrame:
    """The first table that has a column of this heading."""
    frame: pd.DataFrame = next(each.value for each in at.dataframe if heading in each.value.columns)
    return frame


def cells(at: AppTest, heading: str) -> list[str]:
    """The column of this heading as the first table that gives its cells as text shows it."""
    for each in at.dataframe:
        if each.proto.arrow_data.styler.display_values:
            with ipc.open_stream(each.proto.arrow_data.styler.display_values) as shown:
                texts = shown.read_all().to_pydict()
            if heading in texts:
                return [str(text) for text in texts[heading]]
    raise AssertionError(f"no table gives the cells of {heading} as text")


def maps(at: AppTest) -> list[dict[str, Any]]:
    """Every map of the page, as the browser gets it."""
    return [json.loads(each.proto.json) for each in at.get("bidi_component")]


def alternatives(at: AppTest) -> list[str]:
    """The text alternatives of the maps and charts of the page."""
    return [*(each["alt"] for each in maps(at)), *(each.proto.alt for each in at.get("vega_lite_chart"))]


def areas(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """GSS code → the area that a map draws."""
    return {each["code"]: each for each in document["areas"]}
