"""What handlers do with a table and with the log: reading all of it, writing down what is secret, or too little."""

import ast
from collections.abc import Iterator

from longwire_infra.check.code import Code
from longwire_infra.check.document import Place
from longwire_infra.check.rule import Evidence, rule
from longwire_infra.check.stack import Stack

__all__: list[str] = []

CALLBACKS = "apigateway-how-to-call-websocket-api-connections.html"
LOGGING = ("debug", "info", "warning", "error", "exception", "critical", "log", "print")
CLOSES = r"disconnectstatuscode|disconnect_status_code|disconnectreason|log_event"
WRITERS = ("dumps", "str", "repr")
SCRIPT_LOGS = r"console\.\w+\([^;\n]*?(?<![.\w])(event|JSON\.stringify\(\s*event)\s*[,)]"


@rule(
    "LW405",
    "warning",
    "All of a table is read for one connection",
    "A scan reads, and bills, every row. In $connect or $disconnect it runs once for every client: a thousand that "
    "reconnect read the table a thousand times.",
    "Get or delete the row by its key; make an index when it is found by something else.",
    "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-query-scan.html",
)
def scan_on_connect(stack: Stack) -> Iterator[Evidence]:
    for name, route in stack.behind("$connect", "$disconnect").items():
        for where in scans(stack.codes.get(name)):
            yield Evidence(f"{route.key} scans", (), where, name)


@rule(
    "LW406",
    "note",
    "All of a table is read for one message",
    "A scan reads, and bills, every row for every message, and answers in pages of 1 MB.",
    "Query by room or topic: a key, or an index, that holds those who are to hear of it.",
    "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-query-scan.html",
)
def scan_on_message(stack: Stack) -> Iterator[Evidence]:
    connecting = stack.behind("$connect", "$disconnect")
    for name, route in stack.behind().items():
        for where in scans(stack.codes.get(name)) if name not in connecting else ():
            yield Evidence(f"{route.key} scans", (), where, name)


def scans(code: Code | None) -> Iterator[Place]:
    """Of DynamoDB: a method of a table or of a client."""
    if code is None or not code.mentions("dynamodb"):
        return
    if not code.is_python:
        where = code.line_of(r"\bScanCommand\b|\.scan\(")
        if where is not None:
            yield where
        return
    for function, call in code.calls("scan"):
        if isinstance(call.func, ast.Attribute):
            yield function.place(call)
    for function, call in code.calls("get_paginator"):
        if any(isinstance(each, ast.Constant) and each.value == "scan" for each in call.args):
            yield function.place(call)


@rule(
    "LW407",
    "note",
    "Nobody writes down why connections end",
    "Neither the access log nor a metric has the close code; the event of $disconnect alone has it. Without it a "
    "deploy "
    "that drops everybody looks like people going home.",
    "Log, or count, disconnectStatusCode and disconnectReason in $disconnect.",
    CALLBACKS,
)
def unlogged_close(stack: Stack) -> Iterator[Evidence]:
    for name, route in stack.behind("$disconnect").items():
        code = stack.codes.get(name)
        if code is None or not code.whole or code.mentions(CLOSES):
            continue
        if next(whole_events(code), None) is None:
            yield Evidence(f"{name} reads no disconnectStatusCode", route.path, resource=name)


@rule(
    "LW408",
    "warning",
    "The handshake is written to the log whole",
    "It holds the token, in the query string or in a header, and the cookies.",
    "Log the connection's id, the user and the verdict; nothing else of the event.",
    "https://cheatsheetseries.owasp.org/cheatsheets/Logging_Cheat_Sheet.html",
)
def logged_handshake(stack: Stack) -> Iterator[Evidence]:
    for name in sorted(stack.authorizing | set(stack.behind("$connect"))):
        code = stack.codes.get(name)
        for where in whole_events(code) if code is not None else ():
            yield Evidence("The event is logged", (), where, name)


def whole_events(code: Code) -> Iterator[Place]:
    """Where the handler prints or logs its event, by itself or by Powertools' log_event."""
    if not code.is_python:
        where = code.line_of(SCRIPT_LOGS)
        yield from () if where is None else (where,)
        return
    handler = next((each for each in code.reached if each.node.name == code.entry), None)
    if handler is None or not handler.node.args.args:
        return
    event = handler.node.args.args[0].arg
    for decorator in handler.node.decorator_list:
        if isinstance(decorator, ast.Call) and any(
            key.arg == "log_event" and isinstance(key.value, ast.Constant) and key.value.value is True
            for key in decorator.keywords
        ):
            yield handler.place(decorator)
    for call in handler.calls:
        if called_name(call) in LOGGING and any(is_whole(each, event) for each in arguments(call)):
            yield handler.place(call)


def called_name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else str(getattr(call.func, "id", ""))


def arguments(call: ast.Call) -> Iterator[ast.expr]:
    """What is logged, also through json.dumps, str, repr and f-strings; what another function makes of it is its "
    "own."""
    for each in [*call.args, *(key.value for key in call.keywords)]:
        yield each
        if isinstance(each, ast.Call) and called_name(each) in WRITERS:
            yield from each.args
        if isinstance(each, ast.JoinedStr):
            yield from (part.value for part in each.values if isinstance(part, ast.FormattedValue))


def is_whole(node: ast.expr, event: str) -> bool:
    return isinstance(node, ast.Name) and node.id == event
