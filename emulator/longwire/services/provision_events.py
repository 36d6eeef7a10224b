"""EventBridge's rules and schedules, state machines, and the notifications of buckets, as calls to their APIs."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape

from longwire.core.api import Resource
from longwire.services.moto_dispatch import Moto

__all__ = ["notifications", "rule", "schedule", "schedule_group", "state_machine"]

EVENTS = "AWSEvents."
OF_A_RULE = ("Description", "EventBusName", "RoleArn", "ScheduleExpression", "State")
OF_A_SCHEDULE = (
    "ActionAfterCompletion",
    "Description",
    "FlexibleTimeWindow",
    "GroupName",
    "ScheduleExpression",
    "ScheduleExpressionTimezone",
    "State",
    "Target",
)


def rule(moto: Moto, resource: Resource) -> None:
    properties = resource.properties
    asked = {"Name": resource.physical_id, **{name: properties[name] for name in OF_A_RULE if properties.get(name)}}
    if pattern := properties.get("EventPattern"):
        asked["EventPattern"] = json.dumps(pattern)
    moto.json("events", f"{EVENTS}PutRule", asked)
    if targets := [target_of(target) for target in properties.get("Targets", ())]:
        bus = {"EventBusName": properties["EventBusName"]} if properties.get("EventBusName") else {}
        moto.json("events", f"{EVENTS}PutTargets", {"Rule": resource.physical_id, "Targets": targets, **bus})


def target_of(target: Mapping[str, Any]) -> dict[str, Any]:
    """CloudFormation's target, whose Input may be written as an object."""
    given = target.get("Input")
    return {**target, **({"Input": json.dumps(given)} if isinstance(given, Mapping | list) else {})}


def schedule(moto: Moto, resource: Resource) -> None:
    properties = resource.properties
    asked = {name: properties[name] for name in OF_A_SCHEDULE if name in properties}
    asked["Target"] = target_of(asked["Target"])
    for name in ("StartDate", "EndDate"):
        if name in properties:
            asked[name] = epoch(str(properties[name]))
    moto.rest_json("scheduler", "POST", f"/schedules/{quote(resource.physical_id)}", asked)


def epoch(text: str) -> float:
    found = datetime.fromisoformat(text)
    return found.replace(tzinfo=found.tzinfo or UTC).timestamp()


def schedule_group(moto: Moto, resource: Resource) -> None:
    moto.rest_json("scheduler", "POST", f"/schedule-groups/{quote(resource.physical_id)}", {})


def state_machine(moto: Moto, resource: Resource) -> None:
    properties = resource.properties
    asked = {
        "name": resource.physical_id.rpartition(":")[2],
        "definition": properties["DefinitionString"],
        "roleArn": properties["RoleArn"],
        "type": properties.get("StateMachineType", "STANDARD"),
    }
    moto.json("states", "AWSStepFunctions.CreateStateMachine", asked)


# --- a bucket's notifications, by the names that CloudFormation and S3's XML have for them

KINDS: Mapping[str, tuple[str, str, str]] = {
    "LambdaConfigurations": ("CloudFunctionConfiguration", "CloudFunction", "Function"),
    "QueueConfigurations": ("QueueConfiguration", "Queue", "Queue"),
    "TopicConfigurations": ("TopicConfiguration", "Topic", "Topic"),
}


def notifications(moto: Moto, resource: Resource) -> None:
    configuration = resource.properties.get("NotificationConfiguration")
    if not configuration:
        return
    parts = [
        one(number, found, *KINDS[kind]) for kind in KINDS for number, found in enumerate(configuration.get(kind, ()))
    ]
    if "EventBridgeConfiguration" in configuration:
        parts.append("<EventBridgeConfiguration/>")
    body = f"<NotificationConfiguration>{''.join(parts)}</NotificationConfiguration>"
    moto.rest("s3", "PUT", f"/{resource.physical_id}?notification", body)


def one(number: int, found: Mapping[str, Any], element: str, target: str, name: str) -> str:
    inside = tag("Id", f"{name}-{number}") + tag("Event", found["Event"]) + tag(target, found[name])
    rules = ((found.get("Filter") or {}).get("S3Key") or {}).get("Rules") or []
    if rules:
        written = "".join(f"<FilterRule>{tag('Name', r['Name'])}{tag('Value', r['Value'])}</FilterRule>" for r in rules)
        inside += f"<Filter><S3Key>{written}</S3Key></Filter>"
    return f"<{element}>{inside}</{element}>"


def tag(name: str, value: Any) -> str:
    return f"<{name}>{escape(str(value))}</{name}>"
