"""What an edit changed."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from longwire.core.api import Api, EventSource, Function, Resource, Stack, Stage
from longwire.errors import Location
from longwire.stack_changes import changed_functions, connections_can_stay, with_snapshots

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


def test_stages_that_are_added_close_nothing(stack: Stack) -> None:
    more = replace(stack.api, stage=Stage("prod"))
    assert connections_can_stay(stack, replace(stack, apis=(stack.api, more)))
    assert not connections_can_stay(replace(stack, apis=(stack.api, more)), stack)


def deployed(stack: Stack, deployment: str, **change: Any) -> Stack:
    api: Api = replace(stack.api, **change)
    return replace(stack, apis=(replace(api, stage=replace(api.stage, deployment=deployment)),))


def test_a_stage_keeps_the_routes_that_its_deployment_was_made_with(stack: Stack, routes: Any) -> None:
    edited = {"routes": {"ping": routes.aws_proxy("ping")}, "stage": Stage("dev", {"colour": "red"})}
    served, told = with_snapshots(deployed(stack, "First"), deployed(stack, "First", **edited))

    assert served.api.routes == stack.api.routes
    assert served.api.stage.variables == {"colour": "red"}
    (message,) = told
    assert message == (
        "stage dev of Ws serves what Deployment First was made with, as on AWS: the change of $default, ping is not "
        "deployed. Give the Deployment another logical id, or the Stage AutoDeploy: true."
    )
    assert with_snapshots(served, deployed(stack, "First", **edited))[1] == told


@pytest.mark.parametrize("deployment", ["", "Second"])
def test_auto_deploy_and_a_new_deployment_take_the_change_over(stack: Stack, routes: Any, deployment: str) -> None:
    now = deployed(stack, deployment, routes={"ping": routes.aws_proxy("ping")})

    assert with_snapshots(deployed(stack, "First"), now) == (now, ())


def test_a_place_further_down_is_no_change_that_would_need_a_deployment(stack: Stack) -> None:
    above, below = (
        {key: replace(route, location=Location(Path("t.yaml"), line)) for key, route in stack.api.routes.items()}
        for line in (3, 9)
    )
    first, second = (deployed(stack, "First", routes=routes) for routes in (above, below))

    assert with_snapshots(first, second) == (second, ())


def test_another_selection_expression_is_not_deployed_either(stack: Stack) -> None:
    now = deployed(stack, "First", route_selection_expression="$request.body.type")
    served, (message,) = with_snapshots(deployed(stack, "First"), now)

    assert served.api.route_selection_expression == "$request.body.action"
    assert "the change of route_selection_expression is" in message


def test_a_stage_that_is_new_is_what_the_template_says(stack: Stack) -> None:
    now = replace(stack, apis=(*stack.apis, *deployed(stack, "First", stage=Stage("prod")).apis))

    assert with_snapshots(stack, now) == (now, ())
