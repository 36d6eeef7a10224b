"""Batches of jobs: each done, dropped or named to SQS by itself."""

from typing import Any

import pytest

from longwire_app.broadcast_worker import handler
from longwire_app.session import Peer
from longwire_app.spread import Cast, Job

pytestmark = pytest.mark.usefixtures("backend")


def test_a_job_that_fails_is_named_to_sqs_and_disturbs_no_other(
    context: Any, connections: Any, denials: Any, counted: Any, logged: Any
) -> None:
    denials["Query"] = 1
    cast = Cast("g:room", b'{"type":"message"}', kept=False)
    bodies = [Job(cast).encoded(), "junk", Job(cast, (Peer("c1=", "c1="),)).encoded()]
    records = [{"messageId": str(number), "body": body} for number, body in enumerate(bodies)]
    assert handler({"Records": records}, context) == {"batchItemFailures": [{"itemIdentifier": "0"}]}
    assert connections.frames == {"c1=": [{"type": "message"}]}
    assert [line["message"] for line in logged()] == ["a job failed", "not a job; dropped"]
    assert counted() == {"BroadcastErrors": 1, "MessagesOut": 1}
