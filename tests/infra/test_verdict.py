from longwire_infra.calculation import comparison, described


def sentences(**flags: str) -> list[str]:
    return comparison(described(None, flags, ()), "two-zones")[2]


def test_busy_connections_are_cheaper_on_servers() -> None:
    raw, own, _, events = sentences(connections="10000", messages_per_second="1", message_bytes="200")

    assert "101.1 times what the servers cost" in raw
    assert "worth a look" in own
    assert events == "Server-sent events: no, 100% of the messages come in."


def test_a_few_idle_ones_are_not() -> None:
    raw, own, _, events = sentences(connections="100")

    assert "would save too little" in raw
    assert "not for the price" in own
    assert "nothing comes in" in events
