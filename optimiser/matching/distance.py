"""Miles between children's homes or schools and provisions."""

from __future__ import annotations

from optimiser.geography import straight_miles
from optimiser.matching.instance import Floats, Instance, Ints


def home_miles(instance: Instance, c: Ints, p: Ints) -> Floats:
    """Miles from the home of each child `c` to each provision `p` (index arrays that broadcast)."""
    if instance.home_road_miles is not None:
        return instance.home_road_miles[c, p]
    children, provisions = instance.children, instance.provisions
    return straight_miles(
        children.home_easting[c], children.home_northing[c], provisions.easting[p], provisions.northing[p]
    )


def school_miles(instance: Instance, c: Ints, p: Ints) -> Floats:
    """Miles from the school to keep of each child `c` to each provision `p`; NaN where there is none."""
    if instance.school_road_miles is not None:
        return instance.school_road_miles[c, p]
    children, provisions = instance.children, instance.provisions
    return straight_miles(
        children.school_easting[c], children.school_northing[c], provisions.easting[p], provisions.northing[p]
    )


def avoid_miles(instance: Instance, c: Ints, p: Ints) -> Floats:
    """Straight-line miles from the point to avoid, by road or not; NaN where there is none."""
    children, provisions = instance.children, instance.provisions
    return straight_miles(
        children.avoid_easting[c], children.avoid_northing[c], provisions.easting[p], provisions.northing[p]
    )
