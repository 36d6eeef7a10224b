"""The functions that need nothing but their arguments."""

import pytest

from longwire.template.intrinsic_functions import PURE, as_text, sub_parts


@pytest.mark.parametrize(("value", "text"), [("a", "a"), (3, "3"), (0.5, "0.5"), (True, "true"), (False, "false")])
def test_values_inside_a_text_are_written_as_cloudformation_writes_them(value: object, text: str) -> None:
    assert as_text(value, ValueError) == text


@pytest.mark.parametrize(("value", "kind"), [([1], "list"), ({}, "mapping")])
def test_a_list_or_mapping_is_no_text(value: object, kind: str) -> None:
    with pytest.raises(ValueError, match=f"not a {kind}"):
        as_text(value, ValueError)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("plain", [("plain", False)]),
        ("", []),
        ("${A}", [("A", True)]),
        ("x${A.B}y${AWS::Region}", [("x", False), ("A.B", True), ("y", False), ("AWS::Region", True)]),
        ("${!A}", [("${A}", False)]),
        ("$A ${", [("$A ${", False)]),
    ],
)
def test_a_substitution_is_cut_into_literals_and_names(text: str, parts: list[tuple[str, bool]]) -> None:
    assert sub_parts(text, ValueError) == parts


@pytest.mark.parametrize("text", ["${}", "${a b}", "${a${b}}"])
def test_a_placeholder_without_a_proper_name_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a name has letters"):
        sub_parts(text, ValueError)


def test_each_function_gives_its_value() -> None:
    assert PURE["Fn::Join"](["-", ["a", 1]], ValueError) == "a-1"
    assert PURE["Fn::Split"]([".", "a.b"], ValueError) == ["a", "b"]
    assert PURE["Fn::Select"]([0, ["a"]], ValueError) == "a"
    assert PURE["Fn::Base64"]("hi", ValueError) == "aGk="
    assert PURE["Fn::Length"]([1, 2], ValueError) == 2
    assert PURE["Fn::ToJsonString"]({"a": [1]}, ValueError) == '{"a":[1]}'


@pytest.mark.parametrize(
    ("arguments", "blocks"),
    [
        (["192.168.0.0/24", 2, 5], ["192.168.0.0/27", "192.168.0.32/27"]),
        (["10.0.0.0/16", "2"], ["10.0.0.0/24", "10.0.1.0/24"]),
        (["2001:db8::/56", 1, 64], ["2001:db8::/64"]),
    ],
)
def test_address_blocks_are_cut_from_one(arguments: list[object], blocks: list[str]) -> None:
    assert PURE["Fn::Cidr"](arguments, AssertionError) == blocks


@pytest.mark.parametrize(
    "arguments", ["x", [], ["10.0.0.0/33", 1, 8], ["10.0.0.0/24", 5, 7], ["10.0.0.0/24", 0, 4], ["10.0.0.0/24", 1, 99]]
)
def test_address_blocks_that_cannot_be_are_refused(arguments: object) -> None:
    with pytest.raises(AssertionError):
        PURE["Fn::Cidr"](arguments, AssertionError)
