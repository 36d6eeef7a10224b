"""The client: connects, recovers, and shows each message once and in order. README.md of the folder above says how."""

import asyncio
import json
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Any, NoReturn, Self

from longwire_client.dialer import Address, Dialer
from longwire_client.errors import Closed, HandshakeRefused, NotConnected, Refused, Stopped, Unauthorized
from longwire_client.link import Heartbeat, Manners, Socket, Timers, decoded
from longwire_client.messages import Item, Reset, State, shown
from longwire_client.sender import Sender
from longwire_client.session import Gap, Session

__all__ = ["Client"]

# After these the same handshake would end the same way. 3000 and 3003 are IANA's "Unauthorized" and "Forbidden"; 4401
# and 4403 are what many servers send instead. 1009: the same message would be too big again.
FINAL_CODES = {1008: "policy", 1009: "too-big", 3000: "unauthorized", 3003: "forbidden", 4401: "unauthorized"}
FINAL_CODES |= {4403: "forbidden"}
FINAL_STATUSES = {400: "refused", 401: "unauthorized", 403: "forbidden", 404: "refused", 410: "refused"}
GONE = {404, 410}  # of a handshake that wants to recover a session: it is no more
UNSENT_LIMIT = 65_536  # bytes; more, and volatile messages are dropped


