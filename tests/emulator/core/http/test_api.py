"""What a template says of an HTTP entry point."""

from http_entry_points import entry, route
from longwire.core.http.api import HttpAuthorizer


def test_each_kind_has_the_host_that_aws_gives_it() -> None:
    assert entry().domain_name == "abcdefghij.execute-api.eu-west-1.amazonaws.com"
    assert entry(kind="rest").domain_name == "abcdefghij.execute-api.eu-west-1.amazonaws.com"
    assert entry(kind="url").domain_name == "a" * 32 + ".lambda-url.eu-west-1.on.aws"


def test_a_named_stage_is_in_the_path_and_default_is_not() -> None:
    assert (entry().base, entry().local_path) == ("", "/Api")
    assert (entry(stage="dev").base, entry(stage="dev").local_path) == ("/dev", "/Api/dev")


def test_a_route_key_is_the_method_and_the_path() -> None:
    keys = ["GET /pets/{id}", "ANY /", "$default"]

    assert [route(key).key for key in keys] == keys


def test_functions_are_the_authorizers_and_the_integrations() -> None:
    guarded = route("GET /", authorizer=HttpAuthorizer("Guard", "Auth", "2.0"))

    assert entry(guarded, route("GET /b")).functions == ["Auth", "Publish"]
