"""A gateway in virtual time whose api has what routes alone do not say: throttles, API keys, usage plans."""

from dataclasses import replace
from typing import Any

from longwire.core.gateway import Gateway


def deployed(world: Any, **changes: Any) -> Any:
    """``world``, deployed again with these fields of its Api changed."""
    deployment = world.gateway.deployment
    world.gateway = Gateway(replace(deployment.api, **changes), deployment.ids, deployment.quotas)
    return world
