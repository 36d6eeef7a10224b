"""A client of the backend and the API Gateway before it, without sockets: each handler is called as Lambda would."""

import json
from dataclasses import dataclass, field
from typing import Any

import boto3

from backend_aws import Aws
from backend_connections import Connections
from backend_events import Context, proxy_event
from longwire_app import connect, disconnect, message, wiring, worker
from longwire_app.session import JOIN, RELIABLE, SEND, Caller, Identity, Peer

CONTEXT: Any = Context()

__all__ = ["Device", "Stage"]


@dataclass
class Stage:
    """What devices share. ``now`` is seconds since the epoch, for events alone; ``invocations`` counts Lambda's.

    ``interrupted`` says that the test has ended an invocation halfway: see table_invariants.py.
    """

    aws: Aws
    connections: Connections
    now: int
    interrupted: bool = False
    invocations: int = 0

    def pump(self) -> None:
        """Has the worker hear every bell, until none is left that it would not hear again."""
        client = boto3.client("sqs")
        while records := self.aws.bells():
            self.invocations += 1
            answer = worker.handler({"Records": records}, CONTEXT)
            failed = {each["itemIdentifier"] for each in answer["batchItemFailures"]}
            for record in records:
                if record["messageId"] not in failed:
                    client.delete_message(QueueUrl=self.aws.queue_url, ReceiptHandle=record["receiptHandle"])
            if failed:
                return

    def forget(self) -> None:
        """Has the handlers read their environment again."""
        for cached in (wiring.settings, worker.porter):
            cached.cache_clear()

    def log_items(self) -> list[dict[str, Any]]:
        """All of the log table."""
        found: list[dict[str, Any]] = boto3.client("dynamodb").scan(TableName=self.aws.log_table)["Items"]
        return found

    def expire(self, text: str) -> int:
        """Ends the retention of messages whose data holds ``text``; returns the first one's offset."""
        client, offsets = boto3.client("dynamodb"), []
        for item in self.log_items():
            if text in item.get("frame", {}).get("S", ""):
                offsets.append(int(item["sk"]["N"]))
                client.put_item(TableName=self.aws.log_table, Item=item | {"until": {"N": str(self.now - 1)}})
        return min(offsets)

    def device(self, user: str = "alice", protocol: str = RELIABLE, roles: tuple[str, ...] = (JOIN, SEND)) -> "Device":
        return Device(self, Identity(user, roles=frozenset(roles)), protocol)


@dataclass
class Device:
    """``session_id`` and ``token`` are those of the last greeting; ``connection`` is None while there is none."""

    stage: Stage
    identity: Identity
    protocol: str
    connection: str | None = None
    session_id: str = ""
    token: str = ""
    sent: int = 0
    seen: int = 0
    read: dict[str, int] = field(default_factory=dict)

    def connect(self, connection: str, *, resume: bool = False, token: str | None = None) -> int:
        """The handshake's status."""
        session_id = self.session_id if resume else connection
        caller = Caller(Peer(session_id, connection), self.identity, self.protocol)
        headers = {"Sec-WebSocket-Protocol": self.protocol} if self.protocol else {}
        event = proxy_event("$connect", caller, self.stage.now, None, headers)
        if resume:
            good = {"awps_connection_id": session_id, "awps_reconnection_token": token or self.token}
            event["queryStringParameters"] = good
        self.stage.invocations += 1
        status: int = connect.handler(event, CONTEXT)["statusCode"]
        if status == 200:
            self.connection, self.session_id = connection, session_id
        return status

    def send(self, **frame: Any) -> None:
        self.send_text(json.dumps(frame))

    def send_text(self, body: str) -> None:
        self.stage.invocations += 1
        message.handler(self._event("message", body), CONTEXT)

    def ask(self, **frame: Any) -> dict[str, Any]:
        """Sends a frame with a new ackId and returns the ack."""
        self.sent += 1
        self.send(**frame, ackId=self.sent)
        return next(got for got in self.frames() if got["type"] == "ack" and got["ackId"] == self.sent)

    def frames(self) -> list[dict[str, Any]]:
        """Everything that reached the current connection."""
        assert self.connection is not None
        return list(self.stage.connections.frames[self.connection])

    def receive(self) -> list[Any]:
        """The data of messages that came since the last look, as official clients show them: no id twice."""
        assert self.connection is not None
        first = self.read.get(self.connection, 0)
        found = []
        for frame in self.frames()[first:]:
            self._note(frame)
            if frame["type"] == "message" and frame.get("sequenceId", self.seen + 1) > self.seen:
                self.seen = frame.get("sequenceId", self.seen)
                found.append(frame["data"])
        self.read[self.connection] = len(self.frames())
        return found

    def _note(self, frame: dict[str, Any]) -> None:
        if frame.get("event") == "connected":
            self.token = frame.get("reconnectionToken", "")

    def acknowledge(self) -> None:
        self.send(type="sequenceAck", sequenceId=self.seen)

    def vanish(self, *, told: bool = True) -> None:
        """Loses the connection; ``told`` says whether API Gateway calls ``$disconnect`` for it."""
        assert self.connection is not None
        self.stage.connections.statuses[self.connection] = 410
        if told:
            self.stage.invocations += 1
            disconnect.handler(self._event("$disconnect", None), CONTEXT)

    def _event(self, route: str, body: str | None) -> Any:
        assert self.connection is not None
        caller = Caller(Peer(self.session_id, self.connection, self.protocol == RELIABLE), self.identity, self.protocol)
        return proxy_event(route, caller, self.stage.now, body, None)
