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

    def post(self, event: PostToConnection, now: float) -> Effects:
        receipt, connection = self.receipt(event), self.open_connection(event)
        if why := self.deployment.throttles.callback(now):
            return throttled(event, receipt, "POST", why)
        if connection is None:
            return self.absent(event, receipt, "POST")
        if len(event.data) > self.deployment.quotas.message_size:
            return answered(event, receipt.too_large(), "POST", len(event.data))
        if event.buffer_full:
            return answered(event, receipt.too_many(), "POST", len(event.data))
        # Inferred: always a text frame, since API Gateway has no binary ones; what is no UTF-8 is replaced (claimed).
        sent = self.deployment.send(connection, event.data.decode("utf-8", "replace"), "post_to_connection", now)
        return [*sent, *answered(event, receipt.posted(), "POST", len(event.data))]

    def get(self, event: GetConnection, now: float) -> Effects:
        receipt, connection = self.receipt(event), self.open_connection(event)
        if why := self.deployment.throttles.callback(now):
            return throttled(event, receipt, "GET", why)
        if connection is None:
            return self.absent(event, receipt, "GET")
        return answered(event, receipt.facts(connection), "GET")

    def delete(self, event: DeleteConnection, now: float) -> Effects:
        receipt, connection = self.receipt(event), self.open_connection(event)
        if why := self.deployment.throttles.callback(now):
            return throttled(event, receipt, "DELETE", why)
        if connection is None:
            return self.absent(event, receipt, "DELETE")
        closed = self.deployment.close(connection, *DELETED, "management", now)
        return [*answered(event, receipt.removed(), "DELETE"), *closed]

    def receipt(self, event: Request) -> Receipt:
        return Receipt(event.request_id, self.deployment.ids.uuid(), self.deployment.ids.request_id())

    def open_connection(self, event: Request) -> Connection | None:
        """Documented: until $connect has returned, the connection is as absent as a closed one."""
        connection = self.deployment.connections.get(event.connection_id)
        return connection if connection is not None and connection.state is State.OPEN else None

    def absent(self, event: Request, receipt: Receipt, method: str) -> Effects:
        known = is_connection_id(event.connection_id)
        return answered(event, receipt.gone() if known else receipt.malformed(event.connection_id), method)


def throttled(event: Request, receipt: Receipt, method: str, why: str) -> Effects:
    """Documented: 429 when "the client is sending more than the allowed number of requests per unit of time"."""
    response = receipt.too_many()
    shown = {"method": method, "status": response.status, "size": 0, "why": why}
    return [response, Noted("management_request", event.connection_id, shown)]


def answered(event: Request, response: Respond, method: str, size: int = 0) -> Effects:
    shown = {"method": method, "status": response.status, "size": size}
    return [response, Noted("management_request", event.connection_id, shown)]
