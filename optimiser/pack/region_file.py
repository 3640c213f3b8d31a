"""region.toml: its members, its date, and the files that draw it; read with every fault, and written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

from optimiser.errors import Fault
from optimiser.pack.cells import GSS_CODE
from optimiser.pack.faults import nearest, one_of, shown
from optimiser.pack.region import Authority, Group, Region
from optimiser.pack.toml_file import TomlFile, toml_from_file, toml_text

REGION = "region.toml"
_KEYS = ("name", "as_at", "authority", "groups", "boundaries", "roads")
_AUTHORITY_KEYS = ("code", "name", "dfe")
_GROUP_KEYS = ("name", "authorities")


def _strangers(
    toml: TomlFile, table: Mapping[str, object], prefix: str, known: tuple[str, ...]
) -> list[Fault]:
    """Warnings: keys that are not read."""
    faults = []
    for key in [key for key in table if key not in known]:
        what = f"the unknown key {shown(key)} is not read"
        faults.append(toml.fault(prefix + key, what, nearest(key, known) or one_of(known), warning=True))
    return faults


def _text(toml: TomlFile, value: object, place: str, accepted: str) -> tuple[str, list[Fault]]:
    """A text that must be there and not be blank."""
    key = place.rpartition(".")[2]
    if isinstance(value, str) and value.strip():
        return value.strip(), []
    what = f"{key} is missing" if value is None else f"{key} is {shown(value)}"
    return "", [toml.fault(place, what, accepted)]


def _dfe(toml: TomlFile, value: object, place: str) -> tuple[str | None, list[Fault]]:
    if value is None:
        return None, []
    if (
        isinstance(value, (str, int))
        and not isinstance(value, bool)
        and re.fullmatch(r"[0-9]{3}", str(value))
    ):
        return str(value), []
    return None, [toml.fault(place, f"dfe is {shown(value)}", 'a three-digit DfE number, such as "390"')]


def _authorities(toml: TomlFile) -> tuple[tuple[Authority, ...], list[Fault]]:
    """The members; a code that is missing, badly shaped or there twice is a fault."""
    accepted = "one [[authority]] table per member, with code and name"
    listed = toml.values.get("authority")
    if not isinstance(listed, list) or not listed or not all(isinstance(entry, dict) for entry in listed):
        return (), [toml.fault("authority", "there is no [[authority]] table", accepted)]
    faults: list[Fault] = []
    members: list[Authority] = []
    seen: dict[str, str] = {}
    for index, entry in enumerate(listed):
        place = f"authority[{index}]"
        faults += _strangers(toml, entry, f"{place}.", _AUTHORITY_KEYS)
        gss = "an ONS GSS code: E, W, S or N and eight digits, such as E08000037"
        code, code_faults = _text(toml, entry.get("code"), f"{place}.code", gss)
        name, name_faults = _text(toml, entry.get("name"), f"{place}.name", "the authority's name")
        dfe, dfe_faults = _dfe(toml, entry.get("dfe"), f"{place}.dfe")
        faults += code_faults + name_faults + dfe_faults
        if code and not GSS_CODE.fullmatch(code):
            faults.append(toml.fault(f"{place}.code", f"code is {shown(code)}", gss))
        elif code in seen:
            what = f"code {code} is the same as in line {toml.line(seen[code])}"
            faults.append(toml.fault(f"{place}.code", what, "each member once"))
        seen.setdefault(code, f"{place}.code")
        members.append(Authority(code, name, dfe))
    return tuple(members), faults


def _groups(toml: TomlFile, members: tuple[Authority, ...]) -> tuple[tuple[Group, ...], list[Fault]]:
    """The sub-regions: each has a name of its own and codes of members, each code once."""
    accepted = "[[groups]] tables, each with a name and a list of members' codes"
    listed = toml.values.get("groups", [])
    if not isinstance(listed, list) or not all(isinstance(entry, dict) for entry in listed):
        return (), [toml.fault("groups", f"groups is {shown(listed)}", accepted)]
    codes = tuple(member.code for member in members)
    groups: list[Group] = []
    faults: list[Fault] = []
    grouped: set[str] = set()
    for index, entry in enumerate(listed):
        place = f"groups[{index}]"
        faults += _strangers(toml, entry, f"{place}.", _GROUP_KEYS)
        name, name_faults = _text(toml, entry.get("name"), f"{place}.name", "the sub-region's name")
        faults += name_faults
        if name and name in [group.name for group in groups]:
            faults.append(toml.fault(f"{place}.name", f"name is {shown(name)} again", "each name once"))
        inside = entry.get("authorities")
        if not isinstance(inside, list) or not inside or len({*map(str, inside)} - grouped) < len(inside):
            what = f"authorities is {shown(inside)}"
            hint = "a list of members' codes, each in one sub-region at most"
            faults.append(toml.fault(f"{place}.authorities", what, hint))
            continue
        grouped.update(map(str, inside))
        faults += [
            toml.fault(
                f"{place}.authorities",
                f"{shown(code)} is no member of the region",
                "the code of an authority in region.toml" + (f" (nearest: '{near}')" if near else ""),
            )
            for code in inside
            if code not in codes
            for near in [nearest(str(code), codes, cutoff=0.8)]
        ]
        groups.append(Group(name, tuple(map(str, inside))))
    return tuple(groups), faults


def _as_at(toml: TomlFile) -> tuple[date | None, list[Fault]]:
    """The date of the region's data: a TOML date, or the same as text."""
    value = toml.values.get("as_at")
    accepted = "a date as YYYY-MM-DD"
    if isinstance(value, date) and not isinstance(value, datetime):
        return value, []
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value.strip()):
        try:
            return date.fromisoformat(value.strip()), []
        except ValueError:
            return None, [toml.fault("as_at", f"as_at is {shown(value)}, which is no day", accepted)]
    what = "as_at is missing" if value is None else f"as_at is {shown(value)}"
    return None, [toml.fault("as_at", what, accepted)]


