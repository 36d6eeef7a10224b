"""What a terminal shows."""

import ssl
from dataclasses import replace
from typing import Any

import click
import pytest

from http_entry_points import entry, route
from longwire.core.api import ApiKey, Authorizer, Function, Stack
from longwire.inspector.overview import Urls
from longwire.screen import first_screen, line
from longwire.tls import Tls


def plain(entry: dict[str, Any]) -> str | None:
    shown = line({"at": 0.0, "connection_id": "L0SM9cOFvHcCIhw=", **entry})
    return None if shown is None else click.unstyle(shown)


def test_the_first_screen_names_routes_handlers_and_addresses(routes: Any) -> None:
    authorizer = Authorizer("Auth", "auth", "Default")
    api = routes.api(routes.aws_proxy("$connect", authorizer=authorizer), routes.aws_proxy("$default", two_way=True))
    functions = {"Default": Function("Default", "s-Default", "app.handler", "python3.13", "/code", timeout=10)}
    text = click.unstyle(
        first_screen(
            Stack("s", "us-east-1", "1", (api,), functions), "template.yaml", Urls("127.0.0.1", 8765, "/dev"), 0.84
        )
    )
    assert "template.yaml · stage dev" in text
    assert "ready in 0.8 s" in text
    assert "ws://127.0.0.1:8765/dev" in text
    assert "http://127.0.0.1:8765/dev/@connections/{id}" in text
    assert "http://127.0.0.1:8765/_longwire/" in text
    rows = {row.split()[0]: row for row in text.splitlines() if row.strip().startswith("$")}
    assert "authorizer auth" in rows["$connect"]
    assert rows["$default"].split() == ["$default", "Default", "app.handler", "10", "s", "two-way"]
    assert len(text.splitlines()) <= 14


def test_the_first_screen_tells_the_keys_that_are_made_here_and_no_others(routes: Any) -> None:
    connect = replace(routes.aws_proxy("$connect"), api_key_required=True)
    keys = (ApiKey("Made", "i", "s-Made", "m" * 40, generated=True), ApiKey("Given", "j", "s-Given", "g" * 40))
    stack = Stack("s", "us-east-1", "1", (replace(routes.api(connect), api_keys=keys),), {})
    text = click.unstyle(first_screen(stack, "template.yaml", Urls("127.0.0.1", 8765, "/dev"), 0.84))
    assert f"  API key       {'m' * 40}  Made\n" in text
    assert "Given" not in text
    assert "g" * 40 not in text
    assert next(row for row in text.splitlines() if "$connect" in row).endswith("API key")


def test_the_first_screen_has_the_http_entry_points(routes: Any) -> None:
    functions = {"Publish": Function("Publish", "s-Publish", "app.publish", "python3.13", "/code")}
    apis = (entry(route("POST /publish")), entry(route("GET /", iam=True), kind="rest", stage="dev"), entry(kind="url"))
    stack = Stack("s", "us-east-1", "1", (routes.api(routes.aws_proxy("$default")),), functions, http_apis=apis)
    text = click.unstyle(first_screen(stack, "template.yaml", Urls("127.0.0.1", 8765, "/dev"), 0.84))

    rows = [row.split() for row in text.splitlines()]
    assert ["POST", "/publish", "Publish", "app.publish", "3", "s"] in rows
    assert ["GET", "/", "Publish", "app.publish", "3", "s", "authorizer", "AWS_IAM"] in rows
    assert "  HTTP API      http://127.0.0.1:8765/Api\n" in text
    assert "  REST API      http://127.0.0.1:8765/Api/dev\n" in text
    assert "  Function URL  http://127.0.0.1:8765/Api  Publish\n" in text


