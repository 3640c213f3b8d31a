"""Which rows of Ofsted's sheets are provision, and why each other row is set aside."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from types import MappingProxyType
from typing import Final

import pandas as pd

from optimiser import terms
from optimiser.pack.authorities import codes_of_authority
from optimiser.pack.ofsted_layout import Sheet, plain

CHILDRENS_HOME: Final = "children's home"
SUPPORTED_ACCOMMODATION: Final = "supported accommodation"

NO_URN: Final = "the URN is neither seven digits nor SC and six digits"
UNKNOWN_AUTHORITY: Final = "the authority's name is not known"
OUTSIDE: Final = "outside the chosen authorities"
OTHER_TYPE: Final = "not a children's home or supported accommodation"
NOT_ACTIVE: Final = "the registration is not active"
SHORT_BREAKS: Final = "takes short breaks only"
NO_PLACES: Final = "no number of places, or none"
NO_SECTOR: Final = "the sector is not known"
DOUBLED: Final = "the URN stands on another row too, which is used"

_SCHOOL: Final = "a boarding school or college: a place to live comes with a place at the school"
_ADOPTION: Final = "an adoption agency: no places at a location"
TYPE_REASONS: Final = MappingProxyType(
    {
        SUPPORTED_ACCOMMODATION: "a provider of supported accommodation: its premises are in the other sheet",
        "secure children's home": "a secure children's home: places by court order, through a national unit",
        "secure training centre": "a secure training centre: youth custody",
        "residential special school (registered as a children's home)": _SCHOOL,
        "residential special school": _SCHOOL,
        "boarding school": _SCHOOL,
        "further education college with residential accommodation": _SCHOOL,
        "residential family centre": "a residential family centre: for parents with their children",
        "residential holiday scheme for disabled children": "a holiday scheme: nobody lives there",
        "independent fostering agency": "a fostering agency: its households are not in the register",
        "local authority fostering agency": "a fostering agency: its households are not in the register",
        "voluntary adoption agency": _ADOPTION,
        "adoption support agency": _ADOPTION,
        "local authority adoption agency": _ADOPTION,
    }
)
"""Provision type (as `plain` writes it) → why its rows are set aside."""

_SECTORS: Final = MappingProxyType(
    {
        "local authority": "local_authority",
        "private": "private",
        "voluntary": "voluntary",
        "health authority": "health",
        "health": "health",
        "nhs": "health",
    }
)
_JUDGEMENTS: Final = MappingProxyType(
    {
        "outstanding": "outstanding",
        "good": "good",
        "requires improvement": terms.REQUIRES_IMPROVEMENT,
        "requires improvement to be good": terms.REQUIRES_IMPROVEMENT,
        "adequate": terms.REQUIRES_IMPROVEMENT,
        "inadequate": "inadequate",
        "1": "outstanding",
        "2": "good",
        "3": terms.REQUIRES_IMPROVEMENT,
        "4": terms.REQUIRES_IMPROVEMENT,
        "5": "inadequate",
    }
)
"""Adequate was the third of four grades until 2015; the numbers are those of regional data platforms."""

_URN: Final = r"\d{7}|SC\d{6}"


def _whole(cells: pd.Series[str]) -> pd.Series[int]:
    """Whole numbers; 0 where a cell is no whole number from 1 to 9,999."""
    good = cells.str.fullmatch(r"[0-9]{1,4}(\.0+)?")
    return cells.where(good, "0").str.split(".").str[0].astype("int64")


def _dates(cells: pd.Series[str]) -> pd.Series[str]:
    """ISO dates from `2014-11-11 00:00:00` or `11/11/2014`; "" where there is neither."""
    iso = pd.to_datetime(cells.str[:10], format="%Y-%m-%d", errors="coerce")
    slashed = pd.to_datetime(cells.str[:10], format="%d/%m/%Y", errors="coerce")
    return iso.fillna(slashed).dt.strftime("%Y-%m-%d").fillna("").astype("str")


def _authority_codes(rows: pd.DataFrame) -> list[tuple[str, ...]]:
    pairs = zip(rows["authority"], rows["constituency"], strict=True)
    return [codes_of_authority(name, constituency=constituency) for name, constituency in pairs]


def content_keys(rows: pd.DataFrame) -> pd.Series[str]:
    """A row as one text, whatever its number: what order is decided by, so that a file's order is not."""
    fields = [column for column in sorted(rows.columns) if column not in ("row", "codes")]
    cells = zip(*(rows[field].astype("str").tolist() for field in fields), strict=True)
    return pd.Series(map("\x1f".join, cells), index=rows.index, dtype="str")


