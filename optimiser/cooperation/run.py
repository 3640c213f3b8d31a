"""A cooperation: contributions with their proof, and what pooling buys and does not; and the folder of it."""

from __future__ import annotations

import csv
import io
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from optimiser.audit.certificate import Document
from optimiser.audit.manifest import LIBRARIES, policy_document, sha256
from optimiser.audit.run import GAP, MANIFEST, ROAD, STRAIGHT, json_bytes
from optimiser.cooperation.certificate import certified
from optimiser.cooperation.holdings import holdings_from_pack
from optimiser.cooperation.value import value_of
from optimiser.cooperation.whole import Listener, Placements, placements
from optimiser.geography import road_miles_from_graphml
from optimiser.matching.instance import instance_from_pack
from optimiser.pack.folder import write_folder
from optimiser.pack.pack import Pack
from optimiser.pack.policy_file import POLICY
from optimiser.pack.read import read_pack
from optimiser.verification.cooperation_claims import SCOPES, Claims, sets_of
from optimiser.verification.cooperation_tables import TIER_COLUMNS, tier_rows
from optimiser.version import __version__

CONTRIBUTIONS = "contributions.csv"
SUB_REGIONS = "sub_regions.csv"
TIERS = "tiers.csv"
PLACEMENTS = "placements.csv"
CERTIFICATE = "certificate.json"
CONTRIBUTION_COLUMNS = ("authority", "children", "alone", "together", "contribution", "saving")
SUB_REGION_COLUMNS = (
    "sub_region", "authorities", "alone", "as_one", "contribution", "saving_as_one", "saving_in_region",
)  # fmt: skip

type Rows = list[dict[str, str]]


@dataclass(frozen=True)
class Cooperation:
    """The tables of a cooperation, as its files have them, and the proof."""

    pack: Pack
    distance: str
    own_policy: bool
    """Whether the policy is not the pack's, and travels with the run."""
    certificate: Document
    contributions: Rows
    sub_regions: Rows
    tiers: Rows
    placements: Rows


def cooperation_from_pack(
    folder: Path, *, policy: Path | None = None, distance: str = STRAIGHT, told: Listener = lambda _: None
) -> Cooperation:
    """Reads a pack and works out what its members' pooling is worth, and who should contribute what.

    Raises `InputError` for faults in the pack, `SolverError` where the proof does not hold.
    """
    pack = read_pack(folder, policy=policy)
    inputs = {name: path.read_bytes() for name, path in pack.files.items()}
    road_miles = road_miles_from_graphml(pack.region.roads) if distance == ROAD else None
    instance = instance_from_pack(pack, road_miles=road_miles)
    holdings = holdings_from_pack(pack, instance)
    groups = {group.name: group.authorities for group in pack.region.groups}
    values = {}
    for scope, name, codes in sets_of(pack.region.codes, groups):
        told(f"value of {name or 'all together'}")
        values[scope, name] = value_of(instance, holdings, codes)
    told("proof")
    certificate, claims = certified(instance, values, inputs, by_road=distance == ROAD)
    place = placements(instance, holdings, pack.region.groups, gap=GAP, told=told)
    at = _by_row(pack, claims, instance.provisions.id.tolist(), instance.children.id.tolist(), place)
    return Cooperation(
        pack=pack,
        distance=distance,
        own_policy=policy is not None,
        certificate=certificate,
        contributions=claims.contributions(),
        sub_regions=claims.of_sub_regions(),
        tiers=tier_rows(claims, at),
        placements=_placement_rows(claims, at),
    )


def write_cooperation(out: Path, found: Cooperation) -> None:
    """Writes the folder whole or not at all; raises `InputError` where `out` exists already.

    The same inputs, policy and version give the same bytes: the manifest has neither time nor command.
    """
    outputs = {
        CONTRIBUTIONS: csv_bytes(CONTRIBUTION_COLUMNS, found.contributions),
        SUB_REGIONS: csv_bytes(SUB_REGION_COLUMNS, found.sub_regions),
        TIERS: csv_bytes(TIER_COLUMNS, found.tiers),
        PLACEMENTS: csv_bytes(("child_id", "authority", *SCOPES), found.placements),
        CERTIFICATE: json_bytes(found.certificate),
    }
    document = _manifest(found, outputs)
    files = {**outputs, MANIFEST: json_bytes({**document, "sha256": sha256(json_bytes(document))})}
    if found.own_policy:
        files[f"inputs/{POLICY}"] = found.pack.files[POLICY].read_bytes()
    write_folder(out, files)


def csv_bytes(columns: Sequence[str], rows: Rows) -> bytes:
    """The rows in UTF-8, a line feed at the end of every line."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def _manifest(found: Cooperation, outputs: Mapping[str, bytes]) -> dict[str, object]:
    pack = found.pack
    return {
        "program": {"name": "regional-care-optimiser", "version": __version__},
        "kind": "cooperation",
        "region": {"name": pack.region.name, "as_at": pack.region.as_at.isoformat()},
        "distance": found.distance,
        "gap": GAP,
        "pack": str(pack.folder.resolve()),
        "policy": policy_document(pack.policy),
        "inputs": {name: sha256(path.read_bytes()) for name, path in sorted(pack.files.items())},
        "outputs": {name: sha256(content) for name, content in outputs.items()},
        "versions": {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}},
    }


def _by_row(
    pack: Pack, claims: Claims, provisions: Sequence[str], children: Sequence[str], place: Placements
) -> Placements:
    """The placements with children and provisions in the order of the files."""
    ground = claims.ground
    row_of = {name: row for row, name in enumerate(ground.places.id)}
    index_of = {name: index for index, name in enumerate(children)}
    rows = [index_of[child] for child in pack.children["child_id"].tolist()]
    moved = {}
    for scope, at in place.items():
        file = [row_of[provisions[p]] if p >= 0 else -1 for p in at.tolist()]
        moved[scope] = at.copy()
        moved[scope][:] = [file[row] for row in rows]
    return moved


def _placement_rows(claims: Claims, place: Placements) -> Rows:
    ground = claims.ground
    return [
        {
            "child_id": child,
            "authority": ground.children.authority[row],
            **{
                scope: "" if place[scope][row] < 0 else ground.places.id[int(place[scope][row])]
                for scope in SCOPES
            },
        }
        for row, child in enumerate(ground.children.id)
    ]
