"""The corners of sections 2 and 3 of the contract, small enough to be worked out by hand.

All live in one spot and every place costs £500 a week, so that the tiers can be read off.
"""

from __future__ import annotations

from support.random_packs import Tables, small_tables

_SPOT = {"easting": "425000", "northing": "560000"}
_HOME = {f"home_{axis}": metres for axis, metres in _SPOT.items()}


def corner(
    children: dict[str, dict[str, str]], homes: dict[str, dict[str, str]], split: str, apart: str
) -> Tables:
    child = {
        "authority": "E08000037",
        "age": "10",
        "gender": "female",
        "solo": "",
        "sibling_group": "",
        **_HOME,
    }
    house = {"kind": "foster_home", "sector": "private", "weekly_cost": "500", "named_children": "", **_SPOT}
    return Tables(
        region=small_tables(0).region,
        policy={"siblings": {"split": split}},
        children=[{"child_id": name, **child, **row} for name, row in children.items()],
        provision=[{"provision_id": name, **house, **row} for name, row in homes.items()],
        incompatible=[dict(zip(("child_a", "child_b"), apart.split("+"), strict=True))] if apart else [],
    )


def beds(vacancies: int, places: int | None = None, **more: str) -> dict[str, str]:
    return {"vacancies": str(vacancies), "places": str(vacancies if places is None else places), **more}


SIBLING = {"sibling_group": "s"}
SOLO = {"solo": "yes"}
SOLO_SIBLING = {**SIBLING, **SOLO}

CORNERS: dict[str, tuple[Tables, tuple[int, int, float]]] = {
    "a solo child shuts out a stranger": (
        corner({"a": SOLO, "b": {}}, {"p": beds(3)}, "if_needed", ""),
        (1, 0, 500.0),
    ),
    "a solo child needs every place vacant": (
        corner({"a": SOLO}, {"p": beds(2, 3)}, "if_needed", ""),
        (1, 0, 0.0),
    ),
    "a whole group with a solo child may live together": (
        corner({"a": SOLO_SIBLING, "b": SIBLING}, {"p": beds(2)}, "if_needed", ""),
        (0, 0, 1000.0),
    ),
    "a whole group with a solo child shuts out a stranger": (
        corner({"a": SOLO_SIBLING, "b": SIBLING, "x": {}}, {"p": beds(3)}, "if_needed", ""),
        (1, 0, 1000.0),
    ),
    "a solo child and a part of the group may not share": (
        corner({"a": SOLO_SIBLING, "b": SIBLING, "c": SIBLING}, {"p": beds(2)}, "if_needed", ""),
        (1, 1, 1000.0),
    ),
    "siblings who are incompatible never live together": (
        corner({"a": SIBLING, "b": SIBLING}, {"p": beds(2), "q": beds(1)}, "if_needed", "a+b"),
        (0, 1, 1000.0),
    ),
    "and with split = never they have no place": (
        corner({"a": SIBLING, "b": SIBLING}, {"p": beds(2), "q": beds(1)}, "never", "a+b"),
        (2, 1, 0.0),
    ),
    "an unplaced group is separated": (
        corner({"a": SIBLING, "b": SIBLING}, {"p": beds(0, 2)}, "if_needed", ""),
        (2, 1, 0.0),
    ),
    "a group of one is no group": (
        corner({"a": SIBLING, "b": {}}, {"p": beds(1)}, "never", ""),
        (1, 0, 500.0),
    ),
    "a kinship place taken by another costs the second child": (
        corner(
            {"a": {}, "b": {}},
            {"p": beds(1, kind="kinship", named_children="a;b"), "q": beds(1)},
            "never",
            "",
        ),
        (0, 0, 1500.0),
    ),
    "a kinship place without a vacancy costs nobody": (
        corner({"a": {}}, {"p": beds(0, 1, kind="kinship", named_children="a"), "q": beds(1)}, "never", ""),
        (0, 0, 500.0),
    ),
    "one more placed outweighs a group kept whole": (
        corner(
            {"a": {**SIBLING, "age": "3"}, "b": {**SIBLING, "age": "4"}, "x": {}},
            {"p": beds(2), "q": beds(1, age_max="5")},
            "if_needed",
            "",
        ),
        (0, 1, 1500.0),
    ),
}
