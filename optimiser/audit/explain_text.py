"""An explanation in plain English, for the terminal and for a report."""

from __future__ import annotations

from collections.abc import Iterable

from optimiser.audit.explanations import BetterPlace, Change, Explanation, NoPlace, Occupants, Place

REASONS = {
    "no_eligible_place": "no place is eligible",
    "places_taken": "every eligible place is taken",
    "budget": "there is room, but a budget or the share near home would be broken",
    "siblings": "the sibling group is never split, and there is no room for all of it",
    "incompatible": "the only places with room hold a child who must not live with this one",
}
WHY_NOT_SHORT = {
    "siblings": "siblings stay together",
    "full": "full",
    "incompatible": "an incompatible child lives there",
    "solo_there": "a solo child lives there",
    "needs_it_alone": "somebody lives there already",
    "weekly_budget": "over the weekly budget",
    "authority_weekly_budget": "over the authority's weekly budget",
    "share_near_home": "too few near home",
    "unproven": "within the gap",
}


def text_from_explanation(found: Explanation) -> str:
    """The explanation, one sentence or figure a line."""
    lines = [f"{found.child_id} ({found.authority})"]
    if found.place is not None:
        lines += _place_lines(found.place)
    if found.no_place is not None:
        lines += _no_place_lines(found.no_place)
    lines += _better_lines(found)
    return "\n".join(lines)


def _place_lines(place: Place) -> list[str]:
    return [
        f"lives in {place.provision_id} ({place.kind.replace('_', ' ')}), {place.miles:.1f} miles from home.",
        f"Score: {_pounds(place.score)} a week",
        *(f"  {name:<24}{value:>12,.2f}" for name, value in place.terms.items() if value),
    ]


def _no_place_lines(found: NoPlace) -> list[str]:
    lines = [f"has no place ({found.reason}): {REASONS[found.reason]}."]
    if found.excluded:
        rules = ", ".join(f"{name} {count}" for name, count in found.excluded_by.items())
        lines.append(
            f"Of the {found.nearest} nearest places {found.excluded} are excluded, by these rules: {rules}."
        )
    else:
        lines.append(f"No rule excludes any of the {found.nearest} nearest places.")
    return [*lines, *_change_lines(found.change)]


def _change_lines(change: Change | None) -> list[str]:
    if change is None:
        return ["No change that was considered would place the child without others moving."]
    who = _list(change.children)
    lines = [f"Smallest change that would place the child: {_list(_parts(change))}."]
    first = f", {_list(change.moves)} moving from there to {change.provision_id}," if change.moves else ""
    lines.append(f"Then {who} could live in {change.home_id}{first} with everybody else staying.")
    if change.confirmed == "solved":
        lines.append("Solved again: every best allocation after that change gives the child a place.")
    else:
        lines.append("That is arithmetic: not confirmed that no other child would come first.")
    return lines


def _parts(change: Change) -> list[str]:
    at, parts = change.provision_id, []
    if change.more_places:
        number = "one more place" if change.more_places == 1 else f"{change.more_places} more places"
        parts.append(f"{number} at {at}")
    if change.max_miles is not None:
        parts.append(f"limits.max_miles of {change.max_miles:g}")
    if change.age_min is not None:
        parts.append(f"ages {change.age_min} to {change.age_max} at {at}")
    if change.more_skills:
        parts.append(f"{_list(change.more_skills)} among the skills of {at}")
    if change.split_if_needed:
        parts.append("siblings.split of if_needed")
    if change.weekly_budget is not None:
        parts.append(f"a weekly budget of {_pounds(change.weekly_budget)}")
    for code, budget in change.authority_weekly_budget.items():
        parts.append(f"a weekly budget of {_pounds(budget)} for {code}")
    if change.min_share_within_far_miles is not None:
        parts.append(f"limits.min_share_within_far_miles of {change.min_share_within_far_miles:g}")
    return parts


def _better_lines(found: Explanation) -> list[str]:
    if not found.better:
        return ["No other eligible place scores better."] if found.place is not None else []
    counts = ", ".join(f"{count} {WHY_NOT_SHORT[why]}" for why, count in found.better_by_why_not.items())
    plural = f"{found.better:,} eligible places score better" if found.place else f"{found.better:,} eligible"
    single = "1 eligible place scores better" if found.place else "1 eligible"
    lines = [f"{single if found.better == 1 else plural}: {counts}."]
    return [*lines, *(f"- {_better_line(each)}" for each in found.better_places)]


def _better_line(better: BetterPlace) -> str:
    saving = "" if better.saving is None else f", {_pounds(better.saving)} less"
    return f"{better.provision_id} ({_pounds(better.score)} a week{saving}): {_why_not(better)}."


def _why_not(better: BetterPlace) -> str:
    who = _list(better.children)
    if better.why_not == "siblings":
        return f"the child stays with {who}; {_together(better)}"
    if better.why_not == "full":
        return _full(better)
    return {
        "incompatible": f"not in one place with {who}",
        "solo_there": f"there is room, but nobody may join {who}",
        "needs_it_alone": f"the child must live alone, and would not with {who} there",
        "weekly_budget": "the region's weekly budget would be passed",
        "authority_weekly_budget": "the authority's weekly budget would be passed",
        "share_near_home": "too few children would live near home",
        "unproven": "nothing stands in the way; the allocation is proven only to within its gap",
    }[better.why_not]


def _together(better: BetterPlace) -> str:
    if better.group_saving is None:
        return "they cannot all live there"
    return f"together they would score {_pounds(-better.group_saving)} more there"


def _full(better: BetterPlace) -> str:
    taken = "full: " + _list(map(_occupants, better.taken_by)) if better.taken_by else "full"
    saves = better.group_saving
    if saves is None:
        return taken
    places = "a place there is" if better.places == 1 else f"{better.places} places there are"
    worth = f"{taken}; {places} worth {_pounds(better.worth)} a week to the region"
    if not better.settled_by_price:
        return f"{worth}; prices alone do not settle it, for children and places are whole"
    if better.worth < saves:
        return f"{worth}; with the price of the limits, moving would save nothing"
    compared = "more than" if better.worth > saves else "as much as"
    return f"{worth}, {compared} the {_pounds(saves)} that moving would save"


def _occupants(occupants: Occupants) -> str:
    who = _list(occupants.children)
    if occupants.moving_cost is None:
        return f"{who} (no other eligible place)"
    return f"{who} (living elsewhere would cost {_pounds(occupants.moving_cost)} more)"


def _pounds(value: float) -> str:
    return f"£{value:,.2f}" if value >= 0 else f"−£{-value:,.2f}"


def _list(parts: Iterable[str]) -> str:
    """Names as prose: commas, and "and" before the last."""
    *first, last = [*parts] or ["nobody"]
    return f"{', '.join(first)} and {last}" if first else last
