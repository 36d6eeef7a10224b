"""What the port tells of its own work, read only: ``/_longwire/usage``, what that costs, and ``/metrics``."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from longwire.core.account import Account
from longwire.core.gateway import Gateway
from longwire.core.http.metrics import HttpMetrics
from longwire.inspector.guard import SECURITY
from longwire.server.http_message import HttpRequest, HttpResponse
from longwire_infra.usage import Usage

__all__ = ["COST", "METRICS", "USAGE", "Reports", "cost_answer"]

USAGE, COST, METRICS = "/_longwire/usage", "/_longwire/api/cost", "/metrics"


class Reports:
    """``gateways`` gives those of the deployed Stages, whose ``account`` it is.

    ``clock`` gives epoch seconds; counting starts when this is made. ``region`` is that whose prices hold.
    """

    def __init__(
        self,
        account: Account,
        gateways: Callable[[], Sequence[Gateway]],
        clock: Callable[[], float],
        region: Callable[[], str],
        http: HttpMetrics | None = None,
    ) -> None:
        self.account = account
        self.gateways = gateways
        self.clock = clock
        self.region = region
        self.http = http or HttpMetrics()
        self.started = clock()
        self.calls: dict[tuple[str, str], Callable[[HttpRequest], HttpResponse]] = {
            ("GET", USAGE): self.usage,
            ("GET", COST): lambda _request: cost_answer(self.record(), self.region()),
            ("GET", METRICS): self.metrics,
        }

    def record(self) -> Usage:
        """Up to now."""
        return self.account.meter.usage(self.started, self.clock())

    def usage(self, _request: HttpRequest) -> HttpResponse:
        """The record's own fields, and ``details``: what they were made of."""
        return json_answer({**self.record().to_json(), "details": self.account.meter.details(self.clock())})

    def metrics(self, request: HttpRequest) -> HttpResponse:
        from longwire.server.prometheus import StageMetrics, exposition

        stages = [StageMetrics.of(gateway) for gateway in self.gateways()]
        return exposition(stages, self.account.functions, request.header("Accept") or "", self.http)


def cost_answer(usage: Usage, region: str) -> HttpResponse:
    # The price table is read for the first who asks, so that no start waits for it.
    from longwire.run_cost import cost_so_far

    return json_answer(cost_so_far(usage, region))


def json_answer(body: Mapping[str, Any]) -> HttpResponse:
    headers = (*SECURITY, ("content-type", "application/json"), ("cache-control", "no-store"))
    return HttpResponse(200, headers, json.dumps(body, indent=2).encode() + b"\n")
