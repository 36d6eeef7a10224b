"""Calls Lambda's Invoke API over HTTP/1.1, on connections that are kept."""

import asyncio
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

__all__ = ["InvokeClient", "Outcome"]

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]
MAX_IDLE = 16  # connections kept


@dataclass(frozen=True, slots=True)
class Outcome:
    """``error`` is the X-Amz-Function-Error header: empty when the function returned."""

    status: int
    payload: bytes
    error: str = ""


class InvokeClient:
    """``url`` is the API's base, ``http://127.0.0.1:8765``. Everything runs on the current event loop."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.host = parts.hostname or "127.0.0.1"
        self.port = parts.port or 80
        self.path = parts.path.rstrip("/")
        self.idle: list[Connection] = []

    async def invoke(self, function: str, payload: bytes, kind: str = "RequestResponse") -> Outcome:
        """Invoke and wait for the result; raises OSError or EOFError when there is nobody to answer.

        ``kind`` Event is answered with 202 as soon as Lambda has taken the event.
        """
        connection = await self.connect()
        try:
            connection[1].write(self.request(function, payload, kind))
            outcome, keep = await answer(connection[0])
        except BaseException:
            connection[1].close()
            raise
        if keep and len(self.idle) < MAX_IDLE:
            self.idle.append(connection)
        else:
            connection[1].close()
        return outcome

    async def connect(self) -> Connection:
        while self.idle:
            reader, writer = self.idle.pop()
            if not reader.at_eof() and not writer.is_closing():
                return reader, writer
            writer.close()
        return await asyncio.open_connection(self.host, self.port)

    def request(self, function: str, payload: bytes, kind: str) -> bytes:
        target = f"{self.path}/2015-03-31/functions/{quote(function, safe='')}/invocations"
        lines = (
            f"POST {target} HTTP/1.1",
            f"Host: {self.host}:{self.port}",
            "Content-Type: application/json",
            f"X-Amz-Invocation-Type: {kind}",
            f"Content-Length: {len(payload)}",
        )
        return "\r\n".join((*lines, "", "")).encode() + payload

    def close(self) -> None:
        for _, writer in self.idle:
            writer.close()
        self.idle.clear()


async def answer(reader: asyncio.StreamReader) -> tuple[Outcome, bool]:
    """One response that says its length, and whether its connection can be used again."""
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in lines if line)
    headers = {name.lower(): value.strip() for name, _, value in pairs}
    payload = await reader.readexactly(int(headers.get("content-length", "0")))
    outcome = Outcome(int(first.split(" ")[1]), payload, headers.get("x-amz-function-error", ""))
    return outcome, headers.get("connection", "").lower() != "close"
