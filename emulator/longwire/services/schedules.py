"""Schedules: EventBridge rules with a ScheduleExpression, and EventBridge Scheduler's own, whoever made them.

moto keeps them and never looks at a clock. ``check`` sends what is due and says when the next one is.
"""

import json
import re
import sys
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from longwire.core.schedule_expression import ScheduleExpression, parse
from longwire.services.rules import scheduled_event, send, timestamp
from longwire.services.targets import Targets

__all__ = ["Schedules", "check_schedules"]

CONTEXT = re.compile(r"<aws\.scheduler\.([a-z-]+)>")


@dataclass(frozen=True, slots=True)
class Schedule:
    """One of moto's rules or schedules; ``fire(moment)`` sends its event, for the moment that it was due."""

    arn: str
    expression: str
    zone: str
    fire: Callable[[float], None]
    start: float | None = None
    end: float | None = None


@dataclass(slots=True)
class Running:
    """``started`` is when the expression was first seen, from which rates count; ``due`` None is never again."""

    expression: str
    parsed: ScheduleExpression
    started: float
    due: float | None


class Schedules:
    """Of one account and region. ``clock()`` gives epoch seconds."""

    def __init__(self, targets: Targets, account_id: str, region: str, clock: Callable[[], float]) -> None:
        self.targets = targets
        self.account_id = account_id
        self.region = region
        self.clock = clock
        self.running: dict[str, Running] = {}

    def reset(self) -> None:
        self.running.clear()

    def check(self) -> float | None:
        """Send what is due; the time at which to check again, whatever else happens."""
        found = {schedule.arn: schedule for schedule in (*self.rules(), *self.own())}
        self.running = {arn: running for arn, running in self.running.items() if arn in found}
        for schedule in found.values():
            self.look_at(schedule)
        return min((running.due for running in self.running.values() if running.due is not None), default=None)

    def look_at(self, schedule: Schedule) -> None:
        running = self.running.get(schedule.arn)
        if running is None or running.expression != schedule.expression + schedule.zone:
            running = self.begin(schedule)
        now = self.clock()
        if running.due is None or running.due > now:
            return
        # A clock that was moved far ahead, or a machine that slept, gives one event, not hundreds.
        due, running.due = running.due, next_time(schedule, running.parsed, now, running.started)
        schedule.fire(due)

    def begin(self, schedule: Schedule) -> Running:
        parsed = parse(schedule.expression, schedule.zone)
        started = max(self.clock(), schedule.start or 0)
        due = next_time(schedule, parsed, started, started)
        made = Running(schedule.expression + schedule.zone, parsed, started, due)
        self.running[schedule.arn] = made
        return made

    # --- moto's two kinds

    def rules(self) -> Iterator[Schedule]:
        if "moto.events.models" not in sys.modules:
            return
        from moto.events.models import events_backends

        for bus in events_backends[self.account_id][self.region].event_buses.values():
            for rule in bus.rules.values():
                if rule.scheduled_expression and rule.state == "ENABLED":
                    yield Schedule(rule.arn, rule.scheduled_expression, "UTC", self.fire_rule(rule))

    def fire_rule(self, rule: Any) -> Callable[[float], None]:
        def fire(moment: float) -> None:
            event = scheduled_event(rule, str(uuid.uuid4()), moment)
            for target in rule.targets:
                send(self.targets, rule, target, event)

        return fire

    def own(self) -> Iterator[Schedule]:
        if "moto.scheduler.models" not in sys.modules:
            return
        from moto.scheduler.models import scheduler_backends

        for group in scheduler_backends[self.account_id][self.region].schedule_groups.values():
            for held in list(group.schedules.values()):
                if held.state == "ENABLED":
                    zone = held.schedule_expression_timezone or "UTC"
                    fire = self.fire_own(group, held)
                    start, end = (moment(value) for value in (held.start_date, held.end_date))
                    yield Schedule(held.arn, held.schedule_expression, zone, fire, start, end)

    def fire_own(self, group: Any, held: Any) -> Callable[[float], None]:
        def fire(due: float) -> None:
            target = held.target
            given = target.get("Input")
            known = {
                "schedule-arn": held.arn,
                "scheduled-time": timestamp(due),
                "execution-id": str(uuid.uuid4()),
                "attempt-number": "1",
            }
            # Without Input the target gets an empty object.
            payload = CONTEXT.sub(lambda name: known.get(name[1], name[0]), given or "{}")
            self.targets.send(target["Arn"], as_json(payload), target)
            finished = held.schedule_expression.startswith("at(") and held.action_after_completion == "DELETE"
            if finished:
                group.schedules.pop(held.name, None)

        return fire


def check_schedules() -> None:
    """A repair: moto takes any text as an expression, EventBridge Scheduler does not."""
    from moto.scheduler.exceptions import ValidationException
    from moto.scheduler.models import Schedule as Held

    make, change = Held.__init__, Held.update

    def checked(named: Mapping[str, Any]) -> None:
        try:
            parse(named["schedule_expression"], named.get("schedule_expression_timezone") or "UTC")
        except ValueError as exc:
            text = f"Invalid Schedule Expression {named['schedule_expression']}."
            raise ValidationException(message=text) from exc

    def init(self: Any, **named: Any) -> None:
        checked(named)
        make(self, **named)

    def update(self: Any, **named: Any) -> None:
        checked(named)
        change(self, **named)

    Held.__init__, Held.update = init, update


def next_time(schedule: Schedule, parsed: ScheduleExpression, now: float, started: float) -> float | None:
    found = parsed.after(now, started)
    return None if found is not None and schedule.end is not None and found > schedule.end else found


def moment(value: Any) -> float | None:
    """moto keeps what the request had: epoch seconds, as a number or text."""
    return None if value in (None, "") else float(value)


def as_json(text: str) -> str:
    """Input may be any text; a function gets JSON."""
    try:
        json.loads(text)
    except ValueError:
        return json.dumps(text)
    return text
