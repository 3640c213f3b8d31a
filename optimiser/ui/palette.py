"""The colours of every page, chart and map: safe for the colour-blind, and dark enough to tell from white.

Kinds of place take darkened colours of Okabe and Ito (2008); shadings are ColorBrewer's YlGnBu and PuOr,
marked there as safe for the colour-blind. What has a meaning is never told by colour alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from optimiser import terms

TEXT: Final = "#0B1017"
"""So dark that Streamlit's captions, in six tenths of it, still have 4.5 : 1."""
QUIET_TEXT: Final = "#4A5563"
"""For captions: 7 : 1 on white."""
BACKGROUND: Final = "#FFFFFF"
SOFT_BACKGROUND: Final = "#F2F5F8"
LINE: Final = "#76818E"
"""Borders of controls and of authorities on a map: 3.9 : 1 on white."""
PRIMARY: Final = "#1A5A8A"
"""Buttons, links and the one series of a chart that has only one."""
TODAY: Final = "#6B7683"
"""Today's placements, wherever they stand beside a run."""
RUN: Final = PRIMARY
"""The run, wherever it stands beside today's placements."""
INTERVAL: Final = "#B7CBDB"
"""How sure a forecast is: `RUN` as it shows through around the forecast's line."""
OTHER_RUN: Final = "#B35806"
"""The run that is compared with."""
NO_FIGURE: Final = "#E3E7EB"
"""Where there is no figure, or none may be published."""

KIND_COLOURS: Final[Mapping[str, str]] = {
    terms.KINSHIP: "#A3437F",
    terms.FOSTER_HOME: "#0072B2",
    terms.CHILDRENS_HOME: "#C25200",
    terms.SUPPORTED_ACCOMMODATION: "#00805E",
}
"""Kind of place → colour."""

CATEGORIES: Final = ("#0072B2", "#C25200", "#00805E", "#A3437F", "#8A6500", "#2B6E8C", "#5B4B9A", "#4A5563")
"""For up to eight things of equal standing, in this order."""

SEQUENTIAL: Final = ("#FFFFCC", "#C7E9B4", "#7FCDBB", "#41B6C4", "#2C7FB8", "#253494")
"""From the least to the most of a measure."""

DIVERGING: Final = ("#542788", "#998EC3", "#D8DAEB", "#F7F7F7", "#FEE0B6", "#F1A340", "#B35806")
"""From less (purple) by no difference (near white) to more (orange)."""


def shade(value: float, *, least: float, most: float, colours: Sequence[str] = SEQUENTIAL) -> str:
    """The colour of a value on an even scale from `least` to `most`; the scale may have no width.

    >>> shade(0.0, least=0.0, most=6.0), shade(6.0, least=0.0, most=6.0)
    ('#FFFFCC', '#253494')
    >>> shade(2.0, least=2.0, most=2.0)
    '#FFFFCC'
    """
    share = (value - least) / (most - least) if most > least else 0.0
    return colours[min(int(share * len(colours)), len(colours) - 1)]
