"""An asyncio client of the backend's protocol, without dependencies."""

from longwire_client.backoff import Backoff
from longwire_client.client import Client
from longwire_client.link import Manners
from longwire_client.messages import Item, Message, Reset, Resync, State

__all__ = ["Backoff", "Client", "Item", "Manners", "Message", "Reset", "Resync", "State"]
