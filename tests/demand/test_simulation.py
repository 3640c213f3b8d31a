"""A forecast is simulated in chunks, each with its own seed: the same bytes wherever they are made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import pytest
from numpy.random import SeedSequence, default_rng
from support.cluster import Started, cluster
from support.whatifs import HALF_AND_SLOWER

from optimiser.demand.draws import chunks_of, generator
from optimiser.demand.forecast import Question, forecast_from_return
from optimiser.demand.forecast_run import files_of_forecast
from optimiser.demand.prediction import METHODS, NAIVE, OURS
from optimiser.demand.reading import read_return
from optimiser.demand.returns import Return
from optimiser.demand.samples import sample_returns
from optimiser.demand.whatif import NOTHING, WhatIf, whatif_from_file
from optimiser.ensembles.counted import Counted
from optimiser.ensembles.ensemble import Ensemble
from optimiser.ensembles.keep import Keep
from optimiser.ensembles.place import Cluster, Here, Place, Processes
from optimiser.pack.folder import parts_of_content

SOURCE = sample_returns()["synthetic-returns"]


@pytest.fixture(scope="module")
def dask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    with cluster(tmp_path_factory.mktemp("dask")) as started:
        yield started


@pytest.fixture(scope="module")
def found() -> Return:
    return read_return(SOURCE)


@pytest.fixture(scope="module")
def halved(found: Return, tmp_path_factory: pytest.TempPathFactory) -> WhatIf:
    path = tmp_path_factory.mktemp("whatif") / "halved.toml"
    path.write_text(HALF_AND_SLOWER)
    return whatif_from_file(path, tuple(sorted(map(str, found.episodes["authority"].cat.categories))))


def _asked(found: Return, method: str, whatif: WhatIf, seed: int = 3) -> Question:
    return Question(
        method=method,
        start=found.last_day,
        end=date(2025, 12, 31),
        reference=(found.first_day, found.last_day),
        seed=seed,
        draws=450,
        whatif=whatif,
    )


def _files(found: Return, question: Question, ensemble: Ensemble | None) -> Mapping[str, bytes]:
    made = forecast_from_return(found, question, ensemble=ensemble)
    files = files_of_forecast(found, made, source=SOURCE, whatif=None)
    return {name: b"".join(parts_of_content(content)) for name, content in files.items()}


@pytest.mark.parametrize("method", METHODS)
def test_one_process_two_and_a_cluster_give_the_same_files(
    method: str, found: Return, halved: WhatIf, dask: Started
) -> None:
    places: tuple[Place, ...] = (Here(), Processes(2), Cluster(dask.address))
    question = _asked(found, method, NOTHING if method == NAIVE else halved)
    heard: list[Counted] = []
    one, two, many = (_files(found, question, Ensemble(place, progress=heard.append)) for place in places)
    assert one == two == many
    assert "forecast.csv" in one
    assert {counted.of for counted in heard} >= {len(chunks_of(450))}


def test_the_seed_of_a_chunk_is_the_one_that_is_spawned_for_it() -> None:
    for chunk, spawned in enumerate(SeedSequence([7, 2]).spawn(4)):
        drawn = generator(7, 2, chunk).integers(0, 1 << 40, 8)
        assert (drawn == default_rng(spawned).integers(0, 1 << 40, 8)).all()
    first = {tuple(generator(7, stream, chunk).random(3)) for stream in range(2, 7) for chunk in range(5)}
    assert len(first) == 25


def test_chunks_have_every_draw_once() -> None:
    for draws in (1, 199, 200, 201, 1000, 1250):
        drawn = [number for begin, end in chunks_of(draws) for number in range(begin, end)]
        assert drawn == list(range(draws))


def test_what_was_kept_of_one_question_is_not_taken_for_another(found: Return, tmp_path: Path) -> None:
    keep = Keep(tmp_path)
    first = _files(found, _asked(found, OURS, NOTHING, seed=1), Ensemble(keep=keep))
    kept = len(list(tmp_path.iterdir()))
    again = _files(found, _asked(found, OURS, NOTHING, seed=1), Ensemble(keep=keep))
    assert again == first
    assert len(list(tmp_path.iterdir())) == kept > 0
    other = _files(found, _asked(found, OURS, NOTHING, seed=2), Ensemble(keep=keep))
    assert other == _files(found, _asked(found, OURS, NOTHING, seed=2), None)
    assert other["forecast.csv"] != first["forecast.csv"]
    assert len(list(tmp_path.iterdir())) > kept
