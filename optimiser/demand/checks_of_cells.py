"""Each cell by itself: codes against the lists of the row's year, postcodes against the directory, blanks."""

from __future__ import annotations

import re
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimiser.demand import codes
from optimiser.demand.coded import Coded, flags_of_texts, union_of_texts
from optimiser.demand.quality import REPAIRED, USED
from optimiser.demand.returns import UASC
from optimiser.demand.rows import Rows
from optimiser.pack.faults import accepted_codes, shown
from optimiser.pack.postcodes import points_from_postcodes

_NEVER_BLANK: Final = ("RNE", "LS", "CIN", "PLACE", "SEX", "ETHNIC")
_FULL = re.compile(r"([A-Z]{1,2}[0-9][0-9A-Z]?) ?([0-9][A-Z]{2})")
_PART = re.compile(r"[A-Z]{1,2}[0-9][0-9A-Z]?( ?[0-9])?")
_NOT_GREAT_BRITAIN = re.compile(r"(BT|JE|GY|IM)[0-9]")
_URN = re.compile(rf"(SC)?[0-9]{{5,8}}|{codes.URN_PLACEHOLDER}")
_SEX_WORDS: Final = {"MALE": "M", "FEMALE": "F", "UNKNOWN": "U"}


def check_codes(rows: Rows, year_end: NDArray[np.int16]) -> None:
    """Codes in capitals; those that no list has, that another year's has, and blank ones."""
    for column in [name for name in codes.LISTS if name in rows.cells]:
        known = codes.LISTS[column]
        written = rows.cells[column]
        texts = written.texts.tolist()
        plain = [_code(column, text) for text in texts]
        changed = [
            text != code and code in known and text not in codes.SEX_OF_NUMBER
            for text, code in zip(texts, plain, strict=True)
        ]
        read_as = [
            f"{column} is {shown(text)}, read as {code}" for text, code in zip(texts, plain, strict=True)
        ]
        rows.findings.add_texts("spelling", column, written, np.array(changed, bool), read_as, REPAIRED)
        cells = rows.cells[column] = written.mapped(plain)
        listed = tuple(known)
        strange = ~flags_of_texts(cells.texts, known.__contains__)
        what = [
            f"{column} is {shown(text)}; accepted: {accepted_codes(text, listed)}" if bad else ""
            for text, bad in zip(cells.texts.tolist(), strange, strict=True)
        ]
        rows.findings.add_texts("unknown code", column, cells, strange, what, USED)
        _check_years(rows, column, cells, year_end)
        if column in _NEVER_BLANK and rows.table != UASC:
            rows.findings.add("blank", column, cells.codes < 0, f"{column} is blank", USED)


def _code(column: str, text: str) -> str:
    """The text as the list would have it."""
    plain = text.upper().strip(" .'")
    if column == "SEX":
        plain = plain.removesuffix(".0")
        return codes.SEX_OF_NUMBER.get(plain, _SEX_WORDS.get(plain, plain))
    return plain


def _check_years(rows: Rows, column: str, cells: Coded, year_end: NDArray[np.int16]) -> None:
    """Codes that are not of the row's year."""
    for at, text in enumerate(cells.texts.tolist()):
        code = codes.LISTS[column].get(text)
        if code is None or (code.first_year <= codes.FIRST_YEAR and code.last_year >= codes.LAST_YEAR):
            continue
        wrong = (cells.codes == at) & ((year_end < code.first_year) | (year_end > code.last_year))
        what = f"{column} {text} is a code of the returns of {code.first_year} to {code.last_year}"
        rows.findings.add("code of another year", column, wrong, what, USED)


def _postcode(text: str) -> str:
    """Capitals, and one space before the inward code of a full postcode."""
    plain = " ".join(text.upper().split())
    match = _FULL.fullmatch(plain)
    return f"{match[1]} {match[2]}" if match else plain


def check_postcodes(rows: Rows) -> None:
    """Postcodes in capitals and spaced; those that are none, and those that the directory does not have."""
    columns = ("HOME_POST", "PL_POST")
    for column in columns:
        written = rows.cells[column]
        rows.cells[column] = written.mapped([_postcode(text) for text in written.texts.tolist()])
    distinct = union_of_texts([rows.cells[column].texts for column in columns])
    shaped = flags_of_texts(distinct, lambda text: bool(_FULL.fullmatch(text) or _PART.fullmatch(text)))
    abroad = flags_of_texts(distinct, lambda text: bool(_NOT_GREAT_BRITAIN.match(text))) & shaped
    known = np.zeros(len(distinct), bool)
    series = pd.Series(distinct[shaped & ~abroad], dtype="str")
    known[shaped & ~abroad] = points_from_postcodes(series)["easting"].notna().to_numpy()
    for column in columns:
        cells = rows.cells[column]
        at = distinct.get_indexer(cells.texts)
        texts = cells.texts.tolist()
        for kind, wrong, said in (
            ("postcode malformed", ~shaped, "is no postcode, sector or outward code"),
            ("postcode unknown", shaped & ~abroad & ~known, "is in no directory of postcodes"),
            ("postcode not of Great Britain", abroad, "has no coordinates on the national grid"),
        ):
            bad = wrong[at]
            what = [
                f"{column} {shown(text)} {said}: no distance" if flag else ""
                for text, flag in zip(texts, bad.tolist(), strict=True)
            ]
            rows.findings.add_texts(kind, column, cells, bad, what, USED)


def check_urns(rows: Rows) -> None:
    """URNs that have not the shape of one."""
    cells = rows.cells["URN"] = rows.cells["URN"].mapped(
        [text.upper().removesuffix(".0") for text in rows.cells["URN"].texts.tolist()]
    )
    wrong = flags_of_texts(cells.texts, lambda text: not _URN.fullmatch(text))
    what = [
        f"URN is {shown(text)}; accepted: the digits of an Ofsted number" if bad else ""
        for text, bad in zip(cells.texts.tolist(), wrong.tolist(), strict=True)
    ]
    rows.findings.add_texts("URN malformed", "URN", cells, wrong, what, USED)
