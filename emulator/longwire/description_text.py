"""``longwire describe`` for people: the description as headings and tables."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import click

__all__ = ["as_text"]

ROUTE = ("ROUTE", "INTEGRATION", "TIMEOUT", "AUTHORIZATION", "")
FUNCTION = ("FUNCTION", "RUNTIME", "HANDLER", "TIMEOUT", "MEMORY", "CODE")
RESOURCE = ("LOGICAL ID", "TYPE", "PHYSICAL ID")
Rows = Sequence[tuple[str, ...]]


def as_text(facts: Mapping[str, Any]) -> str:
    """``facts`` are those of ``description``."""
    return "\n".join(line.rstrip() for line in lines(facts))


def lines(facts: Mapping[str, Any]) -> Iterator[str]:
    config = f" · {facts['config']}" if facts["config"] else ""
    yield click.style(f"{facts['template']} · stack {facts['stack']} · {facts['region']}{config}", bold=True)
    for api in facts["apis"]:
        yield from of_api(api)
    for api in facts["http_apis"]:
        yield from of_entry_point(api)
    yield from table("Functions", FUNCTION, [function_row(item) for item in facts["functions"]])
    yield from table(
        "Authorizers",
        ("NAME", "API", "FUNCTION", "IDENTITY SOURCES"),
        [
            (item["name"], item["api"], item["function"], ", ".join(item["identity_sources"]) or "none")
            for item in facts["authorizers"]
        ],
    )
    for name, heading in (("tables", "Tables"), ("queues", "Queues"), ("resources", "Other resources")):
        rows = [(item["logical_id"], item["type"], item["physical_id"]) for item in facts[name]]
        yield from table(heading, RESOURCE, rows)
    yield from table("Event sources", ("SOURCE", "FUNCTION"), [source_row(item) for item in facts["event_sources"]])
    domains = [
        (f"{item['name']}/{item['mapping_key']}", f"{item['api']} {item['stage']}") for item in facts["domain_names"]
    ]
    yield from table("Domain names", ("URL", "STAGE"), domains)
    yield from problems("Not supported", facts["not_supported"], "yellow")
    yield from problems("Errors", facts["errors"], "red")
    if facts["warnings"]:
        yield from ("", click.style("Warnings", bold=True), *(f"  {warning}" for warning in facts["warnings"]))
    yield from ("", verdict(facts))


def of_api(api: Mapping[str, Any]) -> Iterator[str]:
    deployed = f"Deployment {api['deployment']}" if api["deployment"] else "AutoDeploy"
    heading = f"{api['logical_id']} · {api['name']} · stage {api['stage']} · {deployed}"
    yield from table(heading, ROUTE, [route_row(route) for route in api["routes"]])
    yield f"  selected by {api['route_selection_expression']}, here at {api['path']}"
    if api["stage_variables"]:
        yield "  variables " + ", ".join(f"{name}={value}" for name, value in api["stage_variables"].items())
    if not api["default_endpoint"]:
        yield "  without the default endpoint"


KINDS = {"http": "HTTP API", "rest": "REST API", "url": "function URL"}


def of_entry_point(api: Mapping[str, Any]) -> Iterator[str]:
    """An HTTP API or REST API at one Stage, or a function URL."""
    stage = "" if api["kind"] == "url" else f" · stage {api['stage']}"
    yield from table(f"{api['logical_id']} · {KINDS[api['kind']]}{stage}", ROUTE, list(map(http_row, api["routes"])))
    stage_path = "" if api["stage"] == "$default" else f"/{api['stage']}"
    yield f"  here at /{api['logical_id']}{stage_path}"


def http_row(route: Mapping[str, Any]) -> tuple[str, ...]:
    integration = route["integration"]
    function = f"AWS_PROXY {integration['function']}" if "function" in integration else f"MOCK {integration['status']}"
    authorizer = route["authorizer"]
    authorization = f"CUSTOM {authorizer['name']}" if authorizer else "AWS_IAM" if route["iam"] else "NONE"
    key = "$default" if route["path"] == "$default" else f"{route['method']} {route['path']}"
    return key, function, seconds(integration.get("timeout")), authorization, ""


def route_row(route: Mapping[str, Any]) -> tuple[str, ...]:
    integration = " ".join(filter(None, (route["integration"], route["function"], route["backend"]))) or "-"
    authorization = " ".join(filter(None, (route["authorization"], route["authorizer"])))
    notes = [name for name, on in (("two-way", route["two_way"]), ("API key", route["api_key_required"])) if on]
    notes += ["models"] if route["models"] else []
    return route["key"], integration, seconds(route["timeout"]), authorization, ", ".join(notes)


def function_row(item: Mapping[str, Any]) -> tuple[str, ...]:
    code = item["invocation_url"] or (" ".join(item["command"]) if item["command"] else item["code"])
    memory = f"{item['memory_mb']} MB"
    return item["logical_id"], item["runtime"], item["handler"] or "-", seconds(item["timeout"]), memory, code


def source_row(item: Mapping[str, Any]) -> tuple[str, ...]:
    source = item.get("queue") or item.get("stream") or item.get("source") or "-"
    return str(source), str(item.get("function") or "-")


def seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:g} s"


def table(heading: str, head: tuple[str, ...], rows: Rows) -> Iterator[str]:
    """Nothing without rows."""
    if not rows:
        return
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    yield from ("", click.style(heading, bold=True))
    for number, row in enumerate((head, *rows)):
        text = "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        yield text if number else click.style(text, dim=True)


def problems(heading: str, found: Sequence[Mapping[str, Any]], colour: str) -> Iterator[str]:
    if found:
        yield from ("", click.style(f"{heading} ({len(found)})", bold=True, fg=colour))
    for item in found:
        what = ".".join(part for part in (item["resource"], item["property"]) if part)
        yield f"  line {item['line'] or '-'}: {what + ': ' if what else ''}{item['message']}"
        if item["hint"]:
            yield from (f"    {part.strip()}" for part in item["hint"].split("\n"))


def verdict(facts: Mapping[str, Any]) -> str:
    if facts["errors"]:
        rest = "" if facts["complete"] else "; what comes after the last error was not read"
        return click.style(f"`longwire dev` refuses this template{rest}.", fg="red")
    if facts["not_supported"]:
        return click.style("`longwire dev` runs this template with --allow-unsupported.", fg="yellow")
    return click.style("`longwire dev` runs this template.", fg="green")
