"""Each message of a client goes into one service, with the address that its answer is to be posted to."""

import json
import os
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3


def handler(event: Any, context: object) -> Any:
    del context
    caller = event["requestContext"]
    url = f"https://{caller['domainName']}/{caller['stage']}"
    told = {"url": url, "id": caller["connectionId"]}
    SENDERS[json.loads(event["body"])["action"]](told)
    return {"statusCode": 200}


def table(told: dict[str, str]) -> None:
    item: Any = {"pk": "room", "at": "first", "told": told, "expires": int(datetime.now(UTC).timestamp()) + 1}
    rooms = boto3.resource("dynamodb").Table(os.environ["TABLE"])
    rooms.put_item(Item=item)
    rooms.update_item(
        Key={"pk": "room"},
        UpdateExpression="SET #a = :a",
        ExpressionAttributeNames={"#a": "at"},
        ExpressionAttributeValues={":a": "second"},
    )


def topic(told: dict[str, str]) -> None:
    boto3.client("sns").publish(TopicArn=os.environ["TOPIC"], Subject="news", Message=json.dumps(told))


def bus(told: dict[str, str]) -> None:
    entry = {"Source": "chat", "DetailType": "Said", "Detail": json.dumps(told), "EventBusName": os.environ["BUS"]}
    boto3.client("events").put_events(Entries=[entry])


def stream(told: dict[str, str]) -> None:
    boto3.client("kinesis").put_record(StreamName=os.environ["STREAM"], Data=json.dumps(told), PartitionKey="a")


def bucket(told: dict[str, str]) -> None:
    boto3.client("s3").put_object(Bucket=os.environ["BUCKET"], Key="told.json", Body=json.dumps(told))


def reminder(told: dict[str, str]) -> None:
    when = datetime.now(UTC) + timedelta(seconds=2)
    boto3.client("scheduler").create_schedule(
        Name="reminder",
        FlexibleTimeWindow={"Mode": "OFF"},
        ScheduleExpression=f"at({when:%Y-%m-%dT%H:%M:%S})",
        ActionAfterCompletion="DELETE",
        Target={
            "Arn": os.environ["HEARD_ARN"],
            "RoleArn": "arn:aws:iam::123456789012:role/scheduler",
            "Input": json.dumps({"reminder": told}),
        },
    )


def machine(told: dict[str, str]) -> None:
    host, stage = told["url"].removeprefix("https://").split("/")
    given = json.dumps({"detail": told, "host": host, "stage": stage, "n": 1})
    ended = boto3.client("stepfunctions").start_sync_execution(stateMachineArn=os.environ["WORK"], input=given)
    client = boto3.client("apigatewaymanagementapi", endpoint_url=told["url"])
    client.post_to_connection(ConnectionId=told["id"], Data=json.dumps({"ended": ended["status"]}))


def keys(told: dict[str, str]) -> None:
    with urllib.request.urlopen(f"{os.environ['POOL_URL']}/.well-known/jwks.json") as answer:  # noqa: S310 - its own pool's
        found = json.loads(answer.read())["keys"]
    client = boto3.client("apigatewaymanagementapi", endpoint_url=told["url"])
    client.post_to_connection(ConnectionId=told["id"], Data=json.dumps({"keys": [key["kty"] for key in found]}))


SENDERS = {
    "keys": keys,
    "machine": machine,
    "table": table,
    "topic": topic,
    "bus": bus,
    "stream": stream,
    "bucket": bucket,
    "reminder": reminder,
}
