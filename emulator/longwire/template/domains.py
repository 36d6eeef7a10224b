"""Custom domains: DomainName resources, and the ApiMappings that lead from their keys to Stages."""

import re
from collections.abc import Mapping
from dataclasses import replace

from longwire.core.api import Api, CustomDomain
from longwire.template.http.http_api import is_http
from longwire.template.places import did_you_mean
from longwire.template.properties import Properties, Resources

__all__ = ["with_domains"]

DOMAIN = "AWS::ApiGatewayV2::DomainName"
MAPPING = "AWS::ApiGatewayV2::ApiMapping"
NAME = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+")
# Developer guide, "Working with API mappings for WebSocket APIs"; quotas: 300 characters
KEY = re.compile(r"[A-Za-z0-9$_.+!*'()-]{0,300}")
RESERVED = ("ping", "sping")  # known issues: /ping and /sping of a custom domain are for its own health checks


def with_domains(apis: tuple[Api, ...], resources: Resources) -> tuple[Api, ...]:
    """``apis`` with the custom domains that lead to them; raises TemplateError."""
    names = domain_names(resources)
    mapped: dict[tuple[str, str], list[CustomDomain]] = {}
    seen: dict[CustomDomain, str] = {}
    for properties in resources.of_type(MAPPING):
        if leads_to_http(properties, resources):
            path = (*properties.path, "ApiId")
            properties.places.unsupported(path, "custom domains of HTTP APIs are not emulated", "Call the API itself.")
            continue
        domain = mapping(properties, names)
        if domain in seen:
            raise properties.error("ApiMappingKey", f"{seen[domain]} maps {domain.name}{domain.path or '/'} already")
        seen[domain] = properties.logical_id
        mapped.setdefault(target(properties, apis), []).append(domain)
    found = tuple(
        replace(
            api,
            custom_domains=tuple(mapped.get((api.api_id, api.stage.name), ())),
            domain_names=frozenset(names),
        )
        for api in apis
    )
    check_reachable(found, resources)
    return found


def leads_to_http(properties: Properties, resources: Resources) -> bool:
    api = resources.by_physical_id("AWS::ApiGatewayV2::Api").get(properties.text("ApiId"))
    return api is not None and is_http(resources.properties(api))


def domain_names(resources: Resources) -> dict[str, str]:
    """Logical ids by name."""
    found: dict[str, str] = {}
    for properties in resources.of_type(DOMAIN):
        name = properties.text("DomainName")
        if name.startswith("*."):
            properties.places.unsupported((*properties.path, "DomainName"), "wildcard domains are not emulated")
            continue
        if not NAME.fullmatch(name) or name.endswith(".amazonaws.com"):
            raise properties.error("DomainName", f"{name!r} is no domain name in lower case, as ws.example.com is one")
        if name in found:
            raise properties.error("DomainName", f"{found[name]} has it already")
        mode = properties.one_of("RoutingMode", MODES, MODES[0])
        if mode != MODES[0]:
            properties.places.unsupported((*properties.path, "RoutingMode"), "routing rules are not emulated")
        found[name] = properties.logical_id
    return found


MODES = ("API_MAPPING_ONLY", "ROUTING_RULE_ONLY", "ROUTING_RULE_THEN_API_MAPPING")


def mapping(properties: Properties, names: Mapping[str, str]) -> CustomDomain:
    name, key = properties.text("DomainName"), properties.text("ApiMappingKey")
    if name not in names:
        raise properties.error("DomainName", f"{name!r} is no DomainName of this template", did_you_mean(name, names))
    if not KEY.fullmatch(key) or key in RESERVED:
        why = "is reserved for health checks" if key in RESERVED else "has letters, digits and $-_.+!*'() only"
        raise properties.error("ApiMappingKey", f"{key!r}: a mapping key of a WebSocket API {why}")
    return CustomDomain(name, key)


def target(properties: Properties, apis: tuple[Api, ...]) -> tuple[str, str]:
    api_id, stage = properties.text("ApiId"), properties.text("Stage")
    stages = [api.stage.name for api in apis if api.api_id == api_id]
    if not stages:
        raise properties.error("ApiId", f"{api_id!r} is no WebSocket API of this template")
    if stage not in stages:
        hint = did_you_mean(stage, stages) or f"It has: {', '.join(stages)}"
        raise properties.error("Stage", f"the API has no Stage {stage!r}", hint)
    return api_id, stage


def check_reachable(apis: tuple[Api, ...], resources: Resources) -> None:
    """Warn of a Stage that nobody could connect to."""
    for api in apis:
        if not api.default_endpoint and not api.custom_domains:
            path = ("Resources", api.logical_id, "Properties", "DisableExecuteApiEndpoint")
            message = f"leaves no way to the Stage {api.stage.name}: no ApiMapping leads to it"
            resources.places.warn(path, message)
