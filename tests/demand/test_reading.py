"""Every row of a return is accounted for: a sound one, fifty and more kinds of fault, every form it comes
in."""

from __future__ import annotations

import contextlib
import zipfile
from collections import Counter
from datetime import date
from pathlib import Path
from random import Random

import pytest
from support import returns
from support.returns import REGION, SLIPS, Slip
from support.zips import locked

from optimiser.demand.quality import ACTIONS, QUALITY_COLUMNS
from optimiser.demand.reading import read_return
from optimiser.demand.returns import COLUMNS, EPISODES, HEADER, UASC, Return
from optimiser.errors import InputError


def _read(folder: Path, files: dict[str, str]) -> Return:
    return read_return(returns.write_files(folder, files), region=REGION)


def _lines(text: str) -> int:
    """Rows of a CSV text under its header; an empty line counts only between others."""
    return len(text.rstrip("\n").split("\n")) - 1


def test_a_sound_return_has_nothing_wrong_with_it(tmp_path: Path) -> None:
    found = _read(tmp_path, returns.department_files(returns.sound_tables(), folder="Salford/"))
    findings = found.quality.findings
    assert findings[["kind", "child"]].astype(str).to_numpy().tolist() == [["home missing", "C3"]]
    assert found.rows_read == 4 + 8 + 3 + 6 + 1
    assert set(found.episodes["action"]) == {"used"}
    assert (found.years, found.first_day, found.last_day) == (
        (2023, 2024),
        date(2022, 4, 1),
        date(2024, 3, 31),
    )
    assert found.episodes["current"].tolist() == [True, False, False, False, *[True] * 8]
    assert found.children["uasc"].tolist() == [False, False, True, False, False, False]
    assert set(found.episodes["authority"]) == {"E08000006"}


def test_the_columns_are_those_promised(tmp_path: Path) -> None:
    found = _read(tmp_path, returns.department_files(returns.sound_tables(), folder="Salford/"))
    places = ["file", "row", "year", "year_end", "authority", "CHILD", "child"]
    assert list(found.episodes) == [*places, *COLUMNS[EPISODES][1:], "action", "current", "ends"]
    assert list(found.header) == [*places, *COLUMNS[HEADER][1:], "dob_precision", "action"]
    assert list(found.uasc) == [*places, *COLUMNS[UASC][1:], "dob_precision", "action"]
    assert list(found.quality.findings) == list(QUALITY_COLUMNS)
    assert str(found.episodes["DECOM"].dtype) == "datetime64[s]"
    assert str(found.episodes["child"].dtype) == "int32"


def test_there_are_fifty_kinds_of_fault() -> None:
    """Seventy-five faults of 48 kinds; the two kinds of a platform's own columns have a test below."""
    assert len({slip.name for slip in SLIPS}) == len(SLIPS) == 75
    assert len({slip.kind for slip in SLIPS} | {"authority", "year"}) == 50


def test_columns_of_a_platform_that_are_wrong(tmp_path: Path) -> None:
    """An authority that is no member, and a YEAR that is none: the row's kind, and what is done with it."""
    files = returns.platform_files(returns.sound_tables(), authority="Salford", suffix="SAL")
    name = next(file for file in files if "episodes" in file.lower())
    lines = files[name].splitlines()
    lines[1] = lines[1].replace("Salford", "Atlantis")
    lines[2] = lines[2].rpartition(",")[0] + ",soon"
    files[name] = "\n".join([*lines, ""])
    found = _read(tmp_path, files)
    findings = found.quality.findings
    told = {
        (row, kind): done
        for row, kind, done in zip(*(findings[c] for c in ("row", "kind", "action")), strict=True)
    }
    assert told[2, "authority"] == "set aside"
    assert told[3, "year"] == "repaired"
    _check_actions(found)


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: slip.name)
def test_every_row_of_a_faulty_return_is_accounted_for(slip: Slip, tmp_path: Path) -> None:
    files = slip.files()
    found = _read(tmp_path, files)
    for source in found.sources:
        assert source.rows_read == _lines(files[source.file])
    findings = found.quality.findings
    here = findings[(findings["file"] == slip.file) & (findings["row"] == slip.found_at)]
    told = list(zip(here["kind"], here["action"], strict=True))
    assert (slip.kind, slip.action) in told, findings.to_string()
    assert found.quality.counts()["findings"].sum() == len(findings)
    _check_actions(found)


