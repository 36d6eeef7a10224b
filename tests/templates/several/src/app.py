"""Says which Stage a message came by, through ``@connections`` of that Stage or of the one that it names."""

import json
from typing import Any

import boto3


def talk(event: Any, context: object) -> None:
    del context
    where = event["requestContext"]
    said = json.loads(event["body"])
    stage = said.get("through") or f"{where['domainName']}/{where['stage']}"
    heard = {"api": where["apiId"], "stage": where["stage"], "colour": event.get("stageVariables", {}).get("colour")}
    client = boto3.client("apigatewaymanagementapi", endpoint_url=f"https://{stage}")
    client.post_to_connection(ConnectionId=said.get("to") or where["connectionId"], Data=json.dumps(heard))
