"""Every key of policy.toml is described once; values by key and the policy are two ways to say the same."""

from __future__ import annotations

import tomllib
from types import MappingProxyType

import pytest

from optimiser.pack.policy import Limits, Policy, Prices
from optimiser.pack.policy_file import policy_to_toml
from optimiser.pack.policy_words import GROUPS, SETTINGS, Setting, policy_from_values, values_of_policy

OTHER = Policy(
    Prices(mile=12.5, far=0.0, far_miles=25.0, not_kinship=1.0 / 3.0),
    Limits(
        max_miles=45.0,
        ofsted=("good",),
        weekly_budget=9_000.0,
        min_share_within_far_miles=0.8,
        authority_weekly_budget=MappingProxyType({"E08000037": 5_000.0}),
    ),
    split="never",
)


def test_every_key_of_the_file_is_described_in_its_order() -> None:
    file = tomllib.loads(policy_to_toml(Policy()))
    keys = [f"{table}.{name}" for table, entries in file.items() for name in entries]
    assert [setting.key for setting in SETTINGS] == keys


def test_every_key_has_words_a_unit_and_a_group() -> None:
    for setting in SETTINGS:
        assert setting.label
        assert setting.unit
        assert setting.group in GROUPS
        assert setting.meaning.endswith(".")
        assert setting.step > 0


@pytest.mark.parametrize("policy", [Policy(), OTHER])
def test_the_values_give_the_policy_back(policy: Policy) -> None:
    values = values_of_policy(policy)
    assert list(values) == [setting.key for setting in SETTINGS]
    assert policy_from_values(values) == policy


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.key)
def test_only_what_may_be_without_a_limit_is_none(setting: Setting) -> None:
    value = values_of_policy(Policy())[setting.key]
    assert (value is None or value == {}) == setting.may_be_none
