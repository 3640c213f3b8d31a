"""Tables of the report room as a page shows them: worked out once for all readers, published where asked."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from optimiser.report.disclosure import published
from optimiser.report.table import Table
from optimiser.report.views import View
from optimiser.ui import store
from optimiser.ui.frame import Shown


def table(shown: Shown, function: Callable[..., Table], *arguments: Any) -> Table:
    """`function(view, …)` of the report room, as published in the publication view; plain arguments."""
    if not shown.publication:
        return store.figures(function, shown.view, *arguments)
    return store.figures(_published, shown.view, function.__module__, function.__name__, *arguments)


def _published(view: View, module: str, name: str, *arguments: Any) -> Table:
    """By name, since the name is what the figures are kept under."""
    worked: Table = getattr(import_module(module), name)(view, *arguments)
    return published(worked)
