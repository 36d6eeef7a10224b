"""One message of a connection at a time."""

from longwire.core.turns import Turns


def test_messages_of_one_connection_wait_and_those_of_another_do_not() -> None:
    turns: Turns[str] = Turns()

    assert turns.begin("a", "first")
    assert not turns.begin("a", "second")
    assert not turns.begin("a", "third")
    assert turns.begin("b", "other")

    assert [turns.following("a"), turns.following("a"), turns.following("a")] == ["second", "third", None]
    assert turns.begin("a", "fourth")


def test_a_forgotten_connection_leaves_nothing() -> None:
    turns: Turns[str] = Turns()
    turns.begin("a", "first")
    turns.begin("a", "second")

    turns.forget("a")

    assert turns.waiting == {}
    assert turns.following("a") is None


def test_all_that_wait_may_be_changed_and_keep_their_order() -> None:
    turns: Turns[str] = Turns()
    for turn in ("first", "second", "third"):
        turns.begin("a", turn)

    turns.change(str.upper)

    assert [turns.following("a"), turns.following("a"), turns.following("a")] == ["SECOND", "THIRD", None]