def _check_actions(found: Return) -> None:
    """A row's action is the worst of its findings; what is set aside is not current."""
    findings = found.quality.findings
    worst: dict[tuple[str, int], str] = {}
    for file, row, action in findings[["file", "row", "action"]].itertuples(index=False):
        worst[file, row] = max(action, worst.get((file, row), "used"), key=ACTIONS.index)
    rows = 0
    for frame in (found.episodes, found.header, found.uasc):
        for file, row, action in frame[["file", "row", "action"]].itertuples(index=False):
            assert action == worst.get((file, row), "used")
            rows += 1
    told = zip(findings["kind"], findings["action"], strict=True)
    spoilt = [
        kind for kind, action in told if kind in ("blank row", "number of cells") and action == "set aside"
    ]
    assert found.rows_read - rows == len(spoilt)
    assert not found.episodes.loc[found.episodes["action"] == "set aside", "current"].any()


def test_all_faults_together_lose_no_row(tmp_path: Path) -> None:
    files: dict[str, str] = {}
    for number, slip in enumerate(SLIPS):
        if slip.name == "open quote":  # which changes how the rest of its file is read
            continue
        for name, text in slip.files().items():
            header, *lines = text.split("\n")
            unlike = [line.replace("C", f"{number}C", 1) if line.startswith("C") else line for line in lines]
            files[name] = "\n".join([files.get(name, header).rstrip("\n"), *unlike])
    found = _read(tmp_path, files)
    assert found.rows_read == sum(map(_lines, files.values()))
    kinds = set(found.quality.findings["kind"])
    assert kinds >= {slip.kind for slip in SLIPS} - {"quotes", "not followed up", "gap"}


def test_the_forms_say_the_same(tmp_path: Path) -> None:
    tables = returns.sound_tables()
    files = returns.department_files(tables, folder="Salford/")
    plain = _read(tmp_path / "csv", files)
    xml = {f"Salford-{year}.xml": returns.xml_text(tables, year) for year in (2023, 2024)}
    compared = [*COLUMNS[EPISODES], "year", "authority", "current", "ends"]
    for name, other in {
        "xml": xml,
        "columns elsewhere": {name: _reversed_columns(text) for name, text in files.items()},
        "semicolons": {name: text.replace(",", ";") for name, text in files.items()},
        "line ends": {name: text.replace("\n", "\r\n") for name, text in files.items()},
        "mark": {name: "\ufeff" + text for name, text in files.items()},
        "title": {name: "Extract of 1 May\n\n" + text for name, text in files.items()},
        "small letters": {name: text.replace("CHILD,", "child,", 1) for name, text in files.items()},
        "names": {
            f"Salford_{name.split('/')[2].removesuffix('.csv')}_{name.split('/')[1]}.csv": text
            for name, text in files.items()
        },
        "spans": {
            name.replace("2023", "2022-23").replace("2024", "2023_2024"): text for name, text in files.items()
        },
    }.items():
        found = _read(tmp_path / name, other)
        assert found.episodes[compared].equals(plain.episodes[compared]) or _same(found, plain, compared), (
            name
        )
        assert (
            found.children[["CHILD", "SEX", "DOB", "uasc"]]
            .astype(str)
            .equals(plain.children[["CHILD", "SEX", "DOB", "uasc"]].astype(str))
        ), name


def _same(one: Return, other: Return, columns: list[str]) -> bool:
    keys = ["year", "CHILD", "DECOM"]
    frames = [
        found.episodes[columns].astype(str).sort_values(keys, ignore_index=True) for found in (one, other)
    ]
    return bool(frames[0].equals(frames[1]))


def _reversed_columns(text: str) -> str:
    return "\n".join(",".join(reversed(line.split(","))) for line in text.split("\n"))


def test_a_return_without_uasc_has_no_unaccompanied_children(tmp_path: Path) -> None:
    tables = {key: rows for key, rows in returns.sound_tables().items() if key[0] != UASC}
    found = _read(tmp_path, returns.department_files(tables, folder="Salford/"))
    assert len(found.uasc) == 0
    assert not found.children["uasc"].any()


def test_a_zip_is_a_folder(tmp_path: Path) -> None:
    files = returns.department_files(returns.sound_tables(), folder="Salford/")
    plain = _read(tmp_path / "folder", files)
    path = tmp_path / "return.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in {**files, "__MACOSX/Salford/x.csv": "x", "Salford/2024/oc2.csv": "CHILD\n"}.items():
            archive.writestr(name, text)
    found = read_return(path, region=REGION)
    assert found.episodes.equals(plain.episodes)
    assert found.ignored == ("Salford/2024/oc2.csv",)


