"""Section C3, models: messages that do not fit their route's JSON Schema."""

import json
from typing import Any

import pytest

from deployed_stage import PATIENCE, DeployedStage, whoami


def said(**fields: Any) -> dict[str, Any]:
    return {"action": "validated", "kind": "said", **fields}


@pytest.mark.parametrize(
    "message",
    [
        said(),
        said(text=1),
        said(text="sixsix"),
        said(text=None),
        said(text="a", number="1"),
        said(text="a", number=0),
        {"action": "validated", "kind": "nosuchmodel", "text": "a"},
        {"action": "validated", "text": "a"},
    ],
)
def test_a_message_that_does_not_fit_its_model_has_a_frame_of_its_own(api: DeployedStage, message: Any) -> None:
    """C3.4 DOCUMENTED [DG:websocket-api-request-validation]: `Bad request body` with messageId; nothing is invoked."""
    client = api.connect()
    context = whoami(client)
    client.send_json(message)
    answer = client.receive_text(PATIENCE)
    message_id = json.loads(answer)["messageId"]
    told = f'"connectionId": "{context["connectionId"]}", "messageId": "{message_id}"'
    assert answer == f'{{"message" : "Bad request body", {told}}}'
    assert whoami(client)["connectionId"] == context["connectionId"]


@pytest.mark.parametrize(
    "message",
    [said(text="a"), said(text=""), said(text="äöü€😀"), said(text="a", number=0.5), said(text="a", more=[1])],
)
def test_a_message_that_fits_its_model_is_invoked(api: DeployedStage, message: Any) -> None:
    """C3.4 DOCUMENTED [DG:websocket-api-request-validation]: a model is JSON Schema draft 4, chosen by expression."""
    client = api.connect()
    client.send_json(message)
    event = client.receive_json(PATIENCE)
    assert json.loads(event["body"]) == message
    assert event["requestContext"]["routeKey"] == "validated"
