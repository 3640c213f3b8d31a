"""An uploaded pack is kept whole or not at all, and nothing is written outside its folder."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from support.packs import CHILDREN, altered, csv_text, little_pack

from optimiser.errors import InputError
from optimiser.pack.read import read_pack
from optimiser.ui import uploads
from optimiser.ui.uploads import keep_upload, unzipped


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def zipped(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


@pytest.fixture
def pack(tmp_path: Path) -> dict[str, bytes]:
    """The files of a valid pack."""
    return files_of(little_pack(tmp_path / "source"))


@pytest.mark.parametrize("above", ["", "my region/", "a/b/"])
def test_a_zip_is_kept_with_its_files_as_they_are(tmp_path: Path, pack: dict[str, bytes], above: str) -> None:
    content = zipped(
        {f"{above}{name}": each for name, each in pack.items()} | {"__MACOSX/._x": b"", ".hidden": b""}
    )
    kept = keep_upload({"pack.zip": content}, folder=tmp_path / "packs", name="mine")
    assert kept.folder == tmp_path / "packs" / "mine"
    assert files_of(kept.folder) == pack
    assert len(read_pack(kept.folder).children) == len(CHILDREN)


def test_files_are_kept_as_a_zip_is(tmp_path: Path, pack: dict[str, bytes]) -> None:
    for expected in ("mine", "mine-2"):
        kept = keep_upload(pack, folder=tmp_path / "packs", name="mine")
        assert kept.folder.name == expected
        assert files_of(kept.folder) == pack


def test_a_faulty_pack_is_told_with_every_fault_and_nothing_is_kept(
    tmp_path: Path, pack: dict[str, bytes]
) -> None:
    pack["children.csv"] = csv_text(altered(altered(CHILDREN, 0, age=19), 1, gender="femal")).encode()
    with pytest.raises(InputError, match="The region pack has 2 faults") as caught:
        keep_upload(pack, folder=tmp_path / "packs", name="mine")
    assert [(fault.row, fault.column) for fault in caught.value.faults] == [(2, "age"), (3, "gender")]
    assert list((tmp_path / "packs").iterdir()) == []


@pytest.mark.parametrize("name", ["../out.csv", "/out.csv", "a/../../out.csv", "..\\out.csv", "C:\\out.csv"])
def test_a_zip_that_names_files_outside_itself_is_refused(
    tmp_path: Path, pack: dict[str, bytes], name: str
) -> None:
    with pytest.raises(InputError, match="outside itself"):
        keep_upload({"a.zip": zipped({**pack, name: b"x"})}, folder=tmp_path / "packs", name="mine")
    assert [path.name for path in tmp_path.iterdir() if path.name != "source"] == []


def test_a_link_in_a_zip_is_refused(pack: dict[str, bytes]) -> None:
    out = io.BytesIO(zipped(pack))
    with zipfile.ZipFile(out, "a") as archive:
        link = zipfile.ZipInfo("incompatible.csv")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "elsewhere")
    with pytest.raises(InputError, match="link instead of a file"):
        unzipped(out.getvalue())


def test_a_zip_that_unpacks_to_too_much_is_refused(pack: dict[str, bytes]) -> None:
    content = zipped({**pack, "roads.graphml": bytes(2 * 1024**2)})
    assert len(content) < 1024**2 / 100
    with pytest.raises(InputError, match="larger than 1 MB when unpacked"):
        unzipped(content, most_bytes=1024**2)


def test_a_zip_of_too_many_files_is_refused() -> None:
    with pytest.raises(InputError, match="201 files; accepted: 200 or fewer"):
        unzipped(zipped({f"{number}.csv": b"" for number in range(uploads.MOST_FILES + 1)}))


@pytest.mark.parametrize(
    "content",
    [b"", b"no zip at all", zipped({"a.csv": b"a" * 99})[:-30]],
    ids=["empty", "text", "cut short"],
)
def test_what_is_no_zip_is_said_to_be_none(content: bytes) -> None:
    with pytest.raises(InputError, match="The zip file cannot be read"):
        unzipped(content)


def test_a_region_is_needed(tmp_path: Path, pack: dict[str, bytes]) -> None:
    del pack["region.toml"]
    with pytest.raises(InputError, match=r"no region\.toml among the files"):
        keep_upload(pack, folder=tmp_path / "packs", name="mine")


def test_a_zip_stands_alone(tmp_path: Path, pack: dict[str, bytes]) -> None:
    with pytest.raises(InputError, match="either one zip file, or the files"):
        keep_upload({**pack, "a.zip": zipped(pack)}, folder=tmp_path / "packs", name="mine")
