"""policy.toml: defaults, round trips, and every fault at its line and dotted key."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.packs import little_pack

from optimiser.errors import InputError
from optimiser.pack.policy import Limits, Policy, Prices
from optimiser.pack.policy_file import policy_from_toml, policy_to_toml
from optimiser.pack.read import read_pack


def written(folder: Path, text: str) -> Path:
    path = folder / "policy.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_an_empty_file_is_the_default(tmp_path: Path) -> None:
    assert policy_from_toml(written(tmp_path, "")) == (Policy(), [])


@pytest.mark.parametrize(
    "policy",
    [
        Policy(),
        Policy(
            Prices(mile=0.1 + 0.2, far=1e-7, far_miles=1 / 3),
            Limits(
                max_miles=12.5,
                ofsted=("good", "inadequate"),
                weekly_budget=123456.789,
                min_share_within_far_miles=2 / 3,
                authority_weekly_budget={"E08000037": 5000.0, "E06000047": 0.1},
            ),
            split="never",
        ),
    ],
)
def test_a_policy_reads_back_the_same(tmp_path: Path, policy: Policy) -> None:
    assert policy_from_toml(written(tmp_path, policy_to_toml(policy))) == (policy, [])


@pytest.mark.parametrize(
    ("text", "row", "key", "says"),
    [
        ("[prices]\nmiles = 3\n", 2, "prices.miles", "nearest: 'prices.mile'"),
        ("[price]\nmile = 3\n", 1, "price", "nearest: '[prices]'"),
        ("[prices]\nmax_miles = 3\n", 2, "prices.max_miles", "nearest: 'limits.max_miles'"),
        ('split = "never"\n', 1, "split", "nearest: 'siblings.split'"),
        ("[limits]\nweekly_bugdet = 3\n", 2, "limits.weekly_bugdet", "nearest: 'limits.weekly_budget'"),
        ('[siblings]\nsplit = "always"\n', 2, "siblings.split", "if_needed or never"),
        ('[prices]\n\nmile = "3"\n', 3, "prices.mile", "£ a week from 0"),
        ("[prices]\nmile = -3\n", 2, "prices.mile", "£ a week from 0"),
        ("[prices]\nmile = nan\n", 2, "prices.mile", "£ a week from 0"),
        ("[prices]\nmile = true\n", 2, "prices.mile", "£ a week from 0"),
        ("prices.far = inf\n", 1, "prices.far", "£ a week from 0"),
        ("prices = { far = -1 }\n", 1, "prices.far", "£ a week from 0"),
        ("prices = 3\n", 1, "prices", "a table"),
        ("[limits]\nmax_miles = -1\n", 2, "limits.max_miles", "miles from 0"),
        (
            "[limits]\nmin_share_within_far_miles = 1.5\n",
            2,
            "limits.min_share_within_far_miles",
            "from 0 to 1",
        ),
        ("[limits]\nweekly_budget = -1\n", 2, "limits.weekly_budget", '"none"'),
        ('[limits]\nweekly_budget = "lots"\n', 2, "limits.weekly_budget", '"none"'),
        ('[limits]\nofsted = ["goood"]\n', 2, "limits.ofsted", "nearest: 'good'"),
        ('[limits]\nofsted = "good"\n', 2, "limits.ofsted", "a list of"),
        ("[limits]\nauthority_weekly_budget = 3\n", 2, "limits.authority_weekly_budget", "a table"),
        (
            "[limits.authority_weekly_budget]\nE08000037 = -1\n",
            2,
            "limits.authority_weekly_budget.E08000037",
            "£ a week from 0",
        ),
        ("[prices]\nmile = \n", 2, "", "not TOML"),
    ],
)
def test_a_fault_stands_at_its_line_and_key(tmp_path: Path, text: str, row: int, key: str, says: str) -> None:
    _, (fault,) = policy_from_toml(written(tmp_path, text))
    assert (fault.file, fault.row, fault.column) == ("policy.toml", row, key)
    assert says in str(fault)


def test_a_budget_is_for_a_member(tmp_path: Path) -> None:
    folder = little_pack(tmp_path / "pack", policy="[limits.authority_weekly_budget]\nE08000036 = 1\n")
    with pytest.raises(InputError) as caught:
        read_pack(folder)
    (fault,) = caught.value.faults
    assert (fault.row, fault.column) == (2, "limits.authority_weekly_budget.E08000036")
    assert "nearest: 'E08000037'" in str(fault)


def test_another_policy_takes_the_place_of_the_packs(tmp_path: Path) -> None:
    folder = little_pack(tmp_path / "pack", policy="[prices]\nmiles = 3\n")
    other = tmp_path / "other.toml"
    other.write_text("[prices]\nmile = 3\n", encoding="utf-8")
    pack = read_pack(folder, policy=other)
    assert pack.policy.prices.mile == 3.0
    assert pack.files["policy.toml"] == other
    with pytest.raises(InputError) as caught:
        read_pack(folder, policy=tmp_path / "absent.toml")
    assert [(fault.file, fault.what) for fault in caught.value.faults] == [
        ("absent.toml", "the file is missing")
    ]
