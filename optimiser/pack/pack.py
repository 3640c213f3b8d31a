"""The pack: every table of the folder, parsed, complete and without a fault."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from optimiser.errors import Fault
from optimiser.pack.commission import Commission
from optimiser.pack.policy import Policy
from optimiser.pack.region import Region


@dataclass(frozen=True)
class Pack:
    """A region pack, read by `read_pack`; rows stand in the order of the files.

    `children`: child_id, authority (str); home_easting, home_northing (float, metres, EPSG:27700);
    home_precision (`terms.PRECISIONS`); age (int); gender (str); needs (tuple of str, sorted);
    foster_care, residential_care, supported_accommodation (`terms.SUITABILITIES`);
    sibling_group (str, "" = none); solo (bool); school_easting, school_northing (float, NaN = none);
    school_precision ("" = none); avoid_easting, avoid_northing, avoid_miles (float, NaN = none);
    avoid_precision ("" = none);
    needed_by (str, "" = not known); current_provision_id (str, ""); current_miles (float, NaN);
    ethnicity, uasc, disability (str, "" = not known).

    `provision`: provision_id, name, provider, kind, sector, authority (str, "" = not known);
    easting, northing (float); precision; places, vacancies, age_min, age_max (int);
    genders (str); skills (tuple of str, sorted); weekly_cost (float, £ a week); ofsted (str);
    named_children (tuple of str, sorted); held_by (str, GSS code of a member, "" = as section 7 says).

    `options`, None unless asked for: option_id, then as `provision` from name to named_children without
    vacancies; max_units (int); capital_cost (float, £ a unit); standing_cost (float, £ a week a unit);
    opens (str, ISO date, "" = at once). No rows where the pack has no options.csv.
    `commission`, None unless asked for: commission.toml, or its defaults.

    `incompatible`: child_a, child_b (str), each unordered pair once, child_a < child_b.

    `files`: the name of every input file read → its path, for hashing. `warnings`: faults that do not stop.
    """

    folder: Path
    region: Region
    policy: Policy
    children: pd.DataFrame
    provision: pd.DataFrame
    incompatible: pd.DataFrame
    files: Mapping[str, Path]
    warnings: tuple[Fault, ...] = ()
    options: pd.DataFrame | None = None
    commission: Commission | None = None
