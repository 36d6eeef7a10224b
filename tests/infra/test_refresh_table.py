import hashlib

import pytest

from longwire_infra.errors import PriceMissing
from longwire_infra.prices import TABLE
from longwire_infra.refresh_table import refresh_table


def test_without_an_answer_the_table_is_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    before = hashlib.sha256(TABLE.read_bytes()).hexdigest()
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")

    with pytest.raises(PriceMissing, match="Price List API does not answer"):
        refresh_table(["us-east-1"], accept=False, today="2027-01-01")
    assert hashlib.sha256(TABLE.read_bytes()).hexdigest() == before
