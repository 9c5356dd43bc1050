"""The learned model: the scorecard without labels, better from sixty on, exact in what it adds, and hard to fool."""

from __future__ import annotations

import json
import math
import statistics
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.learning import FEWEST, OUTCOME, Fit, Label, fit
from scoring.model import NAMES, Broken, Model, features, log_odds, share_of
from scoring.recommend import recommend
from scoring.types import Target
from tests.benchmarks import score
from tests.scoring.builders import BRIEF, NORMS, OFF, TODAY, creator

#: What the world of the simulation holds against somebody, beyond what the scorecard says: log-odds by feature.
TRUTH = {"off.growth_spike": 1.6, "off.engagement_off_norm": -1.8, "credibility": -6.0, "match.category": 0.8}
BIAS = -0.9
SEEDS = range(6)


def somebody(rng: Random, *, true: bool = True, telling: bool = True) -> tuple[Label, float]:
    """A candidate with its true probability; with `true` false the scorecard is right and there is nothing to learn.

    `telling`: whose credibility nobody measured is a fraud more often, which no feature says; otherwise a gap is no
    news.
    """
    off = {name: value for name, value in OFF.items() if rng.random() < 0.3}
    missing = {name: None for name in ("growth_14d", "comments_per_100_likes", "credibility") if rng.random() < 0.15}
    rec = recommend(
        creator(**{**off, **missing, "credibility": missing.get("credibility", rng.uniform(0.5, 0.98))}),
        BRIEF, NORMS, fee=rng.choice([2000.0, 6000.0]), today=TODAY,
    )  # fmt: skip
    values = features(rec)
    odds = log_odds(rec.risk)
    if true:
        odds += BIAS + sum(w * (v or 0.0) for n, w in TRUTH.items() if (v := values[NAMES.index(n)]) is not None)
        if telling or values[NAMES.index("credibility")] is not None:
            odds += 6.0 * 0.75  # credibility is near its mean, which is no news
    return Label(rec.risk, values, rng.random() < share_of(odds)), share_of(odds)


def drawn(count: int, seed: int, *, true: bool = True, telling: bool = True) -> list[Label]:
    rng = Random(seed)
    return [somebody(rng, true=true, telling=telling)[0] for _ in range(count)]


@pytest.fixture(scope="module")
def unseen() -> list[tuple[Label, float]]:
    rng = Random(99)
    return [somebody(rng) for _ in range(1500)]


def off_by(model: Model, cases: list[tuple[Label, float]]) -> tuple[float, float]:
    """(expected Brier score, calibration error in ten bins) against the true probabilities."""
    told = model.predict_many([label.scorecard for label, _ in cases], [label.values for label, _ in cases])
    true = [share for _, share in cases]
    brier = statistics.fmean((p - t) ** 2 + t * (1 - t) for p, t in zip(told, true, strict=True))
    bins: dict[int, list[float]] = {}
    for p, t in zip(told, true, strict=True):
        bins.setdefault(min(9, int(p * 10)), []).append(p - t)
    return brier, sum(abs(math.fsum(gaps)) for gaps in bins.values()) / len(told)


def taught(count: int, seed: int, *, true: bool = True, telling: bool = True) -> Fit:
    return fit(drawn(count, seed, true=true, telling=telling), Target.FRAUD, "fraud-test", seed=seed)


@pytest.mark.parametrize("count", [0, 10, 60, 300])
def test_never_worse_than_the_scorecard_and_better_from_sixty_labels_on(
    count: int, unseen: list[tuple[Label, float]]
) -> None:
    before, error = off_by(Model(Target.FRAUD), unseen)
    after = [off_by(taught(count, seed).model, unseen) for seed in SEEDS]
    briers, errors = [brier for brier, _ in after], [gap for _, gap in after]
    if count < FEWEST:
        assert set(after) == {(before, error)}, "too few labels: the scorecard itself"
        return
    assert max(briers) <= before + 0.002
    assert statistics.fmean(briers) < before - 0.005
    assert statistics.fmean(errors) < error
    if count == 300:
        assert statistics.fmean(briers) < before - 0.02
        assert statistics.fmean(errors) < 0.06


@pytest.mark.parametrize("count", [0, 10, 60, 300])
def test_the_same_where_gaps_are_no_news_and_the_scorecard_is_calibrated_by_luck(count: int) -> None:
    """Brier as before. Sixty labels calibrate worse than a scorecard that is right on average; three hundred do not."""
    rng = Random(98)
    cases = [somebody(rng, telling=False) for _ in range(1500)]
    before, error = off_by(Model(Target.FRAUD), cases)
    after = [off_by(taught(count, seed, telling=False).model, cases) for seed in SEEDS[:3]]
    if count < FEWEST:
        assert set(after) == {(before, error)}
        return
    assert max(brier for brier, _ in after) <= before + 0.002
    assert statistics.fmean(brier for brier, _ in after) < before - 0.005
    assert statistics.fmean(gap for _, gap in after) < (0.1 if count < 300 else 0.05)


def test_where_the_scorecard_is_right_it_stays_almost_always() -> None:
    stayed = [taught(60, seed, true=False).reason == "no_better" for seed in range(10)]
    assert sum(stayed) >= 8


def test_the_same_labels_and_seed_give_the_same_model() -> None:
    assert taught(80, 3).model.to_json() == taught(80, 3).model.to_json()


