"""The transition table."""

import itertools

import pytest

from longwire.core.api import Api, Stage
from longwire.core.connection import TRANSITIONS, Connection, State, Step
from longwire.core.proxy_event import Caller, Handshake
from longwire.errors import ImpossibleInput

API = Api("Ws", "abcdefghij", "ws", "us-east-1", "123456789012", "$request.body.action", {}, Stage("dev"))


def connection(state: State) -> Connection:
    handshake = Handshake((), (), "192.0.2.7")
    return Connection("L0SM9cOFvHcCIhw=", handshake, Caller(API, handshake, "L0SM9cOFvHcCIhw=", 0), 0, state)


@pytest.mark.parametrize(("state", "step"), list(itertools.product(State, Step)))
def test_a_step_follows_the_table_and_anything_else_raises(state: State, step: Step) -> None:
    made = connection(state)
    following = TRANSITIONS.get((state, step))
    if following is not None:
        made.step(step)
        assert made.state is following
        return
    with pytest.raises(ImpossibleInput, match=f"{step} is impossible for connection L0SM9cOFvHcCIhw= in state {state}"):
        made.step(step)


def test_nothing_leads_out_of_closed() -> None:
    assert not [key for key in TRANSITIONS if key[0] is State.CLOSED]


def test_messages_and_bytes_are_counted_both_ways() -> None:
    made = connection(State.OPEN)
    made.received(10, 5)
    made.sent(20, 6)
    assert (made.messages_in, made.bytes_in, made.messages_out, made.bytes_out) == (1, 10, 1, 20)
    assert made.last_active_at == 6
