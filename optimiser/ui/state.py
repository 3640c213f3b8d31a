"""What a page shows, kept in the address: reloaded, or sent to a colleague, it shows the same page again.

Shared by every page: `pack`, `run`, `compare` (names), `authority` (a GSS code) and `publication` (`yes`).
Every other key belongs to the page that asks for it, and comes back when its reader does. A key that is not
in the address has its default, so a plain address is a plain page. The session holds the same values, because
moving to another page empties the address.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import streamlit as st

SHARED = ("pack", "run", "compare", "authority", "publication")
ON = "yes"
_ALWAYS_SAID = ("pack", "run", "compare")
_STORE = "address"
_LINK = "link"
"""In the address of a link of this program, until it is followed."""

type Values = dict[str, tuple[str, ...]]
"""Key → its values, as the address has them; never empty."""


@dataclass
class _Store:
    """One session's address."""

    page: str
    shared: Values
    own: dict[str, Values]
    may_be_lost: bool = False
    """What was last written: Streamlit drops what it has not sent yet when a page is run again at once."""
    changes: dict[str, int] = field(default_factory=dict)
    """Widget → how often the program, not the reader, has changed its value."""


@dataclass(frozen=True)
class View:
    """What every page shows; an empty text means none was chosen."""

    pack: str
    run: str
    compare: str
    authority: str
    publication: bool


def begin(page: str) -> None:
    """Called by the front door before every page: brings address and session together.

    The address wins where it was opened, and where a link of this program (`address`) was followed. After
    that the session wins: the browser may send an address that is older than what the session holds.
    """
    found = _address()
    followed = found.pop(_LINK, ())
    store: _Store | None = st.session_state.get(_STORE)
    if store is None:
        store = _Store(page, *_parted(found, page))
        st.session_state[_STORE] = store
    elif followed:
        shared, own = _parted(found, page)
        store.shared |= shared
        store.own[page] = store.own.get(page, {}) | own[page]
    store.page = page
    _write(store, again=store.may_be_lost)
    store.may_be_lost = False


def view() -> View:
    """What every page shows."""
    pack, run, compare, authority, publication = (get(key) for key in SHARED)
    return View(pack, run, compare, authority, publication == ON)


def get(key: str, default: str = "") -> str:
    """The value of a key, else the default."""
    values = get_many(key)
    return values[-1] if values else default


def get_many(key: str) -> tuple[str, ...]:
    """The values of a key that may have several."""
    return _values(key).get(key, ())


def put(**changes: str | Sequence[str] | None) -> None:
    """Sets keys, in session and address; None, an empty text or no values take a key away.

    In a widget's callback the page follows by itself; anywhere else `st.rerun()` makes it follow.
    """
    _set(changes)
    _store().may_be_lost = True


def address(**changes: str | None) -> dict[str, str]:
    """The shared keys with these changes, for `st.page_link(…, query_params=…)`."""
    values = {key: get(key) for key in SHARED} | {key: value or "" for key, value in changes.items()}
    return {key: value for key, value in values.items() if value} | {_LINK: ON}


# -- widgets whose value is kept in the address -----------------------------------------------------


def choose(
    label: str,
    options: Sequence[str],
    *,
    key: str,
    words: Callable[[str], str] = str,
    default: str | None = None,
    style: str = "selectbox",
    forgets: Sequence[str] = (),
    help: str | None = None,
) -> str:
    """One of the options (at least one), as words; `style` is `selectbox`, `radio` or `segmented`.

    The default, the first option unless another is given, is what stands while the address has no option. The
    address always names pack and run where there are several, since their defaults may be others tomorrow.
    Choosing another option takes the keys that it `forgets` away.
    """
    fallback = options[0] if default is None else default
    widget = _widget(key, get(key) if get(key) in options else fallback)

    def keep() -> None:
        value = st.session_state[widget] or fallback
        if value not in options or value == (get(key) or fallback):
            return
        said = value if key in _ALWAYS_SAID or value != fallback else None
        _set({**dict.fromkeys(forgets), key: said})

    if style == "radio":
        st.radio(label, options, key=widget, format_func=words, on_change=keep, horizontal=True, help=help)
    elif style == "segmented":
        st.segmented_control(label, options, key=widget, format_func=words, on_change=keep, help=help)
    else:
        st.selectbox(label, options, key=widget, format_func=words, on_change=keep, help=help)
    value = str(st.session_state[widget] or fallback)
    value = value if value in options else fallback
    if key in _ALWAYS_SAID and get(key) != value and len(options) > 1:
        _set({key: value})
    return value


