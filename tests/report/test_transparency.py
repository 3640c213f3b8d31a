"""The transparency record: nothing of the code is left out, nothing that only the owner knows is made up."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path

import pytest
from support.report import pack_on_disk, run_on_disk

from optimiser import terms
from optimiser.audit.manifest import policy_document
from optimiser.errors import InputError
from optimiser.matching.eligibility import RULES
from optimiser.pack.policy import Policy
from optimiser.pack.tables import CHILDREN, COLUMNS, PROVISION
from optimiser.report import RunView, open_run, text_frame
from optimiser.report import transparency_words as words
from optimiser.report.owner import FIELDS, owner_from_toml
from optimiser.report.policy_keys import flat_policy
from optimiser.report.transparency import TO_FILL, Record, transparency_record
from optimiser.report.transparency_file import FORMATS


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunView:
    folder = tmp_path_factory.mktemp("record")
    return open_run(run_on_disk(folder / "run", pack_on_disk(folder / "pack")))


@pytest.fixture(scope="module")
def record(run: RunView) -> Record:
    return transparency_record(run, owner={"team": "Sufficiency | planning"})


def rows(record: Record, name: str) -> dict[str, str]:
    """First column → second of the table of that name."""
    (table,) = [table for entry in record.entries for table in entry.tables if table.name == name]
    return dict(text_frame(table).iloc[:, :2].to_numpy().tolist())


def test_every_rule_term_policy_key_and_column_of_the_code_is_in_it(record: Record) -> None:
    assert list(rows(record, "rules")) == list(RULES) == list(terms.RULES)
    assert list(rows(record, "terms")) == list(terms.SCORE_TERMS)
    assert set(rows(record, "policy")) == set(flat_policy(policy_document(Policy())))
    assert list(rows(record, "children")) == list(COLUMNS[CHILDREN])
    assert list(rows(record, "provision")) == list(COLUMNS[PROVISION])
    assert all(rows(record, name)[key] for name in ("rules", "terms") for key in rows(record, name))


ATRS = {
    "Metadata and Title Information": (
        "ID; Standard version; Organisation type; Function; Capability; Task; Tags; Date of completion; "
        "Date updated; Date archived; Title; Organisation name; Phase; Region; One sentence description"
    ),
    "Tier 1 Information": "Name; Description; Website URL; Contact email",
    "Tier 2 – Owner and Responsibility": (
        "Organisation or department; Team; Senior responsible owner; External supplier involvement; "
        "External supplier; Companies House Number; External supplier role; Procurement procedure type; "
        "Data access terms"
    ),
    "Tier 2 – Description and Rationale": (
        "Detailed description; Scope; Benefit; Previous process; Alternatives considered"
    ),
    "Tier 2 – Decision-making Process": (
        "Process integration; Provided information; Frequency and scale of usage; "
        "Human decisions and review; Required training; Appeals and review"
    ),
    "Tier 2 – Tool Specification": "System architecture; Phase; Maintenance; Models",
    "Tier 2 – Model Specification": (
        "Model name; Model version; Model task; Model input; Model output; Model architecture; "
        "Model performance; Datasets; Dataset purposes"
    ),
    "Tier 2 – Data Specification": (
        "Source data name; Data modality; Data description; Data quantities; Sensitive attributes; "
        "Data completeness and representativeness; Source data URL; Data collection; Data cleaning; "
        "Data sharing agreements; Data access and storage"
    ),
    "Tier 2 – Risks, mitigations and impact assessments": "Impact assessment; Risks and mitigations",
}
"""Categories and names of the fields of the standard's version 3.0 (March 2024), from the table its authors
publish: template_table.md of github.com/co-cddo/algorithmic-transparency-recording-standard."""


def test_the_fields_are_those_of_the_standard_in_its_order(record: Record) -> None:
    expected = [(section, name) for section, names in ATRS.items() for name in names.split("; ")]
    said = [(entry.section, entry.name) for entry in record.entries]
    assert said[: len(expected)] == expected
    assert [section for section, _ in said[len(expected) :]] == [
        "Limits",
        "Fairness results",
        *["Versions and evidence"] * 2,
        "What the organisation still has to fill",
    ]


def test_a_key_of_owner_toml_is_the_standard_s_attribute() -> None:
    attributes = {name.lower().replace(" ", "_") for names in ATRS.values() for name in names.split("; ")}
    assert set(FIELDS) <= attributes


def test_no_words_are_left_over_from_what_is_gone() -> None:
    assert set(words.RULES) == set(RULES)
    assert set(words.TERMS) == set(terms.SCORE_TERMS)
    assert set(words.REASONS) == set(terms.REASONS)
    assert set(words.CHILD_COLUMNS) == set(COLUMNS[CHILDREN])
    assert set(words.PROVISION_COLUMNS) == set(COLUMNS[PROVISION])


def test_what_a_policy_is_made_of_is_in_its_document() -> None:
    """So a new price or limit cannot miss the record by missing the manifest."""
    policy = Policy()
    keys = [f"prices.{each.name}" for each in fields(policy.prices)]
    keys += [f"limits.{each.name}" for each in fields(policy.limits)]
    assert set(flat_policy(policy_document(policy))) == {*keys, "siblings.split"}


def test_what_only_the_organisation_knows_is_to_be_filled(record: Record) -> None:
    said = [each for entry in record.entries for each in entry.said if each.startswith(TO_FILL)]
    assert record.to_fill == tuple(key for key in FIELDS if key != "team")
    assert sorted(re.findall(r"\((\w+)\)\.$", "\n".join(said), re.MULTILINE)) == sorted(record.to_fill)
    assert record.entries[-1].said == tuple(f"{key}: {FIELDS[key]}" for key in record.to_fill)
    (team,) = [entry.said for entry in record.entries if entry.name == "Team"]
    assert team == ("Sufficiency | planning",)


def test_a_record_with_every_field_filled_says_so(run: RunView) -> None:
    record = transparency_record(run, owner=dict.fromkeys(FIELDS, "known"))
    assert record.to_fill == ()
    assert record.entries[-1].said == ("Nothing: every field is filled.",)
    assert not any(TO_FILL in each for entry in record.entries for each in entry.said)


def test_versions_and_hashes_are_the_manifest_s(run: RunView, record: Record) -> None:
    evidence = rows(record, "evidence")
    for name, hashed in {**run.manifest["inputs"], **run.manifest["outputs"]}.items():
        assert evidence[name] == hashed
    assert evidence["highspy"] == run.manifest["versions"]["highspy"]
    assert evidence["manifest.json"] == run.manifest["sha256"]


def test_no_child_and_no_small_count_is_in_it(run: RunView) -> None:
    record = transparency_record(run, owner={})
    content = FORMATS[".json"](record).decode()
    assert not [child for child in run.pack.children["child_id"] if f'"{child}"' in content]
    results = [table for entry in record.entries for table in entry.tables if "fairness" in table.name]
    assert results
    for table in results:
        shown = text_frame(table)
        counts = [name for name in shown if str(name).startswith(("Children", "Of them"))]
        assert not shown[counts].isin(list("12345")).to_numpy().any()


def test_each_form_says_everything(record: Record) -> None:
    document = json.loads(FORMATS[".json"](record))
    assert [field["name"] for field in document["fields"]] == [entry.name for entry in record.entries]
    assert document["to_be_filled"] == list(record.to_fill)
    markdown = FORMATS[".md"](record).decode()
    assert r"Sufficiency \| planning" in markdown
    html = FORMATS[".html"](record).decode()
    for entry in record.entries:
        assert f"### {entry.name}" in markdown
        assert f"<h3>{entry.name}</h3>" in html
    assert "http" not in html.replace("http://www.w3.org/2000/svg", "")


def test_the_docs_have_every_key_of_owner_toml() -> None:
    page = (Path(__file__).parents[2] / "docs" / "fairness.md").read_text(encoding="utf-8")
    listed = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", page, re.MULTILINE))
    assert listed == dict(FIELDS)


def test_owner_toml(tmp_path: Path) -> None:
    path = tmp_path / "owner.toml"
    path.write_text('team = "Sufficiency"\nmaintenance = "  By letter.\\n"\n', encoding="utf-8")
    assert owner_from_toml(path) == {"team": "Sufficiency", "maintenance": "By letter."}


def test_what_is_wrong_in_owner_toml_is_said_at_once(tmp_path: Path) -> None:
    path = tmp_path / "owner.toml"
    path.write_text('teem = "x"\nphase = 3\nmaintenance = " "\n', encoding="utf-8")
    with pytest.raises(InputError) as caught:
        owner_from_toml(path)
    assert [(fault.row, fault.column) for fault in caught.value.faults] == [
        (1, "teem"), (2, "phase"), (3, "maintenance"),
    ]  # fmt: skip
    assert caught.value.faults[0].accepted == "team, if that is what it is"
    assert "3 faults" in str(caught.value)