def _beside(toml: TomlFile, key: str, folder: Path) -> tuple[Path | None, list[Fault]]:
    """A file named in region.toml, which must be there."""
    value = toml.values.get(key)
    if value is None:
        return None, []
    accepted = "the name of a file in the pack's folder"
    if not isinstance(value, str) or not value.strip():
        return None, [toml.fault(key, f"{key} is {shown(value)}", accepted)]
    path = folder / value.strip()
    if not path.is_file():
        return None, [toml.fault(key, f"{key} is {shown(value)}, and there is no such file", accepted)]
    return path, []


def region_from_toml(path: Path) -> tuple[Region | None, date | None, list[Fault]]:
    """The region, the date of its data where that can be told, and every fault; None where there is one."""
    toml, faults = toml_from_file(path, REGION)
    if toml is None:
        return None, None, faults
    name, name_faults = _text(toml, toml.values.get("name"), "name", "the region's name")
    as_at, date_faults = _as_at(toml)
    authorities, authority_faults = _authorities(toml)
    groups, group_faults = _groups(toml, authorities)
    boundaries, boundary_faults = _beside(toml, "boundaries", path.parent)
    roads, road_faults = _beside(toml, "roads", path.parent)
    faults = name_faults + date_faults + authority_faults + group_faults + boundary_faults + road_faults
    warnings = _strangers(toml, toml.values, "", _KEYS)
    if faults or as_at is None:
        return None, as_at, faults + warnings
    return Region(name, as_at, authorities, boundaries, roads, groups), as_at, faults + warnings


def region_to_toml(region: Region) -> str:
    """The region as region.toml has it; `boundaries` and `roads` by their names alone."""
    lines = [f"name = {toml_text(region.name)}", f"as_at = {region.as_at.isoformat()}"]
    for key, path in (("boundaries", region.boundaries), ("roads", region.roads)):
        if path is not None:
            lines.append(f"{key} = {toml_text(path.name)}")
    for authority in region.authorities:
        lines += [
            "",
            "[[authority]]",
            f"code = {toml_text(authority.code)}",
            f"name = {toml_text(authority.name)}",
        ]
        if authority.dfe is not None:
            lines.append(f"dfe = {toml_text(authority.dfe)}")
    for group in region.groups:
        codes = ", ".join(map(toml_text, group.authorities))
        lines += ["", "[[groups]]", f"name = {toml_text(group.name)}", f"authorities = [{codes}]"]
    return "\n".join(lines) + "\n"
