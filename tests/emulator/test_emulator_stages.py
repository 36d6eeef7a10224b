"""A template with several APIs and Stages, as its clients and its handler see it."""

import json
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from longwire.emulator import Options
from longwire.errors import UsageError
from longwire.harness import Longwire, LongwireServer
from sample_templates import sample

NEW_STAGE = """\
  New:
    Type: AWS::ApiGatewayV2::Stage
    Properties: {ApiId: !Ref Chat, StageName: new, AutoDeploy: true}
"""


def page(longwire: Longwire, path: str) -> str:
    connection = HTTPConnection(urlsplit(longwire.endpoint_url).netloc, timeout=5)
    connection.request("GET", path)
    found = connection.getresponse().read().decode()
    connection.close()
    return found


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LongwireServer]:
    stack = sample("several", tmp_path_factory.mktemp("several")).load()
    made = LongwireServer(stack, Options(port=0))
    yield made
    made.close()


@pytest.fixture
def longwire(server: LongwireServer) -> Iterator[Longwire]:
    made = Longwire(server)
    yield made
    made.close()


def test_a_handler_answers_through_the_stage_that_its_event_names(longwire: Longwire) -> None:
    chat, _, feed = longwire.stack.apis
    for api, stage, colour, api_id in (
        ("Chat", "dev", "blue", chat.api_id),
        ("Chat", "prod", "red", chat.api_id),
        ("Feed", "dev", None, feed.api_id),
    ):
        ws = longwire.connect(api=api, stage=stage)
        ws.send_json({})
        assert ws.receive_json(timeout=10) == {"api": api_id, "stage": stage, "colour": colour}


def test_a_message_of_one_api_reaches_a_client_of_another(longwire: Longwire) -> None:
    feed = longwire.stack.apis[2]
    reader, writer = longwire.connect(api="Feed"), longwire.connect(api="Chat", stage="prod")
    through = f"{feed.domain_name}/dev"
    writer.send_json({"through": through, "to": longwire.connection_id(reader)})
    assert reader.receive_json(timeout=10)["stage"] == "prod"


def test_through_another_stage_a_connection_is_gone(longwire: Longwire) -> None:
    chat = longwire.stack.apis[0]
    ws = longwire.connect(api="Feed")
    ws.send_json({"through": f"{chat.domain_name}/prod"})
    failed = longwire.wait_for("invocation_finished", timeout=10, function="Talk", error="raised")
    assert failed["error_type"] == "GoneException"


def test_each_stage_has_throttles_of_its_own(longwire: Longwire) -> None:
    limited, free = longwire.connect(api="Chat", stage="prod"), longwire.connect(api="Chat", stage="dev")
    for ws in (limited, limited, limited, free):
        ws.send_json({})
    answers = [limited.receive_json(timeout=10) for _ in range(3)]
    assert [answer["message"] for answer in answers if "message" in answer] == ["Too Many Requests"]
    assert free.receive_json(timeout=10)["colour"] == "blue"


def test_without_a_name_the_first_stage_is_meant(longwire: Longwire) -> None:
    assert longwire.url == longwire.url_of() == longwire.url_of("chat", "dev")
    assert longwire.url.endswith("/Chat/dev")
    with pytest.raises(UsageError, match=r"no stage prod of an api Feed; the template has Chat/dev, Chat/prod, Feed/d"):
        longwire.connect(api="Feed", stage="prod")


def test_state_metrics_and_addresses_name_every_stage(longwire: Longwire) -> None:
    longwire.connect(api="Feed")
    feed = longwire.stack.apis[2].api_id
    state = json.loads(page(longwire, "/_longwire/api/state"))
    assert [(api["logical_id"], api["stage"]) for api in state["apis"]] == [
        ("Chat", "dev"),
        ("Chat", "prod"),
        ("Feed", "dev"),
    ]
    assert state["apis"][2]["websocket_url"].endswith("/Feed/dev")
    assert [(found["api_id"], found["stage"]) for found in state["connections"]] == [(feed, "dev")]
    assert f'longwire_active_connections{{api_id="{feed}",stage="dev"}} 1.0' in page(longwire, "/metrics")


def test_a_stage_that_is_added_is_served_and_connections_stay(
    longwire: Longwire, server: LongwireServer, tmp_path: Path
) -> None:
    ws = longwire.connect(api="Chat", stage="dev")
    more = sample("several", tmp_path).append(NEW_STAGE).load()
    before = server.emulator.stack
    deployed = server.call(server.emulator.deploy(more))
    assert not deployed.connections_closed
    ws.send_json({})
    assert ws.receive_json(timeout=10)["stage"] == "dev"
    added = Longwire(server)
    assert more.apis[2].path == "/new"
    server.call(server.emulator.deploy(before))
    assert added.stack is server.stack
