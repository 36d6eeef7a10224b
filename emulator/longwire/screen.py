"""What ``longwire dev`` shows on a terminal: the first screen, and one line for each thing that happens."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import click

from longwire import __version__
from longwire.clock.duration import away, shown
from longwire.core.api import Api, Stack
from longwire.core.http.api import HttpApi
from longwire.inspector.overview import Urls, http_route_facts, route_facts

__all__ = ["first_screen", "line"]

# Why the gateway closes with a code; what goes over the wire says nothing else.
BROKEN = {
    1002: "not what RFC 6455 lets a client send",
    1003: "a binary message, and API Gateway takes text alone",
    1007: "text that is not UTF-8",
    1009: "larger than a frame or a message may be (frame_size and message_size of `longwire settings`)",
}
WIDTH = 96  # characters of a payload or log line before it is cut


def first_screen(stack: Stack, template: str, urls: Urls, seconds: float) -> str:
    """Routes, addresses, and what to type next."""
    addresses = urls.named()
    where = f"stage {stack.api.stage.name}" if len(stack.apis) == 1 else f"{len(stack.apis)} stages"
    title = f"  longwire {__version__}  {template} · {where}"
    return "\n".join(
        [
            f"{click.style(title, bold=True)}   ready in {seconds:.1f} s",
            *(line for api in stack.apis for line in stage_lines(stack, api, urls)),
            *(line for api in stack.http_apis for line in entry_lines(stack, api, urls)),
            f"  AWS endpoint  {addresses['endpoint_url']}",
            f"  Inspector     {click.style(addresses['inspector_url'], fg='cyan')}",
            *([f"  CA file       {addresses['ca_file']}"] if "ca_file" in addresses else []),
            *(f"  API key       {key.value}  {key.logical_id}" for key in stack.api.api_keys if key.generated),
            "",
            "  Ctrl-C stops it.",
        ]
    )


def stage_lines(stack: Stack, api: Api, urls: Urls) -> list[str]:
    """The Routes of one deployed Stage, and where it is."""
    table = table_of([route_row(route_facts(stack, route)) for route in api.routes.values()])
    addresses = urls.of(api.path)
    others = [domain for domain in api.custom_domains if domain.local_path != api.path]
    named = [] if len(stack.apis) == 1 else ["", click.style(f"  {api.logical_id} · stage {api.stage.name}", bold=True)]
    return [
        *named,
        "",
        click.style(table[0], dim=True),
        *table[1:],
        "",
        f"  WebSocket     {click.style(addresses['websocket_url'], fg='cyan')}",
        f"  @connections  {addresses['management_url']}/{{id}}",
        *(f"  {domain.name}{domain.path}  {urls.of(domain.local_path)['websocket_url']}" for domain in others),
    ]


def table_of(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[column]) for row in [HEAD, *rows]) for column in range(len(HEAD))]
    return [
        "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in [HEAD, *rows]
    ]


def entry_lines(stack: Stack, api: HttpApi, urls: Urls) -> list[str]:
    """The Routes of an HTTP API or REST API, or a function URL, and where it is."""
    url = urls.entry(api)["url"]
    if api.kind == "url":
        return [f"  Function URL  {click.style(url, fg='cyan')}  {', '.join(api.functions)}"]
    rows = [route_row({**NO_FACTS, **http_route_facts(stack, route)}) for route in api.routes]
    table = table_of(rows)
    what = "HTTP API    " if api.kind == "http" else "REST API    "
    return ["", click.style(table[0], dim=True), *table[1:], "", f"  {what}  {click.style(url, fg='cyan')}"]


NO_FACTS = {"integration": "MOCK", "api_key_required": False, "two_way": False}
STEERING = re.compile(r"(?!\x1b\[[0-9;]*m)[\x00-\x08\x0a-\x1f\x7f-\x9f]")  # all but tabs and colours
HEAD = ("ROUTE", "INTEGRATION", "HANDLER", "TIMEOUT", "")


def route_row(facts: Mapping[str, Any]) -> tuple[str, ...]:
    notes = [f"authorizer {facts['authorizer']}"] if facts["authorizer"] else []
    notes += ["API key"] if facts["api_key_required"] else []
    notes += ["two-way"] if facts["two_way"] else []
    timeout = f"{facts['timeout']:g} s" if facts["timeout"] is not None else "-"
    integration = facts["function"] or facts["integration"] or "-"
    return (facts["key"], integration, facts["handler"] or "-", timeout, ", ".join(notes))


def line(entry: Mapping[str, Any]) -> str | None:
    """One timeline entry as one line, or None for what is not worth one."""
    describe = DESCRIBED.get(entry["event"])
    if describe is None:
        return None
    what = describe(entry)
    if what is None:
        return None
    at = datetime.fromtimestamp(entry["at"]).astimezone().strftime("%H:%M:%S.%f")[:-3]
    return f"{click.style(at, dim=True)}  {entry['connection_id'][:8]:8}  {what}"


def cut(text: str) -> str:
    shown = text.encode("unicode_escape").decode() if not text.isprintable() else text
    return shown if len(shown) <= WIDTH else shown[: WIDTH - 1] + "…"


def opened(entry: Mapping[str, Any]) -> str:
    who = entry["principal_id"] or entry["source_ip"]
    return f"{click.style('open', fg='green')}    {who}" + (
        f" · {entry['subprotocol']}" if entry["subprotocol"] else ""
    )


def finished(entry: Mapping[str, Any]) -> str | None:
    took = f"{entry['function']} {entry['duration_ms']:.1f} ms"
    init = f" + init {entry['init_ms']:.0f} ms" if entry["init_ms"] else ""
    if not entry["error"]:
        return f"        {took}{init}"
    failure = f"{entry['error_type']}: {entry['error_message']}" if entry["error_type"] else entry["error_message"]
    return f"        {took}{init}  {click.style(cut(failure), fg='red')}"


def integrated(entry: Mapping[str, Any]) -> str:
    took = "" if entry["duration_ms"] is None else f" {entry['duration_ms']:.1f} ms"
    what = f"        {entry['backend']} {entry['status'] or '-'}{took}"
    return f"{what}  {click.style(harmless(entry['error']), fg='red')}" if entry["error"] else what


def logged(entry: Mapping[str, Any]) -> str | None:
    """A handler's own line, with the function's name; Lambda's START, END and REPORT are left to the inspector."""
    if entry["stream"] == "platform":
        return None
    name = click.style(entry["function"], fg="magenta")
    # A traceback is one entry of several lines.
    return "\n".join(f"        {name} | {harmless(part)}" for part in entry["line"].split("\n"))


