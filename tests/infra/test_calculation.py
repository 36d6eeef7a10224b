from longwire_infra.calculation import calculated, comparison, described


def test_flags_alone_give_a_bill_and_a_comparison() -> None:
    workload = described(None, {"connections": "1000"}, ["minute_rounding=exact"])
    bill, connects = calculated(workload, ("api_gateway, lambda",))

    assert connects == 360_000
    assert {line.meter.total for line in bill.lines} == {"api_gateway", "lambda"}
    offers, points, verdict = comparison(workload, "single")
    assert [bool(part) for part in (offers, points, verdict)] == [True] * 3
