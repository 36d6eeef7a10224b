"""How handlers send to connections: to those that have gone, with which patience, at which address."""

import ast
import re
from collections.abc import Iterator

from longwire_infra.check.code import Code
from longwire_infra.check.document import Place
from longwire_infra.check.python_code import text_of
from longwire_infra.check.reach import Reached
from longwire_infra.check.rule import Evidence, rule
from longwire_infra.check.stack import Stack

__all__ = ["posts"]

CALLBACKS = "apigateway-how-to-call-websocket-api-connections.html"
POST = r"PostToConnectionCommand|postToConnection\b"
DELETES = ("delete_item", "delete", "batch_write_item")


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
                    message = f"{text_of(deletion.func)} takes the sender's id, and {text_of(recipient)} has gone"
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
    text = text_of(node)
    direct = ("requestContext" in text or "request_context" in text) and re.search(r"connectionId|connection_id", text)
    return bool(direct) and not any(isinstance(each, ast.Call) and is_big(each) for each in ast.walk(node))


def is_big(call: ast.Call) -> bool:
    """A call that gets more than the id: a client, a whole item."""
    return bool(call.keywords)


def is_sender(node: ast.AST, senders: set[str]) -> bool:
    return mentions(node, senders) or bool(re.search(r"requestContext.*connectionId", text_of(node)))


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
                    text = next((text_of(key.value) for key in node.keywords if key.arg == "endpoint_url"), "")
                    if re.match(r"f?['\"]wss?://", text):
                        yield Evidence("endpoint_url is the WebSocket's", (), file.place(node.lineno), name)
