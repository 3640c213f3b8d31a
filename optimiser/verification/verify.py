"""The verdict on a run: proven, or refuted line by line. No solver takes part."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType

from optimiser.errors import InputError
from optimiser.verification.allocation import Allocation, allocation_from_sheet, check_reasons
from optimiser.verification.bound import Proof, proof_from_prices
from optimiser.verification.bundle import (
    COPIES,
    MANIFEST,
    OPTIONAL_INPUTS,
    PLAN_INPUTS,
    PLAN_OUTPUTS,
    Bundle,
    bundle_from_folder,
    is_plan,
    manifest_of_run,
)
from optimiser.verification.certificate import FILE as CERTIFICATE
from optimiser.verification.certificate import Certificate, certificate_from_document
from optimiser.verification.claims import MICRO, certified_of_bounds, ground_of_inputs, input_of, pounds
from optimiser.verification.cooperation import KIND as COOPERATION
from optimiser.verification.cooperation import CooperationCheck
from optimiser.verification.documents import (
    RefutedError,
    day,
    document_from_json,
    document_from_toml,
    line,
    sheet_from_csv,
)
from optimiser.verification.figures import check_claims, check_figures, gap_between
from optimiser.verification.ground import Ground
from optimiser.verification.plan import PlanCheck
from optimiser.verification.policy import Policy, differences, policy_from_document
from optimiser.verification.shadow import check_shadow_prices


@dataclass(frozen=True)
class Verdict:
    """What can be said of a run. `figures` are the reached, certified and found tiers of a run that is read
    far enough for them; scores in £ a week."""

    proven: bool
    refutations: tuple[str, ...]
    """Each names the file, the row or field, and what is wrong."""
    statement: str
    figures: Mapping[str, float | None] = field(default_factory=lambda: MappingProxyType({}))
    version: str = ""
    """The version of the program that made the run."""


def verify_run(run: Path, *, pack: Path | None = None) -> Verdict:
    """Proves or refutes a run; its inputs are in `pack`, where its manifest remembers them, or in the run.

    Raises `InputError` where `run` or `pack` is no folder.
    """
    for folder in (run, pack):
        if folder is not None and not folder.is_dir():
            raise InputError(f"{folder} is not a folder; accepted: the folder of a run, and of its pack")
    if is_plan(run):
        return _verdict_on_plan(run, pack)
    check = CooperationCheck() if _kind(run) == COOPERATION else _Check()
    try:
        check.run(run, pack)
    except RefutedError as refuted:
        check.lines.append(str(refuted))
    if check.lines:
        statement = "REFUTED:\n" + "\n".join(check.lines)
        return Verdict(False, tuple(check.lines), statement, check.figures(), check.version)
    return Verdict(True, (), check.statement(), check.figures(), check.version)


def _verdict_on_plan(run: Path, pack: Path | None) -> Verdict:
    """The verdict on a plan: on every future's run first, then on the plan."""
    lines: list[str] = []
    version, statement = "", ""
    try:
        bundle = bundle_from_folder(
            run, pack, lines, needed=PLAN_OUTPUTS, optional=(*OPTIONAL_INPUTS, *PLAN_INPUTS)
        )
        version = bundle.manifest.table("program").text("version")
        check = PlanCheck(bundle, lines)
        folders = [future.folder for future in check.inputs.futures]
        check.run({name: _wrong(run / name) for name in folders if (run / name).is_dir()})
        lines.extend(differences(bundle.manifest.table("policy"), _policy(bundle)))
        statement = check.statement()
    except RefutedError as refuted:
        lines.append(str(refuted))
    if lines:
        statement = "REFUTED:\n" + "\n".join(lines)
    return Verdict(not lines, tuple(lines), statement, version=version)


def _wrong(run: Path) -> tuple[str, ...]:
    return verify_run(run, pack=run / COPIES).refutations


def _policy(bundle: Bundle) -> Policy:
    """The policy among the inputs, or the contract's."""
    return policy_from_document(document_from_toml("policy.toml", bundle.inputs.get("policy.toml", b"")))


def _kind(run: Path) -> object:
    """What kind of run a manifest says it is; None for an allocation, or where it cannot be read."""
    try:
        return manifest_of_run(run).values.get("kind")
    except RefutedError:
        return None


