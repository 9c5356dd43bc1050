"""One name on every review, fairly, and never one's own referral."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.assignment import assign, is_referrer
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


def test_who_knows_the_creator_goes_first_whatever_the_load() -> None:
    found = assign("BR", TEAM, {BIA: 30}, knows=frozenset({BIA, OLEG}))
    assert found is not None
    assert (found.expert, found.backup, found.why) == (BIA, CAIO, "knows_creator")


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
    found = assign("BR", team, {CAIO: 99}, knows=frozenset({BIA}))
    assert found is not None
    assert (found.expert, found.backup) == (CAIO, None)


@pytest.mark.parametrize("typed", [BIA, f"<@{BIA}>", f"<@{BIA}|bia>", BIA.lower(), "Bia", " bia ", "@Bia", "BIA"])
def test_a_referrer_is_known_however_it_was_typed(typed: str) -> None:
    assert is_referrer(TEAM[0], typed)
    assert not is_referrer(TEAM[1], typed)
    found = assign("BR", TEAM, {CAIO: 50}, referred_by=typed, knows=frozenset({BIA}))
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
    st.frozensets(st.sampled_from(ids)),
)
def test_whoever_is_named_may_answer(
    team: list[Member], load: dict[str, int], referrer: str | None, knows: frozenset[str]
) -> None:
    able = {
        m.id: m for m in team
        if m.active and (m.is_lead or m.is_expert_of("BR")) and not is_referrer(m, referrer)
    }  # fmt: skip
    found = assign("BR", team, load, referred_by=referrer, knows=knows)
    assert (found is None) == (not able)
    if found is None:
        return
    assert found.expert in able
    assert found.backup is None or (found.backup in able and found.backup != found.expert)
    assert (found.backup is None) == (len(able) == 1)
    experts = [m for m in able.values() if m.is_expert_of("BR")]
    assert able[found.expert].is_expert_of("BR") == bool(experts)
    if experts and not knows & {m.id for m in experts}:
        assert load.get(found.expert, 0) == min(load.get(m.id, 0) for m in experts)
    assert found == assign("BR", reversed(team), load, referred_by=referrer, knows=knows)
    assert Counter([found.expert, found.backup])[found.expert] == 1
