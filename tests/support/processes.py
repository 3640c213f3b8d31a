"""Processes of this machine, as the system lists them."""

from __future__ import annotations

import psutil


def is_running(pid: int) -> bool:
    """Whether there is such a process, and not only its end to be read by whoever began it."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def workers_of(parent: int) -> frozenset[int]:
    """The processes that carry out an ensemble's tasks for a process."""
    found = set()
    for child in psutil.Process(parent).children():
        try:
            if any("popen_loky" in word for word in child.cmdline()):
                found.add(child.pid)
        except (psutil.NoSuchProcess, psutil.ZombieProcess):
            continue
    return frozenset(found)
