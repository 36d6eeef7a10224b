"""``/_longwire/usage`` and ``/metrics``."""

import json
import subprocess
import sys
from typing import Any

from longwire.run_cost import cost_so_far
from longwire.server.http_message import HttpRequest
from longwire.server.reports import COST, METRICS, USAGE, Reports
from longwire_infra.usage import Usage


def reports(w: Any) -> Reports:
    return Reports(w.gateway.deployment.account, lambda: [w.gateway], lambda: w.now, lambda: "eu-central-1")


def test_usage_is_the_record_with_what_it_is_made_of(world: Any, routes: Any) -> None:
    w = world(routes.aws_proxy("send"))
    made = reports(w)
    connection_id = w.open()
    w.say(connection_id, {"action": "send"})
    w.advance(20)
    response = made.calls["GET", USAGE](HttpRequest("GET", USAGE, ()))

    body = json.loads(response.body)
    details = body.pop("details")
    assert (response.status, dict(response.headers)["content-type"]) == (200, "application/json")
    assert Usage.from_json(body) == made.record()
    assert (body["period_seconds"], body["websocket_messages"], body["connection_minutes"]) == ("20", "1", "1")
    assert details["messages"]["route_message"] == {"count": 1, "billed": 1, "bytes": 18, "in_usage": True}
    assert details["connections"]["seconds_by_connection"] == {connection_id: 20.0}


def test_the_cost_is_the_records_at_the_prices_of_the_stacks_region(world: Any, routes: Any) -> None:
    w = world(routes.aws_proxy("send"))
    made = reports(w)
    connection_id = w.open()
    w.say(connection_id, {"action": "send"})
    w.advance(20)
    response = made.calls["GET", COST](HttpRequest("GET", COST, ()))

    body = json.loads(response.body)
    assert (response.status, dict(response.headers)["cache-control"]) == (200, "no-store")
    assert body == cost_so_far(made.record(), "eu-central-1")
    assert {line["id"]: line["quantity"] for line in body["lines"]}["websocket_messages"] == "1"


def test_the_price_table_is_not_read_before_somebody_asks() -> None:
    script = "import sys, longwire.dev, longwire.emulator\nprint('longwire_infra.prices' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", script], text=True) == "False\n"


def test_counting_starts_when_the_emulator_does(world: Any) -> None:
    w = world()
    made = reports(w)
    w.advance(7)

    assert made.record().period_seconds == 7


def test_metrics_count_the_open_connections(world: Any) -> None:
    w = world()
    w.open()
    response = reports(w).calls["GET", METRICS](HttpRequest("GET", METRICS, (("Accept", "text/plain"),)))

    assert b'longwire_active_connections{stage="dev"} 1.0\n' in response.body
