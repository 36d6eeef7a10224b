"""Which URLs lead to a deployed Stage."""

from dataclasses import replace
from typing import Any

import pytest

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
    assert routes.api().is_at(host, path) is found


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
    assert replace(routes.api(), local_path="/Ws/dev").is_at(host, path) is found


def test_a_route_calls_its_authorizer_first(routes: Any) -> None:
    assert routes.aws_proxy("$connect").functions == ["Connect"]
    assert routes.mock("ping", "{}", "pong").functions == []
