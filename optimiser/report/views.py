"""A pack, and a run with its pack, opened for reading: the values every figure comes from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from optimiser.errors import InputError
from optimiser.pack.pack import Pack
from optimiser.pack.policy import Policy
from optimiser.pack.read import read_pack
from optimiser.pack.region import Region
from optimiser.report.placements import RUN, TODAY, Placements, run_placements, today_placements
from optimiser.report.run_files import COPIES, RunFiles, disagreements, policy_from_manifest, run_files
from optimiser.report.table import Hides, Key


@dataclass(frozen=True, eq=False)
class PackView:
    """A pack that is open. Compared by identity: opening it again makes another view."""

    pack: Pack
    far_miles: float

    @property
    def folder(self) -> Path:
        """Where the pack is."""
        return self.pack.folder

    @property
    def region(self) -> Region:
        """The region, as region.toml has it."""
        return self.pack.region

    @property
    def codes(self) -> tuple[str, ...]:
        """GSS codes of the members, in the order of region.toml."""
        return self.pack.region.codes

    @property
    def states(self) -> tuple[str, ...]:
        """Which states the view can tell of."""
        return (TODAY,) if self.has_today else ()

    @property
    def has_roads(self) -> bool:
        """The pack has a road network."""
        return self.pack.region.roads is not None

    @cached_property
    def today(self) -> Placements:
        """Where the children live now, as far as the pack knows."""
        return today_placements(self.pack, self.far_miles)

    @property
    def has_today(self) -> bool:
        """Of any child the pack says something of where it lives now."""
        return bool(self.today.frame["placed"].any())

    def placements(self, state: str) -> Placements:
        """The placements of a state; `InputError` where the view has none."""
        if state == TODAY and self.has_today:
            return self.today
        raise InputError(
            f"the pack has no placements of state {state!r}; accepted: {', '.join(self.states) or 'none'}"
        )

    def name_of(self, code: str) -> str:
        """The name of an authority: a member's; of any other its code; "Not known" for ""."""
        names = {authority.code: authority.name for authority in self.region.authorities}
        return names.get(code, code or "Not known")

    @cached_property
    def hidden_cells(self) -> frozenset[Key]:
        """The counts that publication hides."""
        from optimiser.report.cells import hidden_of_pack

        return hidden_of_pack(self)


@dataclass(frozen=True, eq=False)
class RunView:
    """A run that is open, with its pack. Every figure of it comes from its files."""

    view: PackView
    files: RunFiles
    metrics: Mapping[str, Any]
    policy: Policy
    run: Placements = field(repr=False)

    @property
    def pack(self) -> Pack:
        """The run's pack; its policy is the pack's own, the run's is `policy`."""
        return self.view.pack

    @property
    def folder(self) -> Path:
        """Where the run is."""
        return self.files.folder

    @property
    def name(self) -> str:
        """The name of the run's folder."""
        return self.files.folder.name

    @property
    def manifest(self) -> Mapping[str, Any]:
        """manifest.json."""
        return self.files.manifest

    @property
    def region(self) -> Region:
        """The region, as region.toml has it."""
        return self.view.region

    @property
    def codes(self) -> tuple[str, ...]:
        """GSS codes of the members, in the order of region.toml."""
        return self.view.codes

    @property
    def far_miles(self) -> float:
        """Miles from which a place is far, by the run's policy."""
        return self.policy.prices.far_miles

    @property
    def by_road(self) -> bool:
        """The run's miles are by road."""
        return bool(self.manifest["distance"] == "road")

    @property
    def has_roads(self) -> bool:
        """The pack has a road network."""
        return self.view.has_roads

    @property
    def has_today(self) -> bool:
        """Of any child the pack says something of where it lives now."""
        return self.view.has_today

    @property
    def states(self) -> tuple[str, ...]:
        """Which states the view can tell of."""
        return (*self.view.states, RUN)

    @property
    def today(self) -> Placements:
        """Where the children live now, as far as the pack knows."""
        return self.view.today

    def placements(self, state: str) -> Placements:
        """The placements of a state; `InputError` where the view has none."""
        return self.run if state == RUN else self.view.placements(state)

    def name_of(self, code: str) -> str:
        """The name of an authority: a member's; of any other its code; "Not known" for ""."""
        return self.view.name_of(code)

    def output(self, name: str) -> bytes:
        """A file of the run; `InputError` where it has none of that name."""
        if name not in self.files.outputs:
            raise InputError(f"{self.folder} has no {name}; accepted: a run as optimiser allocate wrote it")
        return self.files.outputs[name]

    @cached_property
    def hidden_cells(self) -> frozenset[Key]:
        """The counts that publication hides."""
        from optimiser.report.cells import hidden_of_run

        return hidden_of_run(self)

    @cached_property
    def fairness(self) -> Hides:
        """The counts of the tables of fairness that publication hides."""
        from optimiser.report.fairness_cells import FairnessCells

        return FairnessCells(self)


