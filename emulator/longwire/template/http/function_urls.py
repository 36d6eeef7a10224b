"""Function URLs: AWS::Lambda::Url, and SAM's FunctionUrlConfig."""

from collections.abc import Iterator
from contextlib import suppress

from longwire.core.http.api import DEFAULT, HttpApi, HttpRoute, LambdaProxy
from longwire.template.http.cors import RESOURCE, cors
from longwire.template.http.part import LeftOut, Part
from longwire.template.physical_ids import ACCOUNT_ID
from longwire.template.places import did_you_mean
from longwire.template.properties import Properties, Resources

__all__ = ["function_urls"]

KIND = "AWS::Lambda::Url"
MAX_TIMEOUT = 900.0  # seconds; Lambda's own, for a function URL has no limit of its own


def function_urls(resources: Resources) -> Iterator[HttpApi]:
    """Raises TemplateError."""
    for properties in resources.of_type(KIND):
        with suppress(LeftOut):
            yield read(properties, resources)


def read(properties: Properties, resources: Resources) -> HttpApi:
    part = Part(properties.values, properties.path, properties.places)
    mode = part.one_of("InvokeMode", ("BUFFERED", "RESPONSE_STREAM"), "BUFFERED")
    if mode == "RESPONSE_STREAM":
        part.leave_out("InvokeMode", "response streaming is not emulated", "InvokeMode: BUFFERED")
    signed = part.one_of("AuthType", ("NONE", "AWS_IAM")) == "AWS_IAM"
    function, qualifier = target(part, resources)
    url = resources.resolver.identities.attribute(properties.logical_id, "FunctionUrl", properties.path[:2])
    name = resources.properties(function).text("FunctionName", function)
    arn = resources.resolver.identities.attribute(function, "Arn", properties.path)
    proxy = LambdaProxy(function, "2.0", MAX_TIMEOUT, qualifier)
    return HttpApi(
        logical_id=properties.logical_id,
        api_id=str(url).removeprefix("https://").partition(".")[0],
        name=name,
        kind="url",
        region=resources.resolver.region,
        account_id=ACCOUNT_ID,
        routes=(HttpRoute("ANY", DEFAULT, proxy, None, signed),),
        cors=cors(part, "Cors", RESOURCE),
        function_arn=f"{arn}:{qualifier}" if qualifier else str(arn),
    )


def target(part: Part, resources: Resources) -> tuple[str, str]:
    """Logical id and qualifier; TargetFunctionArn may be a name, and the qualifier may be in it."""
    words = part.text("TargetFunctionArn").rpartition(":function:")[2].split(":")
    if words[0] not in resources.functions:
        hint = did_you_mean(words[0], resources.functions)
        raise part.error("TargetFunctionArn", f"the template has no function {words[0]}", hint)
    qualifier = words[1] if len(words) > 1 else part.text("Qualifier")
    return resources.functions[words[0]], qualifier
