"""Which URLs lead to a deployed Stage."""

from dataclasses import replace
from typing import Any

import pytest

from longwire.core.api import CustomDomain

AWS = "abcdefghij.execute-api.us-east-1.amazonaws.com"


@pytest.mark.parametrize(
    ("host", "path", "found"),
    [
        (AWS, "/dev", True),
        (AWS.upper(), "/dev/", True),
        (f"{AWS}:8765", "/dev", True),
        (AWS, "/Ws/dev", False),
        (AWS, "/dev/x", False),
        (AWS, "/", False),
        ("zyxwvutsrq.execute-api.us-east-1.amazonaws.com", "/dev", False),
        ("abcdefghij.execute-api.eu-west-1.amazonaws.com", "/dev", False),
        ("localhost:8765", "/dev", True),
        ("localhost:8765", "/dev/", True),
        ("127.0.0.1", "/Ws/dev", True),
        ("127.0.0.1", "/abcdefghij/dev/", True),
        ("127.0.0.1", "/ws/dev", False),
        ("127.0.0.1", "/Ws/prod", False),
        ("127.0.0.1", "/dev//", False),
        ("", "/dev", True),
    ],
)
def test_a_stage_is_at_its_own_host_and_below_its_api_on_this_machine(
    routes: Any, host: str, path: str, found: bool
) -> None:
    assert (routes.api().reached_as(host, path) is not None) is found


@pytest.mark.parametrize(
    ("host", "path", "found"),
    [
        ("localhost", "/dev", False),
        ("localhost", "/Ws/dev", True),
        ("localhost", "/abcdefghij/dev", True),
        (AWS, "/dev", True),
    ],
)
def test_a_stage_whose_name_is_anothers_too_needs_its_api_in_the_path(
    routes: Any, host: str, path: str, found: bool
) -> None:
    assert (replace(routes.api(), local_path="/Ws/dev").reached_as(host, path) is not None) is found


def test_a_route_calls_its_authorizer_first(routes: Any) -> None:
    assert routes.aws_proxy("$connect").functions == ["Connect"]
    assert routes.mock("ping", "{}", "pong").functions == []


DOMAINS = {
    "custom_domains": (CustomDomain("ws.example.com", "chat"), CustomDomain("root.example.com")),
    "domain_names": frozenset({"ws.example.com", "root.example.com", "other.example.com"}),
}


@pytest.mark.parametrize(
    ("host", "path", "name"),
    [
        ("ws.example.com", "/chat", "ws.example.com"),
        ("WS.example.com:443", "/chat/", "ws.example.com"),
        ("ws.example.com", "/", None),
        ("ws.example.com", "/dev", None),
        ("root.example.com", "/", "root.example.com"),
        ("root.example.com", "/chat", None),
        ("other.example.com", "/chat", None),
        ("other.example.com", "/dev", None),
        ("localhost", "/ws.example.com/chat", "ws.example.com"),
        ("localhost", "/root.example.com/", "root.example.com"),
        ("localhost", "/dev", AWS),
        (AWS, "/dev", AWS),
        (AWS, "/chat", None),
        (AWS, "/ws.example.com/chat", None),
    ],
)
def test_a_custom_domain_leads_here_by_its_mapping_key(routes: Any, host: str, path: str, name: str | None) -> None:
    assert replace(routes.api(), **DOMAINS).reached_as(host, path) == name


@pytest.mark.parametrize("host", [AWS, "localhost"])
def test_without_its_default_endpoint_a_stage_is_at_its_custom_domain_alone(routes: Any, host: str) -> None:
    api = replace(routes.api(), **DOMAINS, default_endpoint=False)
    assert api.reached_as(host, "/dev") is None
    assert api.reached_as("ws.example.com", "/chat") == "ws.example.com"
    assert api.path == "/ws.example.com/chat"
