"""Conversations with the deployed stacks, through a tap that records them, and the same with the emulator."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from longwire import __version__
from longwire.recording.differences import Outcome
from longwire.recording.player import Plan, replayed
from longwire.recording.session_file import read_recording
from longwire.recording.sessions import Sessions
from longwire.recording.tap import Tap
from longwire.recording.transformers import Transformers, transformers

__all__ = ["RULES", "Talk", "client_token", "record", "replay", "talk_to_backend", "talk_to_gateway"]

LIMIT = 180.0  # seconds for a whole conversation
PATIENCE = 45.0  # seconds for one answer: a cold start may be in it
# What says where a stack is, and not what it does.
ELSEWHERE = ("domainName", "apiId", "accountId", "sourceIp", "userAgent", "target", "extendedRequestId", "requestTime")
RULES: Transformers = transformers(ignored=ELSEWHERE)
Talk = Callable[[str], Awaitable[None]]


def record(name: str, url: str, talk: Talk, folder: Path) -> Path:
    """NAME.jsonl, which `longwire replay` plays, and beside it NAME.golden.json without ids and times.

    Raises TimeoutError, OSError, or what the client that talks raises.
    """
    asyncio.run(recorded(name, url, talk, folder))
    file = folder / f"{name}.jsonl"
    (folder / f"{name}.golden.json").write_text(golden(file), encoding="utf-8")
    return file


async def recorded(name: str, url: str, talk: Talk, folder: Path) -> None:
    sessions = Sessions(folder, without_host(url), f"longwire {__version__}")
    sessions.begin(name)
    server = await Tap(url, sessions).listen(0)
    try:
        async with asyncio.timeout(LIMIT):
            await talk(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}{urlsplit(url).path}")
    finally:
        server.close()
        await server.wait_closed()
        sessions.end()


def without_host(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, "deployed.invalid", parts.path, "", ""))


def golden(file: Path) -> str:
    """What each client said and got, ids and times as what they are."""
    recording = read_recording(file)
    names = {each: number for number, each in enumerate(recording.connections, 1)}
    rows: list[dict[str, Any]] = []
    for line in recording.lines:
        row: dict[str, Any] = {"connection": names[line.connection_id], "event": line.event}
        if "payload" in line.data:
            row["payload"] = RULES.frame(line.data["payload"], recording.at)
        row |= {key: line.data[key] for key in ("status", "subprotocol", "code", "by") if key in line.data}
        rows.append(row)
    return json.dumps(rows, indent=2, ensure_ascii=False) + "\n"


def replay(file: Path, against: str, token: str | None) -> Outcome:
    """Raises UsageError when nothing answers."""
    secrets: dict[tuple[int | None, str], str] = {} if token is None else {(None, "access_token"): token}
    return replayed(file, Plan(RULES, against, speed=0.0, patience=PATIENCE, secrets=secrets))


# --- what is said


def client_token(http_url: str, secret: str, user: str) -> str:
    """By the official service SDK, which makes it on this machine."""
    from azure.messaging.webpubsubservice import WebPubSubServiceClient

    connection = f"Endpoint={http_url};AccessKey={secret};Version=1.0;"
    roles = ["webpubsub.sendToGroup", "webpubsub.joinLeaveGroup"]
    with WebPubSubServiceClient.from_connection_string(connection, hub="longwire") as client:
        return str(client.get_client_access_token(user_id=user, roles=roles)["token"])


def talk_to_backend(token: str) -> Talk:
    """A handshake without a token, then two sessions of the official client, which publish to each other."""

    async def talk(url: str) -> None:
        await refused(url)
        from azure.messaging.webpubsubclient.aio import WebPubSubClient

        got: list[Any] = []
        address = f"{url}?access_token={token}"
        async with WebPubSubClient(address) as one, WebPubSubClient(address) as other:
            for client in (one, other):
                await client.subscribe("group-message", noting(got))
                await client.join_group("room")
            for number, (client, data, kind) in enumerate(
                ((one, "hello", "text"), (other, {"n": 1}, "json"), (one, [1, "ü", None], "json")), 1
            ):
                await client.send_to_group("room", data, kind)
                await until(lambda number=number: len(got) == 2 * number)  # type: ignore[misc]
            await other.leave_group("room")
            await one.send_to_group("room", "alone", "text")
            await until(lambda: len(got) == 7)

    return talk


def noting(got: list[Any]) -> Callable[[Any], Awaitable[None]]:
    async def note(event: Any) -> None:
        got.append(event.data)

    return note


async def refused(url: str) -> None:
    try:
        async with connect(url, proxy=None, open_timeout=PATIENCE):
            pass
    except InvalidStatus:
        return


async def until(holds: Callable[[], bool]) -> None:
    """Raises TimeoutError."""
    end = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError(f"a message did not come within {PATIENCE:.0f} s")
        await asyncio.sleep(0.05)


# Each is answered: by a MOCK integration, a function, a model, an integration timeout, a function that fails.
SAID = (
    '{"action":"mock"}',
    '{"action":"twoway","n":1}',
    '{"action":"staged"}',
    '{"action":"nowhere"}',
    "no JSON",
    '{"action":"validated","kind":"said","text":"short"}',
    '{"action":"validated","kind":"said","text":"too long"}',
    '{"action":"twoway","answer":{"statusCode":500,"body":"mine"}}',
    '{"action":"twoway","do":"raise"}',
    '{"action":"late","sleep":2}',
)


async def talk_to_gateway(url: str) -> None:
    async with connect(url, proxy=None, open_timeout=PATIENCE) as client:
        for message in SAID:
            await client.send(message)
            async with asyncio.timeout(PATIENCE):
                await client.recv()
