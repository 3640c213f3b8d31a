"""A third of the sample region with all its authorities: a real map, and a second to solve."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

import pandas as pd

from optimiser.audit.plan_run import plan_run_from_pack, write_plan_run
from optimiser.audit.run import run_from_pack, write_run
from optimiser.commissioning.proposals import proposed_options
from optimiser.pack.read import read_pack
from optimiser.pack.samples import sample_packs
from optimiser.pack.write import csv_bytes

PACK = "part-of-the-region"
RUN = "as-agreed"
BEFORE = "nearer-home"
PLAN = "some-homes"
NO_HOMES = "no-homes"
ONE_IN = 3
"""So that some children have no place, and some authority has three who live far from home."""
COPIED = ("region.toml", "authorities.geojson", "policy.toml")


def names() -> dict[str, str]:
    """GSS code → name of the authorities."""
    region = tomllib.loads((sample_packs()["north-east-and-cumbria"] / "region.toml").read_text("utf-8"))
    return {each["code"]: each["name"] for each in region["authority"]}


def make_pack(folder: Path) -> Path:
    """Every third sibling group or single child of the sample region, and every third home of it."""
    sample = sample_packs()["north-east-and-cumbria"]
    folder.mkdir(parents=True)
    for name in COPIED:
        shutil.copy(sample / name, folder / name)
    children, homes, apart = (
        pd.read_csv(sample / name, dtype="str", keep_default_na=False)
        for name in ("children.csv", "provision.csv", "incompatible.csv")
    )
    together = children["sibling_group"].where(children["sibling_group"] != "", children["child_id"])
    children = children[together.isin(together.drop_duplicates().iloc[::ONE_IN])]
    kept = set(children["child_id"])
    homes = homes.iloc[::ONE_IN]
    homes = homes[[not named or set(named.split(";")) <= kept for named in homes["named_children"]]]
    known = children["current_provision_id"].isin(homes["provision_id"])
    children = children.assign(current_provision_id=children["current_provision_id"].where(known, ""))
    apart = apart[apart["child_a"].isin(kept) & apart["child_b"].isin(kept)]
    for name, frame in (("children.csv", children), ("provision.csv", homes), ("incompatible.csv", apart)):
        frame.to_csv(folder / name, index=False, lineterminator="\n")
    return folder


def make_runs(runs: Path) -> None:
    """A folder of runs as the app has it: the pack, uploaded, and two runs of it, `RUN` the latest.

    In the run before, a mile costs six times as much.
    """
    pack = make_pack(runs / "packs" / PACK)
    policy = runs / "nearer.toml"
    policy.write_text("[prices]\nmile = 60.0\n", encoding="utf-8")
    write_run(runs / BEFORE, run_from_pack(pack, policy=policy))
    write_run(runs / RUN, run_from_pack(pack))


def make_plans(runs: Path) -> None:
    """Beside those runs: two plans of a few of the options that are proposed, `NO_HOMES` with no home."""
    pack = runs / "packs" / PACK
    options = csv_bytes(proposed_options(read_pack(pack)).iloc[::20])
    for name, limits in ((NO_HOMES, "[limits.max_units]\nchildrens_home = 0\n"), (PLAN, "")):
        made_of = runs / "plan-packs" / name
        shutil.copytree(pack, made_of)
        (made_of / "options.csv").write_bytes(options)
        (made_of / "commission.toml").write_text(limits, encoding="utf-8")
        out = runs / "plans" / name
        command = (
            "optimiser",
            "commission",
            str(made_of),
            "--out",
            str(out),
            "--frontier",
            "0,1e6,3e6",
            "--gap",
            "0.01",
        )
        run = plan_run_from_pack(made_of, gap=0.01, capitals=(0.0, 1e6, 3e6), command=command)
        write_plan_run(out, run)
