"""Messages and posts under the account's throttle."""

from longwire_infra.simulation.bucket import Bucket
from longwire_infra.simulation.demand import Broadcast, Demand
from longwire_infra.simulation.fleet import STEP
from longwire_infra.simulation.limits import Limits
from longwire_infra.simulation.traffic import Traffic


def passed(demand: Demand, steps: int, rate: float = 10_000, limits: Limits | None = None) -> Traffic:
    requests = Bucket(rate, rate / 2)
    traffic = Traffic(demand, limits or Limits(), requests)
    for step in range(steps):
        requests.pass_time(STEP)
        traffic.pass_step(step, demand.connections, 0)
    return traffic


def test_below_the_quota_nothing_waits() -> None:
    traffic = passed(Demand(1000, 7200, messages=1, posts=2, heartbeats=0.5), 100)
    assert (round(traffic.messages), round(traffic.throttled), round(traffic.posts)) == (15_000, 0, 20_000)
    assert traffic.latency.seconds(1.0) == 0
    assert traffic.peak == 3500


def test_above_it_frames_are_refused_and_posts_wait() -> None:
    traffic = passed(Demand(1000, 7200, messages=10, posts=10), 600)
    assert round(traffic.messages + traffic.throttled) == 600_000
    assert traffic.throttled > 100_000
    assert traffic.waiting > 50_000
    assert traffic.messages + traffic.posts <= 60 * 10_000 + 5000
    assert (traffic.latency.seconds(0.5) or 0) > 1


def test_a_broadcast_to_100_000_takes_what_the_quota_leaves() -> None:
    demand = Demand(100_000, 7200, broadcasts=(Broadcast("b", 0.1, False, None),))
    traffic = passed(demand, 400)
    # By hand: (100,000 - 5,000) / 10,000 is 9.5 s; the bucket has what the step itself adds.
    assert 9.0 <= (traffic.broadcasts.seconds(0.5) or 0) <= 9.9


def test_where_few_posts_are_made_side_by_side_that_is_the_limit() -> None:
    demand = Demand(10_000, 7200, broadcasts=(Broadcast("b", 0.05, False, None),))
    traffic = passed(demand, 400, limits=Limits(posts_in_flight=10, post_ms=10))
    assert 9.9 <= (traffic.broadcasts.seconds(0.5) or 0) <= 10.1  # 1,000 posts a second
