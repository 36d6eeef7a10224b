"""The function that a URI names, with the version or alias in its ARN."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from longwire.template.http.part import Part
from longwire.template.places import did_you_mean
from longwire.template.properties import Resources

__all__ = ["Targets", "function_target"]

URI = re.compile(
    r"(?:arn:[\w-]+:apigateway:[\w-]+:lambda:path/2015-03-31/functions/)?"
    r"arn:[\w-]+:lambda:[\w-]+:\d{12}:function:(?P<name>[\w-]+)(?::(?P<qualifier>[\w$-]+))?(?:/invocations)?"
)
STAGE_VARIABLE = re.compile(r"\$\{stageVariables\.(\w+)\}")
SHAPE = "arn:aws:apigateway:REGION:lambda:path/2015-03-31/functions/FUNCTION ARN/invocations, or a function's ARN"


@dataclass(frozen=True, slots=True)
class Targets:
    """``variables`` are the Stage's."""

    resources: Resources
    variables: Mapping[str, str] = field(default_factory=dict)


def function_target(part: Part, name: str, targets: Targets) -> tuple[str, str]:
    """Logical id and qualifier of the function; raises TemplateError."""

    def staged(found: re.Match[str]) -> str:
        if found[1] not in targets.variables:
            hint = did_you_mean(found[1], targets.variables)
            raise part.error(name, f"the Stage has no variable {found[1]}", hint)
        return targets.variables[found[1]]

    uri = STAGE_VARIABLE.sub(staged, part.text(name))
    found = URI.fullmatch(uri)
    if found is None:
        raise part.error(name, f"{uri or 'nothing'} names no Lambda function", SHAPE)
    known = targets.resources.functions
    if found["name"] not in known:
        raise part.error(name, f"the template has no function {found['name']}", did_you_mean(found["name"], known))
    return known[found["name"]], found["qualifier"] or ""
