"""Route keys, paths and Lambda proxies of HTTP APIs."""

from typing import Any

import pytest

from longwire.errors import TemplateError
from longwire.template.http.part import Part
from longwire.template.http.routes import check_path, checked_key
from sample_templates import places_of


def part(**values: Any) -> Part:
    return Part(values, ("Resources", "A"), places_of("Resources:\n  A: {Type: X}\n"))


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("GET /pets/{id}", ("GET", "/pets/{id}")),
        ("ANY /", ("ANY", "/")),
        ("POST /api/hubs/{hub}/:send", ("POST", "/api/hubs/{hub}/:send")),
        ("$default", ("ANY", "$default")),
    ],
)
def test_a_route_key_is_a_method_and_a_path(key: str, expected: tuple[str, str]) -> None:
    assert checked_key(part(RouteKey=key), "RouteKey") == expected


@pytest.mark.parametrize("key", ["", "/pets", "get /pets", "GETS /pets", "$connect", "GET"])
def test_another_key_is_refused(key: str) -> None:
    with pytest.raises(TemplateError):
        checked_key(part(RouteKey=key), "RouteKey")


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("pets", "does not start with /"),
        ("/pets/a{id}", "is no path variable"),
        ("/pets/{id", "is no path variable"),
        ("/pets/{}", "is no path variable"),
        ("/pets/{a b}", "is no path variable"),
        ("/{proxy+}/x", "greedy"),
        ("/{proxy+}/{id}", "greedy"),
        ("/{id}/{id}", "twice"),
    ],
)
def test_a_path_that_aws_refuses_is_refused(path: str, message: str) -> None:
    with pytest.raises(TemplateError, match=message):
        check_path(part(Path=path), "Path", path)


@pytest.mark.parametrize("path", ["/", "/a/{b}/{c.d}", "/{proxy+}", "/a/:send", "/a/{b:c}"])
def test_other_paths_pass(path: str) -> None:
    check_path(part(Path=path), "Path", path)
