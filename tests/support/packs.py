"""Little packs for tests: three children and three provisions on real ground, to be altered at will."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

type Row = Mapping[str, object]

REGION = """\
name = "Little North"
as_at = 2025-03-31

[[authority]]
code = "E08000037"
name = "Gateshead"
dfe = "390"

[[authority]]
code = "E06000047"
name = "County Durham"
"""

CHILDREN: tuple[Row, ...] = (
    {
        "child_id": "c1",
        "authority": "E08000037",
        "home_easting": 425000,
        "home_northing": 562000,
        "age": 9,
        "gender": "female",
        "needs": "autism;epilepsy",
        "sibling_group": "g1",
    },
    {
        "child_id": "c2",
        "authority": "E08000037",
        "home_easting": 425000,
        "home_northing": 562000,
        "age": 12,
        "gender": "male",
        "sibling_group": "g1",
        "solo": "no",
    },
    {
        "child_id": "c3",
        "authority": "E06000047",
        "home_easting": 427300,
        "home_northing": 542500,
        "age": 16,
        "gender": "other",
        "supported_accommodation": "preferred",
        "school_easting": 427000,
        "school_northing": 543000,
        "avoid_easting": 410000,
        "avoid_northing": 540000,
        "avoid_miles": 2.5,
    },
)

PROVISION: tuple[Row, ...] = (
    {
        "provision_id": "p1",
        "kind": "foster_home",
        "sector": "local_authority",
        "authority": "E08000037",
        "easting": 424000,
        "northing": 560000,
        "places": 3,
        "vacancies": 2,
        "skills": "autism;epilepsy",
        "weekly_cost": 520,
    },
    {
        "provision_id": "p2",
        "kind": "supported_accommodation",
        "sector": "private",
        "authority": "E06000047",
        "easting": 428000,
        "northing": 542000,
        "places": 4,
        "vacancies": 1,
        "age_min": 16,
        "weekly_cost": 1250.5,
        "ofsted": "good",
    },
    {
        "provision_id": "p3",
        "kind": "kinship",
        "sector": "local_authority",
        "authority": "E06000047",
        "easting": 427100,
        "northing": 542100,
        "places": 1,
        "vacancies": 1,
        "weekly_cost": 300,
        "named_children": "c3",
    },
)


def csv_text(rows: Sequence[Row]) -> str:
    """The rows as CSV; the columns are every key of every row, in order of first appearance."""
    columns = list(dict.fromkeys(key for row in rows for key in row))
    lines: list[list[object]] = [
        list(columns),
        *([row.get(column, "") for column in columns] for row in rows),
    ]
    quoted = [[_quoted(str(cell)) for cell in line] for line in lines]
    return "".join(",".join(line) + "\n" for line in quoted)


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if set(cell) & set(',"\n\r') else cell


def altered(rows: Sequence[Row], index: int, **cells: object) -> tuple[Row, ...]:
    """The rows with some cells of one of them replaced; None takes the cell out."""
    changed = {key: value for key, value in {**rows[index], **cells}.items() if value is not None}
    return (*rows[:index], changed, *rows[index + 1 :])


def little_pack(
    folder: Path,
    *,
    children: Sequence[Row] = CHILDREN,
    provision: Sequence[Row] = PROVISION,
    incompatible: Sequence[Row] | None = None,
    region: str = REGION,
    policy: str | None = None,
) -> Path:
    """Write a pack into `folder` and return it; without overrides it is valid and has no warnings."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "region.toml").write_text(region, encoding="utf-8")
    (folder / "children.csv").write_text(csv_text(children), encoding="utf-8")
    (folder / "provision.csv").write_text(csv_text(provision), encoding="utf-8")
    if incompatible is not None:
        (folder / "incompatible.csv").write_text(csv_text(incompatible), encoding="utf-8")
    if policy is not None:
        (folder / "policy.toml").write_text(policy, encoding="utf-8")
    return folder
