"""The address of a page in a test."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest


def address(at: AppTest) -> dict[str, str | list[str]]:
    """Key → its value, or its values where there are several."""
    found: dict[str, str | list[str]] = {}
    for key, values in at.query_params.items():
        listed = [values] if isinstance(values, str) else list(values)
        found[key] = listed[0] if len(listed) == 1 else listed
    return found
