"""What is kept of channels: noted with a disagreement, replaced by what is newer, and nobody left in who has gone."""

from __future__ import annotations

from datetime import timedelta

from bot.core.types import Member
from bot.core.visibility import Place, in_sight
from bot.desk import channels, decide, members
from db import channels as rows
from tests.desk.world import BIA, CAIO, CHANNEL, GIL, ZOE, World, why


def disagreed(world: World) -> None:
    for person in (BIA, CAIO, ZOE):
        members.remember(world.desk, Member(person, person, team="T1"))
    members.remember(world.desk, Member(GIL, "Gil", team="T1", guest=True))
    decide.override(world.desk, world.one(), BIA, why("normal"))


def seen(world: World, person: str) -> frozenset[str]:
    with world.desk.store.reading() as unit:
        return channels.in_sight(unit, person, "T1", world.clock())


def tell(world: World, *, private: bool | None, name: str = "br", shared: bool = False, ago: float = 0) -> None:
    at = world.clock() - timedelta(seconds=ago)
    channels.remember(world.desk, Place(CHANNEL, private, shared, at), name)


def test_a_channel_is_asked_about_from_its_first_disagreement_on(world: World) -> None:
    assert channels.due(world.desk) == ()
    disagreed(world)
    assert [place.id for place in channels.due(world.desk)] == [CHANNEL]
    assert seen(world, BIA) == frozenset(), "nobody has told us of it yet"
    tell(world, private=False)
    assert channels.due(world.desk) == ()
    assert seen(world, BIA) == {CHANNEL}
    assert seen(world, GIL) == frozenset(), "a guest sees what they are in"
    world.clock.move(seconds=240)
    assert [place.id for place in channels.due(world.desk)] == [CHANNEL], "before it is too old"
    assert seen(world, BIA) == {CHANNEL}
    world.clock.move(seconds=60)
    assert seen(world, BIA) == frozenset()


def test_private_means_members_and_what_is_older_changes_nothing(world: World) -> None:
    disagreed(world)
    tell(world, private=True)
    channels.remember_members(world.desk, CHANNEL, [BIA, GIL], world.clock())
    assert (seen(world, BIA), seen(world, GIL), seen(world, CAIO)) == ({CHANNEL}, {CHANNEL}, frozenset())
    world.clock.move(seconds=30)
    tell(world, private=True)
    channels.remember_members(world.desk, CHANNEL, [CAIO], world.clock())
    assert (seen(world, BIA), seen(world, CAIO)) == (frozenset(), {CHANNEL})
    channels.remember_members(world.desk, CHANNEL, [BIA], world.clock() - timedelta(seconds=10))
    tell(world, private=False, ago=10)
    assert (seen(world, BIA), seen(world, CAIO)) == (frozenset(), {CHANNEL}), "an answer that came late"
    channels.left(world.desk, CHANNEL, CAIO)
    assert seen(world, CAIO) == frozenset()


def test_a_channel_that_is_gone_shows_nothing_until_it_is_there_again(world: World) -> None:
    disagreed(world)
    tell(world, private=True)
    channels.remember_members(world.desk, CHANNEL, [BIA], world.clock())
    assert seen(world, BIA) == {CHANNEL}
    tell(world, private=None, shared=True)
    assert seen(world, BIA) == frozenset()
    tell(world, private=True)
    assert seen(world, BIA) == frozenset(), "who is in it has to be asked anew"
    channels.remember_members(world.desk, CHANNEL, [BIA], world.clock())
    assert seen(world, BIA) == {CHANNEL}
    channels.ask_anew(world.desk, CHANNEL)
    assert seen(world, BIA) == frozenset()


def test_many_come_and_go(world: World) -> None:
    disagreed(world)
    tell(world, private=True)
    crowd = [f"U{n:09}" for n in range(1500)]
    channels.remember_members(world.desk, CHANNEL, crowd, world.clock())
    world.clock.move(seconds=1)
    channels.remember_members(world.desk, CHANNEL, [*crowd[1200:], BIA], world.clock())
    assert world.sql("SELECT count(*) FROM channel_members") == [(301,)]
    assert seen(world, BIA) == {CHANNEL}


def test_what_a_channel_may_be_shown(world: World) -> None:
    disagreed(world)
    with world.desk.store.reading() as unit:
        assert channels.shown_in(unit, "C0ELSEWHERE", world.clock()) == {"C0ELSEWHERE"}
    tell(world, private=False)
    decide.override(world.desk, world.one(campaign="grave"), ZOE, why("x"))
    channels.remember(world.desk, Place("C0GRAVE001", True, False, world.clock()), "grave")
    with world.desk.store.reading() as unit:
        assert channels.shown_in(unit, "C0GRAVE001", world.clock()) == {"C0GRAVE001", CHANNEL}
        assert channels.shown_in(unit, CHANNEL, world.clock()) == {CHANNEL}
        every = rows.places(unit)
    assert in_sight(None, "T1", every, world.clock()) == frozenset()