def test_the_platform_form(tmp_path: Path) -> None:
    tables = returns.sound_tables()
    plain = _read(tmp_path / "csv", returns.department_files(tables, folder="Salford/"))
    found = _read(tmp_path / "platform", returns.platform_files(tables, authority="Salford", suffix="355"))
    assert {source.form for source in found.sources} == {"platform"}
    assert set(found.children["dob_precision"]) == {"month"}
    assert set(plain.children["dob_precision"]) == {"day"}
    assert found.children["DOB"].dt.day.eq(1).all()
    assert found.episodes["DECOM"].tolist() == plain.episodes["DECOM"].tolist()
    assert found.episodes["ends"].astype(str).tolist() == plain.episodes["ends"].astype(str).tolist()
    assert set(found.episodes["authority"]) == {"E08000006"}
    assert set(found.quality.findings["kind"]) == {"home missing"}


def test_two_authorities_may_use_one_identifier(tmp_path: Path) -> None:
    tables = returns.sound_tables()
    files = returns.department_files(tables, folder="Salford/") | returns.department_files(
        tables, folder="352/"
    )
    found = _read(tmp_path, files)
    assert len(found.children) == 12
    assert found.children["authority"].value_counts().to_dict() == {"E08000003": 6, "E08000006": 6}
    assert found.episodes["current"].sum() == 18


def test_an_authority_of_another_region_is_set_aside(tmp_path: Path) -> None:
    files = returns.platform_files(returns.sound_tables(), authority="Kent", suffix="886")
    found = _read(tmp_path, files)
    assert set(found.episodes["action"]) == {"set aside"}
    assert "authority" in set(found.quality.findings["kind"])
    alone = read_return(tmp_path)
    assert set(alone.episodes["authority"]) == {"E10000016"}
    assert set(alone.episodes["action"]) == {"used"}


def test_years_named_by_their_beginning(tmp_path: Path) -> None:
    files = returns.department_files(returns.sound_tables(), folder="Salford/")
    moved = {
        name.replace("/2023/", "/2022/").replace("/2024/", "/2023/"): text for name, text in files.items()
    }
    found = _read(tmp_path, moved)
    assert found.years == (2022, 2023)
    assert set(found.episodes["year_end"]) == {2023, 2024}
    assert found.last_day == date(2024, 3, 31)


def test_years_without_a_name_are_told_by_their_dates(tmp_path: Path) -> None:
    files = returns.department_files(returns.sound_tables(), folder="Salford/")
    unnamed = {name.replace("2023", "first").replace("2024", "second"): text for name, text in files.items()}
    found = _read(tmp_path, unnamed)
    assert set(found.episodes["year_end"]) == {2023, 2024}
    assert Counter(found.header["year"]) == {2023: 3, 2024: 6}


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"notes.txt": "nothing"}, "there is no Header file"),
        ({"episodes.csv": "PK\x03\x04rest"}, "is a spreadsheet"),
        ({"Salford/2024/episodes.csv": "CHILD,DECOM,RNE,PLACE,REC\n"}, "there is no column DEC"),
        ({"Salford/2024/header.csv": "CHILD,SEX,DOB,DOB,ETHNIC\n"}, "the header has DOB twice"),
        (
            {"Salford/2024/header.csv": "CHILD,SEX,D.O.B,ETHNIC\n"},
            "there is no column DOB (nearest: 'D.O.B')",
        ),
        ({"Salford/2024/return.xml": "<EXPSSDA903><CHILD>"}, "not sound XML"),
        (
            {"2024/episodes.csv": "CHILD,DECOM,RNE,PLACE,DEC,REC\n", "2024/header.csv": "CHILD,DOB,ETHNIC\n"},
            "neither the file nor its folders name an authority",
        ),
        (
            {
                "Salford/episodes.csv": "CHILD,DECOM,RNE,PLACE,DEC,REC\n",
                "Salford/header.csv": "CHILD,DOB,ETHNIC\n",
            },
            "have no rows",
        ),
        ({"Salford/episodes.csv": "\0" * 300}, "is not text"),
    ],
)
def test_what_cannot_be_read_is_refused(files: dict[str, str], said: str, tmp_path: Path) -> None:
    returns.write_files(tmp_path, files)
    with pytest.raises(InputError) as refused:
        read_return(tmp_path, region=REGION)
    assert any(said in str(fault) for fault in refused.value.faults), refused.value.faults


def test_what_is_no_folder_and_no_zip_is_refused(tmp_path: Path) -> None:
    (tmp_path / "return.zip").write_bytes(b"not a zip")
    for path in (tmp_path / "return.zip", tmp_path / "not there"):
        with pytest.raises(InputError):
            read_return(path)


