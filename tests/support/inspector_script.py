"""What an emulator would publish, played by a test."""

import asyncio
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from longwire.inspector.timeline import Timeline
from longwire_infra.usage import Usage

START = 1_790_000_000.0
ALICE, BOB = "L0SM9cOFvHcCJhw=", "Qx7pTdWzIAkCJhw="
ROUTES = [
    ("$connect", "AWS_PROXY", "Connect", "authorizer", False),
    ("$disconnect", "AWS_PROXY", "Disconnect", None, False),
    ("joinGroup", "AWS_PROXY", "Groups", None, False),
    ("sendToGroup", "AWS_PROXY", "Messages", None, False),
    ("ping", "MOCK", None, None, True),
    ("$default", "AWS_PROXY", "Default", None, True),
]

MINUTE = Usage(period_seconds=Decimal(60), websocket_messages=Decimal(1000), connection_minutes=Decimal(4))


def route(key: str, integration: str, function: str | None, authorizer: str | None, two_way: bool) -> dict[str, Any]:
    handler = f"app.{function.lower()}" if function else None
    facts = {"key": key, "integration": integration, "function": function, "handler": handler}
    return {**facts, "timeout": 29, "authorizer": authorizer, "two_way": two_way}


@dataclass
class Script:
    """Plays the emulator: publishes what it would, and counts as it would."""

    websocket_url: str = "ws://127.0.0.1:1/dev"
    now: float = START
    number: int = 0
    timeline: Timeline = field(default_factory=Timeline)
    connections: dict[str, dict[str, Any]] = field(default_factory=dict)
    expression: str = "$request.body.type"
    region: str = "us-east-1"
    usage: Usage = MINUTE
    more: dict[str, Any] = field(default_factory=dict)  # of the state
    late: asyncio.Event = field(default_factory=asyncio.Event)

    def state(self) -> dict[str, Any]:
        stack: dict[str, Any] = {"name": "chat", "api_id": "a1b2c3d4e5", "stage": "dev", "region": self.region}
        stack |= {"route_selection_expression": self.expression, "routes": [route(*facts) for facts in ROUTES]}
        quotas = {"idle_timeout": 600, "max_duration": 7200, "frame_size": 32_768, "message_size": 131_072}
        urls = {"websocket_url": self.websocket_url, "management_url": "http://127.0.0.1:1/dev/@connections"}
        connections = list(self.connections.values())
        facts = {
            "version": "0.1",
            "now": self.now,
            **urls,
            "stack": stack,
            "quotas": quotas,
            "connections": connections,
        }
        return {**facts, **self.more}

    def say(self, event: str, connection_id: str = "", **data: Any) -> None:
        self.now += 0.001
        self.timeline.publish(event, connection_id, self.now, data)

    def open(self, connection_id: str, principal: str | None = None, subprotocol: str | None = None) -> None:
        headers = [("Host", "127.0.0.1:8765"), ("User-Agent", "curl/8"), ("Authorization", "***")]
        query = [("access_token", "***")]
        self.say("handshake", connection_id, path="/dev", query=query, headers=headers, source_ip="127.0.0.1")
        self.run(connection_id, "Connect", "$connect", cold=True)
        facts = {"subprotocol": subprotocol, "principal_id": principal, "source_ip": "127.0.0.1"}
        self.say("connection_opened", connection_id, **facts)
        times = {"connected_at": self.now, "last_active_at": self.now, "user_agent": "curl/8"}
        counts = dict.fromkeys(("messages_in", "messages_out", "bytes_in", "bytes_out"), 0)
        self.connections[connection_id] = {"connection_id": connection_id, **facts, **times, **counts}

    def count(self, connection_id: str, way: str, size: int) -> None:
        known = self.connections.get(connection_id)
        if known is not None:
            known[f"messages_{way}"] += 1
            known[f"bytes_{way}"] += size
            known["last_active_at"] = self.now

    def message(self, connection_id: str, payload: str, route_key: str | None = "$default", why: str = "") -> None:
        size = len(payload.encode())
        self.now += 0.4
        self.say("message_received", connection_id, payload=payload, size=size, route_key=route_key, why=why)
        self.count(connection_id, "in", size)

    def frame(self, connection_id: str, payload: str, cause: str = "post_to_connection", **more: Any) -> None:
        size = len(payload.encode())
        self.say("frame_sent", connection_id, payload=payload, size=size, cause=cause, **more)
        self.count(connection_id, "out", size)

    def start(self, connection_id: str, function: str, route_key: str, *, cold: bool = False) -> str:
        self.number += 1
        invocation = f"{self.number:06d}AbcCJhw="
        facts = {"invocation_id": invocation, "function": function, "route_key": route_key, "cold": cold}
        self.say("invocation_started", connection_id, **facts)
        return invocation

    def log(self, connection_id: str, function: str, invocation: str, line: str, stream: str = "stdout") -> None:
        facts = {"function": function, "invocation_id": invocation, "stream": stream, "line": line}
        self.say("log", connection_id, **facts)

    def finish(self, connection_id: str, function: str, route_key: str, invocation: str, **more: Any) -> None:
        facts = {"invocation_id": invocation, "function": function, "route_key": route_key, "duration_ms": 12.41}
        facts |= {"billed_ms": 13, "init_ms": None, "max_memory_mb": 41, "error": "", "error_type": ""}
        self.now += 0.012
        self.say("invocation_finished", connection_id, **{**facts, "error_message": "", **more})

    def run(self, connection_id: str, function: str, route_key: str, *lines: str, cold: bool = False) -> None:
        invocation = self.start(connection_id, function, route_key, cold=cold)
        for line in lines:
            self.log(connection_id, function, invocation, line)
        self.finish(connection_id, function, route_key, invocation, init_ms=84.2 if cold else None)

    def fail(self, connection_id: str, function: str, route_key: str, kind: str, message: str) -> None:
        invocation = self.start(connection_id, function, route_key)
        trace = f'Traceback (most recent call last):\n  File "/var/task/app.py", line 41, in handler\n{kind}: {message}'
        self.log(connection_id, function, invocation, trace, "stderr")
        place = '  File "/var/task/app.py", line 41, in handler\n    return group["members"]\n'
        errors = {"error": "raised", "error_type": kind, "error_message": message, "stack_trace": place}
        self.finish(connection_id, function, route_key, invocation, **errors)
        self.frame(connection_id, f'{{"message": "Internal server error", "connectionId":"{connection_id}"}}', "error")

    def close(self, connection_id: str, code: int, reason: str, by: str = "client") -> None:
        self.say("connection_closed", connection_id, code=code, reason=reason, by=by)
        self.connections.pop(connection_id, None)
        self.run(connection_id, "Disconnect", "$disconnect")

    def refuse(self, connection_id: str, status: int, reason: str) -> None:
        self.say("handshake", connection_id, path="/dev", query=[], headers=[], source_ip="127.0.0.1")
        self.say("connection_refused", connection_id, status=status, reason=reason)


