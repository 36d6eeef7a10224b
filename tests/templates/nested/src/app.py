"""Writes into the table of one nested stack and the queue of another."""

import json
import os
from typing import Any

import boto3


def talk(event: dict[str, Any], context: object) -> dict[str, Any]:
    del context
    item = {"id": {"S": event["requestContext"]["connectionId"]}, "at": {"S": event["requestContext"]["requestTime"]}}
    boto3.client("dynamodb").put_item(TableName=os.environ["TABLE_NAME"], Item=item)
    boto3.client("sqs").send_message(QueueUrl=os.environ["QUEUE"], MessageBody=event["body"])
    return {"statusCode": 200, "body": json.dumps({"table": os.environ["TABLE_NAME"], "arn": os.environ["TABLE_ARN"]})}
