"""What handlers do: sending to connections that have gone, reading all of a table, writing down what is secret."""

import ast
import re
from collections.abc import Iterator

from longwire_infra.check.code import Code
from longwire_infra.check.document import Place
from longwire_infra.check.reach import Reached
from longwire_infra.check.rule import Evidence, rule
from longwire_infra.check.stack import Stack

__all__ = ["posts"]

CALLBACKS = "apigateway-how-to-call-websocket-api-connections.html"
ACCESS = "apigateway-websocket-control-access-iam.html"
POST = r"PostToConnectionCommand|postToConnection\b"
DELETES = ("delete_item", "delete", "batch_write_item")
LOGGING = ("debug", "info", "warning", "error", "exception", "critical", "log", "print")


def posts(code: Code) -> Place | None:
    """Where a function sends to a connection."""
    if code.is_python:
        found = next(code.calls("post_to_connection"), None)
        return None if found is None else found[0].place(found[1])
    return code.line_of(POST)


@rule(
    "LW401",
    "warning",
    "Sending without looking whether the client is still there",
    "post_to_connection answers 410 when the connection has gone. Unhandled, one closed tab ends the sending to "
    "everybody "
    "after it, and the dead row is sent to for ever.",
    "Catch GoneException (or any ClientError with status 410) for each recipient, and delete that recipient's row.",
    CALLBACKS,
)
def gone_unhandled(stack: Stack) -> Iterator[Evidence]:
    for name, code in stack.codes.items():
        where = posts(code)
        if where is not None and not code.mentions(r"gone|\b410\b"):
            yield Evidence("Nothing here handles 410", (), where, name)


@rule(
    "LW402",
    "error",
    "The sender's row is deleted when a recipient has gone",
    "The one who is gone is the connection that was posted to. Deleting the caller's row disconnects somebody who is "
    "there, "
    "and keeps the dead row.",
    "Delete the row of the ConnectionId that post_to_connection was called with.",
    CALLBACKS,
)
def wrong_row(stack: Stack) -> Iterator[Evidence]:
    for name, code in stack.codes.items():
        for function, call in code.calls("post_to_connection"):
            recipient = next((key.value for key in call.keywords if key.arg == "ConnectionId"), None)
            senders = sender_names(function)
            if recipient is None or is_sender(recipient, senders):
                continue
            for deletion in deletions_after(function, call):
                if is_sender(deletion, senders) and not mentions(deletion, names_of(recipient)):
                    message = (
                        f"{ast.unparse(deletion.func)} takes the sender's id, and {ast.unparse(recipient)} has gone"
                    )
                    yield Evidence(message, (), function.place(deletion), name)


