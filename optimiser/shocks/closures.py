"""Which closures are looked at: of the providers, provisions or authorities where most would be lost."""

from __future__ import annotations

import pandas as pd

from optimiser.errors import InputError
from optimiser.pack.pack import Pack
from optimiser.shocks.shock import CLOSES, COST_CHANGE, LEAVES, Shock

OF = {"provider": "providers", "provision": "provisions", "authority": "authorities"}
"""What closes → the key of a shock that chooses it."""
_COLUMN = {"provider": "provider", "provision": "provision_id", "authority": "authority"}


def closures(pack: Pack, placed: pd.Series[int], close: str, top: int) -> tuple[Shock, ...]:
    """The closures of the `top` where the allocation places most children; ties by vacancies, then name.

    `placed`: children whom the allocation places, by provision_id. An authority's are those in its area.
    """
    if close not in OF:
        raise InputError(f"{close} cannot close; accepted: {', '.join(OF)}")
    rows = pack.provision.assign(placed=pack.provision["provision_id"].map(placed).fillna(0).astype(int))
    rows = rows[rows[_COLUMN[close]] != ""]
    sums = rows.groupby(_COLUMN[close], sort=True)[["placed", "vacancies"]].sum()
    ranked = sums.sort_values(["placed", "vacancies"], ascending=False, kind="stable").head(top)
    return tuple(_closure(pack, close, str(name)) for name in ranked.index)


def _closure(pack: Pack, close: str, name: str) -> Shock:
    said = name
    if close == "authority":
        said = {authority.code: authority.name for authority in pack.region.authorities}.get(name, name)
    if close == "provision":
        known = str(pack.provision.loc[pack.provision["provision_id"] == name, "name"].iloc[0])
        said = f"{known} ({name})" if known else name
    return Shock(f"{said} closes", CLOSES, chosen={OF[close]: (name,)})


def usual_shocks(pack: Pack) -> tuple[Shock, ...]:
    """Shocks any region asks about: carers who leave, fees and allowances that rise, councils that leave."""
    foster, agency = ("foster_home",), ("private", "voluntary")
    own = {"kinds": ("foster_home", "kinship"), "sectors": ("local_authority",)}
    fixed = (
        Shock("A tenth of foster carers leave", CLOSES, 0.1, 1, {"kinds": foster}),
        Shock("Agency fees up 8 %", COST_CHANGE, 0.08, chosen={"kinds": foster, "sectors": agency}),
        Shock("Foster allowance up 5 %", COST_CHANGE, 0.05, chosen=own),
    )
    leaving = [
        Shock(f"{authority.name} leaves", LEAVES, councils=(authority.code,))
        for authority in pack.region.authorities
        if (pack.children["authority"] != authority.code).any()
    ]
    return (*fixed, *leaving)
