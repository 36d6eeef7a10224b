import sys
from pathlib import Path
from typing import Any

import pytest

from longwire.core.api import Function
from longwire.runtime.lambda_environment import RESERVED, Endpoints, function_arn, log_stream_name, variables


def seen(endpoints: Endpoints | None = None, **settings: Any) -> dict[str, str]:
    settings = {"runtime": "python3.12", **settings}
    function = Function("Chat", "app-chat", "chat.handler", code="/srv/functions", **settings)
    return variables(
        function,
        region="eu-west-1",
        account_id="123456789012",
        stage="dev",
        endpoints=endpoints or Endpoints(8765, 4000),
    )


def test_lambdas_own_variables_are_all_there() -> None:
    assert seen(memory_mb=512) == {
        "HOME": "/tmp",  # noqa: S108 - as on Lambda
        "LANG": "en_US.UTF-8",
        "LAMBDA_RUNTIME_DIR": "/var/runtime",
        "LAMBDA_TASK_ROOT": "/srv/functions",
        "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin:/opt/bin",
        "TZ": ":UTC",
        "_HANDLER": "chat.handler",
        "AWS_ACCESS_KEY_ID": "LONGWIRELOCALDUMMY00",
        "AWS_ACCOUNT_ID": "123456789012",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:4000",
        "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI": "http://127.0.0.1:8765/dev",
        "AWS_ENDPOINT_URL_LAMBDA": "http://127.0.0.1:8765",
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.12",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
        "AWS_LAMBDA_FUNCTION_NAME": "app-chat",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_FORMAT": "Text",
        "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/app-chat",
        "AWS_REGION": "eu-west-1",
        "AWS_SAM_LOCAL": "true",
        "AWS_SECRET_ACCESS_KEY": "longwire-local-dummy-secret",
        "AWS_SESSION_TOKEN": "longwire-local-dummy-secret",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
        "AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1:2000",
        "_LONGWIRE_DOMAINS": "",
        "_LONGWIRE_GATEWAY": "127.0.0.1:8765",
        "_LONGWIRE_SERVICES": "127.0.0.1:4000",
    }


def test_nothing_comes_from_the_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    before = seen()
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_REGION", "HTTPS_PROXY", "PYTHONPATH", "HOME", "LANG"):
        monkeypatch.setenv(name, "the shell's")
    assert seen() == before


def test_the_templates_variables_win() -> None:
    given = seen(environment={"TABLE": "t", "TZ": "Europe/Berlin", "AWS_ENDPOINT_URL_SQS": "http://127.0.0.1:9"})
    assert (given["TABLE"], given["TZ"], given["AWS_ENDPOINT_URL_SQS"]) == ("t", "Europe/Berlin", "http://127.0.0.1:9")


@pytest.mark.parametrize("name", sorted(RESERVED))
def test_reserved_names_stay_lambdas(name: str) -> None:
    assert seen(environment={name: "mine"}).get(name) != "mine"


def test_the_json_format_has_a_level() -> None:
    given = seen(log_format="JSON")
    assert (given["AWS_LAMBDA_LOG_FORMAT"], given["AWS_LAMBDA_LOG_LEVEL"]) == ("JSON", "INFO")
    assert seen(log_format="JSON", environment={"AWS_LAMBDA_LOG_LEVEL": "DEBUG"})["AWS_LAMBDA_LOG_LEVEL"] == "DEBUG"


def test_a_gateway_on_another_address_is_named() -> None:
    given = seen(Endpoints(8765, 4000, "::1"))
    assert given["AWS_ENDPOINT_URL_LAMBDA"] == "http://[::1]:8765"


@pytest.mark.parametrize(
    ("region", "arn"),
    [
        ("eu-west-1", "arn:aws:lambda:eu-west-1:1:function:f"),
        ("cn-north-1", "arn:aws-cn:lambda:cn-north-1:1:function:f"),
        ("us-gov-west-1", "arn:aws-us-gov:lambda:us-gov-west-1:1:function:f"),
    ],
)
def test_an_arn_has_its_regions_partition(region: str, arn: str) -> None:
    assert function_arn("f", region, "1") == arn


def test_a_log_stream_is_named_by_day_and_environment() -> None:
    name = log_stream_name(1_795_508_380, "6f747a51-0000-4000-8000-0123456789ab")
    assert name == "2026/11/24/[$LATEST]6f747a510000400080000123456789ab"


def test_layers_are_searched_from_the_top() -> None:
    given = seen(layers=("/l/1", "/l/2"))
    assert given["PATH"].endswith(":/opt/bin:/l/2/bin:/l/1/bin")
    assert given["LD_LIBRARY_PATH"] == "/srv/functions:/srv/functions/lib:/l/2/lib:/l/1/lib"
    folders = [f"/l/{n}/{folder}" for n in (2, 1) for folder in ("python/lib/python3.12/site-packages", "python")]
    assert given["_LONGWIRE_LAYERS"] == ":".join(folders)
    assert seen(layers=("/l/1",), command=("x",))["PYTHONPATH"] == ":".join(folders[2:])


def test_layers_of_node_are_on_its_path() -> None:
    given = seen(runtime="nodejs22.x", layers=("/l/1",))
    assert given["NODE_PATH"] == "/l/1/nodejs/node22/node_modules:/l/1/nodejs/node_modules"
    assert "_LONGWIRE_LAYERS" not in given


def test_hosts_that_are_allowed_are_told_to_the_bootstrap() -> None:
    assert "_LONGWIRE_HOSTS" not in seen()
    assert seen(Endpoints(1, 2, allow_hosts=("API.example.com", "192.0.2.1")))["_LONGWIRE_HOSTS"] == (
        "api.example.com,192.0.2.1"
    )
