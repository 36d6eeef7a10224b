"""Event source mappings of tables and of Kinesis streams."""

from pathlib import Path
from typing import Any

import pytest

from longwire.core.api import StreamSource
from sample_templates import Sample, sample

RESOURCES = """\
  Chat:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: chat
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: pk, AttributeType: S}]
      KeySchema: [{AttributeName: pk, KeyType: HASH}]
      StreamSpecification: {StreamViewType: NEW_IMAGE}
  Clicks:
    Type: AWS::Kinesis::Stream
    Properties: {ShardCount: 1}
  Source:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {EventSourceArn: !GetAtt Chat.StreamArn, FunctionName: !Ref MessageFunction%s}
"""
STREAM = "arn:aws:dynamodb:us-east-1:123456789012:table/chat/stream/2024-01-01T00:00:00.000"
RESULTS = "arn:aws:sqs:us-east-1:123456789012:results"


@pytest.fixture
def plain(tmp_path: Path) -> Sample:
    return sample("plain", tmp_path)


def test_what_a_mapping_leaves_out_is_lambdas_default(plain: Sample) -> None:
    stack = plain.append(RESOURCES % ", StartingPosition: LATEST").load()
    assert stack.event_sources == (StreamSource("MessageFunction", "Chat", STREAM),)


def test_a_mapping_has_all_that_it_says(plain: Sample) -> None:
    more = (
        ", StartingPosition: TRIM_HORIZON, BatchSize: 5000, MaximumBatchingWindowInSeconds: 3,"
        " MaximumRetryAttempts: 2, MaximumRecordAgeInSeconds: 60, BisectBatchOnFunctionError: true,"
        " FunctionResponseTypes: [ReportBatchItemFailures], ParallelizationFactor: 2,"
        " DestinationConfig: {OnFailure: {Destination: !GetAtt Results.Arn}},"
        """ FilterCriteria: {Filters: [{Pattern: '{"eventName": ["INSERT"]}'}]}"""
    )
    stack = plain.append(RESOURCES % more).load()
    assert stack.event_sources == (
        StreamSource(
            "MessageFunction",
            "Chat",
            STREAM,
            batch_size=5000,
            batching_window=3.0,
            report_batch_item_failures=True,
            maximum_retry_attempts=2,
            maximum_record_age=60,
            bisect=True,
            on_failure=RESULTS,
            filters=({"eventName": ["INSERT"]},),
        ),
    )
    assert "ParallelizationFactor" in stack.warnings[0]


def test_a_kinesis_stream_may_begin_at_a_time(plain: Sample) -> None:
    plain.append(RESOURCES % ", StartingPosition: AT_TIMESTAMP, StartingPositionTimestamp: 1700000000")
    plain.replace("!GetAtt Chat.StreamArn", "!GetAtt Clicks.Arn")
    (source,) = plain.load().event_sources
    assert isinstance(source, StreamSource)
    assert (source.source, source.start) == ("Clicks", 1_700_000_000.0)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("", "'' does not exist"),
        (", StartingPosition: NEWEST", "'NEWEST' does not exist"),
        (", StartingPosition: AT_TIMESTAMP", "AT_TIMESTAMP is for Kinesis"),
        (", StartingPosition: LATEST, BatchSize: 10001", "10001 is not between 1 and 10,000"),
        (", StartingPosition: LATEST, MaximumRetryAttempts: -2", "-2 is not between -1 and 10,000"),
        (", StartingPosition: LATEST, MaximumRecordAgeInSeconds: 59", "59 is neither -1 nor 60 or more"),
        (", StartingPosition: LATEST, ParallelizationFactor: 11", "11 is not between 1 and 10"),
        (", StartingPosition: LATEST, TumblingWindowInSeconds: 30", "windows are not emulated"),
        (", StartingPosition: LATEST, ScalingConfig: {MaximumConcurrency: 2}", "is for queues"),
        (", StartingPosition: LATEST, DestinationConfig: {OnFailure: a}", "takes a mapping with Destination"),
        (
            ", StartingPosition: LATEST, DestinationConfig: {OnFailure: {Destination: 'arn:aws:s3:::b'}}",
            "arn:aws:s3:::b gets nothing here; queues and topics do",
        ),
    ],
)
def test_what_lambda_would_refuse_or_is_not_emulated_is_refused(plain: Sample, more: str, message: str) -> None:
    error = plain.append(RESOURCES % more).error()
    assert message in str(error)
    assert error.resource == "Source"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("      StreamSpecification: {StreamViewType: NEW_IMAGE}\n", "", "Chat has no StreamSpecification"),
        ("!GetAtt Chat.StreamArn", f"'{STREAM.replace('chat', 'chta')}'", "no table chta\n  Did you mean chat?"),
        ("!GetAtt Chat.StreamArn", "'arn:aws:kinesis:us-east-1:123456789012:stream/x'", "no stream x"),
    ],
)
def test_a_source_that_is_no_stream_of_the_template_is_refused(plain: Sample, old: str, new: str, message: str) -> None:
    plain.append(RESOURCES % ", StartingPosition: LATEST").replace(old, new)
    assert message in str(plain.error())


def test_without_its_destination_a_mapping_loads_if_that_is_allowed(plain: Sample) -> None:
    options: dict[str, Any] = {"allow_unsupported": True}
    destination = ", DestinationConfig: {OnFailure: {Destination: 'arn:aws:s3:::b'}}"
    (source,) = plain.append(RESOURCES % f", StartingPosition: LATEST{destination}").load(**options).event_sources
    assert isinstance(source, StreamSource)
    assert source.on_failure == ""
