"""The verdict on a cooperation: contributions that no set of authorities would do better without, or not."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from optimiser.verification.bundle import MANIFEST, Bundle, bundle_of_outputs
from optimiser.verification.claims import input_of
from optimiser.verification.cooperation_bound import FILE as CERTIFICATE
from optimiser.verification.cooperation_claims import TOLERANCE, Claims, claims_of_document, told_of
from optimiser.verification.cooperation_tables import PLACEMENTS, TIERS, check_placements, check_tiers
from optimiser.verification.documents import (
    Document,
    RefutedError,
    day,
    document_from_json,
    document_from_toml,
    line,
    sheet_from_csv,
    shown,
)
from optimiser.verification.policy import differences

CONTRIBUTIONS = "contributions.csv"
SUB_REGIONS = "sub_regions.csv"
OUTPUTS = (CONTRIBUTIONS, SUB_REGIONS, TIERS, PLACEMENTS, CERTIFICATE)
KIND = "cooperation"


@dataclass
class CooperationCheck:
    """The checks one after another; `lines` are the refutations so far."""

    lines: list[str] = field(default_factory=list)
    version: str = ""
    claims: Claims | None = None

    def run(self, run: Path, pack: Path | None) -> None:
        """All checks; raises `RefutedError` where nothing more can be checked."""
        bundle = bundle_of_outputs(run, pack, OUTPUTS, self.lines)
        self.version = bundle.manifest.table("program").text("version")
        document = document_from_json(CERTIFICATE, _output(bundle, CERTIFICATE))
        by_road = bundle.manifest.text("distance") != "straight"
        self.claims = claims = claims_of_document(document, bundle.inputs, by_road=by_road)
        _check_manifest(bundle, claims, self.lines)
        _check_told(document, claims, self.lines)
        if claims.shortfall() > TOLERANCE:
            what = f"fall £{float(claims.shortfall()):.9f} a week short of what all cost together"
            self.lines.append(line(CONTRIBUTIONS, "contribution", what))
        self._attempt(lambda: _check_table(bundle, CONTRIBUTIONS, claims.contributions(), self.lines))
        self._attempt(lambda: _check_table(bundle, SUB_REGIONS, claims.of_sub_regions(), self.lines))
        self._attempt(lambda: self._check_placements(bundle, claims))

    def _check_placements(self, bundle: Bundle, claims: Claims) -> None:
        sheet = sheet_from_csv(PLACEMENTS, _output(bundle, PLACEMENTS), strip=False)
        place = check_placements(claims, sheet, self.lines)
        check_tiers(claims, place, sheet_from_csv(TIERS, _output(bundle, TIERS), strip=False), self.lines)

    def _attempt(self, check: Callable[[], None]) -> None:
        """A check whose refutation does not keep the others from being made."""
        try:
            check()
        except RefutedError as refuted:
            self.lines.append(str(refuted))

    def figures(self) -> Mapping[str, float | None]:
        """How many members and sets; in £ a week v(all), and what contributions fall short of it."""
        if self.claims is None:
            return {}
        total = self.claims.proven["together", ""].most
        members = len(self.claims.ground.members)
        return {
            "authorities": members,
            "sets": 2**members - 1,
            "value": float(total),
            "shortfall": float(self.claims.shortfall()),
        }

    def statement(self) -> str:
        """What is proven, in a sentence."""
        told = self.figures()
        short = math.ceil((told["shortfall"] or 0.0) * 1e9) / 1e9
        return (
            f"PROVEN: of the {told['authorities']} authorities none, and no set of them, would pay less "
            f"alone than it contributes, at the policy's prices and in the places it holds; all "
            f"contributions together are £{told['value']:,.2f} a week, what pooling costs at best, "
            f"to £{short:.9f}"
        )


def _output(bundle: Bundle, name: str) -> bytes:
    if name not in bundle.outputs:
        raise RefutedError(name, "", "is missing, and with it all that rests on it")
    return bundle.outputs[name]


def _check_manifest(bundle: Bundle, claims: Claims, lines: list[str]) -> None:
    """The manifest's copies of region and policy are those of the inputs."""
    region = document_from_toml("region.toml", input_of(bundle.inputs, "region.toml"))
    told = bundle.manifest.table("region")
    for key, value in (("name", region.text("name").strip()), ("as_at", day(region, "as_at").isoformat())):
        if told.text(key) != value:
            lines.append(line(MANIFEST, f"region.{key}", f"is {told.text(key)!r}; region.toml has {value!r}"))
    lines.extend(differences(bundle.manifest.table("policy"), claims.ground.policy))


def _check_told(document: Document, claims: Claims, lines: list[str]) -> None:
    """What the certificate says of each value is what its prices and its division prove."""
    for entry, proven in zip(document.tables("sets"), claims.proven.values(), strict=True):
        for key, right in told_of(proven).items():
            if entry.text(key) != right:
                lines.append(str(entry.refuted(key, f"is {shown(entry.text(key))}; it should be {right}")))


def _check_table(bundle: Bundle, name: str, right: Sequence[Mapping[str, str]], lines: list[str]) -> None:
    """Every cell is what the certificate proves."""
    sheet = sheet_from_csv(name, _output(bundle, name), strip=False)
    if len(sheet) != len(right):
        raise RefutedError(name, "", f"has {len(sheet)} rows, not {len(right)}")
    for column in right[0] if right else ():
        for index, (written, row) in enumerate(zip(sheet.column(column, required=True), right, strict=True)):
            if written != row[column]:
                lines.append(sheet.line(index, column, f"is {shown(written)}; the proof has {row[column]}"))
