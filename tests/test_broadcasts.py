"""A message for a thousand, nine in ten of whom are gone, through the emulator: API Gateway, Lambda, SQS, DynamoDB.

``pytest --log-cli-level=INFO`` shows how long it took.
"""

import base64
import logging
import random
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from longwire.harness import Longwire
from longwire_app import items
from longwire_app.session import JOIN, SEND, Identity, Peer, Session
from longwire_app.table import Table
from longwire_app.tokens import Rules, issue
from longwire_app.topics import group_topic

JSON = "json.webpubsub.azure.v1"
GROUP = "volatile.crowd"
LIVE, GONE = 100, 900
FIGURES = logging.getLogger(__name__)


@pytest.fixture(scope="session")
def longwire_parameters() -> Mapping[str, str]:
    """Two workers of each kind: a hundred cold starts at once would be what is measured."""
    return {"WorkerConcurrency": "2", "ConnectionsPerUser": "0"}


@pytest.fixture
def token(longwire: Longwire) -> Callable[[int], str]:
    """Of one of many users."""
    secret = longwire.client("secretsmanager").get_secret_value(SecretId=longwire.physical_id("TokenSecret"))
    key, kid = secret["SecretString"].encode(), secret["VersionId"]

    def make(number: int) -> str:
        identity = Identity(f"ada{number}", "", frozenset((JOIN, SEND)), (GROUP,))
        return issue(identity, key, now=int(time.time()), lifetime=3600, rules=Rules(None, None), kid=kid)

    return make


def eventually(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 150
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def departed(table: Table, count: int) -> None:
    """Sessions whose connections ended without a ``$disconnect``."""
    chance, exp, records = random.Random(7), int(time.time()) + 3600, []
    for _ in range(count):
        connection_id = base64.b64encode(chance.randbytes(11)).decode()
        peer = Peer(connection_id, connection_id)
        session = items.session_item(Session(peer, "bob", "", JSON, 1), None, exp)
        records += [session | {"greeted": {"S": connection_id}}, items.index_item(peer, "a:", exp)]
        records += items.subscription_items(peer, group_topic(GROUP), exp)
    table.put_all(records)


def members(table: Table) -> int:
    return sum(len(page) for page in table.query(items.topic_pk(group_topic(GROUP), 0)))


@pytest.mark.timeout(400)
def test_of_a_thousand_the_live_get_it_and_the_gone_are_pruned(longwire: Longwire, token: Callable[[int], str]) -> None:
    table = Table(longwire.client("dynamodb"), longwire.physical_id("StateTable"))
    with ThreadPoolExecutor(2) as pool:
        connect = partial(longwire.connect, subprotocols=[JSON])
        clients = list(pool.map(lambda number: connect(token=token(number)), range(LIVE)))
    for client in clients:
        assert client.receive_json(timeout=60)["event"] == "connected"
    departed(table, GONE)
    began = time.monotonic()
    clients[0].send(type="sendToGroup", group=GROUP, data="hi", ackId=1)
    assert {clients[0].receive_json(timeout=60)["type"] for _ in range(2)} == {"ack", "message"}
    for client in clients[1:]:
        assert client.receive_json(timeout=60)["data"] == "hi"
    FIGURES.info("all live ones had it after %.2f s", time.monotonic() - began)
    eventually(lambda: members(table) == LIVE, "the gone are still in the index")
    FIGURES.info("all gone ones were pruned after %.2f s", time.monotonic() - began)
