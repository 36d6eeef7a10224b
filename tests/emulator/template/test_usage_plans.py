"""API keys and usage plans of a template."""

from pathlib import Path

import pytest

from longwire.core.api import KEY_FROM_AUTHORIZER, KEY_FROM_HEADER, ApiKey, Throttle, UsageQuota
from sample_templates import Sample, sample

VALUE = "abcdefghij0123456789"
KEYS = f"""\
  Key:
    Type: AWS::ApiGateway::ApiKey
    Properties:
      Name: partner
      Value: {VALUE}
      Enabled: true
  Drawn:
    Type: AWS::ApiGateway::ApiKey
    Properties:
      Enabled: "true"
  Plan:
    Type: AWS::ApiGateway::UsagePlan
    Properties:
      ApiStages:
        - ApiId: !Ref Api
          Stage: !Ref Stage
      Throttle:
        RateLimit: 10
        BurstLimit: 20
      Quota:
        Limit: 1000
        Period: WEEK
        Offset: 6
  Member:
    Type: AWS::ApiGateway::UsagePlanKey
    Properties:
      KeyId: !Ref Key
      KeyType: API_KEY
      UsagePlanId: !Ref Plan
"""


@pytest.fixture
def plain(tmp_path: Path) -> Sample:
    return sample("plain", tmp_path).append(KEYS)


def required(template: Sample) -> Sample:
    return template.replace("RouteKey: $connect\n", "RouteKey: $connect\n      ApiKeyRequired: true\n")


def test_a_plan_of_the_stage_has_its_keys_throttle_and_quota(plain: Sample) -> None:
    stack = required(plain).load()
    (plan,) = stack.api.usage_plans

    assert (plan.logical_id, plan.name) == ("Plan", "longwire-Plan")
    assert (plan.throttle, plan.quota) == (Throttle(10.0, 20), UsageQuota(1000, "WEEK", 6))
    (key,) = plan.api_keys
    assert key == ApiKey("Key", key.key_id, "partner", VALUE)
    assert (len(key.key_id), stack.warnings) == (10, ())
    assert {route.key for route in stack.api.routes.values() if route.api_key_required} == {"$connect"}


def test_a_key_without_a_value_gets_one_that_is_the_same_at_every_start(plain: Sample) -> None:
    _, drawn = plain.load().api.api_keys
    _, again = plain.load().api.api_keys
    _, other = plain.load(stack_name="other").api.api_keys

    assert (drawn.name, drawn.enabled, drawn.generated) == ("longwire-Drawn", True, True)
    assert (len(drawn.value), drawn.value.isalnum()) == (40, True)
    assert drawn.value == again.value != other.value


def test_the_id_of_a_key_can_be_referred_to(plain: Sample) -> None:
    api = plain.replace("target: plain-message", "target: plain-message\n        key: !GetAtt Key.APIKeyId").load().api

    assert api.stage.variables["key"] == api.api_keys[0].key_id


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("        - ApiId: !Ref Api\n          Stage: !Ref Stage\n", "        []\n"),
        ("      ApiStages:\n        - ApiId: !Ref Api\n          Stage: !Ref Stage\n", ""),
    ],
)
def test_a_plan_of_no_stage_lets_nobody_in_and_says_so(plain: Sample, old: str, new: str) -> None:
    stack = required(plain).replace(old, new).load()

    assert stack.api.usage_plans == ()
    assert (
        "no enabled API key is in a usage plan of this Stage: $connect will answer every client with 403"
        in (stack.warnings[0])
    )


def test_a_plan_without_limits_has_none(plain: Sample) -> None:
    plain.replace("      Throttle:\n        RateLimit: 10\n        BurstLimit: 20\n", "")
    plain.replace("      Quota:\n        Limit: 1000\n        Period: WEEK\n        Offset: 6\n", "")
    (plan,) = plain.load().api.usage_plans

    assert (plan.throttle, plan.quota) == (Throttle(), None)


def test_a_key_that_does_not_say_enabled_is_disabled_and_warned_of(plain: Sample) -> None:
    stack = required(plain).replace("      Enabled: true\n", "").load()

    assert not stack.api.api_keys[0].enabled
    disabled, nobody = stack.warnings
    assert "Key: has no Enabled, which is false by default" in disabled
    assert "no enabled API key" in nobody


@pytest.mark.parametrize("expression", [KEY_FROM_HEADER, KEY_FROM_AUTHORIZER])
def test_the_key_has_two_sources(plain: Sample, expression: str) -> None:
    plain.replace("      Name: plain-chat\n", f"      ApiKeySelectionExpression: {expression}\n")
    stack = required(plain).load()

    assert (stack.api.api_key_selection_expression, stack.warnings) == (expression, ())


