"""Step Functions, run truly: moto's interpreter of the Amazon States Language, with calls that end here.

Each execution is a thread of moto's. What it calls, it calls over HTTP, as handlers do: functions and APIs at the
gateway's port, everything else at our own. So moto still does one thing at a time.
"""

import logging
import sys
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from http import HTTPStatus
from threading import Lock
from typing import Any
from urllib.parse import urlencode, urlsplit

__all__ = ["run_executions", "stop_executions"]

# Step Functions developer guide, "Call API Gateway with Step Functions"
API_PARAMETERS = (
    *("AllowNullValues", "ApiEndpoint", "AuthType", "Headers", "Method", "Path", "QueryParameters", "RequestBody"),
    "Stage",
)


def run_executions(gateway_url: str, services_url: str, log: Callable[[str], object]) -> Callable[[], None]:
    """A repair of moto's state machines, which answer without running unless told, and call AWS or moto's server.

    ``log`` gets a line for an execution that ends otherwise than well, from the execution's own thread.
    """

    def run() -> None:
        from moto.core.config import default_user_config
        from moto.stepfunctions.parser.asl.utils import boto_client

        default_user_config["stepfunctions"] = {"execute_state_machine": True}
        # Before the interpreter is imported: its modules take the function's name from here.
        boto_client.boto_client_for = clients(gateway_url, services_url)
        name_executions()
        call_apis(gateway_url)
        tell_failures(log)

    return run


def clients(gateway_url: str, services_url: str) -> Callable[..., Any]:
    from boto3 import client
    from botocore.config import Config

    make: Any = client  # boto3's stubs have an overload for each service
    lock = Lock()  # clients may be used by several threads, but not made by them
    config = Config(parameter_validation=False, retries={"total_max_attempts": 1}, read_timeout=900)

    @cache
    def made(service: str, region: str) -> Any:
        return make(
            service,
            region_name=region,
            endpoint_url=gateway_url if service == "lambda" else services_url,
            config=config,
        )

    def client_for(region: str, service: str, state_credentials: Any = None) -> Any:  # noqa: ARG001 - moto's signature
        with lock:
            return made(service, region)

    return client_for


def name_executions() -> None:
    """ "If you don't provide a name for the execution, Step Functions generates a unique one."""
    from moto.stepfunctions.parser.models import StepFunctionsParserBackend

    start = StepFunctionsParserBackend.start_execution

    def start_execution(self: Any, arn: str, name: str | None = None, *arguments: Any, **named: Any) -> Any:
        return start(self, arn, name or str(uuid.uuid4()), *arguments, **named)

    StepFunctionsParserBackend.start_execution = start_execution


def call_apis(gateway_url: str) -> None:
    """``apigateway:invoke``, which is how state machines post to connections."""
    from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import state_task_service_api_gateway

    module = state_task_service_api_gateway

    def evaluate(_self: Any, env: Any, *given: Any, **named: Any) -> None:
        parameters: Mapping[str, Any] = named["normalised_parameters"] if named else given[1]
        endpoint = urlsplit(f"//{parameters['ApiEndpoint'].rpartition('//')[2]}")
        parts = [endpoint.path, parameters.get("Stage", ""), parameters.get("Path", "")]
        path = "/".join(part.strip("/") for part in parts if part.strip("/"))
        query = urlencode(parameters.get("QueryParameters") or {}, doseq=True)
        headers = {name: ", ".join(listed(value)) for name, value in (parameters.get("Headers") or {}).items()}
        response = module.requests.request(
            parameters["Method"],
            f"{gateway_url}/{path}{'?' if query else ''}{query}",
            headers={**headers, "Host": endpoint.netloc},
            json=parameters.get("RequestBody"),
            timeout=60,
        )
        if response.status_code >= 400:
            raise module.SfnGatewayException(parameters=parameters, response=response)
        env.stack.append(answer_of(response))

    mended = module.StateTaskServiceApiGateway
    mended._SUPPORTED_API_PARAM_BINDINGS = {"invoke": set(API_PARAMETERS)}  # noqa: SLF001 - moto drops all but two
    mended._eval_service_task, mended._from_error = evaluate, failed_call  # noqa: SLF001 - a repair replaces what it mends


def failed_call(self: Any, env: Any, ex: Any) -> Any:
    """moto's own leaves out the ``env`` that its events need."""
    from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import state_task_service_api_gateway

    module = state_task_service_api_gateway
    answered = isinstance(ex, module.SfnGatewayException)
    error = f"ApiGateway.{ex.response.status_code if answered else type(ex).__name__}"
    details = module.TaskFailedEventDetails(
        error=error,
        cause=ex.response.text if answered else str(ex),
        resource=self._get_sfn_resource(),
        resourceType=self._get_sfn_resource_type(),
    )
    return module.FailureEvent(
        env=env,
        error_name=module.CustomErrorName(error),
        event_type=module.HistoryEventType.TaskFailed,
        event_details=module.EventDetails(taskFailedEventDetails=details),
    )


def tell_failures(log: Callable[[str], object]) -> None:
    from moto.stepfunctions.parser.backend.execution import BaseExecutionWorkerCommunication

    terminated = BaseExecutionWorkerCommunication.terminated
    # moto logs each failure as its interpreter sees it: pages of text.
    logging.getLogger("moto.stepfunctions").setLevel(logging.CRITICAL)

    def tell(self: Any) -> None:
        terminated(self)
        execution = self.execution
        if execution.status != "SUCCEEDED":
            why = ": ".join(text for text in (execution.error, execution.cause) if text)
            name = execution.state_machine.name
            log(f"{name}: an execution ended as {execution.status}{': ' if why else ''}{why}")

    BaseExecutionWorkerCommunication.terminated = tell


def listed(value: Any) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]


def answer_of(response: Any) -> dict[str, Any]:
    try:
        body = response.json()
    except ValueError:
        body = response.text
    return {
        "Headers": {name: [value] for name, value in response.headers.items()},
        "ResponseBody": body,
        "StatusCode": response.status_code,
        "StatusText": HTTPStatus(response.status_code).phrase,
    }


def stop_executions(account_id: str) -> None:
    """End what runs, before the services are emptied."""
    if "moto.stepfunctions.parser.models" not in sys.modules:
        return
    from moto.stepfunctions.parser.models import stepfunctions_parser_backends

    for backend in stepfunctions_parser_backends[account_id].values():
        for machine in backend.state_machines:
            for execution in machine.executions:
                if execution.stop_date is None and execution.exec_worker.env is not None:
                    execution.stop(datetime.now(UTC), "Reset", "the services were reset")
