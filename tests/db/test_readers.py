"""Many at once, and who is counted among the people: as many statements for a hundred as for one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.core.types import Comment, Member, Role
from bot.desk import decide, members, see
from db import notes, people, reviews, store
from db.store import Unit
from tests.desk.world import BIA, EVERYBODY, START, World, row, why


@pytest.fixture
def ids(world: World) -> list[str]:
    """One approved, one overridden, one approved and taken back, one noted, one untouched."""
    report = world.take_in(*(row(f"creator.{n}") for n in range(5)))
    made = [fate.review_id for fate in report.fates if fate.review_id]
    assert len(made) == 5
    decide.approve(world.desk, made[0], BIA)
    decide.override(world.desk, made[1], BIA, why("no"))
    decide.approve(world.desk, made[2], BIA)
    decide.undo(world.desk, made[2], BIA)
    with world.desk.store.unit() as unit:
        for n in (2, 1):
            at = START + timedelta(minutes=n)
            notes.add_comment(unit, Comment(f"cm_{n}", made[3], BIA, f"note {n}", at))
    return made


def test_many_say_what_one_says(world: World, ids: list[str]) -> None:
    asked = [*ids, "rv_unknown"]
    with world.desk.store.reading() as unit:
        every = reviews.many(unit, asked)
        assert every == {i: reviews.get(unit, i) for i in ids}
        judged = reviews.judgements_of(unit, asked)
        assert set(judged) == set(ids[:3])
        assert all(judged.get(i, ()) == reviews.judgements(unit, i) for i in asked)
        decided = reviews.decisions_of(unit, asked)
        assert set(decided) == set(ids[:2]), "of the current round: what was taken back belongs to the one before"
        assert all(decided.get(i) == reviews.decision(unit, i, every[i].round) for i in ids)
        assert all(decided[i][1] == judged[i][0].id for i in ids[:2])
        assert {i: [c.text for c in notes] for i, notes in notes.comments_of(unit, asked).items()} == {
            ids[3]: ["note 1", "note 2"]
        }
        assert notes.comments(unit, ids[3]) == notes.comments_of(unit, asked)[ids[3]]


READERS: list[Callable[[Unit, list[str]], Any]] = [
    reviews.many,
    reviews.judgements_of,
    reviews.decisions_of,
    notes.comments_of,
]


@pytest.mark.parametrize("read", READERS)
def test_many_cost_what_one_costs(
    world: World, ids: list[str], read: Callable[[Unit, list[str]], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    with world.desk.store.reading() as unit:
        sa.event.listen(unit.connection(), "before_cursor_execute", note)
        found = read(unit, ids)
        assert len(asked) == 1
        assert not read(unit, [])
        assert len(asked) == 1, "nobody asked, nothing looked up"
        monkeypatch.setattr(store, "_SLICE", 2)
        assert read(unit, ids) == found, "whatever fits into one statement"
        assert len(asked) == 4


# People


def test_members_are_those_with_a_role(world: World) -> None:
    members.remember(world.desk, Member("U0GUEST001", "A Visitor", team="T1", guest=True))
    known = {m.id for m in see.everybody(world.desk)}
    assert "U0GUEST001" not in known
    assert known == {m for m in EVERYBODY if (person := see.person(world.desk, m)) and person.roles}
    with world.desk.store.reading() as unit:
        assert people.names(unit, ["U0GUEST001"]) == {"U0GUEST001": "A Visitor"}
    visitor = see.person(world.desk, "U0GUEST001")
    assert visitor is not None and visitor.guest
    members.add(world.desk, "U0GUEST001", Role.EXPERT, "BR")
    assert "U0GUEST001" in {m.id for m in see.everybody(world.desk)}
