"""shocks.toml: a list of shocks, read with every fault and written so that it reads back the same.

[[shock]]
name = "A tenth of foster carers leave"
closes = 0.1              # a share of the provisions chosen; 1.0 is all of them
seed = 1                  # draws which; default 0
kinds = ["foster_home"]   # chosen by kinds, sectors, providers, authorities, provisions; default: all

[[shock]]
name = "Agency fees up 8 %"
cost_change = 0.08
kinds = ["foster_home"]
sectors = ["private", "voluntary"]

[[shock]]
name = "Gateshead leaves"
leaves = "E08000037"      # or merge = ["E08000037", "E08000022"], or splits = "E08000037"
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

from optimiser import terms
from optimiser.errors import Fault, InputError
from optimiser.pack.faults import nearest, one_of, shown
from optimiser.pack.pack import Pack
from optimiser.pack.toml_file import TomlFile, toml_from_file, toml_text
from optimiser.shocks.shock import (
    CLOSES,
    COST_CHANGE,
    EFFECTS,
    LEAVES,
    MERGE,
    SELECTORS,
    Shock,
    chosen_provisions,
)

SHOCKS = "shocks.toml"
_KEYS = ("name", *EFFECTS, "seed", *SELECTORS)


def shocks_from_toml(path: Path, pack: Pack) -> tuple[Shock, ...]:
    """The shocks of a file, for a pack; `InputError` with every fault of it."""
    toml, faults = toml_from_file(path, path.name)
    shocks: list[Shock] = []
    if toml is not None:
        tables = toml.values.get("shock")
        faults += [
            toml.fault(key, f"there is no key {shown(key)}", "[[shock]]")
            for key in toml.values
            if key != "shock"
        ]
        if not isinstance(tables, list) or not tables:
            faults.append(toml.fault("shock", "there is no shock", "one or more tables [[shock]]"))
            tables = []
        for index, table in enumerate(tables):
            shock, found = _shock(toml, f"shock[{index}]", table, pack)
            faults += found
            if shock is not None and shock.name in {other.name for other in shocks}:
                faults.append(
                    toml.fault(f"shock[{index}].name", "two shocks have this name", "a name of its own")
                )
            shocks += [] if shock is None else [shock]
    if faults:
        raise InputError(f"{path.name} cannot be used", faults)
    return tuple(shocks)


def shocks_to_toml(shocks: tuple[Shock, ...]) -> str:
    """The shocks as shocks.toml has them."""
    tables = []
    for shock in shocks:
        lines = ["[[shock]]", f"name = {toml_text(shock.name)}"]
        if shock.effect in (CLOSES, COST_CHANGE):
            lines.append(f"{shock.effect} = {float(shock.amount)!r}")
            lines += [f"seed = {shock.seed}"] if shock.seed else []
            lines += [f"{key} = {_list(values)}" for key, values in shock.chosen.items()]
        elif shock.effect == MERGE:
            lines.append(f"merge = {_list(shock.councils)}")
        else:
            lines.append(f"{shock.effect} = {toml_text(shock.councils[0])}")
        tables.append("\n".join(lines) + "\n")
    return "\n".join(tables)


def _list(values: tuple[str, ...]) -> str:
    return f"[{', '.join(map(toml_text, values))}]"


def _shock(toml: TomlFile, at: str, table: object, pack: Pack) -> tuple[Shock | None, list[Fault]]:
    if not isinstance(table, Mapping):
        return None, [toml.fault(at, f"shock is {shown(table)}", "a table [[shock]]")]
    faults = [
        toml.fault(
            f"{at}.{key}", f"there is no key {shown(key)}", f"nearest: '{nearest(key, _KEYS, cutoff=0.0)}'"
        )
        for key in table
        if key not in _KEYS
    ]
    name, seed = table.get("name"), table.get("seed", 0)
    if not isinstance(name, str) or not name.strip():
        faults.append(toml.fault(f"{at}.name", f"name is {shown(name)}", "a text that names the shock"))
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        faults.append(toml.fault(f"{at}.seed", f"seed is {shown(seed)}", "a whole number of 0 or more"))
    effects = [effect for effect in EFFECTS if effect in table]
    if len(effects) != 1:
        said = " and ".join(effects) or "nothing"
        faults.append(toml.fault(at, f"the shock says {said}", f"exactly one of {', '.join(EFFECTS)}"))
        return None, faults
    effect = effects[0]
    value = table[effect]
    amount = 1.0
    councils: tuple[str, ...] = ()
    if effect in (CLOSES, COST_CHANGE):
        low, high = (0.0, 1.0) if effect == CLOSES else (-1.0, 10.0)
        right = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
        if not right or not low <= value <= high:
            accepted = f"a number from {low:g} to {high:g}"
            faults.append(toml.fault(f"{at}.{effect}", f"{effect} is {shown(value)}", accepted))
        else:
            amount = float(value)
    else:
        councils, found = _councils(toml, f"{at}.{effect}", effect, value, pack)
        faults += found
    chosen, found = _chosen(toml, at, table, pack)
    faults += found
    if faults:
        return None, faults
    shock = Shock(str(name), effect, amount, int(seed), chosen, councils)
    if effect in (CLOSES, COST_CHANGE) and not chosen_provisions(pack, shock).any():
        return None, [toml.fault(at, "no provision of the pack is chosen", "keys that choose one or more")]
    return shock, []


def _councils(
    toml: TomlFile, key: str, effect: str, value: object, pack: Pack
) -> tuple[tuple[str, ...], list[Fault]]:
    """The codes of one council, or of two or more that merge."""
    codes = tuple(authority.code for authority in pack.region.authorities)
    named = value if effect == MERGE and isinstance(value, list) else [value]
    wrong = [code for code in named if code not in codes]
    if wrong or len(set(map(str, named))) < (2 if effect == MERGE else 1):
        accepted = (
            "two or more members of the region, each once" if effect == MERGE else "a member of the region"
        )
        return (), [toml.fault(key, f"{effect} is {shown(value)}", f"{accepted}: {', '.join(codes[:5])}, …")]
    if effect == LEAVES and not (pack.children["authority"] != value).any():
        return (), [toml.fault(key, f"without {shown(value)} no child is left", "one of several councils")]
    return tuple(map(str, named)), []


def _chosen(
    toml: TomlFile, at: str, table: Mapping[str, object], pack: Pack
) -> tuple[dict[str, tuple[str, ...]], list[Fault]]:
    """By selector, what is accepted; a fault where the pack has no such thing."""
    chosen: dict[str, tuple[str, ...]] = {}
    faults: list[Fault] = []
    for key, column in SELECTORS.items():
        if key not in table:
            continue
        value = table[key]
        known = {"kinds": set(terms.KINDS), "sectors": set(terms.SECTORS)}.get(
            key, set(pack.provision[column])
        )
        if not isinstance(value, list) or not value or any(each not in known for each in value):
            near = sorted(map(str, known))
            accepted = one_of(near) if len(near) < 6 else f"a list of values of {column} in provision.csv"
            faults.append(toml.fault(f"{at}.{key}", f"{key} is {shown(value)}", accepted))
        else:
            chosen[key] = tuple(value)
    return chosen, faults
