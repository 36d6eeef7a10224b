"""The same Api deployed anew, under connections that stay open."""

import json
from dataclasses import replace
from typing import Any

from longwire.core.api import Authorizer, Throttle
from longwire.core.events import AcceptHandshake, CloseConnection, RejectHandshake


def test_the_next_message_meets_the_new_routes_and_the_connection_stays(world: Any, routes: Any) -> None:
    w = world(routes.aws_proxy("$default"))
    connection_id = w.open()

    w.gateway.deploy(routes.api(routes.aws_proxy("$default"), routes.aws_proxy("ping")))
    w.say(connection_id, {"action": "ping"})

    assert [invocation.function for invocation in w.invoked()] == ["Ping"]
    assert list(w.gateway.connections) == [connection_id]


def test_a_route_that_is_gone_is_gone(world: Any, routes: Any) -> None:
    w = world(routes.aws_proxy("ping"))
    connection_id = w.open()

    w.gateway.deploy(routes.api(routes.aws_proxy("pong")))
    w.say(connection_id, {"action": "ping"})

    assert w.invoked() == []
    assert json.loads(w.frames()[0])["message"] == "Forbidden"


def test_another_route_selection_expression_holds_at_once(world: Any, routes: Any) -> None:
    w = world(routes.aws_proxy("ping"))
    connection_id = w.open()

    w.gateway.deploy(routes.api(routes.aws_proxy("ping"), expression="$request.body.type"))
    w.say(connection_id, {"type": "ping"})

    assert len(w.invoked()) == 1


def test_what_is_under_way_is_answered_as_its_own_route_says(world: Any, routes: Any) -> None:
    w = world(routes.aws_proxy("$default", two_way=True))
    connection_id = w.open()
    w.say(connection_id, "hi")
    (invocation,) = w.invoked()

    w.gateway.deploy(routes.api(routes.mock("$default", '{"statusCode": 200}', "mocked")))
    w.answer(invocation, json.dumps({"body": "answered"}))

    assert w.frames() == ["answered"]


def test_a_handshake_under_way_is_decided_by_the_function_that_was_asked(world: Any, routes: Any) -> None:
    w = world(routes.aws_proxy("$connect"))
    w.shake()
    (invocation,) = w.invoked()

    w.gateway.deploy(routes.api())
    w.answer(invocation, json.dumps({"statusCode": 403}))

    assert [effect.status for effect in w.of(RejectHandshake)] == [403]


def test_a_new_authorizer_is_asked_of_new_connections_alone(world: Any, routes: Any) -> None:
    """DOCUMENTED: an authorizer that is changed does not affect open connections."""
    w = world(routes.aws_proxy("$connect"), routes.aws_proxy("$default"))
    connection_id = w.open()

    authorizer = Authorizer("Auth", "auth", "Auth")
    connect = routes.aws_proxy("$connect", authorizer=authorizer)
    w.gateway.deploy(routes.api(connect, routes.aws_proxy("$default")))
    w.say(connection_id, "hi")
    asked = [invocation.function for invocation in w.invoked()]
    w.shake()

    assert asked == ["Default"]
    assert [invocation.function for invocation in w.invoked()] == ["Auth"]


def test_the_stages_variables_are_those_of_the_newest_deployment(world: Any, routes: Any) -> None:
    w = world(routes.aws_proxy("$default"), variables={"table": "old"})
    connection_id = w.open()

    w.gateway.deploy(routes.api(routes.aws_proxy("$default"), variables={"table": "new"}))
    w.say(connection_id, "hi")

    assert w.event()["stageVariables"] == {"table": "new"}


def test_throttles_and_the_access_log_are_the_new_stages(world: Any, routes: Any) -> None:
    w = world(routes.aws_proxy("$default"), access_log="old $context.requestId")
    connection_id = w.open()

    api = routes.api(routes.aws_proxy("$default"), access_log="new $context.status $context.requestId")
    none = Throttle(rate=0, burst=0)
    w.gateway.deploy(replace(api, stage=replace(api.stage, throttle=none)))
    w.say(connection_id, "hi")

    assert json.loads(w.frames()[0])["message"] == "Too Many Requests"
    assert w.logged()[0].startswith("new 429 ")


def test_a_shorter_integration_timeout_is_kept(world: Any, routes: Any) -> None:
    w = world(routes.aws_proxy("$default"))
    connection_id = w.open()

    w.gateway.deploy(routes.api(routes.aws_proxy("$default", timeout=1)))
    w.say(connection_id, "hi")
    w.advance(1.0)

    assert json.loads(w.frames()[0])["message"] == "Endpoint request timed out"


def test_a_message_that_waits_for_its_turn_goes_where_it_is_sent_now(world: Any, routes: Any) -> None:
    w = world(routes.mock("ping", '{"statusCode": 200}', "mocked"), routes.aws_proxy("slow"), **ONE_BY_ONE)
    connection_id = w.open()
    w.say(connection_id, {"action": "slow"})
    (invocation,) = w.invoked()
    w.say(connection_id, {"action": "ping"})

    w.gateway.deploy(routes.api(routes.aws_proxy("ping")))
    w.answer(invocation, "{}")

    assert [found.function for found in w.invoked()] == ["Ping"]


def test_counts_go_on_and_every_deadline_stays(world: Any, routes: Any) -> None:
    w = world(routes.aws_proxy("$default"))
    connection_id = w.open()
    w.advance(300)

    w.gateway.deploy(routes.api(routes.aws_proxy("$disconnect")))
    w.advance(300)

    assert [effect.connection_id for effect in w.of(CloseConnection)] == [connection_id]
    assert [invocation.function for invocation in w.invoked()] == ["Disconnect"]
    assert w.gateway.deployment.monitor.meter.accepted == 1
    w.shake()
    assert len(w.of(AcceptHandshake)) == 1


ONE_BY_ONE = {"parallel_message_dispatch": False}
