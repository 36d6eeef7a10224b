"""Random numbers that are the same again."""

from longwire.seeded import seeded


def test_the_same_seed_gives_the_same_numbers() -> None:
    first, again, other = seeded(1), seeded(1), seeded(2)
    numbers = [first() for _ in range(5)]
    assert numbers == [again() for _ in range(5)]
    assert numbers != [other() for _ in range(5)]
    assert all(0 <= number < 1 for number in numbers)