def rows_parsed(sheet: Sheet, *, typical_places: int) -> pd.DataFrame:
    """The sheet's rows with codes for texts: `kind_text`, `codes`, `sector_code`, `beds`, `ofsted`, `date`.

    `codes` are the GSS codes the authority may be. Where the sheet has no column of places at all, every
    row has `typical_places`.
    """
    rows = sheet.rows.copy()
    rows["urn"] = rows["urn"].str.upper()
    rows["kind_text"] = rows["type"].map(plain)
    rows["codes"] = pd.Series(_authority_codes(rows), index=rows.index, dtype="object")
    rows["sector_code"] = rows["sector"].map(plain).map(_SECTORS).fillna("")
    rows["beds"] = _whole(rows["places"]) if "places" in sheet.present else typical_places
    rows["date"] = _dates(rows["registered"])
    judgement = rows["judgement"] if "judgement" in rows else pd.Series("", index=rows.index)
    rows["ofsted"] = judgement.map(plain).map(_JUDGEMENTS).fillna("not_inspected")
    return rows


def _short_breaks(rows: pd.DataFrame) -> pd.Series[bool]:
    if "short_breaks" not in rows:
        return pd.Series(False, index=rows.index)
    return ~rows["short_breaks"].map(plain).isin(["", "n", "no", "false", "0", "not applicable"])


def _doubled(rows: pd.DataFrame, usable: pd.Series[bool]) -> pd.Series[bool]:
    """All usable rows of a URN but one: the first by content, then by row."""
    ordered = rows.assign(key=content_keys(rows))[usable].sort_values(["key", "row"])
    later = ordered.index[ordered["urn"].duplicated()]
    return pd.Series(rows.index.isin(later), index=rows.index)


def reasons(
    rows: pd.DataFrame,
    *,
    kind_text: str,
    authorities: Sequence[str],
    has_status: bool,
    one_row_per_urn: bool,
) -> pd.Series[str]:
    """Why each row is set aside, "" for a row to use; the first reason that holds, the chosen area first."""
    chosen = frozenset(authorities)
    other_type = rows["kind_text"] != kind_text
    of_type = rows["kind_text"].map(TYPE_REASONS).where(other_type).fillna("")
    wrong: Iterable[tuple[str, pd.Series[bool]]] = (
        *((reason, of_type == reason) for reason in dict.fromkeys(TYPE_REASONS.values())),
        (OTHER_TYPE, other_type),
        (NOT_ACTIVE, (rows["status"].map(plain) != "active") & has_status),
        (SHORT_BREAKS, _short_breaks(rows)),
        (NO_PLACES, rows["beds"] < 1),
        (NO_SECTOR, rows["sector_code"] == ""),
    )
    checks = [
        (NO_URN, ~rows["urn"].str.fullmatch(_URN)),
        (UNKNOWN_AUTHORITY, rows["codes"].map(len) == 0),
        (OUTSIDE, rows["codes"].map(lambda codes: chosen.isdisjoint(codes))),
        *wrong,
    ]
    if one_row_per_urn:
        usable = pd.Series(True, index=rows.index)
        for reason, mask in checks:
            usable &= ~mask.astype("bool") | (reason == OUTSIDE)
        checks.append((DOUBLED, _doubled(rows, usable)))
    found = pd.Series("", index=rows.index, dtype="str")
    for reason, mask in checks:
        found = found.mask(mask.astype("bool") & (found == ""), reason)
    return found


def numbered_ids(rows: pd.DataFrame) -> pd.Series[str]:
    """`URN-1`, `URN-2`, … for the premises of a provider, numbered over the whole sheet by content.

    So neither the order of the file nor the choice of authorities changes a number; of premises alike in
    every column the number is all that tells them apart.
    """
    ordered = rows.assign(key=content_keys(rows)).sort_values(["urn", "key", "row"])
    number = ordered.groupby("urn").cumcount() + 1
    return (ordered["urn"] + "-" + number.astype("str")).reindex(rows.index)