def test_a_key_from_an_authorizer_that_is_not_there_is_warned_of(plain: Sample) -> None:
    plain.replace("      Name: plain-chat\n", f"      ApiKeySelectionExpression: {KEY_FROM_AUTHORIZER}\n")
    plain.replace("      AuthorizationType: CUSTOM\n      AuthorizerId: !Ref Authorizer\n", "")
    (warning,) = required(plain).load().warnings

    assert "Api.ApiKeySelectionExpression: the API key is read from an authorizer's answer" in warning


def test_a_value_with_other_characters_is_warned_of(plain: Sample) -> None:
    stack = plain.replace(VALUE, "abcdefghij-0123456789").load()

    assert "Key.Value: is documented to be letters and digits" in stack.warnings[0]


SECOND_PLAN = """\
  Second:
    Type: AWS::ApiGateway::UsagePlan
    Properties: {ApiStages: [{ApiId: !Ref Api, Stage: live}]}
  SecondMember:
    Type: AWS::ApiGateway::UsagePlanKey
    Properties: {KeyId: !Ref Key, KeyType: API_KEY, UsagePlanId: !Ref Second}
"""
SAME_VALUE = f"""\
  Same:
    Type: AWS::ApiGateway::ApiKey
    Properties: {{Enabled: true, Value: {VALUE}}}
"""


@pytest.mark.parametrize(
    ("added", "resource", "message"),
    [
        (SECOND_PLAN, "Second", "Key is in Plan too, and a key has one usage plan for each Stage"),
        (SAME_VALUE, "Same", "Key has the same value"),
    ],
)
def test_keys_that_api_gateway_would_refuse_are_refused(plain: Sample, added: str, resource: str, message: str) -> None:
    error = plain.append(added).error()

    assert (error.resource, error.message) == (resource, message)


@pytest.mark.parametrize(
    ("old", "new", "place", "message"),
    [
        (f"Value: {VALUE}", "Value: short", "Key.Value", "has 5 characters; an API key has 20 to 128"),
        ("KeyId: !Ref Key", "KeyId: !Ref Plan", "Member.KeyId", "is no ApiKey of this template"),
        ("KeyId: !Ref Key", "KeyId: !Ref Kye", "Member.KeyId", "Did you mean Key?"),
        ("UsagePlanId: !Ref Plan", "UsagePlanId: !Ref Key", "Member.UsagePlanId", "is no UsagePlan of this template"),
        ("KeyType: API_KEY", "KeyType: API-KEY", "Member.KeyType", "Did you mean API_KEY?"),
        ("Stage: !Ref Stage", "Stage: beta", "Plan.ApiStages[0].Stage", "no Stage 'beta'; it has 'live'"),
        ("ApiId: !Ref Api\n          Stage", "ApiId: abc\n          Stage", "Plan.ApiStages[0].ApiId", "'abc' is no"),
        ("          Stage: !Ref Stage\n", "", "Plan.ApiStages[0]", "needs Stage"),
        (
            "Stage: !Ref Stage",
            "Stage: !Ref Stage\n          Throttle: {/x/GET: {RateLimit: 1}}",
            "Plan.ApiStages[0].Throttle",
            "limits of one method in a usage plan are not emulated",
        ),
        ("RateLimit: 10", "RateLimit: -10", "Plan.Throttle.RateLimit", "not negative, not -10"),
        ("BurstLimit: 20", "BurstLimit: 2.5", "Plan.Throttle.BurstLimit", "a whole number that is not negative"),
        ("Period: WEEK", "Period: YEAR", "Plan.Quota.Period", "'YEAR' is none of DAY, WEEK, MONTH"),
        ("        Period: WEEK\n", "", "Plan.Quota", "needs Period"),
        ("Offset: 6", "Offset: 7", "Plan.Quota.Offset", "7 is not between 0 and 6, as WEEK needs"),
        ("Limit: 1000", "Limit: many", "Plan.Quota.Limit", "not 'many'"),
        (
            "      Name: partner\n",
            "      StageKeys: []\n",
            "Key.StageKeys",
            "StageKeys of AWS::ApiGateway::ApiKey is not emulated",
        ),
        (
            "      Name: plain-chat\n",
            "      ApiKeySelectionExpression: $request.header.key\n",
            "Api.ApiKeySelectionExpression",
            "Did you mean $request.header.x-api-key?",
        ),
    ],
)
def test_what_is_wrong_with_keys_and_plans_is_told_at_its_place(
    plain: Sample, old: str, new: str, place: str, message: str
) -> None:
    error = plain.replace(old, new).error()

    assert f"{error.resource}.{error.property_path}" == place
    assert message in str(error)
    assert error.location is not None


def test_another_apis_stages_in_a_plan_are_left_out_when_that_is_allowed(plain: Sample) -> None:
    plain.replace("      ApiStages:\n", "      ApiStages:\n        - {ApiId: abcdefghij, Stage: v1}\n")
    stack = plain.load(allow_unsupported=True)

    assert [plan.logical_id for plan in stack.api.usage_plans] == ["Plan"]
    assert "ignored: 'abcdefghij' is no WebSocket API of this template" in stack.warnings[0]
