"""Every table and figure that the pages, the workbook and the HTML page show, read from packs and runs.

Reading: `open_pack`, `open_run`. What comes out is a `Table`; `published` puts it under disclosure control.
"""

from optimiser.report.audit import RunRecord, run_record, run_zip, runs_in
from optimiser.report.child import ChildView, child
from optimiser.report.children import children, worst_placed
from optimiser.report.compare import (
    Comparison,
    changes,
    compare,
    compare_by_authority,
    compare_tiles,
    policy_differences,
)
from optimiser.report.disclosure import publishable, published
from optimiser.report.distance import (
    DIMENSIONS,
    dfe_by_authority,
    dfe_table,
    distance_bins,
    distance_by,
    road_table,
)
from optimiser.report.maps import (
    Boundaries,
    boundaries,
    capacity_hexagons,
    centres,
    children_hexagons,
    flow_lines,
    hexagons_geojson,
    homes,
)
from optimiser.report.page import html_page
from optimiser.report.policy_keys import POLICY_KEYS, PolicyKey, policy_table
from optimiser.report.region import MEASURES, Measure, flows, measures
from optimiser.report.supply import (
    capacity,
    concentration,
    concentration_figures,
    if_provider_leaves,
    limits_worth,
    occupancy,
    providers,
    worth,
    worth_by,
    worth_by_authority,
)
from optimiser.report.table import Column, Kind, Level, Table, csv_bytes, text_frame, text_of
from optimiser.report.tiles import Tile, published_tiles, table_of_tiles, tiles, tiles_table
from optimiser.report.views import PackView, RunView, View, open_pack, open_run, states_of
from optimiser.report.workbook import workbook

__all__ = [
    "DIMENSIONS",
    "MEASURES",
    "POLICY_KEYS",
    "Boundaries",
    "ChildView",
    "Column",
    "Comparison",
    "Kind",
    "Level",
    "Measure",
    "PackView",
    "PolicyKey",
    "RunRecord",
    "RunView",
    "Table",
    "Tile",
    "View",
    "boundaries",
    "capacity",
    "capacity_hexagons",
    "centres",
    "changes",
    "child",
    "children",
    "children_hexagons",
    "compare",
    "compare_by_authority",
    "compare_tiles",
    "concentration",
    "concentration_figures",
    "csv_bytes",
    "dfe_by_authority",
    "dfe_table",
    "distance_bins",
    "distance_by",
    "flow_lines",
    "flows",
    "hexagons_geojson",
    "homes",
    "html_page",
    "if_provider_leaves",
    "limits_worth",
    "measures",
    "occupancy",
    "open_pack",
    "open_run",
    "policy_differences",
    "policy_table",
    "providers",
    "publishable",
    "published",
    "published_tiles",
    "road_table",
    "run_record",
    "run_zip",
    "runs_in",
    "states_of",
    "table_of_tiles",
    "text_frame",
    "text_of",
    "tiles",
    "tiles_table",
    "workbook",
    "worst_placed",
    "worth",
    "worth_by",
    "worth_by_authority",
]
