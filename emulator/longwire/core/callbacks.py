"""``@connections``: POST, GET and DELETE on one connection ("callback APIs" in AWS's words)."""

from longwire.core.answers import Receipt
from longwire.core.connection import Connection, State
from longwire.core.deployment import Deployment, Effects
from longwire.core.events import DeleteConnection, GetConnection, Noted, PostToConnection, Respond
from longwire.core.ids import is_connection_id

__all__ = ["Callbacks"]

DELETED = (1000, "Connection Closed Normally")  # observed in $disconnect after a DELETE

Request = PostToConnection | GetConnection | DeleteConnection


class Callbacks:
    """Answers with Respond; a post also sends its frame, before the answer."""

    def __init__(self, deployment: Deployment) -> None:
        self.deployment = deployment

    def received(self, event: Request, now: float) -> Effects:
        self.deployment.monitor.meter.managed(METHODS[type(event)])
        receipt = self.receipt(event)
        if event.fault:
            size = len(event.data) if isinstance(event, PostToConnection) else 0
            return answered(event, receipt.failed(event.fault), size, "a fault")
        why = self.deployment.throttles.callback(now)
        if why is not None:  # inferred: before the id is looked at
            return answered(event, receipt.too_many(), why=why)
        connection = self.open_connection(event)
        if connection is None:
            return answered(event, self.absent(event, receipt))
        match event:
            case PostToConnection():
                return self.post(event, connection, receipt, now)
            case GetConnection():
                return answered(event, receipt.facts(connection))
        closed = self.deployment.close(connection, *DELETED, "management", now)
        return [*answered(event, receipt.removed()), *closed]

    def post(self, event: PostToConnection, connection: Connection, receipt: Receipt, now: float) -> Effects:
        size = len(event.data)
        if size > self.deployment.quotas.message_size:
            return answered(event, receipt.too_large(), size)
        if event.buffer_full:
            return answered(event, receipt.too_many(), size, "the client's buffer is full")
        # Inferred: always a text frame, since API Gateway has no binary ones; what is no UTF-8 is replaced (claimed).
        text = event.data.decode("utf-8", "replace")
        cause, by = "post_to_connection", event.invocation_id
        sent = self.deployment.send(connection, text, cause, now, invocation_id=by)
        return [*sent, *answered(event, receipt.posted(), size)]

    def receipt(self, event: Request) -> Receipt:
        return Receipt(event.request_id, self.deployment.ids.uuid(), self.deployment.ids.request_id())

    def open_connection(self, event: Request) -> Connection | None:
        """Documented: until $connect has returned, the connection is as absent as a closed one."""
        connection = self.deployment.connections.get(event.connection_id)
        return connection if connection is not None and connection.state is State.OPEN else None

    def absent(self, event: Request, receipt: Receipt) -> Respond:
        return receipt.gone() if is_connection_id(event.connection_id) else receipt.malformed(event.connection_id)


METHODS: dict[type[Request], str] = {PostToConnection: "POST", GetConnection: "GET", DeleteConnection: "DELETE"}


def answered(event: Request, response: Respond, size: int = 0, why: str = "") -> Effects:
    """``why`` is said of a 429, which has several causes, and of a fault."""
    shown = {"method": METHODS[type(event)], "status": response.status, "size": size} | ({"why": why} if why else {})
    if event.invocation_id:
        shown["invocation_id"] = event.invocation_id
    return [response, Noted("management_request", event.connection_id, shown)]
