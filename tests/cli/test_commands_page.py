"""The pages of commands and --help agree: every command, its sentence, its example and its options."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from support.commands import run_command
from typer.core import TyperGroup, TyperOption

from optimiser.cli import app

DOCS = Path(__file__).parents[2] / "docs"
PAGES = [(DOCS / name).read_text(encoding="utf-8") for name in ("commands.md", "commands-data.md")]
SECTIONS = {
    section.split("\n", 1)[0]: section.split("\n", 1)[1]
    for page in PAGES
    for section in page.split("\n## ")[1:]
}


def commands(group: TyperGroup, name: str) -> Iterator[tuple[str, Any]]:
    for verb, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from commands(command, f"{name} {verb}")
        else:
            yield f"{name} {verb}", command


def root() -> TyperGroup:
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    return group


COMMANDS = dict(commands(root(), "optimiser"))


def test_the_page_has_a_section_for_every_command_and_no_other() -> None:
    assert sorted(SECTIONS) == sorted(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_section_has_the_sentence_the_example_and_the_options(name: str) -> None:
    words = " ".join(run_command(*name.split()[1:], "--help").stdout.split())
    section = SECTIONS[name]
    sentence = section.strip().split("\n", 1)[0]
    example = re.search(r"^    (optimiser [^\\\n]*(?:\\\n[^\\\n]*)*)", section, re.MULTILINE)
    assert example is not None
    assert sentence.endswith(".")
    assert sentence.count(". ") == 0
    assert f"{sentence} " in words
    assert words.endswith(f"Example: {' '.join(example[1].replace(chr(92), '').split())}")
    rows = dict(re.findall(r"^\| `(--[a-z-]+)` \| (.*) \|$", section, re.MULTILINE))
    options = {
        option.opts[-1]: option.help for option in COMMANDS[name].params if isinstance(option, TyperOption)
    }
    assert rows == options
