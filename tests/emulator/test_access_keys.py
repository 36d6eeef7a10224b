"""Which keys may sign, and what a file of them has to look like."""

import json
from pathlib import Path
from typing import Any

import pytest

from longwire.access_keys import known_keys, read_keys
from longwire.errors import UsageError
from longwire.runtime.lambda_environment import DUMMY_KEY_ID, DUMMY_SECRET

ACCOUNT = "123456789012"
POLICY = {"Statement": {"Effect": "Allow", "Action": "execute-api:*", "Resource": "*"}}


def written(folder: Path, content: Any) -> Path:
    file = folder / "keys.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    return file


def test_handlers_are_an_assumed_role_that_may_do_everything() -> None:
    (key,) = known_keys(ACCOUNT, ()).values()
    assert (key.key_id, key.secret, key.session_token) == (DUMMY_KEY_ID, DUMMY_SECRET, DUMMY_SECRET)
    assert key.arn == f"arn:aws:sts::{ACCOUNT}:assumed-role/longwire/longwire"
    assert key.policy is None


def test_a_file_has_users_by_their_keys(tmp_path: Path) -> None:
    file = written(
        tmp_path, {"AKIDALICE": {"secret": "a", "user": "alice", "policy": POLICY}, "AKIDBOB": {"secret": "b"}}
    )
    alice, bob = read_keys(file, ACCOUNT)

    assert (alice.key_id, alice.secret, alice.session_token, alice.policy) == ("AKIDALICE", "a", None, POLICY)
    assert alice.arn == f"arn:aws:iam::{ACCOUNT}:user/alice"
    assert (bob.arn, bob.policy) == (f"arn:aws:iam::{ACCOUNT}:user/AKIDBOB", None)
    assert (alice.user_id[:4], len(alice.user_id), alice.user_id != bob.user_id) == ("AIDA", 21, True)
    assert set(known_keys(ACCOUNT, (alice, bob))) == {DUMMY_KEY_ID, "AKIDALICE", "AKIDBOB"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "is not JSON"),
        ([], "write one mapping"),
        ({"AKID-A": {"secret": "a"}}, "'AKID-A' cannot be an access key id"),
        ({DUMMY_KEY_ID: {"secret": "a"}}, "not the handlers'"),
        ({"AKIDA": {}}, "AKIDA needs a secret"),
        ({"AKIDA": "secret"}, "AKIDA needs a secret"),
        ({"AKIDA": {"secret": "a", "usr": "x"}}, "AKIDA has a usr, which nothing reads. Did you mean user?"),
        ({"AKIDA": {"secret": "a", "user": 1}}, "the user of AKIDA is not text"),
        (
            {"AKIDA": {"secret": "a", "policy": {}}},
            "the policy of AKIDA is not usable: policyDocument has no Statement",
        ),
        ({"AKIDA": {"secret": "a", "policy": {"Statement": {**POLICY["Statement"], "Condition": {}}}}}, "Condition"),
    ],
)
def test_a_file_that_says_something_else_is_an_error_with_its_path(tmp_path: Path, content: Any, message: str) -> None:
    file = written(tmp_path, content)
    with pytest.raises(UsageError) as caught:
        read_keys(file, ACCOUNT)
    assert message in str(caught.value)
    assert str(file) in str(caught.value)


def test_a_file_that_is_not_there_names_the_option(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"--access-keys .*absent.json: No such file"):
        read_keys(tmp_path / "absent.json", ACCOUNT)
