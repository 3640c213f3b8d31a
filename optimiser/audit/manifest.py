"""manifest.json: what went in, what came out, and with what it was made."""

from __future__ import annotations

import getpass
import hashlib
import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version

from optimiser.pack.pack import Pack
from optimiser.pack.policy import Policy
from optimiser.version import __version__

LIBRARIES = ("highspy", "pulp", "numpy", "pandas", "scipy", "networkx", "geopandas")
"""highspy carries the solver, HiGHS, under the solver's own version number."""


@dataclass(frozen=True)
class Start:
    """What is known before the work begins: when, by which command, by whom, and the hash of every input."""

    at: datetime
    command: tuple[str, ...]
    inputs: Mapping[str, str]
    """Name of the file → SHA-256 in hexadecimal."""
    who: str = ""
    """Login name, or e-mail address of who signed in to the app; empty where it is not known."""


def start_from_pack(pack: Pack, *, command: Sequence[str], who: str | None = None) -> Start:
    """The start of a run, now, on the files the pack was read from; by this account unless `who` is given."""
    return Start(
        at=datetime.now(UTC),
        command=tuple(command),
        inputs={name: sha256(path.read_bytes()) for name, path in sorted(pack.files.items())},
        who=account() if who is None else who,
    )


def asked(start: Start, said: Mapping[str, object]) -> str:
    """All that the results of an ensemble depend on: the hashes of the inputs, and what is asked of them."""
    return json.dumps([dict(start.inputs), dict(said)], sort_keys=True)


def account() -> str:
    """The login name of the account that this program runs under; empty where the system has none."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""


def manifest(
    pack: Pack, start: Start, *, outputs: Mapping[str, bytes], distance: str, gap: float
) -> dict[str, object]:
    """The document of manifest.json; `outputs` are the other files of the run, by name."""
    return {
        "program": {"name": "regional-care-optimiser", "version": __version__},
        "region": {"name": pack.region.name, "as_at": pack.region.as_at.isoformat()},
        "command": list(start.command),
        "who": start.who,
        "start": _utc(start.at),
        "end": _utc(datetime.now(UTC)),
        "distance": distance,
        "gap": gap,
        "pack": str(pack.folder.resolve()),
        "policy": policy_document(pack.policy),
        "inputs": dict(start.inputs),
        "outputs": {name: sha256(content) for name, content in outputs.items()},
        "versions": {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}},
    }


def policy_document(policy: Policy) -> dict[str, object]:
    """The policy in full, every key where policy.toml has it."""
    limits = policy.limits
    return {
        "prices": asdict(policy.prices),
        "limits": {
            "max_miles": limits.max_miles,
            "ofsted": list(limits.ofsted),
            "weekly_budget": "none" if limits.weekly_budget is None else limits.weekly_budget,
            "min_share_within_far_miles": limits.min_share_within_far_miles,
            "authority_weekly_budget": dict(sorted(limits.authority_weekly_budget.items())),
        },
        "siblings": {"split": policy.split},
    }


def sha256(content: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def _utc(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
