"""``@connections`` paths."""

from typing import Any

import pytest

from longwire.core.events import DeleteConnection, GetConnection, PostToConnection
from longwire.server.http1 import HttpRequest
from longwire.server.management import is_management, management_input, stage_path

ID = "L0SM9cOFvHcCIhw="
PATH = "/dev/@connections/L0SM9cOFvHcCIhw%3D"


def parse(method: str, path: str = PATH, body: bytes = b"", buffered: int = 0) -> Any:
    return management_input(HttpRequest(method, path, (), body), "r", buffered=buffered, limit=10)


def test_each_method_is_an_input() -> None:
    assert parse("POST", body=b"x") == PostToConnection("r", ID, b"x")
    assert parse("GET") == GetConnection("r", ID)
    assert parse("DELETE") == DeleteConnection("r", ID)
    assert parse("PUT") is None


def test_a_post_above_what_the_client_may_leave_unread_says_so() -> None:
    assert parse("POST", body=b"x", buffered=9).buffer_full is False
    assert parse("POST", body=b"x", buffered=10).buffer_full is True


@pytest.mark.parametrize(
    "path", [PATH, "/dev/%40connections/x", "/@connections/x", "/dev/@connections/x/?a=1", "/Chat/dev/@connections/x"]
)
def test_management_paths_are_recognised_whatever_their_stage(path: str) -> None:
    assert is_management(HttpRequest("GET", path, ()))


@pytest.mark.parametrize(
    "path", ["/dev", "/dev/@connections", "/dev/@connections/", "/a/b/c/@connections/x", "/dev/@connections/x/y"]
)
def test_other_paths_are_not(path: str) -> None:
    assert not is_management(HttpRequest("GET", path, ()))


def test_the_stage_is_what_stands_before_at_connections() -> None:
    paths = (PATH, "/Chat/dev/%40connections/x", "/@connections/x", "/dev")
    assert [stage_path(HttpRequest("GET", path, ())) for path in paths] == ["/dev", "/Chat/dev", "", ""]
