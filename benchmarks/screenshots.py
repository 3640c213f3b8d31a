"""Every page at both sizes, for docs/screenshots: `python -m benchmarks.screenshots [--runs FOLDER]`.

The sample region is allocated twice and the sample returns are forecast first, unless a folder is given that
has the runs; nothing of it is real.
"""

from __future__ import annotations

import argparse
import io
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser

sys.path.append(str(Path(__file__).parents[1] / "tests"))

from support.browser import NARROW, WIDE, Reader, app, chromium, read

from optimiser.commissioning.proposals import proposed_options
from optimiser.pack.read import read_pack
from optimiser.pack.samples import sample_packs
from optimiser.pack.write import csv_bytes

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "screenshots"
PACK = "north-east-and-cumbria"
SMALL = "gateshead-ten"
"""Its trade-off is drawn: in the sample region no pound buys a mile, and there is but one point."""
SIZES = {"wide": WIDE, "narrow": NARROW}
RETURNS = "synthetic-returns"
PLAN = "three-million"
FIRST, SECOND = "as-agreed", "nearer-home"
POLICY = "[prices]\nmile = 30.0\n"
"""Of the second run: a mile from home at three times the price."""
MAPS = ("region", "flows", "authority", "compare", "child", "worth", "publication")
"""Pages of which a second picture has the map in the middle of the window."""
MOST_BYTES = 250_000


def main() -> int:
    """Writes docs/screenshots/PAGE-SIZE.png."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.screenshots", description=__doc__)
    parser.add_argument("--runs", type=Path, help="folder with the runs as-agreed and nearer-home")
    given = parser.parse_args().runs
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        runs = given.absolute() if given else make_runs(Path(temporary) / "runs")
        with app(runs) as address, chromium() as browser:
            for size, window in SIZES.items():
                take(browser, address, size, window)
    return 0


def make_runs(folder: Path) -> Path:
    """The sample region, allocated under its own policy and under another, its cooperation and closures; a
    trade-off; forecasts."""
    folder.mkdir(parents=True)
    policy = folder / "nearer.toml"
    policy.write_text(POLICY, encoding="utf-8")
    for name, options in ((FIRST, []), (SECOND, ["--policy", str(policy)])):
        words = [sys.executable, "-m", "optimiser", "allocate", PACK, "--out", str(folder / name), *options]
        subprocess.run(words, check=True, cwd=ROOT)
    make_plan(folder)
    for verb, name, pack, options in (
        ("cooperate", "cooperation", PACK, []),
        ("stress", "closures", PACK, ["--close", "provider", "--top", "12"]),
        ("frontier", "trade-off", SMALL, ["--points", "12"]),
    ):
        words = [sys.executable, "-m", "optimiser", verb, pack, *options, "--out", str(folder / name)]
        subprocess.run(words, check=True, cwd=ROOT)
    for verb, place, options in (
        ("forecast", "forecasts", ["--to", "2027-03-31"]),
        ("backtest", "backtests", []),
    ):
        out = folder / place / f"{RETURNS}-1"
        words = [sys.executable, "-m", "optimiser", verb, RETURNS, *options, "--out", str(out)]
        subprocess.run(words, check=True, cwd=ROOT)
    return folder


def make_plan(folder: Path) -> None:
    """A plan of every tenth option that is proposed, within £3m, and what each million of it buys."""
    pack, out = folder / "plan-packs" / PLAN, folder / "plans" / PLAN
    shutil.copytree(sample_packs()[PACK], pack)
    options = proposed_options(read_pack(pack)).iloc[::10]
    (pack / "options.csv").write_bytes(csv_bytes(options))
    (pack / "commission.toml").write_text("[limits]\ncapital = 3000000\n", encoding="utf-8")
    words = [sys.executable, "-m", "optimiser", "commission", str(pack), "--out", str(out), "--gap", "0.001"]
    subprocess.run([*words, "--frontier", "0,1e6,2e6,3e6", "--time-limit", "300"], check=True, cwd=ROOT)


def take(browser: Browser, address: str, size: str, window: tuple[int, int]) -> None:
    """Every page in a window of this size."""
    reader = read(browser, address, window=window)
    shown = {"pack": PACK, "run": SECOND, "compare": FIRST}
    pages = {
        "region": ("", {}),
        "flows": ("", {"overlay": "flows"}),
        "authority": ("", {"authority": "E08000037"}),
        "distance": ("distance", {}),
        "plan": ("plan", {}),
        "compare": ("compare", {}),
        "children": ("children", {}),
        "child": ("children", {"child": worst(reader, shown)}),
        "supply": ("supply", {}),
        "worth": ("supply", {"section": "worth"}),
        "providers": ("supply", {"section": "concentration"}),
        "commissioning": ("commissioning", {}),
        "commissioned": ("commissioning", {"section": "plan"}),
        "demand": ("demand", {}),
        "entrants": ("demand", {"section": "entrants"}),
        "cooperation": ("cooperation", {}),
        "pooling": ("cooperation", {"section": "compared"}),
        "fairness": ("fairness", {"by": "disability", "outcome": "over"}),
        "tradeoffs": ("tradeoffs", {"pack": SMALL, "run": "-", "compare": "", "point": "2"}),
        "shocks": ("shocks", {}),
        "audit": ("audit", {}),
        "publication": ("", {"publication": "yes"}),
    }
    for name, (path, query) in pages.items():
        reader.open(path, **{**shown, **query})
        keep(reader, FOLDER / f"{name}-{size}.png")
        if name in MAPS:
            reader.page.locator(".map").first.evaluate(
                "map => map.scrollIntoView({block: 'center', behavior: 'instant'})"
            )
            keep(reader, FOLDER / f"{name}-map-{size}.png")
    reader.page.context.close()


def worst(reader: Reader, shown: dict[str, str]) -> str:
    """The child farthest from home, who is the first of the list."""
    reader.open("children", **shown)
    return reader.table("Child")[1][0]


def keep(reader: Reader, file: Path) -> None:
    """The page as it stands, in few colours so that the file stays small."""
    page = reader.page
    charts = page.locator('.map svg, [data-testid="stVegaLiteChart"] svg')
    if charts.count():
        charts.first.wait_for()
    reader.drawn()
    picture = Image.open(io.BytesIO(page.screenshot()))
    picture.convert("P", palette=Image.Palette.ADAPTIVE, colors=128).save(file, optimize=True)
    assert file.stat().st_size < MOST_BYTES, file
    print(file.relative_to(ROOT))


if __name__ == "__main__":
    sys.exit(main())
