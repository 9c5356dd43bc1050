"""Market norms on the desk: from what experts answer, to what weighs less, to what ends it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.core.errors import Invalid, NotAllowed, NotFound, TooLate
from bot.core.market_norm import Norm
from bot.core.outcome import What
from bot.core.types import Reason
from bot.desk import decide, members, norm_list, norm_ruling, norms, outcomes, see
from bot.desk import object as objections
from db import market_norms
from scoring.market_norms import Scope, State, Why, Word
from scoring.types import FlagCode, Tier, Verdict
from tests.desk.world import BIA, CAIO, CAMPAIGN, CHANNEL, MAYA, OLEG, ZOE, World, row, why

SPIKE = (FlagCode.GROWTH_SPIKE,)
OTHER = "C0LUMA0001"


@pytest.fixture
def world(world: World) -> World:
    """A second campaign in Brazil, with a channel of its own."""
    members.add_campaign(world.desk, replace(CAMPAIGN, key="luma", name="Luma Home", channel=OTHER))
    return world


def take(world: World, handle: str, campaign: str = "aurora", market: str = "Brazil", **more: object) -> str:
    """One review with a growth spike of +22 % and nothing else off."""
    report = world.take_in(row(handle, market, **{"growth_14d": "22%"} | more), campaign=campaign)
    review_id = report.fates[0].review_id
    assert review_id is not None, report.fates
    return review_id


def normal(world: World, handle: str, person: str = BIA, campaign: str = "aurora", **more: object) -> str:
    review_id = take(world, handle, campaign, **more)
    decide.normal(world.desk, review_id, person, why(disputed=SPIKE), Verdict.PROCEED)
    return review_id


def four(world: World) -> list[str]:
    """Four "normal for Brazil" by two experts in two campaigns."""
    pairs = [(BIA, "aurora"), (CAIO, "luma"), (BIA, "luma"), (CAIO, "aurora")]
    reviews = []
    for n, pair in enumerate(pairs):
        reviews.append(normal(world, f"c{n}", *pair))
        world.clock.move(seconds=1)
    return reviews


def only(world: World) -> Norm:
    with world.desk.store.reading() as unit:
        (norm,) = market_norms.every(unit)
    return norm


def known(world: World, review_id: str, what: What = What.FRAUD) -> None:
    with world.desk.store.unit() as unit:
        norms.outcome_known(unit, world.desk, review_id, what, world.clock())


def audit(world: World) -> list[str]:
    return [what for (what,) in world.sql("SELECT what FROM events WHERE what LIKE 'norm_%' ORDER BY seq")]


def factors(world: World, review_id: str) -> dict[FlagCode, float]:
    said = see.case(world.desk, review_id).recommendation
    return {flag.code: flag.eased.factor for flag in said.flags if flag.eased is not None}


def test_four_by_two_experts_in_two_campaigns_make_a_norm(world: World) -> None:
    for n, said in enumerate([(BIA, "aurora"), (CAIO, "luma"), (BIA, "luma")]):
        normal(world, f"c{n}", *said)
        assert only(world).state is State.FORMING
    normal(world, "c3", CAIO)
    norm = only(world)
    assert (norm.state, norm.key.market, norm.key.flag, norm.key.measure) == (
        State.ACTIVE, "BR", FlagCode.GROWTH_SPIKE, "above.14",
    )  # fmt: skip
    assert (norm.tally.cases, norm.tally.experts, norm.tally.campaigns, norm.tally.reach) == (4, 2, 2, 0.22)
    assert audit(world) == ["norm_active"]


def test_the_fifth_weighs_less_and_says_by_which_norm_and_another_market_does_not(world: World) -> None:
    four(world)
    fifth, russian = take(world, "fifth"), take(world, "russian", market="Russia")
    case = see.case(world.desk, fifth)
    assert factors(world, fifth) == {FlagCode.GROWTH_SPIKE: 0.5}
    assert case.recommendation.risk == pytest.approx(1 - 0.95 * (1 - 0.25 / 2))
    assert case.recommendation.eased[0].norm_id == only(world).id
    assert factors(world, russian) == {}
    assert see.case(world.desk, russian).recommendation.risk == pytest.approx(1 - 0.95 * 0.75)
    assert norm_list.one(world.desk, only(world).id).uses == 1


def test_a_value_more_extreme_than_any_that_was_called_normal_weighs_as_before(world: World) -> None:
    four(world)
    report = world.take_in(row("bigger", growth_14d="23%"))
    assert factors(world, str(report.fates[0].review_id)) == {}


def test_what_waits_already_is_not_scored_anew(world: World) -> None:
    before = take(world, "before")
    four(world)
    assert factors(world, before) == {}


def test_it_is_announced_once_to_the_channels_of_its_market_and_to_the_lead(world: World) -> None:
    reviews = four(world)
    lanes = [lane for _, _, lane, _ in world.errands("norm")]
    assert sorted(lanes) == sorted(["C0BRIEF001", CHANNEL, "C0GRAVE001", "C0SCAN0001", OTHER, ZOE])
    normal(world, "another", BIA)
    assert len(world.errands("norm")) == len(lanes), "one more case is no news"
    known(world, reviews[0])
    assert (only(world).state, world.errands("norm_changed")) == (State.ACTIVE, [])
    normal(world, "wilder", growth_14d="30%")
    assert {detail["changes"][0] for _, _, _, detail in world.errands("norm_changed")} == {"reach"}


def test_a_campaign_that_is_over_is_not_told(world: World) -> None:
    world.clock.move(days=61)
    four(world)
    lanes = {lane for _, _, lane, _ in world.errands("norm")}
    assert lanes == {CHANNEL, OTHER, ZOE}


def test_fraud_in_three_of_four_withdraws_it_and_threads_and_cards_say_so(world: World) -> None:
    reviews = four(world)
    fifth = take(world, "fifth")
    for review_id in reviews[:2]:
        known(world, review_id)
        assert only(world).state is State.ACTIVE
    world.sql("UPDATE outbox SET state = 'sent'")
    cards = len(world.errands("card"))
    known(world, reviews[2])
    norm = only(world)
    assert (norm.state, norm.why, norm.tally.turned) == (State.RETIRED, Why.AGAINST, 3)
    assert audit(world) == ["norm_active", "norm_retired"]
    over = world.errands("norm_over")
    assert [lane for _, _, lane, _ in over] == [CHANNEL, OTHER, OTHER, CHANNEL]
    assert [(ref, lane) for _, ref, lane, _ in world.errands("card")[cards:]] == [(fifth, CHANNEL)]
    changed = world.errands("norm_changed")
    assert len(changed) == len(norm.announced_to) and changed[0][3] == {"changes": ["retired"]}
    assert factors(world, take(world, "sixth")) == {}


def test_what_is_known_twice_counts_once_and_other_outcomes_say_nothing(world: World) -> None:
    reviews = four(world)
    known(world, reviews[0], What.BELOW_PLAN)
    assert only(world).tally.turned == 0
    for _ in range(2):
        known(world, reviews[0])
    assert (only(world).tally.turned, only(world).tally.for_) == (1, pytest.approx(3.0))


def test_fraud_that_is_known_already_turns_what_is_said_afterwards(world: World) -> None:
    first = take(world, "first")
    outcomes.record(world.desk, first, What.FRAUD)
    decide.normal(world.desk, first, BIA, why(disputed=SPIKE), Verdict.PROCEED)
    assert (only(world).tally.turned, only(world).tally.for_) == (1, 0.0)


def test_signs_of_fraud_count_against_it(world: World) -> None:
    first = take(world, "first")
    decide.override(world.desk, first, BIA, why("bought", Reason.FRAUD_EVIDENCE))
    norm = only(world)
    assert (norm.tally.cases, norm.tally.opposed, norm.state) == (0, 1, State.FORMING)
    four(world)
    assert only(world).state is State.FORMING, "4 of 5"
    for n in range(2):
        normal(world, f"more{n}", CAIO, "luma")
    assert only(world).state is State.ACTIVE, "6 of 7 would do, and so does 6 of 7 with one more to come"


def test_signs_of_fraud_that_are_named_after_an_agreement_count_too(world: World) -> None:
    agreed = take(world, "first", credibility="40%")
    decide.approve(world.desk, agreed, BIA)
    objections.note(world.desk, agreed, BIA, "", [Reason.FRAUD_EVIDENCE])
    with world.desk.store.reading() as unit:
        counted = {norm.key.flag: norm.tally.opposed for norm in market_norms.every(unit)}
    assert counted == {FlagCode.GROWTH_SPIKE: 1, FlagCode.LOW_CREDIBILITY: 1}
    assert see.case(world.desk, agreed).recommendation.verdict is Verdict.DECLINE


def test_an_objection_for_signs_of_fraud_counts_too(world: World) -> None:
    first = normal(world, "first")
    objections.dissent(world.desk, first, CAIO, why("bought", Reason.FRAUD_EVIDENCE))
    assert (only(world).tally.cases, only(world).tally.opposed) == (1, 1)


def test_other_reasons_say_nothing_of_a_norm(world: World) -> None:
    decide.override(world.desk, take(world, "first"), BIA, why("too dear", Reason.PRICE))
    with world.desk.store.reading() as unit:
        assert market_norms.every(unit) == ()


def test_what_is_undone_is_no_evidence(world: World) -> None:
    four(world)
    last = normal(world, "last", BIA)
    assert only(world).tally.cases == 5
    decide.undo(world.desk, last, BIA)
    assert only(world).tally.cases == 4
    decide.normal(world.desk, last, BIA, why(disputed=SPIKE), Verdict.PROCEED)
    assert only(world).tally.cases == 5


def test_a_norm_whose_evidence_is_undone_ends(world: World) -> None:
    first = normal(world, "first")
    norm_ruling.confirm(world.desk, only(world).id, ZOE)
    assert only(world).active
    decide.undo(world.desk, first, BIA)
    assert only(world).state is State.RETIRED


def test_what_became_a_norm_by_an_answer_that_is_undone_is_none_until_it_is_given_again(world: World) -> None:
    last = four(world)[-1]
    assert only(world).active
    decide.undo(world.desk, last, CAIO)
    assert (only(world).state, only(world).why, only(world).tally.cases) == (State.RETIRED, Why.UNDONE, 3)
    assert factors(world, take(world, "fifth")) == {}
    decide.normal(world.desk, last, CAIO, why(disputed=SPIKE), Verdict.PROCEED)
    assert only(world).active
    assert len(only(world).announced_to) == len(set(only(world).announced_to))


def test_a_norm_from_before_an_answer_outlives_its_being_undone(world: World) -> None:
    four(world)
    world.clock.move(days=100)
    last = normal(world, "last", BIA)
    decide.undo(world.desk, last, BIA)
    assert only(world).active


def test_time_takes_from_it_and_the_sweep_ends_it(world: World) -> None:
    four(world)
    world.clock.move(days=100)
    # 4 · 2^(-100/180) = 2.7 are left: a warning counts for half again, as it does below 4.
    assert factors(world, take(world, "fifth")) == {FlagCode.GROWTH_SPIKE: 0.5}
    world.clock.move(days=155)
    world.sweep()
    assert (only(world).state, only(world).why) == (State.RETIRED, Why.FADED)
    assert factors(world, take(world, "sixth")) == {}
    assert world.errands("norm_over") == [], "nobody was wrong"


def test_what_has_faded_is_not_applied_even_before_the_sweep_comes_by(world: World) -> None:
    four(world)
    world.clock.move(days=260)
    assert only(world).active
    assert factors(world, take(world, "fifth")) == {}


def test_many_cases_take_seventy_percent_and_never_more(world: World) -> None:
    four(world)
    for n in range(8):
        normal(world, f"m{n}", (BIA, CAIO)[n % 2], ("aurora", "luma")[n % 2])
    assert factors(world, take(world, "last")) == {FlagCode.GROWTH_SPIKE: 0.3}


# A lead rules


def test_one_normal_and_the_lead_are_enough(world: World) -> None:
    normal(world, "first")
    norm_id = only(world).id
    after = norm_ruling.confirm(world.desk, norm_id, ZOE)
    assert (after.state, after.changed_by, after.tally.confirmed) == (State.ACTIVE, ZOE, True)
    assert only(world) == after
    assert ZOE in after.announced_to
    assert factors(world, take(world, "second")) == {FlagCode.GROWTH_SPIKE: 0.5}
    with pytest.raises(TooLate, match="norm_active_already"):
        norm_ruling.confirm(world.desk, norm_id, ZOE)


@pytest.mark.parametrize("person", [BIA, MAYA, OLEG, "U0NOBODY01"])
def test_only_leads_rule(world: World, person: str) -> None:
    normal(world, "first")
    norm_id = only(world).id
    ruled: Any
    for ruled in (norm_ruling.confirm, norm_ruling.reject, norm_ruling.retire):
        with pytest.raises(NotAllowed) as refused:
            ruled(world.desk, norm_id, person)
        assert (refused.value.reason, refused.value.params["lead"]) == ("not_lead", ZOE)
    with pytest.raises(NotAllowed):
        norm_ruling.narrow(world.desk, norm_id, person, Scope(tier=Tier.MID))
    with pytest.raises(NotAllowed):
        norm_list.ruling(world.desk, norm_id, person)


def test_a_lead_does_not_confirm_their_own_word(world: World) -> None:
    normal(world, "first", ZOE)
    with pytest.raises(NotAllowed, match="own_normal"):
        norm_ruling.confirm(world.desk, only(world).id, ZOE)
    normal(world, "second", BIA)
    assert norm_ruling.confirm(world.desk, only(world).id, ZOE).active


def test_a_lead_confirms_nothing_that_nobody_has_said(world: World) -> None:
    first = normal(world, "first")
    known(world, first)
    with pytest.raises(Invalid, match="norm_no_case"):
        norm_ruling.confirm(world.desk, only(world).id, ZOE)
    with pytest.raises(NotFound):
        norm_ruling.confirm(world.desk, "nm_0", ZOE)


def test_a_lead_is_told_when_more_speaks_against_it(world: World) -> None:
    normal(world, "first")
    for n in range(3):
        decide.override(world.desk, take(world, f"f{n}"), CAIO, why("bought", Reason.FRAUD_EVIDENCE))
    with pytest.raises(Invalid, match="norm_outvoted"):
        norm_ruling.confirm(world.desk, only(world).id, ZOE)
    assert not only(world).tally.confirmed, "nothing is left of the attempt"


def test_a_confirmed_one_whose_case_was_fraud_ends_and_needs_a_new_confirmation(world: World) -> None:
    first = normal(world, "first")
    norm_ruling.confirm(world.desk, only(world).id, ZOE)
    known(world, first)
    assert only(world).state is State.RETIRED
    for n in range(2):
        normal(world, f"more{n}")
    assert only(world).state is State.RETIRED
    assert norm_ruling.confirm(world.desk, only(world).id, ZOE).active


def test_a_rejected_one_stays_so_until_a_lead_confirms_it(world: World) -> None:
    four(world)
    norm_ruling.reject(world.desk, only(world).id, ZOE)
    assert (only(world).state, only(world).changed_by, only(world).why) == (State.REJECTED, ZOE, Why.LEAD)
    assert factors(world, take(world, "fifth")) == {}
    normal(world, "another")
    assert only(world).state is State.REJECTED
    assert len(world.errands("norm_over")) == 4
    norm_ruling.reject(world.desk, only(world).id, ZOE)
    assert norm_ruling.confirm(world.desk, only(world).id, ZOE).active


def test_a_retired_one_begins_anew_from_nothing(world: World) -> None:
    four(world)
    norm_ruling.retire(world.desk, only(world).id, None)
    assert (only(world).state, only(world).changed_by) == (State.RETIRED, None)
    world.clock.move(minutes=1)
    for n in range(3):
        normal(world, f"n{n}", (BIA, CAIO)[n % 2], ("aurora", "luma")[n % 2])
        assert only(world).state is State.RETIRED
    normal(world, "n4", CAIO, "luma")
    assert only(world).state is State.ACTIVE
    assert len({e[2] for e in world.errands("norm")}) == len(only(world).announced_to), "told where it was told"
    with pytest.raises(TooLate, match="norm_not_active"):
        norm_ruling.retire(world.desk, norm_ruling.reject(world.desk, only(world).id, ZOE).id, ZOE)


def test_a_narrowed_one_holds_for_its_own_and_counts_only_these(world: World) -> None:
    four(world)
    normal(world, "mega", BIA, followers=5_000_000)
    norm_id = only(world).id
    after = norm_ruling.narrow(world.desk, norm_id, ZOE, Scope(Tier.MID, "beauty"))
    assert after.active and after.tally.cases == 4
    assert factors(world, take(world, "fifth"))
    assert factors(world, take(world, "giant", followers=5_000_000)) == {}
    assert factors(world, take(world, "gamer", category="Gaming")) == {}
    with pytest.raises(Invalid, match="norm_too_narrow"):
        norm_ruling.narrow(world.desk, norm_id, ZOE, Scope(Tier.NANO))
    assert norm_ruling.narrow(world.desk, norm_id, ZOE, Scope()).tally.cases == 5
    assert audit(world) == ["norm_active", "norm_narrowed", "norm_narrowed"]


def test_the_cases_are_shown_to_whom_can_see_their_channels(world: World) -> None:
    reviews = four(world)
    known(world, reviews[0])
    norm_id = only(world).id
    everything = norm_list.with_cases(world.desk, norm_id, None)
    assert [t.candidate for t in everything.cases] == ["C3", "C2", "C1", "C0"]
    assert [t.case.vote.turned for t in everything.cases] == [False, False, False, True]
    mine = norm_list.with_cases(world.desk, norm_id, {OTHER})
    assert [t.candidate for t in mine.cases] == ["C2", "C1"]
    assert norm_list.with_cases(world.desk, norm_id, set()).cases == ()


def test_the_lists(world: World) -> None:
    normal(world, "first")
    normal(world, "vodka", OLEG, market="Russia")
    assert [v.norm.key.market for v in norm_list.every(world.desk)] == ["BR", "RU"]
    assert [v.norm.key.market for v in norm_list.every(world.desk, "RU")] == ["RU"]
    with world.desk.store.reading() as unit:
        assert [v.tally.cases for v in norm_list.for_lead(unit, world.desk)] == [1, 1]
    view = norm_list.ruling(world.desk, norm_list.every(world.desk)[0].norm.id, ZOE)
    assert view.categories == ("beauty",)
    assert {c.word for c in [case.vote for case in _cases(world)]} == {Word.NORMAL}


def _cases(world: World) -> list[Any]:
    with world.desk.store.reading() as unit:
        return [case for norm in market_norms.every(unit) for case in market_norms.cases(unit, norm.id)]


def test_of_answers_that_come_at_once_none_is_lost(world: World) -> None:
    pairs = [(BIA, "aurora"), (CAIO, "luma")] * 4
    found = [(take(world, f"c{n}", campaign), person) for n, (person, campaign) in enumerate(pairs)]

    def answer(one: tuple[str, str]) -> None:
        decide.normal(world.desk, one[0], one[1], why(disputed=SPIKE), Verdict.PROCEED)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(answer, found))
    assert (only(world).tally.cases, only(world).state) == (8, State.ACTIVE)
    assert audit(world).count("norm_active") == 1
    lanes = [lane for _, _, lane, _ in world.errands("norm")]
    assert len(lanes) == len(set(lanes))


def test_a_word_said_an_hour_ago_is_worth_less_than_now(world: World) -> None:
    four(world)
    before = only(world).at(world.clock())
    later = only(world).at(world.clock() + timedelta(hours=1))
    assert later.for_ < before.for_
