"""``longwire describe``: reads a template as far as it can be read, and tells what it found."""

import json

from longwire.description import description
from longwire.description_text import as_text
from longwire.project import Chosen
from longwire.template.layers import given_layers
from longwire.template.load import Given
from longwire.template.parameter_overrides import parse
from longwire.template.programs import programs
from longwire.template.survey import survey

__all__ = ["described"]

REGION = "us-east-1"


def described(
    chosen: Chosen,
    overrides: tuple[str, ...],
    region: str | None,
    given_for_functions: tuple[tuple[str, ...], tuple[str, ...]] = ((), ()),
    *,
    as_json: bool,
) -> str:
    """Text for people, or JSON. ``given_for_functions`` are the values of --function and of --layer. Raises TemplateError for a file that is no template, UsageError for an option."""
    given = Given(
        parameters=parse(overrides),
        defaults=chosen.parameters,
        region=region or chosen.region or REGION,
        stack_name=chosen.stack_name or "longwire",
        programs=programs(given_for_functions[0]),
        layers=given_layers(given_for_functions[1]),
    )
    facts = description(survey(chosen.file, given), chosen, given.region)
    return json.dumps(facts, indent=2) if as_json else as_text(facts)
