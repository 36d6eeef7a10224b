"""What DynamoDB answers is what plain moto answers, call by call: mended is its speed."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import dynamodb_corpus


def test_the_answers_are_those_of_plain_moto(run_services: Any) -> None:
    fake = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "MOTO_ACCOUNT_ID": "123456789012"}
    command = [sys.executable, str(Path(dynamodb_corpus.__file__))]
    with subprocess.Popen(command, env={**os.environ, **fake}, stdout=subprocess.PIPE) as plain:
        ours = dynamodb_corpus.answers(run_services().client("dynamodb"))
        printed, _ = plain.communicate(timeout=50)
    theirs = json.loads(printed)
    assert len(theirs) == len(dynamodb_corpus.CALLS)
    for mine, other in zip(ours, theirs, strict=True):
        assert mine == other
    statuses = [found["status"] for found in theirs]
    assert statuses.count(400) > 8
    assert statuses.count(200) > 30


def test_every_request_has_an_id_and_a_checksum(run_services: Any) -> None:
    dynamodb = run_services().client("dynamodb")
    first, second = (dynamodb.list_tables()["ResponseMetadata"] for _ in range(2))
    assert first["RequestId"] != second["RequestId"]
    assert len(first["RequestId"]) == 52
    assert "x-amz-crc32" in first["HTTPHeaders"]
