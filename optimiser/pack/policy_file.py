"""policy.toml: the policy as a file, read with every fault and written so that it reads back the same."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any

from optimiser import terms
from optimiser.errors import Fault
from optimiser.pack.faults import accepted_codes, nearest, one_of, shown
from optimiser.pack.policy import Limits, Policy, Prices
from optimiser.pack.toml_file import TomlFile, toml_from_file, toml_text

POLICY = "policy.toml"
MOST_PRICE = 1_000_000.0
MOST_MILES = 10_000.0
MOST_BUDGET = 1_000_000_000_000.0

type Checked = tuple[Any, str | None]
"""A value as the policy has it, and what would be accepted instead where it is wrong."""


def _number(value: object, most: float, unit: str) -> Checked:
    """A number from 0 to `most`."""
    accepted = f"{unit} from 0 to {most:,.0f}"
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None, accepted
    return (float(value), None) if math.isfinite(value) and 0 <= value <= most else (None, accepted)


def _price(value: object) -> Checked:
    return _number(value, MOST_PRICE, "£ a week")


def _miles(value: object) -> Checked:
    return _number(value, MOST_MILES, "miles")


def _share(value: object) -> Checked:
    return _number(value, 1.0, "a share")


def _budget(value: object) -> Checked:
    if value == "none":
        return None, None
    number, accepted = _number(value, MOST_BUDGET, "£ a week")
    return number, accepted and f'{accepted}, or "none"'


def _judgements(value: object) -> Checked:
    """The judgements accepted, in the order given, each once."""
    accepted = f"a list of {one_of(terms.JUDGEMENTS)}"
    if not isinstance(value, list):
        return None, accepted
    for code in value:
        if not isinstance(code, str) or code not in terms.JUDGEMENTS:
            return None, "a list of " + accepted_codes(str(code), terms.JUDGEMENTS)
    return tuple(dict.fromkeys(value)), None


def _authority_budgets(value: object) -> Checked:
    accepted = "a table of GSS code = £ a week"
    if not isinstance(value, Mapping):
        return None, accepted
    return MappingProxyType({}), None


def _split(value: object) -> Checked:
    if isinstance(value, str) and value in terms.SPLITS:
        return value, None
    return None, accepted_codes(str(value), terms.SPLITS)


_BUDGETS = "limits.authority_weekly_budget"
_KEYS: Mapping[str, Callable[[object], Checked]] = {
    **{f"prices.{price.name}": _price for price in fields(Prices)},
    "prices.far_miles": _miles,
    "limits.max_miles": _miles,
    "limits.ofsted": _judgements,
    "limits.weekly_budget": _budget,
    "limits.min_share_within_far_miles": _share,
    _BUDGETS: _authority_budgets,
    "siblings.split": _split,
}
"""Every key of the contract, and the check of its value."""
_TABLES = ("prices", "limits", "siblings")


@dataclass(frozen=True)
class PolicyFile:
    """A policy.toml that was read: the policy, with defaults where it is wrong, and where its keys stand."""

    policy: Policy
    toml: TomlFile | None

    def faults_of_members(self, codes: Sequence[str]) -> list[Fault]:
        """A budget for an authority that is no member of the region."""
        if self.toml is None:
            return []
        return [
            self.toml.fault(
                f"{_BUDGETS}.{code}",
                f"{shown(code)} is no member of the region",
                "the code of an authority in region.toml" + (f" (nearest: '{near}')" if near else ""),
            )
            for code in self.policy.limits.authority_weekly_budget
            if code not in codes
            for near in [nearest(code, tuple(codes), cutoff=0.8)]
        ]


def _nearest_key(key: str) -> str:
    """The key of the contract most like this one: the same name in another table first, then the spelling."""
    table, _, name = key.rpartition(".")
    for known in _KEYS:
        if known.rpartition(".")[2] == name:
            return known
    beside = tuple(known for known in _KEYS if known.startswith(f"{table}."))
    return nearest(key, beside or tuple(_KEYS)) or nearest(key, tuple(_KEYS), cutoff=0.0) or "prices.mile"


def _nearest_table(table: str) -> str:
    """What is meant by a key outside the tables: a table misspelt, or a key that should stand in one."""
    if any(known.rpartition(".")[2] == table for known in _KEYS):
        return f"nearest: '{_nearest_key(table)}'"
    near = nearest(table, _TABLES)
    return f"nearest: '[{near}]'" if near else one_of([f"[{name}]" for name in _TABLES])


def _unknown(toml: TomlFile, key: str) -> Fault:
    return toml.fault(key, f"there is no key {shown(key)}", f"nearest: '{_nearest_key(key)}'")


def _budgets(toml: TomlFile, table: Mapping[str, object]) -> tuple[Mapping[str, float], list[Fault]]:
    """£ a week by GSS code, in the order of the codes."""
    budgets: dict[str, float] = {}
    faults: list[Fault] = []
    for code, value in sorted(table.items()):
        number, accepted = _number(value, MOST_BUDGET, "£ a week")
        if accepted is None and isinstance(number, float):
            budgets[code] = number
        else:
            faults.append(
                toml.fault(f"{_BUDGETS}.{code}", f"{shown(code)} is {shown(value)}", accepted or "")
            )
    return MappingProxyType(budgets), faults


def _values(toml: TomlFile) -> tuple[dict[str, Any], list[Fault]]:
    """Every key that is right → its value; a fault for every other."""
    right: dict[str, Any] = {}
    faults: list[Fault] = []
    for table, entries in toml.values.items():
        if table not in _TABLES:
            faults.append(toml.fault(table, f"there is no key {shown(table)}", _nearest_table(table)))
            continue
        if not isinstance(entries, Mapping):
            faults.append(toml.fault(table, f"{table} is {shown(entries)}", f"a table, [{table}]"))
            continue
        for name, value in entries.items():
            key = f"{table}.{name}"
            if key not in _KEYS:
                faults.append(_unknown(toml, key))
                continue
            right[key], accepted_instead = _KEYS[key](value)
            if accepted_instead is not None:
                del right[key]
                faults.append(toml.fault(key, f"{name} is {shown(value)}", accepted_instead))
            elif key == _BUDGETS and isinstance(value, Mapping):
                right[key], budget_faults = _budgets(toml, value)
                faults += budget_faults
    return right, faults


def policy_file_from_toml(path: Path) -> tuple[PolicyFile, list[Fault]]:
    """The policy of a file, with the places of its keys; the default stands where a key is wrong."""
    toml, faults = toml_from_file(path, path.name)
    if toml is None:
        return PolicyFile(Policy(), None), faults
    values, faults = _values(toml)

    def of(table: str) -> dict[str, Any]:
        return {key.rpartition(".")[2]: value for key, value in values.items() if key.startswith(f"{table}.")}

    prices = Prices(**of("prices"))
    limits = Limits(**of("limits"))
    return PolicyFile(Policy(prices, limits, **of("siblings")), toml), faults


def policy_from_toml(path: Path) -> tuple[Policy, list[Fault]]:
    """The policy of a file, and every fault in it; the default stands where a key is wrong or absent."""
    read, faults = policy_file_from_toml(path)
    return read.policy, faults


def policy_to_toml(policy: Policy) -> str:
    """The policy as policy.toml has it, every key; reading it back gives the same policy."""
    limits = policy.limits
    budget = '"none"' if limits.weekly_budget is None else repr(float(limits.weekly_budget))
    lines = ["[prices]"]
    lines += [f"{name} = {float(value)!r}" for name, value in asdict(policy.prices).items()]
    lines += [
        "",
        "[limits]",
        f"max_miles = {float(limits.max_miles)!r}",
        f"ofsted = [{', '.join(map(toml_text, limits.ofsted))}]",
        f"weekly_budget = {budget}",
        f"min_share_within_far_miles = {float(limits.min_share_within_far_miles)!r}",
        "",
        "[limits.authority_weekly_budget]",
    ]
    budgets = sorted(limits.authority_weekly_budget.items())
    lines += [f"{toml_text(code)} = {float(value)!r}" for code, value in budgets]
    lines += ["", "[siblings]", f"split = {toml_text(policy.split)}"]
    return "\n".join(lines) + "\n"
