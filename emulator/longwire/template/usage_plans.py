"""API keys of a template and the usage plans that let them use the Stage."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Literal, cast

from longwire.core.api import KEY_FROM_AUTHORIZER, KEY_FROM_HEADER, Api, ApiKey, Throttle, UsagePlan, UsageQuota
from longwire.template.places import did_you_mean
from longwire.template.properties import Properties, Resources
from longwire.template.throttling import limit

__all__ = ["ApiKeyReader"]

KEY = "AWS::ApiGateway::ApiKey"
PLAN = "AWS::ApiGateway::UsagePlan"
# Developer guide: "The value is an alphanumeric string between 20 and 128 characters"
SHORTEST, LONGEST = 20, 128
# API Gateway: "Usage Plan quota offset must be between 0 and 6 inclusive in the WEEK period"
OFFSETS = {"DAY": 0, "WEEK": 6, "MONTH": 27}
Address = tuple[str, str]  # api id and stage name


class ApiKeyReader:
    """``stages`` are all that are deployed: api id and stage name."""

    def __init__(self, resources: Resources, stages: Collection[Address]) -> None:
        self.keys = tuple(api_keys(resources).values())
        self.plans = usage_plans(resources, stages, {key.key_id: key for key in self.keys})

    def applied(self, api: Api, properties: Properties) -> Api:
        """``api``, whose resource has ``properties``, with its keys and plans; raises TemplateError."""
        plans = self.plans.get((api.api_id, api.stage.name), [])
        check_shared(plans)
        found = replace(
            api,
            api_key_selection_expression=properties.one_of(
                "ApiKeySelectionExpression", (KEY_FROM_HEADER, KEY_FROM_AUTHORIZER), KEY_FROM_HEADER
            ),
            api_keys=self.keys,
            usage_plans=tuple(plan for _, plan in plans),
        )
        check_use(found, properties)
        return found


def check_use(api: Api, properties: Properties) -> None:
    """Warn of what is right for CloudFormation and lets nobody in."""
    requiring = [key for key, route in api.routes.items() if route.api_key_required]
    if not requiring:
        return
    where, refused = properties.path[:2], f"{' and '.join(requiring)} will answer every client with 403"
    if not any(key.enabled for plan in api.usage_plans for key in plan.api_keys):
        hint = "Add an ApiKey with Enabled: true, a UsagePlan with this Stage in ApiStages, and a UsagePlanKey."
        properties.places.warn(where, f"no enabled API key is in a usage plan of this Stage: {refused}", hint)
    connect = api.routes.get("$connect")
    if api.api_key_selection_expression == KEY_FROM_AUTHORIZER and (connect is None or connect.authorizer is None):
        message = f"the API key is read from an authorizer's answer, and $connect has no authorizer: {refused}"
        properties.warn("ApiKeySelectionExpression", message, f"ApiKeySelectionExpression: {KEY_FROM_HEADER}")


def api_keys(resources: Resources) -> dict[str, ApiKey]:
    """By physical id; raises TemplateError."""
    found: dict[str, ApiKey] = {}
    for key_id, logical_id in resources.by_physical_id(KEY).items():
        properties = resources.properties(logical_id)
        key = read_key(properties, resources, key_id)
        # Developer guide: "API key values must be unique."
        for other in found.values():
            if other.value == key.value:
                raise properties.error("Value", f"{other.logical_id} has the same value")
        found[key_id] = key
    return found


def read_key(properties: Properties, resources: Resources, key_id: str) -> ApiKey:
    identity = resources.resolver.identities.identity(properties.logical_id, properties.path)
    value = properties.text("Value")
    if "Value" in properties.values:
        check_value(properties, value)
    if "Enabled" not in properties.values:
        message = "has no Enabled, which is false by default: requests with it will be refused"
        properties.places.warn(properties.path[:2], message, "Enabled: true")
    return ApiKey(
        logical_id=properties.logical_id,
        key_id=key_id,
        name=identity.name,
        # API Gateway draws 40 characters at random; these are the same at every start.
        value=value or identity.fill("{hash}{short:.8}"),
        enabled=properties.flag("Enabled"),
        generated=not value,
    )


def check_value(properties: Properties, value: str) -> None:
    if not SHORTEST <= len(value) <= LONGEST:
        raise properties.error("Value", f"has {len(value)} characters; an API key has {SHORTEST} to {LONGEST}")
    if not re.fullmatch(r"[A-Za-z0-9]+", value):
        properties.warn("Value", "is documented to be letters and digits")


def usage_plans(
    resources: Resources, stages: Collection[Address], keys: Mapping[str, ApiKey]
) -> dict[Address, list[tuple[Properties, UsagePlan]]]:
    """The plans of each Stage, with their keys; raises TemplateError."""
    members = plan_keys(resources, keys)
    found: dict[Address, list[tuple[Properties, UsagePlan]]] = {}
    for plan_id, logical_id in resources.by_physical_id(PLAN).items():
        properties = resources.properties(logical_id)
        name = resources.resolver.identities.identity(logical_id, properties.path).name
        plan = UsagePlan(
            logical_id, name, tuple(members.get(plan_id, {}).values()), throttle(properties), quota(properties)
        )
        for address in dict.fromkeys(plan_stages(properties, stages)):
            found.setdefault(address, []).append((properties, plan))
    return found


def plan_keys(resources: Resources, keys: Mapping[str, ApiKey]) -> dict[str, dict[str, ApiKey]]:
    """Plan id to key id to key."""
    found: dict[str, dict[str, ApiKey]] = {}
    plans = resources.by_physical_id(PLAN)
    for properties in resources.of_type("AWS::ApiGateway::UsagePlanKey"):
        properties.one_of("KeyType", ("API_KEY",))
        key, plan = properties.text("KeyId"), properties.text("UsagePlanId")
        if key not in keys:
            raise properties.error("KeyId", f"{key!r} is no ApiKey of this template")
        if plan not in plans:
            raise properties.error("UsagePlanId", f"{plan!r} is no UsagePlan of this template")
        found.setdefault(plan, {})[key] = keys[key]
    return found


def check_shared(found: list[tuple[Properties, UsagePlan]]) -> None:
    """Developer guide: "a given API key can only be associated with one usage plan for each stage of an API"."""
    owners: dict[str, str] = {}
    for properties, plan in found:
        for key in plan.api_keys:
            owner = owners.setdefault(key.logical_id, plan.logical_id)
            if owner != plan.logical_id:
                message = f"{key.logical_id} is in {owner} too, and a key has one usage plan for each Stage"
                raise properties.error("ApiStages", message)


def plan_stages(properties: Properties, stages: Collection[Address]) -> Iterator[Address]:
    """Those of WebSocket APIs."""
    found = properties.values.get("ApiStages", [])
    if not isinstance(found, list):
        raise properties.error("ApiStages", "takes a list of mappings with ApiId and Stage")
    for index, entry in enumerate(found):
        path = (*properties.path, "ApiStages", index)
        if entry.get("Throttle"):
            properties.places.unsupported((*path, "Throttle"), "limits of one method in a usage plan are not emulated")
        own = sorted(stage for api_id, stage in stages if api_id == entry["ApiId"])
        if not own:
            message = f"{entry['ApiId']!r} is no WebSocket API of this template"
            properties.places.unsupported((*path, "ApiId"), message)
        elif entry["Stage"] not in own:
            message = f"the API has no Stage {entry['Stage']!r}; it has {' and '.join(map(repr, own))}"
            raise properties.places.error((*path, "Stage"), message, did_you_mean(str(entry["Stage"]), own))
        else:
            yield entry["ApiId"], entry["Stage"]


def throttle(properties: Properties) -> Throttle:
    settings, path = properties.mapping("Throttle"), (*properties.path, "Throttle")
    rate = limit(properties.places, settings, (*path, "RateLimit"))
    burst = limit(properties.places, settings, (*path, "BurstLimit"), whole=True)
    return Throttle(rate, None if burst is None else int(burst))


def quota(properties: Properties) -> UsageQuota | None:
    settings, path = properties.mapping("Quota"), (*properties.path, "Quota")
    if not settings:
        return None
    places, period = properties.places, settings["Period"]
    if period not in OFFSETS:
        raise places.error((*path, "Period"), f"{period!r} is none of {', '.join(OFFSETS)}")
    offset = limit(places, settings, (*path, "Offset"), whole=True) or 0
    if offset > OFFSETS[period]:
        raise places.error((*path, "Offset"), f"{offset:g} is not between 0 and {OFFSETS[period]}, as {period} needs")
    limited = limit(places, settings, (*path, "Limit"), whole=True) or 0
    return UsageQuota(int(limited), cast('Literal["DAY", "WEEK", "MONTH"]', period), int(offset))
