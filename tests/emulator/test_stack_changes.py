"""What an edit changed."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from longwire.core.api import Api, EventSource, Function, Resource, Stack, Stage
from longwire.errors import Location
from longwire.stack_changes import changed_functions, connections_can_stay

ECHO = Function("Echo", "s-Echo", "app.echo", "python3.13", "/code", location=Location(Path("t.yaml"), 3))
TABLE = Resource("Table", "AWS::DynamoDB::Table", {"TableName": "t"}, "t", Location(Path("t.yaml"), 9))
SOURCE = EventSource("Echo", "Queue")


@pytest.fixture
def stack(routes: Any) -> Stack:
    return Stack("s", "us-east-1", "1", (routes.api(routes.aws_proxy("$default")),), {"Echo": ECHO}, {"Table": TABLE})


def test_functions_that_are_new_gone_or_set_otherwise_have_changed(stack: Stack) -> None:
    gone, other, same = (replace(ECHO, logical_id=name) for name in ("Gone", "Other", "Same"))
    before = replace(stack, functions={"Gone": gone, "Other": other, "Same": same})
    now = {"Other": replace(other, environment={"A": "1"}), "Same": same, "New": ECHO}
    assert changed_functions(before, replace(stack, functions=now)) == {"Gone", "Other", "New"}


def test_a_place_further_down_the_template_is_no_change(stack: Stack) -> None:
    lower = Location(Path("t.yaml"), 30)
    now = replace(
        stack,
        functions={"Echo": replace(ECHO, location=lower)},
        resources={"Table": replace(TABLE, location=lower)},
        warnings=("other",),
    )
    assert changed_functions(stack, now) == set()
    assert connections_can_stay(stack, now)


def test_connections_stay_whatever_routes_stage_settings_and_functions_become(stack: Stack, routes: Any) -> None:
    api = replace(routes.api(routes.aws_proxy("ping"), expression="$request.body.type"), stage=Stage("dev", {"a": "b"}))
    assert connections_can_stay(stack, replace(stack, apis=(api,), functions={}))


@pytest.mark.parametrize(
    "change",
    [
        {"resources": {}},
        {"resources": {"Table": replace(TABLE, properties={"TableName": "u"})}},
        {"event_sources": (SOURCE,)},
        {"region": "eu-west-1"},
        {"name": "other"},
    ],
)
def test_connections_end_when_the_services_have_to_begin_anew(stack: Stack, change: dict[str, Any]) -> None:
    assert not connections_can_stay(stack, replace(stack, **change))


@pytest.mark.parametrize("change", [{"stage": Stage("prod")}, {"api_id": "zyxwvutsrq"}])
def test_connections_end_when_the_address_is_another(stack: Stack, change: dict[str, Any]) -> None:
    api: Api = replace(stack.api, **change)
    assert not connections_can_stay(stack, replace(stack, apis=(api,)))
