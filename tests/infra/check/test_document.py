"""Values of a template: what is known, what refers to what, and what SAM's Globals add."""

import pytest

from longwire_infra.check.document import Document, Place, known, listed, mapping, number, references

IMPORT = {"Fn::ImportValue": "name"}


def test_globals_are_merged_as_sam_merges_them() -> None:
    shared = {"Timeout": 5, "Layers": ["a"], "Environment": {"Variables": {"A": "1", "B": "1"}}}
    own = {"Timeout": 9, "Layers": ["b"], "Environment": {"Variables": {"B": "2"}}}
    data = {
        "Globals": {"Function": shared},
        "Resources": {
            "One": {"Type": "AWS::Serverless::Function", "Properties": own},
            "Two": {"Type": "AWS::Lambda::Function", "Properties": own},
        },
    }
    found = Document("template.yaml", data, lambda _path: Place("template.yaml")).resources

    one = found["One"]
    assert (one.get("Timeout"), one.get("Layers")) == (9, ["a", "b"])
    assert one.get("Environment", "Variables") == {"A": "1", "B": "2"}
    assert found["Two"].properties == own
    assert one.at("Timeout") == ("Resources", "One", "Properties", "Timeout")
    assert one.get("Timeout", "Nothing", "Below") is None


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("arn:${Api}/${Stage.Name}/*", ["Api", "Stage"]),
        ({"a": ["${One.Arn}", {"b": "${Two}"}]}, ["One", "Two"]),
        ({"Ref": "Elsewhere"}, ["Elsewhere"]),
        ("${stageVariables.say} text 5", ["stageVariables"]),
        (5, []),
    ],
)
def test_references_are_found_anywhere_in_a_value(value: object, names: list[str]) -> None:
    assert list(references(value)) == names


def test_what_is_not_known_is_neither_a_mapping_nor_a_number() -> None:
    assert not known(IMPORT)
    assert known({"Statement": []})
    assert mapping(IMPORT) == {}
    assert [number(value) for value in (5, "5", "5.5", True, "five", IMPORT, None)] == [
        5,
        5,
        5.5,
        None,
        None,
        None,
        None,
    ]
    assert [listed(value) for value in (None, "a", ["a"])] == [[], ["a"], ["a"]]
