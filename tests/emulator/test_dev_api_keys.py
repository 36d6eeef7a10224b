"""``longwire dev`` with API keys: a generated one is told, and opens the connection that requires it."""

from pathlib import Path

import pytest

from longwire.testing import Client, Refused, Target
from longwire_command import Dev

KEYS = """\
  Greet:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: ., Handler: app.greet, Runtime: python3.13}
  Key:
    Type: AWS::ApiGateway::ApiKey
    Properties: {Enabled: true}
  Plan:
    Type: AWS::ApiGateway::UsagePlan
    Properties:
      ApiStages: [{ApiId: !Ref Ws, Stage: !Ref Ws.Stage}]
      Quota: {Limit: 1, Period: DAY}
  Member:
    Type: AWS::ApiGateway::UsagePlanKey
    Properties: {KeyId: !Ref Key, KeyType: API_KEY, UsagePlanId: !Ref Plan}
"""
ROUTE = "        $disconnect: {FunctionArn: !GetAtt Bye.Arn}\n"


@pytest.fixture
def keyed(project: Path) -> None:
    template = project / "template.yaml"
    text = template.read_text()
    assert ROUTE in text
    connect = "        $connect: {FunctionArn: !GetAtt Greet.Arn, ApiKeyRequired: true}\n"
    handlers = project / "app.py"
    handlers.write_text(f"{handlers.read_text()}def greet(event, context):\n    return {{'statusCode': 200}}\n")
    template.write_text(text.replace(ROUTE, connect + ROUTE) + KEYS)


@pytest.mark.usefixtures("keyed")
def test_a_generated_key_is_in_the_ready_line_and_opens_until_its_quota_is_used_up(dev: Dev) -> None:
    with dev("--port", "0") as running:
        url, key = running.ready["websocket_url"], running.ready["api_keys"]["Key"]
        with pytest.raises(Refused) as keyless:
            Client(Target(url))
        with Client(Target(url, headers={"x-api-key": key})) as ws:
            ws.send("hi")
            assert ws.receive_text() == "hello hi"
        with pytest.raises(Refused) as used_up:
            Client(Target(url, headers={"x-api-key": key}))

    assert (keyless.value.status, used_up.value.status) == (403, 429)
    assert '"Limit Exceeded"' in used_up.value.body
