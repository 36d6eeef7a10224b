import sys
from pathlib import Path

import pytest

from longwire.template.interpreters import interpreter_for, is_built, on_path, running

OTHER = f"python3.{sys.version_info.minor + 1}"


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is all of PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    on_path.cache_clear()
    return folder


@pytest.fixture
def built(tmp_path: Path) -> Path:
    (tmp_path / "built" / "pydantic-2.11.dist-info").mkdir(parents=True)
    return tmp_path / "built"


def program(folder: Path, name: str, says: str) -> Path:
    file = folder / name
    file.write_text(f"#!/bin/sh\n{says}\n")
    file.chmod(0o755)
    return file


def test_built_code_is_run_by_the_python_it_was_built_for(path: Path, built: Path) -> None:
    file = program(path, OTHER, f"echo {OTHER}")
    assert interpreter_for(OTHER, built) == str(file)


def test_code_as_it_is_written_is_run_by_the_python_that_is_here(path: Path, tmp_path: Path) -> None:
    program(path, OTHER, f"echo {OTHER}")
    assert not is_built(tmp_path)
    assert interpreter_for(OTHER, tmp_path) == ""


def test_the_same_version_needs_no_other(path: Path, built: Path) -> None:
    program(path, running(), f"echo {running()}")
    assert interpreter_for(running(), built) == ""


@pytest.mark.parametrize("says", ["echo pyenv: not found >&2; exit 127", "echo python3.6", "echo"])
def test_a_name_that_starts_no_such_python_is_none(path: Path, built: Path, says: str) -> None:
    program(path, OTHER, says)
    assert interpreter_for(OTHER, built) == ""


def test_what_is_not_on_path_or_too_old_is_none(path: Path, built: Path) -> None:
    program(path, "python3.10", "echo python3.10")
    assert interpreter_for(OTHER, built) == ""
    assert interpreter_for("python3.10", built) == ""
