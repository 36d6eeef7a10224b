"""What the parts of a gateway share."""

from dataclasses import replace
from typing import Any

from longwire.core.deployment import Deployment
from longwire.core.events import CloseConnection, Invoke, Noted, SendFrame
from longwire.core.ids import Ids
from longwire.core.quotas import Quotas


def test_sending_counts_utf8_bytes_and_frames_come_before_their_timeline_entry(world: Any) -> None:
    w = world()
    connection = w.gateway.connections[w.open()]
    effects = w.gateway.deployment.send(connection, "é☃", "mock", w.now)
    assert [type(effect) for effect in effects] == [SendFrame, Noted]
    assert effects[1].data["size"] == 5
    assert connection.bytes_out == 5


def test_closing_comes_before_the_disconnect_function(world: Any, routes: Any) -> None:
    w = world(routes.aws_proxy("$disconnect"))
    connection = w.gateway.connections[w.open()]
    effects = w.gateway.deployment.close(connection, 1001, "Going away", "gateway", w.now)
    assert [type(effect) for effect in effects] == [CloseConnection, Noted, Invoke]


def test_without_a_disconnect_route_nothing_is_invoked(world: Any) -> None:
    w = world()
    connection = w.gateway.connections[w.open()]
    effects = w.gateway.deployment.close(connection, 1001, "", "gateway", w.now)
    assert [type(effect) for effect in effects] == [CloseConnection, Noted]
    assert w.gateway.next_deadline() is None


def test_the_shortest_wait_is_that_of_the_quickest_timer(routes: Any) -> None:
    slow, quick = routes.aws_proxy("a"), routes.aws_proxy("b", timeout=0.05)

    def shortest(*given: Any, **quotas: Any) -> float:
        return Deployment(routes.api(*given), Ids(bytes), replace(Quotas(), **quotas)).shortest_wait

    assert shortest() == shortest(slow) == 29
    assert shortest(slow, quick) == 0.05
    assert shortest(slow, idle_timeout=1, idle_slack=1) == 2
    assert shortest(slow, max_duration=3) == 3
