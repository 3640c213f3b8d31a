"""A region of five children and four provisions in which every family of constraints has rows.

Ann and Ben are siblings, Ann and Cat must not share a home, Eve is solo and Dan is Newcastle's. By index:
children Ann 0, Ben 1, Cat 2, Dan 3, Eve 4; provisions ash 0, birch 1, cedar 2, fir 3. All homes are at one
point, and the provisions 1, 2, 4 and 30 miles east of it.
"""

from __future__ import annotations

from types import MappingProxyType

import pandas as pd
from support.small import child, home, small_pack

from optimiser.matching.instance import Instance, instance_from_pack
from optimiser.pack.pack import Pack
from optimiser.pack.policy import Limits, Policy

NEWCASTLE = "E08000021"

POLICY = Policy(
    limits=Limits(
        weekly_budget=4000.0,
        min_share_within_far_miles=0.6,
        authority_weekly_budget=MappingProxyType({"E08000037": 3000.0, NEWCASTLE: 900.0}),
    )
)
"""Both budgets and the share, loose enough for all five to be placed."""


def five_pack(policy: Policy = POLICY) -> Pack:
    """The region as a pack."""
    children = [
        child("Ann", sibling_group="sea"),
        child("Ben", sibling_group="sea", gender="male", age=12),
        child("Cat", age=15),
        child("Dan", authority=NEWCASTLE, gender="male", age=16, residential_care="preferred"),
        child("Eve", solo=True),
    ]
    provision = [
        home("ash", 1, places=4, vacancies=4, weekly_cost=500.0),
        home("birch", 2, places=2, vacancies=2, weekly_cost=450.0),
        home("cedar", 4, kind="childrens_home", places=3, vacancies=2, weekly_cost=850.0, age_min=12),
        home("fir", 30, weekly_cost=400.0, genders="female"),
    ]
    return small_pack(children, provision, policy=policy, incompatible=[("Ann", "Cat")])


def five(policy: Policy = POLICY) -> Instance:
    """The region as an instance."""
    return instance_from_pack(five_pack(policy))


def without_rows(pack: Pack, *, children: bool = False, provision: bool = False) -> Pack:
    """The pack with its table of children or of provisions emptied; its columns and their types stay."""

    def emptied(table: pd.DataFrame, empty: bool) -> pd.DataFrame:
        return table.iloc[:0] if empty else table

    return Pack(
        folder=pack.folder,
        region=pack.region,
        policy=pack.policy,
        children=emptied(pack.children, children),
        provision=emptied(pack.provision, provision),
        incompatible=emptied(pack.incompatible, children),
        files=pack.files,
    )
