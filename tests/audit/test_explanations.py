"""What is told of every child is so: sums, who stands in the way, and what would place it."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest
from support.random_packs import Tables, small_tables
from support.small import Row, child, home, small_pack, solved_by_hand

from optimiser import terms
from optimiser.allocation.check import check_placement
from optimiser.allocation.solution import Solution
from optimiser.allocation.solve import allocate
from optimiser.audit.allocations import allocations_table, csv_from_allocations
from optimiser.audit.explain_better import PENNY, SHOWN, WHY_NOT
from optimiser.audit.explain_changes import PARTS
from optimiser.audit.explain_text import text_from_explanation
from optimiser.audit.explanations import (
    Change,
    Explanation,
    explanation_of_child,
    explanations,
    jsonl_from_explanations,
    terms_in_pounds,
)
from optimiser.errors import InputError, SolverError
from optimiser.matching.eligibility import eligible_provisions, excluding_rules
from optimiser.matching.instance import Instance, Ints, instance_from_pack
from optimiser.matching.score import score
from optimiser.pack.pack import Pack
from optimiser.pack.policy import Limits, Policy
from optimiser.pack.read import read_pack
from optimiser.pack.samples import sample_packs

PAGE = (Path(__file__).parents[2] / "docs" / "explanations.md").read_text(encoding="utf-8")
SIBLINGS = [child("a", sibling_group="s"), child("b", sibling_group="s")]
NEVER = Policy(split="never")
SEEDS = range(40)
CHUNKS = [SEEDS[start : start + 10] for start in range(0, len(SEEDS), 10)]
SOLVES = 2


def explained(
    children: Sequence[Row],
    homes: Sequence[Row],
    living: Mapping[str, str],
    *,
    policy: Policy | None = None,
    incompatible: Sequence[tuple[str, str]] = (),
) -> dict[str, Explanation]:
    pack = small_pack(children, homes, policy=policy, incompatible=incompatible)
    instance, solution = solved_by_hand(pack, living)
    return {each.child_id: each for each in explanations(pack, instance, solution)}


def whys(found: Explanation) -> dict[str, str]:
    return {better.provision_id: better.why_not for better in found.better_places}


# -- ten children, solved by hand ---------------------------------------------------------------


@pytest.fixture(scope="module")
def ten() -> dict[str, Explanation]:
    pack = read_pack(sample_packs()["gateshead-ten"])
    instance = instance_from_pack(pack)
    found = explanations(pack, instance, allocate(instance))
    assert [each.child_id for each in found] == pack.children["child_id"].tolist()
    return {each.child_id: each for each in found}


def test_ten_places_and_terms(ten: dict[str, Explanation]) -> None:
    place = ten["elm"].place
    assert place is not None
    assert (place.provision_id, place.kind, place.miles, place.score) == (
        "foster-far",
        "foster_home",
        18.0,
        665.0,
    )
    assert {name: value for name, value in place.terms.items() if value} == {
        "weekly_cost": 400.0,
        "mile": 180.0,
        "school_mile": 85.0,
    }
    assert tuple(place.terms) == terms.SCORE_TERMS


def test_ten_better_places_are_taken(ten: dict[str, Explanation]) -> None:
    assert {name: whys(found) for name, found in ten.items() if found.better} == {
        "ash-1": {"foster-three": "full"},
        "ash-2": {"foster-three": "full"},
        "elm": {"foster-three": "full", "foster-teen": "full"},
    }
    three, teen = ten["elm"].better_places
    assert (three.score, three.saving, three.children) == (460.0, 205.0, ("birch-1", "birch-2", "birch-3"))
    assert three.taken_by[0].moving_cost is None
    assert teen.taken_by[0].children == ("dale",)
    # dale's cheapest other place is foster-agency at 920, of which nobody pays the price of a place.
    assert teen.saving == 135.0
    assert teen.taken_by[0].moving_cost == pytest.approx(235.0)
    assert all(better.settled_by_price and better.worth >= 135.0 for better in (three, teen))


def test_ten_no_place_for_gorse(ten: dict[str, Explanation]) -> None:
    gorse = ten["gorse"]
    assert gorse.place is None
    assert gorse.no_place is not None
    assert (gorse.no_place.reason, gorse.no_place.nearest, gorse.no_place.excluded) == (
        "no_eligible_place",
        9,
        9,
    )
    assert gorse.no_place.excluded_by == {"age": 1, "gender": 1, "needs": 9, "named": 1}
    change = gorse.no_place.change
    assert change is not None
    assert (change.provision_id, change.more_skills, change.more_places) == (
        "foster-agency",
        ("wheelchair_access",),
        0,
    )
    assert change.confirmed == "solved"


@pytest.mark.parametrize("name", ["elm", "gorse"])
def test_ten_in_plain_english(name: str, ten: dict[str, Explanation]) -> None:
    assert f"```text\n{text_from_explanation(ten[name])}\n```\n" in PAGE


@pytest.mark.parametrize("name", WHY_NOT)
def test_the_page_has_every_cause(name: str) -> None:
    assert re.search(rf"^\| `{name}` \| .+ \|$", PAGE, re.MULTILINE)


def test_the_page_has_every_part_of_a_change_in_its_order() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (`\w+`(?:, `\w+`)*) \| .+ \|$", PAGE, re.MULTILINE)
    assert tuple(part for part, _ in rows) == PARTS
    fields = {name for _, names in rows for name in re.findall(r"\w+", names)}
    told = {"children", "home_id", "moves", "provision_id", "confirmed"}
    assert fields == {field.name for field in dataclasses.fields(Change)} - told


# -- the file -----------------------------------------------------------------------------------


def test_the_file_holds_one_object_a_child_and_gives_it_back(ten: dict[str, Explanation]) -> None:
    lines = jsonl_from_explanations(ten.values())
    assert [json.loads(line)["child_id"] for line in lines.splitlines()] == list(ten)
    assert {name: explanation_of_child(lines, name) for name in ten} == ten


def test_a_child_of_another_run() -> None:
    with pytest.raises(InputError, match="zoe is no child of this run"):
        explanation_of_child(b"", "zoe")


@pytest.mark.parametrize("line", [b"{}", b"[]", b"x", b'{"child_id": "a"}', b'{"child_id": "a", "place": 1}'])
def test_a_file_that_is_no_explanations_file(line: bytes) -> None:
    with pytest.raises(InputError, match="not an explanation"):
        explanation_of_child(line, "a")


def test_rounded_terms_still_sum() -> None:
    assert terms_in_pounds({"a": 0.005, "b": 0.005, "c": 0.005}, 0.015) == {"a": 0.01, "b": 0.0, "c": 0.0}
    assert sum(terms_in_pounds({"a": 1 / 3, "b": 1 / 3, "c": 1 / 3}, 1.0).values()) == pytest.approx(1.0)


# -- why not there ------------------------------------------------------------------------------


def test_incompatible_where_there_is_room() -> None:
    homes = [home("p", places=2, vacancies=2), home("q", 5)]
    found = explained([child("a"), child("b")], homes, {"a": "p", "b": "q"}, incompatible=[("a", "b")])
    assert whys(found["b"]) == {"p": "incompatible"}
    assert found["b"].better_places[0].children == ("a",)


def test_nobody_joins_a_solo_child_and_a_solo_child_joins_nobody() -> None:
    homes = [home("p", places=3, vacancies=3), home("q", 5), home("r", 4, places=2, vacancies=2)]
    children = [child("a", solo=True), child("b"), child("c"), child("d", solo=True)]
    found = explained(children, homes, {"a": "p", "b": "r", "d": "q"})
    assert whys(found["b"]) == {"p": "solo_there"}
    assert whys(found["d"]) == {"p": "solo_there", "r": "needs_it_alone"}
    # Nor has c, who has no place, and to whom r and q are open: r has room.
    assert whys(found["c"]) == {"p": "solo_there", "r": "unproven", "q": "full"}


def test_siblings_stay_together() -> None:
    homes = [home("p", 1), home("q", 5, places=2, vacancies=2), home("r", 4, age_max=9, weekly_cost=100.0)]
    found = explained([*SIBLINGS, child("c", age=9)], homes, {"a": "q", "b": "q", "c": "r"})
    assert whys(found["a"]) == whys(found["b"]) == {"p": "siblings"}
    (better,) = found["a"].better_places
    assert (better.children, better.group_saving, better.saving) == (("b",), None, 40.0)
    assert "the child stays with b; they cannot all live there" in text_from_explanation(found["a"])


def test_siblings_who_score_more_together() -> None:
    """b, who goes to school at q's door, would lose there what a gains."""
    children = [
        SIBLINGS[0],
        child("b", sibling_group="s", school_easting=425_000.0 + 5 * 1609.344, school_northing=560_000.0),
    ]
    homes = [home("p", 1, places=2, vacancies=2, weekly_cost=535.0), home("q", 5, places=2, vacancies=2)]
    found = explained(children, homes, {"a": "q", "b": "q"})
    assert whys(found["a"]) == {"p": "siblings"}
    assert found["a"].better_places[0].group_saving == pytest.approx(-10.0)
    assert found["b"].better == 0


