"""ThrottlingRateLimit and ThrottlingBurstLimit of a Stage: DefaultRouteSettings, and RouteSettings by route key."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from longwire.core.api import Stage, Throttle
from longwire.template.places import KeyPath, Places, did_you_mean
from longwire.template.properties import Properties
from longwire.template.property_names import ROUTE_SETTINGS

__all__ = ["limit", "throttled"]


def throttled(stage: Stage, properties: Properties, route_keys: Collection[str]) -> Stage:
    """``stage`` with its limits; raises TemplateError."""
    default = properties.mapping("DefaultRouteSettings")
    path = (*properties.path, "DefaultRouteSettings")
    found = {}
    for key, settings in properties.mapping("RouteSettings").items():
        below = (*properties.path, "RouteSettings", key)
        check(properties.places, settings, below)
        # API Gateway: "Unable to find Route by key ... within the provided RouteSettings"
        if key not in route_keys:
            raise properties.places.error(below, f"there is no Route {key}", did_you_mean(key, route_keys))
        found[key] = throttle(properties.places, settings, below)
    return replace(stage, throttle=throttle(properties.places, default, path), route_throttles=found)


def check(places: Places, settings: Any, path: KeyPath) -> None:
    known = ROUTE_SETTINGS.split()
    if not isinstance(settings, Mapping):
        raise places.error(path, f"takes a mapping with {', '.join(known)}")
    for name in settings:
        if name not in known:
            raise places.error((*path, name), f"RouteSettings has no {name}", did_you_mean(name, known))


def throttle(places: Places, settings: Mapping[str, Any], path: KeyPath) -> Throttle:
    rate = limit(places, settings, (*path, "ThrottlingRateLimit"))
    burst = limit(places, settings, (*path, "ThrottlingBurstLimit"), whole=True)
    for name, value in (("ThrottlingRateLimit", rate), ("ThrottlingBurstLimit", burst)):
        if value == 0:  # observed of stages whose tools send 0 for what is not set
            places.warn((*path, name), "is 0: API Gateway answers every request with 429 Too Many Requests")
    return Throttle(rate, None if burst is None else int(burst))


def limit(places: Places, settings: Mapping[str, Any], path: KeyPath, *, whole: bool = False) -> float | None:
    """The number at the end of ``path``, or None; CloudFormation takes ``"30"`` for 30."""
    value = settings.get(str(path[-1]))
    if value is None:
        return None
    try:
        found = float("nan" if isinstance(value, bool) else value)
    except (TypeError, ValueError):
        found = float("nan")
    if not 0 <= found < float("inf") or (whole and not found.is_integer()):
        kind = "a whole number" if whole else "a number"
        raise places.error(path, f"takes {kind} that is not negative, not {value!r}")
    return found
