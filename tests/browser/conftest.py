"""The app over two runs, two plans, a cooperation, a trade-off and closures of a third of the sample region,
forecasts of the sample returns, and readers in Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from support import forecasts, part_region
from support.browser import WIDE, Reader, app, chromium, read
from support.commands import run_command

from optimiser.cooperation.run import cooperation_from_pack, write_cooperation


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of runs that the app shows."""
    folder = tmp_path_factory.mktemp("browser") / "runs"
    part_region.make_runs(folder)
    part_region.make_plans(folder)
    forecasts.make_forecasts(folder)
    pack = folder / "packs" / part_region.PACK
    write_cooperation(folder / "cooperation", cooperation_from_pack(pack))
    for words in (("frontier", pack, "--points", "3"), ("stress", pack, "--close", "provider", "--top", "3")):
        made = run_command(*words, "--workers", "1", "--out", folder / words[0])
        assert made.exit_code == 0, made.output
    return folder


@pytest.fixture(scope="module")
def address(runs: Path) -> Iterator[str]:
    """The app's address."""
    with app(runs) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of a file."""
    with chromium() as browser:
        yield browser


@pytest.fixture
def reader(browser: Browser, address: str) -> Iterator[Reader]:
    """A reader who has seen nothing of the app before; in the end nothing went elsewhere, nothing failed."""
    reader = read(browser, address, window=WIDE)
    yield reader
    reader.page.context.close()
    reader.assert_quiet()