type View = PackView | RunView


def states_of(view: View) -> tuple[str, ...]:
    """The states a view can tell of: `today`, where the pack knows it, and `run`."""
    return view.states


def open_pack(folder: Path) -> PackView:
    """The pack in a folder; raises `InputError` with every fault, as `read_pack` does."""
    pack = read_pack(folder)
    return PackView(pack, pack.policy.prices.far_miles)


def open_run(folder: Path, *, packs: Sequence[Path | PackView] = ()) -> RunView:
    """The run in a folder with its pack, whose inputs have the SHA-256 that the run's manifest gives.

    The pack is looked for where the manifest has it, in the run's folder `inputs`, then among `packs`: views
    that are open already, packs' folders, or folders of packs. Raises `InputError` where a file of the
    run was altered, or where no pack agrees.
    """
    files = run_files(folder)
    return view_of_run(files, _pack_of_run(files, packs))


def view_of_run(files: RunFiles, pack: Pack) -> RunView:
    """The run of some files, which need not be on a disk yet, with the pack it was made of."""
    policy = policy_from_manifest(files.manifest["policy"])
    view = PackView(pack, policy.prices.far_miles)
    metrics = json.loads(files.outputs["metrics.json"])
    placements = run_placements(pack, files.outputs["allocations.csv"])
    return RunView(view, files, metrics, policy, placements)


def _pack_of_run(files: RunFiles, packs: Sequence[Path | PackView]) -> Pack:
    tried = []
    for open_already in packs:
        if isinstance(open_already, PackView) and not _why_not(open_already.pack, files):
            return open_already.pack
    for folder in _candidates(files, packs):
        why = disagreements(folder, files.inputs, _drawn(folder, files.inputs))
        if not why:
            pack = read_pack(folder)
            why = _why_not(pack, files)
            if not why:
                return pack
        tried.append(f"{folder}: {'; '.join(why)}")
    said = " | ".join(tried) or "no folder to look in"
    raise InputError(
        f"the pack of {files.folder} is not found ({said}); "
        "accepted: the folder of the pack whose files have the SHA-256 that manifest.json gives"
    )


def _why_not(pack: Pack, files: RunFiles) -> list[str]:
    return disagreements(pack.folder, files.inputs, pack.files)


def _candidates(files: RunFiles, packs: Sequence[Path | PackView]) -> Iterator[Path]:
    """Folders that hold a region.toml: as remembered, within the run, those given, and those inside them."""
    remembered = files.manifest.get("pack")
    folders = [files.folder / COPIES]
    if isinstance(remembered, str) and "\0" not in remembered:
        folders.insert(0, Path(remembered))
    for each in packs:
        if isinstance(each, PackView):
            continue
        folders.append(each)
        if each.is_dir() and not (each / "region.toml").is_file():
            folders.extend(sorted(path for path in each.iterdir() if path.is_dir()))
    for folder in folders:
        if (folder / "region.toml").is_file():
            yield folder


def _drawn(folder: Path, inputs: Mapping[str, str]) -> dict[str, Path]:
    """Where boundaries and roads are, which region.toml may name with a path."""
    from optimiser.pack.region_file import region_from_toml

    region, _, _ = region_from_toml(folder / "region.toml")
    drawn = () if region is None else (region.boundaries, region.roads)
    return {path.name: path for path in drawn if path is not None and path.name in inputs}