@pytest.fixture(scope="module")
def model() -> Model:
    made = taught(300, 1)
    assert made.reason == "learned"
    return made.model


@given(seed=st.integers(0, 10_000))
def test_contributions_are_exact(model: Model, seed: int) -> None:
    label = drawn(1, seed)[0]
    told = model.predict(label.scorecard, label.values)
    parts = model.slope * log_odds(label.scorecard) + model.intercept + sum(model.contributions(label.values).values())
    assert share_of(parts) == told


@given(seed=st.integers(0, 10_000))
def test_one_and_many_agree_to_the_ninth_digit(model: Model, seed: int) -> None:
    labels = drawn(3, seed)
    many = model.predict_many([label.scorecard for label in labels], [label.values for label in labels])
    assert many == pytest.approx([model.predict(label.scorecard, label.values) for label in labels], abs=1e-9)


def test_scikit_learns_pipeline_says_the_same_to_the_ninth_digit() -> None:
    """Of one card and of many, with gaps, and at a scorecard of 0 and 1."""
    model, cases = score.made_up(), score.candidates(500)
    theirs = score.pipeline(model).predict_proba(score.rows(model, cases))[:, 1]
    assert {0.0, 1.0} <= {share for share, _ in cases}
    assert any(None in values for _, values in cases)
    assert [model.predict(share, values) for share, values in cases] == pytest.approx(theirs, abs=1e-9)
    assert model.predict_many(*zip(*cases, strict=True)) == pytest.approx(theirs, abs=1e-9)


def test_what_was_not_measured_moves_nothing(model: Model) -> None:
    nothing = (None,) * len(NAMES)
    assert model.contributions(nothing) == {}
    assert model.doubt(nothing) == 0.0
    told = model.predict(0.3, nothing)
    assert told == share_of(model.slope * log_odds(0.3) + model.intercept)


def test_few_labels_leave_more_doubt_than_many() -> None:
    few, many = taught(60, 3).model, taught(300, 3).model
    values = [label.values for label in drawn(50, 7)]
    assert few.delta
    assert statistics.fmean(map(few.doubt, values)) > statistics.fmean(map(many.doubt, values)) > 0


def test_outcomes_weigh_more_than_judgements() -> None:
    """The same cases told twice, one way by outcomes and the other way by judgements: the outcomes are believed."""
    labels = drawn(200, 11)
    said = [replace(label, truth=not label.truth, weight=0.25) for label in labels]
    both, alone, against = (
        fit(cases, Target.FRAUD, "x", seed=1).model
        for cases in ([*labels, *said], labels, [replace(label, weight=OUTCOME) for label in said])
    )

    def apart(one: Model, other: Model) -> float:
        cases = drawn(100, 12)
        return statistics.fmean(
            abs(one.predict(c.scorecard, c.values) - other.predict(c.scorecard, c.values)) for c in cases
        )

    assert apart(both, alone) < apart(both, against) / 2


@pytest.mark.parametrize(
    ("labels", "reason"),
    [([], "few_labels"), (drawn(FEWEST - 1, 1), "few_labels")],
)
def test_too_little_to_learn_from_is_said(labels: list[Label], reason: str) -> None:
    made = fit(labels, Target.FRAUD, "x", seed=1)
    assert (made.reason, made.model.neutral) == (reason, True)


def test_one_class_is_said() -> None:
    made = fit([replace(label, truth=True) for label in drawn(100, 1)], Target.FRAUD, "x", seed=1)
    assert (made.reason, made.model.neutral) == ("one_class", True)


def test_a_constant_feature_is_named_and_left_out() -> None:
    made = fit(drawn(300, 2), Target.FRAUD, "x", seed=1)
    assert "off.brand_safety" in made.constant
    assert "off.brand_safety" not in made.model.names


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_numbers_that_are_none_are_refused(bad: float) -> None:
    labels = drawn(30, 1)
    values = (bad, *labels[3].values[1:])
    for broken in (replace(labels[3], values=values), replace(labels[3], scorecard=bad)):
        with pytest.raises(ValueError, match="label 3"):
            fit([*labels[:3], broken, *labels[4:]], Target.FRAUD, "x", seed=1)
    with pytest.raises(ValueError, match="label 0"):
        fit([Label(1.5, labels[0].values, truth=True, weight=OUTCOME)], Target.FRAUD, "x", seed=1)


def test_a_model_survives_its_file(model: Model) -> None:
    assert Model.from_json(model.to_json()) == model


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"sha256": "0"}', "<html>no</html>"])
def test_what_is_no_model_is_refused(text: str) -> None:
    with pytest.raises(Broken):
        Model.from_json(text)


def test_a_changed_digit_is_refused(model: Model) -> None:
    plain = json.loads(model.to_json())
    plain["delta"][0] += 1e-6
    with pytest.raises(Broken, match="SHA-256"):
        Model.from_json(json.dumps(plain))


def test_features_of_a_recommendation_without_numbers_are_all_unmeasured_but_what_was_looked_at() -> None:
    rec = recommend(creator(), BRIEF, NORMS, today=TODAY)
    named = dict(zip(NAMES, features(rec), strict=True))
    assert named["off.growth_spike"] == 0.0
    assert named["engagement"] == pytest.approx(math.log(0.04 / 0.035))
    assert named["credibility"] == 0.88
    assert features(replace(rec, checks=(), match_parts={})) == (None,) * len(NAMES)
