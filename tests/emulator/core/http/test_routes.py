"""Which Route takes a request."""

import pytest

from http_entry_points import entry, route
from longwire.core.http.routes import Router

# The developer guide's own example, in another order, and paths as Azure Web PubSub has them.
KEYS = (
    "$default",
    "ANY /{proxy+}",
    "GET /pets/{proxy+}",
    "GET /pets/dog/{id}",
    "GET /pets/dog/1",
    "ANY /pets/dog/1",
    "POST /api/hubs/{hub}/:send",
    "PUT /api/hubs/{hub}/users/{id}/groups/{group}",
)


@pytest.mark.parametrize(
    ("method", "path", "key", "parameters"),
    [
        ("GET", "/pets/dog/1", "GET /pets/dog/1", {}),
        ("PUT", "/pets/dog/1", "ANY /pets/dog/1", {}),
        ("GET", "/pets/dog/2", "GET /pets/dog/{id}", {"id": "2"}),
        ("GET", "/pets/cat/1", "GET /pets/{proxy+}", {"proxy": "cat/1"}),
        ("POST", "/pets/dog/2", "ANY /{proxy+}", {"proxy": "pets/dog/2"}),
        ("GET", "/", "$default", {}),
        ("GET", "/pets", "ANY /{proxy+}", {"proxy": "pets"}),
        ("POST", "/api/hubs/chat/:send", "POST /api/hubs/{hub}/:send", {"hub": "chat"}),
        ("POST", "/api/hubs/chat/%3Asend", "POST /api/hubs/{hub}/:send", {"hub": "chat"}),
        ("GET", "/api/hubs/chat/:send", "ANY /{proxy+}", {"proxy": "api/hubs/chat/:send"}),
        ("PUT", "/api/hubs/a%20b/users/%C3%A9/groups/g%2Fh", KEYS[-1], {"hub": "a b", "id": "é", "group": "g/h"}),
        ("GET", "/pets/dog/", "GET /pets/{proxy+}", {"proxy": "dog/"}),
    ],
)
def test_the_most_specific_route_takes_a_request(method: str, path: str, key: str, parameters: dict[str, str]) -> None:
    found = Router(entry(*map(route, KEYS))).match(method, path)

    assert found is not None
    assert (found.route.key, found.parameters) == (key, parameters)


@pytest.mark.parametrize("path", ["/", "/pets/", "/pet", "/pets/1/2", "/PETS"])
def test_what_no_route_takes_is_not_taken(path: str) -> None:
    assert Router(entry(route("GET /pets"), route("GET /pets/{id}"))).match("GET", path) is None


def test_a_rest_api_takes_a_slash_at_the_end_and_chooses_a_resource_by_its_path_alone() -> None:
    router = Router(entry(route("GET /pets/{id}"), route("ANY /{proxy+}"), kind="rest"))

    slashed = router.match("GET", "/pets/1/")
    assert slashed is not None
    assert slashed.parameters == {"id": "1"}
    assert router.match("POST", "/pets/1") is None
    assert router.match("POST", "/other") is not None


def test_a_rest_resource_with_several_methods_has_all_of_them() -> None:
    router = Router(entry(route("GET /pets"), route("POST /pets"), kind="rest"))

    assert [found.route.method for name in ("GET", "POST") if (found := router.match(name, "/pets"))] == ["GET", "POST"]
