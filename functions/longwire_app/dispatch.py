"""From an incoming frame to its effect and its ack."""

from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import JsonValue

from longwire_app.broadcast import Broadcaster
from longwire_app.errors import BadRequest, Forbidden, Refused
from longwire_app.events import Application, EventCall
from longwire_app.log import logger
from longwire_app.protocol import (
    Ack,
    DataType,
    Event,
    GroupMessage,
    Incoming,
    JoinGroup,
    LeaveGroup,
    Malformed,
    SendToGroup,
    SequenceAck,
    ServerMessage,
    parse,
)
from longwire_app.session import Caller
from longwire_app.store import Store
from longwire_app.topics import group_topic
from longwire_app.turn import Turn

__all__ = ["Dispatcher"]


class Dispatcher:
    """Takes what clients send."""

    def __init__(self, store: Store, broadcaster: Broadcaster, application: Application) -> None:
        self._store = store
        self._broadcaster = broadcaster
        self._application = application

    def receive(self, caller: Caller, body: str, turn: Turn) -> None:
        """Does what the frame asks for and acknowledges it, if it carries an ackId. Raises nothing of the client's.

        What is no frame is acknowledged as BadRequest if it has an ackId, and otherwise only counted and logged.
        """
        turn.counts["MessagesIn"] += 1
        frame = parse(body)
        ack_id = None if isinstance(frame, SequenceAck) else frame.ack_id
        try:
            self._perform(caller, frame, turn)
            answer = None if ack_id is None else Ack.done(ack_id)
        except Refused as refusal:
            turn.counts[f"Refused{refusal.name}"] += 1
            answer = None if ack_id is None else Ack.refused(ack_id, refusal)
        except Exception:  # noqa: BLE001 (logged in full; the client gets an ack, never a missing answer)
            logger.exception("a frame could not be served", frame=type(frame).__name__)
            turn.counts["FrameErrors"] += 1
            answer = None if ack_id is None else Ack.failed(ack_id)
        if answer is not None:
            self._broadcaster.send(caller.peer, answer, turn)

    def _perform(self, caller: Caller, frame: Incoming | Malformed, turn: Turn) -> None:
        match frame:
            case Malformed():
                logger.info("not a frame", reason=frame.reason)
                raise BadRequest(frame.reason)
            case JoinGroup() | LeaveGroup():
                self._move(caller, frame, turn)
            case SendToGroup():
                self._send(caller, frame, turn)
            case Event():
                self._call(caller, frame, turn)
            case SequenceAck():
                # Belongs to the reliable protocol: nothing here waits for it.
                pass

    def _move(self, caller: Caller, frame: JoinGroup | LeaveGroup, turn: Turn) -> None:
        if not caller.identity.may_join(frame.group):
            raise Forbidden("the role to join and leave this group is missing")
        move = self._store.join if isinstance(frame, JoinGroup) else self._store.leave
        move(caller.peer, group_topic(frame.group), frame.ack_id, turn.now)

    def _send(self, caller: Caller, frame: SendToGroup, turn: Turn) -> None:
        if not caller.identity.may_send(frame.group):
            raise Forbidden("the role to send to this group is missing")
        message = GroupMessage(
            group=frame.group,
            data_type=frame.data_type,
            data=frame.data,
            from_user_id=caller.identity.user_id,
        )
        with self._once(caller, frame.ack_id, turn):
            self._broadcaster.publish(message, turn, but=caller.peer.session_id if frame.no_echo else None)

    def _call(self, caller: Caller, frame: Event, turn: Turn) -> None:
        def publish(group: str, data: JsonValue, data_type: DataType = "json") -> None:
            message = GroupMessage(group=group, data_type=data_type, data=data)
            self._broadcaster.publish(message, turn)

        call = EventCall(
            event=frame.event,
            data=frame.data,
            data_type=frame.data_type,
            user_id=caller.identity.user_id,
            tenant=caller.identity.tenant,
            session_id=caller.peer.session_id,
            publish=publish,
        )
        with self._once(caller, frame.ack_id, turn):
            reply = self._application.answer(call)
            if reply is not None:
                message = ServerMessage(data_type=reply.data_type, data=reply.data)
                self._broadcaster.send(caller.peer, message, turn)

    @contextmanager
    def _once(self, caller: Caller, ack_id: int | None, turn: Turn) -> Iterator[None]:
        """Takes the ackId before the effect and gives it back if the effect fails, for the client to try again."""
        if ack_id is None:
            yield
            return
        self._store.claim(caller.peer.session_id, ack_id, turn.now)
        try:
            yield
        except Exception:
            self._store.release(caller.peer.session_id, ack_id)
            raise
