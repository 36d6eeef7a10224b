"""The process by itself, as its parent sees it: one socket, and lines of JSON."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any

import pytest

from longwire.services.process import stay_on_loopback

SETUP = {
    "region": "us-east-1",
    "account_id": "123456789012",
    "invoke_url": "http://127.0.0.1:9",
    "resources": [],
    "mappings": [],
    "streams": [],
    "elsewhere": {},
    "faults": [],
}
SIGNED = "AWS4-HMAC-SHA256 Credential=AKIA/20261124/us-east-1/{}/aws4_request, SignedHeaders=host, Signature=00"


class Process:
    """The services' process and its pipes."""

    def __init__(self, **setup: Any) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        command = [sys.executable, "-m", "longwire.services.process", str(self.listener.fileno()), "-1"]
        pipe = subprocess.PIPE
        self.child = subprocess.Popen(command, stdin=pipe, stdout=pipe, pass_fds=(self.listener.fileno(),), text=True)
        self.send({**SETUP, **setup})

    def send(self, command: dict[str, Any]) -> None:
        assert self.child.stdin is not None
        self.child.stdin.write(json.dumps(command) + "\n")
        self.child.stdin.flush()

    def report(self) -> Any:
        assert self.child.stdout is not None
        return json.loads(self.child.stdout.readline())

    def connection(self) -> HTTPConnection:
        host, port = self.listener.getsockname()
        return HTTPConnection(host, port, timeout=5)

    def close(self) -> None:
        self.child.communicate()
        self.listener.close()


@pytest.fixture
def started() -> Iterator[list[Process]]:
    processes: list[Process] = []
    yield processes
    for process in processes:
        process.close()


def test_it_reports_that_it_is_ready_does_as_told_and_leaves_when_its_input_ends(started: list[Process]) -> None:
    process = Process()
    started.append(process)
    assert process.report() == {"ready": True}
    process.send({"reset": "first"})
    process.send({"reset": "second"})
    assert [process.report(), process.report()] == [{"reset": "first"}, {"reset": "second"}]
    process.child.communicate()
    assert process.child.returncode == 0


def test_it_reports_what_it_cannot_create_and_ends(started: list[Process]) -> None:
    wrong = {"logical_id": "T", "type": "AWS::DynamoDB::Table", "properties": {}, "physical_id": "t"}
    process = Process(resources=[wrong])
    started.append(process)
    assert process.report() == {"failed": "the property 'AttributeDefinitions' is required", "resource": "T"}
    assert process.child.wait(5) == 0


def test_it_reports_what_there_is_to_log(started: list[Process]) -> None:
    process = Process()
    started.append(process)
    assert process.report() == {"ready": True}
    connection = process.connection()
    connection.request("POST", "/", b"{}", {"Authorization": SIGNED.format("translate")})
    assert connection.getresponse().status == 501
    connection.close()
    assert process.report() == {"log": "translate is not emulated: moto has no such service"}


def test_a_topics_web_subscriber_is_told_of_and_not_called(started: list[Process]) -> None:
    process = Process()
    started.append(process)
    assert process.report() == {"ready": True}
    connection = process.connection()
    form = {"Authorization": SIGNED.format("sns"), "Content-Type": "application/x-www-form-urlencoded"}
    topic = "arn:aws:sns:us-east-1:123456789012:news"
    answers = []
    for body in (
        "Action=CreateTopic&Name=news",
        f"Action=Subscribe&TopicArn={topic}&Protocol=http&Endpoint=http%3A%2F%2Fnobody.example%2F",
        f"Action=Publish&TopicArn={topic}&Message=hello",
    ):
        connection.request("POST", "/", body, form)
        answers.append(connection.getresponse().read())
    connection.close()
    assert b"<MessageId>" in answers[-1]
    told = f"http://nobody.example/ got no message of {topic}: http is not emulated"
    assert process.report() == {"log": told}


@pytest.mark.parametrize(
    ("event", "arguments"),
    [
        ("socket.connect", (None, ("192.0.2.1", 80))),
        ("socket.getaddrinfo", ("nobody.example", 80)),
        ("socket.getaddrinfo", (b"nobody.example", 80)),
    ],
)
def test_another_machine_is_refused(event: str, arguments: tuple[Any, ...]) -> None:
    with pytest.raises(PermissionError, match="is not this machine"):
        stay_on_loopback(event, arguments)


@pytest.mark.parametrize(
    ("event", "arguments"),
    [
        ("socket.connect", (None, ("127.0.0.1", 80))),
        ("socket.connect", (None, ("::1", 80, 0, 0))),
        ("socket.connect", (None, "/run/some.sock")),
        ("socket.getaddrinfo", ("localhost", 80)),
        ("socket.getaddrinfo", (None, 80)),
        ("open", ("file", "r", 0)),
    ],
)
def test_this_machine_is_not(event: str, arguments: tuple[Any, ...]) -> None:
    stay_on_loopback(event, arguments)
