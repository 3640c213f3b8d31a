"""The verdict on a plan: every future's run, what lies between runs and plan, and the plan's own proof."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from optimiser.verification.allocation import Allocation, allocation_from_sheet, check_reasons
from optimiser.verification.bound import proof_from_prices
from optimiser.verification.bundle import Bundle
from optimiser.verification.certificate import FILE as CERTIFICATE
from optimiser.verification.certificate import certificate_from_document
from optimiser.verification.claims import certified_of_bounds
from optimiser.verification.documents import (
    Document,
    RefutedError,
    Sheet,
    day,
    document_from_json,
    document_from_toml,
    line,
    sheet_from_csv,
    shown,
)
from optimiser.verification.figures import gap_between, region_and_members
from optimiser.verification.ground import Ground
from optimiser.verification.plan_certificate import (
    PlanProof,
    claimed,
    claims_of_proof,
    mean,
    options_of_sheet,
    prove,
)
from optimiser.verification.plan_inputs import FutureInputs, Limits, PlanInputs, futures_of_sheet, whole_of

PLAN, METRICS, FUTURES = "plan.csv", "metrics.json", "futures.csv"
COLUMNS = (
    "option_id",
    "units",
    "kind",
    "authority",
    "places",
    "capital_cost",
    "standing_cost",
    "children_placed",
    "marginal_value",
)
_ROUNDED = Fraction(6, 100_000)
_POUND = Fraction(1, 1_000_000)


@dataclass(frozen=True)
class Means:
    """One future's metrics.json, and what its figures would be with no unit open."""

    after: Mapping[str, object]
    before: Mapping[str, object]
    before_is_optimal: bool
    unplaced: int
    separated: int
    score: float
    placed_in: Mapping[str, int]
    """option_id → children who live in its units."""