def harmless(text: str) -> str:
    """A log line with its colours, but without control characters that could steer the terminal."""
    return STEERING.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def closed(entry: Mapping[str, Any]) -> str:
    reason = f" {entry['reason']!r}" if entry["reason"] else ""
    broken = f": {BROKEN[entry['code']]}" if entry["by"] == "gateway" and entry["code"] in BROKEN else ""
    return f"{click.style('closed', fg='yellow')}  {entry['code']}{reason} by {entry['by']}{broken}"


def reloaded(entry: Mapping[str, Any]) -> str:
    functions = ", ".join(entry["functions"]) or "no function changed"
    closed = "; connections were closed and the services are empty" if entry["connections_closed"] else ""
    return f"{click.style('reloaded', fg='green')} {functions} ({', '.join(entry['files'])}){closed}"


def not_reloaded(entry: Mapping[str, Any]) -> str:
    message = "\n".join(harmless(part) for part in entry["error_message"].split("\n"))
    return f"{click.style('not reloaded', fg='red')}: what ran before goes on\n{message}"


def answered(entry: Mapping[str, Any]) -> str:
    """A request to an HTTP entry point, when it is answered; ``why`` is what the client is not told."""
    status = click.style(str(entry["status"]), fg="red" if entry["status"] >= 400 else "green")
    what = f"{entry['method']} {cut(entry['path'])}  {status}  {entry['duration_ms']:.1f} ms"
    return f"{what}  {click.style(cut(entry['why']), fg='red')}" if entry["why"] else what


def managed(entry: Mapping[str, Any]) -> str | None:
    """An ``@connections`` request that was refused for a reason which the caller is not told."""
    if not entry.get("why"):
        return None
    return f"{entry['method']} @connections  {click.style(str(entry['status']), fg='red')}  {harmless(entry['why'])}"


def moved(entry: Mapping[str, Any]) -> str:
    """A change of the clock, and what it is after that."""
    change = f"{entry['change']} {shown(entry['seconds'])}" if entry["seconds"] else entry["change"]
    return f"{click.style('clock', fg='yellow')}   {change}: {away(entry['offset'])}"


def struck(entry: Mapping[str, Any]) -> str:
    where = [f"{name} {entry[name]}" for name in ("function", "route", "service", "operation") if entry.get(name)]
    what = f"fault {entry['fault']}: {entry['kind']} {entry['effect']}"
    return click.style(" ".join([what, *(harmless(each) for each in where)]), fg="red")


def faults_changed(entry: Mapping[str, Any]) -> str:
    count = len(entry["faults"])
    return click.style(
        f"{count} fault{'' if count == 1 else 's'}" if count else "no faults", fg="red" if count else None
    )


DESCRIBED: dict[str, Callable[[Mapping[str, Any]], str | None]] = {
    "connection_opened": opened,
    "connection_refused": lambda entry: f"{click.style('refused', fg='red')} {entry['status']} {entry['reason']}",
    "message_received": lambda entry: f"→ {entry['route_key'] or 'no route'}  {cut(str(entry['payload']))}",
    "invocation_finished": finished,
    "integration_finished": integrated,
    "log": logged,
    "frame_sent": lambda entry: f"← {cut(entry['payload'])}",
    "connection_closed": closed,
    "http_response": answered,
    "management_request": managed,
    "fault_hit": struck,
    "faults_changed": faults_changed,
    "reloaded": reloaded,
    "reload_failed": not_reloaded,
    "clock_changed": moved,
}
