"""Versions, aliases, dead-letter queues and EventInvokeConfigs of the functions."""

import re
from collections.abc import Mapping

from longwire.core.asynchronous import AsyncSettings, Invocable
from longwire.template.http.part import Part
from longwire.template.places import did_you_mean
from longwire.template.properties import Properties, Resources

__all__ = ["invocables"]

CONFIG, ALIAS, VERSION = (f"AWS::Lambda::{name}" for name in ("EventInvokeConfig", "Alias", "Version"))
FUNCTION = re.compile(r"(?:arn:[\w-]+:lambda:[\w-]+:\d{12}:function:)?([\w-]+)(?::[\w$-]+)?")
DESTINATION = re.compile(r"arn:[\w-]+:(sqs|sns|lambda|events):[\w-]+:\d{12}:.+")
DEAD_LETTER = re.compile(r"arn:[\w-]+:(sqs|sns):[\w-]+:\d{12}:.+")


def invocables(resources: Resources) -> dict[str, Invocable]:
    """By the logical id of the function, those that have any of it; raises TemplateError."""
    versions, aliases, settings = versions_of(resources), aliases_of(resources), settings_of(resources)
    letters = dict(dead_letters(resources))
    return {
        name: Invocable(versions.get(name, ()), aliases.get(name, {}), settings.get(name, {}), letters.get(name, ""))
        for name in sorted(versions.keys() | aliases.keys() | settings.keys() | letters.keys())
    }


def function_of(properties: Properties, resources: Resources) -> str:
    text = properties.text("FunctionName")
    found = FUNCTION.fullmatch(text)
    if found is None or found[1] not in resources.functions:
        hint = did_you_mean(text, resources.functions)
        raise properties.error("FunctionName", f"the template has no function {text}", hint)
    return resources.functions[found[1]]


def versions_of(resources: Resources) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for properties in resources.of_type(VERSION):
        function = function_of(properties, resources)
        found[function] = (*found.get(function, ()), str(len(found.get(function, ())) + 1))
    return found


def aliases_of(resources: Resources) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for properties in resources.of_type(ALIAS):
        function = function_of(properties, resources)
        found.setdefault(function, {})[properties.text("Name")] = properties.text("FunctionVersion", "$LATEST")
    return found


def dead_letters(resources: Resources) -> Mapping[str, str]:
    found = {}
    for properties in resources.of_type("AWS::Lambda::Function"):
        part = Part(properties.values, properties.path, properties.places).part("DeadLetterConfig")
        part.names("DeadLetterConfig", ("TargetArn",))
        arn = part.text("TargetArn")
        if arn and not DEAD_LETTER.fullmatch(arn):
            raise part.error("TargetArn", f"{arn} is neither a queue nor a topic")
        if arn:
            found[properties.logical_id] = arn
    return found


def settings_of(resources: Resources) -> dict[str, dict[str, AsyncSettings]]:
    found: dict[str, dict[str, AsyncSettings]] = {}
    for properties in resources.of_type(CONFIG):
        own = found.setdefault(function_of(properties, resources), {})
        qualifier = properties.text("Qualifier")
        if qualifier in own:
            raise properties.error("Qualifier", f"there is another EventInvokeConfig for {qualifier}")
        own[qualifier] = settings(properties)
    return found


def settings(properties: Properties) -> AsyncSettings:
    part = Part(properties.values, properties.path, properties.places)
    destinations = part.part("DestinationConfig")
    destinations.names("DestinationConfig", ("OnFailure", "OnSuccess"))
    return AsyncSettings(
        # Lambda API reference: 0 to 2 attempts, 60 to 21,600 seconds
        retries=part.number("MaximumRetryAttempts", 2, 0, 2),
        max_age=float(part.number("MaximumEventAgeInSeconds", 21_600, 60, 21_600)),
        on_success=destination(destinations.part("OnSuccess")),
        on_failure=destination(destinations.part("OnFailure")),
    )


def destination(part: Part) -> str:
    part.names("the destination", ("Destination",))
    arn = part.text("Destination")
    if arn and not DESTINATION.fullmatch(arn):
        if arn.startswith("arn:") and arn.split(":")[2] == "s3":
            raise part.error("Destination", "buckets as destinations are not emulated")
        raise part.error("Destination", f"{arn} is no queue, topic, function or event bus")
    return arn
