"""When a queue has messages to give."""

import time
from collections.abc import Iterator

import pytest
from moto.sqs.models import SQSBackend, sqs_backends

from longwire.services.sqs_queues import Queues

ACCOUNT, REGION = "123456789012", "eu-west-1"


@pytest.fixture
def backend() -> Iterator[SQSBackend]:
    found = sqs_backends[ACCOUNT][REGION]
    found.reset()
    found.create_queue("q", ReceiveMessageWaitTimeSeconds="3")
    yield found
    found.reset()


def later(seconds: float) -> Queues:
    return Queues(ACCOUNT, REGION, lambda: time.time() + seconds)


def test_an_empty_queue_has_nothing_and_nothing_to_come(backend: SQSBackend) -> None:
    assert backend.queues.keys() == {"q"}
    assert not later(0).is_ready("q")
    assert later(0).next_change("q") is None


def test_a_message_is_ready(backend: SQSBackend) -> None:
    backend.send_message("q", "now")
    assert later(0.001).is_ready("q")
    assert later(0.001).next_change("q") is None


def test_a_delayed_message_is_ready_when_its_delay_is_over(backend: SQSBackend) -> None:
    backend.send_message("q", "later", delay_seconds=60)
    assert not later(59).is_ready("q")
    assert later(61).is_ready("q")
    change = later(0).next_change("q")
    assert change is not None
    assert 58 < change - time.time() <= 60


def test_a_message_in_flight_is_ready_when_its_visibility_timeout_is_over(backend: SQSBackend) -> None:
    backend.send_message("q", "again")
    while not backend.receive_message("q", 1, 0, 30):
        """A message is visible after the microsecond in which it was sent."""
    assert not later(0).is_ready("q")
    assert later(31).is_ready("q")


def test_the_queue_says_how_long_a_receive_waits(backend: SQSBackend) -> None:
    assert backend.queues
    assert later(0).wait_seconds("q") == 3


def test_a_queue_that_does_not_exist_is_empty() -> None:
    assert not later(0).is_ready("nowhere")
    assert later(0).next_change("nowhere") is None
    assert later(0).wait_seconds("nowhere") == 0
