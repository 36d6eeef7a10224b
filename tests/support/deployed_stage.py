"""A deployed Stage as its clients meet it: an address. Whether AWS or the emulator is behind it makes no difference."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from longwire.testing import Client, Refused, Target
from raw_client import Answer, RawClient

__all__ = ["PATIENCE", "DeployedStage", "Observer", "whoami"]

PATIENCE = 15.0  # seconds for what may need a cold start


class DeployedStage:
    """``credentials`` are boto3's keyword arguments; empty on AWS, where they come from the environment."""

    def __init__(self, url: str, region: str, credentials: Mapping[str, str]) -> None:
        self.url = url
        self.region = region
        self.credentials = dict(credentials)
        self.parts = urlsplit(url)
        self.path = self.parts.path
        self.stage = self.path.strip("/")
        self.opened: list[Client | RawClient] = []

    @property
    def management_url(self) -> str:
        """``https://{host}/{stage}``; the emulator's has no TLS."""
        return f"{'https' if self.parts.scheme == 'wss' else 'http'}://{self.parts.netloc}{self.path}"

    # --- clients

    def connect(self, *, url: str | None = None, query: Mapping[str, str] | None = None, **options: Any) -> Client:
        client = Client(Target(url or self.url, query=query, **options))
        self.opened.append(client)
        return client

    def refused(self, **options: Any) -> Refused:
        """How a handshake is refused; an AssertionError when it is not."""
        try:
            self.connect(**options)
        except Refused as exc:
            return exc
        raise AssertionError("the handshake was accepted")

    def observer(self, **options: Any) -> "Observer":
        return Observer(self, self.connect(**options))

    def raw(self) -> RawClient:
        client = RawClient(self.url)
        self.opened.append(client)
        return client

    def upgraded(self, query: Mapping[str, str] | None = None, *headers: tuple[str, str]) -> tuple[RawClient, Answer]:
        client = self.raw()
        return client, client.upgrade(self.path + (f"?{urlencode(query)}" if query else ""), *headers)

    def close(self) -> None:
        """Every client that a test has opened."""
        while self.opened:
            self.opened.pop().close()

    # --- @connections

    def management(self, **options: Any) -> Any:
        """boto3's client, unmodified."""
        import boto3

        make: Any = boto3.client  # its stubs know services by name alone
        given = {"endpoint_url": self.management_url, "region_name": self.region, **self.credentials}
        return make("apigatewaymanagementapi", **{**given, **options})

    def call(
        self, method: str, path: str, body: bytes = b"", *, stage: str | None = None, credentials: Any = None
    ) -> Answer:
        """One signed request to the management API, and its answer byte by byte; ``path`` follows the stage."""
        from botocore.auth import SigV4Auth
        from botocore.awsrequest import AWSRequest

        target = f"{self.path if stage is None else stage}{path}"
        request = AWSRequest(method, self.management_url.removesuffix(self.path) + target, data=body)
        SigV4Auth(credentials or self.signer(), "execute-api", self.region).add_auth(request)
        return self.raw().request(method, target, *request.headers.items(), body=body)

    def signer(self) -> Any:
        """botocore's credentials: the emulator takes anything, AWS those of the environment."""
        import boto3

        make: Any = boto3.Session
        return make(**self.credentials).get_credentials()


class Observer:
    """A connection that functions post the events of other connections to."""

    def __init__(self, stage: DeployedStage, client: Client) -> None:
        self.stage = stage
        self.client = client
        client.send(action="twoway")
        self.connection_id = str(self.received()["requestContext"]["connectionId"])

    def watched(self, query: Mapping[str, str] | None = None, **options: Any) -> Client:
        """A connection whose events come here."""
        return self.stage.connect(query={"observer": self.connection_id, **(query or {})}, **options)

    def received(self) -> dict[str, Any]:
        """The next event, or whatever else was posted, as the function received it, keys in their order."""
        found = json.loads(self.client.receive_text(PATIENCE))
        assert isinstance(found, dict)
        return found


def whoami(client: Client) -> dict[str, Any]:
    """The requestContext of a message of this client's: its connectionId is there."""
    client.send(action="twoway")
    found = client.receive_json(PATIENCE)["requestContext"]
    assert isinstance(found, dict)
    return found
