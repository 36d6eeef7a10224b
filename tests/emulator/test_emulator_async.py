"""Invoke by boto3 with real functions: contexts and logs, and the ends of asynchronous invocations."""

import base64
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from longwire.emulator import Options
from longwire.harness import Longwire, LongwireServer
from sample_templates import RUNNING, written

TEMPLATE = f"""
Transform: AWS::Serverless-2016-10-31
Resources:
  Ws:
    Type: AWS::Serverless::WebSocketApi
    Properties:
      StageName: dev
      RouteSelectionExpression: $request.body.action
      Routes:
        $default: {{FunctionArn: !GetAtt Work.Arn}}
  Letters: {{Type: AWS::SQS::Queue}}
  Successes: {{Type: AWS::SQS::Queue}}
  Failures: {{Type: AWS::SQS::Queue}}
  Topic:
    Type: AWS::SNS::Topic
    Properties: {{Subscription: [{{Protocol: sqs, Endpoint: !GetAtt Failures.Arn}}]}}
  Rule:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: {{source: [lambda]}}
      Targets: [{{Id: successes, Arn: !GetAtt Successes.Arn}}]
  Work:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: .
      Handler: app.work
      Runtime: {RUNNING}
      AutoPublishAlias: live
      DeadLetterQueue: {{Type: SQS, TargetArn: !GetAtt Letters.Arn}}
      EventInvokeConfig:
        MaximumRetryAttempts: 0
        DestinationConfig:
          OnSuccess:
            Type: EventBridge
            Destination: !Sub "arn:aws:events:${{AWS::Region}}:${{AWS::AccountId}}:event-bus/default"
          OnFailure: {{Type: SNS, Destination: !Ref Topic}}
"""
HANDLER = """
def work(event, context):
    print("working")
    if event.get("fail"):
        raise ValueError(event["fail"])
    told = context.client_context
    return {
        "arn": context.invoked_function_arn,
        "id": context.aws_request_id,
        "custom": told and told.custom,
        "app": told and told.client and told.client.app_title,
    }
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LongwireServer]:
    folder = tmp_path_factory.mktemp("work")
    (folder / "app.py").write_text(HANDLER)
    made = LongwireServer(written(TEMPLATE, folder).load(), Options(port=0))
    yield made
    made.close()


@pytest.fixture
def longwire(server: LongwireServer) -> Iterator[Longwire]:
    made = Longwire(server)
    yield made
    made.close()


def message(longwire: Longwire, queue: str) -> Any:
    client, url = longwire.client("sqs"), longwire.physical_id(queue)
    end = time.monotonic() + 10
    while time.monotonic() < end:
        found = client.receive_message(QueueUrl=url, WaitTimeSeconds=1, MessageAttributeNames=["All"])
        if found.get("Messages"):
            return found["Messages"][0]
    raise TimeoutError(queue)


def test_a_handler_sees_its_alias_its_request_and_the_clients_context(longwire: Longwire) -> None:
    context = base64.b64encode(json.dumps({"custom": {"é": 1}, "client": {"app_title": "chat"}}).encode()).decode()
    answer = longwire.client("lambda").invoke(
        FunctionName=longwire.physical_id("Work"), Qualifier="live", ClientContext=context, LogType="Tail"
    )
    told = json.loads(answer["Payload"].read())

    assert told["arn"].endswith(":function:longwire-Work:live")
    assert told["id"] == answer["ResponseMetadata"]["RequestId"]
    assert (told["custom"], told["app"]) == ({"é": 1}, "chat")
    log = base64.b64decode(answer["LogResult"]).decode()
    assert log.startswith(f"START RequestId: {told['id']} Version: $LATEST\n")
    assert "working\nEND RequestId" in log
    assert "REPORT RequestId" in log


def test_the_next_call_has_no_context_of_the_one_before(longwire: Longwire) -> None:
    answer = longwire.client("lambda").invoke(FunctionName=longwire.physical_id("Work"))
    told = json.loads(answer["Payload"].read())

    assert told["arn"].endswith(":function:longwire-Work")
    assert told["custom"] is None


def test_a_failure_has_its_traceback_in_the_payload(longwire: Longwire) -> None:
    answer = longwire.client("lambda").invoke(FunctionName=longwire.physical_id("Work"), Payload=b'{"fail":"boom"}')
    told = json.loads(answer["Payload"].read())

    assert answer["FunctionError"] == "Unhandled"
    assert list(told) == ["errorMessage", "errorType", "requestId", "stackTrace"]
    assert "raise ValueError" in "".join(told["stackTrace"])


def test_an_event_that_fails_is_a_dead_letter_and_a_record(longwire: Longwire) -> None:
    answer = longwire.client("lambda").invoke(
        FunctionName=longwire.physical_id("Work"), Qualifier="live", InvocationType="Event", Payload=b'{"fail":"boom"}'
    )
    letter = message(longwire, "Letters")
    record = json.loads(json.loads(message(longwire, "Failures")["Body"])["Message"])

    assert letter["Body"] == '{"fail":"boom"}'
    attributes = {name: value["StringValue"] for name, value in letter["MessageAttributes"].items()}
    request_id = answer["ResponseMetadata"]["RequestId"]
    assert attributes == {"RequestID": request_id, "ErrorCode": "200", "ErrorMessage": "boom"}
    assert record["requestContext"]["condition"] == "RetriesExhausted"
    assert record["requestContext"]["requestId"] == request_id
    assert record["requestPayload"] == {"fail": "boom"}
    assert record["responsePayload"]["errorType"] == "ValueError"


def test_an_event_that_succeeds_is_an_event_on_the_bus(longwire: Longwire) -> None:
    longwire.client("lambda").invoke(
        FunctionName=longwire.physical_id("Work"), Qualifier="live", InvocationType="Event", Payload=b"{}"
    )
    event = json.loads(message(longwire, "Successes")["Body"])

    assert (event["source"], event["detail-type"]) == ("lambda", "Lambda Function Invocation Result - Success")
    assert event["detail"]["responsePayload"]["arn"].endswith(":live")
    assert event["resources"][0].endswith(":function:longwire-Work:live")
