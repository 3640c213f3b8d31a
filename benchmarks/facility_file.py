"""An instance of facility location in a file, for a peer in another process."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from optimiser.commissioning.facility import Facilities

NONE = -1


def write_instance(path: Path, instance: Facilities) -> None:
    """As NumPy arrays; `number_open` is −1 where it is free."""
    np.savez(
        path,
        size=instance.size,
        capacity=instance.capacity,
        unit=instance.unit,
        site=instance.site,
        cost=instance.cost,
        opening=instance.opening,
        number_open=np.array(NONE if instance.number_open is None else instance.number_open),
    )


def instance_from_file(path: Path) -> Facilities:
    """As `write_instance` wrote it."""
    with np.load(path) as arrays:
        number = int(arrays["number_open"])
        return Facilities(
            size=arrays["size"],
            capacity=arrays["capacity"],
            unit=arrays["unit"],
            site=arrays["site"],
            cost=arrays["cost"],
            opening=arrays["opening"],
            number_open=None if number == NONE else number,
        )
