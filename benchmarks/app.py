"""How fast the app is: `python -m benchmarks.app [--runs FOLDER]`, on a machine that does nothing else.

Three bars, on the sample region: the first page with its map in under 4 s from cold; any filter or page
change in under 1 s at the median; ten readers at once, two of them solving, and no page over 3 s. The first
two are one reader in Chromium. Of the ten, the two that solve are in Chromium, and the others speak the app's
own protocol as a browser does: timed from the question to the last byte of the page, which they do not draw.
The sample region is allocated twice first, unless a folder is given that has its runs.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import expect
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

sys.path.append(str(Path(__file__).parents[1] / "tests"))

from support.browser import LONG, Reader, app, chromium, read

from benchmarks.screenshots import FIRST, PACK, SECOND, make_runs

FIRST_BAR, CHANGE_BAR, CROWD_BAR = 4.0, 1.0, 3.0
"""Seconds."""
COLD_STARTS, ROUNDS = 3, 3
WARM_UP = 10.0
"""Seconds after which an app that was just started has loaded what it loads ahead."""
SPEAKING, SOLVING = 8, 2
THINKING = (0.5, 1.5)
"""Seconds between a page and the next, of a reader who speaks the protocol."""
SHOWN = {"pack": PACK, "run": SECOND, "compare": FIRST}
VISITS: tuple[tuple[str, dict[str, str]], ...] = (
    ("", {}),
    ("", {"authority": "E08000037"}),
    ("", {"authority": "", "overlay": "flows", "measure": "weekly_cost"}),
    ("distance", {}),
    ("distance", {"dimension": "need"}),
    ("compare", {}),
    ("children", {"status": "far"}),
    ("supply", {"section": "worth"}),
    ("supply", {"section": "concentration"}),
    ("audit", {}),
    ("plan", {}),
    ("", {"publication": "yes"}),
)
"""Page and choices; every reader goes round from another one on."""


def main() -> int:
    """Prints what was measured and which bars hold; returns 1 where one does not."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.app", description=__doc__)
    parser.add_argument("--runs", type=Path, help="folder with the runs as-agreed and nearer-home")
    given = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as temporary:
        runs = Path(temporary) / "runs"
        if given:
            shutil.copytree(given, runs)
        else:
            make_runs(runs)
        print(f"load before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", flush=True)
        held = [first_page(runs), changes(runs), crowd(runs)]
    return 0 if all(held) else 1


# -- one reader --------------------------------------------------------------------------------------


def first_page(runs: Path) -> bool:
    """A new Chromium at an app nobody has opened yet, until every authority is on the map."""
    found = []
    for _ in range(COLD_STARTS):
        with app(runs) as address, chromium() as browser:
            time.sleep(WARM_UP)
            reader = read(browser, address)
            began = time.monotonic()
            reader.page.goto(address)
            expect(reader.page.locator(".map .area")).to_have_count(14)
            reader.drawn()
            found.append(time.monotonic() - began)
    return _said("first page with its map, from cold", found, statistics.median(found), FIRST_BAR)


def changes(runs: Path) -> bool:
    """Every page and some filters, round after round; the first time of each counts too."""
    found: dict[str, list[float]] = {}
    with app(runs) as address, chromium() as browser:
        reader = read(browser, address)
        reader.open("", **SHOWN)
        for _ in range(ROUNDS):
            for name, act in _acts(reader):
                began = time.monotonic()
                act()
                found.setdefault(name, []).append(time.monotonic() - began)
    for name, each in found.items():
        print(f"  {name}: {', '.join(f'{seconds:.2f}' for seconds in each)} s")
    every = [seconds for each in found.values() for seconds in each]
    return _said("a filter or page change, median", every, statistics.median(every), CHANGE_BAR)


def _acts(reader: Reader) -> Iterator[tuple[str, Callable[[], object]]]:
    """What the reader does, one thing after another, and what it is called."""
    chosen = (
        ("Shade the map by", "Weekly cost"),
        ("Shade the map by", "Share living far from home"),
        ("Also on the map", "Where children move to"),
        ("Also on the map", "Homes and foster places"),
        ("Authority", "Gateshead"),
        ("Authority", "Whole region"),
    )
    for label, option in chosen:
        yield f"{label}: {option}", partial(reader.choose, label, option)
    titles = ("Distance from home", "Compare runs", "Children", "Supply of places", "Audit", "Plan a run")
    for title in titles:
        yield f"page {title}", partial(reader.go, title)
    yield "page Region", partial(reader.go, "Region")


