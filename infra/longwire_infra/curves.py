"""API Gateway's bill while one field of a workload changes, and that of servers of your own beside it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from longwire_infra.break_even import VARIED
from longwire_infra.comparison import api_gateway, self_hosted
from longwire_infra.offers import traffic
from longwire_infra.prices import Prices
from longwire_infra.workload import Heartbeat, Workload

__all__ = ["Curve", "connection_curve", "curve", "heartbeat_curve"]


@dataclass(frozen=True, slots=True)
class Curve:
    """USD of API Gateway (``ours``) and of servers (``own``; None: no price) at each value of ``parameter``."""

    parameter: str
    values: tuple[Decimal, ...]
    ours: tuple[Decimal, ...]
    own: tuple[Decimal, ...] | None


def curve(workload: Workload, prices: Prices, parameter: str, values: Sequence[Decimal]) -> Curve:
    """``parameter`` is a name of VARIED."""
    changed = [VARIED[parameter][0](workload, value) for value in values]
    ours = tuple(api_gateway(one, prices).usd or Decimal(0) for one in changed)
    own = tuple(self_hosted(traffic(one), prices, "two-zones")[0].usd for one in changed)
    known = tuple(usd for usd in own if usd is not None)
    return Curve(parameter, tuple(values), ours, known if len(known) == len(own) else None)


def connection_curve(workload: Workload, prices: Prices, points: int = 41) -> Curve:
    """From a tenth of the workload's connections to ten times as many."""
    spaced = geometric(max(workload.connections / 10, Decimal(1)), workload.connections * 10, points)
    return curve(workload, prices, "connections", [value.to_integral_value() for value in spaced])


def heartbeat_curve(workload: Workload, prices: Prices, points: int = 41) -> Curve:
    """From 5 seconds to API Gateway's idle timeout of 10 minutes."""
    beating = replace(workload, heartbeat=workload.heartbeat or Heartbeat(seconds=Decimal(60)))
    return curve(beating, prices, "heartbeat seconds", geometric(Decimal(5), Decimal(600), points))


def geometric(low: Decimal, high: Decimal, points: int) -> list[Decimal]:
    ratio = (high / low) ** (Decimal(1) / (points - 1))
    return [low * ratio**step for step in range(points - 1)] + [high]
