"""The environment variables by which other programs find a running emulator, and nothing that leads to AWS."""

from collections.abc import Mapping
from pathlib import Path

from longwire.runtime.lambda_environment import DUMMY_KEY_ID, DUMMY_SECRET

__all__ = ["LEADING_OUT", "variables"]

# What would lead an SDK to somebody's real account beside the variables below.
LEADING_OUT = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE",
               "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI")  # fmt: skip


def variables(addresses: Mapping[str, str], region: str) -> dict[str, str]:
    """``addresses`` are those of the ready line: websocket_url, management_url, endpoint_url, inspector_url, and
    ca_file where the port speaks TLS with a certificate of ours.
    """
    stage_url = addresses["management_url"].removesuffix("/@connections")
    return {
        "LONGWIRE_WS_URL": addresses["websocket_url"],
        "LONGWIRE_MANAGEMENT_URL": addresses["management_url"],
        "LONGWIRE_ENDPOINT_URL": addresses["endpoint_url"],
        "LONGWIRE_INSPECTOR_URL": addresses["inspector_url"],
        "AWS_ENDPOINT_URL": addresses["endpoint_url"],
        "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI": stage_url,
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_ACCESS_KEY_ID": DUMMY_KEY_ID,
        "AWS_SECRET_ACCESS_KEY": DUMMY_SECRET,
        "AWS_SESSION_TOKEN": DUMMY_SECRET,
        "AWS_EC2_METADATA_DISABLED": "true",
        **(trust(addresses["ca_file"]) if "ca_file" in addresses else {}),
    }


def trust(ca_file: str) -> dict[str, str]:
    """The first two add to what a client trusts, the last two stand for all of it; AWS's endpoint is ours."""
    bundle = str(Path(ca_file).with_name("bundle.pem"))
    return {
        "LONGWIRE_CA_FILE": ca_file,
        "NODE_EXTRA_CA_CERTS": ca_file,
        "AWS_CA_BUNDLE": bundle,
        "SSL_CERT_FILE": bundle,
        "REQUESTS_CA_BUNDLE": bundle,
    }