def sender_names(function: Reached) -> set[str]:
    """Names that are given the event's own connection id."""
    return {
        target.id
        for node in ast.walk(function.node)
        if isinstance(node, ast.Assign) and takes_own_id(node.value)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def takes_own_id(node: ast.AST) -> bool:
    text = ast.unparse(node)
    direct = ("requestContext" in text or "request_context" in text) and re.search(r"connectionId|connection_id", text)
    return bool(direct) and not any(isinstance(each, ast.Call) and is_big(each) for each in ast.walk(node))


def is_big(call: ast.Call) -> bool:
    """A call that gets more than the id: a client, a whole item."""
    return bool(call.keywords)


def is_sender(node: ast.AST, senders: set[str]) -> bool:
    return mentions(node, senders) or bool(re.search(r"requestContext.*connectionId", ast.unparse(node)))


def names_of(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def mentions(node: ast.AST, names: set[str]) -> bool:
    return bool(names_of(node) & names)


def deletions_after(function: Reached, post: ast.Call) -> Iterator[ast.Call]:
    """Calls that delete, in the except clauses of the try statements around a call."""
    for node in ast.walk(function.node):
        if isinstance(node, ast.Try) and any(each is post for part in node.body for each in ast.walk(part)):
            for handler in node.handlers:
                for each in ast.walk(handler):
                    called = each.func if isinstance(each, ast.Call) else None
                    if isinstance(each, ast.Call) and isinstance(called, ast.Attribute) and called.attr in DELETES:
                        yield each


@rule(
    "LW403",
    "note",
    "Sending with botocore's patience",
    "botocore sends again what was answered 429, five times in about five seconds, and waits a minute for an answer. "
    "In a "
    "loop over recipients, one slow client uses up the function's time.",
    'boto3.client("apigatewaymanagementapi", config=Config(retries=..., connect_timeout=..., read_timeout=...))',
    "https://botocore.amazonaws.com/v1/documentation/api/latest/reference/config.html",
)
def patient_client(stack: Stack) -> Iterator[Evidence]:
    for name, code in stack.codes.items():
        if posts(code) is None:
            continue
        for file in code.files:
            for node in file.nodes:
                if isinstance(node, ast.Call) and is_management(node) and not configured(node):
                    yield Evidence("The client has no config", (), file.place(node.lineno), name)


def is_management(call: ast.Call) -> bool:
    named = any(
        isinstance(each, ast.Constant) and each.value == "apigatewaymanagementapi"
        for each in [*call.args, *(key.value for key in call.keywords)]
    )
    return named and isinstance(call.func, ast.Attribute) and call.func.attr == "client"


def configured(call: ast.Call) -> bool:
    return any(key.arg in ("config", None) for key in call.keywords)


@rule(
    "LW404",
    "warning",
    "Address of @connections made of the event's domain, behind a custom domain",
    "Behind an API mapping the event has the custom domain and the real stage, and https://{domainName}/{stage} leads "
    "to "
    "no API: the path has to have the mapping's key.",
    "Use the API's own endpoint, from a variable: https://${Api}.execute-api.${AWS::Region}.amazonaws.com/${Stage}",
    "https://github.com/aws-samples/simple-websockets-chat-app/issues/40",
)
def mapped_domain(stack: Stack) -> Iterator[Evidence]:
    mapped = {str(each.get("ApiId")) for each in stack.document.of_type("AWS::ApiGatewayV2::ApiMapping")}
    if not any(
        f"${{{api.name}}}" in mapped or (api.resource is not None and api.resource.get("Domain")) for api in stack.apis
    ):
        return
    for name, code in stack.codes.items():
        if posts(code) is not None and code.mentions(r"domainname|domain_name"):
            where = code.line_of(r"domainName|domain_name")
            yield Evidence("The address is made of domainName", (), where, name)


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
        if code is None or code.mentions(r"disconnectstatuscode|disconnect_status_code|disconnectreason|log_event"):
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
        called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if called in LOGGING and any(is_whole(each, event) for each in arguments(call)):
            yield handler.place(call)


def arguments(call: ast.Call) -> Iterator[ast.expr]:
    """What is logged, also through json.dumps, str, repr and f-strings."""
    for each in [*call.args, *(key.value for key in call.keywords)]:
        yield each
        if isinstance(each, ast.Call):
            yield from each.args
        if isinstance(each, ast.JoinedStr):
            yield from (part.value for part in each.values if isinstance(part, ast.FormattedValue))


def is_whole(node: ast.expr, event: str) -> bool:
    return isinstance(node, ast.Name) and node.id == event


@rule(
    "LW409",
    "error",
    "Address of @connections with wss://",
    "@connections is an HTTPS API. A client that is made with the WebSocket's address fails at every call.",
    "Make the endpoint of https://, the same host and the stage.",
    CALLBACKS,
)
def wss_endpoint(stack: Stack) -> Iterator[Evidence]:
    for name, code in stack.codes.items():
        for file in code.files:
            for node in file.nodes:
                if isinstance(node, ast.Call) and is_management(node):
                    text = next((ast.unparse(key.value) for key in node.keywords if key.arg == "endpoint_url"), "")
                    if re.match(r"f?['\"]wss?://", text):
                        yield Evidence("endpoint_url is the WebSocket's", (), file.place(node.lineno), name)
