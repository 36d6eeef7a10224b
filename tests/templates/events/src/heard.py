"""Posts the event that it got to the connection that is named in it."""

import base64
import json
import os
from typing import Any

import boto3
from boto3.dynamodb.types import TypeDeserializer


def handler(event: Any, context: object) -> Any:
    del context
    told = find(event)
    client = boto3.client("apigatewaymanagementapi", endpoint_url=told["url"])
    client.post_to_connection(ConnectionId=told["id"], Data=json.dumps(event))


def find(event: Any) -> Any:
    if "reminder" in event:
        return event["reminder"]
    if "detail" in event:
        return event["detail"]
    record = event["Records"][0]
    if "Sns" in record:
        return json.loads(record["Sns"]["Message"])
    if "kinesis" in record:
        return json.loads(base64.b64decode(record["kinesis"]["data"]))
    if "s3" in record:
        body = boto3.client("s3").get_object(Bucket=os.environ["BUCKET"], Key=record["s3"]["object"]["key"])["Body"]
        return json.loads(body.read())
    change = record["dynamodb"]
    return TypeDeserializer().deserialize((change.get("NewImage") or change["OldImage"])["told"])
