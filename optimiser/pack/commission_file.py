"""commission.toml: limits and payback, read with every fault."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from optimiser import terms
from optimiser.errors import Fault
from optimiser.pack.commission import Commission, CommissionLimits
from optimiser.pack.faults import accepted_codes, nearest, one_of, shown
from optimiser.pack.toml_file import TomlFile, toml_from_file

COMMISSION = "commission.toml"
MOST_CAPITAL = 1_000_000_000_000.0
MOST_STANDING = 1_000_000_000.0
MOST_UNITS = 1_000_000
LEAST_YEARS, MOST_YEARS = 0.1, 1000.0
_TABLE = "limits"
_PAYBACK = "payback_years"
_LIMITS = ("capital", "standing_weekly", "max_units", _PAYBACK)
"""`payback_years` may stand in the table or above it."""


def commission_from_toml(path: Path) -> tuple[Commission, list[Fault]]:
    """The file, and every fault in it; the default stands where a key is wrong or absent."""
    toml, faults = toml_from_file(path, path.name)
    if toml is None:
        return Commission(), faults
    limits = toml.values.get(_TABLE, {})
    faults = [
        toml.fault(key, f"there is no key {shown(key)}", _nearest_key(key))
        for key in toml.values
        if key not in (_TABLE, _PAYBACK)
    ]
    if not isinstance(limits, Mapping):
        faults.append(toml.fault(_TABLE, f"limits is {shown(limits)}", "a table, [limits]"))
        limits = {}
    for key in limits:
        if key not in _LIMITS:
            faults.append(toml.fault(f"{_TABLE}.{key}", f"there is no key {shown(key)}", _nearest_key(key)))
    capital, capital_faults = _amount(toml, limits, "capital", MOST_CAPITAL, "£")
    standing, standing_faults = _amount(toml, limits, "standing_weekly", MOST_STANDING, "£ a week")
    units, unit_faults = _units(toml, limits.get("max_units", {}))
    years, year_faults = _payback(toml, limits)
    faults += capital_faults + standing_faults + unit_faults + year_faults
    return Commission(CommissionLimits(capital, standing, units), years), faults


def _nearest_key(key: str) -> str:
    near = nearest(key, _LIMITS)
    if near is None:
        return one_of(_LIMITS)
    return f"nearest: '{near if near == _PAYBACK else f'{_TABLE}.{near}'}'"


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _amount(
    toml: TomlFile, limits: Mapping[str, object], name: str, most: float, unit: str
) -> tuple[float | None, list[Fault]]:
    """An amount, or "none"."""
    value = limits.get(name, "none")
    if value == "none":
        return None, []
    if isinstance(value, (int, float)) and _is_number(value) and 0 <= value <= most:
        return float(value), []
    accepted = f'{unit} from 0 to {most:,.0f}, or "none"'
    return None, [toml.fault(f"{_TABLE}.{name}", f"{name} is {shown(value)}", accepted)]


def _units(toml: TomlFile, value: object) -> tuple[Mapping[str, int], list[Fault]]:
    """Kind = a whole number."""
    key = f"{_TABLE}.max_units"
    if not isinstance(value, Mapping):
        what = f"max_units is {shown(value)}"
        return MappingProxyType({}), [toml.fault(key, what, "a table of kind = whole number")]
    units: dict[str, int] = {}
    faults: list[Fault] = []
    for kind, number in sorted(value.items()):
        place = f"{key}.{kind}"
        if kind not in terms.KINDS:
            accepted = accepted_codes(str(kind), terms.KINDS)
            faults.append(toml.fault(place, f"{shown(kind)} is no kind", accepted))
        elif isinstance(number, int) and not isinstance(number, bool) and 0 <= number <= MOST_UNITS:
            units[kind] = number
        else:
            accepted = f"a whole number from 0 to {MOST_UNITS:,}"
            faults.append(toml.fault(place, f"{kind} is {shown(number)}", accepted))
    return MappingProxyType(units), faults


def _payback(toml: TomlFile, limits: Mapping[str, object]) -> tuple[float, list[Fault]]:
    """Years, in one of two places."""
    found = [
        (key, values[_PAYBACK])
        for key, values in ((_PAYBACK, toml.values), (f"{_TABLE}.{_PAYBACK}", limits))
        if _PAYBACK in values
    ]
    if len(found) > 1:
        return Commission.payback_years, [toml.fault(found[1][0], "payback_years is given twice", "it once")]
    for key, value in found:
        if isinstance(value, (int, float)) and _is_number(value) and LEAST_YEARS <= value <= MOST_YEARS:
            return float(value), []
        accepted = f"years from {LEAST_YEARS} to {MOST_YEARS:,.0f}"
        return Commission.payback_years, [toml.fault(key, f"payback_years is {shown(value)}", accepted)]
    return Commission.payback_years, []


def commission_to_toml(commission: Commission) -> str:
    """commission.toml, every key; reading it back gives the same.

    >>> print(commission_to_toml(Commission()), end="")
    payback_years = 10.0
    <BLANKLINE>
    [limits]
    capital = "none"
    standing_weekly = "none"
    """
    limits = commission.limits

    def amount(value: float | None) -> str:
        return '"none"' if value is None else repr(float(value))

    lines = [f"payback_years = {float(commission.payback_years)!r}", "", "[limits]"]
    lines += [f"capital = {amount(limits.capital)}", f"standing_weekly = {amount(limits.standing_weekly)}"]
    if limits.max_units:
        lines += ["", "[limits.max_units]"]
        lines += [f"{kind} = {number}" for kind, number in sorted(limits.max_units.items())]
    return "\n".join(lines) + "\n"
