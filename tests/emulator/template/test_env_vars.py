"""SAM's environment files, applied to a stack."""

import json
from pathlib import Path
from typing import Any

import pytest

from longwire.core.api import Api, Function, Route, Stack, Stage
from longwire.errors import UsageError
from longwire.template.env_vars import apply


@pytest.fixture
def stack() -> Stack:
    api = Api("Ws", "abcdefghij", "ws", "us-east-1", "123456789012", "$request.body.a", {"a": Route("a")}, Stage("dev"))
    functions = {
        "Connect": Function(
            "Connect", "chat-connect", "app.a", "python3.11", "/code", environment={"TABLE": "t", "LEVEL": "info"}
        ),
        "Send": Function("Send", "chat-send", "app.b", "python3.11", "/code", environment={"TABLE": "t"}),
    }
    return Stack("demo", "us-east-1", "123456789012", (api,), functions, warnings=("earlier",))


def variables(stack: Stack, path: Path, content: Any) -> dict[str, dict[str, str]]:
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return {name: dict(function.environment) for name, function in apply(stack, path).functions.items()}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "env.json"


@pytest.mark.parametrize("name", ["Connect", "chat-connect"])
def test_a_function_is_named_by_logical_id_or_by_its_name(stack: Stack, file: Path, name: str) -> None:
    assert variables(stack, file, {name: {"TABLE": "mine"}}) == {
        "Connect": {"TABLE": "mine", "LEVEL": "info"},
        "Send": {"TABLE": "t"},
    }


def test_parameters_go_to_every_function_that_declares_them(stack: Stack, file: Path) -> None:
    assert variables(stack, file, {"Parameters": {"TABLE": "all", "LEVEL": "debug"}}) == {
        "Connect": {"TABLE": "all", "LEVEL": "debug"},
        "Send": {"TABLE": "all"},
    }


def test_what_a_function_is_given_by_name_wins_over_parameters(stack: Stack, file: Path) -> None:
    given = variables(stack, file, {"Send": {"TABLE": "own"}, "Parameters": {"TABLE": "all"}})

    assert (given["Connect"]["TABLE"], given["Send"]["TABLE"]) == ("all", "own")


def test_values_are_written_as_sam_writes_them(stack: Stack, file: Path) -> None:
    given = variables(stack, file, {"Connect": {"TABLE": 3, "LEVEL": True}, "Send": {"TABLE": None}})

    assert given == {"Connect": {"TABLE": "3", "LEVEL": "true"}, "Send": {"TABLE": ""}}


def test_a_variable_that_is_declared_nowhere_is_given_with_a_warning(stack: Stack, file: Path) -> None:
    file.write_text(json.dumps({"Connect": {"NEW": "x"}, "Parameters": {"SHARED": "y"}}))
    applied = apply(stack, file)

    assert applied.functions["Connect"].environment == {"TABLE": "t", "LEVEL": "info", "SHARED": "y", "NEW": "x"}
    assert applied.functions["Send"].environment == {"TABLE": "t", "SHARED": "y"}
    assert applied.warnings == (
        "earlier",
        f"{file}: SHARED is declared by no function of the template; all get it",
        f"{file}: Connect does not declare NEW in the template; it gets it here, but not on AWS",
    )


def test_an_unknown_function_is_a_warning_with_the_nearest_name(stack: Stack, file: Path) -> None:
    file.write_text(json.dumps({"Conect": {"TABLE": "x"}, "Worker": {}, "Paramters": {}}))

    assert apply(stack, file).warnings[1:] == (
        f"{file}: the template has no function Conect. Did you mean Connect?",
        f"{file}: the template has no function Worker.",
        f"{file}: the template has no function Paramters. Did you mean Parameters?",
    )


def test_the_stack_that_was_given_stays_as_it_was(stack: Stack, file: Path) -> None:
    variables(stack, file, {"Send": {"TABLE": "own"}})

    assert stack.functions["Send"].environment == {"TABLE": "t"}


@pytest.mark.parametrize(
    ("content", "place", "message"),
    [
        ('{"Send": {"TABLE": [1]}}', ":1:11", "TABLE takes text, a number or a boolean"),
        ('{\n  "Send": {\n    "TABLE": {}\n  }\n}', ":3:5", "TABLE takes text, a number or a boolean"),
        ('{\n  "Send": "x"\n}', ":2:3", 'Send takes an object: {"Send": {"NAME": "value"}}'),
        ('{"Send": 1, "Send": 2}', ":1:1", "Send takes an object"),
        ('{\n  "Send": {,}\n}', ":2:12", "not JSON"),
        ("[1]", ":1", "takes an object"),
        ("TABLE=a\nnothing here\n", ":2", "'nothing here' is not NAME=VALUE"),
        ("TABLE='a\n", ":1", "the quotes of 'a do not match"),
        ('TABLE="a" b\n', ":1", "do not match"),
    ],
)
def test_a_file_that_says_nothing_sensible_is_a_usage_error_with_its_line(
    stack: Stack, file: Path, content: str, place: str, message: str
) -> None:
    with pytest.raises(UsageError) as caught:
        variables(stack, file, content)

    assert str(caught.value).startswith(f"{file}{place}: ")
    assert message in str(caught.value)


def test_a_file_that_cannot_be_read_is_a_usage_error(stack: Stack, file: Path) -> None:
    with pytest.raises(UsageError, match=r"env\.json cannot be read: No such file"):
        apply(stack, file)
    file.write_bytes(b"A=\xff")
    with pytest.raises(UsageError, match="not UTF-8 at byte 2"):
        apply(stack, file)


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("TABLE=a", "a"),
        ("export TABLE=a", "a"),
        ("  TABLE = a  ", "a"),
        ("TABLE='a b'", "a b"),
        ('TABLE="a # b" # comment', "a # b"),
        ("TABLE=a # comment", "a"),
        ("TABLE=a#b", "a#b"),
        ("TABLE=", ""),
        ("# comment\n\nTABLE=x=y", "x=y"),
    ],
)
def test_a_dotenv_file_is_for_all_functions(stack: Stack, tmp_path: Path, line: str, value: str) -> None:
    given = variables(stack, tmp_path / ".env", line)

    assert (given["Connect"]["TABLE"], given["Send"]["TABLE"]) == (value, value)
