"""Timer queues."""

from longwire.core.timers import TimerQueue


def test_keys_expire_in_the_order_of_their_last_start() -> None:
    queue = TimerQueue(10)
    queue.start("a", 0)
    queue.start("b", 1)
    queue.start("a", 2)
    assert queue.next_deadline() == 11
    assert queue.expire(11) == ["b"]
    assert queue.expire(11.9) == []
    assert queue.expire(12) == ["a"]
    assert queue.next_deadline() is None


def test_a_stopped_key_does_not_expire_and_stopping_twice_is_harmless() -> None:
    queue = TimerQueue(1)
    queue.start("a", 0)
    queue.stop("a")
    queue.stop("a")
    assert queue.expire(100) == []
