"""shadow_prices.csv: a row per provision in the order of its file, then the binding limits."""

from __future__ import annotations

from support.small import child, home, small_pack, solved_by_hand

from optimiser.audit.shadow_prices import csv_from_shadow_prices, shadow_prices_table

EXPECTED = """\
limit,id,authority,kind,vacancies,saving_gbp_per_week
vacancies,q,E08000037,foster_home,3,1.0000
vacancies,p,,childrens_home,1,0.0000
authority_weekly_budget,,E08000021,,,0.5000
weekly_budget,,,,,0.2500
"""


def test_the_whole_file() -> None:
    provision = [
        home("q", places=3, vacancies=3),
        home("p", kind="childrens_home", authority=""),
    ]
    pack = small_pack([child("a")], provision)
    _, solution = solved_by_hand(pack, {})
    assert csv_from_shadow_prices(shadow_prices_table(pack, solution)).decode() == EXPECTED
