"""What-ifs: a TOML file of changes to entries, exits and moves, with what a place costs.

    name = "Family Help"

    [[change]]
    name = "entries of 10 to 15 halve within a year"
    rate = "entries"          # or "exits", "moves"
    from = 2025-10-01         # default: the start; `until` (a date, the last day) is optional
    age_from = 10             # whole years, both included; default 0 and 17
    age_to = 15
    categories = ["Fostering"]       # at entry, or left; default: all
    authorities = ["E08000037"]      # default: all
    over_months = 12          # the change grows evenly over so many months; default 0, at once
    multiply = 0.5            # or `add`, or `share`

    [costs]
    inflation = 0.03          # a year, from the start
    [costs.weekly]            # £ for a place
    Residential = 5200.0

`add`: entries – children a year more, in all the authorities, ages and categories chosen together, as entries
are shared among them; exits and moves – more a year for each child. `share`: of entries or of moves, the
share that goes to the category `to` instead. `to` names the category moved to where only that move is
meant.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Final

from optimiser.demand.states import KINDS
from optimiser.errors import Fault, InputError
from optimiser.pack.faults import shown
from optimiser.pack.toml_file import TomlFile, toml_from_bytes

ENTRIES: Final = "entries"
EXITS: Final = "exits"
MOVES: Final = "moves"
RATES: Final = (ENTRIES, EXITS, MOVES)
FOSTERING: Final = "Fostering"
CATEGORIES_NAMED: Final = (FOSTERING, *KINDS)
HOWS: Final = ("multiply", "add", "share")
_KEYS = (
    *("name", "rate", "from", "until", "age_from", "age_to", "categories", "authorities", "over_months"),
    *("to", *HOWS),
)


@dataclass(frozen=True)
class Change:
    """One change. `how`: multiply, add or share, by `amount`. Empty `authorities` and `categories` mean all;
    `start` None: from the first day; `until` None: to the last. `key`: where it stands in the file."""

    name: str
    rate: str
    how: str
    amount: float
    start: date | None = None
    until: date | None = None
    age_from: int = 0
    age_to: int = 17
    categories: tuple[str, ...] = ()
    authorities: tuple[str, ...] = ()
    to: str = ""
    over_months: float = 0.0
    key: str = ""


@dataclass(frozen=True)
class Costs:
    """`weekly`: £ a week for a place of the category; `inflation`: share a year, from the start."""

    weekly: Mapping[str, float] = field(default_factory=dict)
    inflation: float = 0.0


@dataclass(frozen=True)
class WhatIf:
    """The file, read: its changes in their order, and the costs."""

    name: str
    changes: tuple[Change, ...]
    costs: Costs


NOTHING: Final = WhatIf("", (), Costs())


def whatif_from_file(path: Path, authorities: tuple[str, ...]) -> WhatIf:
    """The what-if in the file. Raises `InputError` with every fault of it."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error
    toml, faults = toml_from_bytes(path.name, content)
    if toml is None:
        raise InputError(f"{path} is no what-if", faults)
    reader = _Reader(toml, authorities, [])
    found = reader.whatif()
    if reader.faults:
        raise InputError(f"{path} is no what-if", reader.faults)
    return found


