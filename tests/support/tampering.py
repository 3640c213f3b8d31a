"""Ways to tamper with a run: each alters one thing, and says what; all must be refuted.

Those of `PLAIN` leave the hashes as they are; those of `MENDED` give the manifest new ones, so that only
what the files say can betray them.
"""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from support.bundles import RunFolder

type Tampering = Callable[[random.Random, RunFolder], str | None]
"""Alters the run and says how; None where this run has nothing of the kind."""


def _read(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    reader = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline=""))
    rows = list(reader)
    return list(reader.fieldnames or ()), rows


def _write(path: Path, header: Sequence[str], rows: Sequence[Mapping[str, str]]) -> None:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, header, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(text.getvalue().encode())


def _other(rng: random.Random, cell: str) -> str:
    """Another cell like this one: another digit or letter, or a text where there was none."""
    if cell == "":
        return rng.choice(["yes", "0.000", "x"])
    at = rng.randrange(len(cell))
    choices = "0123456789" if cell[at].isdigit() else "abcdefgh"
    return cell[:at] + rng.choice([c for c in choices if c != cell[at]]) + cell[at + 1 :]


def _files(made: RunFolder) -> list[Path]:
    inputs = json.loads((made.run / "manifest.json").read_bytes())["inputs"]
    return [*sorted(made.run.iterdir()), *(made.pack / name for name in sorted(inputs))]


def one_byte(rng: random.Random, made: RunFolder) -> str | None:
    """A byte of any file, altered, put in or left out."""
    path = rng.choice(_files(made))
    content = bytearray(path.read_bytes())
    at = rng.randrange(len(content))
    way = rng.choice(["altered", "put in", "left out"])
    if way == "altered":
        content[at] = (content[at] + rng.randrange(1, 256)) % 256
    elif way == "put in":
        content.insert(at, rng.randrange(256))
    else:
        del content[at]
    path.write_bytes(content)
    return f"byte {at} of {path.name} {way}"


def one_cell(rng: random.Random, made: RunFolder) -> str | None:
    """A cell of any table of the run or the pack."""
    path = rng.choice([path for path in _files(made) if path.suffix == ".csv"])
    header, rows = _read(path)
    row, column = rng.choice(rows), rng.choice(header)
    row[column] = _other(rng, row[column])
    _write(path, header, rows)
    return f"{path.name} {column}"


def one_file_missing(rng: random.Random, made: RunFolder) -> str | None:
    """Any file gone."""
    path = rng.choice(_files(made))
    path.unlink()
    return f"{path.name} gone"


def one_hash(rng: random.Random, made: RunFolder) -> str | None:
    """A hash in the manifest."""
    path = made.run / "manifest.json"
    manifest = json.loads(path.read_bytes())
    table = manifest[rng.choice(["inputs", "outputs"])]
    name = rng.choice(sorted(table))
    table[name] = _other(rng, table[name])
    path.write_bytes((json.dumps(manifest, indent=2) + "\n").encode())
    return f"hash of {name}"


def _a_row(rng: random.Random, rows: list[dict[str, str]], status: str) -> dict[str, str] | None:
    there = [row for row in rows if row["status"] == status]
    return rng.choice(there) if there else None


def allocation_cell(rng: random.Random, made: RunFolder) -> str | None:
    """A cell of allocations.csv, but for one reason put in place of another that could hold as well."""
    path = made.run / "allocations.csv"
    header, rows = _read(path)
    row, column = rng.choice(rows), rng.choice(header)
    row[column] = _other(rng, row[column])
    _write(path, header, rows)
    return f"allocations.csv {column}"


def children_swapped(rng: random.Random, made: RunFolder) -> str | None:
    """Two children in each other's places, every figure left where it was."""
    path = made.run / "allocations.csv"
    header, rows = _read(path)
    one, other = rng.sample(rows, 2)
    if one["provision_id"] == other["provision_id"]:
        return None
    for column in ("status", "provision_id", "kind", "provider", "sector"):
        one[column], other[column] = other[column], one[column]
    _write(path, header, rows)
    return f"{one['child_id']} and {other['child_id']} swapped"


def rows_swapped(rng: random.Random, made: RunFolder) -> str | None:
    """Two rows of allocations.csv in each other's places."""
    path = made.run / "allocations.csv"
    header, rows = _read(path)
    one, other = rng.sample(range(len(rows)), 2)
    rows[one], rows[other] = rows[other], rows[one]
    _write(path, header, rows)
    return f"rows {one} and {other} swapped"


def into_a_full_place(rng: random.Random, made: RunFolder) -> str | None:
    """One more child in a place that is taken."""
    path = made.run / "allocations.csv"
    header, rows = _read(path)
    living, moved = _a_row(rng, rows, "placed"), rng.choice(rows)
    if living is None or moved["provision_id"] == living["provision_id"]:
        return None
    for column in header[2:]:
        moved[column] = living[column]
    _write(path, header, rows)
    return f"{moved['child_id']} into {living['provision_id']}"


def child_put_out(rng: random.Random, made: RunFolder) -> str | None:
    """A child who had a place has none."""
    path = made.run / "allocations.csv"
    header, rows = _read(path)
    row = _a_row(rng, rows, "placed")
    if row is None:
        return None
    row.update(dict.fromkeys(header[3:], ""), status="unplaced", reason="places_taken")
    _write(path, header, rows)
    return f"{row['child_id']} put out"


