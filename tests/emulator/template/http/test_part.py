"""Mappings inside a resource's properties."""

from collections.abc import Callable
from typing import Any

import pytest

from longwire.errors import TemplateError
from longwire.template.http.part import Part
from sample_templates import places_of

TEXT = "Resources:\n  A:\n    Type: X\n    Properties:\n      Cors:\n        AllowMethods: [GET]\n        MaxAge: 5\n"
PATH = ("Resources", "A", "Properties", "Cors")


def part(**values: Any) -> Part:
    return Part(values, PATH, places_of(TEXT))


def test_values_are_read_by_their_kind() -> None:
    given = part(a="x", b=True, c="1, 2", d=["3"], e="60", f={"g": {"h": "i"}})

    assert (given.text("a"), given.text("b"), given.text("z", "default")) == ("x", "true", "default")
    assert (given.listed("c"), given.listed("d"), given.listed("z")) == (("1", "2"), ("3",), ())
    assert (given.number("e", 0, 0, 60), given.number("z", 7, 0, 60)) == (60, 7)
    assert (given.flag("b"), given.flag("z"), given.one_of("a", ("x", "y"))) == (True, False, "x")
    assert [name for name, _ in given.part("f").parts()] == ["g"]
    assert given.part("z").values == {}


@pytest.mark.parametrize(
    ("value", "read", "message"),
    [
        ({}, lambda given: given.text("MaxAge"), "takes text"),
        ("x", lambda given: given.number("MaxAge", 0, 0, 9), "takes a whole number, not 'x'"),
        (True, lambda given: given.number("MaxAge", 0, 0, 9), "takes a whole number, not True"),
        (10, lambda given: given.number("MaxAge", 0, 0, 9), "10 is not between 0 and 9"),
        ("maybe", lambda given: given.flag("MaxAge"), "takes true or false, not 'maybe'"),
        ([1], lambda given: given.listed("MaxAge"), "takes a list of text"),
        ("x", lambda given: given.part("MaxAge"), "takes a mapping"),
        ("yy", lambda given: given.one_of("MaxAge", ("y", "z")), "'yy' does not exist"),
    ],
)
def test_a_value_of_another_kind_is_told_with_its_place(value: Any, read: Callable[[Part], Any], message: str) -> None:
    with pytest.raises(TemplateError) as caught:
        read(part(MaxAge=value))

    assert (caught.value.message, caught.value.property_path) == (message, "Cors.MaxAge")
    assert caught.value.location is not None
    assert caught.value.location.line == 7


def test_a_name_that_does_not_exist_gets_a_suggestion() -> None:
    with pytest.raises(TemplateError, match="Cors has no MaxAg") as caught:
        part(MaxAg=1).names("Cors", ("MaxAge", "AllowOrigins"))

    assert caught.value.hint == "Did you mean MaxAge?"
    with pytest.raises(TemplateError, match="MaxAge of Cors is not emulated"):
        part(MaxAge=1).names("Cors", (), ("MaxAge",))
