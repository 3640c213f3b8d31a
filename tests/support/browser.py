"""The app in a process of its own, and a reader in Chromium who notes what pages ask for and complain of."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode, urlsplit
from urllib.request import urlopen

import pandas as pd
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Download,
    Locator,
    Page,
    TimeoutError,
    expect,
    sync_playwright,
)

CHROMIUM = "/usr/bin/chromium"
expect.set_options(timeout=60_000)
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
LONG = 60.0
"""Seconds that anything may take on a busy machine; nothing waits longer than it must."""
PRESSED = 3
"""How often a button is pressed at the most: a press is lost while the page is drawn anew."""
WIDE = (1440, 900)
NARROW = (390, 844)
"""Width and height of a window, pixels: a desk, a phone."""
ASKED_TWICE = re.compile(r"/[a-z]+/_stcore/(health|host-config)$")
"""Streamlit's browser part looks for its server beside the page first, where the address has a page's name,
and is told 404; then it looks at the root, where the server is."""
PROGRAM = "import typer; from optimiser.commands.app import app; typer.run(app)"


@contextmanager
def app(runs: Path) -> Iterator[str]:
    """The app over a folder of runs, from a folder of its own; gives its address, and ends it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    home = runs.parent / "home"
    home.mkdir(exist_ok=True)
    root = str(Path(__file__).parents[2])
    server = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "--runs", str(runs)],
        cwd=home,
        env={**os.environ, "STREAMLIT_SERVER_PORT": str(port), "HOME": str(home), "PYTHONPATH": root},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        address = f"http://localhost:{port}"
        _answers(server, f"{address}/_stcore/health")
        yield address
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(timeout=LONG)


def _answers(server: subprocess.Popen[bytes], address: str) -> None:
    until = time.monotonic() + LONG
    while time.monotonic() < until:
        assert server.poll() is None, "the app ended as it began"
        try:
            with urlopen(address, timeout=LONG):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the app does not answer")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, which draws without a graphics card."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


@dataclass
class Reader:
    """One reader's window on the app, and what went wrong in it."""

    page: Page
    address: str
    foreign: list[str] = field(default_factory=list)
    """Requests to any other host."""
    complaints: list[str] = field(default_factory=list)
    """Errors in the browser's console."""

    def __post_init__(self) -> None:
        """Listens before the first page is opened."""
        self.page.add_init_script(COUNT_RUNS)
        self.page.set_default_timeout(LONG * 1000)
        self.page.on("request", lambda request: self._asked(request.url))
        self.page.on("websocket", lambda socket: self._asked(socket.url))
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def open(self, path: str = "", **query: str) -> Page:
        """Opens an address of the app, as from a bookmark, and waits until the page is whole."""
        self.page.goto(f"{self.address}/{path}" + (f"?{urlencode(query)}" if query else ""))
        return self.settle()

    def settle(self) -> Page:
        """Waits until the server has nothing more to say and nothing on the page is out of date."""
        expect(self.page.get_by_role("heading", level=1)).to_be_visible(timeout=LONG * 1000)
        self.page.wait_for_function(SETTLED)
        expect(self.page.get_by_test_id("stException")).to_have_count(0)
        return self.page

    def go(self, title: str) -> Page:
        """Another page, by its name at the side."""
        heading = self.page.get_by_role("heading", level=1)
        before = heading.inner_text()
        self.page.get_by_test_id("stSidebarNavLink").filter(has_text=title).click()
        expect(heading).not_to_have_text(before)
        return self.settle()

    def choose(self, label: str, option: str) -> Page:
        """An option of a select box, by what they are called, by keyboard: scrolling would close the list."""
        box = self.page.get_by_role("combobox", name=label)
        box.scroll_into_view_if_needed()
        self.drawn()
        box.fill(option)
        box.press("ArrowDown")
        found = self.page.get_by_role("option", name=option, exact=True)
        expect(found).to_have_attribute("data-focused", "true")
        return self._answered(lambda: box.press("Enter"))

    def unfold(self) -> Page:
        """Opens whatever is folded away on the page, tables and all."""
        folded = self.page.locator("details:not([open]) > summary")
        folded.evaluate_all("all => all.forEach(each => each.click())")
        expect(folded).to_have_count(0)
        return self.settle()

    def switch(self, label: str) -> Page:
        """Turns a switch on or off, by keyboard: it is too small to be clicked itself."""
        switch = self.page.get_by_role("switch", name=label)
        return self._answered(lambda: switch.press("Space"))

    def csvs(self) -> list[pd.DataFrame]:
        """What every table of the page gives to download, every cell text."""
        self.unfold()
        found = []
        buttons = self.page.get_by_test_id("stDownloadButton").filter(has_text="CSV").get_by_role("button")
        for number in range(buttons.count()):
            given = self._given(buttons.nth(number))
            found.append(pd.read_csv(given.path(), dtype="str", keep_default_na=False))
        return found

    def download(self, label: str) -> bytes:
        """What a download button gives."""
        return self._given(self.page.get_by_role("button", name=label)).path().read_bytes()

    def _given(self, button: Locator) -> Download:
        """What a button gives to download: pressed again where the page was just being drawn anew."""
        for _ in range(PRESSED):
            with suppress(TimeoutError):
                with self.page.expect_download(timeout=1_000 * LONG / PRESSED) as given:
                    button.click()
                return given.value
        raise AssertionError("the button gives nothing to download")

    def tile(self, label: str) -> Locator:
        """The figure of a tile."""
        return self._tile(label).get_by_test_id("stMetricValue")

    def change(self, label: str) -> Locator:
        """What a tile says of the difference, and of what was before."""
        return self._tile(label).locator(':has(> [data-testid="stMetricDeltaDescription"])')

    def _answered(self, act: Callable[[], None]) -> Page:
        """The page once the server has answered what the reader does: it may take a while to begin."""
        before = self.page.evaluate("window.runs")
        act()
        self.page.wait_for_function("before => window.runs > before", arg=before)
        return self.settle()

    def _tile(self, label: str) -> Locator:
        named = self.page.get_by_test_id("stMetricLabel").filter(has_text=re.compile(f"^{re.escape(label)}$"))
        return self.page.get_by_test_id("stMetric").filter(has=named)

    def area(self, code: str) -> Locator:
        """An authority on the first map, by its GSS code."""
        return self.page.locator(f'.map [data-code="{code}"]').first

    def hover(self, code: str) -> str:
        """What the first map says where the pointer is well inside an authority."""
        area = self.area(code)
        area.scroll_into_view_if_needed()
        x, y = area.evaluate(INSIDE)
        self.page.mouse.move(x, y)
        tip = self.page.locator(".map .tip").first
        expect(tip).to_be_visible()
        return tip.inner_text()

    def table(self, first: str) -> list[list[str]]:
        """The table whose first heading this is, once it is there: its rows that are in view, heading first.

        As a screen reader finds them; figures with all their digits.
        """
        found = self.page.wait_for_function(TABLE, arg=first)
        rows: list[list[str]] = found.json_value()
        return rows

    def drawn(self) -> None:
        """Waits until the browser has drawn what it was sent, maps included."""
        self.page.wait_for_function(DRAWN)

    def assert_quiet(self) -> None:
        """Nothing was asked of any other host, and nothing in the console is an error."""
        assert not self.foreign
        assert not self.complaints

    def _asked(self, url: str) -> None:
        if (
            urlsplit(url).scheme not in ("data", "blob")
            and urlsplit(url).netloc != urlsplit(self.address).netloc
        ):
            self.foreign.append(url)

    def _said(self, message: ConsoleMessage) -> None:
        where = str(message.location.get("url", ""))
        expected = "404" in message.text and ASKED_TWICE.search(where)
        if message.type == "error" and not expected:
            self.complaints.append(f"{message.text} ({where})")


