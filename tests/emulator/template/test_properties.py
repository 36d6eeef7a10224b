"""Properties are read by type; each mistake names its place."""

from collections.abc import Callable
from typing import Any

import pytest

from longwire.errors import TemplateError
from longwire.template.properties import Properties, Resources
from sample_templates import resolver_of

TEMPLATE = """\
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties:
%s
"""


def queue(*lines: str) -> Properties:
    resolver = resolver_of(TEMPLATE % "\n".join(f"      {line}" for line in lines))
    return Resources(resolver.places.source.data["Resources"], resolver).properties("Queue")


@pytest.mark.parametrize(
    ("line", "read", "value"),
    [
        ("QueueName: a", lambda item: item.text("QueueName"), "a"),
        ("QueueName: 3", lambda item: item.text("QueueName"), "3"),
        ("QueueName: true", lambda item: item.text("QueueName"), "true"),
        ("QueueName: a", lambda item: item.text("Tags", "none"), "none"),
        ("DelaySeconds: 5", lambda item: item.number("DelaySeconds", 0, 0, 900), 5),
        ("DelaySeconds: '5'", lambda item: item.number("DelaySeconds", 0, 0, 900), 5),
        ("QueueName: a", lambda item: item.number("DelaySeconds", 7, 0, 900), 7),
        ("FifoQueue: true", lambda item: item.flag("FifoQueue"), True),
        ("FifoQueue: 'false'", lambda item: item.flag("FifoQueue", default=True), False),
        ("Tags: {a: 1, b: true}", lambda item: item.texts("Tags"), {"a": "1", "b": "true"}),
        ("Tags: [a, b]", lambda item: item.listed("Tags"), ["a", "b"]),
        ("Tags: a", lambda item: item.listed("Tags"), ["a"]),
        ("Tags: !Ref AWS::NoValue", lambda item: item.values, {}),
    ],
)
def test_a_property_has_its_type(line: str, read: Callable[[Properties], Any], value: object) -> None:
    assert read(queue(line)) == value


@pytest.mark.parametrize(
    ("line", "read", "message"),
    [
        ("QueueName: [a]", lambda item: item.text("QueueName"), "takes text"),
        ("DelaySeconds: a", lambda item: item.number("DelaySeconds", 0, 0, 9), "takes a whole number, not 'a'"),
        ("DelaySeconds: true", lambda item: item.number("DelaySeconds", 0, 0, 9), "takes a whole number, not True"),
        ("DelaySeconds: 1.5", lambda item: item.number("DelaySeconds", 0, 0, 9), "takes a whole number, not 1.5"),
        ("DelaySeconds: 10", lambda item: item.number("DelaySeconds", 0, 0, 9), "10 is not between 0 and 9"),
        ("DelaySeconds: -1", lambda item: item.number("DelaySeconds", 0, 0, 9), "-1 is not between 0 and 9"),
        ("FifoQueue: 1", lambda item: item.flag("FifoQueue"), "takes true or false, not 1"),
        ("Tags: [a]", lambda item: item.mapping("Tags"), "takes a mapping"),
        ("Tags: {a: [b]}", lambda item: item.texts("Tags"), "takes text"),
        ("Tags: {a: b}", lambda item: item.listed("Tags"), "takes a list of text"),
        ("QueueName: ab", lambda item: item.one_of("QueueName", ("abc",)), "'ab' does not exist\n  Did you mean abc?"),
        ("QueueName: x", lambda item: item.one_of("QueueName", ("abc",)), "'x' does not exist\n  One of: abc"),
        ("QueueNam: a", lambda item: item, "AWS::SQS::Queue has no property QueueNam\n  Did you mean QueueName?"),
        ("RedrivePolicy: {}", lambda item: item, "RedrivePolicy: needs deadLetterTargetArn and maxReceiveCount"),
        ("RedrivePolicy: x", lambda item: item, "takes a mapping with deadLetterTargetArn, maxReceiveCount"),
        ("RedrivePolicy: {maxReceives: 1}", lambda item: item, "RedrivePolicy has no maxReceives"),
    ],
)
def test_a_property_of_the_wrong_kind_is_refused_with_its_line(
    line: str, read: Callable[[Properties], Any], message: str
) -> None:
    with pytest.raises(TemplateError) as caught:
        read(queue(line))

    assert message in str(caught.value)
    assert (caught.value.resource, caught.value.location and caught.value.location.line) == ("Queue", 5)


def test_properties_that_a_type_cannot_do_without_are_asked_for() -> None:
    resolver = resolver_of("Resources:\n  S: {Type: AWS::SSM::Parameter}\n")
    with pytest.raises(TemplateError, match="S: AWS::SSM::Parameter needs Type and Value"):
        Resources(resolver.places.source.data["Resources"], resolver).properties("S")


def test_resources_are_found_by_type_and_by_what_ref_gives() -> None:
    resolver = resolver_of("Resources:\n  A: {Type: AWS::SNS::Topic}\n  B: {Type: AWS::SQS::Queue}\n")
    resources = Resources(resolver.places.source.data["Resources"], resolver)

    assert [item.logical_id for item in resources.of_type("AWS::SNS::Topic", "AWS::S3::Bucket")] == ["A"]
    assert resources.by_physical_id("AWS::SNS::Topic") == {"arn:aws:sns:eu-west-1:123456789012:demo-A": "A"}
    assert resources.functions == {}
    assert resources.properties("A") is resources.properties("A")
    assert resources.properties("A").location.line == 2