@pytest.mark.parametrize(
    ("entry", "shown"),
    [
        (
            {"event": "connection_opened", "principal_id": "me", "source_ip": "::1", "subprotocol": "chat"},
            "open    me · chat",
        ),
        ({"event": "connection_opened", "principal_id": None, "source_ip": "::1", "subprotocol": None}, "open    ::1"),
        ({"event": "connection_refused", "status": 401, "reason": "no token"}, "refused 401 no token"),
        (
            {"event": "http_response", "method": "GET", "path": "/a", "status": 404, "duration_ms": 1.25, "why": "no"},
            "GET /a  404  1.2 ms  no",
        ),
        ({"event": "message_received", "route_key": "send", "payload": '{"a":1}'}, '→ send  {"a":1}'),
        ({"event": "message_received", "route_key": None, "payload": "x"}, "→ no route  x"),
        (
            {"event": "reloaded", "functions": ["A", "B"], "files": ["a.py", "b.py"], "connections_closed": False},
            "reloaded A, B (a.py, b.py)",
        ),
        (
            {"event": "reloaded", "functions": [], "files": ["t.yaml"], "connections_closed": True},
            "reloaded no function changed (t.yaml); connections were closed and the services are empty",
        ),
        (
            {"event": "reload_failed", "files": ["t.yaml"], "error_message": "t.yaml:1: no\x1b[2J\n  Or yes?"},
            "not reloaded: what ran before goes on\nt.yaml:1: no\\x1b[2J\n  Or yes?",
        ),
        ({"event": "frame_sent", "payload": "hello"}, "← hello"),
        ({"event": "log", "function": "Send", "stream": "stdout", "line": "printed"}, "Send | printed"),
        (
            {"event": "connection_closed", "code": 1001, "reason": "Going away", "by": "gateway"},
            "closed  1001 'Going away' by gateway",
        ),
        (
            {"event": "connection_closed", "code": 1009, "reason": "", "by": "gateway"},
            "gateway: larger than a frame or a message may be (frame_size and message_size of `longwire settings`)",
        ),
        (
            {"event": "connection_closed", "code": 1003, "reason": "", "by": "gateway"},
            "closed  1003 by gateway: a binary message, and API Gateway takes text alone",
        ),
        (
            {"event": "management_request", "method": "POST", "status": 403, "size": 1, "why": "no stage is there"},
            "POST @connections  403  no stage is there",
        ),
        ({"event": "connection_closed", "code": 1009, "reason": "", "by": "client"}, "closed  1009 by client"),
        (
            {"event": "invocation_finished", "function": "Send", "duration_ms": 1.25, "init_ms": 80.0, "error": ""},
            "Send 1.2 ms + init 80 ms",
        ),
        (
            {
                "event": "invocation_finished",
                "function": "Send",
                "duration_ms": 1,
                "init_ms": None,
                "error": "raised",
                "error_type": "ValueError",
                "error_message": "boom",
            },
            "Send 1.0 ms  ValueError: boom",
        ),
    ],
)
def test_each_thing_that_happens_is_one_line(entry: dict[str, Any], shown: str) -> None:
    text = plain(entry)
    assert text is not None
    assert text.endswith(shown)
    assert "L0SM9cOF" in text


@pytest.mark.parametrize(
    "entry",
    [
        {"event": "handshake"},
        {"event": "management_request", "method": "POST", "status": 200, "size": 1},
        {"event": "invocation_started"},
        {"event": "log", "stream": "platform", "function": "F", "line": "START"},
    ],
)
def test_what_is_not_worth_a_line_has_none(entry: dict[str, Any]) -> None:
    assert plain(entry) is None


@pytest.mark.parametrize("payload", ["\x1b[31mred", "two\nlines", "x" * 500])
def test_a_payload_cannot_steer_the_terminal_or_flood_it(payload: str) -> None:
    text = plain({"event": "frame_sent", "payload": payload})
    assert text is not None
    assert text.isprintable()
    assert len(text) < 140


def test_a_log_line_keeps_its_colours_and_loses_what_steers_the_terminal() -> None:
    text = line(
        {
            "at": 0.0,
            "connection_id": "",
            "event": "log",
            "function": "F",
            "stream": "stdout",
            "line": "\x1b[31mred\x1b[0m \x1b[2J\x1b]0;title\x07\tend",
        }
    )
    assert text is not None
    assert text.endswith("\x1b[31mred\x1b[0m \\x1b[2J\\x1b]0;title\\x07\tend")


def test_a_traceback_keeps_its_lines_each_with_the_functions_name() -> None:
    text = plain({"event": "log", "function": "Send", "stream": "stderr", "line": "Traceback:\n  File x\nValueError"})
    assert text is not None
    first, *others = text.splitlines()
    assert first.endswith("Send | Traceback:")
    assert [line.strip() for line in others] == ["Send |   File x", "Send | ValueError"]


def test_a_change_of_the_clock_is_told_with_what_it_comes_to() -> None:
    facts = {"event": "clock_changed", "change": "advanced", "seconds": 660.0, "offset": 7260.0, "paused": False}
    assert str(plain(facts)).endswith("clock   advanced 11m: 2h 1m ahead of real time")
    paused = {**facts, "change": "paused", "seconds": 0.0, "offset": 0.0, "paused": True}
    assert str(plain(paused)).endswith("clock   paused: real time")


def test_behind_tls_it_says_so_and_where_the_authority_is(routes: Any) -> None:
    stack = Stack("s", "us-east-1", "1", (routes.api(),), {})
    tls = Tls(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), "/cache/ca.pem")
    text = click.unstyle(first_screen(stack, "template.yaml", Urls("127.0.0.1", 8765, "/dev", tls=tls), 0.84))
    assert "  WebSocket     wss://127.0.0.1:8765/dev\n" in text
    assert "  AWS endpoint  https://127.0.0.1:8765\n" in text
    assert "  CA file       /cache/ca.pem\n" in text
