"""The house itself: its floors, the length of its files, and what no file may say."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LONGEST_FILE = 500
GENERATED = {".git", ".venv", "__pycache__", "build", "dist", "runs"}
HOSTS_AND_MACHINES = re.compile(
    "|".join(
        # In two parts each, so that this file does not say them either.
        (
            r"py" r"pi\.",
            r"python" r"hosted",
            r"npm" r"js\.",
            r"deb\." r"debian",
            r"/wo" r"rk/",
            r"/ro" r"ot/",
            r"/t" r"mp/",
        )
    )
)
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b")
MOCKS = re.compile(r"monkeypatch\.set" r"attr|unittest\.mo" r"ck|mock" "er\b")
BARE_EXCUSE = re.compile(r"# (type: ignore|noqa)(\[[\w, -]+\]|: [A-Z]+\d+(, ?[A-Z]+\d+)*)?\s*$", re.MULTILINE)


def _files(*suffixes: str) -> Iterator[Path]:
    """The project's own text files that end so, wherever they stand."""
    for folder, inside, names in os.walk(ROOT):
        inside[:] = sorted(
            each for each in inside if each == ".ci" or (each[0] != "." and each not in GENERATED)
        )
        yield from (Path(folder, name) for name in sorted(names) if Path(name).suffix in suffixes)


def _matches(pattern: re.Pattern[str], *suffixes: str) -> list[str]:
    """`file:line: text` of every line that matches."""
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}"
        for path in _files(*suffixes)
        for number, line in enumerate(
            path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1
        )
        if pattern.search(line)
    ]


def test_a_room_imports_only_from_lower_floors() -> None:
    command = Path(sys.executable).with_name("lint-imports")
    ended = subprocess.run([command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_no_file_is_too_long_to_read() -> None:
    lengths = {path: path.read_text(encoding="utf-8").count("\n") for path in _files(".py", ".md", "")}
    long = {str(path.relative_to(ROOT)): lines for path, lines in lengths.items() if lines > LONGEST_FILE}
    assert long == {}


@pytest.mark.parametrize("suffixes", [(".py",), (".md", ".toml", ".lock", ".csv", ".geojson"), ("", ".yml")])
def test_no_file_names_a_registry_or_a_machine(suffixes: tuple[str, ...]) -> None:
    assert _matches(HOSTS_AND_MACHINES, *suffixes) == []


def test_nothing_is_left_unfinished() -> None:
    assert _matches(UNFINISHED, ".py", ".md", "") == []


def test_our_own_code_is_never_mocked() -> None:
    assert _matches(MOCKS, ".py") == []


def test_every_silenced_check_says_why() -> None:
    assert _matches(BARE_EXCUSE, ".py") == []