def choose_many(
    label: str,
    options: Sequence[str],
    *,
    key: str,
    words: Callable[[str], str] = str,
    help: str | None = None,
) -> tuple[str, ...]:
    """Any number of the options; none is the default, and means all of them."""
    widget = _widget(key, [value for value in get_many(key) if value in options])

    def keep() -> None:
        _set({key: st.session_state[widget]})

    return tuple(
        st.multiselect(
            label, options, key=widget, format_func=words, on_change=keep, help=help, placeholder="All"
        )
    )


def switch(label: str, *, key: str, help: str | None = None) -> bool:
    """On or off; off is the default."""
    widget = _widget(key, get(key) == ON)

    def keep() -> None:
        _set({key: ON if st.session_state[widget] else None})

    return st.toggle(label, key=widget, on_change=keep, help=help)


def type_in(label: str, *, key: str, placeholder: str | None = None, help: str | None = None) -> str:
    """A line of text; empty is the default."""
    widget = _widget(key, get(key))

    def keep() -> None:
        _set({key: st.session_state[widget].strip()})

    return st.text_input(label, key=widget, on_change=keep, placeholder=placeholder, help=help).strip()


# -- session and address -----------------------------------------------------------------------------


def _set(changes: Mapping[str, str | Sequence[str] | None]) -> None:
    store = _store()
    for key, value in changes.items():
        values = (value,) if isinstance(value, str) else tuple(value or ())
        into = _values(key)
        into.pop(key, None)
        if any(values):
            into[key] = values
    _write(store)


def _store() -> _Store:
    if _STORE not in st.session_state:
        begin("")
    store: _Store = st.session_state[_STORE]
    return store


def _values(key: str) -> Values:
    """The shared values, or the page's own, whichever the key belongs to."""
    store = _store()
    return store.shared if key in SHARED else store.own.setdefault(store.page, {})


def _widget(key: str, value: object) -> str:
    """The key of the widget, which has this value; pages may use the same key for different things.

    Where the program itself has changed the value the widget is a new one: the browser may still send what
    the old one said, and that must not count as the reader's choice. Each page has widgets of its own for the
    shared keys too: Streamlit forgets what a widget says when its reader moves to another page.
    """
    store = _store()
    name = f"{store.page}:{key}"
    widget = f"{name}:{store.changes.get(name, 0)}"
    if widget in st.session_state and st.session_state[widget] != value:
        store.changes[name] = store.changes.get(name, 0) + 1
        widget = f"{name}:{store.changes[name]}"
    if widget not in st.session_state:
        st.session_state[widget] = value
    return widget


def _address() -> Values:
    found = {key: tuple(st.query_params.get_all(key)) for key in st.query_params}
    return {key: values for key, values in found.items() if any(values)}


def _parted(found: Values, page: str) -> tuple[Values, dict[str, Values]]:
    shared = {key: values for key, values in found.items() if key in SHARED}
    return shared, {page: {key: values for key, values in found.items() if key not in SHARED}}


def _write(store: _Store, *, again: bool = False) -> None:
    """The address says what the session holds; it is sent where it differs, or once `again`."""
    wanted = store.shared | store.own.get(store.page, {})
    if again or wanted != _address():
        st.query_params.from_dict({key: list(values) for key, values in wanted.items()})