def _numbers(document: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = document.items() if isinstance(document, dict) else ()
    found = [] if isinstance(document, (dict, bool)) or not isinstance(document, (int, float)) else [path]
    return found + [inner for key, value in items for inner in _numbers(value, (*path, key))]


def metrics_digit(rng: random.Random, made: RunFolder) -> str | None:
    """A digit of a figure, the seconds excepted, which nobody can work out again."""
    file = made.run / "metrics.json"
    document = json.loads(file.read_bytes())
    *inside, last = path = rng.choice([path for path in _numbers(document) if path != ("seconds",)])
    table = document
    for key in inside:
        table = table[key]
    text = repr(table[last])
    digits = [at for at, c in enumerate(text) if c.isdigit() and (at == 0 or "e" not in text[:at])]
    at = rng.choice(digits)
    new = text[:at] + rng.choice([c for c in "0123456789" if c != text[at]]) + text[at + 1 :]
    value = float(new) if isinstance(table[last], float) else int(new)
    if value == table[last]:
        return None
    table[last] = value
    file.write_bytes((json.dumps(document, indent=2) + "\n").encode())
    return f"metrics.json {path}"


def price_of_a_place(rng: random.Random, made: RunFolder) -> str | None:
    """The price of a place in tier 3, £1 up or to nothing; or one that had none."""
    places = [row["provision_id"] for row in _read(made.pack / "provision.csv")[1]]
    file = made.run / "certificate.json"
    document = json.loads(file.read_bytes())
    capacity = document["tiers"][2]["prices"].setdefault("capacity", {})
    place = rng.choice(places)
    old = Decimal(capacity.get(place, "0"))
    capacity[place] = str(old + 1 if old < Decimal("0.001") or rng.random() < 0.5 else 0)
    file.write_bytes((json.dumps(document, indent=2) + "\n").encode())
    return f"price of {place}"


def certified_digit(rng: random.Random, made: RunFolder) -> str | None:
    """A figure that the prices are said to prove."""
    file = made.run / "certificate.json"
    document = json.loads(file.read_bytes())
    key = rng.choice(["unplaced", "separated", "score"])
    value = document["certified"][key]
    document["certified"][key] = value + 1 if key != "score" else f"{Decimal(value) + Decimal('0.000001'):f}"
    file.write_bytes((json.dumps(document, indent=2) + "\n").encode())
    return f"certified {key}"


def tally(rng: random.Random, made: RunFolder) -> str | None:
    """What an earlier tier is said to have reached."""
    file = made.run / "certificate.json"
    document = json.loads(file.read_bytes())
    tier, key = rng.choice([(1, "unplaced"), (2, "unplaced"), (2, "separated")])
    document["tiers"][tier]["tally"][key] += 1
    file.write_bytes((json.dumps(document, indent=2) + "\n").encode())
    return f"tally of tier {tier + 1}"


def shadow_price(rng: random.Random, made: RunFolder) -> str | None:
    """A cell of shadow_prices.csv that tells the place or its price."""
    path = made.run / "shadow_prices.csv"
    header, rows = _read(path)
    row = rng.choice(rows)
    column = rng.choice(["limit", "id", "authority", "kind", "vacancies", "saving_gbp_per_week"])
    row[column] = f"{Decimal(row[column]) + 1}" if column.startswith("saving") else _other(rng, row[column])
    _write(path, header, rows)
    return f"shadow_prices.csv {column}"


def dearer_home(rng: random.Random, made: RunFolder) -> str | None:
    """The weekly cost of a home that somebody lives in."""
    row = _a_row(rng, _read(made.run / "allocations.csv")[1], "placed")
    if row is None:
        return None
    path = made.pack / "provision.csv"
    header, rows = _read(path)
    for place in rows:
        if place["provision_id"] == row["provision_id"]:
            place["weekly_cost"] = str(Decimal(place["weekly_cost"]) + 7)
    _write(path, header, rows)
    return f"cost of {row['provision_id']}"


def child_moved(rng: random.Random, made: RunFolder) -> str | None:
    """The home of a child who has a place, a mile and more away; or the child too old, or unknown."""
    row = _a_row(rng, _read(made.run / "allocations.csv")[1], "placed")
    if row is None:
        return None
    path = made.pack / "children.csv"
    header, rows = _read(path)
    for child in rows:
        if child["child_id"] == row["child_id"]:
            column, cell = rng.choice([("home_northing", "700000"), ("age", "18"), ("child_id", "nobody")])
            child[column] = cell
    _write(path, header, rows)
    return f"{row['child_id']} moved"


def policy_told_otherwise(rng: random.Random, made: RunFolder) -> str | None:
    """A key of the policy in the manifest."""
    file = made.run / "manifest.json"
    document = json.loads(file.read_bytes())
    key = rng.choice(sorted(document["policy"]["prices"]))
    document["policy"]["prices"][key] += 1.0
    file.write_bytes((json.dumps(document, indent=2) + "\n").encode())
    return f"policy {key}"


def file_and_its_hash_missing(rng: random.Random, made: RunFolder) -> str | None:
    """A file gone, and the manifest silent about it."""
    path = rng.choice([path for path in sorted(made.run.iterdir()) if path.name in _NEEDED])
    path.unlink()
    return f"{path.name} gone and forgotten"


_NEEDED = ("allocations.csv", "metrics.json", "certificate.json", "shadow_prices.csv", "model.mps.gz")

PLAIN: tuple[Tampering, ...] = (one_byte, one_byte, one_cell, one_cell, one_file_missing, one_hash)
MENDED: tuple[Tampering, ...] = (
    allocation_cell,
    allocation_cell,
    children_swapped,
    rows_swapped,
    into_a_full_place,
    child_put_out,
    metrics_digit,
    metrics_digit,
    price_of_a_place,
    certified_digit,
    tally,
    shadow_price,
    dearer_home,
    child_moved,
    policy_told_otherwise,
    file_and_its_hash_missing,
)
