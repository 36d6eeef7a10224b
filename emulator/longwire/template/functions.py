"""The Lambda functions of a template."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from longwire.core.api import Architecture, Function
from longwire.errors import TemplateError
from longwire.template.cache import TemplateCache
from longwire.template.custom_resources import providers
from longwire.template.function_code import code_folder
from longwire.template.layers import Layers
from longwire.template.programs import Program, with_program
from longwire.template.properties import Properties, Resources
from longwire.template.runtimes import check_code, checked_runtime, python_of
from longwire.template.source import Source

__all__ = ["functions"]

NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
VARIABLE = re.compile(r"[A-Za-z][A-Za-z0-9_]+")
# Lambda developer guide, "Reserved environment variables"
RESERVED = frozenset({
    "AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_DEFAULT_REGION", "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_LAMBDA_RUNTIME_API", "AWS_REGION", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "LAMBDA_RUNTIME_DIR",
    "LAMBDA_TASK_ROOT", "_HANDLER", "_X_AMZN_TRACE_ID",
})  # fmt: skip
CONTAINER = "Use PackageType: Zip, or run the container and give its address: --function NAME=http://127.0.0.1:PORT"
VARIABLES_SIZE = 4096  # Lambda quota: "Environment variables: 4 KB, for all variables in aggregate"


def functions(
    resources: Resources,
    source: Source,
    cache: TemplateCache,
    programs: Mapping[str, Program] | None = None,
    given_layers: Mapping[str, Path] | None = None,
) -> dict[str, Function]:
    """All functions by logical id; raises TemplateError. Those of ``programs`` may have any runtime."""
    layers = Layers(resources, source, cache, given_layers or {})
    found: dict[str, Function] = {}
    names: dict[str, str] = {}
    unused = providers(resources.live)
    for properties in resources.of_type("AWS::Lambda::Function"):
        if properties.logical_id in unused:
            continue
        function = read(properties, resources, source, cache, programs or {})
        function = replace(function, layers=layers.of(properties))
        if function.name in names:
            message = f"{function.name} is the name of {names[function.name]} already"
            raise properties.error("FunctionName", message)
        names[function.name] = function.logical_id
        found[function.logical_id] = function
    return found


def read(
    properties: Properties, resources: Resources, source: Source, cache: TemplateCache, programs: Mapping[str, Program]
) -> Function:
    name = name_of(properties, resources)
    if properties.logical_id in programs or name in programs:
        folder, runtime = given_folder(properties, resources, source, cache), properties.text("Runtime", "provided")
    else:
        if properties.text("PackageType", "Zip") != "Zip":
            raise properties.error("PackageType", "container images are not emulated", CONTAINER)
        runtime = checked_runtime(properties)
        folder = code_folder(properties, source, resources.resolver, cache)
        check_code(properties, folder, runtime, source.file.parent)
    function = with_program(described(properties, name, folder, runtime), programs)
    own = function.command or function.invocation_url
    return function if own else replace(function, interpreter=python_of(properties, folder, runtime))


def given_folder(properties: Properties, resources: Resources, source: Source, cache: TemplateCache) -> Path:
    """Where the program of ``--function`` is started: in the code, else (an image, a jar, S3) beside the template."""
    try:
        return code_folder(properties, source, resources.resolver, cache)
    except TemplateError:
        return source.file.parent.resolve()


def described(properties: Properties, name: str, folder: Path, runtime: str) -> Function:
    return Function(
        logical_id=properties.logical_id,
        name=name,
        handler=properties.text("Handler", ""),
        runtime=runtime,
        code=str(folder),
        timeout=float(properties.number("Timeout", 3, 1, 900)),
        memory_mb=properties.number("MemorySize", 128, 128, 10_240),
        environment=environment(properties),
        reserved_concurrency=reserved(properties),
        log_format=log_format(properties),
        location=properties.location,
        architecture=architecture(properties),
    )


def architecture(properties: Properties) -> Architecture:
    """Handlers run on this machine's processor, whatever it is; the price depends on the one that is asked for."""
    asked = properties.listed("Architectures")
    if asked in ([], ["x86_64"]):
        return "x86_64"
    if asked == ["arm64"]:
        return "arm64"
    raise properties.error("Architectures", f"{asked!r} is neither [x86_64] nor [arm64]")


def name_of(properties: Properties, resources: Resources) -> str:
    name: str = resources.resolver.identities.ref(properties.logical_id, properties.path)
    if "FunctionName" in properties.values and not NAME.fullmatch(name):
        raise properties.error("FunctionName", f"{name!r} is not 1 to 64 letters, digits, '-' and '_'")
    return name


def environment(properties: Properties) -> dict[str, str]:
    given = properties.mapping("Environment")
    variables = given.get("Variables", {})
    if not isinstance(variables, dict):
        raise nested(properties, "Variables", message="takes a mapping")
    found = {name: variable(properties, name, value) for name, value in variables.items()}
    size = sum(len(name.encode()) + len(value.encode()) for name, value in found.items())
    if size > VARIABLES_SIZE:
        raise nested(properties, "Variables", message=f"is {size:,} bytes; Lambda takes {VARIABLES_SIZE:,}")
    return found


def variable(properties: Properties, name: str, value: Any) -> str:
    path = ("Variables", name)
    if name in RESERVED:
        raise nested(properties, *path, message=f"{name} is set by Lambda and cannot be given")
    if not VARIABLE.fullmatch(name):
        raise nested(
            properties,
            *path,
            message=f"{name!r} is no name for a variable: a letter, then at least one letter, digit or '_'",
        )
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, (str, int, float)):
        raise nested(properties, *path, message="takes text")
    return str(value)


def nested(properties: Properties, *path: str, message: str, hint: str | None = None) -> TemplateError:
    return properties.places.error((*properties.path, "Environment", *path), message, hint)


def reserved(properties: Properties) -> int | None:
    if "ReservedConcurrentExecutions" not in properties.values:
        return None
    return properties.number("ReservedConcurrentExecutions", 0, 0, 100_000)


def log_format(properties: Properties) -> Literal["Text", "JSON"]:
    found = properties.mapping("LoggingConfig").get("LogFormat", "Text")
    if found == "JSON":
        return "JSON"
    if found != "Text":
        path = (*properties.path, "LoggingConfig", "LogFormat")
        raise properties.places.error(path, f"{found!r} is neither Text nor JSON")
    return "Text"
