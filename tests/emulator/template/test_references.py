"""Every name leads somewhere, and nothing waits for itself."""

import pytest

from longwire.errors import TemplateError
from longwire.template.references import check_circles, check_conditions, check_references
from sample_templates import resolver_of

BASE = """\
Parameters: {Stage: {Type: String, Default: dev}}
Conditions: {IsDev: !Equals [!Ref Stage, dev], Never: !Not [!Condition IsDev]}
Mappings: {Sizes: {a: {b: 1}}}
Resources:
  Queue: {Type: AWS::SQS::Queue}
  Gone: {Type: AWS::SQS::Queue, Condition: Never, Properties: {QueueName: !Ref Nothing}}
  Role:
    Type: AWS::IAM::Role
    DependsOn: %s
    Properties:
      Key: %s
"""


def check(value: str = "x", needs: str = "[]") -> None:
    resolver = resolver_of(BASE % (needs, value))
    check_references(resolver.places, resolver.places.source.data, resolver)


@pytest.mark.parametrize(
    "value",
    [
        "!Ref Stage",
        "!Ref AWS::Region",
        "!GetAtt Queue.Arn",
        "!Sub '${Queue.Arn} ${Stage} ${!Anything} ${AWS::AccountId}'",
        "!Sub ['${Own}', {Own: !Ref Queue}]",
        "!If [IsDev, !Ref Queue, !Ref AWS::NoValue]",
        "!FindInMap [Sizes, a, b]",
        "!ImportValue elsewhere",
        "!Cidr [a, 1, 8]",
        "[!Join ['', [!Ref Queue]]]",
    ],
)
def test_a_name_that_exists_is_accepted_in_what_nobody_reads(value: str) -> None:
    check(value)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("!Ref Stge", "Role.Key: there is no resource or Parameter Stge\n  Did you mean Stage?"),
        ("!Ref AWS::Regon", "Did you mean AWS::Region?"),
        ("!GetAtt Quue.Arn", "there is no resource Quue\n  Did you mean Queue?"),
        ("!GetAtt Queue.Anr", "Queue is an AWS::SQS::Queue and has no attribute Anr\n  Did you mean Arn?"),
        ("!Sub 'a-${Quee}'", "there is no resource or Parameter Quee"),
        ("!Sub ['${Own} ${Lost}', {Own: 1}]", "there is no resource or Parameter Lost"),
        ("!Sub ['${Own}', {Own: !Ref Lost}]", "there is no resource or Parameter Lost"),
        ("!If [IsDevs, a, b]", "there is no Condition IsDevs\n  Did you mean IsDev?"),
        ("!If [IsDev, a, !Ref Lost]", "there is no resource or Parameter Lost"),
        ("!FindInMap [Size, a, b]", "there is no Mapping Size\n  Did you mean Sizes?"),
        ("{Fn::Subs: x}", "there is no function Fn::Subs\n  Did you mean Fn::Sub?"),
        ("[{a: [!Ref Lost]}]", "Role.Key[0].a[0]: there is no resource or Parameter Lost"),
    ],
)
def test_a_name_that_does_not_exist_is_refused_with_its_line(value: str, message: str) -> None:
    with pytest.raises(TemplateError) as caught:
        check(value)

    assert message in str(caught.value)
    assert caught.value.location is not None
    assert caught.value.location.line == 11


def test_an_order_names_resources_even_those_that_a_condition_leaves_out() -> None:
    check(needs="[Queue, Gone]")
    check(needs="Queue")
    with pytest.raises(TemplateError, match=r"Role\.DependsOn: there is no resource Stage"):
        check(needs="Stage")


def test_a_condition_refers_to_parameters_alone() -> None:
    resolver = resolver_of("Conditions:\n  A: !Equals [!Ref Q, x]\nResources:\n  Q: {Type: AWS::SQS::Queue}\n")

    with pytest.raises(TemplateError, match=r"Conditions\.A\[0\]: there is no Parameter Q, and a Condition refers to"):
        check_conditions(resolver.places, {})


CIRCLE = """\
Conditions: {Never: !Equals [a, b]}
Resources:
  A: {Type: AWS::SQS::Queue, Properties: {Key: !GetAtt B.Arn}}
  B: {Type: AWS::SQS::Queue, DependsOn: C}
  C: {Type: AWS::SQS::Queue, Properties: {Key: %s}}
  D: {Type: AWS::SQS::Queue, Properties: {Key: !Ref C}}
"""


@pytest.mark.parametrize("value", ["!Sub '${A}'", "!If [Never, x, !Ref A]", "[!Ref D, !Ref A]"])
def test_resources_that_wait_for_one_another_are_refused(value: str) -> None:
    resolver = resolver_of(CIRCLE % value)

    with pytest.raises(TemplateError, match="wait for one another in a circle: "):
        check_circles(resolver.places, resolver.places.source.data["Resources"], resolver.conditions)


def test_the_circle_is_told_from_where_it_begins() -> None:
    resolver = resolver_of(CIRCLE % "!Ref A")

    with pytest.raises(TemplateError, match=r":3:.* A\.Key: .*circle: A -> B -> C -> A"):
        check_circles(resolver.places, resolver.places.source.data["Resources"], resolver.conditions)


def test_a_resource_that_names_itself_waits_for_itself() -> None:
    resolver = resolver_of("Resources:\n  A: {Type: AWS::SQS::Queue, Properties: {Key: !Ref A}}\n")

    with pytest.raises(TemplateError, match="circle: A -> A"):
        check_circles(resolver.places, resolver.places.source.data["Resources"], resolver.conditions)


@pytest.mark.parametrize("value", ["!If [Never, !Ref A, x]", "!Ref Unknown", "x"])
def test_what_a_condition_leaves_out_waits_for_nothing(value: str) -> None:
    resolver = resolver_of(CIRCLE % value)

    check_circles(resolver.places, resolver.places.source.data["Resources"], resolver.conditions)
