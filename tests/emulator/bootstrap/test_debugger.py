"""The wait itself; a whole conversation with a debugger is in test_debugging."""

import socket
import threading
from typing import Any

import pytest

from longwire.bootstrap import debugger


class Adapter:
    """Listens as debugpy does: RuntimeError while another process has the port."""

    def __init__(self) -> None:
        self.tried = 0

    def listen(self, address: tuple[str, int]) -> None:
        self.tried += 1
        with socket.socket() as made:
            try:
                made.bind(address)
            except OSError as exc:
                raise RuntimeError("Can't listen for client connections") from exc


@pytest.fixture
def held() -> Any:
    holder = socket.socket()
    holder.bind(("127.0.0.1", 0))
    yield holder
    holder.close()


def test_a_port_that_the_last_environment_still_holds_is_waited_for(held: socket.socket) -> None:
    adapter = Adapter()
    threading.Timer(0.2, held.close).start()
    debugger.listen(adapter, held.getsockname()[1], float("inf"))
    assert adapter.tried > 1


def test_a_port_that_stays_taken_is_an_error(held: socket.socket) -> None:
    with pytest.raises(RuntimeError, match="Can't listen"):
        debugger.listen(Adapter(), held.getsockname()[1], 0)
