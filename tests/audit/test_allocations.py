"""allocations.csv: the contract's columns, rounding and blanks, in the order of children.csv."""

from __future__ import annotations

from support.small import EAST, MILE, NORTH, child, home, small_pack, solved_by_hand

from optimiser import terms
from optimiser.audit.allocations import allocations_table, csv_from_allocations
from optimiser.matching.score import score_terms

CHILDREN = [
    child("z", school_easting=EAST + 3 * MILE, school_northing=NORTH),
    child("b", sibling_group="s"),
    child("a", sibling_group="s"),
    child("d", sibling_group="alone", authority="E08000021"),
    child("c", age=0),
]
HOMES = [
    home("q", 25.5, places=2, vacancies=2, kind="childrens_home", provider="Oak, Ltd", sector="private"),
    home("p", 2.0, weekly_cost=450.5),
    home("m", 1 / 3, places=2, vacancies=2, age_min=1),
]
LIVING = {"z": "p", "a": "m", "b": "m", "d": "q"}

EXPECTED = """\
child_id,authority,status,provision_id,kind,provider,sector,miles,school_miles,weekly_cost,score,\
over_far_miles,with_siblings,reason
z,E08000037,placed,p,foster_home,Council,local_authority,2.000,1.000,450.50,475.50,no,,
b,E08000037,placed,m,foster_home,Council,local_authority,0.333,,500.00,503.33,no,yes,
a,E08000037,placed,m,foster_home,Council,local_authority,0.333,,500.00,503.33,no,yes,
d,E08000021,placed,q,childrens_home,"Oak, Ltd",private,25.500,,500.00,905.00,yes,,
c,E08000037,unplaced,,,,,,,,,,,places_taken
"""


def test_the_whole_file() -> None:
    pack = small_pack(CHILDREN, [HOMES[0] | {"age_min": 5}, *HOMES[1:]])
    table = allocations_table(pack, *solved_by_hand(pack, LIVING))
    assert csv_from_allocations(table).decode() == EXPECTED


def test_separated_siblings() -> None:
    pack = small_pack(CHILDREN, HOMES)
    table = allocations_table(pack, *solved_by_hand(pack, {**LIVING, "b": "q"}))
    assert table.set_index("child_id")["with_siblings"].to_dict() == {
        "z": "", "b": "no", "a": "no", "d": "", "c": "",
    }  # fmt: skip


def test_siblings_one_of_whom_has_no_place() -> None:
    pack = small_pack(CHILDREN, HOMES)
    table = allocations_table(pack, *solved_by_hand(pack, {"a": "m"}))
    assert table.set_index("child_id")["with_siblings"][["a", "b"]].to_list() == ["no", ""]


def test_shuffled_rows_change_nothing_but_their_order() -> None:
    pack = small_pack(CHILDREN, HOMES)
    other = small_pack(CHILDREN[::-1], [HOMES[1], HOMES[2], HOMES[0]])
    lines = csv_from_allocations(allocations_table(pack, *solved_by_hand(pack, LIVING))).splitlines()
    shuffled = csv_from_allocations(allocations_table(other, *solved_by_hand(other, LIVING))).splitlines()
    assert shuffled == [lines[0], *reversed(lines[1:])]


def test_nobody_is_placed() -> None:
    pack = small_pack(CHILDREN, HOMES)
    table = allocations_table(pack, *solved_by_hand(pack, {}))
    assert set(table["status"]) == {"unplaced"}
    assert len(csv_from_allocations(table).splitlines()) == 6


def test_the_score_is_the_sum_of_its_terms() -> None:
    pack = small_pack(CHILDREN, HOMES)
    instance, solution = solved_by_hand(pack, LIVING)
    table = allocations_table(pack, instance, solution).set_index("child_id")
    for index, identifier in enumerate(instance.children.id.tolist()):
        p = solution.placement[[index]]
        if p[0] >= 0:
            each = score_terms(instance, p * 0 + index, p)
            assert table["score"][identifier] == sum(float(each[term][0]) for term in terms.SCORE_TERMS)
