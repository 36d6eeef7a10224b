"""Intrinsic functions and pseudo parameters, resolved."""

from typing import Any

import pytest

from longwire.errors import TemplateError
from longwire.template.intrinsics import function_of
from sample_templates import resolver_of

TEMPLATE = """\
Transform: AWS::LanguageExtensions
Parameters:
  Stage: {Type: String, Default: dev}
  Zones: {Type: CommaDelimitedList, Default: "a,b"}
Conditions:
  IsDev: !Equals [!Ref Stage, dev]
Mappings:
  Sizes:
    dev: {Memory: 128, Names: [x, y]}
Resources:
  Table: {Type: AWS::DynamoDB::Table}
  Gone: {Type: AWS::SQS::Queue, Condition: IsProd}
Key: %s
"""


def resolved(value: str, template: str = TEMPLATE) -> Any:
    resolver = resolver_of(template % value)
    return resolver.resolve(resolver.places.source.data["Key"], ("Key",))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("!Ref Stage", "dev"),
        ("!Ref Zones", ["a", "b"]),
        ("!Ref Table", "demo-Table"),
        ("!GetAtt Table.Arn", "arn:aws:dynamodb:eu-west-1:123456789012:table/demo-Table"),
        ("{Fn::GetAtt: Table.Arn}", "arn:aws:dynamodb:eu-west-1:123456789012:table/demo-Table"),
        ("{Fn::GetAtt: [Table, !Sub Arn]}", "arn:aws:dynamodb:eu-west-1:123456789012:table/demo-Table"),
        ("!Sub '${Stage}-${Table}-${AWS::Region}'", "dev-demo-Table-eu-west-1"),
        ("!Sub '${Table.Arn}/index/*'", "arn:aws:dynamodb:eu-west-1:123456789012:table/demo-Table/index/*"),
        ("!Sub ['${A}-${!A}-$A', {A: !Ref Stage}]", "dev-${A}-$A"),
        ("!Sub ['${A}', {A: 3}]", "3"),
        ("!Join ['-', [a, !Ref Stage, 1, true]]", "a-dev-1-true"),
        ("!Join ['', !Ref Zones]", "ab"),
        ("!Select [1, !Ref Zones]", "b"),
        ("!Select ['0', [x, y]]", "x"),
        ("!Split [',', 'a,b']", ["a", "b"]),
        ("!If [IsDev, 1, 2]", 1),
        ("!FindInMap [Sizes, !Ref Stage, Memory]", 128),
        ("!FindInMap [Sizes, dev, Names]", ["x", "y"]),
        ("!FindInMap [Sizes, prod, Memory, {DefaultValue: !Ref Stage}]", "dev"),
        ("!Base64 hi", "aGk="),
        ("!GetAZs ''", ["eu-west-1a", "eu-west-1b", "eu-west-1c"]),
        ("!GetAZs us-east-1", ["us-east-1a", "us-east-1b", "us-east-1c"]),
        ("!Length [a, b]", 2),
        ("!ToJsonString {a: [1, !Ref Stage]}", '{"a":[1,"dev"]}'),
        ("!Equals [!Ref Stage, dev]", True),
        ("{a: !Ref AWS::NoValue, b: [1, !Ref AWS::NoValue]}", {"b": [1]}),
        ("{a: !If [IsDev, !Ref AWS::NoValue, 1]}", {}),
        ("!Ref AWS::AccountId", "123456789012"),
        ("!Ref AWS::Region", "eu-west-1"),
        ("!Ref AWS::StackName", "demo"),
        ("!Ref AWS::StackId", "arn:aws:cloudformation:eu-west-1:123456789012:stack/demo/longwire"),
        ("!Ref AWS::Partition", "aws"),
        ("!Ref AWS::URLSuffix", "amazonaws.com"),
        ("!Ref AWS::NotificationARNs", []),
    ],
)
def test_a_function_gives_its_value(value: str, expected: Any) -> None:
    assert resolved(value) == expected


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("!Ref Tabel", "there is no resource Tabel\n  Did you mean Table?"),
        ("!Ref [Table]", "Ref takes a name"),
        ("!GetAtt Table", "Fn::GetAtt takes [RESOURCE, ATTRIBUTE]"),
        ("!GetAtt Table.StreamArm", "has no attribute StreamArm\n  Did you mean StreamArn?"),
        ("!Ref Gone", "there is no Condition IsProd"),
        ("!Sub [1, 2, 3]", "Fn::Sub takes TEXT or [TEXT, {NAME: VALUE}]"),
        ("!Sub '${a b}'", "Fn::Sub ${a b}: a name has letters, digits"),
        ("!Sub '${Zones}'", "Fn::Sub takes text here, not a list"),
        ("!Join [a]", "Fn::Join takes [DELIMITER, [VALUE, ...]]"),
        ("!Join [a, b]", "Fn::Join takes [DELIMITER, [VALUE, ...]]"),
        ("!Select [2, [a, b]]", "Fn::Select asks for item 2 of 2"),
        ("!Select [x, [a, b]]", "Fn::Select takes [INDEX, [VALUE, ...]]"),
        ("!Split ['', a]", "Fn::Split takes a delimiter that is not empty"),
        ("!If [IsDev, 1]", "Fn::If takes [CONDITION"),
        ("!If [IsDevs, 1, 2]", "there is no Condition IsDevs\n  Did you mean IsDev?"),
        ("!FindInMap [Sizes, dev]", "Fn::FindInMap takes"),
        ("!FindInMap [Sices, dev, Memory]", "there is no Mapping Sices\n  Did you mean Sizes?"),
        ("!FindInMap [Sizes, prod, Memory]", "the Mapping has no first key prod"),
        ("!FindInMap [Sizes, dev, Memry]", "the Mapping has no second key Memry\n  Did you mean Memory?"),
        ("!Length x", "Fn::Length takes a list"),
        ("!ToJsonString x", "Fn::ToJsonString takes a list or a mapping"),
        ("!ImportValue x", "Fn::ImportValue is not emulated: there are no other stacks here"),
        ("!Cidr [a, 1, 8]", "Fn::Cidr takes [BLOCK, COUNT, BITS]: 'a' does not"),
        ("{Fn::Transform: {Name: AWS::Include}}", "Fn::Transform is not emulated"),
        ("{'Fn::ForEach::Topics': [a]}", "Fn::ForEach::Topics is not emulated: loops are not expanded"),
        ("{Fn::Joins: [a]}", "there is no function Fn::Joins\n  Did you mean Fn::Join?"),
        ("{Ref: Table, Other: 1}", "Ref has to stand alone, without Other"),
        ("[a, null]", "is null"),
        ("'{{resolve:ssm:/key}}'", "is looked up by AWS when it deploys"),
    ],
)
def test_what_cannot_be_resolved_is_refused_with_its_line(value: str, message: str) -> None:
    with pytest.raises(TemplateError) as caught:
        resolved(value)

    assert message in str(caught.value)
    assert caught.value.location is not None
    assert caught.value.location.line in (12, 13)


def test_a_language_extension_needs_its_transform() -> None:
    with pytest.raises(TemplateError, match="Fn::Length needs the transform AWS::LanguageExtensions"):
        resolved("!Length [a]", "Resources: {}\nKey: %s\n")


def test_the_function_that_a_value_calls_is_told() -> None:
    assert function_of({"Fn::Sub": "x"}) == "Fn::Sub"
    assert function_of({"Ref": "x"}) == "Ref"
    assert function_of({"Name": "x"}) is None
    assert function_of("Ref") is None
