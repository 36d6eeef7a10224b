"""Jobs of a broadcast, on their way through a queue."""

import json

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from longwire_app.errors import JobsNotQueued
from longwire_app.session import Peer
from longwire_app.spread import BATCH_BYTES, RECIPIENTS, Cast, Job, JobQueue, job_of

ROOM = "g:room"
texts = st.text(st.characters(codec="utf-8"))
peers = st.lists(st.builds(Peer, texts, texts, st.booleans()), max_size=3).map(tuple)


@given(
    st.builds(Cast, texts, texts.map(str.encode), st.booleans(), st.lists(texts).map(tuple), st.booleans()),
    peers,
    texts,
)
def test_a_job_survives_the_queue(cast: Cast, peers: tuple[Peer, ...], after: str) -> None:
    job = Job(cast, peers, after, 2, gone=True)
    found = job_of({"body": job.encoded()})
    assert found == job
    assert [peer.reliable for peer in found.peers] == [peer.reliable for peer in job.peers]


@pytest.mark.parametrize("body", ["", "{}", "[]\n", '{"cast":[1],"peers":[],"place":[]}\n', "null\nxx", "1" * 9])
def test_what_is_no_job_is_none(body: str) -> None:
    assert job_of({"body": body}) is None


def test_the_biggest_job_fits_into_a_batch() -> None:
    """A frame of API Gateway's limit, ids longer than API Gateway's, as many sessions left out as a URL can name."""
    peers = tuple(Peer(f"{number:032}", f"{number:032}") for number in range(RECIPIENTS))
    cast = Cast("g:" + "x" * 1024, b"\\" * 131_072, kept=True, but=tuple(f"{number:016}" for number in range(200)))
    assert len(Job(cast, peers).encoded()) < BATCH_BYTES
    assert json.loads(Job(cast, peers).encoded().partition("\n")[0])


@pytest.mark.usefixtures("aws")
def test_a_queue_that_does_not_take_all_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    sqs = boto3.client("sqs")
    failed = {"Id": "0", "SenderFault": False, "Code": "InternalError"}
    monkeypatch.setattr(sqs, "send_message_batch", lambda **_: {"Failed": [failed]}, raising=False)
    with pytest.raises(JobsNotQueued):
        JobQueue(sqs, "q").put([Job(Cast(ROOM, b"{}", kept=False))])
