"""The environment variables that a function sees: Lambda's own, the template's, and nothing of the user's shell."""

import importlib.util
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from longwire.core.api import Function

__all__ = [
    "DUMMY_KEY_ID",
    "DUMMY_SECRET",
    "RESERVED",
    "TEST_AGENT",
    "Endpoints",
    "function_arn",
    "log_stream_name",
    "trace_id",
    "variables",
]

# Documented: "Reserved environment variables ... can't be set in your function configuration".
RESERVED = frozenset(
    {
        "_HANDLER",
        "_X_AMZN_TRACE_ID",
        "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID",
        "AWS_DEFAULT_REGION",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "LAMBDA_RUNTIME_DIR",
        "LAMBDA_TASK_ROOT",
    }
)
DUMMY_KEY_ID = "LONGWIRELOCALDUMMY00"  # 20 characters as a real one has; no AWS prefix, so no scanner takes it for one
DUMMY_SECRET = "longwire-local-dummy-secret"  # noqa: S105 - opens nothing
TEST_AGENT = "longwire-test"  # in the User-Agent of a test's own clients: what a handler calls lacks it
NO_FILE = "/dev/null"  # botocore reads it as an empty file
GATEWAY, SERVICES, DOMAINS = "_LONGWIRE_GATEWAY", "_LONGWIRE_SERVICES", "_LONGWIRE_DOMAINS"
HOSTS, CLOCK = "_LONGWIRE_HOSTS", "_LONGWIRE_CLOCK"
LAYERS, DEBUG, BUNDLED = "_LONGWIRE_LAYERS", "_LONGWIRE_DEBUG", "_LONGWIRE_BUNDLED"


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where calls to AWS end: Invoke and ``@connections`` at the gateway, every other service at the services."""

    gateway_port: int
    services_port: int
    gateway_host: str = "127.0.0.1"
    domain_names: tuple[str, ...] = ()  # custom ones, which lead to the gateway too
    elsewhere: Mapping[str, str] = field(default_factory=dict)  # AWS_ENDPOINT_URL_<SERVICE>, by name
    allow_hosts: tuple[str, ...] = ()  # beside this machine

    @property
    def gateway(self) -> str:
        host = f"[{self.gateway_host}]" if ":" in self.gateway_host else self.gateway_host
        return f"{host}:{self.gateway_port}"

    @property
    def services(self) -> str:
        return f"127.0.0.1:{self.services_port}"


def variables(
    function: Function,
    *,
    region: str,
    account_id: str,
    stage: str,
    endpoints: Endpoints,
    interpreter: str = sys.executable,
) -> dict[str, str]:
    """All of them but the log stream's name, which each execution environment has for itself.

    The template's win, except over RESERVED names, which Lambda does not let anybody set. Those that start with
    ``_LONGWIRE_`` are for the bootstrap, which removes them before it imports the handler. ``interpreter`` is the
    path of the Python that runs the function: its folder comes first on PATH, where Lambda has ``/var/lang/bin``.
    """
    given = {name: value for name, value in function.environment.items() if name not in RESERVED}
    interpreter = function.interpreter or interpreter
    return (
        system(interpreter)
        | of_function(function)
        | credentials(region, account_id)
        | aws_endpoints(endpoints, stage)
        | of_layers(function, interpreter)
        | given
        | ({DEBUG: str(function.debug_port)} if function.debug_port else {})
        | ({BUNDLED: bundled_folder()} if function.interpreter else {})
        | {GATEWAY: endpoints.gateway, SERVICES: endpoints.services, DOMAINS: ",".join(endpoints.domain_names)}
        | ({HOSTS: ",".join(host.lower() for host in endpoints.allow_hosts)} if endpoints.allow_hosts else {})
    )


def bundled_folder() -> str:
    """Where our boto3 is. Lambda's Python runtimes bring one; another interpreter of this machine need not."""
    spec = importlib.util.find_spec("boto3")
    assert spec is not None
    assert spec.origin is not None
    return str(Path(spec.origin).parents[1])


