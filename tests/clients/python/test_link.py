import asyncio

import pytest

from longwire_client.link import Timers, decoded, with_session
from scripted_link import run


def test_the_rest_of_a_query_is_kept() -> None:
    url = with_session("wss://h/v1?access_token=a%2Bb&empty=&awps_connection_id=old", "x=", "t+/")
    assert url == "wss://h/v1?access_token=a%2Bb&empty=&awps_connection_id=x%3D&awps_reconnection_token=t%2B%2F"


@pytest.mark.parametrize("text", ["", "[1]", "null", "7", "{", "[" * 5])
def test_what_is_no_object_is_no_frame(text: str) -> None:
    assert decoded(text) == {}


def test_a_timer_of_a_name_takes_the_place_of_the_one_before() -> None:
    async def scene() -> None:
        timers, rung = Timers(), list[str]()
        timers.later("a", 1, lambda: rung.append("first"))
        timers.later("a", 2, lambda: rung.append("second"))
        timers.later("b", 3, lambda: rung.append("cleared"))
        await asyncio.sleep(2.5)
        assert ("a" in timers, "b" in timers) == (False, True)
        timers.clear_all()
        await asyncio.sleep(5)
        assert rung == ["second"]

    run(scene())
