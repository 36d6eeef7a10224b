"""Sessions, subscriptions and dedupe records, against DynamoDB."""

from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from backend_aws import recorded
from longwire_app.errors import Duplicate, StoreUnavailable
from longwire_app.session import CONNECTION_LIFETIME, Peer
from longwire_app.store import Store
from longwire_app.table import Table
from longwire_app.topics import group_topic
from race import race

NOW = 1_700_000_000
ROOM = group_topic("room")


def peers(store: Store, topic: str = ROOM, now: int = NOW) -> list[Peer]:
    return [peer for page in store.subscribers(topic, now) for peer in page]


def test_a_session_is_found_as_it_was_opened(store: Store, session: Any) -> None:
    opened = session("c1=", "alice", "acme")
    store.open_session(opened, [], limit=3, now=NOW)
    found = recorded("c1=")
    assert found is not None
    assert (found.peer, found.user_id, found.tenant) == (opened.peer, "alice", "acme")
    assert found.connected_at == opened.connected_at
    assert found.slot in {0, 1, 2}
    assert not found.greeted


def test_opening_twice_for_one_connection_takes_one_slot(store: Store, session: Any, aws: Any) -> None:
    store.open_session(session(), [ROOM], limit=3, now=NOW)
    before = aws.key_pairs()
    store.open_session(session(), [ROOM], limit=3, now=NOW)
    assert aws.key_pairs() == before


def test_a_session_that_lives_on_another_connection_is_not_opened_again(store: Store, session: Any) -> None:
    store.open_session(session("c1="), [], limit=0, now=NOW)
    intruder = session("c1=")
    intruder = type(intruder)(Peer("c1=", "c2="), "mallory", "", "", 0)
    with pytest.raises(Exception, match="ConditionalCheckFailed"):
        store.open_session(intruder, [], limit=0, now=NOW)
    assert recorded("c1=").user_id == "alice"


def test_a_refused_opening_gives_its_slot_back(store: Store, session: Any, aws: Any) -> None:
    store.open_session(session("c1="), [], limit=0, now=NOW)
    before = aws.key_pairs()
    intruder = type(session())(Peer("c1=", "c2="), "mallory", "", "", 0)
    with pytest.raises(Exception, match="ConditionalCheckFailed"):
        store.open_session(intruder, [], limit=3, now=NOW)
    assert aws.key_pairs() == before


def test_ending_a_session_leaves_nothing(store: Store, session: Any, aws: Any) -> None:
    opened = session()
    store.open_session(opened, [ROOM, group_topic("#%")], limit=3, now=NOW)
    store.join(opened.peer, group_topic("x" * 1024), NOW)
    assert store.end_session(opened.peer, NOW)
    assert aws.items() == []
    assert not store.end_session(opened.peer, NOW)


def test_an_old_connection_cannot_end_a_session_that_moved_on(store: Store, session: Any, aws: Any) -> None:
    store.open_session(session(), [ROOM], limit=3, now=NOW)
    before = aws.key_pairs()
    assert not store.end_session(Peer("c1=", "c0="), NOW)
    assert aws.key_pairs() == before


def test_what_an_interrupted_end_left_is_removed_by_the_next(store: Store, session: Any, aws: Any) -> None:
    opened = session()
    store.open_session(opened, [ROOM], limit=0, now=NOW)
    key = {"pk": {"S": "S#c1="}, "sk": {"S": "META"}}
    boto3.client("dynamodb").delete_item(TableName=aws.table, Key=key)
    assert not store.end_session(opened.peer, NOW)
    # The user's slot would have been freed before the record was removed.
    assert {pk for pk, _ in aws.key_pairs()} == {"U##alice"}


def test_a_session_that_waits_for_its_greeting_is_ended_only_without_regard_to_it(store: Store, session: Any) -> None:
    opened = session()
    store.open_session(opened, [], limit=0, now=NOW)
    assert not store.end_session(opened.peer, NOW, if_greeted=True)
    assert recorded("c1=") is not None
    assert store.mark_greeted(opened.peer)
    assert recorded("c1=").greeted
    assert store.end_session(opened.peer, NOW, if_greeted=True)


def test_a_connection_that_is_no_longer_the_sessions_cannot_mark_it_greeted(store: Store, session: Any) -> None:
    store.open_session(session(), [], limit=0, now=NOW)
    assert not store.mark_greeted(Peer("c1=", "c0="))
    assert not store.mark_greeted(Peer("gone=", "gone="))


