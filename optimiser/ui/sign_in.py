"""Who reads: signed in where the operator has set that up (`[auth]` in the secrets), else this account."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from optimiser.audit.manifest import account

NO_ADDRESS = "an account without an e-mail address"


def needed() -> bool:
    """Whether `[auth]` is among the secrets."""
    return st.secrets.load_if_toml_exists() and "auth" in st.secrets


def who() -> str:
    """The e-mail address of who signed in; without sign-in the login name of the app's own account."""
    return str(st.user.get("email", NO_ADDRESS)) if needed() else account()


def sign_in(title: str) -> None:
    """Where sign-in is set up, shows nothing more to anyone who has not signed in."""
    if not needed():
        return
    if not st.user.get("is_logged_in", False):
        st.title(title, anchor=False)
        st.markdown("Sign in with your work account. This app shows personal data of children.")
        providers = [name for name, value in st.secrets["auth"].items() if isinstance(value, Mapping)]
        for provider in providers:
            st.button(f"Sign in with {provider}", on_click=st.login, args=(provider,), type="primary")
        if not providers:
            st.button("Sign in", on_click=st.login, type="primary")
        st.stop()
    with st.sidebar:
        st.caption(f"Signed in as {who()}")
        st.button("Sign out", on_click=st.logout)
