"""The whole backend in virtual time: API Gateway, Lambda and SQS around the real handlers. For its clients see
world_client.py."""

import copy
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import boto3
import botocore.session
import pytest
from moto.backends import get_backend

from backend_aws import create_table
from faulty_aws import Cloud, Killed
from fifo_queue import Queued
from table_invariants import inconsistencies, read_tables, scanned
from virtual_clock import VirtualClock, backend_under

__all__ = ["TIMEOUTS", "Socket", "World", "virtual_world"]

START = 1_700_000_000.0
TIMEOUTS = {
    "authorizer": 10,
    "connect": 10,
    "disconnect": 10,
    "message": 28,
    "worker": 30,
    "admin": 28,
    "publish_queue": 30,
}
"""Seconds, as in template.yaml; tests/backend/test_faults.py compares."""

KILLED: dict[str, Any] = {"authorizer": {}, "connect": {"statusCode": 500}}
"""What API Gateway makes of an invocation that Lambda ended; the others' clients see nothing that is modelled."""

SETTINGS = {
    "STATE_TABLE": "state",
    "LOG_TABLE": "log",
    "DOORBELL_QUEUE_URL": "https://sqs.eu-west-1.amazonaws.com/123456789012/doorbell.fifo",
    "BROADCAST_QUEUE_URL": "https://sqs.eu-west-1.amazonaws.com/123456789012/broadcasts",
    "MANAGEMENT_ENDPOINT": "https://abcdefghij.execute-api.eu-west-1.amazonaws.com/v1",
    "TOKEN_SECRET_ARN": "token",
    "HUB": "chat",
    "PUBLISH_DEAD_LETTERS_URL": "https://sqs.eu-west-1.amazonaws.com/123456789012/dead",
    "CONNECTIONS_PER_USER": "3",
    "FANOUT_WIDTH": "4",
    "WINDOW": "5",
    "ALLOWED_ORIGINS": "loopback",
    "POWERTOOLS_METRICS_NAMESPACE": "Longwire",
    "POWERTOOLS_SERVICE_NAME": "test",
    "POWERTOOLS_LOG_LEVEL": "CRITICAL",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
}


@dataclass
class Socket:
    """A connection; before its handshake has ended, and after its end, posts to it are answered 410."""

    id: str
    open: bool = False
    slow: bool = False  # every post is answered 429
    frames: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Context:
    """Lambda's context in virtual time."""

    clock: VirtualClock
    end: float
    function_name: str = "function"
    memory_limit_in_mb: int = 256
    invoked_function_arn: str = "arn:aws:lambda:eu-west-1:123456789012:function:function"
    aws_request_id: str = "a"

    def get_remaining_time_in_millis(self) -> int:
        return int((self.end - self.clock.time()) * 1000)


class World:
    """``late`` names each invocation that ended less than half a second before its timeout."""

    def __init__(self, clock: VirtualClock, cloud: Cloud, handlers: dict[str, ModuleType]) -> None:
        self.clock = clock
        self.cloud = cloud
        self.handlers = handlers
        self.reset()

    def reset(self) -> None:
        self.cloud.faults.rate, self.clock.skew = 0, 0
        get_backend("dynamodb").reset()
        create_table("state", "S")
        create_table("log", "N")
        self.cloud.__init__(self.clock)  # type: ignore[misc]  # boto3's clients keep the hook
        self.cloud.post, self.cloud.close = self.post, self.close
        self.sockets: dict[str, Socket] = {}
        self.late: list[str] = []
        self.invoked: Counter[str] = Counter()

    # -- API Gateway

    def socket(self) -> Socket:
        made = Socket(f"c{len(self.sockets)}=")
        self.sockets[made.id] = made
        return made

    def post(self, connection_id: str, body: bytes) -> int:
        socket = self.sockets.get(connection_id)
        if socket is None or not socket.open:
            return 410
        if socket.slow:
            return 429
        socket.frames.append(json.loads(body))
        return 200

    def close(self, connection_id: str) -> int:
        socket = self.sockets.get(connection_id)
        if socket is None or not socket.open:
            return 410
        socket.open = False
        return 204

    # -- Lambda

    def invoke(self, name: str, event: Any) -> Any:
        """The handler's answer. It must not raise, nor come close to its timeout."""
        begin = self.clock.time()
        self.invoked[name] += 1
        try:
            with redirect_stdout(None):  # the metrics
                answer = self.handlers[name].handler(event, Context(self.clock, begin + TIMEOUTS[name]))
        except Killed:
            return KILLED.get(name)
        took = self.clock.time() - begin
        if took > TIMEOUTS[name] - 0.5:
            self.late.append(f"{name} took {took:.2f} s")
        return answer

    def pump(self, messages: list[Queued] | None = None) -> list[Queued]:
        """Has the worker hear these bells, or what the queue gives; returns those that it wants to hear again."""
        heard = self.cloud.queue.receive() if messages is None else messages
        if not heard:
            return []
        answer = self.invoke("worker", {"Records": [each.record() for each in heard]})
        if answer is None:
            return heard
        failed = {each["itemIdentifier"] for each in answer["batchItemFailures"]}
        for each in heard:
            if each.id not in failed:
                self.cloud.queue.delete(each)
        return [each for each in heard if each.id in failed]

    def settle(self) -> None:
        """Until no bell is left, however long that takes."""
        for _ in range(200):
            self.pump()
            if not self.cloud.queue.messages:
                return
            self.clock.sleep(1)
        pytest.fail(f"bells that ring for ever: {self.cloud.queue.messages}")

    # -- the tables

    def snapshot(self) -> Any:
        return copy.deepcopy((self._items(), self.sockets, self.cloud.queue.messages, self.clock.now))

    def restore(self, snapshot: Any) -> None:
        """The tables, queue, sockets and time of then; clients made since are of no use."""
        tables, self.sockets, self.cloud.queue.messages, self.clock.now = copy.deepcopy(snapshot)
        for table, items in zip(self._tables(), tables, strict=True):
            table.items = items

    def _items(self) -> list[Any]:
        return [table.items for table in self._tables()]

    def _tables(self) -> list[Any]:
        found = get_backend("dynamodb")["123456789012"]["eu-west-1"].tables
        return [found["state"], found["log"]]

    def inconsistencies(self, *, interrupted: bool) -> list[str]:
        faults, self.cloud.faults.rate = self.cloud.faults.rate, 0.0
        tables = read_tables(scanned("state"), scanned("log"), int(self.clock.time()), limit=3)
        self.cloud.faults.rate = faults
        return inconsistencies(tables, interrupted=interrupted)


@contextmanager
def virtual_world() -> Iterator[World]:
    """One for many tests, which ``reset`` it."""
    patched = pytest.MonkeyPatch()
    for name, value in SETTINGS.items():
        patched.setenv(name, value)
    clock = VirtualClock(START)
    cloud = Cloud(clock)
    session = botocore.session.Session()
    hook: Any = cloud.hook  # what it answers is used, whatever the stubs say
    session.register("before-send", hook)
    patched.setattr(boto3, "DEFAULT_SESSION", boto3.Session(botocore_session=session))
    with backend_under(clock) as handlers:
        yield World(clock, cloud, handlers)
    patched.undo()
    get_backend("dynamodb").reset()
