"""What of a running emulator follows its clock, and when all of it is quiet."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from longwire.clock.advance import Standing, earliest

if TYPE_CHECKING:
    from longwire.emulator import Emulator

__all__ = ["Running"]


class Running:
    """The parts of an emulator, some of which an edit of the template replaces."""

    def __init__(self, emulator: "Emulator") -> None:
        self.emulator = emulator

    async def standing(self) -> Standing:
        """Who waits for an answer that the clock holds back is not busy.

        A function that sleeps, or that a fault holds up, is held back by the clock, and with it each caller that waits
        for it, and its caller: one that waits for each call that is unanswered. Counting is enough, for a call without
        an end has one caller.
        """
        emulator, told = self.emulator, await self.emulator.services.standing()
        asleep = emulator.runtime.asleep() + len(emulator.impaired_functions.held.waiting)
        posts = sum(len(carrier.impaired.held.waiting) for carrier in emulator.server.carriers)
        working = len(emulator.activity.running) - asleep + told.busy
        unseen = len(emulator.server.outbound.running) + len(emulator.queue.sending)
        waiting = told.parked + posts + (len(emulator.server.lambda_api.waiting) if emulator.server.lambda_api else 0)
        due = earliest(told.due, emulator.runtime.next_deadline())
        held_back = asleep + told.parked + posts > 0
        if working + unseen > (waiting if held_back else 0):
            return Standing(self.names(told.busy), due, held_back, emulator.timeline.last)
        return Standing((), due, held_back, emulator.timeline.last)

    def names(self, services: int) -> tuple[str, ...]:
        emulator = self.emulator
        found = emulator.activity.functions()
        found += ["a call of an integration"] * bool(emulator.server.outbound.running)
        found += ["a record for a destination"] * bool(emulator.queue.sending)
        found += [f"the AWS services ({services} under way)"] * bool(services)
        return tuple(found) or ("a call that nobody answers",)

    def moved(self) -> None:
        self.emulator.runtime.moved()

    def changed(self, change: str, facts: Mapping[str, Any]) -> None:
        emulator = self.emulator
        emulator.timeline.publish("clock_changed", "", emulator.clock(), {"change": change, **facts})

    def forget(self) -> None:
        """Execution environments, throttles, quotas and kept answers of authorizers. The bill counts the time."""
        emulator = self.emulator
        emulator.reports.started -= emulator.clock.ahead
        emulator.runtime.deploy(emulator.stack.functions, emulator.stack.functions.keys())
        emulator.entries.serve(emulator.http_gateways(emulator.stack))
        for gateway in emulator.gateways:
            gateway.deployment.forget_usage()
