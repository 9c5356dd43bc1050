"""One name on every review, fairly, and never one's own referral."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.assignment import Knowing, assign, is_referrer, rank
from bot.core.types import Member, Role
from tests.factories import BIA, CAIO, MAYA, OLEG, ZOE
from tests.factories import member as a_member

TEAM = (
    a_member(BIA),
    a_member(CAIO),
    a_member(OLEG, None, "RU"),
    a_member(MAYA, role=Role.MARKETER),
    a_member(ZOE, role=Role.LEAD),
)


def test_the_expert_of_the_market_with_the_fewest() -> None:
    found = assign("BR", TEAM, {BIA: 3, CAIO: 2})
    assert found is not None
    assert (found.expert, found.backup, found.why) == (CAIO, BIA, "market_least_open")


def test_who_knows_the_creator_goes_first_while_there_is_room() -> None:
    knowing = Knowing(creator={BIA: 1, OLEG: 7})
    found = assign("BR", TEAM, {BIA: 9}, knowing=knowing)
    assert found is not None
    assert (found.expert, found.backup, found.why) == (BIA, CAIO, "knows_creator")
    assert (found.grounds[BIA].creator, found.grounds[BIA].open, found.grounds[BIA].experts) == (1, 9, 2)
    full = assign("BR", TEAM, {BIA: 10}, knowing=knowing)
    assert full is not None
    assert (full.expert, full.why) == (CAIO, "market_least_open")


def test_of_those_who_have_as_many_the_one_who_knows_the_campaign() -> None:
    knowing = Knowing(campaign={CAIO: 4})
    assert [a.id for a in rank("BR", TEAM, {}, knowing=knowing)] == [CAIO, BIA, ZOE]
    assert [a.id for a in rank("BR", TEAM, {CAIO: 1}, knowing=knowing)] == [BIA, CAIO, ZOE]


def test_who_works_before_the_deadline_goes_before_who_does_not() -> None:
    awake = {BIA: timedelta(minutes=59), CAIO: timedelta(hours=1), ZOE: timedelta(hours=9)}
    found = assign("BR", TEAM, {CAIO: 5}, knowing=Knowing(creator={BIA: 3}), awake=awake)
    assert found is not None
    assert (found.expert, found.backup, found.why) == (CAIO, ZOE, "working_hours")
    assert found.grounds[CAIO].hours == 1.0


def test_the_only_expert_has_the_lead_behind() -> None:
    found = assign("RU", TEAM, {})
    assert found is not None
    assert (found.expert, found.backup, found.why) == (OLEG, ZOE, "only")


def test_a_market_that_nobody_knows_is_the_leads() -> None:
    found = assign("JP", TEAM, {})
    assert found is not None
    assert (found.expert, found.backup, found.why) == (ZOE, None, "lead_no_expert")


def test_two_leads_share() -> None:
    team = (*TEAM, a_member("U0ZED00001", "Zed", role=Role.LEAD))
    found = assign("JP", team, {ZOE: 4})
    assert found is not None
    assert (found.expert, found.backup) == ("U0ZED00001", ZOE)


def test_nobody_is_nobody() -> None:
    assert assign("JP", TEAM[:4], {}) is None
    assert assign("BR", (), {}) is None


@pytest.mark.parametrize("gone", [{"guest": True}, {"deleted": True}])
def test_guests_and_the_deleted_are_never_named(gone: dict[str, bool]) -> None:
    team = (a_member(BIA, None, "BR", **gone), a_member(CAIO), a_member(ZOE, role=Role.LEAD, **gone))
    found = assign("BR", team, {CAIO: 99}, knowing=Knowing(creator={BIA: 1}))
    assert found is not None
    assert (found.expert, found.backup) == (CAIO, None)


@pytest.mark.parametrize("typed", [BIA, f"<@{BIA}>", f"<@{BIA}|bia>", BIA.lower(), "Bia", " bia ", "@Bia", "BIA"])
def test_a_referrer_is_known_however_it_was_typed(typed: str) -> None:
    assert is_referrer(TEAM[0], typed)
    assert not is_referrer(TEAM[1], typed)
    found = assign("BR", TEAM, {CAIO: 50}, referred_by=typed, knowing=Knowing(creator={BIA: 1}))
    assert found is not None
    assert BIA not in (found.expert, found.backup)


@pytest.mark.parametrize("typed", [None, "", "  ", "<@>", "@", "Biatrix", "B"])
def test_nobody_is_a_referrer_by_accident(typed: str | None) -> None:
    assert not any(is_referrer(m, typed) for m in TEAM)


def test_the_only_experts_own_referral_is_the_leads() -> None:
    found = assign("RU", TEAM, {}, referred_by=OLEG)
    assert found is not None
    assert found.expert == ZOE
    assert assign("RU", TEAM[:4], {}, referred_by=OLEG) is None


def test_many_are_shared_out_evenly() -> None:
    load: dict[str, int] = {}
    for _ in range(101):
        found = assign("BR", TEAM, load)
        assert found is not None
        load[found.expert] = load.get(found.expert, 0) + 1
    assert set(load) == {BIA, CAIO}
    assert max(load.values()) - min(load.values()) == 1


ids = [f"U{n:09}" for n in range(6)]
members = st.lists(
    st.builds(
        lambda id_, roles, guest, deleted: Member(id_, f"name {id_}", tuple(roles), guest=guest, deleted=deleted),
        st.sampled_from(ids),
        st.lists(
            st.sampled_from([(Role.EXPERT, "BR"), (Role.EXPERT, "RU"), (Role.LEAD, None), (Role.MARKETER, None)]),
            unique=True,
        ),
        st.booleans(),
        st.booleans(),
    ),
    unique_by=lambda m: m.id,
)


@given(
    members,
    st.dictionaries(st.sampled_from(ids), st.integers(0, 50)),
    st.none() | st.sampled_from([*ids, "name U000000001"]),
    st.dictionaries(st.sampled_from(ids), st.integers(1, 3)),
    st.none() | st.dictionaries(st.sampled_from(ids), st.sampled_from([timedelta(), timedelta(hours=9)])),
    st.frozensets(st.sampled_from(ids), max_size=3),
)
def test_whoever_is_named_may_answer(
    team: list[Member],
    load: dict[str, int],
    referrer: str | None,
    knows: dict[str, int],
    awake: dict[str, timedelta] | None,
    without: frozenset[str],
) -> None:
    how: Any = {"referred_by": referrer, "knowing": Knowing(creator=knows), "awake": awake, "without": without}
    able = {
        m.id: m for m in team
        if m.active and (m.is_lead or m.is_expert_of("BR")) and not is_referrer(m, referrer) and m.id not in without
    }  # fmt: skip
    found = assign("BR", team, load, **how)
    assert (found is None) == (not able)
    if found is None:
        return
    assert found.expert in able
    assert found.backup is None or (found.backup in able and found.backup != found.expert)
    assert (found.backup is None) == (len(able) == 1)
    experts = [m for m in able.values() if m.is_expert_of("BR")]
    assert able[found.expert].is_expert_of("BR") == bool(experts)
    there = [m for m in experts if awake is None or awake.get(m.id)] or experts
    assert able[found.expert] in there or not experts
    if experts and not knows.keys() & {m.id for m in there}:
        assert load.get(found.expert, 0) == min(load.get(m.id, 0) for m in there)
    assert found == assign("BR", reversed(team), load, **how)
    assert set(found.grounds) == {p for p in (found.expert, found.backup) if p}
    assert Counter([found.expert, found.backup])[found.expert] == 1
