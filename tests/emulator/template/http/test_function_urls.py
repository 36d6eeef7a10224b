"""Function URLs of a template."""

from pathlib import Path

import pytest

from http_templates import URL, beside
from longwire.core.http.api import HttpRoute, LambdaProxy


def test_a_url_is_one_route_for_everything(tmp_path: Path) -> None:
    (api,) = beside(URL, tmp_path).load(region="eu-west-1").http_apis

    assert (api.logical_id, api.kind, api.stage) == ("Url", "url", "$default")
    assert api.routes == (HttpRoute("ANY", "$default", LambdaProxy("Publish", "2.0", 900.0)),)
    assert api.domain_name == f"{api.api_id}.lambda-url.eu-west-1.on.aws"
    assert len(api.api_id) == 32


def test_what_sam_makes_of_a_function_is_the_same(tmp_path: Path) -> None:
    text = "      FunctionUrlConfig: {AuthType: AWS_IAM}\n      AutoPublishAlias: live\n"
    (api,) = beside(text, tmp_path).load().http_apis

    assert (api.logical_id, api.routes[0].iam) == ("PublishUrl", True)
    assert api.routes[0].integration == LambdaProxy("Publish", "2.0", 900.0, "live")
    assert api.function_arn == "arn:aws:lambda:us-east-1:123456789012:function:longwire-Publish:live"


def test_get_att_gives_the_address_on_aws(tmp_path: Path) -> None:
    sample = beside(URL, tmp_path)
    variables = "Environment: {Variables: {URL: !GetAtt Url.FunctionUrl, ARN: !Ref Url}}"
    stack = sample.replace("CodeUri: ., Handler: app.guard", f"{variables}, CodeUri: ., Handler: app.guard").load()

    assert stack.functions["Guard"].environment == {
        "URL": f"https://{stack.http_apis[0].domain_name}/",
        "ARN": "arn:aws:lambda:us-east-1:123456789012:function:longwire-Publish",
    }


@pytest.mark.parametrize(
    ("old", "new", "where", "message"),
    [
        ("AuthType: NONE", "AuthType: NOE", "AuthType", "'NOE' does not exist"),
        (
            "AuthType: NONE",
            "AuthType: NONE, InvokeMode: RESPONSE_STREAM",
            "InvokeMode",
            "response streaming is not emulated",
        ),
        ("!GetAtt Publish.Arn, Cors", "Publsh, Cors", "TargetFunctionArn", "the template has no function Publsh"),
        ("AuthType: NONE", "AuthTyp: NONE", "AuthTyp", "AWS::Lambda::Url has no property AuthTyp"),
    ],
)
def test_a_defect_is_named_with_its_place(tmp_path: Path, old: str, new: str, where: str, message: str) -> None:
    error = beside(URL, tmp_path).replace(old, new).error()

    assert (error.message, error.resource, error.property_path) == (message, "Url", where)
