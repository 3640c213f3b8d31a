"""README.md of a pack that a command made: what it is, what is invented, source, licence, attribution."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

README = "README.md"
WIDTH = 110
"""Of a line of text, in characters."""

OFSTED = (
    "Ofsted, *Children's social care in England*, providers and places; supported accommodation premises",
    "homes",
)
FIGURES = (
    "Department for Education, *Children looked after in England* and *Local Authority Interactive Tool*; "
    "Ofsted, *Children's social care in England*",
    "totals of each authority, unit costs",
)
DIRECTORY = ("Office for National Statistics, *ONS Postcode Directory*, November 2025", "postcodes")

_LICENCE = """\
Licence of all of them: [Open Government Licence v3.0]\
(https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/).

Contains public sector information licensed under the Open Government Licence v3.0.
Source: Office for National Statistics licensed under the Open Government Licence v3.0.
Contains OS data © Crown copyright and database right 2025.
Contains Royal Mail data © Royal Mail copyright and database right 2025.
"""


def readme_text(
    title: str, paragraphs: Sequence[str | Sequence[str]], sources: Sequence[tuple[str, str]]
) -> str:
    """The file: its paragraphs (a list, where one is several), then the sources (what, used for), their
    licence and attribution."""
    parts = [_filled(part) if isinstance(part, str) else "\n".join(map(_item, part)) for part in paragraphs]
    table = ["| source | used for |", "| --- | --- |", *(f"| {what} | {use} |" for what, use in sources)]
    return "\n\n".join([f"# {title}", *parts, "## Sources", "\n".join(table), _LICENCE])


def _item(text: str) -> str:
    return _filled(f"- {text}", indent="  ")


def _filled(text: str, *, indent: str = "") -> str:
    return textwrap.fill(text, WIDTH, subsequent_indent=indent, break_on_hyphens=False)
