"""The colours can be told from their ground, and from each other without red and green."""

from __future__ import annotations

from itertools import pairwise

import pytest

from optimiser import terms
from optimiser.ui import palette


def luminance(colour: str) -> float:
    """Relative luminance, as WCAG 2.2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2.2, from 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("ground", [palette.BACKGROUND, palette.SOFT_BACKGROUND])
@pytest.mark.parametrize("text", [palette.TEXT, palette.QUIET_TEXT, palette.PRIMARY])
def test_text_is_readable(text: str, ground: str) -> None:
    assert contrast(text, ground) >= 4.5


@pytest.mark.parametrize(
    "mark",
    [palette.LINE, palette.TODAY, palette.OTHER_RUN, *palette.KIND_COLOURS.values(), *palette.CATEGORIES],
)
def test_marks_and_controls_stand_out(mark: str) -> None:
    assert contrast(mark, palette.BACKGROUND) >= 3.0


def test_every_kind_has_a_colour_of_its_own() -> None:
    assert tuple(palette.KIND_COLOURS) == terms.KINDS
    assert len(set(palette.KIND_COLOURS.values())) == len(terms.KINDS)
    assert len(set(palette.CATEGORIES)) == len(palette.CATEGORIES)


def test_a_shading_darkens_from_least_to_most() -> None:
    lights = [luminance(colour) for colour in palette.SEQUENTIAL]
    assert all(before > after for before, after in pairwise(lights))


def test_a_difference_is_lightest_where_there_is_none() -> None:
    lights = [luminance(colour) for colour in palette.DIVERGING]
    middle = len(lights) // 2
    assert max(lights) == lights[middle]
    assert lights[:middle] == sorted(lights[:middle])
    assert lights[middle:] == sorted(lights[middle:], reverse=True)