def test_a_group_that_would_gain_finds_it_full() -> None:
    homes = [home("p", 1, places=2, vacancies=2), home("q", 5, places=2, vacancies=2)]
    found = explained([*SIBLINGS, child("c")], homes, {"a": "q", "b": "q", "c": "p"})
    (better,) = found["a"].better_places
    assert (better.why_not, better.places, better.group_saving) == ("full", 2, 80.0)


def budget(region: float | None = None, gateshead: float | None = None, share: float = 0.0) -> Policy:
    each = {} if gateshead is None else {"E08000037": gateshead}
    return Policy(
        limits=Limits(
            weekly_budget=region,
            authority_weekly_budget=MappingProxyType(each),
            min_share_within_far_miles=share,
        )
    )


@pytest.mark.parametrize(
    ("policy", "why"),
    [
        (budget(700.0), "weekly_budget"),
        (budget(None, 700.0), "authority_weekly_budget"),
        (budget(700.0, 700.0), "weekly_budget"),
        (budget(800.0, 800.0), "unproven"),
    ],
)
def test_budgets(policy: Policy, why: str) -> None:
    """q scores 500 + 500, p 800 + 10, but costs 800."""
    homes = [home("p", 1, weekly_cost=800.0), home("q", 50)]
    assert whys(explained([child("a")], homes, {"a": "q"}, policy=policy)["a"]) == {"p": why}


