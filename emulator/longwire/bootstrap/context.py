"""What a handler gets as its second argument, as Lambda's Python runtime makes it.

Runs inside an execution environment: standard library only, and little of it: see channel.
"""

import json
import os
import sys
import time
from binascii import a2b_base64
from typing import Any

__all__ = ["LambdaContext"]


class CognitoIdentity:
    cognito_identity_id = None
    cognito_identity_pool_id = None


class ClientContext:
    """What a mobile client told; ``custom`` and ``env`` are mappings."""

    def __init__(self, told: dict[str, Any]) -> None:
        self.custom = told.get("custom")
        self.env = told.get("env")
        client = told.get("client")
        self.client = Client(client) if isinstance(client, dict) else None


class Client:
    def __init__(self, told: dict[str, Any]) -> None:
        self.installation_id = told.get("installation_id")
        self.app_title = told.get("app_title")
        self.app_version_name = told.get("app_version_name")
        self.app_version_code = told.get("app_version_code")
        self.app_package_name = told.get("app_package_name")


class LambdaContext:
    """What a handler gets as its second argument."""

    client_context: ClientContext | None = None
    identity = CognitoIdentity()
    tenant_id = None
    invoked_function_arn: str
    function_name: str
    function_version: str
    memory_limit_in_mb: str
    log_group_name: str
    log_stream_name: str

    def __init__(self, request_id: str, deadline_ms: int) -> None:
        self.aws_request_id = request_id
        self._deadline_ms = deadline_ms

    def asked_for(self, qualifier: str, client_context: str = "") -> None:
        """The version or alias that the caller named, and its context in base64."""
        if qualifier:
            self.invoked_function_arn = f"{self.invoked_function_arn}:{qualifier}"
        if client_context:
            self.client_context = ClientContext(json.loads(a2b_base64(client_context)))

    @classmethod
    def prepare(cls, arn: str) -> None:
        """What is the same for every invocation of this environment."""
        cls.invoked_function_arn = arn
        cls.function_name = os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "")
        cls.function_version = os.environ.get("AWS_LAMBDA_FUNCTION_VERSION", "")
        cls.memory_limit_in_mb = os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "")
        cls.log_group_name = os.environ.get("AWS_LAMBDA_LOG_GROUP_NAME", "")
        cls.log_stream_name = os.environ.get("AWS_LAMBDA_LOG_STREAM_NAME", "")

    def get_remaining_time_in_millis(self) -> int:
        return max(0, self._deadline_ms - int(time.time() * 1000))

    def log(self, message: object) -> None:
        sys.stdout.write(str(message))