class PlanCheck:
    """The checks of a plan's folder one after another; `lines` are the refutations."""

    def __init__(self, bundle: Bundle, lines: list[str]) -> None:
        self.bundle, self.lines = bundle, lines
        for name in ("children.csv", "provision.csv"):
            _of(bundle.inputs, name)
        region = document_from_toml("region.toml", _of(bundle.inputs, "region.toml"))
        told = bundle.manifest.table("commission")
        sheet = None
        if FUTURES in bundle.outputs:
            sheet = sheet_from_csv(FUTURES, bundle.outputs[FUTURES])
            if bundle.manifest.table("inputs").values.get(FUTURES) != bundle.manifest.table(
                "outputs"
            ).values.get(FUTURES):
                lines.append(line(FUTURES, "", "is not the input of the run"))
        children = {
            **bundle.inputs,
            **{
                name.replace("/inputs/", "/"): content
                for name, content in bundle.outputs.items()
                if name.endswith("/inputs/children.csv")
            },
        }
        for name, hashed in bundle.manifest.table("inputs").values.items():
            copied = name.replace("/", "/inputs/")
            if "/" in name and bundle.manifest.table("outputs").values.get(copied) != hashed:
                lines.append(line(name, "", "is not the input of the run"))
        self.inputs = PlanInputs(
            bundle.inputs,
            tuple(futures_of_sheet(sheet, region, children)),
            told.number_or_none("capital_given"),
        )
        self.limits = self.inputs.limits
        self._check_limits_told(told)
        self.options = options_of_sheet(self.inputs.options, self.limits)
        self.units = self._units()
        self.asked = bundle.manifest.number("gap")
        self.proof: PlanProof | None = None
        self.reached: tuple[float, float, float] = (0.0, 0.0, 0.0)
        self.found: Document | None = None

    def run(self, verified: Mapping[str, Sequence[str]]) -> None:
        """`verified`: run folder of each future → what is wrong with it as a run of its own."""
        futures = []
        for future in self.inputs.futures:
            if future.folder not in verified:
                raise RefutedError(future.folder, "", "is missing, the run of one of the futures")
            self.lines += [f"{future.folder}/{each}" for each in verified[future.folder]]
            futures.append(self._future(future))
        self._check_plan(futures)
        document = document_from_json(CERTIFICATE, _of(self.bundle.outputs, CERTIFICATE))
        unplaced = mean(self.inputs, [future.unplaced for future in futures])
        separated = mean(self.inputs, [future.separated for future in futures])
        proof = prove(self.inputs, document, unplaced, separated)
        self._check_claims(document, proof)
        self._check_metrics(futures, document)
        self._check_marginal(proof)
        self.proof, self.found = proof, document.table("found")

    # -- the parts -------------------------------------------------------------------------------

    def _check_limits_told(self, told: Document) -> None:
        limits = self.limits
        right: dict[str, object] = {
            "capital": "none" if limits.capital is None else float(limits.capital),
            "standing_weekly": "none" if limits.standing_weekly is None else float(limits.standing_weekly),
            "max_units": dict(limits.max_units),
            "payback_years": limits.payback_years,
        }
        for key, value in right.items():
            if told.value(key) != value:
                self.lines.append(
                    str(told.refuted(key, f"is {shown(told.value(key))}; it should be {shown(value)}"))
                )

    def _plan(self) -> Sheet:
        sheet = sheet_from_csv(PLAN, _of(self.bundle.outputs, PLAN), strip=False)
        for column in COLUMNS:
            sheet.column(column, required=True)
        if sheet.column("option_id") != [option.id for option in self.options]:
            raise RefutedError(PLAN, "option_id", "does not list the options as options.csv does")
        return sheet

    def _units(self) -> dict[str, int]:
        """option_id → units; every limit holds."""
        sheet = self._plan()
        units = {
            option.id: whole_of(sheet, index, "units", sheet.column("units")[index])
            for index, option in enumerate(self.options)
        }
        for index, option in enumerate(self.options):
            if units[option.id] > option.max_units:
                what = f"is {units[option.id]}; max_units is {option.max_units}"
                self.lines.append(sheet.line(index, "units", what))
        self._check_spent(units, self.limits)
        return units

    def _check_spent(self, units: Mapping[str, int], limits: Limits) -> None:
        capital = sum((units[option.id] * option.capital for option in self.options), Fraction(0))
        standing = sum((units[option.id] * option.standing for option in self.options), Fraction(0))
        for name, spent, most in (
            ("capital", capital, limits.capital),
            ("standing_weekly", standing, limits.standing_weekly),
        ):
            if most is not None and spent > most + _POUND:
                self.lines.append(line(PLAN, name, f"£{float(spent):,.2f} is above the limit"))
        for kind, number in limits.max_units.items():
            opened = sum(units[option.id] for option in self.options if option.kind == kind)
            if opened > number:
                self.lines.append(line(PLAN, "units", f"{opened} of kind {kind}; the limit is {number}"))

    def _future(self, future: FutureInputs) -> Means:
        """One future: its inputs are the plan's, and what is said of it without the plan holds."""
        outputs, folder = self.bundle.outputs, future.folder
        ground = self.inputs.ground(future, self.units)
        self._check_inputs(future)
        told: list[str] = []
        sheet = sheet_from_csv("allocations.csv", _of(outputs, f"{folder}/allocations.csv"), strip=False)
        made = allocation_from_sheet(ground, sheet, told)
        self.lines += [f"{folder}/{each}" for each in told]
        after = document_from_json(METRICS, _of(outputs, f"{folder}/metrics.json"))
        bare = self.inputs.ground(future, {})
        before, optimal = self._before(folder, bare)
        return Means(
            after=after.values,
            before=before,
            before_is_optimal=optimal,
            unplaced=made.unplaced,
            separated=made.separated,
            score=math.fsum(made.score[made.placed].tolist()),
            placed_in=_placed_in(ground, made, len(bare.places.id)),
        )

    def _check_inputs(self, future: FutureInputs) -> None:
        """The inputs of a future's run are those of the plan, with the units that are open by its date."""
        outputs, folder = self.bundle.outputs, future.folder
        copied = {
            name: _of(outputs, f"{folder}/inputs/{name}")
            for name in ("region.toml", "children.csv", "provision.csv")
        }
        if copied["children.csv"] != future.children:
            self.lines.append(line(f"{folder}/inputs/children.csv", "", "is not the future's"))
        expected = self.inputs.sheet_of_provision(future, self.units)
        written = sheet_from_csv("provision.csv", copied["provision.csv"])
        for name in {*expected.columns, *written.columns}:
            if name != "named_children" and expected.column(name) != written.column(name):
                self.lines.append(
                    line(f"{folder}/inputs/provision.csv", name, "is not that of the pack and the plan")
                )
        named = [_named(cell) for cell in expected.column("named_children")]
        kinds = written.column("kind")
        for index, cell in enumerate(written.column("named_children")[: len(named)]):
            if kinds[index] == "kinship" and _named(cell) != named[index]:
                self.lines.append(
                    line(
                        f"{folder}/inputs/provision.csv",
                        "named_children",
                        "is not that of the pack and the plan",
                    )
                )
        region = document_from_toml("region.toml", copied["region.toml"])
        own = document_from_toml("region.toml", self.bundle.inputs["region.toml"])
        if {**own.values, "as_at": future.on.isoformat()} != {**region.values, "as_at": _date(region)}:
            self.lines.append(
                line(f"{folder}/inputs/region.toml", "", "is not that of the pack, on the future's day")
            )
        pairs = outputs.get(f"{folder}/inputs/incompatible.csv")
        if self.inputs.pairs(future) != _pairs(pairs):
            self.lines.append(line(f"{folder}/inputs/incompatible.csv", "", "is not that of the pack"))
        if outputs.get(f"{folder}/inputs/policy.toml") != self.bundle.inputs.get("policy.toml"):
            self.lines.append(line(f"{folder}/inputs/policy.toml", "", "is not that of the plan"))

    def _before(self, folder: str, ground: Ground) -> tuple[dict[str, object], bool]:
        """The figures of a future with no unit open, and whether the proof beside them makes them optimal."""
        told: list[str] = []
        content = _of(self.bundle.outputs, f"{folder}/before.csv")
        sheet = sheet_from_csv("before.csv", content, strip=False)
        allocation = allocation_from_sheet(ground, sheet, told)
        name = "before_certificate.json"
        document = document_from_json(name, _of(self.bundle.outputs, f"{folder}/{name}"))
        certificate = certificate_from_document(document, ground)
        proof = proof_from_prices(ground, certificate.tiers)
        check_reasons(ground, sheet, allocation, proof.has_place, told)
        claims = certified_of_bounds(proof.bounds)
        said = (certificate.certified_unplaced, certificate.certified_separated, certificate.certified_score)
        reached = allocation.unplaced, allocation.separated
        tallies = [(tier.unplaced, tier.separated) for tier in certificate.tiers]
        if claims != said or tallies != [(None, None), (reached[0], None), reached]:
            told.append(line(name, "certified", f"is {said}; the prices prove {claims}"))
        found, total = certificate.found, math.fsum(allocation.score[allocation.placed].tolist())
        if found.unplaced > reached[0] or found.separated > reached[1] or (found.score or 0.0) > total:
            told.append(line(name, "found", "is more than the allocation reaches"))
        self.lines += [f"{folder}/{each.replace('allocations.csv', 'before.csv')}" for each in told]
        gap = gap_between(total, found.score)
        optimal = (found.unplaced, found.separated) == reached and gap is not None and gap <= self.asked
        figures = region_and_members(ground, allocation)
        return {**figures, "score_bound": found.score, "gap": gap}, optimal

    def _check_plan(self, futures: Sequence[Means]) -> None:
        """The cells of plan.csv that repeat options.csv, and the children placed."""
        sheet, offered = self._plan(), self.inputs.options
        weights = self._weights()
        for index, option in enumerate(self.options):
            numbers = [
                weight * future.placed_in.get(option.id, 0)
                for weight, future in zip(weights, futures, strict=True)
            ]
            placed = math.fsum(numbers) / sum(weights)
            right = {
                "kind": option.kind,
                "authority": offered.column("authority")[index],
                "places": str(whole_of(offered, index, "places", offered.column("places")[index])),
                "capital_cost": f"{float(option.capital):.2f}",
                "standing_cost": f"{float(option.standing):.2f}",
                "children_placed": f"{placed:.3f}",
            }
            for column, value in right.items():
                if sheet.column(column)[index] != value:
                    what = f"is {shown(sheet.column(column)[index])}; it should be {shown(value)}"
                    self.lines.append(sheet.line(index, column, what))

    def _check_marginal(self, proof: PlanProof) -> None:
        sheet = self._plan()
        for index, option in enumerate(self.options):
            right = proof.worth.get(option.id, Fraction(0)) - Fraction(option.weekly)
            cell = sheet.column("marginal_value")[index]
            try:
                wrong = abs(Fraction(cell) - right) > _ROUNDED + abs(right) / 10**6
            except (ValueError, ZeroDivisionError):
                wrong = True
            if wrong:
                what = f"is {shown(cell)}; the certificate's prices make it {float(right):.4f}"
                self.lines.append(sheet.line(index, "marginal_value", what))

    def _weights(self) -> list[int]:
        weights = [future.weight for future in self.inputs.futures]
        scale = math.lcm(*(weight.denominator for weight in weights))
        whole = [int(weight * scale) for weight in weights]
        return [weight // math.gcd(*whole) for weight in whole]

    def _check_claims(self, document: Document, proof: PlanProof) -> None:
        """What is certified is exactly what the prices prove, and no more than the plan reaches."""
        said, right = claimed(document), claims_of_proof(proof)
        for key, value in right.items():
            if said[key] != value:
                what = f"is {shown(said[key])}; the prices prove {shown(value)}"
                self.lines.append(line(CERTIFICATE, f"certified.{key}", what))

    def _check_metrics(self, futures: Sequence[Means], document: Document) -> None:
        """Every figure is the weighted mean of the futures' figures; totals, bounds and status follow."""
        metrics = document_from_json(METRICS, _of(self.bundle.outputs, METRICS))
        weights, found = self._weights(), document.table("found")
        units = [self.units[option.id] for option in self.options]
        cost = math.fsum(option.weekly * number for option, number in zip(self.options, units, strict=True))
        reached = [
            math.fsum(weight * figure for weight, figure in zip(weights, figures, strict=True)) / sum(weights)
            for figures in zip(
                *((each.unplaced, each.separated, each.score) for each in futures), strict=True
            )
        ]
        total = reached[2] + cost
        self.reached = reached[0], reached[1], total
        bound = found.number("score")
        gap = 0.0 if total <= bound else (total - bound) / abs(total)
        counts = (found.number("unplaced"), found.number("separated")) == (reached[0], reached[1])
        right: dict[str, object] = {
            **means([future.after for future in futures], weights),
            "status": "optimal" if counts and total - bound <= self.asked * abs(total) else "feasible",
            "units": sum(units),
            "capital_total": math.fsum(
                float(o.capital) * n for o, n in zip(self.options, units, strict=True)
            ),
            "standing_weekly_total": math.fsum(
                float(o.standing) * n for o, n in zip(self.options, units, strict=True)
            ),
            "units_weekly_total": cost,
            "plan_score_total": total,
            "plan_score_bound": bound,
            "plan_gap": gap,
            "before": {
                **means([future.before for future in futures], weights),
                "status": "optimal" if all(future.before_is_optimal for future in futures) else "feasible",
            },
            "futures": [
                {"folder": each.folder, "date": each.on.isoformat(), "weight": float(each.weight)}
                for each in self.inputs.futures
            ],
        }
        if found.number("unplaced") > reached[0] or found.number("separated") > reached[1] or bound > total:
            self.lines.append(line(CERTIFICATE, "found", "is more than the plan reaches"))
        if metrics.number("seconds") < 0:
            self.lines.append(str(metrics.refuted("seconds", "is below 0")))
        for key in {*right, *metrics.values} - {"seconds"}:
            written, value = metrics.values.get(key), right.get(key)
            if written != value:
                what = f"is {shown(written)}; it should be {shown(value)}"
                self.lines.append(str(metrics.refuted(key, what)))

    # -- the sentence ----------------------------------------------------------------------------

    def statement(self) -> str:
        """What is proven; where duality certifies less than the search found, both figures."""
        if self.proof is None or self.found is None:
            return ""
        unplaced, separated, total = self.reached
        least = max(Fraction(0), self.proof.score)
        excess = max(Fraction(0), Fraction(total) - least)
        share = float(excess / Fraction(total)) if total else 0.0
        found = self.found.number("score")
        parts = [
            _phrase(
                "place more children",
                "leave a mean below {} without a place",
                unplaced,
                self.proof.unplaced,
                self.found.number("unplaced"),
            ),
            _phrase(
                "separate fewer sibling groups",
                "separate a mean below {}",
                separated,
                self.proof.separated,
                self.found.number("separated"),
            ),
            f"score better by more than £{math.ceil(excess * 100) / 100:,.2f} a week ({100 * share:.4f} %)",
        ]
        if Fraction(found) >= least + Fraction(1, 100):
            parts[2] += f" [certified by duality: £{float(least):,.2f}; found by search: £{found:,.2f}]"
        return (
            "PROVEN: every future's allocation holds, and no plan within these limits can "
            + f"{parts[0]}, {parts[1]}, or {parts[2]}"
        )


def _phrase(closed: str, open_: str, reached: float, certified: float, found: float) -> str:
    if certified >= reached:
        return closed
    figures = f"certified by duality: {certified:g}; found by search: {found:g}; the plan has {reached:g}"
    return f"{open_.format(f'{certified:g}')} [{figures}]"


def means(documents: Sequence[Mapping[str, object]], weights: Sequence[int]) -> dict[str, object]:
    """Weighted means of figures, key by key, over the futures that have them."""
    told: dict[str, object] = {}
    for key, first in documents[0].items():
        if key in ("status", "seconds"):
            continue
        if isinstance(first, dict):
            tables = [table for document in documents if isinstance(table := document.get(key), dict)]
            told[key] = means(tables, weights)
            continue
        known = [
            (weight, number)
            for weight, document in zip(weights, documents, strict=True)
            if isinstance(number := document.get(key), (int, float))
        ]
        parts = math.fsum(weight * float(number) for weight, number in known)
        told[key] = parts / sum(weight for weight, _ in known) if known else None
    return told


def _placed_in(ground: Ground, allocation: Allocation, there: int) -> dict[str, int]:
    found: dict[str, int] = {}
    for place in allocation.place[np.flatnonzero(allocation.place >= there)].tolist():
        option = ground.places.id[place].rpartition("#")[0]
        found[option] = found.get(option, 0) + 1
    return found


def _named(cell: str) -> list[str]:
    return [part.strip() for part in cell.split(";") if part.strip()]


def _pairs(content: bytes | None) -> list[tuple[str, str]]:
    if content is None:
        return []
    sheet = sheet_from_csv("incompatible.csv", content)
    return list(zip(sheet.column("child_a"), sheet.column("child_b"), strict=True))


def _date(region: Document) -> str:
    return day(region, "as_at").isoformat()


def _of(files: Mapping[str, bytes], name: str) -> bytes:
    if name not in files:
        raise RefutedError(name, "", "is missing, and with it all that rests on it")
    return files[name]
