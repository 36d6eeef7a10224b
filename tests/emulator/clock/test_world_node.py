"""What a function in Node.js takes for now."""

import time
from pathlib import Path

import pytest

from longwire.emulator import Options
from longwire.harness import Longwire, LongwireServer
from longwire.template.load import load
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
      Routes: {$default: {FunctionArn: !GetAtt Now.Arn, RouteResponseSelectionExpression: $default}}
  Answer:
    Type: AWS::ApiGatewayV2::RouteResponse
    Properties: {ApiId: !Ref Ws, RouteId: !Ref WsDefaultRoute, RouteResponseKey: $default}
  Now: {Type: AWS::Serverless::Function, Properties: {CodeUri: ., Handler: index.now, Runtime: nodejs20.x}}
"""
SOURCE = """
const { Worker } = require("node:worker_threads");
class Own extends Date {}

const inWorker = () => new Promise((resolve) => {
  const code = "require('node:worker_threads').parentPort.postMessage(Date.now())";
  new Worker(code, { eval: true }).once("message", resolve);
});

exports.now = async (event, context) => {
  const made = new Date();
  const told = {
    now: Date.now(), made: made.getTime(), text: Date.parse(Date()), own: new Own().getTime(), worker: await inWorker(),
    event: event.requestContext.requestTimeEpoch,
  };
  const kept = [made instanceof Date, made.constructor === Date, new Own() instanceof Own, new Own() instanceof Date,
    new Date(0).toISOString(), new Date(2020, 1, 2).getFullYear(), Date.UTC(1970, 0, 2), Date.length, Date.name,
    typeof Date(), "_LONGWIRE_CLOCK" in process.env, context.getRemainingTimeInMillis() > 0];
  return { body: JSON.stringify({ told, kept }) };
};
"""


def test_date_follows_the_clock_in_workers_too_and_is_date_for_everybody(tmp_path: Path) -> None:
    required_node()
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    (tmp_path / "index.js").write_text(SOURCE)
    server = LongwireServer(load(tmp_path / "template.yaml"), Options(port=0))
    app = Longwire(server)
    ws = app.connect()
    try:
        for ahead in (0, 540):
            if ahead:
                app.clock.advance(ahead)
            ws.send("now")
            answer = ws.receive(timeout=20)
            for name, at in answer["told"].items():
                assert at / 1000 - time.time() == pytest.approx(ahead, abs=20), name
            date = ["1970-01-01T00:00:00.000Z", 2020, 86_400_000, 7, "Date", "string"]
            assert answer["kept"] == [True, True, True, True, *date, False, True]
        app.clock.pause()
        ws.send("now")
        assert ws.receive(timeout=20)["told"]["now"] == int(app.clock.now * 1000)
    finally:
        app.close()
        server.close()