def chat(script: Script) -> None:
    """Two people talk, a function fails, somebody is refused."""
    script.open(ALICE, "alice", "json.webpubsub.azure.v1")
    script.open(BOB, "bob")
    join = '{"type":"joinGroup","group":"lobby","ackId":1}'
    script.message(ALICE, join, "joinGroup", "$request.body.type is 'joinGroup'")
    script.run(ALICE, "Groups", "joinGroup", '{"level":"INFO","message":"joined","group":"lobby"}', cold=True)
    script.frame(ALICE, '{"type":"ack","ackId":1,"success":true}', "route_response")
    hello = '{"type":"sendToGroup","group":"lobby","data":"Hello Bob"}'
    script.message(ALICE, hello, "sendToGroup", "$request.body.type is 'sendToGroup'")
    invocation = script.start(ALICE, "Messages", "sendToGroup")
    arrived = '{"type":"message","from":"group","group":"lobby","data":"Hello Bob"}'
    script.frame(BOB, arrived, invocation_id=invocation)
    script.say("management_request", BOB, method="POST", status=200, size=67)
    script.finish(ALICE, "Messages", "sendToGroup", invocation)
    script.message(BOB, '{"type":"leaveGroup"}', "$default", "$request.body.type is 'leaveGroup', which no route has")
    script.fail(BOB, "Default", "$default", "KeyError", "'group'")
    script.refuse("Zk3vNqWxYAbCJhw=", 401, "identity source route.request.querystring.access_token is missing or empty")
