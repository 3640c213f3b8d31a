"""What the workbook and the page hold: the tables of a view, in their order, and what is said of them."""

from __future__ import annotations

from optimiser.report.children import children
from optimiser.report.disclosure import published
from optimiser.report.distance import DIMENSIONS, dfe_by_authority, dfe_table, distance_bins, distance_by
from optimiser.report.maps import homes
from optimiser.report.region import flows, measures
from optimiser.report.supply import (
    capacity,
    concentration,
    concentration_figures,
    limits_worth,
    occupancy,
    worth,
    worth_by,
    worth_by_authority,
)
from optimiser.report.table import Table
from optimiser.report.views import RunView, View


def aggregate_tables(view: View, *, publication: bool) -> tuple[Table, ...]:
    """Every table whose rows are no children and no homes, published where asked for."""
    tables = [measures(view)]
    tables += [flows(view, state) for state in view.states]
    tables.append(distance_bins(view))
    tables += [distance_by(view, dimension) for dimension in DIMENSIONS]
    tables.append(dfe_table(view))
    tables += [dfe_by_authority(view, state) for state in view.states]
    tables += [capacity(view), *(occupancy(view, by) for by in ("authority", "kind"))]
    tables += [concentration(view), concentration_figures(view)]
    if isinstance(view, RunView):
        tables += [worth_by_authority(view), worth_by(view), limits_worth(view)]
    return tuple(published(table) for table in tables) if publication else tuple(tables)


def personal_tables(view: View) -> tuple[Table, ...]:
    """The tables of children and homes, which are never published."""
    return (children(view), homes(view), *((worth(view),) if isinstance(view, RunView) else ()))


def provenance(view: View) -> tuple[tuple[str, str], ...]:
    """What the figures come from: label and value, for the notes of any report."""
    rows = [("Region", view.region.name), ("Data as at", view.region.as_at.isoformat())]
    if isinstance(view, RunView):
        manifest = view.manifest
        rows += [
            ("Run", view.name),
            ("Run finished (UTC)", str(manifest["end"])),
            ("Status", f"{view.metrics['status']}, gap {view.metrics['gap']}"),
            ("Program version", str(manifest["program"]["version"])),
            ("Distance", "by road" if view.by_road else "straight line"),
            ("SHA-256 of the manifest", str(manifest["sha256"])),
            *((f"SHA-256 of {name}", str(value)) for name, value in manifest["inputs"].items()),
        ]
    return tuple(rows)