def test_joining_and_leaving_decide_who_is_subscribed(store: Store, session: Any) -> None:
    one, two = session("c1=").peer, session("c2=").peer
    store.join(one, ROOM, NOW)
    store.join(two, ROOM, NOW)
    assert sorted(peer.connection_id for peer in peers(store)) == ["c1=", "c2="]
    store.leave(one, ROOM)
    store.leave(two, ROOM)
    assert peers(store) == []


def test_joining_again_is_joining_once(store: Store, session: Any, aws: Any) -> None:
    store.join(session().peer, ROOM, NOW)
    before = aws.key_pairs()
    store.join(session().peer, ROOM, NOW)
    assert aws.key_pairs() == before
    store.leave(session().peer, ROOM)
    store.leave(session().peer, ROOM)
    assert aws.items() == []


def test_the_same_ack_id_of_another_session_is_another(store: Store) -> None:
    store.claim("c1=", 7, NOW)
    store.claim("c2=", 7, NOW)


def test_a_released_ack_id_can_be_claimed_again(store: Store) -> None:
    store.claim("c1=", 5, NOW)
    with pytest.raises(Duplicate):
        store.claim("c1=", 5, NOW)
    store.release("c1=", 5)
    store.claim("c1=", 5, NOW)


def test_one_of_many_simultaneous_claims_wins(store: Store) -> None:
    won = race(20, lambda _: store.claim("c1=", 2**64 - 1, NOW), Duplicate)
    assert won == 1


def test_expired_subscriptions_that_dynamodb_has_not_removed_yet_are_not_seen(store: Store, session: Any) -> None:
    store.join(session().peer, ROOM, NOW)
    assert peers(store, now=NOW + CONNECTION_LIFETIME - 1) != []
    assert peers(store, now=NOW + CONNECTION_LIFETIME) == []


def test_names_with_separators_stay_in_their_own_keys(store: Store, session: Any) -> None:
    store.join(session("c1=").peer, group_topic("a"), NOW)
    store.join(session("c2=").peer, group_topic("a#0"), NOW)
    store.join(session("c3=").peer, group_topic("a%230"), NOW)
    for name, connection in {"a": "c1=", "a#0": "c2=", "a%230": "c3="}.items():
        assert [peer.connection_id for peer in peers(store, group_topic(name))] == [connection]


def test_more_subscribers_than_one_page_holds_are_all_found(store: Store, aws: Any) -> None:
    client = boto3.client("dynamodb")
    padding = {"pad": {"S": "x" * 300_000}}
    for number in range(5):
        item = {"pk": {"S": "T#g:room#0"}, "sk": {"S": f"c{number}="}, "connId": {"S": f"c{number}="}}
        client.put_item(TableName=aws.table, Item=item | {"exp": {"N": str(NOW + 9)}} | padding)
    pages = list(store.subscribers(ROOM, NOW))
    assert len(pages) > 1
    assert sorted(peer.session_id for page in pages for peer in page) == [f"c{number}=" for number in range(5)]


def test_what_a_batch_left_over_is_sent_again_and_then_given_up(session: Any) -> None:
    client = boto3.client("dynamodb", region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")
    left = {"state": [{"DeleteRequest": {"Key": {"pk": {"S": "x"}}}}]}
    pauses: list[float] = []
    with Stubber(client) as stub:
        for _ in range(2):
            stub.add_response("batch_write_item", {"UnprocessedItems": left})
        stub.add_response("batch_write_item", {})
        Store(Table(client, "state", sleep=pauses.append)).join(session().peer, ROOM, NOW)
        assert pauses == [0.05, 0.1]
        for _ in range(5):
            stub.add_response("batch_write_item", {"UnprocessedItems": left})
        with pytest.raises(StoreUnavailable):
            Store(Table(client, "state", sleep=pauses.append)).join(session().peer, ROOM, NOW)


def test_a_cancelled_transaction_that_is_no_duplicate_is_an_error() -> None:
    client = boto3.client("dynamodb", region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")
    with Stubber(client) as stub:
        stub.add_client_error(
            "transact_write_items",
            "TransactionCanceledException",
            modeled_fields={"CancellationReasons": [{"Code": "TransactionConflict"}]},
        )
        with pytest.raises(client.exceptions.TransactionCanceledException):
            Store(Table(client, "state")).claim("c1=", 1, NOW)
