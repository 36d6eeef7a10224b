"""``@connections`` paths."""

from typing import Any

import pytest

from longwire.core.events import DeleteConnection, GetConnection, PostToConnection
from longwire.server.http1 import HttpRequest
from longwire.server.management import is_management, management_input

ID = "L0SM9cOFvHcCIhw="
PATH = "/dev/@connections/L0SM9cOFvHcCIhw%3D"


def parse(routes: Any, method: str, path: str = PATH, body: bytes = b"", buffered: int = 0) -> Any:
    return management_input(HttpRequest(method, path, (), body), "r", routes.api(), buffered=buffered, limit=10)


def test_each_method_is_an_input(routes: Any) -> None:
    assert parse(routes, "POST", body=b"x") == PostToConnection("r", ID, b"x")
    assert parse(routes, "GET") == GetConnection("r", ID)
    assert parse(routes, "DELETE") == DeleteConnection("r", ID)
    assert parse(routes, "PUT") is None


def test_a_post_above_what_the_client_may_leave_unread_says_so(routes: Any) -> None:
    assert parse(routes, "POST", body=b"x", buffered=9).buffer_full is False
    assert parse(routes, "POST", body=b"x", buffered=10).buffer_full is True


@pytest.mark.parametrize("path", [PATH, "/dev/%40connections/x", "/@connections/x", "/dev/@connections/x/?a=1"])
def test_management_paths_are_recognised_whatever_their_stage(path: str) -> None:
    assert is_management(HttpRequest("GET", path, ()))


@pytest.mark.parametrize(
    "path", ["/dev", "/dev/@connections", "/dev/@connections/", "/a/b/@connections/x", "/dev/@connections/x/y"]
)
def test_other_paths_are_not(path: str) -> None:
    assert not is_management(HttpRequest("GET", path, ()))
