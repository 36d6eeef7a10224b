"""RFC 6455: the original Autobahn cases against the gateway's transport, with an echo behind it.

The 216 permessage-deflate cases take minutes and are a command of their own: see tests/support/autobahn_cases.py.
"""

import pytest

pytest.importorskip("kosoku", reason="kosoku runs the cases, and is not made for this machine")

from autobahn_cases import LIFTED, LIMITS, failed, run_cases

pytestmark = [pytest.mark.asyncio, pytest.mark.autobahn, pytest.mark.timeout(300)]

DEFLATE = ("12.*", "13.*")
# Frames above 32 KB and messages above 128 KB, which API Gateway refuses (developer guide, WebSocket API quotas).
OVER_LIMIT = (
    *("1.1.6", "1.1.7", "1.1.8", "1.2.6", "1.2.7", "1.2.8"),
    *("9.1.*", "9.2.*", "9.3.*", "9.4.*", "9.5.*", "9.6.*"),
)


async def test_every_case_that_fits_api_gateways_limits_passes() -> None:
    results = await run_cases(LIMITS, exclude=[*DEFLATE, *OVER_LIMIT])
    assert failed(results) == []
    assert len(results) == 253


async def test_every_case_above_api_gateways_limits_ends_in_1009() -> None:
    """DOCUMENTED: "if a larger message (or larger frame) is received the connection is closed with code 1009"."""
    results = await run_cases(LIMITS, OVER_LIMIT)
    assert {case.case_id: case.remote_close_code for case in results if case.remote_close_code != 1009} == {}
    assert len(results) == 48


async def test_with_the_limits_lifted_every_case_passes() -> None:
    results = await run_cases(LIFTED, exclude=DEFLATE)
    assert failed(results) == []
    assert len(results) == 301


async def test_text_that_is_no_utf8_fails_at_its_first_wrong_octet() -> None:
    """6.4: in a fragment of its own, and in the middle of a frame. RFC 6455 allows to wait; a client need not."""
    results = await run_cases(LIMITS, ["6.4.*"])
    assert {case.case_id: case.behavior.value for case in results} == {f"6.4.{n}": "OK" for n in range(1, 5)}
