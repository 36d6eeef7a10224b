"""What the clock moves in the AWS services: queues, Time to Live, streams, schedules, state machines."""

import threading
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from longwire.harness import Longwire, LongwireServer
from served_app import served_app

TEMPLATE = """
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Globals:
  Function: {CodeUri: ., Runtime: python3.13, Timeout: 60}
Resources:
  Ws:
    Type: AWS::Serverless::WebSocketApi
    Properties:
      StageName: dev
      RouteSelectionExpression: $request.body.action
      Routes: {$default: {FunctionArn: !GetAtt Took.Arn}}
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      TimeToLiveSpecification: {AttributeName: ttl, Enabled: true}
      StreamSpecification: {StreamViewType: OLD_IMAGE}
  Queue: {Type: AWS::SQS::Queue, Properties: {VisibilityTimeout: 120}}
  Plain: {Type: AWS::SQS::Queue, Properties: {MessageRetentionPeriod: 3600}}
  Ordered: {Type: AWS::SQS::Queue, Properties: {QueueName: ordered.fifo, FifoQueue: true}}
  Took:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.took
      Events:
        Sqs: {Type: SQS, Properties: {Queue: !GetAtt Queue.Arn}}
        Removed: {Type: DynamoDB, Properties: {Stream: !GetAtt Table.StreamArn, StartingPosition: LATEST}}
        Ticks: {Type: Schedule, Properties: {Schedule: rate(5 minutes)}}
  Retries:
    Type: AWS::Serverless::StateMachine
    Properties:
      Policies: [{LambdaInvokePolicy: {FunctionName: !Ref Took}}]
      Definition:
        StartAt: Fails
        States:
          Fails:
            Type: Task
            Resource: !GetAtt Took.Arn
            Parameters: {state: fails}
            Retry: [{ErrorEquals: [States.ALL], IntervalSeconds: 60, MaxAttempts: 2, BackoffRate: 2}]
            Next: Never
          Never:
            Type: Task
            Resource: arn:aws:states:::sqs:sendMessage.waitForTaskToken
            Parameters: {QueueUrl: !Ref Plain, MessageBody: {"token.$": "$$.Task.Token"}}
            TimeoutSeconds: 300
            End: true
  Machine:
    Type: AWS::Serverless::StateMachine
    Properties:
      Policies: [{LambdaInvokePolicy: {FunctionName: !Ref Took}}]
      Definition:
        StartAt: Both
        States:
          Both:
            Type: Parallel
            Next: Last
            Branches:
              - {StartAt: One, States: {One: {Type: Wait, Seconds: 600, End: true}}}
              - {StartAt: Two, States: {Two: {Type: Wait, Seconds: 60, End: true}}}
          Last: {Type: Task, Resource: !GetAtt Took.Arn, Parameters: {state: last}, End: true}
"""
HANDLERS = """
tries = []

def took(event, context):
    for record in event.get("Records", [event]):
        if "body" in record:
            print("message", record["body"])
            if record["body"] == "bad" and record["attributes"]["ApproximateReceiveCount"] == "1":
                raise ValueError("once")
        elif "dynamodb" in record:
            print("record", record["eventName"], record["dynamodb"]["ApproximateCreationDateTime"])
        else:
            print(record.get("detail-type", record.get("state")))
            tries.append(record.get("state"))
            if record.get("state") == "fails" and tries.count("fails") < 3:
                raise ValueError("twice")
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LongwireServer]:
    with served_app(tmp_path_factory.mktemp("app"), TEMPLATE, HANDLERS) as made:
        yield made


@pytest.fixture
def app(server: LongwireServer) -> Iterator[Longwire]:
    made = Longwire(server)
    made.clock.pause()
    yield made
    made.close()


def printed(app: Longwire, start: str) -> dict[str, float]:
    """What functions printed that begins so, and when it was last, in seconds since the test began."""
    first = app.timeline[0]["at"]
    lines = [entry for entry in app.timeline if entry["event"] == "log" and entry["stream"] == "stdout"]
    return {entry["line"]: entry["at"] - first for entry in lines if entry["line"].startswith(start)}


def send(app: Longwire, queue: str, body: str, **options: Any) -> None:
    app.client("sqs").send_message(QueueUrl=app.physical_id(queue), MessageBody=body, **options)


def received(app: Longwire, queue: str, **options: Any) -> list[str]:
    found = app.client("sqs").receive_message(QueueUrl=app.physical_id(queue), MaxNumberOfMessages=10, **options)
    return sorted(message["Body"] for message in found.get("Messages", []))


def test_delays_and_visibility_timeouts_end(app: Longwire) -> None:
    send(app, "Queue", "bad")
    send(app, "Queue", "late", DelaySeconds=300)
    app.clock.advance(1)
    app.clock.advance(minutes=10)
    assert printed(app, "message") == {
        "message bad": pytest.approx(120, abs=2),
        "message late": pytest.approx(300, abs=2),
    }


def test_messages_are_kept_as_long_as_the_queue_says_and_hidden_as_long_as_the_receiver_does(app: Longwire) -> None:
    send(app, "Plain", "kept")
    assert received(app, "Plain", VisibilityTimeout=60) == ["kept"]
    app.clock.advance(59)
    assert received(app, "Plain") == []
    app.clock.advance(2)
    assert received(app, "Plain", VisibilityTimeout=0) == ["kept"]
    app.clock.advance(hours=1)
    assert received(app, "Plain") == []


def test_a_deduplication_id_counts_for_five_minutes(app: Longwire) -> None:
    same = {"MessageGroupId": "g", "MessageDeduplicationId": "d"}
    send(app, "Ordered", "first", **same)
    app.clock.advance(minutes=4)
    send(app, "Ordered", "again", **same)
    app.clock.advance(minutes=2)
    send(app, "Ordered", "new", **same)
    assert received(app, "Ordered") == ["first", "new"]


def test_an_item_is_deleted_on_time_and_its_stream_record_has_that_time(app: Longwire) -> None:
    due = int(app.clock.now) + 400
    app.client("dynamodb").put_item(TableName=app.physical_id("Table"), Item={"id": {"S": "a"}, "ttl": {"N": str(due)}})
    app.clock.advance(minutes=6)
    assert list(printed(app, "record REMOVE")) == []
    app.clock.advance(minutes=1)
    [(line, _)] = printed(app, "record REMOVE").items()
    assert float(line.split()[-1]) == pytest.approx(due, abs=1.1)


def test_a_schedule_comes_each_time_that_it_is_due(app: Longwire) -> None:
    app.clock.advance(minutes=31)
    ticks = [entry for entry in app.timeline if entry["event"] == "log" and entry["line"] == "Scheduled Event"]
    gaps = [round(after["at"] - before["at"]) for before, after in pairwise(ticks)]
    assert gaps == [300] * 5


def test_waits_of_a_state_machine_end_side_by_side(app: Longwire) -> None:
    machine = app.client("stepfunctions")
    started = machine.start_execution(stateMachineArn=app.physical_id("Machine"), input="{}")
    app.clock.advance(minutes=9)
    assert machine.describe_execution(executionArn=started["executionArn"])["status"] == "RUNNING"
    app.clock.advance(minutes=2)
    told = machine.describe_execution(executionArn=started["executionArn"])
    assert told["status"] == "SUCCEEDED"
    assert (told["stopDate"] - told["startDate"]).total_seconds() == pytest.approx(600, abs=5)
    assert printed(app, "last") == {"last": pytest.approx(600, abs=5)}


def test_retries_and_timeouts_of_a_state_machine_come_at_their_times(app: Longwire) -> None:
    machine = app.client("stepfunctions")
    started = machine.start_execution(stateMachineArn=app.physical_id("Retries"), input="{}")
    app.clock.advance(minutes=12)
    told = machine.describe_execution(executionArn=started["executionArn"])
    assert (told["status"], told["error"]) == ("FAILED", "States.Timeout")
    assert (told["stopDate"] - told["startDate"]).total_seconds() == pytest.approx(60 + 120 + 300, abs=5)


def test_a_long_poll_ends(app: Longwire) -> None:
    """Whoever waits in one does not hold the clock up."""
    found: list[list[str]] = []
    waiting = threading.Thread(target=lambda: found.append(received(app, "Plain", WaitTimeSeconds=20)))
    waiting.start()
    while not found:
        app.clock.advance(5)
    waiting.join(20)
    assert found == [[]]


def test_services_begin_anew_in_real_time(app: Longwire, server: LongwireServer) -> None:
    app.clock.advance(hours=3)
    app.close()
    after = Longwire(server)
    send(after, "Plain", "now")
    message = after.client("sqs").receive_message(
        QueueUrl=after.physical_id("Plain"), MessageSystemAttributeNames=["SentTimestamp"]
    )["Messages"][0]
    assert int(message["Attributes"]["SentTimestamp"]) / 1000 == pytest.approx(after.clock.now, abs=30)
    assert server.emulator.clock.is_real
    after.close()
