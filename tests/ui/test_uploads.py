"""An uploaded pack is kept whole or not at all, and nothing is written outside its folder."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.packs import CHILDREN, altered, csv_text, little_pack
from support.zips import locked

from optimiser.errors import InputError
from optimiser.pack.read import read_pack
from optimiser.ui import uploads
from optimiser.ui.uploads import contents_of, keep_pack


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
    kept = keep_pack({"pack.zip": content}, folder=tmp_path / "packs", name="mine")
    assert kept.folder == tmp_path / "packs" / "mine"
    assert files_of(kept.folder) == pack
    assert len(read_pack(kept.folder).children) == len(CHILDREN)


def test_files_are_kept_as_a_zip_is(tmp_path: Path, pack: dict[str, bytes]) -> None:
    for expected in ("mine", "mine-2"):
        kept = keep_pack(pack, folder=tmp_path / "packs", name="mine")
        assert kept.folder.name == expected
        assert files_of(kept.folder) == pack


def test_a_faulty_pack_is_told_with_every_fault_and_nothing_is_kept(
    tmp_path: Path, pack: dict[str, bytes]
) -> None:
    pack["children.csv"] = csv_text(altered(altered(CHILDREN, 0, age=19), 1, gender="femal")).encode()
    with pytest.raises(InputError, match="The region pack has 2 faults") as caught:
        keep_pack(pack, folder=tmp_path / "packs", name="mine")
    assert [(fault.row, fault.column) for fault in caught.value.faults] == [(2, "age"), (3, "gender")]
    assert list((tmp_path / "packs").iterdir()) == []


@pytest.mark.parametrize("name", ["../out.csv", "/out.csv", "a/../../out.csv", "..\\out.csv", "C:\\out.csv"])
def test_a_zip_that_names_files_outside_itself_is_refused(
    tmp_path: Path, pack: dict[str, bytes], name: str
) -> None:
    with pytest.raises(InputError, match="outside itself"):
        keep_pack({"a.zip": zipped({**pack, name: b"x"})}, folder=tmp_path / "packs", name="mine")
    assert [path.name for path in tmp_path.iterdir() if path.name != "source"] == []


def test_a_link_in_a_zip_is_refused(pack: dict[str, bytes]) -> None:
    out = io.BytesIO(zipped(pack))
    with zipfile.ZipFile(out, "a") as archive:
        link = zipfile.ZipInfo("incompatible.csv")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "elsewhere")
    with pytest.raises(InputError, match="link instead of a file"):
        contents_of({"a.zip": out.getvalue()})


def test_a_zip_that_unpacks_to_too_much_is_refused(pack: dict[str, bytes]) -> None:
    content = zipped({**pack, "roads.graphml": bytes(2 * 1024**2)})
    assert len(content) < 1024**2 / 100
    with pytest.raises(InputError, match="larger than 1 MB when unpacked"):
        contents_of({"a.zip": content}, most_bytes=1024**2)


def test_a_zip_of_too_many_files_is_refused() -> None:
    with pytest.raises(InputError, match="201 files; accepted: 200 or fewer"):
        contents_of({"a.zip": zipped({f"{number}.csv": b"" for number in range(uploads.MOST_FILES + 1)})})


@pytest.mark.parametrize(
    "content",
    [b"", b"no zip at all", zipped({"a.csv": b"a" * 99})[:-30]],
    ids=["empty", "text", "cut short"],
)
def test_what_is_no_zip_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(InputError, match="The zip file cannot be read") as caught:
        keep_pack({"mine.zip": content}, folder=tmp_path / "packs", name="mine")
    (fault,) = caught.value.faults
    assert str(fault).startswith("mine.zip:0:: it is no zip that can be opened (")
    assert str(fault).endswith("; accepted: a zip file whole as it was made, without a password, as a file "
                               "manager makes it")  # fmt: skip


def test_a_damaged_file_in_a_zip_is_named_with_what_would_be_accepted(tmp_path: Path) -> None:
    text = b"child_id,age\n" + b"".join(b"%d,%d\n" % (number, number % 17) for number in range(500))
    content = bytearray(zipped({"region.toml": b"name = 1", "children.csv": text}))
    at = content.index(b"children.csv") + 200
    content[at : at + 20] = bytes(20)
    with pytest.raises(InputError, match="The zip file cannot be read") as caught:
        keep_pack({"mine.zip": bytes(content)}, folder=tmp_path / "packs", name="mine")
    (fault,) = caught.value.faults
    assert (fault.file, fault.row) == ("mine.zip", 0)
    assert fault.what.startswith("children.csv in it cannot be unpacked (")
    assert "without a password" in fault.accepted
    assert not (tmp_path / "packs").exists()


def test_a_locked_zip_is_said_to_be_locked(tmp_path: Path) -> None:
    content = locked(zipped({"region.toml": b"name = 1"}))
    with pytest.raises(InputError, match="The zip file cannot be read") as caught:
        keep_pack({"mine.zip": content}, folder=tmp_path / "packs", name="mine")
    (fault,) = caught.value.faults
    assert fault.what == "region.toml in it is locked with a password"
    assert "without a password" in fault.accepted


@pytest.mark.parametrize(
    "method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
@given(data=st.data())
def test_a_zip_damaged_anywhere_is_read_or_told_and_never_anything_else(
    method: int, data: st.DataObject
) -> None:
    """A page that met any other exception would break."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr("region.toml", b'name = "x"\n' * 40)
        archive.writestr("children.csv", bytes(number * number % 251 for number in range(400)))
    content = bytearray(out.getvalue())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    del content[data.draw(st.integers(len(content) // 2, len(content))) :]
    with suppress(InputError):
        assert contents_of({"mine.zip": bytes(content)})


def test_a_region_is_needed(tmp_path: Path, pack: dict[str, bytes]) -> None:
    del pack["region.toml"]
    with pytest.raises(InputError, match=r"no region\.toml among the files"):
        keep_pack(pack, folder=tmp_path / "packs", name="mine")


def test_a_zip_stands_alone(tmp_path: Path, pack: dict[str, bytes]) -> None:
    with pytest.raises(InputError, match="either one zip file, or the files"):
        keep_pack({**pack, "a.zip": zipped(pack)}, folder=tmp_path / "packs", name="mine")
