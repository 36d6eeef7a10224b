"""``$context`` of a request."""

from typing import Any

from longwire.core.access_log import KNOWN
from longwire.core.outcome import Outcome, Request
from longwire.core.request_context import context_of

ERROR = Outcome(429, "Too Many Requests", 12, None, "boom")


def context(w: Any, outcome: Outcome, headers: tuple[tuple[str, str], ...] = ()) -> dict[str, Any]:
    connection = w.gateway.connections[w.open(headers=headers)]
    request = Request("MESSAGE", "send", "RequestId=", w.now + 1.5, "MessageId=")
    return context_of(w.gateway.deployment.api, connection, request, outcome)


def test_it_has_what_the_developer_guide_lists_and_nothing_else(world: Any) -> None:
    found = context(world(), ERROR, (("User-Agent", "curl"),))

    assert set(found) <= KNOWN


def test_ids_times_and_places_are_those_of_the_functions_event(world: Any) -> None:
    w = world()
    found = context(w, Outcome(200), (("User-Agent", 'a "quoted" \u20ac name'),))

    assert (found["requestId"], found["extendedRequestId"], found["messageId"]) == (
        "RequestId=", "RequestId=", "MessageId=",
    )  # fmt: skip
    assert (found["connectedAt"], found["requestTimeEpoch"]) == (1_700_000_000_000, 1_700_000_001_500)
    assert found["requestTime"] == "14/Nov/2023:22:13:21 +0000"
    assert (found["apiId"], found["stage"]) == ("abcdefghij", "dev")
    assert found["domainName"] == "abcdefghij.execute-api.us-east-1.amazonaws.com"
    assert (found["identity.sourceIp"], found["identity.userAgent"]) == ("192.0.2.7", 'a "quoted" \u20ac name')


def test_an_error_of_api_gateway_has_a_message_a_quoted_one_and_a_type(world: Any) -> None:
    """DOCUMENTED: messageString is the quoted value of message."""
    found = context(world(), ERROR)

    assert found["error.message"] == "Too Many Requests"
    assert found["error.messageString"] == '"Too Many Requests"'
    assert found["error.responseType"] == "THROTTLED"


def test_statuses_without_a_type_of_their_own_have_the_default_one(world: Any) -> None:
    w = world()

    types = [context(w, Outcome(status, "x"))["error.responseType"] for status in (414, 502)]
    assert types == ["DEFAULT_4XX", "DEFAULT_5XX"]


def test_lambdas_own_status_is_200_when_the_function_failed(world: Any) -> None:
    found = context(world(), ERROR)

    assert (found["integration.integrationStatus"], found["integration.status"]) == (200, None)
    assert (found["integration.latency"], found["integrationLatency"], found["integration.error"]) == (12, 12, "boom")


def test_without_an_integration_nothing_is_said_of_one(world: Any) -> None:
    found = context(world(), Outcome(200))

    assert not [name for name in found if name.startswith(("integration", "error", "authorizer", "authorize"))]
