"""Event source mappings of queues."""

from pathlib import Path

import pytest

from longwire.core.api import EventSource
from sample_templates import Sample, sample

MAPPING = """\
  Source:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {EventSourceArn: !GetAtt Results.Arn, FunctionName: !Ref MessageFunction%s}
"""


@pytest.fixture
def plain(tmp_path: Path) -> Sample:
    return sample("plain", tmp_path)


def test_what_a_mapping_leaves_out_is_lambdas_default(plain: Sample) -> None:
    assert plain.append(MAPPING % "").load().event_sources == (EventSource("MessageFunction", "Results"),)


def test_a_mapping_has_all_that_it_says(plain: Sample) -> None:
    chosen = """FilterCriteria: {Filters: [{Pattern: '{"body": ["a"]}'}]}"""
    plain.append(
        MAPPING % f", {chosen}, BatchSize: 100, MaximumBatchingWindowInSeconds: 5,"
        " FunctionResponseTypes: [ReportBatchItemFailures], ScalingConfig: {MaximumConcurrency: 3}"
    )

    assert plain.load().event_sources == (
        EventSource("MessageFunction", "Results", 100, 5.0, True, 3, ({"body": ["a"]},)),
    )


@pytest.mark.parametrize("name", ["!Ref Live", "!GetAtt ConnectFunction.Arn", "plain-connect", "'plain-connect:live'"])
def test_the_function_is_named_by_name_arn_or_alias(plain: Sample, name: str) -> None:
    plain.append((MAPPING % "").replace("!Ref MessageFunction", name))

    assert plain.load().event_sources[0].function == "ConnectFunction"


def test_a_mapping_that_is_not_enabled_is_left_out_with_a_warning(plain: Sample) -> None:
    stack = plain.append(MAPPING % ", Enabled: false").load()

    assert stack.event_sources == ()
    assert "Source.Enabled: MessageFunction gets nothing from Results" in stack.warnings[0]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (", BatchSize: 11", "above 10 it needs MaximumBatchingWindowInSeconds"),
        (", BatchSize: 10001, MaximumBatchingWindowInSeconds: 1", "10001 is not between 1 and 10,000"),
        (", MaximumBatchingWindowInSeconds: 301", "301 is not between 0 and 300"),
        (", ScalingConfig: {MaximumConcurrency: 1}", "1 is not between 2 and 1,000"),
        (", ScalingConfig: {Maximum: 1}", "ScalingConfig has no Maximum"),
        (", FunctionResponseTypes: [Report]", "'Report' does not exist"),
        (", FilterCriteria: {Filters: [{Pattern: '{'}]}", "is no event pattern"),
        (", FilterCriteria: {Filters: [{Pattern: '{\"a\": 1}'}]}", "a: has to be an object or a list"),
        (", FilterCriteria: {Filters: [{Pattern: {a: [1]}}]}", "takes a mapping with Pattern, which is JSON in a text"),
        (", FilterCriteria: {Filters: a}", "takes a list of at most 10 filters"),
        (", FilterCriteria: {Filter: []}", "FilterCriteria has no Filter"),
        (", StartingPosition: LATEST", "is for streams, and this source is a queue"),
        (", Topics: [a]", "Topics of AWS::Lambda::EventSourceMapping is not emulated"),
        (", Enabled: maybe", "takes true or false"),
    ],
)
def test_a_mapping_that_lambda_would_refuse_or_that_is_not_emulated_is_refused(
    plain: Sample, more: str, message: str
) -> None:
    error = plain.append(MAPPING % more).error()

    assert message in str(error)
    assert error.resource == "Source"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("!GetAtt Results.Arn", "!Ref Results", "are not emulated; those of SQS, DynamoDB and Kinesis are"),
        (
            "!GetAtt Results.Arn",
            "'arn:aws:kafka:us-east-1:123456789012:cluster/x'",
            "events of kafka are not emulated",
        ),
        (
            "!GetAtt Results.Arn",
            "'arn:aws:sqs:us-east-1:123456789012:resuls'",
            "no queue resuls\n  Did you mean results?",
        ),
        ("!Ref MessageFunction", "plain-mesage", "no function plain-mesage\n  Did you mean plain-message?"),
    ],
)
def test_a_mapping_that_names_nothing_is_refused(plain: Sample, old: str, new: str, message: str) -> None:
    assert message in str(plain.append((MAPPING % "").replace(old, new)).error())


def test_a_fifo_queue_takes_no_window_and_at_most_ten(plain: Sample) -> None:
    plain.replace("QueueName: results", "QueueName: results.fifo\n      FifoQueue: true")
    plain.append(MAPPING % ", MaximumBatchingWindowInSeconds: 1")

    assert plain.error().message == "a FIFO queue has no batching window"
    plain.replace(", MaximumBatchingWindowInSeconds: 1", ", BatchSize: 11")
    assert plain.error().message == "11 is not between 1 and 10"
