"""Sessions over HTTP: what is no request of theirs, and who may not ask."""

from typing import Any

import pytest

from backend_device import Stage
from backend_http import http_event
from backend_poller import CONTEXT, Poller, token_of
from longwire_app.fallback import handler


@pytest.mark.parametrize(
    ("method", "path", "query", "body", "status"),
    [
        ("GET", "", {}, "", 405),
        ("PUT", "/x", {}, "", 405),
        ("GET", "/x/y", {}, "", 404),
        ("GET", "/" + "x" * 257, {}, "", 404),
        ("GET", "/x", {"after": "-1"}, "", 400),
        ("GET", "/x", {"after": str(2**53 + 1)}, "", 400),
        ("GET", "/x", {"wait": "61"}, "", 400),
        ("GET", "/x", {"ack": "1.5"}, "", 400),
        ("GET", "/x", {"link": "x" * 9000}, "", 410),
        ("POST", "/x", {"link": "y"}, "{}", 410),
        ("DELETE", "/x", {"link": "y"}, "", 410),
        ("POST", "/x", {"link": "y"}, "x" * 131_073, 413),
        ("POST", "", {}, "[]", 400),
        ("POST", "", {}, "{", 400),
        ("POST", "", {}, "[" * 100_000, 400),
        ("POST", "", {}, '{"connectionId":1}', 400),
        ("POST", "", {}, '{"connectionId":"x","reconnectionToken":"\\ud800"}', 404),
        ("POST", "", {}, '{"connectionId":"x"}', 200),
        ("POST", "", {}, "", 200),
        ("OPTIONS", "", {}, "", 204),
        ("OPTIONS", "/x", {}, "", 204),
    ],
)
def test_every_request_has_its_answer(
    stage: Stage,
    method: str,
    path: str,
    query: Any,
    body: str,
    status: int,
) -> None:
    poller = Poller(stage.now)
    poller.ask(method, path, body, **query)
    assert poller.statuses == [status]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": "Bearer x"}, 401),
        ({"Authorization": f"Bearer {'x' * 9000}"}, 401),
        ({"Origin": "https://evil.example.com"}, 403),
    ],
)
def test_without_a_token_or_from_a_foreign_page_there_is_no_session(
    stage: Stage,  # noqa: ARG001 (its services)
    headers: dict[str, str],
    status: int,
) -> None:
    answer = handler(http_event("POST", "/sessions", headers, b"{}"), CONTEXT)
    assert answer["statusCode"] == status
    assert "access-control-allow-origin" not in answer["headers"]


def test_a_token_may_be_in_a_header(stage: Stage) -> None:  # noqa: ARG001 (its services)
    headers = {"Authorization": f"Bearer {token_of('ada', groups=('room',))}"}
    assert handler(http_event("POST", "/sessions", headers, b""), CONTEXT)["statusCode"] == 200
