"""A folder is there whole or not at all, whatever befalls its writer."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support.commands import names_in

from optimiser.errors import InputError
from optimiser.pack.folder import check_free, write_folder

FILES = {f"{letter}.bin": letter.encode() * 500_000 for letter in "abcd"}
WRITER = """
import itertools, sys
from pathlib import Path
from optimiser.pack.folder import write_folder
files = {f"{letter}.bin": letter.encode() * 500_000 for letter in "abcd"}
print("ready", flush=True)
for number in itertools.count():
    write_folder(Path(f"{sys.argv[1]}-{number}"), files)
"""


def assert_whole(folder: Path) -> None:
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == FILES


def test_a_folder_is_written_whole(tmp_path: Path) -> None:
    write_folder(tmp_path / "deep" / "out", FILES)
    assert_whole(tmp_path / "deep" / "out")
    assert names_in(tmp_path / "deep") == ["out"]


def test_an_existing_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with pytest.raises(InputError, match="exists already; accepted: the path of a new folder"):
        write_folder(tmp_path / "out", FILES)
    assert names_in(tmp_path) == ["out"]
    assert names_in(tmp_path / "out") == []


def test_a_file_where_a_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match=r"is a file, so .* cannot be made"):
        check_free(tmp_path / "file" / "deep" / "out")


def test_a_full_disk_leaves_nothing(tmp_path: Path) -> None:
    """No file may grow beyond 200,000 bytes."""
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))"
    ended = subprocess.run(
        [sys.executable, "-c", f"{limit}\n{WRITER}", tmp_path / "out"], capture_output=True, text=True
    )
    assert ended.stderr.strip().endswith("cannot be written: File too large")
    assert names_in(tmp_path) == []


def test_a_writer_killed_at_any_moment_leaves_nothing_that_looks_finished(tmp_path: Path) -> None:
    """Writers without end, killed at random moments until enough were met in the middle of a folder."""
    rng = random.Random(4)
    for attempt in range(100):
        words = [sys.executable, "-c", WRITER, str(tmp_path / f"out-{attempt}")]
        with subprocess.Popen(words, stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            time.sleep(rng.uniform(0.01, 0.1))
            writer.kill()
        names = names_in(tmp_path)
        partial = [name for name in names if name.startswith(".out-")]
        if len(partial) >= 8 and len(names) - len(partial) >= 8:
            break
    else:
        raise AssertionError(f"after a hundred writers: {names}")
    for name in set(names) - set(partial):
        assert_whole(tmp_path / name)
