"""Which deployed Stage is meant, where a template has several."""

from longwire.core.api import Api, Stack
from longwire.errors import UsageError

__all__ = ["chosen_stage"]


def chosen_stage(stack: Stack, api: str | None, stage: str | None) -> Api:
    """The first that fits: ``api`` is a logical id, name or api id, ``stage`` a StageName. Raises UsageError."""
    named = [(each, {each.logical_id, each.name, each.api_id}) for each in stack.apis]
    found = [each for each, names in named if api in (None, *names) and stage in (None, each.stage.name)]
    if not found:
        known = ", ".join(f"{each.logical_id}/{each.stage.name}" for each in stack.apis)
        raise UsageError(f"there is no stage {stage or '*'} of an api {api or '*'}; the template has {known}")
    return found[0]
