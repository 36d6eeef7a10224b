"""From an incoming frame to its effect and its ack."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from longwire_app.broadcast import Broadcaster
from longwire_app.doorbell import Doorbell
from longwire_app.errors import BadRequest, Forbidden, Refused
from longwire_app.events import Application, EventCall
from longwire_app.groups import Groups, Past
from longwire_app.items import Sender
from longwire_app.log import logger
from longwire_app.own_frames import OwnFrame, own_frame
from longwire_app.protocol import (
    Ack,
    Disconnected,
    Event,
    Incoming,
    JoinGroup,
    LeaveGroup,
    Malformed,
    SendToGroup,
    SequenceAck,
    ServerMessage,
    parse,
)
from longwire_app.publisher import Publisher
from longwire_app.rate_limit import RateLimit
from longwire_app.reauth import EXPIRED, REFRESH, Authority, TokenExpired
from longwire_app.session import Caller, Identity
from longwire_app.session_store import SessionStore
from longwire_app.turn import Turn

__all__ = ["Dispatcher", "Gate", "Streams"]


@dataclass(frozen=True, slots=True)
class Streams:
    """What frames do to streams: ack them, wake them, and have them follow groups."""

    sessions: SessionStore
    doorbell: Doorbell
    groups: Groups


@dataclass(frozen=True, slots=True)
class Gate:
    """Who may pass: how many frames, None for any, and with which token."""

    authority: Authority
    limit: RateLimit | None = None


class Dispatcher:
    """Takes what clients send."""

    def __init__(self, gate: Gate, streams: Streams, broadcaster: Broadcaster, application: Application) -> None:
        self._gate = gate
        self._streams = streams
        self._broadcaster = broadcaster
        self._application = application

    def receive(self, caller: Caller, body: str, turn: Turn) -> None:
        """Does what the frame asks for and acknowledges it, if it carries an ackId. Raises nothing of the client's.

        What is no frame is acknowledged as BadRequest if it has an ackId, and otherwise only counted and logged.
        """
        turn.counts["MessagesIn"] += 1
        frame = self._parsed(body)
        ack_id = None if isinstance(frame, SequenceAck) else frame.ack_id
        expired = False
        try:
            self._perform(self._admitted(caller, frame, turn), frame, turn)
            answer = None if ack_id is None else Ack.done(ack_id)
        except Refused as refusal:
            expired = isinstance(refusal, TokenExpired)
            turn.counts[f"Refused{refusal.name}"] += 1
            answer = None if ack_id is None else Ack.refused(ack_id, refusal)
        except Exception:  # noqa: BLE001 (logged in full; the client gets an ack, never a missing answer)
            who: dict[str, Any] = {"session": caller.peer.session_id, "ack": ack_id}
            logger.exception("a frame could not be served", frame=type(frame).__name__, **who)
            turn.counts["FrameErrors"] += 1
            answer = None if ack_id is None else Ack.failed(ack_id)
        if answer is not None:
            self._broadcaster.send(caller.peer, answer, turn)
        if expired:
            self._dismiss(caller, turn)

    def _parsed(self, body: str) -> Incoming | OwnFrame | Malformed:
        frame = parse(body)
        return own_frame(body, frame, self._application.routes) if isinstance(frame, Malformed) else frame

    def _admitted(self, caller: Caller, frame: Incoming | OwnFrame | Malformed, turn: Turn) -> Caller:
        """The caller with the token that holds. Raises TokenExpired, and TooManyRequests for a flood.

        Acks of a stream have a bucket of their own: one that is dropped would leave a full window waiting.
        """
        if self._gate.limit is not None:
            kind = "ack:" if isinstance(frame, SequenceAck) else ""
            self._gate.limit.spend(f"{kind}{caller.peer.session_id}")
        return self._gate.authority.current(caller, turn.now)

    def _dismiss(self, caller: Caller, turn: Turn) -> None:
        """The next handshake asks for a valid token."""
        turn.counts["Expired"] += 1
        self._broadcaster.send(caller.peer, Disconnected(message=EXPIRED), turn)
        self._broadcaster.close(caller.peer)

    def _perform(self, caller: Caller, frame: Incoming | OwnFrame | Malformed, turn: Turn) -> None:
        match frame:
            case Malformed():
                logger.info("not a frame", session=caller.peer.session_id, reason=frame.reason, ack=frame.ack_id)
                raise BadRequest(frame.reason)
            case JoinGroup() | LeaveGroup():
                self._move(caller, frame, turn)
            case SendToGroup():
                self._send(caller, frame, turn)
            case Event() if frame.event == REFRESH:
                self._gate.authority.refresh(caller, frame)
            case Event() | OwnFrame():
                self._call(caller, frame, turn)
            case SequenceAck():
                self._acknowledge(caller, frame)

    def _acknowledge(self, caller: Caller, frame: SequenceAck) -> None:
        """Without an answer, as the protocol has it. A full window has room again, so its pump is woken."""
        if caller.peer.reliable and self._streams.sessions.acknowledge(caller.peer, frame.sequence_id):
            self._streams.doorbell.ring(caller.peer, f"ack{frame.sequence_id}")

    def _move(self, caller: Caller, frame: JoinGroup | LeaveGroup, turn: Turn) -> None:
        rule = self._application.rule(frame.group)
        if not any(rule.may_join(identity, frame.group) for identity in self._proven(caller)):
            raise Forbidden("the role to join and leave this group is missing")
        if isinstance(frame, LeaveGroup):
            self._streams.groups.leave(caller.peer, frame.group)
            return
        past = Past(frame.rewind, frame.since)
        self._streams.groups.join(caller.peer, frame.group, rule, turn.now, past=past)

    def _send(self, caller: Caller, frame: SendToGroup, turn: Turn) -> None:
        rule = self._application.rule(frame.group)
        if not any(rule.may_send(identity, frame.group) for identity in self._proven(caller)):
            raise Forbidden("the role to send to this group is missing")
        publisher = Publisher(
            self._broadcaster,
            self._application,
            turn,
            but=frozenset([caller.peer.session_id] if frame.no_echo else []),
            sender=_sender(caller, frame),
        )
        publisher.to_group(frame.group, frame.data, frame.data_type, from_user_id=caller.identity.user_id)

    def _proven(self, caller: Caller) -> Iterator[Identity]:
        """What the caller's token gives, then what a later one of this connection does."""
        yield caller.identity
        yield self._gate.authority.refreshed(caller)

    def _call(self, caller: Caller, frame: Event | OwnFrame, turn: Turn) -> None:
        own = isinstance(frame, OwnFrame)
        call = EventCall(
            event=frame.type if isinstance(frame, OwnFrame) else frame.event,
            data=frame.fields if isinstance(frame, OwnFrame) else frame.data,
            data_type="json" if isinstance(frame, OwnFrame) else frame.data_type,
            user_id=caller.identity.user_id,
            tenant=caller.identity.tenant,
            session_id=caller.peer.session_id,
            outlet=Publisher(self._broadcaster, self._application, turn),
        )
        with self._broadcaster.once(_sender(caller, frame), turn):
            reply = self._application.answer(call, own=own)
            if reply is not None:
                message = ServerMessage(data_type=reply.data_type, data=reply.data)
                self._broadcaster.send(caller.peer, message, turn)


def _sender(caller: Caller, frame: SendToGroup | Event | OwnFrame) -> Sender | None:
    return None if frame.ack_id is None else (caller.peer.session_id, frame.ack_id)