def test_the_share_near_home() -> None:
    homes = [home("p", 1, weekly_cost=5000.0), home("q", 25)]
    assert whys(explained([child("a")], homes, {"a": "p"}, policy=budget(share=1.0))["a"]) == {
        "q": "share_near_home"
    }


# -- what would place the child -----------------------------------------------------------------


def change_for(
    name: str,
    children: Sequence[Row],
    homes: Sequence[Row],
    living: Mapping[str, str],
    *,
    policy: Policy | None = None,
) -> Change | None:
    no_place = explained(children, homes, living, policy=policy)[name].no_place
    assert no_place is not None
    return no_place.change


@pytest.mark.parametrize(
    ("children", "homes", "living", "policy", "told"),
    [
        ([child("a"), child("b")], [home("p")], {"a": "p"}, None, "one more place at p"),
        ([child("b")], [home("p", 65.4321)], {}, None, "limits.max_miles of 65.433"),
        ([child("b", age=15)], [home("p", age_min=5, age_max=12)], {}, None, "ages 5 to 15 at p"),
        (
            [child("b", needs=("autism", "health"))],
            [home("p", skills=("health",))],
            {},
            None,
            "autism among the skills of p",
        ),
        (
            [child("a"), child("b")],
            [home("p"), home("q")],
            {"a": "p"},
            budget(999.995),
            "a weekly budget of £1,000.00",
        ),
        (
            [child("a"), child("b")],
            [home("p"), home("q")],
            {"a": "p"},
            budget(None, 600.0),
            "a weekly budget of £1,000.00 for E08000037",
        ),
        (
            [child("a", gender="male"), child("b")],
            [home("p", genders="male"), home("q", 25)],
            {"a": "p"},
            budget(share=0.8),
            "limits.min_share_within_far_miles of 0.5",
        ),
        (
            [child("b", sibling_group="s"), child("c", age=3, sibling_group="s")],
            [home("p", age_min=4)],
            {},
            NEVER,
            "siblings.split of if_needed",
        ),
        (
            [child("a"), child("b", age=15)],
            [home("p", age_max=12)],
            {"a": "p"},
            None,
            "one more place at p and ages 0 to 15 at p",
        ),
    ],
)
def test_the_smallest_change_is_told(
    children: Sequence[Row],
    homes: Sequence[Row],
    living: Mapping[str, str],
    policy: Policy | None,
    told: str,
) -> None:
    found = explained(children, homes, living, policy=policy)["b"]
    assert f"Smallest change that would place the child: {told}.\n" in text_from_explanation(found)


