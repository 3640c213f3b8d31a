"""The algorithmic transparency record of a run, made from the code's own tables and the run's own files.

The fields are those of the UK's Algorithmic Transparency Recording Standard (ATRS) version 3.0 of March 2024,
by name and in order (`template_table.md` of github.com/co-cddo/algorithmic-transparency-recording-standard);
the limits, the fairness results and the versions are ours. What only the organisation knows comes from
owner.toml, or is said to be filled.
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

STANDARD = "Algorithmic Transparency Recording Standard, version 3.0 (March 2024), tiers 1 and 2"
TO_FILL = "To be filled by the organisation: "
TITLE = "Metadata and Title Information"
TIER_1 = "Tier 1 Information"
OWNER = "Tier 2 – Owner and Responsibility"
RATIONALE = "Tier 2 – Description and Rationale"
PROCESS = "Tier 2 – Decision-making Process"
TOOL = "Tier 2 – Tool Specification"
MODEL = "Tier 2 – Model Specification"
DATA = "Tier 2 – Data Specification"
RISKS = "Tier 2 – Risks, mitigations and impact assessments"
LIMITS = "Limits"
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
    parts = (
        made.titled,
        made.overview,
        made.process,
        made.tool,
        made.model,
        made.data,
        made.risks,
        made.results,
    )
    entries = tuple(entry for part in parts for entry in part())
    to_fill = tuple(key for key in FIELDS if key not in owner)
    left = tuple(f"{key}: {FIELDS[key]}" for key in to_fill) or ("Nothing: every field is filled.",)
    title = f"Algorithmic transparency record: Regional Care Optimiser, {view.region.name}"
    return Record(title, (*entries, Entry(LEFT, "In owner.toml", left)), to_fill)


@dataclass(frozen=True)
class _Maker:
    """What every field is made of."""

    view: RunView
    owner: Mapping[str, str]

    def field(self, section: str, name: str, *known: str) -> Entry:
        """A field that the organisation fills, after what the program knows of it."""
        key = name.lower().replace(" ", "_")
        return Entry(section, name, (*known, self.owner.get(key, f"{TO_FILL}{FIELDS[key]} ({key}).")))

    def titled(self) -> Sequence[Entry]:
        """What the repository of records shows beside the record."""
        known = {
            "ID": words.PUBLISHER,
            "Standard version": "3.0",
            **dict.fromkeys(("Organisation type", "Function", "Capability", "Task", "Tags"), words.CHOSEN),
            **dict.fromkeys(("Date of completion", "Date updated", "Date archived"), words.PUBLISHER),
            "Title": "Regional Care Optimiser",
            "Organisation name": "As under Organisation or department.",
            "Phase": "As under Tool Specification.",
            "Region": f"{self.view.region.name}.",
            "One sentence description": "It proposes homes for a region's children in care, all children and "
            "all vacancies together, and proves how good the proposal is.",
        }
        return tuple(Entry(TITLE, name, (said,)) for name, said in known.items())

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
            self.field(TIER_1, "Website URL"),
            self.field(TIER_1, "Contact email"),
            self.field(OWNER, "Organisation or department"),
            self.field(OWNER, "Team"),
            self.field(OWNER, "Senior responsible owner"),
            self.field(OWNER, "External supplier involvement"),
            self.field(OWNER, "External supplier"),
            self.field(OWNER, "Companies House Number"),
            self.field(OWNER, "External supplier role"),
            self.field(OWNER, "Procurement procedure type"),
            self.field(OWNER, "Data access terms"),
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
            self.field(RATIONALE, "Previous process"),
            self.field(
                RATIONALE,
                "Alternatives considered",
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
                "A run is a proposal for all the children of a list at once. It is written to a folder and "
                "changes no other system.",
            ),
            Entry(PROCESS, "Provided information", (explanations,)),
            self.field(PROCESS, "Frequency and scale of usage", self._scale()),
            self.field(
                PROCESS,
                "Human decisions and review",
                "No placement follows from a run by itself. People make the list of children and places, set "
                "prices and limits, and decide on each proposal.",
            ),
            self.field(PROCESS, "Required training"),
            self.field(
                PROCESS,
                "Appeals and review",
                "The decision is the authority's, so its complaints procedure and the independent reviewing "
                "officer are the way; explanations of the run are kept with it.",
            ),
        )

    def _scale(self) -> str:
        shown = {tile.key: tile for tile in published_tiles(self.view)}
        parts = (f"{tile.label.lower()}: {tile.value_text}" for tile in shown.values())
        return f"This run, as published: {'; '.join(parts)}. “c” is hidden."

    def tool(self) -> Sequence[Entry]:
        """The program as a whole."""
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
            self.field(TOOL, "Phase"),
            self.field(TOOL, "Maintenance"),
            Entry(TOOL, "Models", ("One: the mathematical programme below.",)),
        )

    def model(self) -> Sequence[Entry]:
        """The mathematical programme, and how well it was solved."""
        policy, metrics = self.view.manifest["policy"], self.view.metrics
        gap = "not known" if metrics["gap"] is None else f"{metrics['gap']:.2g}"
        return (
            Entry(MODEL, "Model name", ("Regional Care Optimiser.",)),
            Entry(MODEL, "Model version", (f"{self.view.manifest['program']['version']}.",)),
            Entry(MODEL, "Model task", ("Assign children to places.",)),
            Entry(MODEL, "Model input", ("The columns under Data description, and the policy below.",)),
            Entry(
                MODEL,
                "Model output",
                ("A place for each child, or none with the reason; the proof; explanations.",),
            ),
            Entry(
                MODEL,
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
                MODEL,
                "Model performance",
                (
                    f"Status: {metrics['status']}, gap {gap}. The gap is how much lower a score could at "
                    "most be, relatively. The run was accepted by the independent check "
                    f"(optimiser verify, version {__version__}).",
                    "Outcomes by group stand under Fairness results.",
                ),
            ),
            Entry(MODEL, "Datasets", ("None was used to develop the model.",)),
            Entry(
                MODEL,
                "Dataset purposes",
                ("Nothing is trained. The data specified below are what this run was made of.",),
            ),
        )

    def data(self) -> Sequence[Entry]:
        """What the run was made of."""
        region = self.view.region
        return (
            Entry(
                DATA,
                "Source data name",
                (f"children.csv and provision.csv of {region.name}, as at {region.as_at.isoformat()}.",),
            ),
            Entry(DATA, "Data modality", ("Tabular.",)),
            Entry(
                DATA,
                "Data description",
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
                DATA,
                "Data quantities",
                (
                    "A row a child and a row a foster household or home; the numbers of this run, as "
                    "published, stand under Frequency and scale of usage.",
                ),
            ),
            Entry(
                DATA,
                "Sensitive attributes",
                (
                    f"{', '.join(words.SENSITIVE)}. {_listed(out.PROTECTED)} are read for reports on "
                    "fairness alone. gender and age are read by the model through eligibility alone: the "
                    "rules age, gender and under_16, and the default of supported accommodation.",
                ),
            ),
            Entry(
                DATA,
                "Data completeness and representativeness",
                (
                    "The children are all those the organisation listed, and no sample. Not known is a group "
                    "of its own in the fairness results; columns that the pack leaves blank for every child: "
                    f"{_listed(self._blank()) or 'none'}.",
                ),
            ),
            Entry(DATA, "Source data URL", ("None: they are personal data and not published.",)),
            self.field(DATA, "Data collection"),
            Entry(
                DATA,
                "Data cleaning",
                ("Every cell is checked; a pack with a fault is refused. Nothing is filled in.",),
            ),
            self.field(DATA, "Data sharing agreements"),
            self.field(DATA, "Data access and storage"),
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
            self.field(RISKS, "Impact assessment"),
            Entry(RISKS, "Risks and mitigations", (), (table,)),
            Entry(LIMITS, "What it does not do", words.LIMITS),
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
