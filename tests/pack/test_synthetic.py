"""The synthetic region keeps the published totals, is the same every time, and reads without a fault."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support.figures import CODES, figures, write_figures

from optimiser import terms
from optimiser.errors import InputError
from optimiser.pack.facts import AGE_BANDS, BASE, Facts, read_facts
from optimiser.pack.pack import Pack
from optimiser.pack.read import read_pack
from optimiser.pack.synthetic import synthesise, write_synthetic
from optimiser.pack.synthetic_children import NEEDS

Tables = dict[str, pd.DataFrame]

NORTH_EAST_AND_CUMBRIA = (
    *("E06000001", "E06000002", "E06000003", "E06000004", "E06000005", "E06000047", "E06000057"),
    *("E06000063", "E06000064", "E08000021", "E08000022", "E08000023", "E08000024", "E08000037"),
)


@pytest.fixture(scope="module")
def facts_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows = figures()
    rows.loc[0, "uasc"] = "c"
    rows.loc[1, "residential_cost_gbp_per_week"] = "-"
    return write_figures(tmp_path_factory.mktemp("figures"), rows)


@pytest.fixture(scope="module")
def facts(facts_file: Path) -> Facts:
    return read_facts(facts_file, CODES)


@pytest.fixture(scope="module")
def tables(facts_file: Path) -> Tables:
    return synthesise(facts_file, authorities=CODES, seed=7, children=900)


@pytest.fixture(scope="module")
def children(tables: Tables) -> pd.DataFrame:
    return tables["children"]


def _shares(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.div(frame.sum(axis=1), axis=0)


def _close(counts: pd.DataFrame, published: pd.DataFrame, *, children: float) -> None:
    """Within `children` of the published share of each authority, in children."""
    found = counts.reindex(index=published.index, columns=published.columns, fill_value=0)
    exact = _shares(published).mul(found.sum(axis=1), axis=0)
    assert (found - exact).abs().to_numpy().max() <= children


def test_children_per_authority(facts: Facts, children: pd.DataFrame) -> None:
    exact = facts.table[BASE] / facts.table[BASE].sum() * len(children)
    assert (children["authority"].value_counts().reindex(exact.index) - exact).abs().max() < 1


def test_ages(facts: Facts, children: pd.DataFrame) -> None:
    band = pd.cut(children["age"], [-1, 0, 4, 9, 15, 17], labels=list(AGE_BANDS)).astype("str")
    _close(pd.crosstab(children["authority"], band), facts.table[list(AGE_BANDS)], children=1)


def test_sex(facts: Facts, children: pd.DataFrame) -> None:
    _close(
        pd.crosstab(children["authority"], children["gender"]), facts.table[["female", "male"]], children=1
    )


def test_unaccompanied_children(facts: Facts, children: pd.DataFrame) -> None:
    published = pd.DataFrame({"yes": facts.table["uasc"], "no": facts.table[BASE] - facts.table["uasc"]})
    _close(pd.crosstab(children["authority"], children["uasc"]), published, children=1)
    unaccompanied = children[children["uasc"] == "yes"]
    assert unaccompanied["age"].min() >= 13
    assert unaccompanied["sibling_group"].eq("").all()


def test_care_preferred_is_the_published_mix(facts: Facts, children: pd.DataFrame) -> None:
    care = children[list(terms.CARE_COLUMNS)] == "preferred"
    assert care.sum(axis=1).eq(1).all()
    columns = ["placed_foster", "placed_childrens_homes", "placed_supported_accommodation"]
    counts = care.groupby(children["authority"]).sum().set_axis(columns, axis=1)
    _close(counts, facts.table[columns], children=1)
    under_16 = children[children["age"] < 16]
    assert under_16["supported_accommodation"].eq("unsuitable").all()


def test_distance_from_home_today(facts: Facts, children: pd.DataFrame) -> None:
    miles = children["current_miles"]
    band = pd.Series(
        np.where(miles.isna(), "distance_not_known", np.where(miles > 20, "over_20_miles", "within_20_miles"))
    )
    columns = ["within_20_miles", "over_20_miles", "distance_not_known"]
    _close(pd.crosstab(children["authority"], band), facts.table[columns], children=6)


def test_siblings(children: pd.DataFrame) -> None:
    siblings = children[children["sibling_group"] != ""]
    groups = siblings.groupby("sibling_group")
    assert len(siblings) / len(children) == pytest.approx(0.45, abs=0.01)
    assert groups.size().min() >= 2
    assert groups.size().mean() == pytest.approx(2.5, abs=0.2)
    assert groups["authority"].nunique().eq(1).all()
    assert groups["home_postcode"].nunique().eq(1).all()


def test_siblings_apart_today(children: pd.DataFrame) -> None:
    siblings = children[children["sibling_group"] != ""]
    where = siblings["current_provision_id"] + siblings["current_miles"].astype("str")
    apart = where.groupby(siblings["sibling_group"]).transform("nunique") > 1
    assert apart.mean() == pytest.approx(0.37, abs=0.05)


def test_nobody_lives_today_in_a_place_that_is_not_vacant(tables: Tables) -> None:
    living = tables["children"]["current_provision_id"].value_counts().drop("")
    vacancies = tables["provision"].set_index("provision_id")["vacancies"]
    assert living.index.isin(vacancies.index).all()
    assert (living <= vacancies[living.index]).all()


def test_provision(tables: Tables) -> None:
    provision = tables["provision"]
    assert len(provision) == round(0.95 * 900)
    assert set(provision["kind"]) == set(terms.KINDS)
    assert provision["vacancies"].between(0, provision["places"]).all()
    assert 0.9 * 900 < provision["vacancies"].sum() < 1.15 * 900
    skills = set(provision["skills"].str.split(";").explode()) - {""}
    assert skills == set(NEEDS)


@pytest.mark.parametrize(
    ("kind", "sectors", "low", "high"),
    [
        ("foster_home", ["local_authority"], 400, 600),
        ("foster_home", ["private", "voluntary"], 850, 1100),
        ("childrens_home", list(terms.SECTORS), 4000, 8000),
        ("supported_accommodation", list(terms.SECTORS), 900, 3300),
    ],
)
def test_weekly_costs(tables: Tables, kind: str, sectors: list[str], low: float, high: float) -> None:
    provision = tables["provision"]
    cost = provision.loc[(provision["kind"] == kind) & provision["sector"].isin(sectors), "weekly_cost"]
    assert len(cost) > 10
    assert cost.between(low, high).all()
    assert cost.nunique() > 10


def test_everything_says_that_it_is_synthetic(tables: Tables) -> None:
    for name in ("children", "provision"):
        assert tables[name]["synthetic"].eq("yes").all()
    assert tables["children"]["child_id"].str.startswith("SYN-").all()
    assert tables["provision"]["provision_id"].str.startswith("SYN-").all()
    assert tables["provision"]["name"].str.startswith("Synthetic ").all()


def test_incompatible_children_are_no_siblings(tables: Tables) -> None:
    pairs = tables["incompatible"]
    group = tables["children"].set_index("child_id")["sibling_group"]
    a, b = group[pairs["child_a"]].to_numpy(), group[pairs["child_b"]].to_numpy()
    assert len(pairs) == 18
    assert (pairs["child_a"] < pairs["child_b"]).all()
    assert not ((a == b) & (a != "")).any()


def test_the_seed_decides_everything(facts_file: Path, tables: Tables) -> None:
    again = synthesise(facts_file, authorities=CODES, seed=7, children=900)
    other = synthesise(facts_file, authorities=CODES, seed=8, children=900)
    for name in tables:
        pd.testing.assert_frame_equal(tables[name], again[name])
        assert not tables[name].equals(other[name])


def test_provisions_do_not_change_the_children(facts_file: Path, children: pd.DataFrame) -> None:
    fewer = synthesise(facts_file, authorities=CODES, seed=7, children=900, provisions=700)
    assert len(fewer["provision"]) == 700
    today = ["current_provision_id", "current_miles"]
    pd.testing.assert_frame_equal(fewer["children"].drop(columns=today), children.drop(columns=today))


@pytest.mark.parametrize("count", [1, 2, 7, 60])
def test_small_regions(facts_file: Path, tmp_path: Path, count: int) -> None:
    pack = tmp_path / "small"
    write_synthetic(pack, name="Small", facts=facts_file, authorities=CODES[:1], seed=1, children=count)
    assert len(read_pack(pack).children) == count


def test_the_written_pack_reads_without_a_fault(facts_file: Path, tables: Tables, tmp_path: Path) -> None:
    drawn = tmp_path / "drawn.geojson"
    drawn.write_text('{"type": "FeatureCollection", "features": []}', encoding="utf-8")
    folder = tmp_path / "pack"
    write_synthetic(
        folder, name="Three", facts=facts_file, authorities=CODES, seed=7, children=900, boundaries=drawn
    )
    pack = read_pack(folder)
    assert pack.warnings == ()
    assert pack.region.codes == CODES
    assert pack.region.boundaries is not None
    assert pack.region.boundaries.read_bytes() == drawn.read_bytes()
    assert list(pack.children["child_id"]) == list(tables["children"]["child_id"])
    _real_homes_of_their_authority(pack, tables)


def _real_homes_of_their_authority(pack: Pack, tables: Tables) -> None:
    assert set(pack.children["home_precision"]) == {"postcode"}
    written = tables["children"]["school_postcode"].ne("")
    assert pack.children["school_easting"].notna().eq(written).all()
    keeps = pack.children[written.to_numpy()]
    assert keeps["age"].between(5, 16).all()


def test_numbers_that_make_no_region(facts_file: Path) -> None:
    with pytest.raises(InputError) as raised:
        synthesise(facts_file, authorities=CODES, seed=-1, children=0, provisions=0)
    assert [fault.file for fault in raised.value.faults] == ["--children", "--provisions", "--seed"]


def test_homes_of_the_register(reference: Path) -> None:
    made = synthesise(
        reference / "authorities_2025.csv",
        authorities=NORTH_EAST_AND_CUMBRIA,
        seed=3,
        children=1500,
        register=reference / "ofsted" / "providers_and_places_at_31_march_2025.csv",
        supported_accommodation=reference
        / "ofsted"
        / "supported_accommodation_premises_at_31_march_2025.csv",
    )
    provision = made["provision"]
    real = provision[provision["synthetic"] == "in_part"]
    assert set(real["kind"]) == {terms.CHILDRENS_HOME, terms.SUPPORTED_ACCOMMODATION}
    homes = real[real["kind"] == terms.CHILDRENS_HOME]
    assert 240 < len(homes) <= 272
    assert 1 - homes["vacancies"].sum() / homes["places"].sum() == pytest.approx(0.83, abs=0.05)
    assert provision[provision["synthetic"] == "yes"]["provision_id"].str.startswith("SYN-").all()
    over = made["children"]["current_miles"] > 20
    assert over.mean() == pytest.approx(1155 / 6757, abs=0.01)
