"""The folder that `sufficiency` writes: the run, its tables as CSV, one page and one workbook."""

from __future__ import annotations

import io
from collections.abc import Sequence
from html import escape
from pathlib import Path

import pandas as pd

from optimiser.allocation.progress import Listener
from optimiser.audit.manifest import manifest, start_from_pack
from optimiser.audit.next_places import next_places_table
from optimiser.audit.run import MANIFEST, STRAIGHT, files_of_run, run_from_pack, vouched_bytes
from optimiser.ensembles.ensemble import Ensemble
from optimiser.pack.folder import write_folder
from optimiser.pack.read import read_pack
from optimiser.report.disclosure import NOTE, published
from optimiser.report.page import document_html, provenance_html, table_html
from optimiser.report.run_files import RunFiles
from optimiser.report.sufficiency import Sufficiency, sufficiency_tables
from optimiser.report.table import Table, csv_bytes
from optimiser.report.views import RunView, view_of_run
from optimiser.report.workbook import tables_workbook
from optimiser.version import __version__

GAP = 1e-5
"""The relative tier-3 gap of the run and of every run with one more place, where no other is asked for."""
RUN_FOLDER = "run"
DUTY = (
    "Section 22G of the Children Act 1989 obliges every local authority to take steps so that, as far as "
    "reasonably practicable, it can house the children it looks after within its own area, in places that "
    "meet their needs. This is called the sufficiency duty. These tables say how near this region comes."
)
METHOD = (
    "All children who need a place are placed together, so that as few as possible go without, then as few "
    "sibling groups as possible are separated, then the score is lowest: what places cost and what distance, "
    "school, kind of care and quality are worth, in £ a week. Nobody could place them better by these rules: "
    "that is proven. The last table says what one more place would change, and so what to look for first."
)


def write_sufficiency(
    folder: Path,
    out: Path,
    *,
    policy: Path | None = None,
    gap: float = GAP,
    publication: bool = False,
    command: Sequence[str] = (),
    progress: Listener | None = None,
    ensemble: Ensemble | None = None,
) -> tuple[Table, ...]:
    """Allocates the pack in `folder`, asks for the next places, and writes `out` whole or not at all.

    With `publication` the tables are under disclosure control, and the run, which tells of every child, is
    left out. `ensemble`: where the next places are asked. The tables are given back.
    Raises `InputError` for faults in the pack and where `out` exists.
    """
    pack = read_pack(folder, policy=policy, commissioning=True)
    start = start_from_pack(pack, command=command)
    run = run_from_pack(folder, policy=policy, gap=gap, command=command, progress=progress)
    next_places = next_places_table(
        run.pack, run.instance, run.solution, gap=gap, commission=pack.commission, ensemble=ensemble
    )
    files = files_of_run(run)
    document = manifest(run.pack, run.start, outputs={}, distance=STRAIGHT, gap=gap)
    view = view_of_run(RunFiles(out / RUN_FOLDER, document, files), run.pack)
    tables = sufficiency_tables(Sufficiency(view, next_places))
    if publication:
        tables = tuple(map(published, tables))
    outputs = {
        "sufficiency.csv": _one_csv(tables[:-1]),
        "next_places.csv": csv_bytes(tables[-1]),
        "sufficiency.html": page_of_sufficiency(view, tables, publication=publication),
        "sufficiency.xlsx": tables_workbook(
            view.view, tables, _title(view), _said(view, publication=publication)
        ),
    }
    if not publication:
        outputs = {**{f"{RUN_FOLDER}/{name}": content for name, content in files.items()}, **outputs}
    whole = manifest(pack, start, outputs=outputs, distance=STRAIGHT, gap=gap)
    write_folder(out, {**outputs, MANIFEST: vouched_bytes(whole)})
    return tables


def page_of_sufficiency(view: RunView, tables: Sequence[Table], *, publication: bool) -> bytes:
    """The page: what the duty is, what was done, and the tables; the same run gives the same bytes."""
    title = _title(view)
    body = [f"<header><h1>{escape(title)}</h1><p>{escape(_said(view, publication=publication))}</p></header>"]
    body += ["<main>", *(f"<p>{escape(said)}</p>" for said in (DUTY, METHOD))]
    body += [f"<h2>{escape(table.title)}</h2>{table_html(table)}" for table in tables]
    return document_html(title, f"{''.join(body)}{provenance_html(view.view)}</main>")


def _said(view: RunView, *, publication: bool) -> str:
    """Who may see it, how far it is proven, and by what it was made; without times."""
    who = NOTE if publication else "Not for publication: small counts are shown."
    status, gap = view.metrics["status"], view.manifest["gap"]
    return (
        f"{who} The allocation is {status}, to a gap of {gap:g}; version {__version__}; manifest.json has "
        "the SHA-256 of every input."
    )


def _title(view: RunView) -> str:
    return f"{view.region.name}: are there enough places?"


def _one_csv(tables: Sequence[Table]) -> bytes:
    """The matrices in one file: `table` says which a row is of; what a table has no column for is blank."""
    frames = [
        pd.read_csv(io.BytesIO(csv_bytes(table)), dtype="str", keep_default_na=False).assign(table=table.name)
        for table in tables
    ]
    whole = pd.concat(frames, ignore_index=True).fillna("")
    named = ["table", "authority_code", "authority", "care", "age_band", "group"]
    whole = whole[[*named, *(name for name in whole.columns if name not in named)]]
    return whole.to_csv(index=False, lineterminator="\n").encode()
