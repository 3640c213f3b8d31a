"""What a page shows stands in its address: opened again it shows the same; pages keep what they share."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest
from support.address import address


def _page() -> None:
    import streamlit as st

    from optimiser.ui import state

    state.begin(st.session_state.get("page", "one"))
    names = {"": "Whole region", "E08000037": "Gateshead"}
    state.choose("Run", ["first", "second"], key="run")
    state.choose("Authority", list(names), key="authority", words=names.__getitem__)
    state.switch("Publication view", key="publication")
    state.choose("Measure", ["miles", "cost"], key="measure", style="segmented")
    state.choose("By", ["kind", "age"], key="by", style="radio")
    state.choose_many("Kinds", ["foster_home", "kinship"], key="kinds")
    state.type_in("Search", key="search")
    st.text(repr(state.view()))


def opened(**address: str | list[str]) -> AppTest:
    """A new session at this address."""
    at = AppTest.from_function(_page, default_timeout=20)
    for key, values in address.items():
        at.query_params[key] = values
    return at.run()


def shown(at: AppTest) -> dict[str, object]:
    assert not at.exception
    return {
        "run": at.selectbox[0].value,
        "authority": at.selectbox[1].value,
        "publication": at.toggle[0].value,
        "measure": at.segmented_control[0].value,
        "by": at.radio[0].value,
        "kinds": at.multiselect[0].value,
        "search": at.text_input[0].value,
        "view": at.text[0].value,
    }


def test_a_plain_address_shows_the_defaults_and_names_the_run() -> None:
    at = opened()
    assert shown(at) == {
        "run": "first",
        "authority": "",
        "publication": False,
        "measure": "miles",
        "by": "kind",
        "kinds": [],
        "search": "",
        "view": "View(pack='', run='first', compare='', authority='', publication=False)",
    }
    assert address(at) == {"run": "first"}


def test_every_choice_comes_back_from_the_address() -> None:
    at = opened()
    at.selectbox[0].set_value("second")
    at.selectbox[1].set_value("E08000037")
    at.toggle[0].set_value(True)
    at.segmented_control[0].set_value("cost")
    at.radio[0].set_value("age")
    at.multiselect[0].set_value(["kinship", "foster_home"])
    at.text_input[0].set_value("ash")
    at.run()
    assert address(at) == {
        "run": "second",
        "authority": "E08000037",
        "publication": "yes",
        "measure": "cost",
        "by": "age",
        "kinds": ["kinship", "foster_home"],
        "search": "ash",
    }
    assert shown(opened(**address(at))) == shown(at)


def test_a_choice_taken_back_leaves_the_address() -> None:
    at = opened(publication="yes", measure="cost", authority="E08000037")
    at.toggle[0].set_value(False)
    at.segmented_control[0].set_value("miles")
    at.selectbox[1].set_value("")
    at.run()
    assert address(at) == {"run": "first"}


def test_what_an_address_cannot_mean_has_its_default() -> None:
    at = opened(measure="age", authority="nowhere", kinds=["kinship", "castle"], publication="perhaps")
    assert shown(at)["measure"] == "miles"
    assert shown(at)["authority"] == ""
    assert shown(at)["kinds"] == ["kinship"]
    assert shown(at)["publication"] is False


def test_another_page_keeps_what_is_shared_and_its_own_choices_come_back() -> None:
    at = opened(authority="E08000037", measure="cost")
    at.session_state["page"] = "two"
    at.query_params.clear()
    at.run()
    assert address(at) == {"run": "first", "authority": "E08000037"}
    assert shown(at)["measure"] == "miles"
    at.session_state["page"] = "one"
    at.query_params.clear()
    at.run()
    assert address(at) == {"run": "first", "authority": "E08000037", "measure": "cost"}
    assert shown(at)["measure"] == "cost"


def test_a_link_to_another_page_may_change_what_is_shared() -> None:
    at = opened(authority="E08000037")
    at.session_state["page"] = "two"
    at.query_params["run"] = "second"
    at.query_params["link"] = "yes"
    at.run()
    assert shown(at)["run"] == "second"
    assert address(at) == {"run": "second", "authority": "E08000037"}


def test_an_address_that_the_browser_sends_late_changes_nothing() -> None:
    at = opened(measure="cost", publication="yes")
    at.query_params["run"] = "second"
    del at.query_params["publication"]
    at.run()
    assert shown(at)["run"] == "first"
    assert shown(at)["publication"] is True
    assert address(at) == {"run": "first", "measure": "cost", "publication": "yes"}
