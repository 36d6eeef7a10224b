"""All faults of one emulator: those in force and those to come, whoever asks for them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any, Literal

from longwire.core.fault import Fault, contradicted, read_fault
from longwire.core.faults import Faults, Rule
from longwire.errors import FaultInvalid
from longwire.fault_names import check_names, operation_name, signing_name
from longwire.seeded import seeded
from longwire.server.delays import Cancellable

if TYPE_CHECKING:
    from longwire.emulator import Emulator

__all__ = ["MOST", "FaultControl", "Listed"]

MOST = 1000  # faults at a time
PLACES = ("connection", "function", "route", "service", "operation")


@dataclass(slots=True, eq=False)
class Listed:
    """``state`` "waiting": its ``after`` is not over yet; "used up": it has struck as often as it may."""

    fault_id: int
    fault: Fault
    hits: int = 0
    begun: bool = False
    timer: Cancellable | None = None

    @property
    def state(self) -> Literal["waiting", "on", "used up"]:
        if not self.begun:
            return "waiting"
        return "used up" if self.fault.count is not None and self.hits >= self.fault.count else "on"

    def to_json(self) -> dict[str, Any]:
        return {"id": self.fault_id, **self.fault.to_json(), "hits": self.hits, "state": self.state}


@dataclass(slots=True, eq=False)
class FaultControl:
    """``faults`` are those in force here; those of the kind "service" are decided in the services' own process."""

    emulator: "Emulator"
    faults: Faults = field(init=False)
    listed: dict[int, Listed] = field(default_factory=dict)
    numbers: "count[int]" = field(default_factory=partial(count, 1))

    def __post_init__(self) -> None:
        self.faults = Faults(seeded, self.struck)

    # --- what is asked for

    def add(self, items: Sequence[object]) -> list[int]:
        """All of them, or none. Raises FaultInvalid. Faults of services are in force when ``settled`` returns."""
        found: list[Fault] = []
        for item in items:
            fault = read_fault(item)
            self.check(fault, found)
            found.append(fault)
        return self.admit(found)

    def check(self, fault: Fault, beside: Iterable[Fault] = ()) -> None:
        """Against the stack, the open connections, the faults that are listed and those ``beside`` it."""
        emulator = self.emulator
        check_names(fault, emulator.stack, emulator.server.carriers)
        for listed in self.listed.values():
            if contradicted(fault, [listed.fault]):
                told = f"fault {listed.fault_id} has {listed.fault.outcome} for all of these already"
                raise FaultInvalid(f"it would never strike: {told}", fault.outcome)
        other = contradicted(fault, beside)
        if other is not None:
            raise FaultInvalid(f"it would never strike: {other.outcome} stands before it, always", fault.outcome)

    def admit(self, faults: Sequence[Fault]) -> list[int]:
        """Those that were checked."""
        if len(self.listed) + len(faults) > MOST:
            raise FaultInvalid(f"there are {MOST:,} faults at most")
        ids = []
        for fault in faults:
            listed = Listed(next(self.numbers), fault)
            self.listed[listed.fault_id] = listed
            ids.append(listed.fault_id)
        for fault_id in ids:
            self.start(self.listed[fault_id])
        self.changed()
        return ids

    def remove(self, fault_id: int) -> bool:
        """Whether there was such a fault."""
        if fault_id not in self.listed:
            return False
        self.end(self.listed[fault_id])
        self.changed()
        return True

    def expire(self, fault_id: int) -> None:
        self.remove(fault_id)

    def clear(self) -> None:
        """What they hold back is let go."""
        if not self.listed:
            return
        for listed in tuple(self.listed.values()):
            self.end(listed)
        self.changed()

    def deployed(self) -> None:
        """Other services than before may be there."""
        self.emulator.services.tell_faults(self.of_services())

    async def settled(self) -> None:
        """Until the services know of their faults, and we of all their hits."""
        await self.emulator.services.set_faults(self.of_services())

    async def add_and_settle(self, items: Sequence[object]) -> list[int]:
        ids = self.add(items)
        await self.settled()
        return ids

    async def remove_and_settle(self, fault_id: int) -> None:
        self.remove(fault_id)
        await self.settled()

    async def hits(self, fault_id: int, otherwise: int) -> int:
        """Of one that may be over already: then ``otherwise``."""
        await self.settled()
        listed = self.listed.get(fault_id)
        return otherwise if listed is None else listed.hits

    def of_services(self) -> list[dict[str, Any]]:
        begun = [each for each in self.listed.values() if each.begun and each.fault.kind == "service"]
        return [{"id": each.fault_id, "fault": for_services(each.fault), "hits": each.hits} for each in begun]

    def to_json(self) -> list[dict[str, Any]]:
        return [listed.to_json() for listed in self.listed.values()]

    # --- their beginnings and ends

    def start(self, listed: Listed) -> None:
        if listed.fault.after:
            listed.timer = self.emulator.clock.call_later(listed.fault.after, partial(self.begin_late, listed))
        else:
            self.begin(listed)

    def begin_late(self, listed: Listed) -> None:
        self.begin(listed)
        self.changed()

    def begin(self, listed: Listed) -> None:
        fault = listed.fault
        listed.begun = True
        listed.timer = None
        if fault.lasts is not None:
            listed.timer = self.emulator.clock.call_later(fault.lasts, partial(self.expire, listed.fault_id))
        if fault.kind != "service":
            self.faults.begin(listed.fault_id, fault)
        if fault.kind == "connection":
            for carrier in self.emulator.server.carriers:
                carrier.impaired.began(listed.fault_id)
        elif fault.kind == "gateway" and self.faults.decide("gateway", {}, listed.fault_id):
            for carrier in self.emulator.server.carriers:
                carrier.restart()

    def end(self, listed: Listed) -> None:
        del self.listed[listed.fault_id]
        if listed.timer is not None:
            listed.timer.cancel()
        self.faults.end(listed.fault_id)
        for carrier in self.emulator.server.carriers:
            carrier.impaired.ended(listed.fault_id)

    def changed(self) -> None:
        emulator = self.emulator
        emulator.impaired_functions.watch("invoke" in self.faults.active)
        self.deployed()
        emulator.timeline.publish("faults_changed", "", emulator.clock(), {"faults": self.to_json()})

    # --- their hits

    def struck(self, rule: Rule, facts: Mapping[str, str]) -> None:
        self.hit(rule.rule_id, facts)

    def hit(self, fault_id: int, facts: Mapping[str, str]) -> None:
        """Of a fault that may be over by now."""
        listed = self.listed.get(fault_id)
        if listed is None:
            return
        listed.hits += 1
        fault = listed.fault
        effect = fault.outcome or next(iter(fault.effects))
        where = {name: facts[name] for name in PLACES[1:] if facts.get(name)}
        shown = {"fault": fault_id, "kind": fault.kind, "effect": effect, **where}
        emulator = self.emulator
        emulator.timeline.publish("fault_hit", facts.get("connection", ""), emulator.clock(), shown)


def for_services(fault: Fault) -> dict[str, Any]:
    """As the services' process knows services, by signing name, and operations."""
    services, operations = fault.filters.get("service", ()), fault.filters.get("operation", ())
    named = {"service": [signing_name(name) for name in services]} if services else {}
    called = {"operation": [operation_name(name, services) for name in operations]} if operations else {}
    return {**fault.to_json(), **named, **called}
