"""A service that another program has in moto's place; here that program is moto in another process."""

from typing import Any

import pytest

from longwire.core.api import EventSource, Function, StreamSource
from longwire.errors import TemplateError
from moto_in_virtual_time import arn, queue, table

STREAM = arn("dynamodb", "table/Chat/stream/2024-01-01T00:00:00.000")


@pytest.fixture(scope="module")
def other(run_services: Any) -> Any:
    return run_services(queue("kept"))


def test_its_calls_go_there_and_those_of_other_services_do_not(run_services: Any, other: Any) -> None:
    ours = run_services(table("Chat"), queue("work"), endpoints=[f"dynamodb={other.services.endpoint_url}"])
    assert other.client("dynamodb").list_tables()["TableNames"] == ["Chat"]
    ours.client("dynamodb").put_item(TableName="Chat", Item={"pk": {"S": "a"}})
    assert other.client("dynamodb").scan(TableName="Chat")["Items"] == [{"pk": {"S": "a"}}]
    (url,) = ours.client("sqs").list_queues()["QueueUrls"]
    assert url.endswith("/work")


def test_what_exists_there_is_kept_at_the_next_start_and_at_a_reset(run_services: Any, other: Any) -> None:
    other.reset()
    endpoints = [f"dynamodb={other.services.endpoint_url}"]
    run_services(table("Chat"), endpoints=endpoints).client("dynamodb").put_item(
        TableName="Chat", Item={"pk": {"S": "a"}}
    )
    again = run_services(table("Chat"), endpoints=endpoints)
    assert again.says("Chat exists where --endpoint says, and is kept as it is")
    again.reset()
    assert again.client("dynamodb").scan(TableName="Chat")["Count"] == 1


def test_nobody_polls_a_source_that_is_elsewhere_which_is_said(run_services: Any, other: Any) -> None:
    other.reset()
    url = other.services.endpoint_url
    sources = (EventSource("Worker", "work"), StreamSource("Worker", "Chat", STREAM))
    worker = Function("Worker", "worker", "a.b", "python3.11", "/x")
    ours = run_services(
        table("Chat", StreamSpecification={"StreamViewType": "NEW_IMAGE"}),
        queue("work"),
        functions=[worker],
        event_sources=sources,
        endpoints=[f"dynamodb={url}", f"sqs={url}"],
    )
    assert ours.says(f"worker gets nothing from work: sqs is at {url}")
    assert ours.says(f"worker gets nothing from {STREAM}: dynamodb is at {url}")


def test_a_program_that_does_not_answer_is_named(run_services: Any) -> None:
    ours = run_services(table("Chat"), endpoints=["dynamodb=http://127.0.0.1:9"], wait=False)
    with pytest.raises(TemplateError, match=r"http://127\.0\.0\.1:9 does not answer"):
        ours.call(ours.services.ready())
