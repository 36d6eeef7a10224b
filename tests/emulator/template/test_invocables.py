"""Versions, aliases, dead-letter queues and EventInvokeConfigs of functions."""

from pathlib import Path

import pytest

from http_templates import beside
from longwire.core.asynchronous import AsyncSettings, Invocable

PLAIN = """\
  Failed:
    Type: AWS::SQS::Queue
  One:
    Type: AWS::Lambda::Version
    Properties: {FunctionName: !Ref Publish}
  Live:
    Type: AWS::Lambda::Alias
    Properties: {FunctionName: !Ref Publish, FunctionVersion: !GetAtt One.Version, Name: live}
  Config:
    Type: AWS::Lambda::EventInvokeConfig
    Properties:
      FunctionName: !Ref Publish
      Qualifier: live
      MaximumRetryAttempts: 1
      MaximumEventAgeInSeconds: 60
      DestinationConfig: {OnFailure: {Destination: !GetAtt Failed.Arn}}
"""
QUEUE = "arn:aws:sqs:us-east-1:123456789012:longwire-Failed"


def test_all_of_it_is_read(tmp_path: Path) -> None:
    assert beside(PLAIN, tmp_path).load().invocables == {
        "Publish": Invocable(("1",), {"live": "1"}, {"live": AsyncSettings(1, 60.0, "", QUEUE)})
    }


def test_what_sam_makes_of_a_function_is_the_same(tmp_path: Path) -> None:
    text = """\
      AutoPublishAlias: live
      DeadLetterQueue: {Type: SQS, TargetArn: !GetAtt Failed.Arn}
      EventInvokeConfig:
        MaximumRetryAttempts: 0
        DestinationConfig:
          OnSuccess: {Type: Lambda, Destination: !GetAtt Guard.Arn}
  Failed:
    Type: AWS::SQS::Queue
"""
    (found,) = beside(text, tmp_path).load().invocables.values()

    assert (found.version_of("live"), found.dead_letter) == ("1", QUEUE)
    guard = "arn:aws:lambda:us-east-1:123456789012:function:longwire-Guard"
    assert found.settings("live") == AsyncSettings(0, on_success=guard)


def test_a_plain_function_has_none_of_it(tmp_path: Path) -> None:
    assert beside("", tmp_path).load().invocables == {}


@pytest.mark.parametrize(
    ("old", "new", "where", "message"),
    [
        (
            "MaximumRetryAttempts: 1",
            "MaximumRetryAttempts: 3",
            "Config.MaximumRetryAttempts",
            "3 is not between 0 and 2",
        ),
        ("AgeInSeconds: 60", "AgeInSeconds: 59", "Config.MaximumEventAgeInSeconds", "59 is not between 60 and 21,600"),
        ("{OnFailure", "{OnFailur", "Config.DestinationConfig.OnFailur", "DestinationConfig has no OnFailur"),
        ("!GetAtt Failed.Arn}}", "arn:aws:s3:::b}}", "Config.DestinationConfig.OnFailure.Destination", "buckets as"),
        ("!GetAtt Failed.Arn}}", "nobody}}", "Config.DestinationConfig.OnFailure.Destination", "nobody is no queue"),
        ("      Qualifier: live\n", "", "Config", "needs Qualifier"),
        (
            "Properties:\n      FunctionName: !Ref Publish",
            "Properties:\n      FunctionName: Publsh",
            "Config.FunctionName",
            "no function Publsh",
        ),
        ("Name: live}", "Name: live, RoutingConfig: {}}", "Live.RoutingConfig", "RoutingConfig of AWS::Lambda::Alias"),
    ],
)
def test_a_defect_is_named_with_its_place(tmp_path: Path, old: str, new: str, where: str, message: str) -> None:
    error = beside(PLAIN, tmp_path).replace(old, new).error()

    assert message in error.message
    assert ".".join(filter(None, (error.resource, error.property_path))) == where


def test_a_dead_letter_queue_is_a_queue_or_a_topic(tmp_path: Path) -> None:
    config = "      DeadLetterQueue: {Type: SQS, TargetArn: nowhere}\n"

    assert "nowhere is neither a queue nor a topic" in beside(config, tmp_path).error().message


def test_two_configurations_of_one_qualifier_are_refused(tmp_path: Path) -> None:
    again = PLAIN[PLAIN.index("  Config") :].replace("  Config:", "  Again:")

    assert "there is another EventInvokeConfig for live" in beside(PLAIN + again, tmp_path).error().message
