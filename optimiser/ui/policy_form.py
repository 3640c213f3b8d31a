"""The policy as controls, each with its unit and meaning; what differs from its base stands in the address.

The controls are made from `policy_words.SETTINGS` alone: a key that is added there has its control here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from optimiser import terms
from optimiser.pack.policy import Policy
from optimiser.pack.policy_file import MOST_BUDGET, MOST_MILES, MOST_PRICE
from optimiser.pack.policy_words import (
    AUTHORITY_BUDGETS,
    CHOICE,
    CHOICES,
    GROUPS,
    MILES,
    SETTINGS,
    SHARE,
    Setting,
    Value,
    policy_from_values,
    values_of_policy,
)
from optimiser.ui import state, words

KEYS = tuple(setting.key for setting in SETTINGS)
"""What the address may say of a policy."""
NONE = "none"
_MOST = {MILES: MOST_MILES, SHARE: 1.0}
_OF_SPLIT = {"if_needed": "If needed", "never": "Never"}
_COLUMNS = 2


def policy_of_address(base: Policy) -> Policy:
    """The base, with the changes that the address has; one that cannot be read is left out."""
    values = values_of_policy(base)
    budgets = dict(base.limits.authority_weekly_budget)
    for setting in SETTINGS:
        if setting.group == AUTHORITY_BUDGETS:
            continue
        said = state.get_many(setting.key)
        values[setting.key] = _read(setting, said, values[setting.key]) if said else values[setting.key]
    for code, amount in (said.split(":", 1) for said in state.get_many(_BUDGETS) if ":" in said):
        read = _number(amount, MOST_BUDGET)
        budgets.pop(code, None)
        if read is not None:
            budgets[code] = read
    return policy_from_values({**values, _BUDGETS: dict(sorted(budgets.items()))})


def changes_for_address(base: Policy, policy: Policy) -> dict[str, str | Sequence[str] | None]:
    """Every key → what the address says of it: None where the policy is as its base."""
    before, after = values_of_policy(base), values_of_policy(policy)
    changes: dict[str, str | Sequence[str] | None] = {
        setting.key: None if before[setting.key] == after[setting.key] else _said(after[setting.key])
        for setting in SETTINGS
        if setting.group != AUTHORITY_BUDGETS
    }
    old, new = base.limits.authority_weekly_budget, policy.limits.authority_weekly_budget
    changes[_BUDGETS] = [
        f"{code}:{_said(new.get(code))}" for code in sorted({*old, *new}) if old.get(code) != new.get(code)
    ]
    return changes


def draw(policy: Policy, *, names: Mapping[str, str], token: str) -> Policy:
    """Every key as a control, in a form; `names` are the authorities by GSS code.

    `token` is what the controls begin with: another one draws them afresh.
    """
    before = values_of_policy(policy)
    after: dict[str, object] = {}
    for group, meaning in GROUPS.items():
        settings = [setting for setting in SETTINGS if setting.group == group]
        with st.expander(group, expanded=group != AUTHORITY_BUDGETS):
            st.markdown(meaning)
            if group == AUTHORITY_BUDGETS:
                after[_BUDGETS] = _budgets(policy, names, settings[0], token)
                continue
            for at in range(0, len(settings), _COLUMNS):
                columns = st.columns(_COLUMNS, gap="large")
                for setting, column in zip(settings[at : at + _COLUMNS], columns, strict=False):
                    with column:
                        after[setting.key] = _control(setting, before[setting.key], token)
    return policy_from_values(after)


# -- controls ---------------------------------------------------------------------------------------

_BUDGETS = "limits.authority_weekly_budget"


def _control(setting: Setting, value: Value, token: str) -> Value:
    """One control, with its unit in the label and its meaning below."""
    key = f"policy:{token}:{setting.key}"
    if setting.unit == CHOICES:
        chosen = st.multiselect(
            f"{setting.label} ({setting.unit})",
            terms.JUDGEMENTS,
            default=list(value) if isinstance(value, tuple) else [],
            format_func=words.OF_JUDGEMENT.__getitem__,
            key=key,
        )
        new: Value = tuple(code for code in terms.JUDGEMENTS if code in chosen)
        new = value if isinstance(value, tuple) and set(value) == set(chosen) else new
    elif setting.unit == CHOICE:
        new = st.radio(
            f"{setting.label} ({setting.unit})",
            terms.SPLITS,
            index=terms.SPLITS.index(str(value)),
            format_func=_OF_SPLIT.__getitem__,
            key=key,
            horizontal=True,
        )
    else:
        new = _number_control(setting, setting.label, value, key)
    st.caption(setting.meaning)
    return new


def _number_control(setting: Setting, label: str, value: Value, key: str) -> float | None:
    most = MOST_BUDGET if setting.may_be_none else _MOST.get(setting.unit, MOST_PRICE)
    return st.number_input(
        f"{label} ({setting.unit})",
        min_value=0.0,
        max_value=most,
        value=float(value) if isinstance(value, (int, float)) else None,
        step=setting.step,
        format="%.2f",
        placeholder="No limit",
        key=key,
    )


def _budgets(policy: Policy, names: Mapping[str, str], setting: Setting, token: str) -> dict[str, float]:
    """A budget for every authority; those without one have no limit."""
    given = policy.limits.authority_weekly_budget
    columns = st.columns(_COLUMNS, gap="large")
    after = {}
    for at, (code, name) in enumerate(names.items()):
        with columns[at % _COLUMNS]:
            after[code] = _number_control(setting, name, given.get(code), f"policy:{token}:{code}")
    return {code: amount for code, amount in sorted(after.items()) if amount is not None}


# -- the address ------------------------------------------------------------------------------------


def _said(value: Value) -> str | list[str]:
    if value is None:
        return NONE
    if isinstance(value, tuple):
        return list(value) or [NONE]
    return repr(float(value)) if isinstance(value, (int, float)) else str(value)


def _read(setting: Setting, said: Sequence[str], base: Value) -> Value:
    """What the address says of a key; the base where it makes no sense."""
    if setting.unit == CHOICES:
        return base if set(said) - {NONE, *terms.JUDGEMENTS} else tuple(code for code in said if code != NONE)
    if setting.unit == CHOICE:
        return said[-1] if said[-1] in terms.SPLITS else base
    if setting.may_be_none and said[-1] == NONE:
        return None
    number = _number(said[-1], MOST_BUDGET if setting.may_be_none else _MOST.get(setting.unit, MOST_PRICE))
    return base if number is None else number


def _number(said: str, most: float) -> float | None:
    try:
        number = float(said)
    except ValueError:
        return None
    return number if 0 <= number <= most else None
