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
