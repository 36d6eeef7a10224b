"""@connections in the core."""

import json
from typing import Any

import pytest

from longwire.core.events import (
    CloseConnection,
    DeleteConnection,
    GetConnection,
    Noted,
    PostToConnection,
    Respond,
    SendFrame,
)

UNKNOWN = "L0SM9cOFvHcCIhw="


def response(world: Any) -> Respond:
    (found,) = world.of(Respond)
    assert isinstance(found, Respond)
    return found


def headers(found: Respond) -> dict[str, str]:
    return dict(found.headers)


def test_a_post_sends_one_frame_and_answers_200_with_an_empty_body(world: Any) -> None:
    """OBSERVED."""
    w = world()
    connection_id = w.open()
    w.receive(PostToConnection("r", connection_id, b"hello"))
    assert w.frames() == ["hello"]
    found = response(w)
    assert (found.request_id, found.status, found.body) == ("r", 200, b"")
    assert headers(found)["content-type"] == "application/json"
    kinds = [type(effect) for effect in w.effects]
    assert kinds.index(SendFrame) < kinds.index(Respond)


def test_the_timeline_says_which_invocation_asked(world: Any) -> None:
    w = world()
    connection_id = w.open()
    w.receive(PostToConnection("r", connection_id, b"hello", invocation_id="inv"))
    noted = {effect.event: effect.data for effect in w.effects if isinstance(effect, Noted)}
    assert noted["frame_sent"]["invocation_id"] == noted["management_request"]["invocation_id"] == "inv"
    w.effects.clear()
    w.receive(PostToConnection("r", connection_id, b"hello"))
    assert not any("invocation_id" in effect.data for effect in w.effects if isinstance(effect, Noted))


def test_a_get_answers_in_awss_spelling(world: Any) -> None:
    """OBSERVED: pretty-printed, ISO 8601 with milliseconds."""
    w = world()
    connection_id = w.open(headers=[("User-Agent", "wscat")])
    w.now += 1.5
    w.receive(PostToConnection("p", connection_id, b"x"))
    w.receive(GetConnection("r", connection_id))
    assert response(w).body.decode() == (
        '{\n  "identity" : {\n    "sourceIp" : "192.0.2.7",\n    "userAgent" : "wscat"\n  },\n'
        '  "connectedAt" : "2023-11-14T22:13:20.000Z",\n  "lastActiveAt" : "2023-11-14T22:13:21.500Z"\n}'
    )


def test_a_client_without_user_agent_has_null(world: Any) -> None:
    """OBSERVED in AWS's chat tutorial."""
    w = world()
    w.receive(GetConnection("r", w.open()))
    assert json.loads(response(w).body)["identity"]["userAgent"] is None


def test_a_delete_answers_204_closes_with_1000_and_disconnects(world: Any, routes: Any) -> None:
    """OBSERVED: $disconnect shows 1000, Connection Closed Normally."""
    w = world(routes.aws_proxy("$disconnect"))
    connection_id = w.open()
    w.receive(DeleteConnection("r", connection_id))
    assert response(w).status == 204
    assert "content-type" not in headers(response(w))
    assert w.of(CloseConnection) == [CloseConnection(connection_id, 1000, "Connection Closed Normally")]
    context = w.event()["requestContext"]
    assert (context["disconnectStatusCode"], context["disconnectReason"]) == (1000, "Connection Closed Normally")
    w.receive(DeleteConnection("r2", connection_id))
    assert response(w).status == 410


@pytest.mark.parametrize("kind", [PostToConnection, GetConnection, DeleteConnection])
def test_a_connection_that_is_not_there_is_gone(world: Any, kind: Any) -> None:
    """OBSERVED: 410, GoneException in the header, empty body."""
    w = world()
    w.receive(kind("r", UNKNOWN, b"") if kind is PostToConnection else kind("r", UNKNOWN))
    found = response(w)
    assert (found.status, found.body) == (410, b"")
    assert headers(found)["x-amzn-errortype"] == "GoneException"


def test_a_connection_still_in_connect_is_gone(world: Any, routes: Any) -> None:
    """DOCUMENTED."""
    w = world(routes.aws_proxy("$connect"))
    connection_id = w.shake()
    w.receive(PostToConnection("r", connection_id, b"x"))
    assert response(w).status == 410
    assert w.frames() == []


@pytest.mark.parametrize("connection_id", ["nonsense", "L0SM9cOFvHcCIhw=test", ""])
def test_a_malformed_id_is_a_bad_request(world: Any, connection_id: str) -> None:
    """OBSERVED."""
    w = world()
    w.receive(GetConnection("r", connection_id))
    found = response(w)
    assert (found.status, json.loads(found.body)) == (400, {"message": f"Invalid connectionId: {connection_id}"})
    assert headers(found)["x-amzn-errortype"] == "BadRequestException"


def test_128_kb_is_the_most_that_can_be_posted(world: Any) -> None:
    """DOCUMENTED: PayloadTooLargeException."""
    w = world()
    connection_id = w.open()
    w.receive(PostToConnection("r", connection_id, b"x" * 131_072))
    assert response(w).status == 200
    w.receive(PostToConnection("r", connection_id, b"x" * 131_073))
    assert (response(w).status, headers(response(w))["x-amzn-errortype"]) == (413, "PayloadTooLargeException")
    assert w.frames() == []


def test_a_full_client_buffer_is_a_limit_exceeded(world: Any) -> None:
    """DOCUMENTED: "or the WebSocket client side buffer is full"."""
    w = world()
    w.receive(PostToConnection("r", w.open(), b"x", buffer_full=True))
    assert (response(w).status, headers(response(w))["x-amzn-errortype"]) == (429, "LimitExceededException")
    assert w.frames() == []


def test_bytes_that_are_no_text_are_replaced(world: Any) -> None:
    """CLAIMED; API Gateway sends text frames only."""
    w = world()
    w.receive(PostToConnection("r", w.open(), b"a\xffb"))
    assert w.frames() == ["a\ufffdb"]
