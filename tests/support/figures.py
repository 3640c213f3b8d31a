"""A file of figures for tests: three authorities, in the columns of the published one."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

CODES = ("E06000001", "E06000005", "E08000037")

_FIGURES = {
    "la": ("Hartlepool", "Darlington", "Gateshead"),
    "children_looked_after": (332, 266, 503),
    "aged_under_1": (24, 9, 20),
    "aged_1_to_4": (34, 26, 59),
    "aged_5_to_9": (55, 61, 93),
    "aged_10_to_15": (152, 114, 210),
    "aged_16_and_over": (67, 56, 121),
    "female": (152, 116, 233),
    "male": (180, 150, 270),
    "uasc": (17, 22, 20),
    "placed_foster": (235, 168, 379),
    "placed_childrens_homes": (48, 45, 61),
    "placed_supported_accommodation": (10, 9, 11),
    "provided_own": (185, 109, 326),
    "provided_private": (90, 80, 105),
    "provided_voluntary": (29, 35, 31),
    "within_20_miles": (259, 210, 435),
    "over_20_miles": (43, 34, 48),
    "distance_not_known": (30, 22, 20),
    "la_foster_places_approved": (200, 115, 315),
    "la_foster_places_filled": (130, 65, 235),
    "foster_cost_gbp_per_week": (805, 740, 575),
    "residential_cost_gbp_per_week": (7110, 5695, 7650),
    "childrens_homes": (11, 17, 15),
    "childrens_home_places": (49, 73, 61),
    "homes_private": (7, 11, 9),
    "homes_local_authority": (4, 5, 4),
    "homes_voluntary": (0, 1, 2),
    "homes_outstanding": (1, 0, 1),
    "homes_good": (9, 12, 12),
    "homes_requires_improvement": (1, 2, 1),
    "homes_inadequate": (0, 1, 0),
    "homes_not_inspected": (0, 2, 1),
    "supported_accommodation_premises": (5, 29, 19),
    "supported_accommodation_places": (25, 55, 37),
}


def figures() -> pd.DataFrame:
    """The file as text cells, one row per code."""
    return pd.DataFrame(
        {"code": CODES, **{column: map(str, row) for column, row in _FIGURES.items()}}, dtype="str"
    )


def write_figures(folder: Path, rows: pd.DataFrame | None = None) -> Path:
    """The file, written as figures.csv into `folder`."""
    path = folder / "figures.csv"
    (figures() if rows is None else rows).to_csv(path, index=False)
    return path
