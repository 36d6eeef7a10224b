"""How values of a mapping are read, whatever mapping it is."""

from pathlib import Path
from typing import Any

import pytest

from longwire.errors import TemplateError
from longwire.template.places import Places
from longwire.template.source import parse
from longwire.template.values import Values


def read(value: Any) -> Values:
    """A mapping with one value, which stands in line 2."""
    made = Values()
    made.values, made.path = {"a": value}, ("Outer",)
    made.places = Places(parse("Outer:\n  a: 1\n", Path("template.yaml")))
    return made


def test_scalars_are_text_as_cloudformation_writes_them() -> None:
    assert [read(value).text("a") for value in ("x", 3, 1.5, True)] == ["x", "3", "1.5", "true"]
    assert read(None).text("other", "default") == "default"


def test_numbers_and_flags_may_be_written_as_text() -> None:
    assert [read(value).number("a", 0, 1, 50) for value in (30, "30")] == [30, 30]
    assert [read(value).flag("a") for value in (True, "true", "False")] == [True, True, False]
    assert (read(1).number("other", 7, 1, 50), read(1).flag("other", default=True)) == (7, True)


@pytest.mark.parametrize(
    ("reading", "value", "told"),
    [
        (lambda it: it.text("a"), ["x"], "takes text"),
        (lambda it: it.one_of("a", ("REQUEST", "JWT")), "REQUST", "Did you mean REQUEST?"),
        (lambda it: it.one_of("a", ("REQUEST", "JWT")), "zzz", "One of: REQUEST, JWT"),
        (lambda it: it.number("a", 0, 1, 50), "x", "takes a whole number, not 'x'"),
        (lambda it: it.number("a", 0, 1, 50), True, "takes a whole number, not True"),
        (lambda it: it.number("a", 0, 1, 50), 51, "51 is not between 1 and 50"),
        (lambda it: it.flag("a"), "yes", "takes true or false, not 'yes'"),
    ],
)
def test_a_wrong_value_is_told_with_its_line(reading: Any, value: Any, told: str) -> None:
    with pytest.raises(TemplateError) as caught:
        reading(read(value))
    assert told in str(caught.value)
    assert "template.yaml:2" in str(caught.value)
