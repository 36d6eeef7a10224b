"""Section A1: custom domains, and ``@connections`` behind them."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from deployed_stage import PATIENCE, DeployedStage, whoami


def domain_of(custom: DeployedStage) -> tuple[str, str]:
    """The custom domain, and what a path under it begins with: on AWS it is the host, here it stands in the path."""
    host, _, _ = custom.path.strip("/").rpartition("/")
    return (host, f"/{host}") if host else (custom.parts.hostname or "", "")


def test_a_mapping_key_leads_to_its_stage(custom: DeployedStage) -> None:
    """A1.2 DOCUMENTED [DG:websocket-api-mappings]: `wss://{domain}/{ApiMappingKey}`."""
    assert custom.path.endswith("/chat")
    assert whoami(custom.connect())["routeKey"] == "$default"


def test_events_have_the_custom_domain_and_the_stages_own_name(custom: DeployedStage) -> None:
    """A1.5 OBSERVED [public captures]: `domainName` and `Host` are the custom domain, `stage` is the Stage's."""
    domain, _ = domain_of(custom)
    observer = custom.observer()
    observer.watched()
    event = observer.received()
    assert (event["requestContext"]["domainName"], event["requestContext"]["stage"]) == (domain, "conformance")
    assert event["headers"]["Host"] == domain


def test_a_handler_posts_below_the_mapping_key(custom: DeployedStage) -> None:
    """A1.5 OBSERVED [GH:aws-samples/simple-websockets-chat-app#40]: `https://{domain}/{key}/@connections/{id}`."""
    client = custom.connect()
    client.send(do="post")
    posted = [client.receive_json(PATIENCE) for _ in range(2)]
    assert [event["requestContext"]["eventType"] for event in posted] == ["MESSAGE", "MESSAGE"]


def test_boto3_posts_below_the_mapping_key(custom: DeployedStage) -> None:
    """A1.5 OBSERVED [GH:aws-samples/simple-websockets-chat-app#40]: so does whoever else has the domain."""
    client = custom.connect()
    custom.management().post_to_connection(ConnectionId=whoami(client)["connectionId"], Data=b"by the key")
    assert client.receive_text(PATIENCE) == "by the key"


def test_the_stages_name_is_no_path_of_the_domain(custom: DeployedStage) -> None:
    """A1.5 INFERRED [text observed: GH:aws-samples/simple-websockets-chat-app#40]: `{stage}/@connections` is a 404."""
    _, base = domain_of(custom)
    connection_id = whoami(custom.connect())["connectionId"]
    path = f"/@connections/{connection_id.replace('=', '%3D')}"
    answer = custom.call("POST", path, b"x", stage=f"{base}/conformance")
    text = f"No method found matching route conformance/@connections/{connection_id} for http method POST."
    assert (answer.status, json.loads(answer.body)) == (404, {"message": text})


def test_boto3_tells_of_the_path_that_is_none(custom: DeployedStage) -> None:
    """A1.5 INFERRED [text observed: GH:aws-samples/simple-websockets-chat-app#40]: an error that says so."""
    _, base = domain_of(custom)
    url = custom.management_url.removesuffix(custom.path) + f"{base}/conformance"
    management: Any = custom.management(endpoint_url=url)
    with pytest.raises(ClientError, match="No method found matching route conformance/@connections/"):
        management.get_connection(ConnectionId=whoami(custom.connect())["connectionId"])
