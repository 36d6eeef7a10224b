"""The handle on the services' process."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from longwire.core.api import EventSource, Function, Resource
from longwire.errors import EnvironmentFailed, Location, TemplateError

TABLE = {
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}


def table(**properties: Any) -> Resource:
    return Resource(
        "Things", "AWS::DynamoDB::Table", {**TABLE, **properties}, "things", Location(Path("template.yaml"), 12, 3)
    )


def put(services: Any, key: str) -> None:
    services.client("dynamodb").put_item(TableName="things", Item={"pk": {"S": key}})


def keys(services: Any) -> list[str]:
    return [item["pk"]["S"] for item in services.client("dynamodb").scan(TableName="things")["Items"]]


def test_the_port_is_known_at_once_and_early_requests_wait_for_the_services(run_services: Any) -> None:
    services = run_services(table(), wait=False)
    assert services.services.endpoint_url == f"http://127.0.0.1:{services.services.port}"
    assert services.client("dynamodb").list_tables()["TableNames"] == ["things"]


def test_a_stack_with_nothing_to_create_has_no_process_before_a_service_is_called(run_services: Any) -> None:
    services = run_services()

    def running() -> bool:
        return services.services.process is not None

    services.reset()
    assert not running()

    sqs = services.client("sqs")
    sqs.create_queue(QueueName="made-by-a-handler")
    assert running()
    services.reset()
    assert "QueueUrls" not in sqs.list_queues()


def test_closing_a_stack_whose_services_nobody_called_frees_the_port(run_services: Any) -> None:
    services = run_services()
    services.call(services.services.close())
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", services.services.port), 1)


def test_a_reset_empties_everything_and_creates_the_resources_again(run_services: Any) -> None:
    services = run_services(table())
    put(services, "a")
    services.client("sqs").create_queue(QueueName="another")
    services.reset()
    assert keys(services) == []
    assert "QueueUrls" not in services.client("sqs").list_queues()


def test_two_resets_at_once_are_two_resets(run_services: Any) -> None:
    services = run_services(table())

    async def both() -> None:
        first, second = services.services.reset(), services.services.reset()
        await first
        await second

    services.call(both())
    assert keys(services) == []


def test_a_table_that_cannot_be_is_the_templates_error_with_the_services_own_words(run_services: Any) -> None:
    wrong = table(KeySchema=[{"AttributeName": "pk", "KeyType": "SORT"}])
    services = run_services(wrong, wait=False)
    with pytest.raises(TemplateError) as caught:
        services.call(services.services.ready())
    text = str(caught.value)
    assert text.startswith("template.yaml:12:3: Things: AWS::DynamoDB::Table: ValidationException: ")
    assert "SORT" in text
    with pytest.raises(EndpointConnectionError):
        services.client("dynamodb").list_tables()


@pytest.mark.parametrize(
    ("resource", "says"),
    [
        (Resource("X", "AWS::SNS::Topic", {"Subscription": [{"Protocol": "sqs"}]}, "t"), "'Endpoint' is required"),
        (
            Resource(
                "X", "AWS::SNS::Subscription", {"TopicArn": "t", "Protocol": "email", "Endpoint": "a@b.example"}, "s"
            ),
            "Protocol email is not emulated",
        ),
        (Resource("X", "AWS::DynamoDB::Table", {}, "x"), "'AttributeDefinitions' is required"),
        (Resource("X", "AWS::Budgets::Thing", {}, "x"), "AWS::Budgets::Thing is not emulated"),
    ],
)
def test_what_cannot_be_created_is_named(run_services: Any, resource: Resource, says: str) -> None:
    services = run_services(resource, wait=False)
    with pytest.raises(TemplateError, match=says):
        services.call(services.services.ready())


def test_a_process_that_crashes_is_started_again_on_the_same_port_and_it_is_said(run_services: Any) -> None:
    services = run_services(table())
    put(services, "lost")
    os.kill(services.services.process.pid, signal.SIGKILL)
    assert services.says("ended .SIGKILL.; it is started again")
    services.call(services.services.ready())
    assert keys(services) == []


def test_a_process_that_cannot_start_is_an_error_and_not_tried_again(run_services: Any, tmp_path: Path) -> None:
    (tmp_path / "moto").mkdir()
    (tmp_path / "moto" / "__init__.py").write_text("raise RuntimeError('this moto is broken')")
    services = run_services(table(), environ={**os.environ, "PYTHONPATH": str(tmp_path)}, wait=False)
    with pytest.raises(EnvironmentFailed, match=r"before it was ready:(.|\n)*this moto is broken"):
        services.call(services.services.ready())
    with pytest.raises(EndpointConnectionError):
        services.client("dynamodb").list_tables()


def test_the_users_aws_settings_do_not_reach_the_services(run_services: Any) -> None:
    theirs = {"AWS_PROFILE": "does-not-exist", "AWS_ENDPOINT_URL": "http://127.0.0.1:9", "MOTO_ACCOUNT_ID": "1" * 12}
    services = run_services(table(), environ={**os.environ, **theirs})
    assert services.client("sts").get_caller_identity()["Account"] == "123456789012"


def test_modules_in_the_working_directory_are_not_taken_for_ours(
    run_services: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("secrets", "moto", "json"):
        (tmp_path / f"{name}.py").write_text("raise RuntimeError('not this one')")
    monkeypatch.chdir(tmp_path)
    assert keys(run_services(table())) == []


def test_closing_ends_the_process_and_frees_the_port(run_services: Any) -> None:
    services = run_services(table())
    process, port = services.services.process, services.services.port
    services.call(services.services.close())
    assert process.returncode is not None
    with socket.create_server(("127.0.0.1", port)):
        pass


def test_closing_before_it_is_ready_does_not_wait_for_it(run_services: Any) -> None:
    services = run_services(table(), wait=False)
    services.call(services.services.close())
    with pytest.raises(EnvironmentFailed, match="closed"):
        services.call(services.services.ready())


def test_the_process_does_not_outlive_a_parent_that_is_killed() -> None:
    program = """
import asyncio, sys
from longwire.core.api import Api, Resource, Stack, Stage
from longwire.services.services import Services

async def main():
    api = Api("Ws", "abcdefghij", "ws", "us-east-1", "123456789012", "$request.body.action", {}, Stage("dev"))
    topic = Resource("Topic", "AWS::SNS::Topic", {"TopicName": "topic"}, "arn:aws:sns:us-east-1:123456789012:topic")
    stack = Stack("chat", "us-east-1", "123456789012", (api,), {}, {"Topic": topic})
    services = await Services.start(stack, invoke_url="http://127.0.0.1:9", log=print)
    await services.ready()
    print(services.process.pid, flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()
    deadline = time.monotonic() + 5
    while Path(f"/proc/{child}/stat").exists() and " Z " not in Path(f"/proc/{child}/stat").read_text():
        assert time.monotonic() < deadline


def test_an_event_source_reaches_the_process_by_the_names_of_its_queue_and_function(run_services: Any) -> None:
    queue = Resource("Q", "AWS::SQS::Queue", {"VisibilityTimeout": "7"}, "https://sqs/123456789012/chat-Q")
    function = Function("F", "chat-F", "a.b", "python3.11", "/x")
    services = run_services(queue, functions=[function], event_sources=(EventSource("F", "Q"),))
    queue_url = "https://sqs.eu-west-1.amazonaws.com/123456789012/chat-Q"
    services.client("sqs").send_message(QueueUrl=queue_url, MessageBody="x")
    assert services.says(r"chat-Q: chat-F failed for 1 message.*Unreachable.*visible again after 7 s")
