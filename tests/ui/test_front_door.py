"""The front door: the first page where the address names none, every page by name, sign-in where set up."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from support.address import address

from optimiser.ui import front_door

ROOT = Path(__file__).parents[2]


def test_the_first_visit_shows_the_region_of_the_sample(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPTIMISER_RUNS", str(tmp_path))
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120).run()
    assert not at.exception
    assert address(at)["pack"] == "north-east-and-cumbria"
    assert at.title[0].value == "The region"


def test_nothing_is_shown_before_signing_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OPTIMISER_RUNS", str(tmp_path))
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    at.secrets["auth"] = {"redirect_uri": "http://localhost:8501/oauth2callback", "cookie_secret": "x" * 40}
    at.run()
    assert not at.exception
    assert [each.label for each in at.button] == ["Sign in"]
    assert at.title[0].value == front_door.TITLE
    assert not at.selectbox


def test_every_page_is_there() -> None:
    pages = {path.stem for path in (ROOT / "optimiser" / "ui").glob("*.py")}
    assert set(front_door.PAGES) <= pages


def test_no_setting_lets_a_request_leave() -> None:
    settings = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert settings["browser"]["gatherUsageStats"] is False
    assert settings["server"]["address"] == "localhost"
    script = (ROOT / "optimiser" / "ui" / "map.js").read_text(encoding="utf-8")
    assert script.count("http") == script.count("http://www.w3.org/2000/svg") == 1
    assert not {"fetch(", "import", "url("} & set(script.split())
    fonts = [value for key, value in settings["theme"].items() if key.lower().endswith("font")]
    assert set(fonts) <= {"sans-serif", "monospace"}
