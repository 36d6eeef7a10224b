"""What invokes a function: event sources and asynchronous callers, of SAM and of CloudFormation."""

from pathlib import Path

from checked_templates import read_text
from longwire_infra.check.functions import asynchronous, event_sources, functions, has_destination

TEXT = """
Globals: {Function: {Timeout: 20}}
Resources:
  Queue: {Type: AWS::SQS::Queue}
  Table: {Type: AWS::DynamoDB::Table}
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Handler: a.b
      Events:
        Work: {Type: SQS, Properties: {Queue: !GetAtt Queue.Arn, BatchSize: 5}}
        Hourly: {Type: Schedule, Properties: {Schedule: rate(1 hour)}}
  Plain: {Type: AWS::Lambda::Function, Properties: {Handler: a.b, DeadLetterConfig: {TargetArn: !GetAtt Queue.Arn}}}
  Stream:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {EventSourceArn: !GetAtt Table.StreamArn, FunctionName: !Ref Plain}
  Late:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      IntegrationUri: !GetAtt Plain.Arn
      RequestParameters: {integration.request.header.X-Amz-Invocation-Type: "'Event'"}
  Caught:
    Type: AWS::Lambda::EventInvokeConfig
    Properties: {FunctionName: !Ref Worker, DestinationConfig: {OnFailure: {Destination: !GetAtt Queue.Arn}}}
"""


def test_queues_and_streams_are_told_with_what_they_feed(tmp_path: Path) -> None:
    found = {source.function: source for source in event_sources(read_text(TEXT, tmp_path))}

    assert (found["Worker"].kind, found["Worker"].source, found["Worker"].properties["BatchSize"]) == (
        "SQS",
        "Queue",
        5,
    )
    assert (found["Plain"].kind, found["Plain"].source, found["Plain"].resource) == ("DynamoDB", "Table", "Stream")


def test_what_nobody_waits_for_is_told_with_its_place(tmp_path: Path) -> None:
    document = read_text(TEXT, tmp_path)

    assert {name: path[-1] for name, path in asynchronous(document).items()} == {
        "Worker": "Hourly",
        "Plain": "RequestParameters",
    }
    assert has_destination(document) == {"Worker"}


def test_timeouts_are_sams_own_or_lambdas_default(tmp_path: Path) -> None:
    found = functions(read_text(TEXT, tmp_path))

    assert {name: function.timeout for name, function in found.items()} == {"Worker": 20, "Plain": 3}
    assert {name: function.dead_letters for name, function in found.items()} == {"Worker": False, "Plain": True}