class Client:
    """``async with Client(address) as client``; then ``async for item in client``.

    ``address`` is asked before each try, so that each has a fresh token; it raises Unauthorized to end. So is
    ``http_address``, for long polls where WebSockets do not get through.
    """

    def __init__(
        self,
        address: Address,
        manners: Manners | None = None,
        on_state: Callable[[State], None] | None = None,
        http_address: Address | None = None,
    ) -> None:
        self.state = State.stopped("not-started")
        self._manners = manners or Manners()
        self._on_state = on_state
        self._dialer = Dialer(address, http_address, self._manners, lambda: self._session)
        self._timers = Timers()
        self._heart = Heartbeat(
            self._manners,
            self._timers,
            lambda: self._write('{"type":"ping"}'),
            lambda: self._break("the server is silent"),
        )
        self._sender = Sender(self._manners, self._timers, self._write)
        self._items: deque[tuple[Item, Session | None]] = deque()
        self._arrived = asyncio.Event()
        self._session: Session | None = None
        self._taken = 0  # the last sequence id of this session that the application took
        self._groups: dict[str, None] = {}
        self._socket: Socket | None = None
        self._cause: str | None = None
        self._tries = self._waits = 0
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._run())
        self._set(State("connecting"))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Ends the connection; what waits for an answer gets Stopped."""
        if self._task and not self._task.done():
            self._task.cancel()
            await asyncio.wait([self._task])
        if self._socket:
            await self._socket.close()
        self._socket = None
        if self.state.name != "stopped":
            self._stop("application", "closed by the application")

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Item:
        """Taking an item acknowledges it. Raises Stopped when the client ended by itself."""
        while not self._items:
            if self.state.name == "stopped":
                if self.state.reason == "application":
                    raise StopAsyncIteration
                raise Stopped(str(self.state.reason), self.state.detail)
            self._arrived.clear()
            await self._arrived.wait()
        item, session = self._items.popleft()
        if session and session is self._session:
            self._taken += 1
            self._acknowledge_soon()
        return item

    async def join(self, group: str) -> None:
        """Also after each new session, until ``leave``."""
        self._groups[group] = None
        try:
            await self._ask({"type": "joinGroup", "group": group})
        except Refused:
            self._groups.pop(group, None)
            raise

    async def leave(self, group: str) -> None:
        self._groups.pop(group, None)
        await self._ask({"type": "leaveGroup", "group": group})

    async def publish(self, group: str, data: Any, *, data_type: str = "json", no_echo: bool = False) -> None:
        """Returns when the server has it. Raises Refused, Unacknowledged, QueueFull, TooBig, Stopped."""
        frame = {"type": "sendToGroup", "group": group, "dataType": data_type, "data": data, "noEcho": no_echo}
        await self._ask(frame)

    async def event(self, event: str, data: Any, *, data_type: str = "json") -> None:
        await self._ask({"type": "event", "event": event, "dataType": data_type, "data": data})

    def publish_volatile(self, group: str, data: Any, *, data_type: str = "json", no_echo: bool = True) -> bool:
        """Sends now, unacknowledged and unqueued, or not at all: says which."""
        if self._socket and self._socket.unsent > UNSENT_LIMIT:
            return False
        frame = {"type": "sendToGroup", "group": group, "dataType": data_type, "data": data, "noEcho": no_echo}
        text = json.dumps(frame)
        return len(text.encode()) <= self._manners.max_message_bytes and self._write(text)

    # -- connecting

    async def _run(self) -> None:
        final, error = await self._try()
        while not final and self._tries < self._manners.backoff.tries:
            await self._wait(error)
            final, error = await self._try()
        why = self._cause or str(error) or type(error).__name__
        if not final:
            why = f"no connection after {self._tries} tries: {why}"
        self._stop(final or "unreachable", why)

    async def _try(self) -> tuple[str | None, Exception]:
        """How a connection ended: the reason if it is for good."""
        self._tries += 1
        try:
            return await self._live_once()
        except (Unauthorized, Stopped) as error:
            return getattr(error, "reason", "unauthorized"), error
        except HandshakeRefused as error:
            return await self._refused(error)
        except Closed as error:
            return FINAL_CODES.get(error.code), error
        except Exception as error:  # noqa: BLE001 (the provider of the address is the application's)
            return None, error

    async def _refused(self, error: HandshakeRefused) -> tuple[str | None, Exception]:
        if self._dialer.doubts(error.status):
            return None, error
        if self._session and self._recovers and error.status in GONE:
            self._session.token = None
            self._tries -= 1
            return await self._try()
        return FINAL_STATUSES.get(error.status), error

    async def _wait(self, error: Exception) -> None:
        seconds = self._manners.backoff.delay(self._waits, self._manners.random())
        self._waits += 1
        self._set(State("waiting", self._tries, retry_in=seconds, detail=self._cause or str(error)))
        await asyncio.sleep(seconds)

    @property
    def _recovers(self) -> bool:
        return bool(self._session and self._session.token)

    async def _live_once(self) -> NoReturn:
        """From the handshake to the exception that ends it."""
        recovering, self._cause = self._recovers, None
        self._set(State("recovering" if recovering else "connecting", self._tries))
        try:
            async with asyncio.timeout(self._manners.connect_timeout):
                self._socket = await self._dialer.dial()
                while not recovering and self.state.name != "connected":
                    self._received(await self._socket.receive())
            if recovering:
                self._connected()
            while True:
                self._received(await self._socket.receive())
        except TimeoutError as error:
            raise NotConnected("no connection in time") from error
        finally:
            self._drop()

    def _drop(self) -> None:
        self._timers.clear_all()
        self._sender.outbox.lost_connection()
        # A cancelled task leaves the socket to close(), which says good-bye.
        if self._socket and not (self._task and self._task.cancelling()):
            self._socket.abort()
            self._socket = None

    def _connected(self) -> None:
        self._timers.later("stable", self._manners.stable_after, self._is_stable)
        self._heart.heard()
        self._dialer.succeeded()
        self._set(State("connected"))
        self._acknowledge_soon()
        self._sender.flush()

    def _is_stable(self) -> None:
        self._tries = self._waits = 0

    def _break(self, cause: str) -> None:
        self._cause = cause
        if self._socket:
            self._socket.abort()

    def _stop(self, reason: str, detail: str) -> None:
        self._sender.outbox.fail_all(Stopped(reason, detail))
        self._set(State.stopped(reason, detail))
        self._arrived.set()

    # -- what comes in

    def _received(self, text: str) -> None:
        frame = decoded(text)
        if self.state.name == "connected":
            self._heart.heard()
        if frame.get("type") == "system" and frame.get("event") == "connected":
            self._greeted(str(frame.get("connectionId")), frame.get("reconnectionToken"))
        elif frame.get("type") == "ack":
            self._sender.settle(frame)
        elif frame.get("type") == "message":
            self._message(frame)

    def _greeted(self, connection_id: str, token: str | None) -> None:
        before = self._session
        if before and before.id == connection_id:
            before.token = token
        else:
            self._session, self._taken = Session(connection_id, token), 0
            if before:
                self._sender.outbox.lost_session()
                self._sender.join_first(list(self._groups))
                self._show(Reset(connection_id), None)
        if self.state.name != "connected":
            self._connected()

    def _message(self, frame: dict[str, Any]) -> None:
        sequence_id = frame.get("sequenceId")
        numbered = self._session if self._recovers and isinstance(sequence_id, int) else None
        if numbered and isinstance(sequence_id, int):
            try:
                is_new = numbered.is_new(sequence_id, frame.get("follows"))
            except Gap as gap:
                raise Closed(1006, str(gap)) from gap
            if not is_new:
                self._acknowledge_soon()
                return
        self._show(shown(frame), numbered)

    def _show(self, item: Item, session: Session | None) -> None:
        if len(self._items) >= self._manners.buffer_limit:
            raise Stopped("slow-consumer", f"{len(self._items)} messages wait to be taken")
        self._items.append((item, session))
        self._arrived.set()

    def _acknowledge_soon(self) -> None:
        """Of what the application took; a client that takes nothing is not sent more than the server's window."""
        if not self._recovers or not self._session or not self._taken:
            return
        if self._taken - self._session.acked >= self._manners.sequence_ack_window:
            self._acknowledge()
        elif "sequenceAck" not in self._timers:
            self._timers.later("sequenceAck", self._manners.sequence_ack_interval, self._acknowledge)

    def _acknowledge(self) -> None:
        self._timers.clear("sequenceAck")
        if self._session and self._write(json.dumps({"type": "sequenceAck", "sequenceId": self._taken})):
            self._session.acked = self._taken

    # -- what goes out

    async def _ask(self, frame: dict[str, Any]) -> None:
        if self.state.name == "stopped":
            raise Stopped(str(self.state.reason), self.state.detail or "the client is not started")
        await self._sender.ask(frame)

    def _write(self, text: str) -> bool:
        if self.state.name != "connected" or not self._socket:
            return False
        self._socket.send(text)
        return True

    def _set(self, state: State) -> None:
        self.state = state
        if self._on_state:
            # By the loop: what the listener raises is the loop's to report, and ends nothing here.
            asyncio.get_running_loop().call_soon(self._on_state, state)