class _Check:
    """The checks one after another; `lines` are the refutations so far."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.version = ""
        self.allocation: Allocation | None = None
        self.certificate: Certificate | None = None
        self.proof: Proof | None = None

    def run(self, run: Path, pack: Path | None) -> None:
        bundle = bundle_from_folder(run, pack, self.lines)
        self.version = bundle.manifest.table("program").text("version")
        ground = _ground(bundle, self.lines)
        sheet = sheet_from_csv("allocations.csv", _output(bundle, "allocations.csv"), strip=False)
        self.allocation = allocation = allocation_from_sheet(ground, sheet, self.lines)
        metrics = document_from_json("metrics.json", _output(bundle, "metrics.json"))
        self._attempt(lambda: check_figures(ground, allocation, metrics, self.lines))
        document = document_from_json(CERTIFICATE, _output(bundle, CERTIFICATE))
        self.certificate = certificate = certificate_from_document(document, ground)
        asked = bundle.manifest.number("gap")
        self._attempt(lambda: check_claims(allocation, metrics, certificate.found, asked, self.lines))
        shadow = sheet_from_csv("shadow_prices.csv", _output(bundle, "shadow_prices.csv"), strip=False)
        self._attempt(lambda: check_shadow_prices(ground, certificate.tiers[2], shadow, self.lines))
        proof = proof_from_prices(ground, certificate.tiers)
        check_reasons(ground, sheet, allocation, proof.has_place, self.lines)
        self._check_bounds(allocation, certificate, proof)
        self.proof = proof

    def _attempt(self, check: Callable[[], None]) -> None:
        """A check whose refutation does not keep the others from being made."""
        try:
            check()
        except RefutedError as refuted:
            self.lines.append(str(refuted))

    def _check_bounds(self, allocation: Allocation, certificate: Certificate, proof: Proof) -> None:
        """The tallies are the allocation's, and what is certified is exactly what the prices prove."""
        reached = (allocation.unplaced, allocation.separated)
        for tier, known in zip(certificate.tiers, ((None, None), (reached[0], None), reached), strict=True):
            if (tier.unplaced, tier.separated) != known:
                what = (
                    f"is {tier.unplaced} and {tier.separated}; the allocation has {known[0]} and {known[1]}"
                )
                self.lines.append(line(CERTIFICATE, f"tiers[{tier.tier - 1}].tally", what))
        claims = certified_of_bounds(proof.bounds)
        said = (certificate.certified_unplaced, certificate.certified_separated, certificate.certified_score)
        for key, claim, proven in zip(("unplaced", "separated", "score"), said, claims, strict=True):
            if claim != proven:
                told = (claim, proven) if key != "score" else (pounds(claim), pounds(proven))
                what = f"is {told[0]}; the prices prove {told[1]}"
                self.lines.append(line(CERTIFICATE, f"certified.{key}", what))
        unplaced, separated, score = claims
        for key, found, least in (
            ("unplaced", certificate.found.unplaced, reached[0]),
            ("separated", certificate.found.separated, reached[1]),
        ):
            if found > least:
                what = f"is {found}, but the allocation has {least}"
                self.lines.append(line(CERTIFICATE, f"found.{key}", what))
        total = Fraction(_score(allocation))
        if unplaced > reached[0] or separated > reached[1] or Fraction(score, MICRO) > total + _SLACK:
            what = "is more than the allocation reaches, so the two contradict each other"
            self.lines.append(line(CERTIFICATE, "certified", what))

    def figures(self) -> Mapping[str, float | None]:
        """Reached, certified and found, as far as they were read."""
        told: dict[str, float | None] = {}
        if self.allocation is not None:
            told |= {
                "children": len(self.allocation.place),
                "unplaced": self.allocation.unplaced,
                "separated": self.allocation.separated,
                "score": _score(self.allocation),
            }
        if self.certificate is not None and self.allocation is not None:
            certificate = self.certificate
            score = certificate.certified_score / MICRO
            told |= {
                "certified_unplaced": certificate.certified_unplaced,
                "certified_separated": certificate.certified_separated,
                "certified_score": score,
                "certified_gap": gap_between(_score(self.allocation), score),
                "found_unplaced": certificate.found.unplaced,
                "found_separated": certificate.found.separated,
                "found_score": certificate.found.score,
            }
        return MappingProxyType(told)

    def statement(self) -> str:
        """What is proven, in a sentence; where duality certifies less than the search found, both figures."""
        if self.allocation is None or self.certificate is None:
            return ""
        allocation, certificate = self.allocation, self.certificate
        found = certificate.found
        more = _phrase(
            "place more children",
            "leave fewer than {} children without a place",
            (allocation.unplaced, certificate.certified_unplaced, found.unplaced),
        )
        together = _phrase(
            "separate fewer sibling groups",
            "separate fewer than {} sibling groups",
            (allocation.separated, certificate.certified_separated, found.separated),
        )
        total, least = Fraction(_score(allocation)), Fraction(certificate.certified_score, MICRO)
        excess = max(Fraction(0), total - least)
        pence = math.ceil(excess * 100)
        share = Fraction(math.ceil(excess / total * 10**6), 10**4) if total else Fraction(0)
        better = f"score better by more than £{pence / 100:,.2f} a week ({float(share):.4f} %)"
        if found.score is not None and Fraction(found.score) >= least + Fraction(1, 100):
            better += f" [certified by duality: £{float(least):,.2f}; found by search: £{found.score:,.2f}]"
        return (
            f"PROVEN: no allocation of these children under this policy can {more}, {together}, or {better}"
        )


_SLACK = Fraction(1, 10_000)
"""£ a week: an allocation may pass its budgets by a millionth, which their prices make a little more of."""


def _ground(bundle: Bundle, lines: list[str]) -> Ground:
    """The inputs of the run as one value; the manifest's copies of them are the same."""
    region = document_from_toml("region.toml", input_of(bundle.inputs, "region.toml"))
    told = bundle.manifest.table("region")
    for key, value in (("name", region.text("name").strip()), ("as_at", day(region, "as_at").isoformat())):
        if told.text(key) != value:
            lines.append(line(MANIFEST, f"region.{key}", f"is {told.text(key)!r}; region.toml has {value!r}"))
    ground = ground_of_inputs(bundle.inputs, by_road=bundle.manifest.text("distance") != "straight")
    lines.extend(differences(bundle.manifest.table("policy"), ground.policy))
    return ground


def _output(bundle: Bundle, name: str) -> bytes:
    if name not in bundle.outputs:
        raise RefutedError(name, "", "is missing, and with it all that rests on it")
    return bundle.outputs[name]


def _score(allocation: Allocation) -> float:
    return math.fsum(allocation.score[allocation.placed].tolist())


def _phrase(closed: str, open_: str, numbers: tuple[int, int, int]) -> str:
    """The phrase of a tier: reached, certified and found are one number, or all three are told."""
    reached, certified, found = numbers
    if reached == certified:
        return closed
    told = f"certified by duality: {certified}; found by search: {found}; this one: {reached}"
    return f"{open_.format(certified)} [{told}]"
