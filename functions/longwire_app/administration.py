"""What the operations of the administration's HTTP API do. Each answers the status that the service SDK looks for.

A connection's id is its session's, as the greeting says it. A session that waits for its next connection exists, can
be sent to, and can be moved between groups; a user's operations are for the sessions that have a connection.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any
from urllib.parse import urlencode

from longwire_app.admin_message import message_of, options_of
from longwire_app.admin_request import AdminRequest
from longwire_app.broadcast import Broadcaster
from longwire_app.delivery import each
from longwire_app.directory import Directory
from longwire_app.errors import BadRequest, Duplicate, HttpRefused
from longwire_app.events import Application
from longwire_app.groups import Groups
from longwire_app.http_request import answered
from longwire_app.log import Answer
from longwire_app.publisher import Publisher
from longwire_app.session import Peer
from longwire_app.store import Store
from longwire_app.topics import EVERYBODY, group_topic, user_topic
from longwire_app.turn import Turn

__all__ = ["Administration"]

MAX_REASON = 512
"""Characters of a reason, which clients are told."""

MAX_PAGE = 200
"""Connections of a page, as the service has it."""

WIDTH = 16
"""Sessions that are worked on at the same time."""


@dataclass(frozen=True, slots=True)
class Administration:
    """For one invocation."""

    directory: Directory
    store: Store
    groups: Groups
    broadcaster: Broadcaster
    application: Application
    turn: Turn

    def perform(self, request: AdminRequest) -> Answer:
        """Raises HttpRefused, Refused, and what the services raise."""
        operation: Callable[[AdminRequest], Answer] = getattr(self, request.operation)
        return operation(request)

    # -- sending: 202 whether anybody is there or not, as with the service

    def send_to_all(self, request: AdminRequest) -> Answer:
        return self._sent(request, Publisher.to_all)

    def send_to_group(self, request: AdminRequest) -> Answer:
        return self._sent(request, partial(Publisher.to_group, group=request.names["group"]))

    def send_to_user(self, request: AdminRequest) -> Answer:
        tenant = request.http.text("tenant") or ""
        return self._sent(request, partial(Publisher.to_user, user_id=request.names["user"], tenant=tenant))

    def send_to_connection(self, request: AdminRequest) -> Answer:
        return self._sent(request, partial(Publisher.to_session, session_id=request.names["connection"]))

    def _sent(self, request: AdminRequest, publish: Callable[..., object]) -> Answer:
        data, data_type = message_of(request.http)
        publisher = Publisher(self.broadcaster, self.application, self.turn, **options_of(request.http))
        try:
            publish(publisher, data=data, data_type=data_type)
        except Duplicate:
            self.turn.counts["AdminRepetitions"] += 1
        return answered(202)

    # -- who is there

    def connection_exists(self, request: AdminRequest) -> Answer:
        return answered(200 if self._peer(request.names["connection"]) else 404)

    def group_exists(self, request: AdminRequest) -> Answer:
        found = self.directory.members(group_topic(request.names["group"]), "", 1, self.turn.now)
        return answered(200 if found else 404)

    def user_exists(self, request: AdminRequest) -> Answer:
        return answered(200 if next(self._of_user(request), None) else 404)

    def list_connections(self, request: AdminRequest) -> Answer:
        """One page; what is left of ``top`` is in the link to the next."""
        http = request.http
        top = http.number("top", 1, 2**31 - 1)
        size = min(http.number("maxpagesize", 1, MAX_PAGE) or MAX_PAGE, top or MAX_PAGE)
        after = http.text("continuationToken") or ""
        found = self.directory.members(group_topic(request.names["group"]), after, size + 1, self.turn.now)
        page: dict[str, Any] = {"value": each(WIDTH, self._member, found[:size])}
        left = None if top is None else top - size
        if len(found) > size and left != 0:
            following = {"continuationToken": found[size - 1], "maxpagesize": size} | ({"top": left} if left else {})
            page["nextLink"] = f"{request.url}?{urlencode(following)}"
        return answered(200, page)

    def _member(self, session_id: str) -> dict[str, str]:
        session = self.directory.session(session_id, self.turn.now)
        return {"connectionId": session_id} | ({"userId": session.user_id} if session else {})

    def _peer(self, session_id: str) -> Peer | None:
        session = self.directory.session(session_id, self.turn.now)
        return None if session is None else session.peer

    def _of_user(self, request: AdminRequest) -> Iterator[Peer]:
        topic = user_topic(request.http.text("tenant") or "", request.names["user"])
        return chain.from_iterable(self.store.audience(topic, self.turn.now))

    # -- groups

    def add_connection_to_group(self, request: AdminRequest) -> Answer:
        peer = self._peer(request.names["connection"])
        if peer is None:
            raise HttpRefused(404, "NotFound", "there is no such connection")
        return self._joined([peer], request.names["group"])

    def add_user_to_group(self, request: AdminRequest) -> Answer:
        return self._joined(self._of_user(request), request.names["group"])

    def _joined(self, peers: Iterable[Peer], group: str) -> Answer:
        rule = self.application.rule(group)
        each(WIDTH, lambda peer: self.groups.join(peer, group, rule, self.turn.now), peers)
        return answered(200)

    def remove_connection_from_group(self, request: AdminRequest) -> Answer:
        return self._left([request.names["connection"]], request.names["group"])

    def remove_user_from_group(self, request: AdminRequest) -> Answer:
        return self._left([peer.session_id for peer in self._of_user(request)], request.names["group"])

    def remove_connection_from_all_groups(self, request: AdminRequest) -> Answer:
        return self._left([request.names["connection"]])

    def remove_user_from_all_groups(self, request: AdminRequest) -> Answer:
        return self._left([peer.session_id for peer in self._of_user(request)])

    def _left(self, session_ids: Iterable[str], group: str | None = None) -> Answer:
        def leave(session_id: str) -> None:
            topics = self.directory.topics(session_id) if group is None else [group_topic(group)]
            for topic in topics:
                self.store.leave(Peer(session_id, session_id), topic)

        each(WIDTH, leave, session_ids)
        return answered(204)

    # -- closing

    def close_connection(self, request: AdminRequest) -> Answer:
        return self._closed([request.names["connection"]], request)

    def close_user_connections(self, request: AdminRequest) -> Answer:
        return self._closed([peer.session_id for peer in self._of_user(request)], request)

    def close_group_connections(self, request: AdminRequest) -> Answer:
        pages = self.store.audience(group_topic(request.names["group"]), self.turn.now)
        return self._closed([peer.session_id for page in pages for peer in page], request)

    def close_all_connections(self, request: AdminRequest) -> Answer:
        pages = self.store.audience(EVERYBODY, self.turn.now)
        return self._closed([peer.session_id for page in pages for peer in page], request)

    def _closed(self, session_ids: Iterable[str], request: AdminRequest) -> Answer:
        reason = request.http.text("reason") or "closed by the server"
        if len(reason) > MAX_REASON:
            raise BadRequest(f"reason: has more than {MAX_REASON} characters")
        excluded = frozenset(request.http.query.get("excluded", []))
        ids = [each for each in session_ids if each not in excluded]
        closed = each(WIDTH, lambda session_id: self.broadcaster.dismiss(session_id, reason, self.turn), ids)
        self.turn.counts.update(["AdminCloses"] * sum(closed))
        return answered(204)
