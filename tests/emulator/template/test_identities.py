"""Names of resources: their own, or made of the stack's and the logical id."""

import pytest

from longwire.errors import TemplateError
from sample_templates import resolver_of

TEMPLATE = """\
Parameters:
  Prefix: {Type: String, Default: p}
Conditions:
  Never: !Equals [a, b]
Resources:
  Named: {Type: AWS::SQS::Queue, Properties: {QueueName: !Sub "${Prefix}-jobs"}}
  Unnamed: {Type: AWS::SQS::Queue, Properties: {FifoQueue: true}}
  Maybe: {Type: AWS::SQS::Queue, Properties: {QueueName: !If [Never, x, !Ref AWS::NoValue]}}
  Absent: {Type: AWS::SQS::Queue, Condition: Never}
  Work: {Type: AWS::Lambda::Function, Properties: {FunctionName: worker}}
  Live: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !GetAtt Work.Arn, Name: live}}
  One: {Type: AWS::Lambda::Version, Properties: {FunctionName: !Ref Work}}
  Key: {Type: AWS::SSM::Parameter, Properties: {Name: /key, Type: String, Value: !Ref Prefix}}
  Ring: {Type: AWS::SQS::Queue, Properties: {QueueName: !Ref Wheel}}
  Wheel: {Type: AWS::SQS::Queue, Properties: {QueueName: !GetAtt Ring.Arn}}
  Listed: {Type: AWS::SQS::Queue, Properties: {QueueName: [a]}}
"""
FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:worker"


@pytest.mark.parametrize(
    ("name", "attribute", "value"),
    [
        ("Named", "QueueName", "p-jobs"),
        ("Unnamed", "QueueName", "demo-Unnamed.fifo"),
        ("Maybe", "QueueName", "demo-Maybe"),
        ("Work", "Arn", FUNCTION),
        ("Live", "AliasArn", f"{FUNCTION}:live"),
        ("One", "FunctionArn", f"{FUNCTION}:1"),
        ("Key", "Value", "p"),
        ("Key", "Arn", "arn:aws:ssm:eu-west-1:123456789012:parameter/key"),
    ],
)
def test_an_attribute_is_known_before_anything_is_created(name: str, attribute: str, value: str) -> None:
    assert resolver_of(TEMPLATE).identities.attribute(name, attribute, ()) == value


def test_ref_gives_the_physical_id() -> None:
    identities = resolver_of(TEMPLATE).identities

    assert identities.ref("Named", ()) == "https://sqs.eu-west-1.amazonaws.com/123456789012/p-jobs"
    assert identities.ref("Live", ()) == f"{FUNCTION}:live"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Nmed", "there is no resource Nmed\n  Did you mean Named?"),
        ("Absent", "names Absent, which its Condition Never leaves out"),
        ("Ring", "names go in a circle: Ring -> Wheel -> Ring"),
        ("Listed", "takes text here, not a list"),
    ],
)
def test_a_name_that_cannot_be_known_is_refused(name: str, message: str) -> None:
    with pytest.raises(TemplateError) as caught:
        resolver_of(TEMPLATE).identities.ref(name, ("Resources", name))

    assert message in str(caught.value)
