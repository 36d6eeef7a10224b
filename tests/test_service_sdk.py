"""The official service SDK, unmodified, against the deployed template in the emulator."""

import re
from pathlib import Path
from typing import Any

import pytest

from longwire.harness import Longwire

azure = pytest.importorskip("azure.messaging.webpubsubservice")


@pytest.fixture
def sdk(longwire: Longwire) -> Any:
    secret = longwire.client("secretsmanager").get_secret_value(SecretId=longwire.physical_id("TokenSecret"))
    connection = f"Endpoint={longwire.http_url('HttpApi')};AccessKey={secret['SecretString']};Version=1.0;"
    with azure.WebPubSubServiceClient.from_connection_string(connection, hub="longwire") as client:
        yield client


def test_its_token_opens_a_connection_with_its_roles_and_groups(longwire: Longwire, sdk: Any) -> None:
    made = sdk.get_client_access_token(user_id="ada", roles=["webpubsub.sendToGroup.b"], groups=["a"])
    assert made["url"].endswith(f"/client/hubs/longwire?access_token={made['token']}")
    with longwire.connect(token=made["token"], subprotocols=["json.webpubsub.azure.v1"]) as ws:
        assert ws.receive_json(timeout=20)["userId"] == "ada"
        ws.send(type="sendToGroup", group="a", data=1, ackId=1)
        assert ws.receive_json(timeout=20)["error"]["name"] == "Forbidden"
        ws.send(type="sendToGroup", group="b", data=1, ackId=2)
        assert ws.receive_json(timeout=20)["success"]
        sdk.send_to_group("a", {"from": "outside"})
        assert ws.receive_json(timeout=20)["data"] == {"from": "outside"}


def test_a_session_is_sent_to_moved_between_groups_and_closed(longwire: Longwire, sdk: Any) -> None:
    token = sdk.get_client_access_token(user_id="ada")["token"]
    with longwire.connect(token=token, subprotocols=["json.reliable.webpubsub.azure.v1"]) as ws:
        session = ws.receive_json(timeout=20)["connectionId"]
        assert sdk.connection_exists(session)
        assert sdk.user_exists("ada")
        sdk.add_user_to_group("a/b?c", "ada")
        assert sdk.group_exists("a/b?c")
        assert [each.user_id for each in sdk.list_connections(group="a/b?c")] == ["ada"]
        sdk.send_to_group("a/b?c", "1", content_type="text/plain")
        sdk.send_to_user("ada", b"\x00", content_type="application/octet-stream")
        sdk.send_to_connection(session, 3)
        sdk.send_to_all(4, excluded=["nobody="])
        found: dict[int, Any] = {}
        while len(found) < 4:
            frame = ws.receive_json(timeout=20)
            found.setdefault(frame["sequenceId"], frame)  # what was not acknowledged may come again
        assert {(each["data"], each["dataType"]) for each in found.values()} == {
            ("1", "text"),
            ("AA==", "binary"),
            (3, "json"),
            (4, "json"),
        }
        assert sorted(found) == [1, 2, 3, 4]
        sdk.close_connection(session, reason="enough")
        while (last := ws.receive_json(timeout=20))["type"] == "message":
            pass
        assert last == {"type": "system", "event": "disconnected", "message": "enough"}
    assert not sdk.connection_exists(session)


def test_the_readmes_example_does_what_it_says(longwire: Longwire, sdk: Any) -> None:
    readme = Path(__file__).parents[1] / "functions" / "README.md"
    (example,) = re.findall(r"```python\n(from azure.*?)```", readme.read_text(encoding="utf-8"), re.DOTALL)
    joined = sdk.get_client_access_token(user_id="alice", groups=["room"])["token"]
    with longwire.connect(token=joined, subprotocols=["json.webpubsub.azure.v1"]) as ws:
        assert ws.receive_json(timeout=20)["event"] == "connected"
        key = sdk._config.credential.key
        names = {"http_url": longwire.http_url("HttpApi"), "token_secret": key, "connection_id": "other="}
        exec(example, names)  # noqa: S102 (the README's)
        assert [ws.receive_json(timeout=20)["data"] for _ in range(2)] == [{"text": "hello"}, "hello"]
    with longwire.connect(token=str(names["token"]), subprotocols=["json.webpubsub.azure.v1"]) as ws:
        assert ws.receive_json(timeout=20)["userId"] == "alice"


def test_another_key_and_another_hub_are_refused(longwire: Longwire, sdk: Any) -> None:
    from azure.core.exceptions import ClientAuthenticationError, ResourceNotFoundError

    endpoint = longwire.http_url("HttpApi")
    other = azure.WebPubSubServiceClient.from_connection_string(f"Endpoint={endpoint};AccessKey={'x' * 64}", "longwire")
    with pytest.raises(ClientAuthenticationError):
        other.send_to_all("x")
    key = sdk._config.credential.key
    hub = azure.WebPubSubServiceClient.from_connection_string(f"Endpoint={endpoint};AccessKey={key}", "chat")
    with pytest.raises(ResourceNotFoundError, match="one hub, 'longwire'"):
        hub.send_to_all("x")
