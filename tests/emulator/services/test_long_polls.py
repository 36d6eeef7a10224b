"""SQS long polling by unmodified boto3."""

import http.client
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any
from urllib.parse import urlencode

import pytest

from longwire.core.api import Resource


def sqs_queue(name: str, **properties: Any) -> Resource:
    return Resource(name, "AWS::SQS::Queue", properties, f"https://sqs.eu-west-1.amazonaws.com/123456789012/{name}")


@pytest.fixture(scope="module")
def services(run_services: Any) -> Any:
    return run_services(sqs_queue("waits"), sqs_queue("patient", ReceiveMessageWaitTimeSeconds=1), sqs_queue("hurried"))


def url(name: str) -> str:
    return f"https://sqs.eu-west-1.amazonaws.com/123456789012/{name}"


def test_a_receive_waits_for_a_message_while_other_calls_are_served(services: Any) -> None:
    sqs = services.client("sqs")
    with ThreadPoolExecutor(1) as pool:
        before = time.monotonic()
        receiving = pool.submit(sqs.receive_message, QueueUrl=url("waits"), WaitTimeSeconds=10)
        other = services.client("sqs")
        assert "Messages" not in other.receive_message(QueueUrl=url("hurried"))
        other.send_message(QueueUrl=url("waits"), MessageBody="at last")
        assert receiving.result(5)["Messages"][0]["Body"] == "at last"
        assert time.monotonic() - before < 5


def test_a_receive_that_waits_in_vain_is_answered_with_nothing_when_its_time_is_over(services: Any) -> None:
    before = time.monotonic()
    assert "Messages" not in services.client("sqs").receive_message(QueueUrl=url("waits"), WaitTimeSeconds=1)
    assert 0.99 <= time.monotonic() - before < 10


def test_a_queue_may_ask_for_it(services: Any) -> None:
    before = time.monotonic()
    assert "Messages" not in services.client("sqs").receive_message(QueueUrl=url("patient"))
    assert 0.99 <= time.monotonic() - before < 10


def test_a_receive_that_waits_gets_a_message_whose_delay_ends(services: Any) -> None:
    sqs = services.client("sqs")
    sqs.send_message(QueueUrl=url("waits"), MessageBody="delayed", DelaySeconds=1)
    before = time.monotonic()
    found = sqs.receive_message(QueueUrl=url("waits"), WaitTimeSeconds=5)["Messages"]
    assert [message["Body"] for message in found] == ["delayed"]
    assert time.monotonic() - before < 2


def test_a_message_is_not_given_to_a_client_that_has_left(services: Any) -> None:
    body = urlencode({"Action": "ReceiveMessage", "QueueUrl": url("hurried"), "WaitTimeSeconds": "10"})
    scope = "AKIAIOSFODNN7EXAMPLE/20261124/eu-west-1/sqs/aws4_request"
    headers = {
        "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=00",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    with closing(http.client.HTTPConnection("127.0.0.1", services.services.port)) as leaver:
        leaver.request("POST", "/", body, headers)
        # Another request of another connection is answered after this one was read.
        assert services.client("sqs").list_queues()["QueueUrls"]
    sqs = services.client("sqs")
    assert sqs.list_queues()["QueueUrls"]
    sqs.send_message(QueueUrl=url("hurried"), MessageBody="for those who stay")
    assert sqs.receive_message(QueueUrl=url("hurried"))["Messages"][0]["Body"] == "for those who stay"


def test_the_query_protocol_waits_too(services: Any) -> None:
    body = urlencode({"Action": "ReceiveMessage", "QueueUrl": url("waits"), "WaitTimeSeconds": "10"})
    scope = "AKIAIOSFODNN7EXAMPLE/20261124/eu-west-1/sqs/aws4_request"
    headers = {
        "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=00",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    with closing(http.client.HTTPConnection("127.0.0.1", services.services.port, timeout=10)) as connection:
        connection.request("POST", "/", body, headers)
        services.client("sqs").send_message(QueueUrl=url("waits"), MessageBody="in xml")
        assert b"<Body>in xml</Body>" in connection.getresponse().read()


def test_a_reset_answers_those_that_wait(services: Any) -> None:
    sqs = services.client("sqs")
    started = threading.Event()

    def receive() -> Any:
        started.set()
        return sqs.receive_message(QueueUrl=url("waits"), WaitTimeSeconds=20)

    with ThreadPoolExecutor(1) as pool:
        receiving = pool.submit(receive)
        assert started.wait(5)
        while not receiving.done():
            services.reset()
        assert "Messages" not in receiving.result(5)


def test_a_wait_in_another_region_is_answered_at_once(services: Any) -> None:
    sqs = services.client("sqs", region="us-west-2")
    made = sqs.create_queue(QueueName="far")["QueueUrl"]
    before = time.monotonic()
    assert "Messages" not in sqs.receive_message(QueueUrl=made, WaitTimeSeconds=5)
    assert time.monotonic() - before < 4