def test_empty_files_and_odd_bytes_are_no_traceback(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {**returns.department_files(returns.sound_tables(), folder="Salford/")}
    files["Salford/2023/uasc.csv"] = "\n"
    text = str(files["Salford/2024/episodes.csv"])
    files["Salford/2024/episodes.csv"] = text.replace("\nC2,", "\nC2\u00e9,").encode("cp1252")
    files["Salford/2023/header.csv"] = str(files["Salford/2023/header.csv"]).encode("utf-16")
    found = read_return(returns.write_files(tmp_path, files), region=REGION)
    assert found.rows_read == 22
    assert set(found.quality.findings["kind"]) == {
        "home missing",
        "empty file",
        "missing header",
        "no episodes",
    }


ENTITY = '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
BOMB = '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "' + "a" * 50_000 + '">]>'


@pytest.mark.parametrize("head", [ENTITY, BOMB, ""], ids=["file", "bomb", "deep"])
def test_xml_that_reaches_out_or_swells_is_refused(head: str, tmp_path: Path) -> None:
    """No entity of another file is read, and none is unfolded without end; depth alone does no harm."""
    body = {ENTITY: "&x;", BOMB: "&a;" * 5_000, "": "<a>" * 50_000 + "</a>" * 50_000}[head]
    files = returns.department_files(returns.sound_tables(), folder="salford/")
    files["salford/2024.xml"] = f"{head}<C><CHILD><HEADER><CHILDID>{body}</CHILDID></HEADER></CHILD></C>"
    if head:
        with pytest.raises(InputError) as refused:
            _read(tmp_path, files)
        assert "not sound XML" in refused.value.faults[0].what
    else:
        assert _read(tmp_path, files).rows_read


def test_a_line_longer_than_a_block_is_a_row(tmp_path: Path) -> None:
    files = returns.department_files(returns.sound_tables(), folder="salford/")
    lines = files["salford/2023/episodes.csv"].splitlines()
    files["salford/2023/episodes.csv"] = "\n".join([*lines, lines[-1].replace("U6", "U" * 5_000_000), ""])
    found = _read(tmp_path, files)
    assert found.rows_read == sum(map(_lines, files.values()))
    assert "unknown code" in set(found.quality.findings["kind"])


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_a_zip_with_damage_inside_is_refused(method: int, tmp_path: Path) -> None:
    """Damage in the files, and in the zip's own tables at its end."""
    path = tmp_path / "returns.zip"
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, text in returns.department_files(returns.sound_tables(), folder="salford/").items():
            archive.writestr(name, text * 20)
    sound = path.read_bytes()
    for at in [*range(60, 360, 3), *range(len(sound) - 300, len(sound), 3)]:
        path.write_bytes(sound[:at] + bytes([sound[at] ^ 0x5A]) + sound[at + 1 :])
        with contextlib.suppress(InputError):
            read_return(path, region=REGION)


def test_a_zip_that_is_locked_is_said_to_be_locked(tmp_path: Path) -> None:
    path = tmp_path / "returns.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in returns.department_files(returns.sound_tables(), folder="salford/").items():
            archive.writestr(name, text)
    path.write_bytes(locked(path.read_bytes()))
    with pytest.raises(InputError) as caught:
        read_return(path, region=REGION)
    assert {fault.what for fault in caught.value.faults} == {"the file is locked with a password"}


def test_a_zip_that_swells_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "returns.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in returns.department_files(returns.sound_tables(), folder="salford/").items():
            archive.writestr(name, text)
        archive.writestr("salford/2023/episodes_2.csv", b"\0" * (101 << 20))
    with pytest.raises(InputError) as refused:
        read_return(path, region=REGION)
    assert "unpacked it is" in refused.value.faults[0].what


def test_a_short_line_with_odd_bytes_is_a_row_too(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {**returns.department_files(returns.sound_tables(), folder="Salford/")}
    text = str(files["Salford/2024/episodes.csv"]).encode()
    files["Salford/2024/episodes.csv"] = text.replace(b"C2,03/07/2023,S,", b"C2,03/07/2023\xffS,")
    found = read_return(returns.write_files(tmp_path, files), region=REGION)
    assert found.rows_read == 22
    assert "number of cells" in set(found.quality.findings["kind"])


@pytest.mark.parametrize("seed", range(4))
def test_no_damage_to_a_file_is_a_traceback(seed: int, tmp_path: Path) -> None:
    random = Random(seed)
    for attempt in range(6):
        files = {
            name: bytearray(text.encode())
            for name, text in returns.department_files(returns.sound_tables(), folder="Salford/").items()
        }
        for _ in range(4):
            content = files[random.choice(list(files))]
            at = random.randrange(len(content) + 1)
            content[at : at + random.randrange(3)] = random.choice(returns.JUNK)
        damaged = {name: bytes(content) for name, content in files.items()}
        try:
            found = read_return(returns.write_files(tmp_path / str(attempt), damaged), region=REGION)
        except InputError:
            continue
        for source in found.sources:
            assert source.rows_read == source.used + source.repaired + source.set_aside
