"""An eighth of the sample region with all its authorities: a real map, and a second to solve."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

import pandas as pd

from optimiser.audit.run import run_from_pack, write_run
from optimiser.pack.samples import sample_packs

PACK = "part-of-the-region"
RUN = "as-agreed"
SECOND = "nearer-home"
ONE_CHILD_IN, ONE_HOME_IN = 8, 9
"""So that some children have no place, and some authority has three who live far from home."""
COPIED = ("region.toml", "authorities.geojson", "policy.toml")


def names() -> dict[str, str]:
    """GSS code → name of the authorities."""
    region = tomllib.loads((sample_packs()["north-east-and-cumbria"] / "region.toml").read_text("utf-8"))
    return {each["code"]: each["name"] for each in region["authority"]}


def make_pack(folder: Path) -> Path:
    """Every eighth sibling group or single child of the sample region, and every ninth home of it."""
    sample = sample_packs()["north-east-and-cumbria"]
    folder.mkdir(parents=True)
    for name in COPIED:
        shutil.copy(sample / name, folder / name)
    children, homes, apart = (
        pd.read_csv(sample / name, dtype="str", keep_default_na=False)
        for name in ("children.csv", "provision.csv", "incompatible.csv")
    )
    together = children["sibling_group"].where(children["sibling_group"] != "", children["child_id"])
    children = children[together.isin(together.drop_duplicates().iloc[::ONE_CHILD_IN])]
    kept = set(children["child_id"])
    homes = homes.iloc[::ONE_HOME_IN]
    homes = homes[[not named or set(named.split(";")) <= kept for named in homes["named_children"]]]
    known = children["current_provision_id"].isin(homes["provision_id"])
    children = children.assign(current_provision_id=children["current_provision_id"].where(known, ""))
    apart = apart[apart["child_a"].isin(kept) & apart["child_b"].isin(kept)]
    for name, frame in (("children.csv", children), ("provision.csv", homes), ("incompatible.csv", apart)):
        frame.to_csv(folder / name, index=False, lineterminator="\n")
    return folder


def make_run(runs: Path) -> Path:
    """A folder of runs as the app has it: the pack, uploaded, and one run of it. Returns the run's folder."""
    write_run(runs / RUN, run_from_pack(make_pack(runs / "packs" / PACK)))
    return runs / RUN


def make_second_run(runs: Path) -> Path:
    """Another run of the same pack, for which a mile costs six times as much. Returns its folder."""
    policy = runs / "nearer.toml"
    policy.write_text("[prices]\nmile = 60.0\n", encoding="utf-8")
    write_run(runs / SECOND, run_from_pack(runs / "packs" / PACK, policy=policy))
    return runs / SECOND
