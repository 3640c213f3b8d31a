"""One self-contained HTML page: tiles, maps, bars and every aggregate table. It asks nothing of any host."""

from __future__ import annotations

from html import escape

from optimiser.report.contents import aggregate_tables, provenance
from optimiser.report.disclosure import NOTE
from optimiser.report.drawing import bars_svg, map_svg
from optimiser.report.maps import boundaries
from optimiser.report.placements import NEAR
from optimiser.report.region import MEASURES
from optimiser.report.table import Kind, Table, text_frame
from optimiser.report.tiles import Tile, published_tiles, tiles
from optimiser.report.views import View

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;color:#0b0c0c;background:#fff;max-width:72rem;
margin:0 auto;padding:1rem}
h1{font-size:1.8rem}h2{font-size:1.3rem;margin-top:2rem}
.tiles{display:flex;flex-wrap:wrap;gap:.75rem;padding:0;list-style:none}
.tiles li{border:1px solid #505a5f;padding:.6rem .8rem;min-width:11rem;flex:1}
.tiles strong{display:block;font-size:1.5rem}
.scroll{overflow-x:auto}
table{border-collapse:collapse;font-size:.85rem;margin:.5rem 0}
caption{text-align:left;font-weight:bold;padding:.3rem 0}
th,td{border-bottom:1px solid #b1b4b6;padding:.2rem .5rem;text-align:right;vertical-align:top}
th[scope=row],th.text,td.text{text-align:left}
tr.total>*{font-weight:bold;border-top:2px solid #0b0c0c}
.maps{display:flex;flex-wrap:wrap;gap:1rem}figure{margin:0;flex:1;min-width:18rem}
svg{max-width:100%;height:auto}svg.map{max-height:30rem}
@media print{@page{size:A4 landscape;margin:12mm}body{max-width:none;font-size:10pt;padding:0}
table{font-size:7.5pt}thead{display:table-header-group}
tr,figure,.tiles li{break-inside:avoid}h2{break-after:avoid}
.scroll{overflow:visible}}
"""


def html_page(view: View, *, publication: bool = False) -> bytes:
    """The page of a view, UTF-8, without children and homes; nor, with `publication`, are small counts."""
    tables = {table.name: table for table in aggregate_tables(view, publication=publication)}
    found = published_tiles(view) if publication else tiles(view)
    title = f"{view.region.name}: where children live"
    said = NOTE if publication else "Not for publication: small counts are shown."
    parts = [
        f"<header><h1>{escape(title)}</h1><p>{escape(said)}</p></header><main>",
        f'<h2>The region in figures</h2><ul class="tiles">{"".join(map(_tile, found))}</ul>',
        _maps(view, tables["measures"]),
        _bars(view, tables["distance_bins"]),
        "<h2>Tables</h2>",
        *map(table_html, tables.values()),
        f"{provenance_html(view)}</main>",
    ]
    return document_html(title, "".join(parts))


def provenance_html(view: View) -> str:
    """What the figures come from, as the last part of a page."""
    rows = "".join(
        f"<tr><th scope=row>{escape(a)}</th><td class=text>{escape(b)}</td></tr>" for a, b in provenance(view)
    )
    return (
        "<h2>What the figures come from</h2>"
        '<div class="scroll" tabindex="0" role="region" aria-label="Provenance"><table>'
        f"<caption>Provenance</caption><tbody>{rows}</tbody></table></div>"
    )


def document_html(title: str, body: str) -> bytes:
    """A whole document, UTF-8, with its own style; it asks nothing of any host."""
    return (
        '<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>{body}</body></html>\n"
    ).encode()


def _tile(tile: Tile) -> str:
    beside = f"today {tile.today_text}" if tile.today_text != "–" else ""
    change = f", difference {tile.difference_text}" if tile.difference_text != "–" else ""
    note = f"<br><small>{escape(tile.note)}</small>" if tile.note else ""
    unit = (
        f"({tile.unit})"
        if tile.unit not in ("share", "£ a week", "children")
        else "(£ a week)"
        if tile.unit == "£ a week"
        else ""
    )
    value = f"<strong>{escape(tile.value_text)}</strong>"
    return f"<li>{escape(tile.label)} {unit}{value}{escape(beside + change)}{note}</li>"


def _maps(view: View, measures: Table) -> str:
    """The measures that shade the map, each with the run's figures, or today's where there is no run."""
    drawn = boundaries(view)
    if not drawn.geojson["features"]:
        return f"<h2>Maps</h2><p>{escape(drawn.note)} The table of measures has the figures.</p>"
    state = view.states[-1] if view.states else ""
    frame = measures.frame.iloc[:-1] if measures.total else measures.frame
    figures = []
    for measure in MEASURES:
        column = f"{measure.key}_{state}"
        if column not in frame:
            continue
        values = dict(zip(frame["code"], frame[column].astype(float), strict=True))
        title = measures.column(column).label
        drawing = map_svg(drawn, values, measure.kind, title=title, name=f"map-{measure.key}")
        figures.append(f"<figure>{drawing}<figcaption>{escape(title)}</figcaption></figure>")
    return f'<h2>Maps</h2><div class="maps">{"".join(figures)}</div>'


def _bars(view: View, bins: Table) -> str:
    rows = bins.frame[bins.frame["distance"] != ""]
    series = {state: rows[f"children_{state}"].astype(float).tolist() for state in view.states}
    near = int((rows["distance"] == NEAR).sum())
    drawing = bars_svg(
        rows["label"].tolist(), series, title="Children by miles from home", name="bars", line_after=near - 1
    )
    return f"<h2>Miles from home</h2><figure>{drawing}</figure>"


def table_html(table: Table) -> str:
    """One table with its caption and notes."""
    texts = text_frame(table)
    kinds = [column.kind for column in table.columns]
    head = "".join(
        f'<th scope="col"{_text_class(kind)}>{escape(str(label))}</th>'
        for label, kind in zip(texts.columns, kinds, strict=True)
    )
    body = []
    for number, row in enumerate(texts.itertuples(index=False)):
        last = table.total and number == len(texts) - 1
        cells = "".join(
            f'<th scope="row">{escape(text)}</th>'
            if at == 0
            else f"<td{_text_class(kinds[at])}>{escape(text)}</td>"
            for at, text in enumerate(row)
        )
        body.append(f'<tr class="total">{cells}</tr>' if last else f"<tr>{cells}</tr>")
    notes = "".join(f"<p><small>{escape(note)}</small></p>" for note in table.notes)
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(table.title)}">'
        f"<table><caption>{escape(table.title)}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table></div>{notes}"
    )


def _text_class(kind: Kind) -> str:
    return ' class="text"' if kind is Kind.TEXT else ""
