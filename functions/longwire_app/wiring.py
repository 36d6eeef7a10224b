"""The parts of a function, made of its environment on the first invocation and kept for the others."""

import os
from functools import cache
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from longwire_app.broadcast import Broadcaster
from longwire_app.caster import Caster
from longwire_app.delivery import Delivery
from longwire_app.directory import Directory
from longwire_app.doorbell import Doorbell
from longwire_app.groups import Groups
from longwire_app.session_store import SessionStore
from longwire_app.settings import Settings
from longwire_app.spread import JobQueue
from longwire_app.store import Store
from longwire_app.table import Table
from longwire_app.time_limit import CONNECT, READ, time_limit
from longwire_app.topic_log import TopicLog

if TYPE_CHECKING:
    from mypy_boto3_apigatewaymanagementapi import ApiGatewayManagementApiClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient

__all__ = [
    "broadcaster",
    "caster",
    "delivery",
    "directory",
    "doorbell",
    "groups",
    "jobs",
    "management_client",
    "secrets",
    "session_store",
    "settings",
    "sqs",
    "store",
    "topic_log",
]

BUDGET = Config(
    connect_timeout=CONNECT,
    read_timeout=READ,
    retries={"mode": "standard", "total_max_attempts": 3},
)


@cache
def settings() -> Settings:
    return Settings.from_environment(os.environ)


@cache
def dynamodb() -> "DynamoDBClient":
    # end_session runs on as many threads as a fan-out has.
    client = boto3.client("dynamodb", config=BUDGET.merge(Config(max_pool_connections=settings().fanout_width)))
    time_limit.bind(client)
    return client


@cache
def state_table() -> Table:
    return Table(dynamodb(), settings().state_table)


@cache
def topic_log() -> TopicLog:
    return TopicLog(state_table(), Table(dynamodb(), settings().log_table))


@cache
def session_store() -> SessionStore:
    return SessionStore(state_table())


@cache
def store() -> Store:
    return Store(state_table())


@cache
def delivery() -> Delivery:
    width = settings().fanout_width
    return Delivery(management_client(settings().management_endpoint, width), width)


@cache
def broadcaster() -> Broadcaster:
    return Broadcaster(caster(), topic_log())


@cache
def caster() -> Caster:
    return Caster(store(), delivery(), doorbell(), jobs(), direct=settings().fanout_direct)


@cache
def groups() -> Groups:
    return Groups(store(), topic_log(), doorbell())


def management_client(endpoint: str, width: int) -> "ApiGatewayManagementApiClient":
    """One that does not retry: Delivery does, with an eye on the deadline."""
    config = Config(
        connect_timeout=CONNECT,
        read_timeout=READ,
        retries={"mode": "standard", "total_max_attempts": 1},
        max_pool_connections=width,
    )
    client = boto3.client("apigatewaymanagementapi", endpoint_url=endpoint, config=config)
    time_limit.bind(client, pause=0)
    return client


@cache
def directory() -> Directory:
    return Directory(state_table())


@cache
def sqs() -> "SQSClient":
    client = boto3.client("sqs", config=BUDGET)
    time_limit.bind(client)
    return client


@cache
def doorbell() -> Doorbell:
    return Doorbell(sqs(), settings().doorbell_queue_url)


@cache
def jobs() -> JobQueue:
    return JobQueue(sqs(), settings().broadcast_queue_url)


@cache
def secrets() -> "SecretsManagerClient":
    client = boto3.client("secretsmanager", config=BUDGET)
    time_limit.bind(client)
    return client
