"""What the app's server sends to a browser: every table, every text of a map, every tile."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import pyarrow.ipc
from google.protobuf.message import Message
from playwright.sync_api import Page
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

ARROW = b"\xff\xff\xff\xff"
"""How a table begins that is sent as Arrow."""


def listen(page: Page) -> list[bytes]:
    """A list that grows by everything the server sends to the page from now on."""
    sent: list[bytes] = []

    def hear(said: str | bytes) -> None:
        if isinstance(said, bytes):
            sent.append(said)

    page.on("websocket", lambda socket: socket.on("framereceived", hear))
    return sent


def cells(sent: list[bytes]) -> Iterator[object]:
    """Every cell of every table, the data of the charts included, and the texts and figures of the maps."""
    for each in sent:
        for value in _leaves(ForwardMsg.FromString(each)):
            if isinstance(value, bytes) and value.startswith(ARROW):
                table = pyarrow.ipc.open_stream(io.BytesIO(value)).read_all()
                for column in table.columns:
                    yield from column.to_pylist()
            elif isinstance(value, str) and value.startswith('{"') and '"layers"' in value:
                for layer in json.loads(value)["layers"]:
                    yield from _texts(layer.get("data"))


def _leaves(message: Message) -> Iterator[Any]:
    for _, value in message.ListFields():
        for each in _several(value):
            if isinstance(each, Message):
                yield from _leaves(each)
            else:
                yield each


def _several(value: Any) -> Iterator[Any]:
    """A field's value, or its values; of a map its values."""
    if isinstance(value, (Message, str, bytes, int, float)):
        yield value
    elif hasattr(value, "values"):
        yield from value.values()
    else:
        yield from value


def _texts(data: Any) -> Iterator[object]:
    """What a map says of an object in its tooltip and its label: each word and figure."""
    if isinstance(data, list):
        for each in data:
            yield from _texts(each)
    elif isinstance(data, dict):
        for name, value in data.items():
            if name in ("text", "label", "title"):
                yield from str(value).replace("\n", " ").split()
            elif name in ("properties", "data"):
                yield from _texts(value)
