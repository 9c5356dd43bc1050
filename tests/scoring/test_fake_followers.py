from __future__ import annotations

import json
from dataclasses import replace
from importlib import resources
from itertools import pairwise

import pytest

from scoring.fake_followers import (
    COLUMNS,
    LADDERS,
    FakeShare,
    Follower,
    ModelFault,
    digest,
    fake_share,
    read_model,
    shipped_model,
    with_sample,
)
from scoring.features import measured
from scoring.types import FlagCode, Metrics, Severity
from tests.scoring.builders import judge
from tests.scoring.followers import crowd

PLAIN = json.loads(resources.files("scoring").joinpath("data/fake_followers.json").read_text())


@pytest.mark.parametrize("truth", [0.05, 0.10, 0.25, 0.50])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_base_rate_is_found_in_each_sample_and_not_assumed(truth: float, seed: int) -> None:
    found = fake_share(crowd(truth, seed=seed))
    assert found.low <= truth <= found.high
    assert abs(found.share - truth) <= max(0.03, 0.2 * truth)


def test_who_is_fake_is_told_from_who_is_not() -> None:
    chances = fake_share(crowd(0.10)).probabilities
    assert len(chances) == 800
    assert sum(chances[:80]) / 80 > 0.4
    assert sum(chances[80:]) / 720 < 0.05
    assert all(0 < chance < 1 for chance in chances)


@pytest.mark.parametrize("truth", [0.05, 0.10, 0.25, 0.50])
def test_as_many_are_called_fake_as_the_share_says_the_likeliest_first(truth: float) -> None:
    found = fake_share(crowd(truth))
    assert abs(sum(found.called) - found.share * len(found.called)) <= 0.5
    called, others = ([p for p, is_ in zip(found.probabilities, found.called, strict=True) if is_ is fake]
                      for fake in (True, False))  # fmt: skip
    assert min(called) >= max(others)


def test_of_equal_chances_the_first_are_called() -> None:
    alike = FakeShare(0.3, 0.1, 0.5, 5, (0.3,) * 5, "m")
    assert alike.called == (True, True, False, False, False)
    assert FakeShare(0.02, 0.0, 0.1, 5, (0.3,) * 5, "m").called == (False,) * 5
    assert fake_share([]).called == ()


def test_every_set_of_columns_has_its_sums() -> None:
    assert len(shipped_model().sums) == 2 ** len(COLUMNS) - 1


@pytest.mark.parametrize("column", COLUMNS)
def test_each_column_speaks_one_way_only_whatever_else_is_known(column: str) -> None:
    knots, more = LADDERS[column]
    steps = [knots[0], *[(a + b) / 2 for a, b in pairwise(knots)], knots[-1], 10 * knots[-1]]
    for known in shipped_model().sums:
        if column in known.split():
            rest = dict.fromkeys(known.split(), 1)
            odds = [shipped_model().log_odds(Follower(**{**rest, column: step})) or 0.0 for step in steps]
            assert odds == sorted(odds, reverse=not more)


def test_missing_is_not_zero() -> None:
    whole = Follower(12, 300, 400, has_profile_picture=True, is_private=True, digit_share=0.0, bio_length=30)
    model = shipped_model()
    for name in COLUMNS:
        less = replace(whole, **{name: None})
        zero = replace(whole, **{name: 0})
        assert model.log_odds(less) is not None
        assert model.log_odds(less) != model.log_odds(zero)


@pytest.mark.parametrize("truth", [0.10, 0.25])
def test_the_less_is_known_the_wider_the_interval(truth: float) -> None:
    whole = crowd(truth)
    little = [Follower(is_private=one.is_private, has_profile_picture=one.has_profile_picture) for one in whole]
    widths = [found.high - found.low for found in map(fake_share, (whole, little))]
    assert widths[1] > 1.3 * widths[0]
    nothing = fake_share([Follower()] * 800)
    assert nothing.judged == 0
    assert nothing.probabilities == (nothing.share,) * 800
    assert nothing.share == pytest.approx(0.10)
    assert nothing.high - nothing.low > widths[0]


def test_a_column_missing_in_some_rows_only() -> None:
    mixed = [replace(one, digit_share=None, bio_length=None) if at % 3 else one for at, one in enumerate(crowd(0.25))]
    found = fake_share(mixed)
    assert found.low <= 0.25 <= found.high
    assert abs(found.share - 0.25) < 0.05


def test_a_handful_stays_near_what_is_usual_and_thousands_count_for_two_hundred() -> None:
    few, many = fake_share(crowd(0.5, 6)), fake_share(crowd(0.5, 6000))
    assert 0.10 < few.share < 0.40 < many.share
    again = fake_share(crowd(0.5, 600))
    assert many.high - many.low == pytest.approx(again.high - again.low, abs=0.02)


def test_a_single_follower_and_numbers_off_the_ladder() -> None:
    huge = Follower(1e9, 1e10, 1e9, has_profile_picture=False, is_private=False, digit_share=1.0, bio_length=1e6)
    assert 0 < fake_share([huge]).probabilities[0] < 1


@pytest.mark.parametrize(("truth", "severity"), [(0.05, None), (0.27, Severity.MAJOR), (0.5, Severity.SEVERE)])
def test_a_sample_given_with_a_candidate_becomes_the_metric_and_its_flag(
    truth: float, severity: Severity | None
) -> None:
    metrics = with_sample(Metrics(followers=20_000), crowd(truth))
    assert metrics.fake_sample == 800
    assert metrics.fake_share_low is not None
    assert metrics.fake_share_high is not None
    assert metrics.fake_share_low < (metrics.fake_follower_share or 0) < metrics.fake_share_high
    rec = judge(fake_follower_share=metrics.fake_follower_share, fake_sample=metrics.fake_sample)
    raised = [flag.severity for flag in rec.flags if flag.code is FlagCode.FAKE_FOLLOWER_SHARE]
    assert raised == ([] if severity is None else [severity])


def test_a_share_that_was_given_is_kept_and_an_empty_sample_says_nothing() -> None:
    given = Metrics(fake_follower_share=0.3)
    assert with_sample(given, crowd(0.05)) is given
    bare = Metrics(followers=1)
    assert with_sample(bare, []) is bare
    assert with_sample(bare, [Follower()] * 5) is bare


def test_an_impossible_interval_is_a_said_gap() -> None:
    assert measured(Metrics(fake_share_high=1.2), "instagram").dropped == ("fake_share_high",)


def test_a_changed_model_is_refused() -> None:
    assert PLAIN["sha256"] == digest(PLAIN) == shipped_model().sha256
    changed = json.loads(json.dumps(PLAIN))
    changed["sums"]["posts"]["intercept"] += 0.001
    with pytest.raises(ModelFault, match="SHA-256"):
        read_model(json.dumps(changed).encode())


@pytest.mark.parametrize("rubbish", [b"", b"[]", b"{}", b"\xff\xfe", b'{"sha256": 1}', b"null", b"<html></html>"])
def test_what_is_no_model_is_refused(rubbish: bytes) -> None:
    with pytest.raises(ModelFault):
        read_model(rubbish)


def test_a_model_of_other_columns_is_refused() -> None:
    other = json.loads(json.dumps(PLAIN))
    other["sums"]["posts"]["weights"]["posts"] = [1.0]
    other["sha256"] = digest(other)
    with pytest.raises(ModelFault, match="columns"):
        read_model(json.dumps(other).encode())
