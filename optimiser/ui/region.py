"""The region: where children live against where they come from, on a map and in tiles."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from optimiser import terms
from optimiser.report.maps import capacity_hexagons, flow_lines, homes
from optimiser.report.region import MEASURES, Measure, flows, measures
from optimiser.report.supply import capacity
from optimiser.report.table import Kind, Table
from optimiser.report.tiles import Tile, published_tiles, tiles, tiles_table
from optimiser.report.views import View, states_of
from optimiser.ui import authority_map, charts, figures, frame, maps, palette, rows, state, store, words
from optimiser.ui import tiles as tile_row
from optimiser.ui.frame import Shown
from optimiser.ui.legend import Entry, Mark

OVERLAYS = {
    "places": "Homes and foster places",
    "flows": "Where children move to",
    "both": "Both",
    "none": "Nothing else",
}
BESIDE = {
    terms.FOSTER_HOME: (-0.03, 0.018),
    terms.CHILDRENS_HOME: (0.03, 0.018),
    terms.SUPPORTED_ACCOMMODATION: (0.0, -0.02),
}
"""Degrees from an authority's middle, east and north, at which its places of a kind are drawn."""
MOST_FLOWS = 25
"""How many flows the map of the whole region draws: the largest."""
MOST_BARS = 12
PAIR_PIXELS = 265
"""Pixels for the names of two authorities."""
FLOW_ENTRIES = [
    Entry("From home authority to where children live; the wider, the more children", maps.FLOW, Mark.ARROW)
]


def page() -> None:
    """The page."""
    shown = frame.open_page(
        "The region",
        "Where children live against where they come from, and what it costs. "
        "Choose an authority on the map or in the side bar to see it alone.",
        needs_run=False,
    )
    if not states_of(shown.view):
        frame.nothing("This region pack does not say where children live today. A run will.", link="plan")
    by_authority = figures.table(shown, measures)
    _tiles(shown, by_authority)
    measure, placements, overlay = _choosers(shown)
    column = f"{measure.key}_{placements}"
    left, right = st.columns([3, 2], gap="large")
    with left:
        _map(shown, by_authority, measure, placements, overlay)
    with right:
        st.markdown(f"**{by_authority.column(column).label}**")
        ranked = rows.ordered(by_authority, column)
        charts.draw(
            charts.bars,
            rows.chart_rows(ranked, label="authority", value=column),
            title=by_authority.column(column).label,
            kind=measure.kind,
            selected=shown.names.get(shown.authority, ""),
            alt_text=_sentence(by_authority, measure, placements),
            key="ranked",
        )
    _data(shown, by_authority, overlay)
    _flow_charts(shown, placements)


# -- tiles -----------------------------------------------------------------------------------------


def _tiles(shown: Shown, by_authority: Table) -> None:
    if shown.authority:
        st.header(shown.whose, anchor=False)
        tile_row.show(_figures_of_authority(shown, by_authority))
        whole = {"authority": None}
        st.button("Show the whole region", on_click=state.put, kwargs=whole, icon=":material/public:")
        return
    worked = store.figures(published_tiles if shown.publication else tiles, shown.view)
    tile_row.show([_figure(each, has_run=shown.run is not None) for each in worked])
    with st.expander("Data behind these tiles"):
        frame.table(figures.table(shown, tiles_table))


def _figure(tile: Tile, *, has_run: bool) -> tile_row.Figure:
    """The run's figure against today's, or today's alone."""
    if not has_run:
        return tile_row.Figure(f"{tile.label}, today", tile.today_text, help=tile.meaning)
    return tile_row.from_tile(tile, before="today")


def _figures_of_authority(shown: Shown, by_authority: Table) -> list[tile_row.Figure]:
    """Every measure of the chosen authority, the run's against today's where both are there."""
    row = rows.having(by_authority, "code", shown.authority)
    texts = rows.texts(row).iloc[0]
    states = states_of(shown.view)
    found = [tile_row.Figure("Children", texts["children"])]
    for measure in MEASURES:
        at = [each for each in states if f"{measure.key}_{each}" in row.frame]
        if not at:
            continue
        before = f"today {texts[f'{measure.key}_today']}" if at == ["today", "run"] else ""
        figure = tile_row.Figure(_with_unit(measure), texts[f"{measure.key}_{at[-1]}"], before=before)
        found.append(_with_difference(figure, row, f"{measure.key}_difference"))
    return found


def _with_difference(figure: tile_row.Figure, row: Table, column: str) -> tile_row.Figure:
    """The tile with the difference from today, where the table has one that is known and not hidden."""
    if column not in row.frame or row.frame[column].isna().iloc[0]:
        return figure
    difference = float(row.frame[column].iloc[0])
    return tile_row.with_difference(figure, difference, row.column(column).kind, better="lower")


