"""EventBridge's rules: which events fit, and what of them each target gets.

Source: EventBridge user guide, "Event structure", "Input transformation".
"""

import json
import re
from collections.abc import Callable, Mapping
from copy import copy
from datetime import UTC, datetime
from typing import Any

from longwire.core.event_pattern import check, matches
from longwire.core.schedule_expression import parse
from longwire.services.targets import Targets

__all__ = ["deliver_events", "json_path", "scheduled_event", "send", "target_input", "timestamp"]

ORDER = ("version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail")
STEP = re.compile(r"\.([A-Za-z0-9_\-]+)|\[(\d+)\]|\['([^']+)'\]")
VARIABLE = re.compile(r'"(?:[^"\\]|\\.)*"|<([A-Za-z0-9_.\-]+)>')
INSIDE = re.compile(r"<([A-Za-z0-9_.\-]+)>")


def deliver_events(targets: Targets) -> Callable[[], None]:
    """A repair of moto's rules, which reach but a few kinds of targets and fill templates otherwise."""

    def deliver() -> None:
        from moto.events.models import Rule

        archive = Rule.send_to_targets

        def send_to_targets(self: Any, original_event: Mapping[str, Any], transform_input: bool = True) -> None:
            raw = self.event_pattern.dump()
            event = as_event(original_event)
            if self.state != "ENABLED" or not raw or not matches(json.loads(raw), event):
                return
            kept = [target for target in self.targets if is_archive(target["Arn"])]
            if kept:
                alone = copy(self)
                alone.targets = kept
                archive(alone, original_event, transform_input)
            for target in self.targets:
                if target not in kept:
                    send(targets, self, target, event)

        Rule.send_to_targets = send_to_targets
        check_rules()

    return deliver


def check_rules() -> None:
    """moto takes operators and rates that EventBridge refuses, from a handler as well."""
    from moto.events.exceptions import InvalidEventPatternException, ValidationException
    from moto.events.models import EventPatternParser, EventsBackend

    put = EventsBackend.put_rule

    def parsed(self: Any) -> Any:
        if not self.pattern:
            return {}
        try:
            found = json.loads(self.pattern)
            check(found)
        except ValueError as exc:
            raise InvalidEventPatternException(reason=str(exc)) from exc
        return found

    def put_rule(self: Any, *given: Any, **named: Any) -> Any:
        if expression := named.get("scheduled_expression"):
            try:
                parse(expression)
            except ValueError as exc:
                raise ValidationException("Parameter ScheduleExpression is not valid.") from exc
        return put(self, *given, **named)

    EventPatternParser.parse, EventsBackend.put_rule = parsed, put_rule


def is_archive(arn: str) -> bool:
    return arn.split(":")[2] == "events" and "event-bus/" not in arn


def as_event(found: Mapping[str, Any]) -> dict[str, Any]:
    """moto's event as EventBridge writes it: a time in seconds, and nothing but its fields."""
    event = {name: found[name] for name in ORDER}
    if not isinstance(event["time"], str):
        event["time"] = timestamp(float(event["time"]))
    return event


def timestamp(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def scheduled_event(rule: Any, event_id: str, moment: float) -> dict[str, Any]:
    """What a rule with a ScheduleExpression sends."""
    return {
        "version": "0",
        "id": event_id,
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": rule.account_id,
        "time": timestamp(moment),
        "region": rule.region_name,
        "resources": [rule.arn],
        "detail": {},
    }


def send(targets: Targets, rule: Any, target: Mapping[str, Any], event: Mapping[str, Any]) -> None:
    try:
        payload = target_input(target, event, {"aws.events.rule-arn": rule.arn, "aws.events.rule-name": rule.name})
        json.loads(payload)
    except ValueError as exc:
        targets.failed(f"{target['Arn']} got no event of the rule {rule.name}: its input is no JSON: {exc}")
        return
    targets.send(target["Arn"], payload, target)


def target_input(target: Mapping[str, Any], event: Mapping[str, Any], known: Mapping[str, str]) -> str:
    """JSON: the event, or what ``Input``, ``InputPath`` or ``InputTransformer`` makes of it."""
    if (constant := target.get("Input")) is not None:
        return str(constant)
    if path := target.get("InputPath"):
        return json.dumps(json_path(path, event))
    if transformer := target.get("InputTransformer"):
        found = {name: json_path(path, event) for name, path in (transformer.get("InputPathsMap") or {}).items()}
        whole = {"aws.events.event.json": event, "aws.events.event": {**event, "detail": None}}
        times = {"aws.events.event.ingestion-time": event["time"]}
        return filled(str(transformer["InputTemplate"]), {**known, **whole, **times, **found})
    return json.dumps(event)


def json_path(path: str, event: Any) -> Any:
    """``$.detail.items[0]``; None for what is not there."""
    found = event
    for step in STEP.finditer(path.removeprefix("$")):
        name, index = step[1] or step[3], step[2]
        if name is not None:
            found = found.get(name) if isinstance(found, Mapping) else None
        else:
            found = found[int(index)] if isinstance(found, list) and int(index) < len(found) else None
    return found


def filled(template: str, values: Mapping[str, Any]) -> str:
    """``<name>`` is a value, with quotes when it is text; inside a string it is the text of the value."""

    def written(found: re.Match[str]) -> str:
        if found[1] is not None:
            return json.dumps(values.get(found[1], ""))
        return INSIDE.sub(lambda inner: inside(values.get(inner[1], "")), found[0])

    return VARIABLE.sub(written, template)


def inside(value: Any) -> str:
    text = value if isinstance(value, str) else "" if value is None else json.dumps(value)
    return json.dumps(text)[1:-1]
