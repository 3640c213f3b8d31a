"""Makes the sample pack north-east-and-cumbria from the published files: the same files, the same bytes.

Usage, with the program installed:
    python data/make_samples.py FIGURES.csv REGISTER.csv PREMISES.csv

FIGURES.csv holds the published figures, one row per authority; REGISTER.csv and PREMISES.csv are Ofsted's
sheets of providers and places and of supported accommodation premises. The boundaries stay: see
make_boundaries.py. The pack gateshead-ten was written by hand.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from optimiser.pack.synthetic import write_synthetic

PACK = Path(__file__).parent / "north-east-and-cumbria"
KEPT = ("README.md",)
AUTHORITIES = (
    "E06000001",
    "E06000002",
    "E06000003",
    "E06000004",
    "E06000005",
    "E06000047",
    "E06000057",
    "E06000063",
    "E06000064",
    "E08000021",
    "E08000022",
    "E08000023",
    "E08000024",
    "E08000037",
)
SEED = 2025
CHILDREN = 1500


def main(facts: Path, register: Path, premises: Path) -> None:
    """Builds the pack beside the old one and puts it in its place."""
    with tempfile.TemporaryDirectory(dir=PACK.parent) as beside:
        built = Path(beside) / PACK.name
        write_synthetic(
            built,
            name="North East and Cumbria (synthetic)",
            facts=facts,
            authorities=AUTHORITIES,
            seed=SEED,
            children=CHILDREN,
            register=register,
            supported_accommodation=premises,
            boundaries=PACK / "authorities.geojson",
        )
        for name in KEPT:
            shutil.copyfile(PACK / name, built / name)
        shutil.rmtree(PACK)
        built.rename(PACK)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
