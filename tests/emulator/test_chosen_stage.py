"""Which Stage is meant."""

import pytest

from longwire.chosen_stage import chosen_stage
from longwire.core.api import Api, Stack, Stage
from longwire.errors import UsageError


def api(logical_id: str, api_id: str, name: str, stage: str) -> Api:
    return Api(logical_id, api_id, name, "us-east-1", "123456789012", "$request.body.action", {}, Stage(stage))


STACK = Stack(
    "s",
    "us-east-1",
    "123456789012",
    (
        api("Chat", "aaaaaaaaaa", "chat", "dev"),
        api("Chat", "aaaaaaaaaa", "chat", "prod"),
        api("Feed", "b", "feed", "dev"),
    ),
    {},
)


@pytest.mark.parametrize(
    ("named", "stage", "found"),
    [
        (None, None, ("Chat", "dev")),
        ("Feed", None, ("Feed", "dev")),
        ("feed", "dev", ("Feed", "dev")),
        ("aaaaaaaaaa", "prod", ("Chat", "prod")),
        (None, "prod", ("Chat", "prod")),
    ],
)
def test_by_logical_id_name_api_id_or_stage(named: str | None, stage: str | None, found: tuple[str, str]) -> None:
    chosen = chosen_stage(STACK, named, stage)
    assert (chosen.logical_id, chosen.stage.name) == found


def test_what_is_not_there_is_named_with_what_there_is() -> None:
    with pytest.raises(
        UsageError, match="no stage prod of an api Feed; the template has Chat/dev, Chat/prod, Feed/dev"
    ):
        chosen_stage(STACK, "Feed", "prod")
