"""How tables of counts are put together: column after column, with the key of every count."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from optimiser.report.placements import RUN, TODAY
from optimiser.report.table import Column, Hides, Key, Kind, Level, Table

POINTS = "percentage points"
STATE_LABELS = {TODAY: "today", RUN: "in this run"}


def difference_of(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """right − left, NaN where either is not known."""
    return np.asarray(right, dtype=np.float64) - np.asarray(left, dtype=np.float64)


@dataclass
class Builder:
    """A table in the making: columns in the order they are added."""

    data: dict[str, Sequence[object] | np.ndarray] = field(default_factory=dict)
    columns: list[Column] = field(default_factory=list)
    keys: dict[str, list[Key | None]] = field(default_factory=dict)

    def text(self, name: str, label: str, values: Iterable[object], meaning: str = "") -> None:
        """A column of text."""
        self._add(Column(name, label, meaning), [str(value) for value in values])

    def count(
        self,
        name: str,
        label: str,
        values: Iterable[Any],
        keys: Sequence[Key | None],
        meaning: str = "",
        *,
        unit: str = "children",
    ) -> None:
        """A column of counts, with the key of each."""
        self._add(Column(name, label, meaning, unit, Kind.COUNT), np.array(list(values), dtype=np.int64))
        self.keys[name] = list(keys)

    def figure(
        self,
        name: str,
        label: str,
        values: Iterable[Any],
        kind: Kind,
        *,
        rests_on: tuple[str, ...] = (),
        meaning: str = "",
        unit: str = "",
        whole: str = "",
        of_total: bool = False,
    ) -> None:
        """A column of numbers that are no counts; None becomes NaN."""
        numbers = np.array([np.nan if value is None else value for value in values], dtype=np.float64)
        self._add(
            Column(name, label, meaning, unit or _UNITS[kind], kind, rests_on, whole, of_total), numbers
        )

    def difference(
        self, stem: str, label: str, *, meaning: str = "", suffixes: tuple[str, str] = (TODAY, RUN)
    ) -> None:
        """`{stem}_difference`: the second of two columns less the first; hidden with what either rests on.

        Two shares differ by percentage points.
        """
        first, second = (f"{stem}_{suffix}" for suffix in suffixes)
        by_name = {column.name: column for column in self.columns}
        of = by_name[second]
        rests_on = tuple(
            dict.fromkeys(
                name
                for column in (by_name[first], of)
                for name in (column.rests_on or ((column.name,) if column.kind is Kind.COUNT else ()))
            )
        )
        values = difference_of(np.asarray(self.data[first]), np.asarray(self.data[second]))
        kind, unit = of.kind, of.unit
        if kind is Kind.SHARE:
            kind, unit, label, values = Kind.POINTS, POINTS, f"{label} ({POINTS})", 100.0 * values
        self._add(Column(f"{stem}_difference", label, meaning, unit, kind, rests_on, of.whole), values)

    def table(
        self,
        name: str,
        title: str,
        *,
        source: Hides | None,
        total: bool = False,
        notes: Sequence[str] = (),
        level: Level = Level.AGGREGATE,
    ) -> Table:
        """The table."""
        frame = pd.DataFrame(self.data)
        keys = pd.DataFrame({key: pd.Series(value, dtype=object) for key, value in self.keys.items()})
        return Table(
            name=name,
            title=title,
            columns=tuple(self.columns),
            frame=frame,
            total=total,
            notes=tuple(note for note in notes if note),
            keys=keys,
            source=source,
            level=level,
        )

    def _add(self, column: Column, values: Sequence[object] | np.ndarray) -> None:
        self.columns.append(column)
        self.data[column.name] = values


_UNITS = {
    Kind.SHARE: "share",
    Kind.POINTS: POINTS,
    Kind.MILES: "miles",
    Kind.MONEY: "£ a week",
    Kind.NUMBER: "",
    Kind.TEXT: "",
}


def grouped(
    values: pd.Series, groups: np.ndarray, order: Sequence[str], figure: Callable[[pd.Series], float]
) -> list[float]:
    """A figure of the known values of every group, then of all; NaN where nothing is known."""
    known = values.notna().to_numpy()
    parts: Mapping[object, pd.Series] = dict(list(values[known].groupby(groups[known])))
    each = [figure(parts[name]) if name in parts else np.nan for name in order]
    return [*each, figure(values[known]) if known.any() else np.nan]
