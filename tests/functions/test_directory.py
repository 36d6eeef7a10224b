"""What the administration looks up."""

from collections.abc import Callable
from typing import Any

import pytest

from longwire_app.directory import Directory
from longwire_app.session import CONNECTION_LIFETIME, Session
from longwire_app.store import Store
from longwire_app.table import Table


@pytest.fixture
def directory(table: Table) -> Directory:
    return Directory(table)


def test_a_session_is_found_until_its_time_is_over(
    directory: Directory, store: Store, session: Callable[..., Session], turn: Any
) -> None:
    store.open_session(session("c1=", "ada"), [], limit=1, now=turn.now)
    found = directory.session("c1=", turn.now)
    assert found is not None
    assert found.user_id == "ada"
    assert directory.session("c1=", turn.now + CONNECTION_LIFETIME) is None
    assert directory.session("c2=", turn.now) is None


def test_members_come_in_order_from_where_the_last_page_ended(
    directory: Directory, store: Store, session: Callable[..., Session], turn: Any
) -> None:
    for connection in ("c3=", "c1=", "c2="):
        store.open_session(session(connection), ["g:room"], limit=0, now=turn.now)
    assert directory.members("g:room", "", 2, turn.now) == ["c1=", "c2="]
    assert directory.members("g:room", "c2=", 2, turn.now) == ["c3="]
    assert directory.members("g:room", "", 9, turn.now + CONNECTION_LIFETIME) == []
    assert directory.members("g:other", "", 9, turn.now) == []


def test_a_sessions_topics(directory: Directory, store: Store, session: Callable[..., Session], turn: Any) -> None:
    store.open_session(session("c1="), ["g:a", "g:b#%"], limit=0, now=turn.now)
    assert sorted(directory.topics("c1=")) == ["g:a", "g:b#%"]
    assert directory.topics("c2=") == []
