"""`cooperate`: what pooling is worth, who should contribute what, and what pooling does not buy."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from optimiser.commands import show
from optimiser.commands.options import (
    Distance,
    DistanceOption,
    Json,
    NewRun,
    PackArgument,
    PolicyOption,
    pack_folder,
)

if TYPE_CHECKING:
    from optimiser.cooperation.run import Cooperation


def cooperate(
    pack: PackArgument,
    out: NewRun,
    policy: PolicyOption = None,
    distance: DistanceOption = Distance.STRAIGHT,
    json: Json = False,
) -> None:
    """Share out what pooling costs so that no council and no group of councils would do better alone."""
    from optimiser.cooperation.run import cooperation_from_pack, write_cooperation
    from optimiser.pack.folder import check_free

    folder = pack_folder(pack)
    check_free(out)
    with show.status_line() as told:
        found = cooperation_from_pack(folder, policy=policy, distance=distance.value, told=told)
    write_cooperation(out, found)
    _print(out, found, as_json=json)


def _print(out: Path, found: Cooperation, *, as_json: bool) -> None:
    from optimiser.cooperation.findings import not_bought
    from optimiser.report.cooperation import NOTHING

    names = {authority.code: authority.name for authority in found.pack.region.authorities}
    sentences = not_bought(found.tiers, names)
    if as_json:
        show.print_json(
            {
                "run": str(out),
                "contributions": found.contributions,
                "sub_regions": found.sub_regions,
                "tiers": found.tiers,
                "not_bought": sentences,
                "faults": [show.fault_document(fault) for fault in found.pack.warnings],
            }
        )
        return
    show.print_faults(found.pack.warnings, error=True)
    show.print_line(found.pack.region.name)
    show.print_cooperation(found.contributions, found.sub_regions, names)
    show.print_line("What pooling does not buy, in whole children and whole homes:")
    for sentence in sentences or [NOTHING]:
        show.print_line(f"- {sentence}")
    show.print_line(f"written to {out}")