# -- ten readers --------------------------------------------------------------------------------------


def crowd(runs: Path) -> bool:
    """Eight readers go through the pages while two more watch the solves that they have asked for.

    One reader has gone through them before, so that the figures of the two runs are worked out.
    """
    before = {path.name for path in runs.iterdir()}
    with app(runs) as address, chromium() as browser:
        _round(address, 0)
        solving = [_solving(read(browser, address), f"crowd-{number}") for number in range(SOLVING)]
        with ThreadPoolExecutor(SPEAKING) as pool:
            each = list(pool.map(lambda number: _round(address, number), range(SPEAKING)))
        still = sum(reader.page.get_by_role("button", name="Cancel this run").count() for reader in solving)
        for reader in solving:
            reader.page.context.close()
    made = {path.name for path in runs.iterdir()} - before - {"policies"}
    print(f"  at the end {still} of {SOLVING} solves went on; finished: {', '.join(sorted(made)) or 'none'}")
    worst: dict[str, float] = {}
    for name, seconds in (visit for visits in each for visit in visits):
        worst[name] = max(worst.get(name, 0.0), seconds)
    for name, seconds in worst.items():
        print(f"  {name}: {seconds:.2f} s at most")
    every = [seconds for visits in each for _, seconds in visits]
    return _said("ten at once, two solving, slowest page", every, max(every), CROWD_BAR)


def _solving(reader: Reader, name: str) -> Reader:
    """A reader who asks for a run of the sample region that takes long, and watches it."""
    page = reader.open("plan", **SHOWN)
    page.get_by_label("Each mile from home (£ a week)").fill("17")
    page.get_by_label("Accepted gap (% of the score)").fill("0.000001")
    page.get_by_label("Name for the run").fill(name)
    page.get_by_role("button", name="Find the best places").click()
    expect(page.get_by_role("button", name="Cancel this run")).to_be_visible()
    return reader


def _round(address: str, number: int) -> list[tuple[str, float]]:
    """One reader's visits: what each was, and how long it took."""
    thinking = random.Random(number)
    found = []
    with connect(
        address.replace("http", "ws") + "/_stcore/stream",
        subprotocols=[Subprotocol("streamlit")],
        origin=Origin(address),
        max_size=None,
    ) as socket:
        for visit in range(len(VISITS)):
            path, query = VISITS[(number + visit) % len(VISITS)]
            began = time.monotonic()
            _ask(socket, path, urlencode({**SHOWN, "publication": "", "link": "yes", **query}))
            found.append((f"{path or 'region'} {urlencode(query)}", time.monotonic() - began))
            _read_on(socket, thinking.uniform(*THINKING))
    return found


def _read_on(socket: ClientConnection, seconds: float) -> None:
    """Lets a reader think, and takes what the server still says of the page meanwhile."""
    until = time.monotonic() + seconds
    with suppress(TimeoutError):
        while (left := until - time.monotonic()) > 0:
            socket.recv(timeout=left)


def _ask(socket: ClientConnection, page: str, query: str) -> None:
    """Asks for a page as a browser does, and reads until the server has said all of it."""
    question = BackMsg()
    question.rerun_script.query_string = query
    question.rerun_script.page_name = page
    socket.send(question.SerializeToString())
    while True:
        answer = ForwardMsg()
        answer.ParseFromString(socket.recv(timeout=LONG, decode=False))
        assert not (answer.HasField("delta") and answer.delta.new_element.HasField("exception"))
        if answer.HasField("script_finished") and answer.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
            return


def _said(what: str, found: list[float], figure: float, bar: float) -> bool:
    held = figure < bar
    spread = f"{min(found):.2f} to {max(found):.2f} s of {len(found)}"
    print(f"{what}: {figure:.2f} s ({spread}); bar {bar:g} s: {'holds' if held else 'MISSED'}", flush=True)
    return held


if __name__ == "__main__":
    sys.exit(main())
