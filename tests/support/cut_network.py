"""A TCP relay between a client and the emulator whose cables can be pulled."""

import contextlib
import socket
import threading
from types import TracebackType
from typing import Self

__all__ = ["Network"]


class Network:
    """Relays 127.0.0.1:``port`` to another port. ``pull`` cuts every connection; ``plugged`` takes new ones."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []
        self.port: int = self._listener.getsockname()[1]
        self.plugged = True
        self.accepted = 0

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._listener.close()
        self.pull()

    def pull(self, *, for_now: bool = True) -> None:
        """Cuts what is connected; unless ``for_now``, nothing more gets through until ``plugged`` is set."""
        self.plugged = for_now
        with self._lock:
            sockets, self._sockets = self._sockets, []
        for each in sockets:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                if not self.plugged:
                    near.close()
                    continue
                self.accepted += 1
                far = socket.create_connection(("127.0.0.1", self._target))
                with self._lock:
                    self._sockets += [near, far]
                for source, sink in ((near, far), (far, near)):
                    threading.Thread(target=_carry, args=(source, sink), daemon=True).start()


def _carry(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65_536):
            sink.sendall(data)
    for each in (source, sink):
        with contextlib.suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
    source.close()
