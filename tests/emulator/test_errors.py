"""What errors say of themselves."""

from pathlib import Path
from typing import Any

import pytest

from longwire import errors
from longwire.errors import ImpossibleInput, Location, LongwireError, PortInUse, TemplateError


def test_every_error_is_a_longwire_error() -> None:
    assert all(issubclass(getattr(errors, name), LongwireError) for name in errors.__all__)


@pytest.mark.parametrize(
    ("facts", "text"),
    [
        ({}, "is wrong"),
        ({"location": Location(Path("t.yaml"), 3, 7)}, "t.yaml:3:7: is wrong"),
        ({"location": Location(Path("t.yaml"), 3)}, "t.yaml:3:1: is wrong"),
        ({"resource": "Api", "property_path": "Routes.hi"}, "Api.Routes.hi: is wrong"),
        (
            {"location": Location(Path("t.yaml"), 3), "resource": "Api", "hint": "do this"},
            "t.yaml:3:1: Api: is wrong\n  do this",
        ),
    ],
)
def test_a_template_error_says_where_what_and_what_to_do(facts: dict[str, Any], text: str) -> None:
    assert str(TemplateError("is wrong", **facts)) == text


def test_a_port_in_use_says_how_to_find_its_holder_and_how_to_go_round_it() -> None:
    assert str(PortInUse("127.0.0.1", 8765)) == (
        "127.0.0.1:8765 is in use. Stop the process that holds it (`lsof -i :8765` names it), "
        "or choose another: --port 0 takes a free one."
    )


def test_an_impossible_input_names_input_state_and_connection() -> None:
    assert (
        str(ImpossibleInput("message", "closed", "abc=")) == "message is impossible for connection abc= in state closed"
    )
