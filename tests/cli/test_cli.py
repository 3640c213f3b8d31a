"""Every verb: what it prints where, its exit status, and that nothing a user does ends in a traceback."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pandas as pd
import pytest
from support.commands import json_of, names_in, run_command
from support.random_packs import Tables, small_tables
from support.runs import assert_finished

from optimiser.version import __version__

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return few().write(tmp_path / "pack")


def few() -> Tables:
    """One home with one vacancy for two children of one region without limits."""
    tables = small_tables(1, children=(2, 2), provisions=(1, 1))
    tables.policy = {}
    tables.incompatible = []
    for number, child in enumerate(tables.children):
        for column in child:
            child[column] = ""
        child |= {"child_id": f"C{number}", "authority": "E08000037", "age": "10", "gender": "female"}
        child |= {"home_easting": "425000", "home_northing": "560000"}
    home = tables.provision[0]
    for column in home:
        home[column] = ""
    home |= {"provision_id": "P1", "kind": "foster_home", "sector": "voluntary", "weekly_cost": "600"}
    home |= {"easting": "430000", "northing": "560000", "places": "1", "vacancies": "1"}
    return tables


def test_version() -> None:
    assert run_command("--version").stdout == f"optimiser {__version__}\n"


def test_the_version_is_the_distributions() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project.get("version", __version__) == __version__


def test_python_dash_m() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "optimiser", "--version"], capture_output=True, text=True, env=ENVIRONMENT
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, f"optimiser {__version__}\n", "")


def test_validate_a_good_pack(pack: Path) -> None:
    result = run_command("validate", pack)
    assert result.exit_code == 0
    assert result.stdout == "Random 1: 2 children, 1 provisions, no faults\n"


def test_validate_prints_each_fault_on_a_line_of_standard_output(tmp_path: Path) -> None:
    tables = few()
    tables.children[1]["age"] = "19"
    tables.provision[0]["kind"] = "foster\thome"
    result = run_command("validate", tables.write(tmp_path / "pack"))
    assert result.exit_code == 2
    lines = result.stdout.splitlines()
    assert [re.match(r"[^:]+:[^:]+:[^:]+: .+; accepted: .+$", line) is not None for line in lines] == [
        True
    ] * 2
    assert lines[0].startswith("children.csv:3:age: ")
    assert lines[1].startswith("provision.csv:2:kind: ")
    assert "2 faults" in result.stderr


def test_validate_marks_warnings(tmp_path: Path) -> None:
    tables = few()
    tables.children[0] |= {"sibling_group": "s"}
    tables.children[1] |= {"sibling_group": "s", "authority": "E08000021"}
    result = run_command("validate", tables.write(tmp_path / "pack"))
    assert result.exit_code == 0
    assert result.stdout.splitlines()[0].endswith(" (warning)")
    document = json_of(run_command("validate", tmp_path / "pack", "--json"))
    assert all(fault["warning"] for fault in document["faults"])


def test_validate_as_json(pack: Path) -> None:
    result = run_command("validate", pack, "--json")
    assert json_of(result) == {"pack": str(pack), "children": 2, "provisions": 1, "faults": []}
    assert result.stderr == ""


def test_faults_as_json(tmp_path: Path) -> None:
    tables = few()
    tables.children[1]["age"] = "19"
    folder = tables.write(tmp_path / "pack")
    for words in (("validate", folder), ("allocate", folder, "--out", tmp_path / "run")):
        result = run_command(*words, "--json")
        assert result.exit_code == 2
        assert result.stderr == ""
        (fault,) = json_of(result)["faults"]
        assert (fault["file"], fault["row"], fault["column"]) == ("children.csv", 3, "age")
    assert names_in(tmp_path) == ["pack"]


def test_allocate(pack: Path, tmp_path: Path) -> None:
    result = run_command("allocate", pack, "--out", tmp_path / "run")
    assert result.exit_code == 0
    assert_finished(tmp_path / "run")
    shown = re.sub(r"[0-9.]+ s$", "… s", result.stdout, flags=re.MULTILINE)
    shown = "\n".join(line.rstrip() for line in shown.replace(str(tmp_path / "run"), "RUN").splitlines())
    golden = Path(__file__).parents[1] / "golden" / "allocate.txt"
    assert shown.strip() == golden.read_text(encoding="utf-8").strip()
    assert result.stderr == (
        "1 child without a place, places_taken: relax limits.max_miles or limits.ofsted\n"
    )


def test_allocate_as_json(pack: Path, tmp_path: Path) -> None:
    result = run_command("allocate", pack, "--out", tmp_path / "run", "--json")
    document = json_of(result)
    assert result.stderr == ""
    assert document["run"] == str(tmp_path / "run")
    assert (document["metrics"]["placed"], document["metrics"]["status"]) == (1, "optimal")
    assert document["unplaced"] == [
        {"reason": "places_taken", "children": 1, "relax": ["limits.max_miles", "limits.ofsted"]}
    ]


def test_strict_writes_the_run_and_ends_with_3(pack: Path, tmp_path: Path) -> None:
    result = run_command("allocate", pack, "--out", tmp_path / "run", "--strict")
    assert result.exit_code == 3
    assert "1 child without a place, places_taken: relax limits.max_miles" in result.stderr
    assert_finished(tmp_path / "run")


def test_strict_ends_with_0_where_all_are_placed(tmp_path: Path) -> None:
    tables = few()
    del tables.children[1]
    result = run_command("allocate", tables.write(tmp_path / "pack"), "--out", tmp_path / "run", "--strict")
    assert result.exit_code == 0


def test_a_policy_of_ones_own(pack: Path, tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text("[limits]\nmax_miles = 1.0\n")
    result = run_command("allocate", pack, "--out", tmp_path / "run", "--policy", policy, "--json")
    assert json_of(result)["unplaced"][0]["reason"] == "no_eligible_place"


@pytest.mark.parametrize("words", [["--distance", "road"], ["--policy", "nowhere.toml"]])
def test_what_the_pack_lacks_is_bad_input(words: list[str], pack: Path, tmp_path: Path) -> None:
    result = run_command("allocate", pack, "--out", tmp_path / "run", *words)
    assert result.exit_code == 2
    assert "; accepted: " in result.stderr
    assert names_in(tmp_path) == ["pack"]


@pytest.mark.parametrize(
    "words",
    [
        ["--gap", "nan"],
        ["--gap", "inf"],
        ["--gap", "-1"],
        ["--time-limit", "soon"],
        ["--time-limit", "inf"],
        ["--distance", "crow"],
        ["--unknown"],
        ["another"],
    ],
)
def test_usage_errors(words: list[str], pack: Path, tmp_path: Path) -> None:
    result = run_command("allocate", pack, "--out", tmp_path / "run", *words)
    assert (result.exit_code, result.stdout) == (2, "")
    as_json = run_command("allocate", pack, "--out", tmp_path / "run", *words, "--json")
    assert (as_json.exit_code, as_json.stderr) == (2, "")
    assert set(json_of(as_json)) == {"error", "faults"}
    assert names_in(tmp_path) == ["pack"]


def test_an_unknown_verb() -> None:
    assert run_command("alocate").exit_code == 2


def test_a_pack_that_is_not_there() -> None:
    result = run_command("validate", "nowhere")
    assert result.exit_code == 2
    assert result.stderr.startswith("nowhere is not there; accepted: a folder, or the name of a sample pack")


def test_a_pack_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    assert run_command("validate", tmp_path / "file").exit_code == 2


def test_a_pack_of_too_long_a_name() -> None:
    result = run_command("validate", "x" * 5000)
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1


def test_a_run_that_exists_already_is_refused_before_the_work(pack: Path, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    result = run_command("allocate", pack, "--out", tmp_path / "run")
    assert result.exit_code == 2
    assert result.stderr == f"{tmp_path / 'run'} exists already; accepted: the path of a new folder\n"


def test_a_run_below_a_file_is_refused(pack: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    result = run_command("allocate", pack, "--out", tmp_path / "file" / "run")
    assert result.exit_code == 2
    assert "is a file" in result.stderr


def test_what_the_disk_refuses_is_one_line(pack: Path, tmp_path: Path) -> None:
    """A name that is short enough itself, while the hidden name it is built under is too long."""
    result = run_command("allocate", pack, "--out", tmp_path / ("x" * 250))
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.endswith(": File name too long\n")
    assert len(result.stderr.splitlines()) == 1
    assert names_in(tmp_path) == ["pack"]


def open_for_writing(pipe: Path, reader: subprocess.Popen[str]) -> int:
    """The pipe, as soon as its reader has opened it."""
    while reader.poll() is None:
        try:
            return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            time.sleep(0.01)
    raise AssertionError("the command ended before it read its input")


def interrupted(command: subprocess.Popen[str]) -> str:
    """What a command says to Ctrl-C; one that comes just before a read begins waits for the next."""
    for _ in range(20):
        command.send_signal(signal.SIGINT)
        try:
            return command.communicate(timeout=3)[1]
        except subprocess.TimeoutExpired:
            continue
    command.kill()
    return command.communicate()[1]


def test_ctrl_c_ends_with_4_and_one_line(pack: Path, tmp_path: Path) -> None:
    """The pack's children.csv is a pipe that nobody writes to: the command waits until interrupted.

    `env` gives the command its own say on SIGINT, which a job in the background is started without.
    """
    (pack / "children.csv").unlink()
    os.mkfifo(pack / "children.csv")
    own_signal = ["env", "--default-signal=INT", sys.executable, "-m", "optimiser"]
    words = [*own_signal, "allocate", str(pack), "--out", str(tmp_path / "run")]
    command = subprocess.Popen(words, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT)
    with command:
        writer = open_for_writing(pack / "children.csv", command)
        errors = interrupted(command)
        os.close(writer)
    assert (command.returncode, errors) == (4, "stopped by the user; nothing was written\n")
    assert names_in(tmp_path) == ["pack"]


def test_a_killed_allocate_leaves_nothing_that_looks_finished(pack: Path, tmp_path: Path) -> None:
    """Killed as soon as the hidden folder shows, or finished before that could be."""
    words = [sys.executable, "-m", "optimiser", "allocate", str(pack), "--out", str(tmp_path / "run")]
    command = subprocess.Popen(words, stdout=subprocess.DEVNULL, env=ENVIRONMENT)
    with command:
        while command.poll() is None and names_in(tmp_path) == ["pack"]:
            time.sleep(0.002)
        command.kill()
    if (tmp_path / "run").exists():
        assert_finished(tmp_path / "run")


def test_packs() -> None:
    listed = json_of(run_command("packs", "--json"))["packs"]
    assert {"gateshead-ten", "north-east-and-cumbria"} <= {each["name"] for each in listed}
    shown = run_command("packs").stdout
    assert all(each["name"] in shown for each in listed)


def test_a_sample_pack_goes_by_its_name() -> None:
    assert run_command("validate", "gateshead-ten").exit_code == 0


def test_twice_the_same_bytes(pack: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        assert run_command("allocate", pack, "--out", tmp_path / name).exit_code == 0
    for name in ("allocations.csv", "shadow_prices.csv", "model.mps.gz"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


@pytest.mark.parametrize("codes", ["", "E99999999", "Gateshead", ","])
def test_authorities_that_are_not_known(codes: str, tmp_path: Path) -> None:
    for words in (
        ("import", "ofsted", "register.csv"),
        ("synthesise", "--facts", "f.csv", "--seed", "1", "--children", "9"),
    ):
        result = run_command(*words, "--authorities", codes, "--out", tmp_path / "pack")
        assert result.exit_code == 2
        assert result.stderr.startswith("--authorities:0:")
    assert names_in(tmp_path) == []


def test_a_register_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "register.csv").write_bytes(b"\xff\xfe\x00nothing")
    words = ("import", "ofsted", tmp_path / "register.csv", "--authorities", "E08000037")
    result = run_command(*words, "--out", tmp_path / "pack")
    assert result.exit_code == 2
    assert run_command(*words, "--out", tmp_path / "pack", "--as-at", "yesterday").exit_code == 2
    assert names_in(tmp_path) == ["register.csv"]


def test_exact_savings_are_filled_where_asked_for_and_the_run_is_proven(tmp_path: Path) -> None:
    plain, exact = tmp_path / "plain", tmp_path / "exact"
    assert run_command("allocate", "gateshead-ten", "--out", plain).exit_code == 0
    assert run_command("allocate", "gateshead-ten", "--out", exact, "--exact-savings", "3").exit_code == 0
    before, after = (pd.read_csv(run / "shadow_prices.csv") for run in (plain, exact))
    filled = after.dropna(subset="exact_saving_gbp_per_week")
    highest = after.nlargest(3, "saving_gbp_per_week")
    assert before["exact_saving_gbp_per_week"].isna().all()
    assert set(filled["id"]) == set(highest["id"])
    assert (plain / "allocations.csv").read_bytes() == (exact / "allocations.csv").read_bytes()
    assert run_command("verify", exact).stdout.startswith("PROVEN:")