def test_a_place_is_smaller_than_a_skill_and_fewer_changes_than_more() -> None:
    homes = [home("p"), home("q", skills=(), age_max=5), home("r", 3, vacancies=0)]
    change = change_for("b", [child("a"), child("b")], homes, {"a": "p"})
    assert change is not None
    assert (change.provision_id, change.more_places) == ("p", 1)


@pytest.mark.parametrize(
    "house", [home("p", genders="male"), home("p", ofsted="inadequate"), home("p", kind="kinship")]
)
def test_some_rules_are_never_put_up_for_change(house: Row) -> None:
    assert change_for("b", [child("b")], [house], {}) is None
    assert "No change that was considered" in text_from_explanation(explained([child("b")], [house], {})["b"])


def test_a_solo_child_for_whom_another_would_move() -> None:
    """b needs a place of its own, and every home is lived in; a could move to q, had that one more place."""
    children = [child("a"), child("b", solo=True), child("c")]
    homes = [home("p"), home("q", 3), home("r", 4, genders="male")]
    found = explained(children, homes, {"a": "p", "c": "q"})["b"]
    assert (
        "Smallest change that would place the child: one more place at q.\n"
        "Then b could live in p, a moving from there to q, with everybody else staying.\n"
    ) in text_from_explanation(found)


def test_a_place_that_another_child_would_take_is_not_said_to_be_certain() -> None:
    """One place for two: p gains one, and whoever of b and c scores less there has it."""
    children = [child("a"), child("b"), child("c", home_easting=426_000.0)]
    pack = small_pack(children, [home("p")])
    instance = instance_from_pack(pack)
    found = {each.child_id: each for each in explanations(pack, instance, allocate(instance))}
    changes = {name: each.no_place.change for name, each in found.items() if each.no_place}
    assert {name: change.confirmed for name, change in changes.items() if change} == {
        "a": "arithmetic",
        "b": "arithmetic",
    }


# -- forty random packs -------------------------------------------------------------------------


def solved(folder: Path) -> tuple[Pack, Instance, Solution]:
    pack = read_pack(folder)
    instance = instance_from_pack(pack)
    return pack, instance, allocate(instance, gap=1e-6)


def changed(tables: Tables, change: Change) -> Tables:
    """The pack with the change made in its files, as a planner would."""
    other = tables.copy()
    (row,) = (row for row in other.provision if row["provision_id"] == change.provision_id)
    for column in ("places", "vacancies"):
        row[column] = str(int(row[column]) + change.more_places)
    if change.age_min is not None:
        row["age_min"], row["age_max"] = str(change.age_min), str(change.age_max)
    row["skills"] = ";".join(filter(None, [row["skills"], *change.more_skills]))
    limits = other.policy.setdefault("limits", {})
    for name in ("max_miles", "weekly_budget", "min_share_within_far_miles"):
        if getattr(change, name) is not None:
            limits[name] = getattr(change, name)
    limits.setdefault("authority_weekly_budget", {}).update(change.authority_weekly_budget)
    if change.split_if_needed:
        other.policy["siblings"] = {"split": "if_needed"}
    return other


def moved(instance: Instance, placement: Ints, children: Sequence[str], provision: str) -> Ints:
    """The placement with some children in another provision, everybody else staying."""
    after = placement.copy()
    after[np.isin(instance.children.id, children)] = np.flatnonzero(instance.provisions.id == provision)[0]
    return after


