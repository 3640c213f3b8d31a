"""The algorithmic transparency record of a run, made from the code's own tables and the run's own files.

The fields are those of the UK's Algorithmic Transparency Recording Standard (ATRS) version 2.1, tiers 1 and 2
(www.gov.uk/government/publications/algorithmic-transparency-data-standard), which the template of version 3.0
keeps in its sections; the fairness results and the versions are ours. What only the organisation knows comes
from owner.toml, or is said to be filled.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from optimiser import terms
from optimiser.matching.eligibility import RULES
from optimiser.pack.tables import CHILDREN, COLUMNS, PROVISION
from optimiser.report import outcomes as out
from optimiser.report import transparency_words as words
from optimiser.report.build import Builder
from optimiser.report.fairness import fairness_miles, fairness_shares, method_notes, short_table
from optimiser.report.owner import FIELDS
from optimiser.report.policy_keys import policy_table
from optimiser.report.table import Table
from optimiser.report.tiles import published_tiles
from optimiser.report.views import RunView
from optimiser.version import __version__

STANDARD = "Algorithmic Transparency Recording Standard, version 2.1 (tiers 1 and 2)"
TO_FILL = "To be filled by the organisation: "
TIER_1 = "Tier 1 – Overview"
OWNER = "Tier 2 – Owner and responsibility"
RATIONALE = "Tier 2 – Description and rationale"
PROCESS = "Tier 2 – Decision-making process"
TOOL = "Tier 2 – Tool specification"
RISKS = "Tier 2 – Risks, mitigations and impact assessments"
RESULTS = "Fairness results"
VERSIONS = "Versions and evidence"
LEFT = "What the organisation still has to fill"


@dataclass(frozen=True)
class Entry:
    """One field: its section and name, what is said, and the tables that belong to it."""

    section: str
    name: str
    said: tuple[str, ...]
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True)
class Record:
    """The record: a title, its entries in order, and the keys of owner.toml that nobody has filled."""

    title: str
    entries: tuple[Entry, ...]
    to_fill: tuple[str, ...]


def transparency_record(view: RunView, *, owner: Mapping[str, str]) -> Record:
    """The record of a run that `verify` of this version has accepted; figures are as published.

    Raises `InputError` where the figures of the region cannot be published.
    """
    made = _Maker(view, owner)
    entries = (*made.overview(), *made.process(), *made.tool(), *made.risks(), *made.results())
    to_fill = tuple(key for key in FIELDS if key not in owner)
    left = tuple(f"{key}: {FIELDS[key]}" for key in to_fill) or ("Nothing: every field is filled.",)
    title = f"Algorithmic transparency record: Regional Care Optimiser, {view.region.name}"
    return Record(title, (*entries, Entry(LEFT, "In owner.toml", left)), to_fill)


@dataclass(frozen=True)
class _Maker:
    """What every field is made of."""

    view: RunView
    owner: Mapping[str, str]

    def field(self, section: str, name: str, key: str, *known: str) -> Entry:
        """A field that the organisation fills, after what the program knows of it."""
        return Entry(section, name, (*known, self.owner.get(key, f"{TO_FILL}{FIELDS[key]} ({key}).")))

    def overview(self) -> Sequence[Entry]:
        """Name, description, owner and rationale."""
        region = self.view.region
        return (
            Entry(TIER_1, "Name", ("Regional Care Optimiser",)),
            Entry(
                TIER_1,
                "Description",
                (
                    "It proposes homes for a region's children in care: near home, with their siblings, "
                    "in places that suit them, within budget. A mathematical programme looks at all the "
                    "children and all the vacancies together, and proves how good its proposal is. It "
                    "proposes; the decision about a child stays with the social worker and the authority.",
                    f"This record is of the run {self.view.name} for {region.name}, data as at "
                    f"{region.as_at.isoformat()}.",
                ),
            ),
            self.field(TIER_1, "Website", "website"),
            self.field(TIER_1, "Contact e-mail", "contact_email"),
            self.field(OWNER, "Organisation or department", "organisation"),
            self.field(OWNER, "Team", "team"),
            self.field(OWNER, "Senior responsible owner", "senior_responsible_owner"),
            self.field(OWNER, "External supplier involvement", "external_supplier"),
            Entry(
                RATIONALE,
                "Detailed description",
                (
                    "Each child may live in a place only where every rule below holds. Among all allocations "
                    "that keep capacity, incompatible children apart and every budget, the program finds, in "
                    "this order: the fewest children without a place; the fewest sibling groups separated; "
                    "the lowest total score in £ a week. Nothing later can buy back anything earlier.",
                ),
            ),
            Entry(
                RATIONALE,
                "Scope",
                (
                    "Children who need a place at one date, and the vacancies of the region's foster "
                    "households, kinship carers, children's homes and supported accommodation. It does not "
                    "assess children, risks, families or carers, and predicts nothing about a person.",
                ),
            ),
            Entry(
                RATIONALE,
                "Benefit",
                (
                    "Authorities that look for places one child at a time take the first that is free; "
                    "looked for together, more children can be placed, nearer home and with their "
                    "siblings. What this run reaches stands under Model performance, by group under "
                    "Fairness results.",
                ),
            ),
            self.field(RATIONALE, "Previous process", "previous_process"),
            self.field(
                RATIONALE,
                "Alternatives considered",
                "alternatives",
                "A score for each child alone would give the best places to whoever is asked for first; "
                "learning from past placements would repeat them. The program does neither.",
            ),
        )

    def process(self) -> Sequence[Entry]:
        """How people use it."""
        explanations = (
            "Each proposal: the place, its score term by term, alternatives, and why a child has none: "
            + _listed(words.REASONS[reason] for reason in terms.REASONS)
            + "; and what would change that."
        )
        return (
            self.field(
                PROCESS,
                "Process integration",
                "process_integration",
                "A run is a proposal for all the children of a list at once. It is written to a folder and "
                "changes no other system.",
            ),
            Entry(PROCESS, "Provided information", (explanations,)),
            self.field(PROCESS, "Frequency and scale of usage", "frequency", self._scale()),
            self.field(
                PROCESS,
                "Human decisions and review",
                "human_decisions",
                "No placement follows from a run by itself. People make the list of children and places, set "
                "prices and limits, and decide on each proposal.",
            ),
            self.field(PROCESS, "Required training", "required_training"),
            self.field(
                PROCESS,
                "Appeals and review",
                "appeals",
                "The decision is the authority's, so its complaints procedure and the independent reviewing "
                "officer are the way; explanations of the run are kept with it.",
            ),
        )

    def _scale(self) -> str:
        shown = {tile.key: tile for tile in published_tiles(self.view)}
        parts = (f"{tile.label.lower()}: {tile.value_text}" for tile in shown.values())
        return f"This run, as published: {'; '.join(parts)}. “c” is hidden."

    def tool(self) -> Sequence[Entry]:
        """The model and its data."""
        policy, metrics = self.view.manifest["policy"], self.view.metrics
        gap = "not known" if metrics["gap"] is None else f"{metrics['gap']:.2g}"
        version = self.view.manifest["program"]["version"]
        return (
            Entry(
                TOOL,
                "System architecture",
                (
                    "One program that runs on the organisation's own machine and sends nothing anywhere: it "
                    "reads spreadsheets, solves, explains, and writes a folder of files; a second, "
                    "independent part checks that folder without a solver.",
                ),
            ),
            self.field(TOOL, "Phase", "phase"),
            self.field(TOOL, "Maintenance", "maintenance"),
            Entry(TOOL, "Model name and version", (f"Regional Care Optimiser {version}.",)),
            Entry(
                TOOL,
                "Model task, input and output",
                (
                    "Task: assign children to places. Input: the columns below. Output: a place for each "
                    "child, or none with the reason; the proof; explanations.",
                ),
            ),
            Entry(
                TOOL,
                "Model architecture",
                (
                    "A lexicographic integer linear programme, solved by column generation with the solver "
                    "HiGHS. No machine learning: nothing is trained, and nothing is random.",
                    "Distance from home is measured "
                    + ("by road." if self.view.by_road else "in a straight line."),
                ),
                (_rules(), _terms(), policy_table(policy)),
            ),
            Entry(
                TOOL,
                "Model performance",
                (
                    f"Status: {metrics['status']}, gap {gap}. The gap is how much lower a score could at "
                    "most be, relatively. The run was accepted by the independent check "
                    f"(optimiser verify, version {__version__}).",
                ),
            ),
            Entry(
                TOOL,
                "Data: source, purpose and description",
                (
                    "Records of the region's children in care and of its provision, as the organisation put "
                    "them into the pack.",
                ),
                (
                    _columns(CHILDREN, words.CHILD_COLUMNS),
                    _columns(PROVISION, words.PROVISION_COLUMNS),
                ),
            ),
            Entry(
                TOOL,
                "Data: sensitive attributes",
                (
                    f"{', '.join(words.SENSITIVE)}. {_listed(out.PROTECTED)} are read for reports on "
                    "fairness alone. gender and age are read by the model through eligibility alone: the "
                    "rules age, gender and under_16, and the default of supported accommodation.",
                ),
            ),
            Entry(
                TOOL,
                "Data: completeness",
                (
                    "Not known is a group of its own in the fairness results; columns that the pack leaves "
                    f"blank for every child: {_listed(self._blank()) or 'none'}.",
                ),
            ),
            Entry(
                TOOL,
                "Data: cleaning",
                ("Every cell is checked; a pack with a fault is refused. Nothing is filled in.",),
            ),
            self.field(TOOL, "Data: collection", "data_collection"),
            self.field(TOOL, "Data: sharing agreements", "data_sharing"),
            self.field(TOOL, "Data: access and storage", "data_access"),
        )

    def _blank(self) -> list[str]:
        children = self.view.pack.children
        return [name for name in out.PROTECTED if (children[name] == "").all()]

    def risks(self) -> Sequence[Entry]:
        """Impact assessments, risks and limits."""
        builder = Builder()
        builder.text("risk", "Risk", [risk for risk, _ in words.RISKS])
        builder.text("mitigation", "What is done about it", [done for _, done in words.RISKS])
        table = builder.table("risks", "Risks and mitigations", source=None)
        return (
            self.field(RISKS, "Impact assessments", "impact_assessments"),
            self.field(RISKS, "Legal review", "legal_review"),
            Entry(RISKS, "Risks and mitigations", (), (table,)),
            Entry(RISKS, "Limits", words.LIMITS),
        )

    def results(self) -> Sequence[Entry]:
        """Outcomes by group as published, then with what the run was made."""
        view, manifest = self.view, self.view.manifest
        tables = [short_table(fairness_shares(view, out.ALL, publication=True))]
        for dimension in out.PUBLISHED:
            tables += [
                short_table(fairness_shares(view, dimension, publication=True)),
                short_table(fairness_miles(view, dimension, publication=True)),
            ]
        builder = Builder()
        made = {
            "regional-care-optimiser": manifest["program"]["version"],
            **manifest["versions"],
            "this record, by regional-care-optimiser": __version__,
        }
        hashes = {**manifest["inputs"], **manifest["outputs"], "manifest.json": manifest["sha256"]}
        builder.text("name", "Program, library or file", [*made, *hashes])
        builder.text("value", "Version or SHA-256", [*made.values(), *hashes.values()])
        evidence = builder.table("evidence", "Versions and hashes", source=None)
        return (
            Entry(RESULTS, "Outcomes by group, beside all other children", method_notes(), tuple(tables)),
            Entry(VERSIONS, "Standard", (STANDARD,)),
            Entry(
                VERSIONS,
                "Run",
                (f"Made from {manifest['start']} to {manifest['end']} (UTC).",),
                (evidence,),
            ),
        )


def _rules() -> Table:
    builder = Builder()
    builder.text("rule", "Rule", list(RULES))
    builder.text("holds", "Holds when", [words.RULES[name] for name in RULES])
    return builder.table("rules", "Rules of eligibility: all must hold", source=None)


def _terms() -> Table:
    builder = Builder()
    builder.text("term", "Term", list(terms.SCORE_TERMS))
    builder.text("counts", "Counts, in £ a week", [words.TERMS[name] for name in terms.SCORE_TERMS])
    return builder.table("terms", "Terms of the score", source=None)


def _columns(file: str, used: Mapping[str, str]) -> Table:
    builder = Builder()
    builder.text("column", "Column", list(COLUMNS[file]))
    builder.text("used", "Used for", [used[name] for name in COLUMNS[file]])
    return builder.table(file.partition(".")[0], f"Columns of {file} that are read", source=None)


def _listed(parts: Iterable[str]) -> str:
    return ", ".join(parts)