@dataclass(frozen=True)
class _Reader:
    """Reads values and collects what is wrong with them."""

    toml: TomlFile
    authorities: tuple[str, ...]
    faults: list[Fault]

    def whatif(self) -> WhatIf:
        self._unknown("", self.toml.values, ("name", "change", "costs"))
        tables = self.toml.values.get("change", [])
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            self._fault("change", "is no list of tables", "[[change]] tables")
            tables = []
        changes = tuple(self._change(f"change[{at}]", table) for at, table in enumerate(tables))
        names = [change.name for change in changes]
        for change in changes:
            if names.count(change.name) > 1:
                self._fault(f"{change.key}.name", f"{shown(change.name)} stands twice", "a name of its own")
        return WhatIf(self._text("name", self.toml.values, ""), changes, self._costs())

    def _change(self, key: str, table: Mapping[str, object]) -> Change:
        self._unknown(f"{key}.", table, _KEYS)
        rate = self._one_of(f"{key}.rate", table.get("rate"), RATES)
        given = [how for how in HOWS if how in table]
        if len(given) != 1:
            self._fault(key, f"has {len(given)} of {', '.join(HOWS)}", "one of them")
        how = given[0] if given else "multiply"
        change = Change(
            name=self._text(f"{key}.name", table, key),
            rate=rate,
            how=how,
            amount=self._number(f"{key}.{how}", table.get(how, 1.0), high=1.0 if how == "share" else 1e6),
            start=self._day(f"{key}.from", table.get("from")),
            until=self._day(f"{key}.until", table.get("until")),
            age_from=int(self._number(f"{key}.age_from", table.get("age_from", 0), high=17, whole=True)),
            age_to=int(self._number(f"{key}.age_to", table.get("age_to", 17), high=17, whole=True)),
            categories=self._list(f"{key}.categories", table.get("categories", []), CATEGORIES_NAMED),
            authorities=self._list(f"{key}.authorities", table.get("authorities", []), self.authorities),
            to=self._one_of(f"{key}.to", table["to"], CATEGORIES_NAMED) if "to" in table else "",
            over_months=self._number(f"{key}.over_months", table.get("over_months", 0), high=600),
            key=key,
        )
        self._sense(change)
        return change

    def _sense(self, change: Change) -> None:
        """What each value allows, but not together."""
        if change.age_to < change.age_from:
            self._fault(f"{change.key}.age_to", f"is {change.age_to}, below age_from", "age_from or more")
        if change.start and change.until and change.until < change.start:
            self._fault(f"{change.key}.until", f"is {change.until}, before from", "a day from then on")
        if change.how == "share" and (not change.to or change.rate == EXITS):
            self._fault(change.key, "a share must go somewhere", "rate entries or moves, and to = a category")
        if change.to and change.how != "share" and change.rate != MOVES:
            self._fault(
                f"{change.key}.to", f"has no meaning for {change.rate}", "to with share, or with moves"
            )

    def _costs(self) -> Costs:
        table = self.toml.values.get("costs", {})
        if not isinstance(table, dict):
            self._fault("costs", "is no table", "[costs]")
            return Costs()
        self._unknown("costs.", table, ("inflation", "weekly"))
        weekly = table.get("weekly", {})
        if not isinstance(weekly, dict):
            self._fault("costs.weekly", "is no table", "[costs.weekly]")
            weekly = {}
        self._unknown("costs.weekly.", weekly, CATEGORIES_NAMED)
        if FOSTERING in weekly and len(set(weekly) & set(KINDS[:2])):
            self._fault("costs.weekly", "has Fostering and a part of it", "Fostering, or both of its parts")
        return Costs(
            {name: self._number(f"costs.weekly.{name}", value) for name, value in weekly.items()},
            self._number("costs.inflation", table.get("inflation", 0.0), low=-0.5, high=1.0),
        )

    def _unknown(self, prefix: str, table: Mapping[str, object], known: tuple[str, ...]) -> None:
        for name in table:
            if name not in known:
                self._fault(f"{prefix}{name}", "the key is unknown", ", ".join(known))

    def _fault(self, key: str, what: str, accepted: str) -> None:
        self.faults.append(self.toml.fault(key, what, accepted))

    def _text(self, key: str, table: Mapping[str, object], default: str) -> str:
        value = table.get("name", default)
        if isinstance(value, str):
            return value
        self._fault(key, "is no text", "text between quotes")
        return default

    def _number(
        self, key: str, value: object, *, low: float = 0.0, high: float = 1e6, whole: bool = False
    ) -> float:
        right = isinstance(value, int if whole else int | float) and not isinstance(value, bool)
        if right and math.isfinite(float(str(value))) and low <= float(str(value)) <= high:
            return float(str(value))
        kind = "a whole number" if whole else "a number"
        self._fault(key, f"is {shown(str(value))}", f"{kind} from {low:g} to {high:g}")
        return low

    def _day(self, key: str, value: object) -> date | None:
        if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
            return value
        self._fault(key, f"is {shown(str(value))}", "a date, such as 2025-10-01 without quotes")
        return None

    def _one_of(self, key: str, value: object, known: tuple[str, ...]) -> str:
        if isinstance(value, str) and value in known:
            return value
        self._fault(key, f"is {shown(str(value))}", ", ".join(known))
        return known[0]

    def _list(self, key: str, value: object, known: tuple[str, ...]) -> tuple[str, ...]:
        if not isinstance(value, list):
            self._fault(key, "is no list", f"a list of: {', '.join(known)}")
            return ()
        return tuple(self._one_of(key, each, known) for each in value)
