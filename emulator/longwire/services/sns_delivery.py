"""What a subscription gets of a message: moto decides whether (filter policies), here is what and how.

Shapes: SNS developer guide, "SNS message delivery formats"; Lambda developer guide, "Using Lambda with Amazon SNS".
"""

import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from longwire.services.moto_dispatch import CallFailed
from longwire.services.targets import Targets

__all__ = ["deliver_notifications"]

Attributes = Mapping[str, Mapping[str, Any]]


def deliver_notifications(targets: Targets) -> Callable[[], None]:
    """A repair of moto's subscriptions: functions and queues get AWS's shapes, and nobody else gets anything."""

    def deliver() -> None:
        from moto.sns.models import Subscription

        def publish(  # noqa: PLR0913, PLR0917 - moto's signature
            self: Any,
            message: str,
            message_id: str,
            subject: str | None = None,
            message_attributes: Attributes | None = None,
            group_id: str | None = None,
            deduplication_id: str | None = None,
            message_structure: str | None = None,
        ) -> None:
            matcher = self._filter_policy_matcher
            if matcher is not None and not matcher.matches(message_attributes, message):
                return
            if message_structure == "json":
                message = self._parse_message_structure(message, self.protocol)
            told = notification(self, message, message_id, subject, message_attributes or {})
            if self.protocol == "lambda":
                targets.send(self.endpoint, json.dumps(event(self.arn, told)))
            elif self.protocol == "sqs":
                fifo = {"MessageGroupId": group_id, "MessageDeduplicationId": deduplication_id}
                to_queue(targets, self, told, {name: value for name, value in fifo.items() if value})
            else:
                targets.failed(f"{self.endpoint} got no message of {self.topic.arn}: {self.protocol} is not emulated")

        draw = Subscription.private_key.__wrapped__
        key = cache(lambda: draw(None))  # one for all subscriptions: drawing a pair takes 50 ms and more
        Subscription.publish, Subscription.private_key = publish, lambda _self: key()

    return deliver


def notification(
    subscription: Any, message: str, message_id: str, subject: str | None, attributes: Attributes
) -> dict[str, Any]:
    """In the order of SNS's own JSON; Subject and MessageAttributes are there when the message has them."""
    signed = subscription.get_post_data(message, message_id, subject)
    named = {name: {"Type": found["Type"], "Value": as_text(found["Value"])} for name, found in attributes.items()}
    region = subscription.topic.sns_backend.region_name
    unsubscribe = f"https://sns.{region}.amazonaws.com/?Action=Unsubscribe&SubscriptionArn={subscription.arn}"
    return {
        "Type": "Notification",
        "MessageId": message_id,
        "TopicArn": subscription.topic.arn,
        **({"Subject": subject} if subject else {}),
        "Message": message,
        "Timestamp": signed["Timestamp"],
        "SignatureVersion": signed["SignatureVersion"],
        "Signature": signed["Signature"],
        "SigningCertURL": signed["SigningCertURL"],
        "UnsubscribeURL": unsubscribe,
        **({"MessageAttributes": named} if named else {}),
    }


def as_text(value: Any) -> str:
    """A binary attribute is base64 in moto too."""
    return value.decode() if isinstance(value, bytes) else str(value)


def event(subscription_arn: str, told: Mapping[str, Any]) -> dict[str, Any]:
    """Lambda's: Subject may be null, MessageAttributes empty, and two names are spelled Url."""
    renamed = {name.replace("URL", "Url"): value for name, value in told.items() if name != "MessageAttributes"}
    before = ("Type", "MessageId", "TopicArn")
    head = {name: renamed.pop(name) for name in before}
    subject = renamed.pop("Subject", None)
    sns = {**head, "Subject": subject, **renamed, "MessageAttributes": told.get("MessageAttributes", {})}
    record = {
        "EventSource": "aws:sns",
        "EventVersion": "1.0",
        "EventSubscriptionArn": subscription_arn,
        "Sns": sns,
    }
    return {"Records": [record]}


def to_queue(targets: Targets, subscription: Any, told: Mapping[str, Any], fifo: Mapping[str, str]) -> None:
    """With RawMessageDelivery the message alone, and its attributes as the queue's own."""
    queue = subscription.endpoint.rpartition(":")[2]
    asked: dict[str, Any] = {"QueueUrl": queue, **fifo}
    if str(subscription.attributes.get("RawMessageDelivery")).lower() == "true":
        asked["MessageBody"] = told["Message"]
        attributes = told.get("MessageAttributes", {}).items()
        asked["MessageAttributes"] = {name: queue_attribute(found) for name, found in attributes}
    else:
        asked["MessageBody"] = json.dumps(told, indent=2, separators=(",", " : "))
    try:
        targets.moto.json("sqs", "AmazonSQS.SendMessage", asked)
    except CallFailed as exc:
        targets.failed(f"{subscription.endpoint} got no message of {subscription.topic.arn}: {exc}")


def queue_attribute(found: Mapping[str, str]) -> dict[str, str]:
    kind = "BinaryValue" if found["Type"].startswith("Binary") else "StringValue"
    return {"DataType": found["Type"], kind: found["Value"]}
