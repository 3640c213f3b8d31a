"""Where every child lives, today or in a run: one row a child, in the order of children.csv."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
import pandas as pd

from optimiser.errors import InputError
from optimiser.pack.pack import Pack

TODAY = "today"
RUN = "run"
STATES = (TODAY, RUN)

INSIDE, OUTSIDE, UNKNOWN = "inside", "outside", "unknown"
NEAR, OVER = "near", "over"

_OUTPUT_TEXTS = (
    "child_id",
    "authority",
    "status",
    "provision_id",
    "kind",
    "provider",
    "sector",
    "over_far_miles",
    "with_siblings",
    "reason",
)
_OUTPUT_NUMBERS = ("miles", "school_miles", "weekly_cost", "score")


@dataclass(frozen=True)
class Placements:
    """One state of the region's children.

    `frame`: child_id, authority (home), placed (bool: a place, or today something known of it),
    provision_id, kind, provider, lives (GSS code, "" = not known), miles, weekly_cost (NaN = not known),
    place (`inside`, `outside`, `unknown`; "" = not placed), distance (`near`, `over`, `unknown`; "" = not
    placed); of a run also school_miles, score, with_siblings, reason.
    `together`: by sibling group of two or more, True, False or None where it is not known.
    """

    state: str
    frame: pd.DataFrame
    together: pd.Series

    def __len__(self) -> int:
        return len(self.frame)


def today_placements(pack: Pack, far_miles: float) -> Placements:
    """Where the pack says the children live now; what it does not say is not known, and never zero."""
    children = pack.children
    identifiers = children["current_provision_id"] if "current_provision_id" in children else _blank(children)
    miles = (
        children["current_miles"].to_numpy(dtype=np.float64)
        if "current_miles" in children
        else np.full(len(children), np.nan)
    )
    known = pack.provision.drop_duplicates("provision_id").set_index("provision_id")
    places = known.reindex(identifiers.to_numpy())
    frame = pd.DataFrame(
        {
            "child_id": children["child_id"].to_numpy(),
            "authority": children["authority"].to_numpy(),
            "placed": (identifiers.to_numpy() != "") | np.isfinite(miles),
            "provision_id": identifiers.to_numpy(),
            **{name: places[name].fillna("").to_numpy(dtype=object) for name in ("kind", "provider")},
            "lives": places["authority"].fillna("").to_numpy(dtype=object),
            "miles": miles,
            "weekly_cost": places["weekly_cost"].to_numpy(dtype=np.float64),
        }
    )
    over = np.where(np.isnan(miles), UNKNOWN, np.where(miles > far_miles, OVER, NEAR))
    return Placements(TODAY, _located(frame, over), _together(children["sibling_group"], frame))


def run_placements(pack: Pack, allocations: bytes) -> Placements:
    """Where a run's allocations.csv has the children; `InputError` where its children are not the pack's."""
    rows = _allocations(allocations)
    if rows["child_id"].tolist() != pack.children["child_id"].tolist():
        raise InputError("allocations.csv: its children are not those of the pack's children.csv")
    homes = pack.provision.drop_duplicates("provision_id").set_index("provision_id")["authority"]
    placed = (rows["status"] == "placed").to_numpy()
    unknown = placed & ~rows["provision_id"].isin(homes.index).to_numpy()
    if unknown.any():
        raise InputError(
            f"allocations.csv: {rows['provision_id'][unknown].iloc[0]} is no provision of the pack"
        )
    frame = rows.assign(
        placed=placed, lives=rows["provision_id"].map(homes).fillna("").to_numpy(dtype=object)
    )
    over = np.where(rows["over_far_miles"] == "yes", OVER, NEAR)
    return Placements(RUN, _located(frame, over), _together(pack.children["sibling_group"], frame))


def _allocations(content: bytes) -> pd.DataFrame:
    try:
        rows = pd.read_csv(
            io.BytesIO(content),
            dtype=dict.fromkeys(_OUTPUT_TEXTS, "object") | dict.fromkeys(_OUTPUT_NUMBERS, "float64"),
            keep_default_na=False,
            na_values={name: [""] for name in _OUTPUT_NUMBERS},
        )
        return rows[[*_OUTPUT_TEXTS, *_OUTPUT_NUMBERS]]
    except (ValueError, KeyError, UnicodeDecodeError) as error:
        raise InputError(
            f"allocations.csv cannot be read ({error}); accepted: as allocate writes it"
        ) from error


def _located(frame: pd.DataFrame, over: np.ndarray) -> pd.DataFrame:
    """The placements with `place` and `distance`."""
    lives, placed = frame["lives"].to_numpy(), frame["placed"].to_numpy()
    place = np.where(lives == "", UNKNOWN, np.where(lives == frame["authority"].to_numpy(), INSIDE, OUTSIDE))
    return frame.assign(place=np.where(placed, place, ""), distance=np.where(placed, over, ""))


def _together(groups: pd.Series, frame: pd.DataFrame) -> pd.Series:
    """For every group of two or more: do all its children live in one provision; None = not known."""
    rows = pd.DataFrame(
        {
            "group": groups.to_numpy(),
            "home": frame["provision_id"].to_numpy(),
            "unknown": (
                (frame["provision_id"] == "") & (frame["placed"] if "reason" in frame else True)
            ).to_numpy(),
        }
    )
    rows = rows[rows["group"] != ""]
    sizes = rows.groupby("group", sort=True).size()
    found: dict[str, bool | None] = {}
    for name, members in rows.groupby("group", sort=True):
        if sizes[name] < 2:
            continue
        homes = set(members["home"])
        known = homes - {""}
        if len(known) > 1:
            found[str(name)] = False
        elif members["unknown"].any():
            found[str(name)] = None
        else:
            found[str(name)] = len(homes) == 1 and bool(known)
    return pd.Series(found, dtype=object)


def _blank(children: pd.DataFrame) -> pd.Series:
    return pd.Series("", index=children.index, dtype="str")
