"""What a reader takes away: a file by its button, and the command that makes the same without the app."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable
from pathlib import PurePath
from typing import Final

import streamlit as st

_KINDS: Final = {
    ".csv": ("text/csv", "download"),
    ".html": ("text/html", "print"),
    ".json": ("application/json", "download"),
    ".md": ("text/markdown", "download"),
    ".toml": ("application/toml", "download"),
    ".xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "table_view"),
    ".zip": ("application/zip", "folder_zip"),
}
"""Ending → what the browser takes the file for, and the icon of its button."""


def button(
    label: str, content: str | bytes | Callable[[], bytes], file_name: str, *, key: str | None = None
) -> None:
    """A file to download, made when it is asked for where `content` is a function; the page stays as is."""
    mime, icon = _KINDS[PurePath(file_name).suffix]
    st.download_button(
        label,
        content,
        file_name=file_name,
        mime=mime,
        on_click="ignore",
        icon=f":material/{icon}:",
        key=key,
    )


def command(words: Iterable[str]) -> None:
    """A command, to copy; quoted where a shell needs it."""
    st.code(shlex.join(words), language=None, wrap_lines=True)
