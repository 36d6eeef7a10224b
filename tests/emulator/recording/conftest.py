"""One chat that is served, and a conversation of two clients with it that was recorded."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed

from chat_to_record import served_chat
from longwire.harness import LongwireServer
from longwire.recording.recorder import Recorder
from longwire.testing import Client, Refused, Target


@pytest.fixture(scope="session")
def chat(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LongwireServer]:
    with served_chat(tmp_path_factory.mktemp("chat")) as server:
        yield server


def converse(url: str) -> None:
    """Two clients that learn their ids and write to each other; a third is refused."""
    with Client(Target(url, query={"token": "good-alice"}, subprotocols=("chat.v1",))) as alice:
        alice.send(action="hello")
        me = alice.receive_json(timeout=20)
        with Client(Target(url, query={"token": "good-bob"})) as bob:
            bob.send(action="tell", to=me["you"], text="hi alice")
            assert alice.receive_json(timeout=20)["text"] == "hi alice"
            bob.send(action="leave")
            with pytest.raises(ConnectionClosed):
                bob.socket.recv(timeout=20)
        alice.send(action="redeem", ticket=me["ticket"])
        assert alice.receive_json(timeout=20)["redeemed"] is True
        with pytest.raises(Refused):
            Client(Target(url, query={"token": "bad"}))


@pytest.fixture(scope="session")
def recorded(chat: LongwireServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of that conversation."""
    folder = tmp_path_factory.mktemp("recordings")
    recorder = chat.run(lambda: Recorder.of(chat.emulator, folder))
    converse(chat.url)
    chat.reset()
    recorder.close()
    (file,) = folder.iterdir()
    return file
