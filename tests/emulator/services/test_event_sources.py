"""SQS queues that invoke functions: unmodified boto3 on one side, a scripted Invoke API on the other."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from longwire.core.api import EventSource, Function, Resource
from longwire.services.event_sources import Mapping
from scripted_lambda import FAILURE, SUCCESS, Answer, Invocation, Lambda, scripted_lambda

ACCOUNT = "123456789012"


@pytest.fixture(scope="module")
def api() -> Iterator[Lambda]:
    with scripted_lambda() as found:
        yield found


def arn(name: str) -> str:
    return f"arn:aws:sqs:eu-west-1:{ACCOUNT}:{name}"


def sqs_queue(name: str, dead_letters: str = "", **properties: Any) -> Resource:
    if dead_letters:
        properties["RedrivePolicy"] = {"deadLetterTargetArn": arn(dead_letters), "maxReceiveCount": 2}
    if name.endswith(".fifo"):
        properties["FifoQueue"] = True
    return Resource(name, "AWS::SQS::Queue", properties, f"https://sqs.eu-west-1.amazonaws.com/{ACCOUNT}/{name}")


QUEUES = (
    sqs_queue("work", VisibilityTimeout=1, dead_letters="dead"),
    sqs_queue("dead"),
    sqs_queue("partly", VisibilityTimeout=1),
    sqs_queue("bells.fifo", VisibilityTimeout=1, ContentBasedDeduplication=True),
    sqs_queue("groups.fifo", ContentBasedDeduplication=True),
    sqs_queue("slowly"),
    sqs_queue("few"),
    sqs_queue("chosen"),
)
SOURCES = (
    EventSource("Dead", "dead"),
    EventSource("Work", "work"),
    EventSource("Partly", "partly", report_batch_item_failures=True),
    EventSource("Bells", "bells.fifo"),
    EventSource("Groups", "groups.fifo"),
    EventSource("Slowly", "slowly", batch_size=100, batching_window=1),
    EventSource("Few", "few", batch_size=1, maximum_concurrency=2),
    EventSource("Chosen", "chosen", filters=({"body": {"n": [{"numeric": [">", 1]}]}},)),
)


@pytest.fixture(scope="module")
def running(run_services: Any, api: Lambda) -> Any:
    functions = [Function(source.function, f"chat-{source.function}", "a.b", "python3.11", "/x") for source in SOURCES]
    return run_services(*QUEUES, functions=functions, event_sources=SOURCES, invoke_url=api.url)


@pytest.fixture
def sqs(running: Any, api: Lambda) -> Iterator[Any]:
    yield running.client("sqs")
    api.scripts.clear()
    running.reset()
    while not api.invocations.empty():
        api.invocations.get()


def url(name: str) -> str:
    return f"https://sqs.eu-west-1.amazonaws.com/{ACCOUNT}/{name}"


def counts(sqs: Any, name: str) -> tuple[str, str]:
    """Visible and in flight."""
    names = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
    found = sqs.get_queue_attributes(QueueUrl=url(name), AttributeNames=list(names))["Attributes"]
    return found[names[0]], found[names[1]]


def until(condition: Callable[[], bool]) -> None:
    """Ask SQS again and again: nothing tells that a message was deleted."""
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline


def test_a_message_invokes_the_function_with_lambdas_event_and_is_deleted(sqs: Any, api: Lambda) -> None:
    before = time.time()
    attributes = {
        "kind": {"DataType": "String", "StringValue": "a"},
        "raw": {"DataType": "Binary", "BinaryValue": b"\x00\x01"},
    }
    sent = sqs.send_message(QueueUrl=url("work"), MessageBody='{"a": 1}', MessageAttributes=attributes)
    invocation = api.next("chat-Work")
    assert invocation.type == "RequestResponse"
    (record,) = invocation.event["Records"]
    times = [int(record["attributes"].pop(name)) / 1000 for name in ("SentTimestamp", FIRST)]
    assert before - 1 < times[0] <= times[1] < before + 5
    assert len(record.pop("receiptHandle")) > 20
    assert record == {
        "messageId": sent["MessageId"],
        "body": '{"a": 1}',
        "attributes": {"ApproximateReceiveCount": "1", "SenderId": "AIDAIT2UOQQY3AUEKVGXU"},
        "messageAttributes": {
            "kind": {"stringValue": "a", "stringListValues": [], "binaryListValues": [], "dataType": "String"},
            "raw": {"binaryValue": "AAE=", "stringListValues": [], "binaryListValues": [], "dataType": "Binary"},
        },
        "md5OfBody": sent["MD5OfMessageBody"],
        "md5OfMessageAttributes": sent["MD5OfMessageAttributes"],
        "eventSource": "aws:sqs",
        "eventSourceARN": arn("work"),
        "awsRegion": "eu-west-1",
    }
    until(lambda: counts(sqs, "work") == ("0", "0"))


FIRST = "ApproximateFirstReceiveTimestamp"


def test_a_message_is_delivered_within_milliseconds(sqs: Any, api: Lambda) -> None:
    took = []
    for n in range(20):
        before = time.time()
        sqs.send_message(QueueUrl=url("work"), MessageBody=str(n))
        took.append(api.next("chat-Work").at - before)
    assert sorted(took)[10] < 0.05


def test_messages_sent_together_are_one_batch(sqs: Any, api: Lambda) -> None:
    entries = [{"Id": str(n), "MessageBody": str(n)} for n in range(10)]
    sqs.send_message_batch(QueueUrl=url("work"), Entries=entries)
    assert api.next("chat-Work").bodies == [str(n) for n in range(10)]


def test_a_delayed_message_is_delivered_when_its_delay_is_over(sqs: Any, api: Lambda) -> None:
    before = time.time()
    sqs.send_message(QueueUrl=url("work"), MessageBody="later", DelaySeconds=1)
    assert 1 <= api.next("chat-Work").at - before < 1.6


def test_a_message_that_fails_is_tried_again_and_ends_in_the_dead_letter_queue(sqs: Any, api: Lambda) -> None:
    api.scripts["chat-Work"] = lambda _: FAILURE
    sqs.send_message(QueueUrl=url("work"), MessageBody="poison")
    first, second = api.next("chat-Work"), api.next("chat-Work")
    assert second.at - first.at >= 0.9
    assert second.event["Records"][0]["attributes"]["ApproximateReceiveCount"] == "2"
    assert api.next("chat-Dead").bodies == ["poison"]
    until(lambda: counts(sqs, "work") == ("0", "0") and counts(sqs, "dead") == ("0", "0"))


def test_a_function_that_reports_failures_gets_only_those_again(sqs: Any, api: Lambda) -> None:
    tries: list[int] = []

    def script(invocation: Invocation) -> Answer:
        tries.append(1)
        bad = [record["messageId"] for record in invocation.event["Records"] if record["body"] == "bad"]
        failures = [{"itemIdentifier": found} for found in bad] if len(tries) == 1 else []
        return 200, {}, {"batchItemFailures": failures}

    api.scripts["chat-Partly"] = script
    entries = [{"Id": body, "MessageBody": body} for body in ("good", "bad", "fine")]
    sqs.send_message_batch(QueueUrl=url("partly"), Entries=entries)
    assert api.next("chat-Partly").bodies == ["good", "bad", "fine"]
    assert api.next("chat-Partly").bodies == ["bad"]
    until(lambda: counts(sqs, "partly") == ("0", "0"))


def test_a_group_has_one_batch_at_a_time_and_others_do_not_wait_for_it(sqs: Any, api: Lambda) -> None:
    go = threading.Event()

    def script(invocation: Invocation) -> Answer:
        if "a1" in invocation.bodies:
            assert go.wait(10)
        return SUCCESS

    api.scripts["chat-Groups"] = script
    for group, body in (("a", "a1"), ("a", "a2"), ("b", "b1"), ("a", "a3")):
        sqs.send_message(QueueUrl=url("groups.fifo"), MessageBody=body, MessageGroupId=group)
    started = [api.next("chat-Groups") for _ in range(2)]
    assert sorted(found.bodies for found in started) == [["a1"], ["b1"]]
    go.set()
    assert api.next("chat-Groups").bodies == ["a2", "a3"]
    attributes = started[0].event["Records"][0]["attributes"]
    assert attributes["MessageGroupId"] in "ab"
    assert len(attributes["SequenceNumber"]) == 20
    assert len(attributes["MessageDeduplicationId"]) == 64


def test_a_group_waits_behind_its_message_that_failed(sqs: Any, api: Lambda) -> None:
    answers = iter((FAILURE, SUCCESS, SUCCESS))
    api.scripts["chat-Bells"] = lambda _: next(answers)
    sqs.send_message(QueueUrl=url("bells.fifo"), MessageBody="first", MessageGroupId="g")
    assert api.next("chat-Bells").bodies == ["first"]
    sqs.send_message(QueueUrl=url("bells.fifo"), MessageBody="second", MessageGroupId="g")
    again = api.next("chat-Bells")
    assert again.bodies[0] == "first"
    assert again.event["Records"][0]["attributes"]["ApproximateReceiveCount"] == "2"
    rest = again.bodies[1:] or api.next("chat-Bells").bodies
    assert rest == ["second"]


def test_a_window_gathers_what_is_sent_within_it(sqs: Any, api: Lambda) -> None:
    before = time.time()
    for n in range(30):
        sqs.send_message(QueueUrl=url("slowly"), MessageBody=str(n))
    assert time.time() - before < 1, "the machine was too slow for this test"
    invocation = api.next("chat-Slowly")
    assert invocation.bodies == [str(n) for n in range(30)]
    assert invocation.at - before >= 1


def test_a_full_batch_does_not_wait_for_its_window(sqs: Any, api: Lambda) -> None:
    for start in range(0, 100, 10):
        entries = [{"Id": str(n), "MessageBody": str(n)} for n in range(start, start + 10)]
        sqs.send_message_batch(QueueUrl=url("slowly"), Entries=entries)
    assert len(api.next("chat-Slowly").bodies) == 100


def test_maximum_concurrency_bounds_the_invocations_under_way(sqs: Any, api: Lambda) -> None:
    running, most = 0, 0
    lock = threading.Condition()

    def script(_: Invocation) -> Answer:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
            lock.wait(0.05)
            running -= 1
        return SUCCESS

    api.scripts["chat-Few"] = script
    for n in range(8):
        sqs.send_message(QueueUrl=url("few"), MessageBody=str(n))
    assert sorted(api.next("chat-Few").bodies[0] for _ in range(8)) == [str(n) for n in range(8)]
    assert most == 2


def test_a_throttled_invocation_is_tried_again_without_another_receive(sqs: Any, api: Lambda) -> None:
    throttled: Answer = (429, {}, {})
    answers = iter((throttled, throttled, SUCCESS))
    api.scripts["chat-Work"] = lambda _: next(answers)
    sqs.send_message(QueueUrl=url("work"), MessageBody="again")
    tries = [api.next("chat-Work") for _ in range(3)]
    received = [found.event["Records"][0]["attributes"]["ApproximateReceiveCount"] for found in tries]
    assert received == ["1", "1", "1"]
    until(lambda: counts(sqs, "work") == ("0", "0"))


def test_what_sns_sends_to_a_queue_is_delivered_too(running: Any, sqs: Any, api: Lambda) -> None:
    assert counts(sqs, "work") == ("0", "0")
    sns = running.client("sns")
    topic = sns.create_topic(Name="news")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn("work"), Attributes={"RawMessageDelivery": "true"})
    sns.publish(TopicArn=topic, Message="from a topic")
    assert api.next("chat-Work").bodies == ["from a topic"]


def test_a_reset_forgets_batches_that_are_under_way(running: Any, sqs: Any, api: Lambda) -> None:
    go = threading.Event()
    api.scripts["chat-Few"] = lambda _: (go.wait(10), SUCCESS)[1]
    for n in range(4):
        sqs.send_message(QueueUrl=url("few"), MessageBody=str(n))
    assert [len(api.next("chat-Few").bodies) for _ in range(2)] == [1, 1]
    running.reset()
    go.set()
    del api.scripts["chat-Few"]
    sqs.send_message(QueueUrl=url("few"), MessageBody="fresh")
    assert api.next("chat-Few").bodies == ["fresh"]


def test_a_message_that_no_filter_lets_through_is_deleted_and_nobody_sees_it(sqs: Any, api: Lambda) -> None:
    for body in ("text", '{"n": 1}', '{"n": 2}'):
        sqs.send_message(QueueUrl=url("chosen"), MessageBody=body)
    assert api.next("chat-Chosen").bodies == ['{"n": 2}']
    until(lambda: counts(sqs, "chosen") == ("0", "0"))
    assert api.invocations.empty()


def test_a_mapping_survives_its_json() -> None:
    mapping = Mapping("f", "q.fifo", 5, 1.5, True, 3, 60.0, ({"body": ["a"]},))
    assert Mapping.from_json(json.loads(json.dumps(mapping.to_json()))) == mapping
    assert (mapping.is_fifo, mapping.concurrency) == (True, 3)
