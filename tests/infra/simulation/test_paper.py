"""Arithmetic, beside figures that were made by hand."""

import pytest

from longwire_infra.simulation.demand import Broadcast, Demand
from longwire_infra.simulation.limits import Limits
from longwire_infra.simulation.paper import findings, per_second, stage_of


@pytest.mark.parametrize(
    ("connections", "connect", "everybody", "shards"),
    [
        (10_000, "10 s at best", "0.5 s at best", "8 shards"),
        (100_000, "190 s at best", "9.5 s at best", "64 shards"),
        (1_000_000, "1,990 s at best", "99.5 s at best", "512 shards"),
    ],
)
def test_the_figures_of_three_sizes(connections: int, connect: str, everybody: str, shards: str) -> None:
    answers = {each.question: each.answer for each in findings(Demand(connections, 7200), Limits())}
    assert answers["all connect at once"] == connect
    assert answers["one message to everybody"] == everybody
    assert answers["a topic that everybody follows"] == shards


def test_requests_are_frames_posts_and_handshakes() -> None:
    demand = Demand(7200, 7200, messages=1, posts=2, heartbeats=0.5, sent=10, posted=20)
    assert per_second(demand) == 7200 * 3.5 + 10 + 20 + 1
    everybody = Demand(1000, 7200, broadcasts=(Broadcast("b", 2, False, None), Broadcast("c", 0.1, True, 500)))
    assert round(per_second(everybody), 2) == round(2 * 1000 + 0.1 * 1000 * 500 + 1000 / 7200, 2)


@pytest.mark.parametrize(
    ("messages", "told"),
    [(0.4, "with room for a peak"), (0.8, "not its peaks"), (5, "5.0 times"), (200, "leave API Gateway for")],
)
def test_the_stage_of_growth(messages: float, told: str) -> None:
    assert told in stage_of(Demand(10_000, 7200, messages=messages), Limits())


def test_what_does_not_fit_is_more_than_the_quota() -> None:
    shares = {each.question: each.share for each in findings(Demand(1_000_000, 600, messages=1), Limits())}
    assert (shares["reconnects without a reason of their own"] or 0) > 1
    assert (shares["requests of the account"] or 0) > 100
    assert shares["one message to everybody"] is None
