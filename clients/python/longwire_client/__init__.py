"""An asyncio client of the backend's protocol, without dependencies."""

from longwire_client.backoff import Backoff
from longwire_client.client import Client
from longwire_client.errors import (
    LongwireClientError,
    QueueFull,
    Refused,
    Stopped,
    TooBig,
    Unacknowledged,
    Unauthorized,
)
from longwire_client.link import Manners
from longwire_client.messages import Item, Message, Reset, Resync, State

__all__ = [
    "Backoff",
    "Client",
    "Item",
    "LongwireClientError",
    "Manners",
    "Message",
    "QueueFull",
    "Refused",
    "Reset",
    "Resync",
    "State",
    "Stopped",
    "TooBig",
    "Unacknowledged",
    "Unauthorized",
]
