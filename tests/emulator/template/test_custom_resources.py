"""Custom resources that change nothing here."""

import pytest

from longwire.template.custom_resources import HARMLESS, providers
from longwire.template.resource_types import refusal


def custom(kind: str, token: object) -> dict[str, object]:
    return {"Type": kind, "Properties": {"ServiceToken": token}}


def test_a_function_that_harmless_ones_alone_call_is_none_of_the_applications() -> None:
    resources = {
        "Logs": custom("Custom::LogRetention", {"Fn::GetAtt": ["Provider", "Arn"]}),
        "More": custom("Custom::LogRetention", {"Fn::GetAtt": "Provider.Arn"}),
        "Empties": custom("Custom::S3AutoDeleteObjects", {"Fn::GetAtt": ["Shared", "Arn"]}),
        "Own": custom("Custom::Mine", {"Fn::GetAtt": ["Shared", "Arn"]}),
        "Far": custom("Custom::LogRetention", "arn:aws:lambda:us-east-1:1:function:x"),
        "Bare": {"Type": "AWS::S3::Bucket"},
    }
    assert providers(resources) == {"Provider"}


@pytest.mark.parametrize("kind", sorted(HARMLESS))
def test_harmless_ones_are_taken(kind: str) -> None:
    assert refusal(kind) is None


@pytest.mark.parametrize("kind", ["Custom::Mine", "Custom::CDKBucketDeployment", "Custom::AWS"])
def test_others_are_refused_by_name(kind: str) -> None:
    assert refusal(kind) == (f"{kind}: custom resources run in CloudFormation", None)
