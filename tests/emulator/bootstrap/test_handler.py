import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from longwire.bootstrap.handler import Fault, describe, find_handler


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    before = set(sys.modules)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    for name in set(sys.modules) - before:
        if name.startswith("bh_"):
            del sys.modules[name]


@pytest.mark.parametrize("spec", ["bh_pkg.mod.handle", "bh_pkg/mod.handle"])
def test_a_handler_is_found_in_a_package(folder: Path, spec: str) -> None:
    (folder / "bh_pkg").mkdir()
    (folder / "bh_pkg" / "mod.py").write_text("def handle(event, context): return event")
    assert find_handler(spec)("x", None) == "x"


def fault(spec: str) -> Fault:
    with pytest.raises(Fault) as caught:
        find_handler(spec)
    return caught.value


def test_a_name_without_a_dot_is_malformed() -> None:
    error = fault("handler")
    assert error.kind == "Runtime.MalformedHandlerName"
    assert str(error) == "Bad handler 'handler': not enough values to unpack (expected 2, got 1)"


def test_a_built_in_module_is_no_handler() -> None:
    assert fault("sys.exit").kind == "Runtime.BuiltInModuleConflict"


def test_a_module_that_is_not_there_is_named() -> None:
    error = fault("bh_nowhere.handler")
    assert error.kind == "Runtime.ImportModuleError"
    assert str(error) == "Unable to import module 'bh_nowhere': No module named 'bh_nowhere'"
    assert error.trace == []


def test_the_trace_of_a_failed_import_is_the_users(folder: Path) -> None:
    (folder / "bh_outer.py").write_text("import bh_inner")
    (folder / "bh_inner.py").write_text("from os import nothing_of_this_name")
    error = fault("bh_outer.handler")
    assert [Path(frame.split('"')[1]).name for frame in error.trace] == ["bh_outer.py", "bh_inner.py"]


def test_a_syntax_error_has_its_line(folder: Path) -> None:
    (folder / "bh_broken.py").write_text("x = 1\ny = = 2\n")
    error = fault("bh_broken.handler")
    assert error.kind == "Runtime.UserCodeSyntaxError"
    assert str(error) == "Syntax error in module 'bh_broken': invalid syntax (bh_broken.py, line 2)"
    assert error.trace == [f'  File "{folder / "bh_broken.py"}" Line 2\n    y = = 2\n']


def test_a_missing_attribute_is_named(folder: Path) -> None:
    (folder / "bh_empty.py").write_text("")
    error = fault("bh_empty.handler")
    assert error.kind == "Runtime.HandlerNotFound"
    assert str(error) == "Handler 'handler' missing on module 'bh_empty'"


def test_an_exception_is_described_by_type_message_and_frames() -> None:
    with pytest.raises(ValueError, match="invalid literal") as caught:
        int("no")
    told = describe(caught.value)
    assert (told["errorType"], told["errorMessage"]) == ("ValueError", "invalid literal for int() with base 10: 'no'")
    assert isinstance(told["stackTrace"], list)
    assert len(told["stackTrace"]) == 1
