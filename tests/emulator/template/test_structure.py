"""The outer shape of templates and the attributes of resources."""

import pytest

from longwire.errors import TemplateError
from longwire.template.structure import check_structure, check_types, transforms
from sample_templates import places_of, resolver_of

QUEUE = "Resources:\n  Q:\n    Type: AWS::SQS::Queue\n"


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("[]", 1, "is no template: it has no sections"),
        ("", 1, "is no template"),
        ("Description: x", 1, "has no resources"),
        ("Resources: {}", 1, "has no resources"),
        ("Resources: [a]", 1, "Resources: takes a mapping"),
        (f"{QUEUE}Output: {{}}", 4, "Output: a template has no such section\n  Did you mean Outputs?"),
        (f"{QUEUE}Parameters: x", 4, "Parameters: takes a mapping"),
        (f"{QUEUE}Transform: [AWS::Serverless-2016-10-31, MyMacro]", 4, "the transform MyMacro is not emulated"),
        ("Resources:\n  My-Queue: {Type: AWS::SQS::Queue}", 2, "a logical id has letters and digits only"),
        ("Resources:\n  Q: {Properties: {}}", 2, "a resource is a mapping with a Type"),
        ("Resources:\n  Fn::ForEach::Q: [a]", 2, "Fn::ForEach::Q is not emulated"),
        (f"{QUEUE}    Property: {{}}", 4, "Q.Property: a resource has no such attribute\n  Did you mean Properties?"),
        (f"{QUEUE}    Properties: [a]", 4, "Q: takes a mapping"),
        (f"{QUEUE}    Properties: !If [a, {{}}, {{}}]", 4, "Q: takes a mapping"),
        (f"{QUEUE}    DeletionPolicy: Retian", 4, "there is no DeletionPolicy Retian\n  Did you mean Retain?"),
        ("Resources:\n  F:\n    Type: AWS::Serverless::Function", 3, "F.Type: AWS::Serverless::Function needs the SAM"),
    ],
)
def test_a_template_out_of_shape_is_refused_with_its_line(text: str, line: int, message: str) -> None:
    with pytest.raises(TemplateError) as caught:
        check_structure(places_of(text))

    assert message in str(caught.value)
    assert caught.value.location is not None
    assert caught.value.location.line == line


def test_everything_that_a_template_may_have_is_accepted() -> None:
    places = places_of(
        "AWSTemplateFormatVersion: 2010-09-09\nDescription: x\nMetadata: {}\nTransform: AWS::Serverless-2016-10-31\n"
        "Outputs:\nConditions: {}\nMappings: {}\nGlobals: {}\n"
        f"{QUEUE}    DependsOn: []\n    Metadata: {{}}\n    UpdateReplacePolicy: Snapshot\n    Condition: C\n"
    )

    check_structure(places)
    assert places.warnings == []


def test_rules_are_said_to_be_ignored() -> None:
    places = places_of(f"Rules: {{Own: {{}}}}\n{QUEUE}")

    check_structure(places)
    assert places.warnings == ["template.yaml:1:1: Rules: are not evaluated"]


def test_transforms_are_one_or_several() -> None:
    assert transforms({}) == []
    assert transforms({"Transform": "A"}) == ["A"]
    assert transforms({"Transform": ["A", "B"]}) == ["A", "B"]


def test_an_unknown_type_is_refused_except_where_a_condition_leaves_it_out() -> None:
    template = "Conditions: {Never: !Equals [a, b]}\nResources:\n  X: {Type: AWS::EKS::Cluster%s}\n"
    left_out = resolver_of(template % ", Condition: Never")
    check_types(left_out.places, left_out.places.source.data["Resources"], left_out.conditions)

    live = resolver_of(template % "")
    with pytest.raises(TemplateError, match=r"X\.Type: the resource type AWS::EKS::Cluster is not emulated"):
        check_types(live.places, live.places.source.data["Resources"], live.conditions)