COUNT_RUNS = """
    window.runs = 0;
    new MutationObserver(changes => changes.forEach(({ target, oldValue }) => {
        window.runs += target.dataset.testScriptState === "running" && oldValue !== "running";
    })).observe(document, {
        subtree: true, attributeFilter: ["data-test-script-state"], attributeOldValue: true,
    });
"""
SETTLED = """() => {
    const app = document.querySelector('[data-testid="stApp"]');
    return app?.dataset.testScriptState === "notRunning"
        && app?.dataset.testConnectionState === "CONNECTED"
        && !document.querySelector('[data-stale="true"], [data-testid="stSpinner"]')
        && !document.querySelector('[data-testid="stSkeleton"]');
}"""

DRAWN = """() => new Promise(done => requestIdleCallback(() => requestAnimationFrame(() => done(true))))"""
INSIDE = """area => {
    const svg = area.ownerSVGElement, box = area.getBBox(), point = svg.createSVGPoint();
    const inside = [];
    for (let row = 1; row < 40; row++) for (let column = 1; column < 40; column++) {
        [point.x, point.y] = [box.x + box.width * column / 40, box.y + box.height * row / 40];
        if (area.isPointInFill(point)) inside.push([point.x, point.y]);
    }
    const mean = axis => inside.reduce((sum, each) => sum + each[axis], 0) / inside.length;
    const away = each => Math.hypot(each[0] - mean(0), each[1] - mean(1));
    [point.x, point.y] = inside.sort((a, b) => away(a) - away(b))[0];
    const seen = point.matrixTransform(svg.getScreenCTM());
    return [seen.x, seen.y];
}"""
TABLE = """first => [...document.querySelectorAll('canvas [role="grid"]')].map(grid =>
    [...grid.querySelectorAll('[role="row"]')].map(row =>
        [...row.querySelectorAll('[role="columnheader"], [role="gridcell"]')]
            .map(cell => cell.textContent)))
    .find(rows => rows.length > 1 && rows[0][0] === first)"""


def read(browser: Browser, address: str, *, window: tuple[int, int] = WIDE) -> Reader:
    """A new reader, who has seen nothing of the app before."""
    width, height = window
    context = browser.new_context(viewport={"width": width, "height": height})
    return Reader(context.new_page(), address)
