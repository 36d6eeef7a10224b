"""All parts together with functions in Node.js: one port, real processes, the calls that handlers write."""

import base64
import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from longwire.emulator import Options
from longwire.harness import Longwire, LongwireServer
from longwire.template.load import load
from longwire.testing import Client, Target
from node import required_node

pytestmark = pytest.mark.node

TEMPLATE = """
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Resources:
  Ws:
    Type: AWS::Serverless::WebSocketApi
    Properties:
      StageName: dev
      RouteSelectionExpression: $request.body.action
      Routes:
        $default: {FunctionArn: !GetAtt Chat.Arn, RouteResponseSelectionExpression: $default}
  Answer:
    Type: AWS::ApiGatewayV2::RouteResponse
    Properties: {ApiId: !Ref Ws, RouteId: !Ref WsDefaultRoute, RouteResponseKey: $default}
  Chat:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: code
      Handler: index.handler
      Runtime: nodejs20.x
      Timeout: 10
      FunctionUrlConfig: {AuthType: NONE}
      Environment:
        Variables: {HARD_CODED: !Sub "https://${Ws}.execute-api.${AWS::Region}.amazonaws.com/dev"}
  Domain:
    Type: AWS::ApiGatewayV2::DomainName
    Properties: {DomainName: ws.example.com}
  Mapping:
    Type: AWS::ApiGatewayV2::ApiMapping
    Properties: {ApiId: !Ref Ws, DomainName: !Ref Domain, Stage: !Ref Ws.Stage, ApiMappingKey: dev}
"""
PLAIN = """
import https from "node:https";

function post(url, body) {
  return new Promise((resolve, reject) => {
    const asked = https.request(url, { method: "POST" }, (answer) => resolve(answer.resume().statusCode));
    asked.on("error", reject).end(body);
  });
}

export const handler = async (event, context) => {
  if (event.clientContext) return context.clientContext.custom;
  const { connectionId, domainName, stage } = event.requestContext;
  const path = `/@connections/${encodeURIComponent(connectionId)}`;
  if (event.body.startsWith("https://")) {
    const answer = await fetch(event.body, { method: "POST", body: "x", headers: { "content-type": "text/plain" } });
    return { body: `${answer.status} ${await answer.text()}` };
  }
  switch (event.body) {
    case "fetch": {
      const answer = await fetch(`https://${domainName}/${stage}${path}`, { method: "POST", body: "by fetch" });
      return { body: `status ${answer.status}` };
    }
    case "https":
      return { body: `status ${await post(process.env.HARD_CODED + path, "by https")}` };
    case "gone":
      return { body: `status ${await post(`${process.env.HARD_CODED}/@connections/L0SM9cOFvHcCIhw=`, "x")}` };
    case "exit":
      process.exit(1);
  }
  return { statusCode: 200, body: `heard ${event.body}` };
};
"""
SDK = """
const { ApiGatewayManagementApiClient, PostToConnectionCommand } = require("@aws-sdk/client-apigatewaymanagementapi");

exports.handler = async (event) => {
  const { connectionId, domainName, stage } = event.requestContext;
  const endpoints = { named: `https://${domainName}/${stage}`, coded: process.env.HARD_CODED, none: undefined };
  const client = new ApiGatewayManagementApiClient({ endpoint: endpoints[event.body] });
  try {
    const id = event.body === "none" ? "L0SM9cOFvHcCIhw=" : connectionId;
    await client.send(new PostToConnectionCommand({ ConnectionId: id, Data: `by ${event.body}` }));
  } catch (error) {
    return { body: `${error.name} ${error.$metadata?.httpStatusCode}` };
  }
  return { body: "posted" };
};
"""

Start = Callable[[str, str], Longwire]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """``start(file, source)`` runs a template whose one function is that file."""
    required_node()
    made: list[LongwireServer] = []

    def run(file: str, source: str) -> Longwire:
        (tmp_path / "template.yaml").write_text(TEMPLATE)
        (tmp_path / "code").mkdir(exist_ok=True)
        (tmp_path / "code" / file).write_text(source)
        stack = load(tmp_path / "template.yaml", cache=tmp_path / "cache")
        made.append(LongwireServer(stack, Options(port=0)))
        return Longwire(made[-1])

    yield run
    for server in made:
        server.close()


@pytest.fixture
def plain(start: Start) -> Iterator[Longwire]:
    longwire = start("index.mjs", PLAIN)
    yield longwire
    longwire.close()


def test_fetch_reaches_a_function_url_by_the_address_on_aws(plain: Longwire) -> None:
    (url,) = plain.stack.http_apis
    with plain.connect() as client:
        client.send(f"https://{url.domain_name}/a")
        assert client.receive(timeout=10) == "200 heard x"


def test_a_client_context_reaches_the_handler(plain: Longwire) -> None:
    context = base64.b64encode(b'{"custom":{"a":1}}').decode()
    name = plain.physical_id("Chat")
    answer = plain.client("lambda").invoke(FunctionName=name, Payload=b'{"clientContext":1}', ClientContext=context)

    assert json.loads(answer["Payload"].read()) == {"a": 1}


def test_an_answer_reaches_the_client_by_the_route_response(plain: Longwire) -> None:
    with plain.connect() as client:
        client.send("hello")
        assert client.receive(timeout=10) == "heard hello"


def test_a_post_below_a_custom_domain_reaches_the_client(plain: Longwire) -> None:
    url = plain.url.replace("/dev", "/ws.example.com/dev")
    with Client(Target(url)) as client:
        client.send("fetch")
        assert client.receive(timeout=10) == "by fetch"
        assert client.receive(timeout=10) == "status 200"


@pytest.mark.parametrize("way", ["fetch", "https"])
def test_a_post_to_awss_own_host_name_reaches_the_client(plain: Longwire, way: str) -> None:
    with plain.connect() as client:
        client.send(way)
        assert client.receive(timeout=10) == f"by {way}"
        assert client.receive(timeout=10) == "status 200"


def test_a_post_to_a_connection_that_is_gone_is_410(plain: Longwire) -> None:
    with plain.connect() as client:
        client.send("gone")
        assert client.receive(timeout=10) == "status 410"


def test_an_exit_is_an_internal_server_error_and_the_next_message_is_answered(plain: Longwire) -> None:
    with plain.connect() as client:
        client.send("exit")
        assert client.receive(timeout=10)["message"] == "Internal server error"
        client.send("again")
        assert client.receive(timeout=10) == "heard again"
    plain.wait_for("invocation_finished", error="crashed", error_type="Runtime.ExitError")


@pytest.mark.npm
@pytest.mark.skipif(shutil.which("npm") is None, reason="needs npm, which Debian packs apart from Node.js")
def test_the_aws_sdk_as_it_is_installed_posts_by_every_spelling_of_the_endpoint(start: Start, tmp_path: Path) -> None:
    (tmp_path / "code").mkdir()
    install = ["npm", "install", "--no-audit", "--no-fund", "--silent", "@aws-sdk/client-apigatewaymanagementapi@3"]
    subprocess.run(install, cwd=tmp_path / "code", check=True, timeout=50)
    with start("index.js", SDK).connect() as client:
        for spelling in ("named", "coded"):
            client.send(spelling)
            assert client.receive(timeout=10) == f"by {spelling}"
            assert client.receive(timeout=10) == "posted"
        client.send("none")
        assert client.receive(timeout=10) == "GoneException 410"