def check_terms(pack: Pack, instance: Instance, solution: Solution, found: Sequence[Explanation]) -> None:
    lines = csv_from_allocations(allocations_table(pack, instance, solution)).decode().splitlines()[1:]
    for each, line in zip(found, lines, strict=True):
        cells = line.split(",")
        assert cells[0] == each.child_id
        if each.place is not None:
            assert f"{each.place.score:.2f}" == cells[10]
            assert sum(round(value * 100) for value in each.place.terms.values()) == round(
                each.place.score * 100
            )
        else:
            assert each.no_place is not None
            assert each.no_place.reason == cells[13]


def check_better(instance: Instance, solution: Solution, each: Explanation) -> None:
    """Counted pair by pair; and whoever is in the way is so by the rules of the allocation's own check."""
    placement = solution.placement
    (c,) = np.flatnonzero(instance.children.id == each.child_id).tolist()
    homes = eligible_provisions(instance, c)
    worth = score(instance, np.array([c]), homes)
    at = int(placement[c])
    now = np.inf if at < 0 else float(score(instance, np.array([c]), np.array([at]))[0])
    better = homes[worth < now - PENNY]
    assert each.better == len(better) == sum(each.better_by_why_not.values())
    best = [better.provision_id for better in each.better_places]
    order = np.lexsort((homes, worth))
    assert best == [instance.provisions.id[p] for p in homes[order][: min(SHOWN, len(better))]]
    group = instance.groups[instance.children.group[c]] if instance.children.group[c] >= 0 else (c,)
    together = instance.policy.split == "never" or (at >= 0 and set(placement[list(group)].tolist()) == {at})
    movers = [str(instance.children.id[member]) for member in (group if together else (c,))]
    for place in each.better_places:
        assert place.why_not in WHY_NOT
        after = moved(instance, placement, movers, place.provision_id)
        if place.why_not == "siblings":
            assert len(movers) > 1
            assert place.group_saving is None or place.group_saving <= PENNY
        else:
            assert place.why_not != "unproven", f"{each.child_id} in {place.provision_id}"
            with pytest.raises(SolverError):
                check_placement(instance, after)


def check_no_place(instance: Instance, each: Explanation) -> None:
    assert each.no_place is not None
    (c,) = np.flatnonzero(instance.children.id == each.child_id).tolist()
    if each.no_place.nearest == len(instance.provisions):
        rules = [excluding_rules(instance, c, p) for p in range(len(instance.provisions))]
        assert each.no_place.excluded == sum(map(bool, rules))
        counts = {rule: sum(rule in names for names in rules) for rule in terms.RULES}
        assert each.no_place.excluded_by == {rule: count for rule, count in counts.items() if count}


def check_change(tables: Tables, solution: Solution, found: Sequence[Explanation], folder: Path) -> str:
    """One change, where one is told, made in the files: read, checked and solved again; how sure it was."""
    changes = [(each.child_id, each.no_place.change) for each in found if each.no_place]
    known = [(change.confirmed, name, change) for name, change in changes if change is not None]
    if not known:
        return ""
    claim, name, change = max(known, key=lambda each: each[0])
    altered = instance_from_pack(read_pack(changed(tables, change).write(folder)))
    after = moved(altered, solution.placement, change.moves, change.provision_id)
    check_placement(altered, moved(altered, after, change.children, change.home_id))
    assert name in change.children
    again = allocate(altered, gap=1e-6)
    assert again.tiers.unplaced <= solution.tiers.unplaced - len(change.children)
    assert claim != "solved" or again.placement[altered.children.id == name][0] >= 0
    return claim


@pytest.mark.parametrize("seeds", CHUNKS, ids=str)
def test_random_packs(seeds: range, tmp_path: Path) -> None:
    claims = []
    for seed in seeds:
        tables = small_tables(seed)
        pack, instance, solution = solved(tables.write(tmp_path / f"{seed}"))
        found = explanations(pack, instance, solution, solves=SOLVES)
        check_terms(pack, instance, solution, found)
        for each in found:
            check_better(instance, solution, each)
            if each.no_place is not None:
                check_no_place(instance, each)
        claims.append(check_change(tables, solution, found, tmp_path / f"{seed} changed"))
    assert {"solved", "arithmetic"} <= set(claims)
