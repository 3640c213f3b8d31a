"""Every claim in the documentation that can be run is run."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import typer
from typer.core import TyperGroup

from optimiser import cli, terms
from optimiser.allocation.families import STANDING, incompatible, small_places
from optimiser.pack.policy import Policy
from optimiser.pack.policy_file import policy_from_toml

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
MODEL = (ROOT / "docs" / "model.md").read_text(encoding="utf-8")
DICTIONARY = (ROOT / "docs" / "data-dictionary.md").read_text(encoding="utf-8")
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("data/**/*.md")])

PROGRAM = ".venv/bin/optimiser "
SHOWN = re.findall(
    r"^```sh\n(.*?)^```$", re.sub(r"^ +", "", README, flags=re.MULTILINE), re.MULTILINE | re.DOTALL
)
COMMANDS = [line for block in SHOWN for line in block.splitlines() if line.startswith(PROGRAM)]
OUTPUTS = dict(
    re.findall(r"^<!-- output of (.+?) -->\n+```text\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
)


def _heading_anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def _without_seconds(text: str) -> str:
    """The text with every duration blanked: the one thing of an output that is never the same twice."""
    return re.sub(r"[\d.]+ s(econds)?\b", "# s", text)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_resolve(page: Path) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", page.read_text(encoding="utf-8")):
        if target.startswith("https://"):
            continue
        name, _, anchor = target.partition("#")
        linked = page.parent / name if name else page
        assert linked.exists(), f"{target} is not there"
        assert not anchor or anchor in _heading_anchors(linked), f"{target} has no such heading"


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_of_the_readme_run_and_print_what_it_shows(command: str, tmp_path: Path) -> None:
    arguments = shlex.split(command.removeprefix(PROGRAM))
    ended = subprocess.run(
        [sys.executable, "-m", "optimiser", *arguments],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    shown = OUTPUTS.get(command.removeprefix(".venv/bin/").partition(" --out")[0])
    assert shown is None or _without_seconds(ended.stdout).strip() == _without_seconds(shown).strip()


def test_every_output_the_readme_announces_is_there() -> None:
    assert set(re.findall(r"^<!-- output of (.+?) -->$", README, re.MULTILINE)) == set(OUTPUTS)


def test_the_readme_opens_with_its_two_commands() -> None:
    assert [line.split("#")[0].strip() for line in SHOWN[0].splitlines()] == ["make sample", "make test"]
    for target in ("sample", "test"):
        ended = subprocess.run(
            ["make", "--dry-run", target], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert ended.returncode == 0, ended.stderr


def test_the_readme_lists_the_commands_that_help_lists() -> None:
    listed = set(re.findall(r"^\| `optimiser ([a-z]+)", README, re.MULTILINE))
    group = typer.main.get_command(cli.app)
    assert isinstance(group, TyperGroup)
    assert listed == set(group.commands)


def test_the_policy_of_the_dictionary_is_the_default(tmp_path: Path) -> None:
    (block,) = re.findall(r"^```toml\n(\[prices\].*?)^```$", DICTIONARY, re.MULTILINE | re.DOTALL)
    tomllib.loads(block)
    path = tmp_path / "policy.toml"
    path.write_text(block, encoding="utf-8")
    assert policy_from_toml(path) == (Policy(), [])


@pytest.mark.parametrize("name", [*terms.RULES, *terms.SCORE_TERMS])
def test_the_model_page_has_every_rule_and_term(name: str) -> None:
    assert re.search(rf"^\| `{name}` \| .+ \| .+ \|$", MODEL, re.MULTILINE)


@pytest.mark.parametrize("family", [*STANDING, incompatible.__name__, small_places.__name__])
def test_the_model_page_has_every_family_of_constraints(family: str) -> None:
    assert re.search(rf"^\| `{family}` \| .+ \| .+ \| .+ \| .+ \|$", MODEL, re.MULTILINE)


@pytest.mark.parametrize("reason", terms.REASONS)
def test_the_dictionary_has_every_reason(reason: str) -> None:
    assert f"| `{reason}` |" in DICTIONARY
