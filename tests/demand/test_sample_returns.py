"""The returns that ship: made anew they are the same, and they say what their README says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from optimiser.demand.reading import read_return
from optimiser.demand.samples import SAMPLE_RETURNS, sample_returns

ROOT = Path(__file__).parents[2]


def test_made_anew_they_are_the_same_bytes(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    for name in ("tests", "optimiser"):
        (tmp_path / name).symlink_to(ROOT / name)
    script = data / "make_returns.py"
    script.write_bytes((ROOT / "data" / "make_returns.py").read_bytes())
    subprocess.run([sys.executable, script], check=True)
    made = {file.name: file.read_bytes() for file in (data / SAMPLE_RETURNS).iterdir()}
    assert made == {file.name: file.read_bytes() for file in sample_returns()[SAMPLE_RETURNS].iterdir()}


def test_what_is_wrong_was_put_there() -> None:
    found = read_return(sample_returns()[SAMPLE_RETURNS])
    assert found.rows_read == 4686
    assert sum(source.set_aside for source in found.sources) == 4
    assert {"no start", "unknown code", "date unreadable", "postcode malformed", "blank", "no child"} <= set(
        found.quality.findings["kind"]
    )
    assert (str(found.first_day), str(found.last_day)) == ("2020-04-01", "2025-03-31")
    assert len(set(found.children["authority"])) == 3
