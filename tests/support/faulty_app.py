"""A running app with handlers that tell what AWS answered them, for tests of faults."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from longwire.emulator import Options
from longwire.harness import Longwire, LongwireServer
from longwire.template.load import load
from longwire.testing import Client

__all__ = ["PATIENCE", "TEMPLATE", "FaultyApp", "app", "faulty_server"]

TEMPLATE = Path(__file__).parents[1] / "emulator" / "fault_app" / "template.yaml"
PATIENCE = 20.0  # seconds


class FaultyApp(Longwire):
    """The fixture's own object, with a few verbs of this app's."""

    def echo(self, client: Client, text: str) -> Any:
        """What comes back: the text, or an error frame's message."""
        client.send(action="echo", text=text)
        answer = client.receive(PATIENCE)
        return answer.get("text") or answer.get("message")

    def post(self, sender: Client, to: Client | str, *texts: str) -> str:
        """The sender's handler posts; how that ended for it."""
        target = to.connection_id if isinstance(to, Client) else to
        sender.send(action="post", to=target, texts=texts)
        return str(sender.receive(PATIENCE))

    def store(self, sender: Client, operation: str, **arguments: Any) -> str:
        """How a call of DynamoDB by the sender's handler ended."""
        sender.send(action="store", operation=operation, arguments=arguments)
        return str(sender.receive(PATIENCE))

    def put(self, sender: Client, key: str = "1", **more: Any) -> str:
        return self.store(sender, "put_item", TableName="TABLE", Item={"id": {"S": key}}, **more)

    def seen(self, event: str, **fields: Any) -> list[dict[str, Any]]:
        """Timeline entries of this test."""
        wanted = fields.items()
        return [each for each in self.timeline if each["event"] == event and wanted <= each.items()]


@pytest.fixture(scope="session")
def faulty_server() -> Iterator[LongwireServer]:
    made = LongwireServer(load(TEMPLATE), Options(port=0))
    yield made
    made.close()


@pytest.fixture
def app(faulty_server: LongwireServer) -> Iterator[FaultyApp]:
    """One test's view of the app, which is emptied after it."""
    made = FaultyApp(faulty_server)
    yield made
    made.close()
