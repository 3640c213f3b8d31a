"""shadow_prices.csv: a row for every provision and binding limit, with the certificate's tier-3 prices."""

from __future__ import annotations

import re
from fractions import Fraction

from optimiser import terms
from optimiser.verification.certificate import NANO, Prices
from optimiser.verification.documents import RefutedError, Sheet, shown
from optimiser.verification.ground import Ground

FILE = "shadow_prices.csv"
COLUMNS = ("limit", "id", "authority", "kind", "vacancies", "saving_gbp_per_week")
_SAVING = re.compile(r"[0-9]{1,15}\.[0-9]{4}", re.ASCII)
_ROUNDED = Fraction(6, 100_000)
"""A saving has four decimals, a price nine; both are rounded from the same dual."""


def check_shadow_prices(ground: Ground, prices: Prices, sheet: Sheet, lines: list[str]) -> None:
    """The rows are the provisions in their order, then the limits with a price; savings are the prices."""
    for column in COLUMNS:
        sheet.column(column, required=True)
    homes = ground.places
    if sheet.column("limit")[: len(homes.id)] != ["vacancies"] * len(homes.id):
        raise RefutedError(FILE, "limit", f"the first {len(homes.id)} rows are not those of the provisions")
    right = {
        "id": homes.id,
        "authority": homes.authority,
        "kind": [terms.KINDS[kind] for kind in homes.kind.tolist()],
        "vacancies": [str(vacancies) for vacancies in homes.vacancies.tolist()],
    }
    for column, cells in right.items():
        for index, cell in enumerate(cells):
            written = sheet.column(column)[index]
            if written != cell:
                lines.append(sheet.line(index, column, f"is {shown(written)}; it should be {shown(cell)}"))
    expected = [prices.capacity.get(place, 0) for place in range(len(homes.id))]
    expected += _limits(ground, prices, sheet, len(homes.id), lines)
    for index, price in enumerate(expected):
        saving = sheet.column("saving_gbp_per_week")[index]
        if not _SAVING.fullmatch(saving):
            lines.append(sheet.line(index, "saving_gbp_per_week", f"is {shown(saving)}, not £ a week"))
        elif abs(Fraction(saving) - Fraction(price, NANO)) > _ROUNDED:
            what = f"is {saving}; the certificate's price is {float(Fraction(price, NANO))}"
            lines.append(sheet.line(index, "saving_gbp_per_week", what))


def _limits(ground: Ground, prices: Prices, sheet: Sheet, first: int, lines: list[str]) -> list[int]:
    """The price of each limit that has a row; a line for each that should have one, or should not."""
    priced = {
        ("weekly_budget", ""): prices.weekly_budget,
        ("share_near_home", ""): prices.share_near_home,
        **{
            ("authority_weekly_budget", code): prices.authority_weekly_budget.get(code, 0)
            for code in ground.policy.authority_weekly_budget
        },
    }
    found = []
    listed = set()
    for index in range(first, len(sheet)):
        limit, code = sheet.column("limit")[index], sheet.column("authority")[index]
        others = [sheet.column(column)[index] for column in ("id", "kind", "vacancies")]
        if (limit, code) not in priced or (limit, code) in listed or any(others):
            raise sheet.refuted(index, "limit", f"{shown(limit)} {shown(code)} is no limit with a price")
        listed.add((limit, code))
        found.append(priced[limit, code])
    for (limit, code), price in priced.items():
        if Fraction(price, NANO) > _ROUNDED and (limit, code) not in listed:
            lines.append(str(RefutedError(FILE, f"{limit} {code}".strip(), "has a price, but no row")))
    return found