# -- map -------------------------------------------------------------------------------------------


def _choosers(shown: Shown) -> tuple[Measure, str, str]:
    states = states_of(shown.view)
    by_key = {each.key: each for each in MEASURES}
    columns = st.columns([2, 2, 2])
    with columns[0]:
        offered = [each.key for each in MEASURES if set(each.states) & set(states)]
        key = state.choose("Shade the map by", offered, key="measure", words=lambda each: by_key[each].label)
    with columns[1]:
        offered = [each for each in ("run", "today") if each in states and each in by_key[key].states]
        placements = state.choose(
            "Placements", offered, key="placements", words=charts.STATE_WORDS.__getitem__
        )
    with columns[2]:
        overlay = state.choose("Also on the map", list(OVERLAYS), key="overlay", words=OVERLAYS.__getitem__)
    return by_key[key], placements, overlay


def _map(shown: Shown, by_authority: Table, measure: Measure, placements: str, overlay: str) -> None:
    ground = maps.ground(shown.view)
    column = by_authority.column(f"{measure.key}_{placements}")
    texts = rows.texts(rows.body(by_authority))
    places, moves = (overlay in (each, "both") for each in ("places", "flows"))
    legends = [("Places, as large as they are many", _kind_entries(shown))] if places else []
    legends += [("Where children move to", FLOW_ENTRIES)] if moves else []
    authority_map.draw(
        shown,
        by_authority,
        column.name,
        heading=column.label,
        texts=[
            f"{column.label}: {text}\nChildren: {children}"
            for text, children in zip(texts[column.name], texts["children"], strict=True)
        ],
        sentence=_sentence(by_authority, measure, placements),
        key="region map",
        lines=maps.arrows(ground, _lines(shown, placements)) if moves else (),
        circles=_circles(shown, ground) if places else (),
        legends=legends,
    )


def _lines(shown: Shown, placements: str) -> pd.DataFrame:
    """The flows that the map draws: all of the chosen authority, else the largest of the region."""
    lines = store.figures(flow_lines, shown.view, placements, publication=shown.publication)
    if shown.authority:
        lines = lines[(lines["home_code"] == shown.authority) | (lines["lives_code"] == shown.authority)]
    drawn = lines.sort_values("children", ascending=False, kind="stable")
    drawn = drawn if shown.authority else drawn.head(MOST_FLOWS)
    return drawn.assign(
        title=drawn["home"] + " → " + drawn["lives"],
        text=[f"{number:,} children" for number in drawn["children"].astype(int)],
    )


def _circles(shown: Shown, ground: maps.Ground) -> list[maps.Drawn]:
    """Homes where they are and foster places by hexagon; in the publication view only totals by authority."""
    if shown.publication:
        return maps.circles(ground, _capacity_circles(figures.table(shown, capacity), ground))
    drawn: list[maps.Drawn] = store.figures(_places, shown.view)
    return drawn


def _places(view: View) -> list[maps.Drawn]:
    ground = maps.ground(view)
    return maps.circles(ground, pd.concat([_foster_circles(view), _home_circles(view)], ignore_index=True))


def _foster_circles(view: View) -> pd.DataFrame:
    cells = rows.having(capacity_hexagons(view), "kind", terms.FOSTER_HOME)
    texts = rows.texts(cells)
    return pd.DataFrame(
        {
            "lon": cells.frame["lon"],
            "lat": cells.frame["lat"],
            "places": cells.frame["places"],
            "colour": palette.KIND_COLOURS[terms.FOSTER_HOME],
            "ring": False,
            "title": [f"Foster homes near here: {number}" for number in texts["provisions"]],
            "text": _place_lines(cells),
        }
    )


def _home_circles(view: View) -> pd.DataFrame:
    each = homes(view)
    return pd.DataFrame(
        {
            "lon": each.frame["lon"],
            "lat": each.frame["lat"],
            "places": each.frame["places"],
            "colour": each.frame["kind"].map(palette.KIND_COLOURS),
            "ring": each.frame["kind"] == terms.SUPPORTED_ACCOMMODATION,
            "title": each.frame["name"],
            "text": [
                f"{words.OF_KIND[kind]}, {provider}\n{lines}"
                for kind, provider, lines in zip(
                    each.frame["kind"], each.frame["provider"], _place_lines(each), strict=True
                )
            ],
        }
    )


