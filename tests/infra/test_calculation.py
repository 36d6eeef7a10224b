from longwire_infra.calculation import calculated


def test_flags_alone_give_a_bill() -> None:
    bill, connects = calculated(None, {"connections": "1000"}, ["minute_rounding=exact"], ("api_gateway, lambda",))

    assert connects == 360_000
    assert {line.meter.total for line in bill.lines} == {"api_gateway", "lambda"}
