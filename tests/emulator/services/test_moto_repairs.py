"""The repairs fit the installed moto, and one that does not is skipped."""

import os
import subprocess
import sys
from pathlib import Path

WRITE_ONE_ITEM_OFTEN = """
import gc
from longwire.services.moto_dispatch import Moto

moto = Moto("us-east-1", "123456789012", print)
target = "DynamoDB_20120810."
keys = {"KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}]}
names = {"AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}], "BillingMode": "PAY_PER_REQUEST"}
moto.json("dynamodb", f"{target}CreateTable", {"TableName": "t", **keys, **names})
for _ in range(200):
    moto.json("dynamodb", f"{target}PutItem", {"TableName": "t", "Item": {"pk": {"S": "a"}}})
moto.json("sqs", "AmazonSQS.CreateQueue", {"QueueName": "q"})
moto.json("kms", "TrentService.CreateKey", {})
print(sum(type(found).__name__ == "Item" for found in gc.get_objects()))
"""


def output(program: str, **environ: str) -> str:
    """What a fresh interpreter prints: repairs are for a process of their own."""
    command = [sys.executable, "-W", "error", "-c", program]
    return subprocess.run(command, env={**os.environ, **environ}, capture_output=True, text=True, check=True).stdout


def test_every_repair_fits_and_items_that_were_replaced_are_not_kept() -> None:
    account = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "MOTO_ACCOUNT_ID": "123456789012"}
    (alive,) = output(WRITE_ONE_ITEM_OFTEN, **account).splitlines()
    assert 1 <= int(alive) < 10


def test_a_repair_that_does_not_fit_is_named_and_left_out(tmp_path: Path) -> None:
    (tmp_path / "moto" / "sqs").mkdir(parents=True)
    (tmp_path / "moto" / "__init__.py").touch()
    (tmp_path / "moto" / "sqs" / "__init__.py").touch()
    (tmp_path / "moto" / "sqs" / "models.py").touch()
    program = "from longwire.services.moto_repairs import repair\nfor name in ('core', 'sqs'): repair(name, print)"
    told = output(program, PYTHONPATH=str(tmp_path)).splitlines()
    assert [line.partition(":")[0] for line in told] == [
        "the installed moto is one that forget_models does not fit",
        "the installed moto is one that remember_methods does not fit",
        "the installed moto is one that draw_strings_at_once does not fit",
        "the installed moto is one that replace_queues does not fit",
    ]
