"""HTTP entry points at our port: whose a request is, and what its client gets."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
import pytest_asyncio
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from http_client import Answered, fetch
from http_entry_points import entry, route
from longwire.clock.clock import Clock
from longwire.core.events import InvocationFinished, Invoke
from longwire.core.http.api import Cors, HttpApi, LambdaProxy
from longwire.core.http.gateway import HttpGateway
from longwire.core.iam import AccessKey
from longwire.server.http_entries import HttpEntries

pytestmark = pytest.mark.asyncio

HTTP = "abcdefghij.execute-api.eu-west-1.amazonaws.com"
Done = Callable[[InvocationFinished], None]


class Port:
    """A running server whose function ``Publish`` answers with what it was asked, unless it is told to wait."""

    def __init__(self, run: Any, *apis: HttpApi) -> None:
        self.run = run
        self.waiting: list[tuple[Invoke, Done]] = []
        self.waits = False
        self.asked = asyncio.Event()
        gateways = [HttpGateway(api, run.server.carriers[0].ids) for api in apis]
        self.entries = HttpEntries(gateways, self.invoke, run.server.timeline, Clock())
        run.server.entries = self.entries

    def invoke(self, invocation: Invoke, done: Done) -> None:
        if self.waits:
            self.waiting.append((invocation, done))
            self.asked.set()
        else:
            done(InvocationFinished(invocation.invocation_id, invocation.payload))

    async def fetch(self, path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Answered:
        return await asyncio.to_thread(fetch, f"http://127.0.0.1:{self.run.port}{path}", method, body, **headers)

    def noted(self, event: str) -> list[Any]:
        return [data for _, _, kind, _, data in self.run.server.timeline.since(0) if kind == event]


@pytest_asyncio.fixture
async def port(serve: Any, routes: Any) -> Any:
    async def start(*apis: HttpApi) -> Port:
        return Port(await serve(routes.api()), *apis)

    return start


async def test_an_entry_point_is_reached_by_path_local_name_and_aws_name(port: Any) -> None:
    at = await port(entry(), entry(stage="dev"), entry(kind="url"))

    for path, host in (
        ("/Api/a?b=c", "127.0.0.1"),
        ("/Api/a?b=c", "localhost:1"),
        ("/abcdefghij/a?b=c", "[::1]:8765"),
        ("/a?b=c", "api.localhost:8765"),
        ("/a?b=c", HTTP),
        ("/a?b=c", f"{HTTP}:443"),
    ):
        answer = await at.fetch(path, Host=host)
        assert (answer.status, answer.json()["rawPath"], answer.json()["rawQueryString"]) == (200, "/a", "b=c")
        assert answer.json()["headers"]["host"] == HTTP
    assert (await at.fetch("/Api")).json()["rawPath"] == "/"
    assert (await at.fetch("/Api?x=1")).json()["rawPath"] == "/"


async def test_the_path_names_the_stage_or_it_is_default(port: Any) -> None:
    at = await port(entry(), entry(stage="dev"))

    assert (await at.fetch("/Api/dev/a")).json()["requestContext"]["stage"] == "dev"
    assert (await at.fetch("/Api/devil/a")).json()["requestContext"]["stage"] == "$default"
    assert (await at.fetch("/Api/dev")).json()["rawPath"] == "/dev"


async def test_without_that_stage_nothing_is_found(port: Any) -> None:
    assert (await (await port(entry(stage="dev"))).fetch("/Api/a")).json() == {"message": "Not Found"}
    assert (await (await port(entry(stage="dev", kind="rest"))).fetch("/Api/a")).status == 403


async def test_a_function_url_has_a_host_of_its_own(port: Any) -> None:
    at = await port(entry(kind="url"))

    answer = await at.fetch("/a%20b", Host=f"{'a' * 32}.lambda-url.eu-west-1.on.aws")
    assert answer.json()["rawPath"] == "/a%20b"
    assert (await at.fetch("/", Host="b.lambda-url.eu-west-1.on.aws")).status == 403


async def test_other_paths_and_hosts_stay_what_they_were(port: Any) -> None:
    at = await port(entry())

    assert (await at.fetch("/dev/@connections/x")).status == 400
    assert (await at.fetch("/Apis/a")).status == 403
    assert (await at.fetch("/Api/a", Host="zzzzzzzzzz.execute-api.eu-west-1.amazonaws.com")).status == 403
    assert (await at.fetch("/Api/a", Host="evil.example")).body == b"This host is not served here.\n"
    assert (await at.fetch("/a", Host=f"{HTTP}.evil.example")).body == b"This host is not served here.\n"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://a.example", "Sec_Fetch_Site": "cross-site"}, 200),
        ({"Origin": "http://localhost:3000", "Sec_Fetch_Site": "same-site"}, 200),
        ({"Origin": "http://127.0.0.1:3000", "Sec_Fetch_Site": "cross-site"}, 200),
        ({"Origin": "https://b.example", "Sec_Fetch_Site": "cross-site"}, 403),
        ({"Origin": "null", "Sec_Fetch_Site": "cross-site"}, 403),
        ({"Origin": "http://localhost.evil.example"}, 403),
        ({"Sec_Fetch_Site": "cross-site"}, 403),
        ({"Sec_Fetch_Site": "none"}, 200),
    ],
)
async def test_pages_of_other_sites_may_do_what_cors_allows(port: Any, headers: Any, status: int) -> None:
    at = await port(entry(cors=Cors(("https://a.example",))))

    assert (await at.fetch("/Api/a", "POST", b"x", **headers)).status == status
    assert len(at.noted("http_request")) == (status == 200)


async def test_a_page_that_cors_allows_reaches_nothing_else_of_the_port(port: Any) -> None:
    at = await port(entry(cors=Cors(("*",))))

    for path in ("/dev/@connections/x", "/metrics", "/", "/2015-03-31/functions/x/invocations"):
        assert (await at.fetch(path, "POST", b"{}", Origin="https://a.example")).status == 403


async def test_an_answer_has_a_date_and_the_timeline_an_entry(port: Any) -> None:
    at = await port(entry(route("POST /publish")))
    answer = await at.fetch("/Api/publish?secret=1", "POST", b"x")

    assert answer.headers["date"].endswith("GMT")
    (noted,) = at.noted("http_response")
    assert (noted["method"], noted["path"], noted["status"], noted["function"]) == ("POST", "/publish", 200, "Publish")
    assert noted["duration_ms"] > 0
    assert "secret" not in json.dumps(noted)
    assert at.entries.metrics.requests == {("Api", "$default", "POST /publish", "200"): 1}


async def test_a_function_that_takes_too_long_is_answered_for(port: Any) -> None:
    at = await port(entry(route("GET /", LambdaProxy("Publish", "2.0", 0.05))))
    at.waits = True

    assert (await at.fetch("/Api/")).json() == {"message": "Service Unavailable"}
    (invocation, done) = at.waiting.pop()
    done(InvocationFinished(invocation.invocation_id, "1"))


async def test_a_client_that_leaves_does_no_harm(port: Any) -> None:
    at = await port(entry())
    at.waits = True
    reader, writer = await asyncio.open_connection("127.0.0.1", at.run.port)
    writer.write(b"GET /Api/ HTTP/1.1\r\nHost: localhost\r\n\r\n")
    await asyncio.wait_for(at.asked.wait(), 5)
    writer.close()
    await reader.read()
    (invocation, done) = at.waiting.pop()
    done(InvocationFinished(invocation.invocation_id, "1"))

    at.waits = False
    assert (await at.fetch("/Api/")).status == 200


async def test_another_deployment_answers_what_the_one_before_was_asked(port: Any) -> None:
    at = await port(entry())
    at.waits = True
    asked = asyncio.create_task(at.fetch("/Api/a"))
    await asyncio.wait_for(at.asked.wait(), 5)
    at.entries.serve([HttpGateway(entry(route("GET /b")), at.run.server.carriers[0].ids)])
    (invocation, done) = at.waiting.pop()
    done(InvocationFinished(invocation.invocation_id, '"old"'))

    assert (await asked).body == b"old"
    at.waits = False
    assert (await at.fetch("/Api/a")).status == 404
    assert (await at.fetch("/Api/b")).status == 200


async def test_a_request_to_upgrade_to_something_else_is_a_request(port: Any) -> None:
    at = await port(entry())

    answer = await at.fetch("/Api/", Upgrade="h2c", Connection="Upgrade, HTTP2-Settings", HTTP2_Settings="")
    assert answer.status == 200
    assert "upgrade" not in answer.json()["headers"]


async def test_a_signature_for_the_local_address_counts(port: Any) -> None:
    at = await port(entry(route("GET /iam", iam=True)))
    key = AccessKey("AKIDEXAMPLE", "secret", "123456789012", "arn:aws:iam::123456789012:user/ann", "AIDAEXAMPLE")
    at.entries.gateways[0].access_keys = {key.key_id: key}
    url = f"http://127.0.0.1:{at.run.port}/Api/iam?b=2&a=%20"
    request = AWSRequest("GET", url)
    SigV4Auth(Credentials(key.key_id, key.secret), "execute-api", "eu-west-1").add_auth(request)

    answer = await at.fetch("/Api/iam?b=2&a=%20", **dict(request.headers.items()))
    assert answer.json()["requestContext"]["authorizer"]["iam"]["userArn"] == key.arn
    assert (await at.fetch("/Api/iam?b=3", **dict(request.headers.items()))).status == 403
    assert (await at.fetch("/Api/iam")).json() == {"message": "Forbidden"}
