"""The calls that carry records and dead letters; that moto takes them is tested with a whole stack."""

import json
from urllib.parse import parse_qs

import pytest

from longwire.server.destinations import Undelivered, event_call, message_call

ATTRIBUTES = {"RequestID": ("String", "r-1"), "ErrorCode": ("Number", "200")}


def test_a_queue_gets_a_message_with_attributes() -> None:
    call = message_call("arn:aws:sqs:eu-west-1:123456789012:letters", "body", ATTRIBUTES)

    assert call.header("X-Amz-Target") == "AmazonSQS.SendMessage"
    assert call.header("Host") == "sqs.eu-west-1.amazonaws.com"
    assert json.loads(call.body)["MessageAttributes"]["ErrorCode"] == {"DataType": "Number", "StringValue": "200"}
    assert "MessageAttributes" not in json.loads(message_call("arn:aws:sqs:eu-west-1:123456789012:q", "b").body)


def test_a_topic_gets_a_message_with_attributes() -> None:
    call = message_call("arn:aws:sns:eu-west-1:123456789012:letters", "a&b", ATTRIBUTES)

    form = {name: values[0] for name, values in parse_qs(call.body.decode()).items()}
    assert (form["Action"], form["Message"]) == ("Publish", "a&b")
    assert form["MessageAttributes.entry.2.Name"] == "ErrorCode"
    assert form["MessageAttributes.entry.2.Value.DataType"] == "Number"


def test_an_event_bus_gets_the_record_as_detail() -> None:
    bus = "arn:aws:events:eu-west-1:123456789012:event-bus/default"
    call = event_call(bus, {"requestContext": {"condition": "RetriesExhausted"}}, "arn:f")

    (entry,) = json.loads(call.body)["Entries"]
    assert (entry["Source"], entry["DetailType"]) == ("lambda", "Lambda Function Invocation Result - Failure")
    assert (entry["EventBusName"], entry["Resources"]) == (bus, ["arn:f", bus])
    assert json.loads(entry["Detail"])["requestContext"]["condition"] == "RetriesExhausted"


@pytest.mark.parametrize("arn", ["", "x", "arn:aws:s3:::bucket"])
def test_other_targets_get_nothing(arn: str) -> None:
    with pytest.raises(Undelivered):
        message_call(arn, "body")
