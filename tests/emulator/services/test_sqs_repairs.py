"""FIFO queues as AWS's, and sends that do not slow down as a queue fills."""

import time
from typing import Any

import pytest

from longwire.core.api import Resource


def sqs_queue(name: str, **properties: Any) -> Resource:
    return Resource(name, "AWS::SQS::Queue", properties, f"https://sqs.eu-west-1.amazonaws.com/123456789012/{name}")


def url(name: str) -> str:
    return f"https://sqs.eu-west-1.amazonaws.com/123456789012/{name}"


BY_GROUP = {"DeduplicationScope": "messageGroup", "FifoThroughputLimit": "perMessageGroupId"}
QUEUES = (
    sqs_queue("plain"),
    sqs_queue("full"),
    sqs_queue("bells.fifo", FifoQueue=True),
    sqs_queue("content.fifo", FifoQueue=True, ContentBasedDeduplication=True),
    sqs_queue("groups.fifo", FifoQueue=True, ContentBasedDeduplication=True, **BY_GROUP),
)


@pytest.fixture(scope="module")
def running(run_services: Any) -> Any:
    return run_services(*QUEUES)


@pytest.fixture
def sqs(running: Any) -> Any:
    running.reset()
    return running.client("sqs")


def drain(sqs: Any, name: str) -> list[str]:
    bodies: list[str] = []
    while found := sqs.receive_message(QueueUrl=url(name), MaxNumberOfMessages=10).get("Messages"):
        for message in found:
            bodies.append(message["Body"])
            sqs.delete_message(QueueUrl=url(name), ReceiptHandle=message["ReceiptHandle"])
    return bodies


def test_a_deduplication_id_counts_after_its_message_was_deleted(sqs: Any) -> None:
    def send(body: str) -> Any:
        return sqs.send_message(
            QueueUrl=url("bells.fifo"), MessageBody=body, MessageGroupId="g", MessageDeduplicationId="same"
        )

    first = send("one")
    assert drain(sqs, "bells.fifo") == ["one"]
    again = send("two")
    assert (again["MessageId"], again["SequenceNumber"]) == (first["MessageId"], first["SequenceNumber"])
    assert drain(sqs, "bells.fifo") == []


def test_the_content_is_the_deduplication_id_where_the_queue_says_so(sqs: Any) -> None:
    for body in ("a", "a", "b"):
        sqs.send_message(QueueUrl=url("content.fifo"), MessageBody=body, MessageGroupId="g")
    assert drain(sqs, "content.fifo") == ["a", "b"]


def test_deduplication_may_be_within_a_group(sqs: Any) -> None:
    for group in ("g", "h", "g"):
        sqs.send_message(QueueUrl=url("groups.fifo"), MessageBody="a", MessageGroupId=group)
    assert drain(sqs, "groups.fifo") == ["a", "a"]


def test_sequence_numbers_have_20_digits_and_grow(sqs: Any) -> None:
    entries = [{"Id": str(n), "MessageBody": str(n), "MessageGroupId": "g"} for n in range(5)]
    sent = sqs.send_message_batch(QueueUrl=url("content.fifo"), Entries=entries)["Successful"]
    numbers = [found["SequenceNumber"] for found in sent]
    assert numbers == sorted(set(numbers))
    assert {len(number) for number in numbers} == {20}
    asked = {"QueueUrl": url("content.fifo"), "MaxNumberOfMessages": 10, "MessageSystemAttributeNames": ["All"]}
    received = [found["Attributes"]["SequenceNumber"] for found in sqs.receive_message(**asked)["Messages"]]
    assert received == numbers


def test_a_standard_queue_takes_the_same_message_twice(sqs: Any) -> None:
    for _ in range(2):
        sqs.send_message(QueueUrl=url("plain"), MessageBody="a")
    assert drain(sqs, "plain") == ["a", "a"]


@pytest.mark.parametrize(("name", "fifo"), [("plain", False), ("content.fifo", True)])
def test_all_attributes_are_there_and_counted(sqs: Any, name: str, fifo: bool) -> None:
    group = {"MessageGroupId": "g"} if fifo else {}
    for body in ("a", "b"):
        sqs.send_message(QueueUrl=url(name), MessageBody=body, **group)
    sqs.receive_message(QueueUrl=url(name))
    found = sqs.get_queue_attributes(QueueUrl=url(name), AttributeNames=["All"])["Attributes"]
    assert (found["ApproximateNumberOfMessages"], found["ApproximateNumberOfMessagesNotVisible"]) == ("1", "1")
    assert found["MessageRetentionPeriod"] == "345600"
    assert ("ContentBasedDeduplication" in found) == fifo
    some = sqs.get_queue_attributes(QueueUrl=url(name), AttributeNames=["ApproximateNumberOfMessages"])
    assert some["Attributes"] == {"ApproximateNumberOfMessages": "1"}


def test_a_message_past_its_delay_is_there(sqs: Any) -> None:
    sqs.send_message(QueueUrl=url("plain"), MessageBody="later", DelaySeconds=1)
    assert "Messages" not in sqs.receive_message(QueueUrl=url("plain"))
    found = sqs.receive_message(QueueUrl=url("plain"), WaitTimeSeconds=5)["Messages"]
    assert [message["Body"] for message in found] == ["later"]


def test_sending_to_a_full_queue_is_as_fast_as_to_an_empty_one(sqs: Any) -> None:
    def send() -> float:
        before = time.perf_counter()
        sqs.send_message(QueueUrl=url("full"), MessageBody="x")
        return time.perf_counter() - before

    empty = min(send() for _ in range(10))
    entries = [{"Id": str(n), "MessageBody": "x"} for n in range(10)]
    for _ in range(200):
        sqs.send_message_batch(QueueUrl=url("full"), Entries=entries)
    # Before it was mended: a tenth of a second, with 2,000 messages.
    assert min(send() for _ in range(10)) < 4 * empty
