"""EventBridge's rules and schedules, and what else sends events: their patterns, expressions and targets."""

import json
from collections.abc import Mapping
from typing import Any

from longwire.core.event_pattern import check
from longwire.core.schedule_expression import At, parse
from longwire.template.places import KeyPath, did_you_mean
from longwire.template.properties import Properties, Resources

__all__ = ["check_function", "checked_rule", "checked_schedule"]

# Services whose ARNs get events here; ECS, Batch, API destinations and others are not emulated.
TARGETS = ("events", "kinesis", "lambda", "logs", "sns", "sqs", "states")
INPUTS = ("Input", "InputPath", "InputTransformer")


def checked_rule(item: Properties, values: Mapping[str, Any], resources: Resources) -> dict[str, Any]:
    """The properties, with the pattern as a mapping and without targets that get nothing."""
    found = dict(values)
    if "EventPattern" not in found and "ScheduleExpression" not in found:
        raise item.places.error(item.path[:2], "a rule needs EventPattern or ScheduleExpression")
    if "EventPattern" in found:
        found["EventPattern"] = pattern(item, found["EventPattern"])
    if "ScheduleExpression" in found:
        check_expression(item)
        if found.get("EventBusName", "default") not in ("default", ""):
            raise item.error("ScheduleExpression", "a rule with a schedule has to be on the default bus")
    listed = found.get("Targets") or []
    places = [(*item.path, "Targets", index) for index in range(len(listed))]
    found["Targets"] = [
        target for target, path in zip(listed, places, strict=True) if gets_events(item, target, path, resources)
    ]
    return found


def checked_schedule(item: Properties, resources: Resources) -> None:
    check_expression(item, item.text("ScheduleExpressionTimezone", "UTC"))
    if item.mapping("FlexibleTimeWindow").get("Mode") == "FLEXIBLE":
        item.warn("FlexibleTimeWindow", "means nothing here: the schedule runs when its expression says")
    gets_events(item, item.mapping("Target"), (*item.path, "Target"), resources)


def pattern(item: Properties, value: Any) -> Mapping[str, Any]:
    try:
        found: Mapping[str, Any] = json.loads(value) if isinstance(value, str) else value
        check(found)
    except ValueError as exc:
        raise item.error("EventPattern", f"is no event pattern: {exc}") from exc
    return found


def check_expression(item: Properties, zone: str = "UTC") -> None:
    try:
        found = parse(item.text("ScheduleExpression"), zone)
    except ValueError as exc:
        raise item.error("ScheduleExpression", str(exc)) from exc
    if isinstance(found, At) and item.type == "AWS::Events::Rule":
        raise item.error("ScheduleExpression", "at(...) is for AWS::Scheduler::Schedule; a rule takes rate and cron")


def gets_events(item: Properties, target: Mapping[str, Any], path: KeyPath, resources: Resources) -> bool:
    """Whether events are delivered to it; raises TemplateError for one that is wrong."""
    arn = str(target["Arn"])
    parts = arn.split(":")
    service = parts[2] if len(parts) > 5 else ""
    given = [name for name in INPUTS if name in target]
    if len(given) > 1:
        raise item.places.error((*path, given[1]), f"a target has one of {', '.join(given)}")
    if service not in TARGETS or (service == "events" and "event-bus/" not in arn):
        item.places.unsupported((*path, "Arn"), f"{arn} gets no events here; {', '.join(TARGETS)} do")
        return False
    if service == "lambda":
        check_function(item, arn, (*path, "Arn"), resources)
    if arn.endswith(".fifo") and service == "sqs" and "SqsParameters" not in target:
        raise item.places.error(path, "a FIFO queue needs SqsParameters with a MessageGroupId")
    return True


def check_function(item: Properties, arn: str, path: KeyPath, resources: Resources) -> None:
    """The ARN has to be that of a function of the template, with or without an alias."""
    parts = arn.split(":")
    name = parts[6] if len(parts) > 6 else arn
    if name not in resources.functions:
        hint = did_you_mean(name, resources.functions)
        raise item.places.error(path, f"the template has no function {name}", hint)
