"""What an edit of a template changed: between the Stack that runs and the one that the file says now."""

from collections.abc import Collection, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from longwire.core.api import Api, Stack
from longwire.errors import Location

__all__ = ["address", "changed_functions", "connections_can_stay", "with_snapshots"]

# Each deployment of the gateway takes these over with all its connections; functions get other environments.
TAKEN_OVER = {"apis", "functions", "http_apis", "invocables", "nested", "warnings"}
# What a Deployment is made of; that the expressions belong to it is inferred.
SNAPSHOT = ("routes", "route_selection_expression", "api_key_selection_expression")


def changed_functions(before: Stack, now: Stack) -> set[str]:
    """The logical ids of the functions that are new, gone, or have another setting."""
    known = before.functions.keys() | now.functions.keys()
    return {name for name in known if substance(before.functions.get(name)) != substance(now.functions.get(name))}


def connections_can_stay(before: Stack, now: Stack) -> bool:
    """Whether all Stages are still there, and nothing changed but routes, settings and functions."""
    if not set(map(address, before.apis)) <= set(map(address, now.apis)):
        return False
    others = [part.name for part in fields(Stack) if part.name not in TAKEN_OVER]
    return all(substance(getattr(before, name)) == substance(getattr(now, name)) for name in others)


def with_snapshots(before: Stack, now: Stack) -> tuple[Stack, tuple[str, ...]]:
    """``now`` as AWS would serve it, when ``before`` is what is served; and what to tell of it.

    Developer guide: after changes to an API "you must redeploy". A Stage without AutoDeploy keeps the Routes that its
    Deployment was made with until it gets another, which in CloudFormation is one with another logical id. What
    belongs to the Stage itself (variables, throttles, the access log) takes effect at once.
    """
    known = {address(api): api for api in before.apis}
    apis, told = [], []
    for api in now.apis:
        old = known.get(address(api))
        if old is None or not api.stage.deployment or old.stage.deployment != api.stage.deployment:
            apis.append(api)
            continue
        changed = undeployed(old, api)
        apis.append(replace(api, **{name: getattr(old, name) for name in SNAPSHOT}) if changed else api)
        told += [kept(api, changed)] if changed else []
    return replace(now, apis=tuple(apis)), tuple(told)


def undeployed(old: Api, api: Api) -> list[str]:
    """What the template says otherwise than the Deployment that is served."""
    keys = dict.fromkeys((*old.routes, *api.routes))
    found = [key for key in keys if substance(old.routes.get(key)) != substance(api.routes.get(key))]
    others = [name for name in SNAPSHOT if name != "routes" and getattr(old, name) != getattr(api, name)]
    return [*found, *others]


def kept(api: Api, changed: Collection[str]) -> str:
    served = f"stage {api.stage.name} of {api.logical_id} serves what Deployment {api.stage.deployment} was made with"
    to_do = "Give the Deployment another logical id, or the Stage AutoDeploy: true."
    return f"{served}, as on AWS: the change of {', '.join(changed)} is not deployed. {to_do}"


def address(api: Api) -> tuple[str, ...]:
    """What one deployed Stage is told from another by."""
    return api.domain_name, api.stage.name, api.account_id


def substance(value: Any) -> Any:
    """The value without its places in the template, which an edit further up moves."""
    if is_dataclass(value):
        named = [(part.name, getattr(value, part.name)) for part in fields(value)]
        return type(value), {name: substance(item) for name, item in named if not isinstance(item, Location)}
    if isinstance(value, Mapping):
        return {key: substance(item) for key, item in value.items()}
    if isinstance(value, Collection) and not isinstance(value, (str, bytes)):
        return [substance(item) for item in value]
    return value