def _capacity_circles(totals: Table, ground: maps.Ground) -> pd.DataFrame:
    """One circle a kind beside each authority's middle, so that none hides another."""
    members = rows.body(totals)
    found = []
    for row, lines in zip(members.frame.to_dict("records"), _place_lines(members), strict=True):
        if row["authority_code"] in ground.middles and row["kind"] in BESIDE:
            east, north = BESIDE[row["kind"]]
            lon, lat = ground.middles[row["authority_code"]]
            found.append(
                {
                    "lon": lon + east,
                    "lat": lat + north,
                    "places": row["places"],
                    "colour": palette.KIND_COLOURS[row["kind"]],
                    "ring": row["kind"] == terms.SUPPORTED_ACCOMMODATION,
                    "title": f"{words.OF_KIND[row['kind']]}, {row['authority']}",
                    "text": lines,
                }
            )
    return pd.DataFrame(found, columns=["lon", "lat", "places", "colour", "ring", "title", "text"])


def _place_lines(table: Table) -> list[str]:
    """Places, vacancies and children placed by the run, line by line, for the tooltip."""
    texts = rows.texts(table)
    headings = {"places": "Places", "vacancies": "Vacant", "placed_run": "Placed by the run"}
    return [
        "\n".join(f"{headings[name]}: {row[name]}" for name in headings if name in row)
        for row in texts.to_dict("records")
    ]


def _kind_entries(shown: Shown) -> list[Entry]:
    rings = {terms.SUPPORTED_ACCOMMODATION: Mark.RING}
    kinds = (terms.FOSTER_HOME, terms.CHILDRENS_HOME, terms.SUPPORTED_ACCOMMODATION)
    where = "by authority" if shown.publication else "by 10 km hexagon"
    return [
        Entry(
            f"{words.OF_KIND[kind]}{f' ({where})' if kind == terms.FOSTER_HOME or shown.publication else ''}",
            palette.KIND_COLOURS[kind],
            rings.get(kind, Mark.DISC),
        )
        for kind in kinds
    ]


# -- below the map ---------------------------------------------------------------------------------


def _data(shown: Shown, by_authority: Table, overlay: str) -> None:
    frame.data_behind("map", by_authority)
    if overlay in ("places", "both"):
        with st.expander("Places on this map"):
            if shown.publication:
                st.write("Single homes are not published: here are the places of each authority by kind.")
            else:
                frame.table(store.figures(homes, shown.view), height=320)
            frame.table(figures.table(shown, capacity))


def _flow_charts(shown: Shown, placements: str) -> None:
    """Where the authority's children live, and whose live there; for the region, the largest flows."""
    st.header("Where children live", anchor=False)
    table = figures.table(shown, flows, placements)
    if shown.authority:
        left, right = st.columns(2, gap="large")
        with left:
            _flow_bars(
                rows.having(table, "home_code", shown.authority),
                label="lives",
                title=f"Children of {shown.whose}, by where they live, {_of(placements)}",
                key="lives",
            )
        with right:
            _flow_bars(
                rows.having(table, "lives_code", shown.authority),
                label="home",
                title=f"Children who live in {shown.whose}, by home authority, {_of(placements)}",
                key="hosts",
            )
    else:
        members = rows.body(table)
        away = rows.where(members, members.frame["home_code"] != members.frame["lives_code"])
        pairs = replace(away, frame=away.frame.assign(home=away.frame["home"] + " → " + away.frame["lives"]))
        _flow_bars(
            pairs,
            label="home",
            title=f"Children who live out of their authority, {_of(placements)}",
            key="away",
        )
    frame.data_behind("chart", table)


def _flow_bars(table: Table, *, label: str, title: str, key: str) -> None:
    st.markdown(f"**{title}**")
    ranked = rows.first(rows.ordered(table, "children"), MOST_BARS)
    if not len(ranked.frame):
        st.write("There are none.")
        return
    bars = rows.chart_rows(ranked, label=label, value="children")
    more = len(table.frame) - len(ranked.frame)
    charts.draw(
        charts.bars,
        bars,
        title="Children",
        kind=Kind.COUNT,
        label_pixels=PAIR_PIXELS,
        alt_text=f"{title}: {rows.listed(bars)}.",
        key=key,
    )
    if more > 0:
        st.caption(f"The {MOST_BARS} largest are shown; {more} more are in the data below.")


# -- words -----------------------------------------------------------------------------------------


def _sentence(by_authority: Table, measure: Measure, placements: str) -> str:
    """The main figures of the map in one sentence."""
    column = f"{measure.key}_{placements}"
    ends = rows.extremes(by_authority, label="authority", value=column)
    total = rows.total_text(by_authority, column)
    known = ends or "no figure is known or may be published"
    return f"{by_authority.column(column).label}: {known}; whole region {total}."


def _with_unit(measure: Measure) -> str:
    """The measure's label with its unit, unless the label says it."""
    unit = {"share": "", "children": ""}.get(measure.unit, measure.unit)
    return (
        f"{measure.label} ({unit})" if unit and unit.lower() not in measure.label.lower() else measure.label
    )


def _of(placements: str) -> str:
    return "today" if placements == "today" else "in the run"
