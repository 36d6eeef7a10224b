"""TLS before a port of this machine, as API Gateway has it before every stage."""

import contextlib
import socket
import ssl
import threading
from types import TracebackType
from typing import Self

__all__ = ["TlsFront"]


class TlsFront:
    """Takes TLS on 127.0.0.1:``port`` and passes what is in it to ``target``."""

    def __init__(self, target: int, context: ssl.SSLContext) -> None:
        self._target = target
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=self._serve, args=(self._listener.accept()[0],), daemon=True).start()

    def _serve(self, plain: socket.socket) -> None:
        with (
            contextlib.suppress(OSError),
            plain,
            self._context.wrap_socket(plain, server_side=True) as outer,
            socket.create_connection(("127.0.0.1", self._target)) as inner,
        ):
            back = threading.Thread(target=passed, args=(inner, outer), daemon=True)
            back.start()
            passed(outer, inner)
            back.join()


def passed(source: socket.socket, target: socket.socket) -> None:
    """All that comes, until one of them ends."""
    with contextlib.suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)
