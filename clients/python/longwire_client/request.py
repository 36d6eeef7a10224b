"""One HTTP request, by the standard library's client, which knows proxies; asyncio waits for a thread of it."""

import asyncio
import contextlib
import threading
import urllib.error
import urllib.request
from urllib.parse import urlsplit

from longwire_client.errors import NotConnected

__all__ = ["request"]

LARGEST = 8 << 20  # bytes of an answer; a poll brings 200 messages at most

Answer = tuple[int, bytes]


async def request(method: str, url: str, token: str, body: bytes | None, seconds: float) -> Answer:
    """Status and body. Raises NotConnected when no answer came in time."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Answer] = loop.create_future()

    def settle(answer: Answer | None, error: Exception | None) -> None:
        if done.done():
            return
        if answer is None:
            # Not the address: it may have a secret in it.
            done.set_exception(NotConnected(f"no answer from {urlsplit(url).hostname}: {error}"))
        else:
            done.set_result(answer)

    def work() -> None:
        answer, failure = None, None
        try:
            answer = _ask(method, url, token, body, seconds)
        except (OSError, ValueError) as error:
            failure = error
        with contextlib.suppress(RuntimeError):  # the loop has ended: nobody waits
            loop.call_soon_threadsafe(settle, answer, failure)

    # A daemon, and not one of the loop's threads: those are waited for at the end, as long as a poll takes.
    threading.Thread(target=work, name="longwire-request", daemon=True).start()
    return await done


def _ask(method: str, url: str, token: str, body: bytes | None, seconds: float) -> Answer:
    if urlsplit(url).scheme not in {"http", "https"}:
        raise ValueError("an address for long polls begins with https:// or http://")
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "text/plain; charset=utf-8"}
    asked = urllib.request.Request(url, body, headers, method=method)  # noqa: S310 (the scheme was looked at)
    try:
        with urllib.request.urlopen(asked, timeout=seconds) as answer:  # noqa: S310 (the same)
            return answer.status, answer.read(LARGEST)
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, b""