def system(interpreter: str) -> dict[str, str]:
    # Documented in "Defined runtime environment variables". Lambda has no HOME; without one Python would look up
    # the user's own, where ~/.aws is.
    return {
        "HOME": "/tmp",  # noqa: S108 - the one folder that Lambda lets a function write to
        "LANG": "en_US.UTF-8",
        "LAMBDA_RUNTIME_DIR": "/var/runtime",
        "PATH": search_path(interpreter),
        "TZ": ":UTC",
    }


def search_path(interpreter: str) -> str:
    return f"{Path(interpreter).parent}:/usr/local/bin:/usr/bin:/bin:/opt/bin"


def of_layers(function: Function, interpreter: str) -> dict[str, str]:
    """Documented in "Layer paths for each Lambda runtime".

    Where Lambda has ``/opt``, each layer has its own folder, and the one on top is looked at first.
    """
    if not function.layers:
        return {}
    top = function.layers[::-1]
    libraries = [function.code, f"{function.code}/lib", *(f"{layer}/lib" for layer in top)]
    found = {
        "PATH": ":".join([search_path(interpreter), *(f"{layer}/bin" for layer in top)]),
        "LD_LIBRARY_PATH": ":".join(libraries),
    }
    if function.runtime.startswith("nodejs"):
        version = function.runtime.removeprefix("nodejs").partition(".")[0]
        folders = (f"nodejs/node{version}/node_modules", "nodejs/node_modules")
        found["NODE_PATH"] = ":".join(f"{layer}/{folder}" for layer in top for folder in folders)
    elif function.runtime.startswith("python"):
        folders = (f"python/lib/{function.runtime}/site-packages", "python")
        paths = ":".join(f"{layer}/{folder}" for layer in top for folder in folders)
        found["PYTHONPATH" if function.command else LAYERS] = paths
    return found


def of_function(function: Function) -> dict[str, str]:
    named = {
        "_HANDLER": function.handler,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.runtime}",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_mb),
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_FORMAT": function.log_format,
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{function.name}",
        "AWS_SAM_LOCAL": "true",
        "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
        "AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1:2000",
        "LAMBDA_TASK_ROOT": function.code,
    }
    # Documented: log levels exist for the JSON format alone, and the default is INFO.
    return named | ({"AWS_LAMBDA_LOG_LEVEL": "INFO"} if function.log_format == "JSON" else {})


def credentials(region: str, account_id: str) -> dict[str, str]:
    """Dummies, and no file to find real ones in."""
    return {
        "AWS_ACCESS_KEY_ID": DUMMY_KEY_ID,
        "AWS_ACCOUNT_ID": account_id,
        "AWS_CONFIG_FILE": NO_FILE,
        "AWS_DEFAULT_REGION": region,
        "AWS_REGION": region,
        "AWS_SECRET_ACCESS_KEY": DUMMY_SECRET,
        "AWS_SESSION_TOKEN": DUMMY_SECRET,
        "AWS_SHARED_CREDENTIALS_FILE": NO_FILE,
    }


def aws_endpoints(endpoints: Endpoints, stage: str) -> dict[str, str]:
    """For clients that are made without ``endpoint_url``; the bootstrap redirects the others."""
    return {
        "AWS_ENDPOINT_URL": f"http://{endpoints.services}",
        "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI": f"http://{endpoints.gateway}/{stage}",
        "AWS_ENDPOINT_URL_LAMBDA": f"http://{endpoints.gateway}",
        **endpoints.elsewhere,
    }


def function_arn(name: str, region: str, account_id: str) -> str:
    partitions = {"cn": "aws-cn", "us-gov": "aws-us-gov"}
    partition = next((found for start, found in partitions.items() if region.startswith(f"{start}-")), "aws")
    return f"arn:{partition}:lambda:{region}:{account_id}:function:{name}"


def log_stream_name(now: float, environment_id: str) -> str:
    """``2026/11/24/[$LATEST]<32 hex digits>``; ``environment_id`` is a UUID."""
    return f"{datetime.fromtimestamp(now, UTC):%Y/%m/%d}/[$LATEST]{environment_id.replace('-', '')}"


def trace_id(request_id: str, now: float) -> str:
    """An X-Ray header that is not sampled; its hexadecimal digits are those of the request id, a UUID."""
    digits = request_id.replace("-", "")
    return f"Root=1-{int(now):08x}-{digits[:24]};Parent={digits[-16:]};Sampled=0"
