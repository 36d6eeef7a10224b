"""Both of SAM's spellings of parameter overrides."""

import pytest

from longwire.errors import UsageError
from longwire.template.parameter_overrides import parse


@pytest.mark.parametrize(
    ("items", "values"),
    [
        ([], {}),
        (["A=1"], {"A": "1"}),
        (["A=1", "B=2"], {"A": "1", "B": "2"}),
        (["A=1 B=2"], {"A": "1", "B": "2"}),
        (["A="], {"A": ""}),
        (["A=x=y"], {"A": "x=y"}),
        (["A='x y' B=\"z w\""], {"A": "x y", "B": "z w"}),
        (["A=1", "A=2"], {"A": "2"}),
        (["A=a,b"], {"A": "a,b"}),
        (["ParameterKey=A,ParameterValue=1"], {"A": "1"}),
        (["ParameterKey=A,ParameterValue=1 ParameterKey=B,ParameterValue=x,y"], {"A": "1", "B": "x,y"}),
        (["ParameterKey=A,ParameterValue='x y'"], {"A": "x y"}),
    ],
)
def test_overrides_are_names_and_values(items: list[str], values: dict[str, str]) -> None:
    assert parse(items) == values


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ("A", "'A' is not NAME=VALUE or ParameterKey=NAME,ParameterValue=VALUE"),
        ("=1", "'=1' is not NAME=VALUE"),
        ("A-B=1", "'A-B=1' is not NAME=VALUE"),
        ("A=x y", "'y' is not NAME=VALUE .*A value with spaces takes quotes"),
        ("ParameterKey=,ParameterValue=1", "is not NAME=VALUE"),
        ("A='x", "A='x: no closing quotation"),
        ("file://values.yaml", "files are not read"),
    ],
)
def test_an_item_that_is_neither_is_named(item: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        parse([item])
