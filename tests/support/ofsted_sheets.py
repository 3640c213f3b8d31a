"""Small sheets in the layouts Ofsted has used, written as it writes them."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

TITLES = (
    "Children's social care data in England 2025 – Providers and places at 31 March 2025",
    "This worksheet contains one table, this table begins in cell A4.",
    "Some cells in this table are empty; the URN links to the provider's page.",
)
HOME = {
    "Web link": "Ofsted Social Care Provider Webpage",
    "URN": "2700001",
    "Provision type": "Children's home",
    "Registration date": "2014-11-11 00:00:00",
    "Registration status": "Active",
    "Name": "REDACTED",
    "Postcode": "REDACTED",
    "Local authority": "Hartlepool",
    "Parliamentary constituency": "Hartlepool",
    "Sector": "Private",
    "Places": "4",
    "Short-break-only children's home": "",
    "Organisation name": "Example Care Limited",
}
PREMISES = {
    "Web link": "Ofsted Social Care Provider Webpage",
    "URN": "2739460",
    "Provider name": "Example Support Ltd",
    "Provision type": "Supported Accommodation",
    "Registration date": "2023-07-25 00:00:00",
    "Registration status": "Active",
    "Service category (Note 4)": "Category 3",
    "Places": "3",
    "Premises Parliamentary Constituency": "Hartlepool",
    "Premises Local Authority": "Hartlepool",
    "Sector": "Voluntary",
    "Organisation name": "Example Support Ltd",
}


def home(**changes: str) -> dict[str, str]:
    """A children's home; keys of `changes` are headers with `_` for a space."""
    return HOME | {header.replace("_", " "): value for header, value in changes.items()}


def premises(**changes: str) -> dict[str, str]:
    """One premises of supported accommodation; keys as for `home`."""
    return PREMISES | {header.replace("_", " "): value for header, value in changes.items()}


def write_sheet(
    path: Path,
    rows: Sequence[Mapping[str, str]],
    *,
    titles: Sequence[str] = TITLES,
    renamed: Mapping[str, str] | None = None,
    dropped: Sequence[str] = (),
    encoding: str = "utf-8",
) -> Path:
    """A sheet with title lines, a header (that of the first row) and the rows."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    header = [column for column in rows[0] if column not in dropped]
    writer.writerows([[title] + [""] * (len(header) - 1) for title in titles])
    writer.writerow([(renamed or {}).get(column, column) for column in header])
    writer.writerows([[row[column] for column in header] for row in rows])
    path.write_bytes(text.getvalue().encode(encoding))
    return path
