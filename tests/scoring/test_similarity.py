"""Which past cases are nearest: properties of the three rankings and of their fusion."""

from __future__ import annotations

import math
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.similarity import Likeness, alike, flags_alike, fused, nearest, numbers, numbers_apart, ranks, words_alike
from scoring.types import FlagCode, Metrics

WEIGHTS = st.sampled_from([0.11, 0.29, 0.69])
FLAGS = st.dictionaries(st.sampled_from([code.value for code in FlagCode]), WEIGHTS, max_size=5)
WORDS = st.frozensets(st.sampled_from("рост бот розыгрыш beauty giveaway fit pod norm".split()), max_size=6)
NUMBERS = st.dictionaries(
    st.sampled_from(["followers", "engagement_rate", "growth_14d", "fee EUR"]), st.floats(-7, 16), max_size=4
)
CASES = st.builds(Likeness, FLAGS, WORDS, NUMBERS)


@given(CASES, st.lists(CASES, max_size=12))
def test_an_order_of_all_without_repetition_whatever_is_known(case: Likeness, others: list[Likeness]) -> None:
    order = nearest(case, others)
    assert sorted(order) == list(range(len(others)))
    scores = alike(case, others)
    assert all(math.isfinite(score) and 0 <= score <= 3 / 61 for score in scores)
    assert [scores[n] for n in order] == sorted(scores, reverse=True)


@given(CASES, st.lists(CASES, max_size=10), st.randoms(use_true_random=False))
def test_how_alike_two_are_does_not_depend_on_the_order_in_which_they_come(
    case: Likeness, others: list[Likeness], rng: Random
) -> None:
    places = list(range(len(others)))
    rng.shuffle(places)
    straight, shuffled = alike(case, others), alike(case, [others[n] for n in places])
    assert shuffled == [straight[n] for n in places]


@given(CASES, st.lists(CASES, max_size=8))
def test_nothing_is_nearer_than_the_case_itself(case: Likeness, others: list[Likeness]) -> None:
    """In every ranking that it takes part in; a shorter text with its words may come before it in that one."""
    mirrored = [*others, case]
    assert flags_alike(case.flags, case.flags) == pytest.approx(1.0 if case.flags else 0.0)
    apart = numbers_apart(case.numbers, [other.numbers for other in mirrored])
    assert apart[-1] == (0.0 if case.numbers else None)


@given(FLAGS, FLAGS)
def test_warnings_are_alike_both_ways_and_between_nothing_and_all(
    one: dict[str, float], other: dict[str, float]
) -> None:
    found = flags_alike(one, other)
    assert 0 <= found < 1.000001
    assert found == pytest.approx(flags_alike(other, one))
    assert (found > 0) == bool(one.keys() & other.keys())


def test_the_same_grave_warning_says_more_than_the_same_slight_one() -> None:
    grave, slight = {"brand_safety": 0.69}, {"views_per_like": 0.11}
    case = grave | slight
    assert flags_alike(case, grave) > 0.8
    assert flags_alike(case, slight) < 0.2


def test_of_equals_the_first_stands_first_so_that_the_newest_wins() -> None:
    case = Likeness({"growth_spike": 0.29}, frozenset({"giveaway"}), {"followers": 11.0})
    assert nearest(case, [case, case, case]) == [0, 1, 2]


def test_what_agrees_in_two_rankings_beats_what_is_first_in_one() -> None:
    case = Likeness({"growth_spike": 0.29}, frozenset({"giveaway"}), {"followers": 11.0, "growth_14d": 0.4})
    words_only = Likeness({"growth_spike": 0.29, "comment_pod": 0.29}, frozenset({"giveaway"}))
    both = Likeness({"growth_spike": 0.29}, frozenset(), {"followers": 11.1, "growth_14d": 0.5})
    far = Likeness({"growth_spike": 0.29, "comment_pod": 0.29}, frozenset(), {"followers": 16.0})
    assert nearest(case, [far, words_only, both]) == [2, 1, 0]


def test_a_rare_word_says_more_than_one_that_all_have() -> None:
    others = [frozenset({"beauty", "bot"}), frozenset({"beauty", "giveaway"}), frozenset({"beauty", "fit"})]
    found = words_alike(frozenset({"beauty", "giveaway"}), others)
    assert max(range(3), key=found.__getitem__) == 1


def test_a_long_text_does_not_win_by_its_length() -> None:
    long = frozenset({"giveaway", *(f"word{n}" for n in range(80))})
    brief, lengthy = words_alike(frozenset({"giveaway"}), [frozenset({"giveaway"}), long])
    assert brief > lengthy


def test_numbers_are_far_apart_by_factors_and_not_by_amounts() -> None:
    case = numbers(Metrics(followers=100_000))
    others = [numbers(Metrics(followers=n)) for n in (200_000, 50_000, 1_000_000)]
    twice, half, ten = numbers_apart(case, others)
    assert twice == pytest.approx(half, abs=0.001)
    assert ten == 3.0


def test_one_wild_number_counts_no_more_than_a_far_one() -> None:
    case = {"followers": 11.0, "growth_14d": 0.2}
    wild, far = numbers_apart(case, [{"followers": 11.0, "growth_14d": 900.0}, {"followers": 11.0, "growth_14d": 3.0}])
    assert wild == far == 1.5


def test_whoever_was_measured_least_is_not_the_nearest() -> None:
    case = {"followers": 11.0, "engagement_rate": -3.0, "growth_14d": 0.2}
    barely, well = numbers_apart(case, [{"followers": 11.0}, {**case, "growth_14d": 0.3}])
    assert barely is not None
    assert well is not None
    assert well < barely


def test_missing_is_never_zero_and_nothing_measured_is_nowhere() -> None:
    assert numbers(Metrics()) == {}
    assert "growth_14d" not in numbers(Metrics(growth_14d=-1.0)), "all followers gone has no logarithm"
    assert numbers_apart({}, [{"followers": 1.0}]) == [None]
    assert ranks([None, None]) == [None, None]
    assert fused([[None], [None]]) == [0.0]


def test_fees_in_different_currencies_are_not_compared() -> None:
    assert numbers_apart(numbers(Metrics(), 900, "EUR"), [numbers(Metrics(), 900, "BRL")]) == [None]
    assert numbers_apart(numbers(Metrics(), 900, "EUR"), [numbers(Metrics(), 900, "EUR")]) == [0.0]
