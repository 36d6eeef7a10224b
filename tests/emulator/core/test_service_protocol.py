"""How services are called and what they answer."""

import json

from longwire.core.api import ServiceAction
from longwire.core.service_protocol import json_of_xml, service_request

FORM = ("Content-Type", "application/x-www-form-urlencoded")


def test_a_json_service_is_told_its_action_by_a_header() -> None:
    found = service_request(ServiceAction("dynamodb", "us-east-1", "PutItem"), (), (), b"{}")
    assert found.target == "/"
    assert found.headers == (
        ("Content-Type", "application/x-amz-json-1.0"),
        ("X-Amz-Target", "DynamoDB_20120810.PutItem"),
    )


def test_headers_of_the_template_go_first() -> None:
    given = (("content-type", "application/x-amz-json-1.1"), ("X-Amz-Target", "AWSEvents.PutEvents"))
    assert service_request(ServiceAction("events", "us-east-1", path=""), given, (), b"{}").headers == given


def test_a_query_service_is_told_its_action_in_the_form() -> None:
    found = service_request(
        ServiceAction("sqs", "us-east-1", path="123/q.fifo"), (FORM,), (), b"Action=SendMessage&MessageBody=x"
    )
    assert (found.target, found.body) == ("/123/q.fifo", b"Action=SendMessage&MessageBody=x&Version=2012-11-05")
    found = service_request(
        ServiceAction("sns", "us-east-1", "Publish"), (), (("TopicArn", "a:b"), ("Message", "m n")), b""
    )
    assert found.body == b"TopicArn=a%3Ab&Message=m+n&Action=Publish&Version=2010-03-31"
    assert found.headers == (FORM,)


def test_a_body_that_is_no_form_is_left_alone() -> None:
    given = (("Content-Type", "application/x-amz-json-1.0"), ("X-Amz-Target", "AmazonSQS.SendMessage"))
    found = service_request(ServiceAction("sqs", "us-east-1", path=""), given, (("a", "b"),), b"{}")
    assert (found.target, found.headers, found.body) == ("/?a=b", given, b"{}")


def test_xml_is_read_as_json() -> None:
    xml = b"""<SendMessageResponse xmlns="http://queue.amazonaws.com/doc/2012-11-05/"><SendMessageResult>
      <MessageId>m</MessageId></SendMessageResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata>
      </SendMessageResponse>"""
    found = json.loads(json_of_xml(xml))["SendMessageResponse"]
    assert found["ResponseMetadata"] == {"RequestId": "r"}
    assert found["SendMessageResult"]["MessageId"] == "m"
    assert found["SendMessageResult"]["SequenceNumber"] is None


def test_lists_are_lists() -> None:
    xml = b"<R><Topics><member><TopicArn>a</TopicArn></member></Topics><M>1</M><M>2</M><E/></R>"
    assert json.loads(json_of_xml(xml)) == {"R": {"Topics": [{"TopicArn": "a"}], "M": ["1", "2"], "E": None}}


def test_what_is_no_xml_is_left_alone() -> None:
    assert json_of_xml(b'{"a": 1}') == b'{"a": 1}'
    assert json_of_xml(b"<a") == b"<a"
