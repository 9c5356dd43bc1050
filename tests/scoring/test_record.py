"""A recommendation survives JSON exactly."""

from __future__ import annotations

import json

import pytest
from hypothesis import given

from scoring.recommend import adopted
from scoring.record import recommendation_from_json, recommendation_to_json
from scoring.types import Metrics, Verdict
from tests.scoring.builders import ANY_METRICS, OFF, creator, judge


@given(ANY_METRICS)
def test_round_trip(metrics: Metrics) -> None:
    rec = judge(creator(metrics))
    again = recommendation_from_json(json.loads(json.dumps(recommendation_to_json(rec), allow_nan=False)))
    assert again == rec
    assert [type(flag.code) for flag in again.flags] == [type(flag.code) for flag in rec.flags]


def test_round_trip_with_everything_off() -> None:
    rec = judge(**OFF, brand_safety=("guns", "guns"))
    assert recommendation_from_json(json.loads(json.dumps(recommendation_to_json(rec)))) == rec


@pytest.mark.parametrize("said", list(Verdict))
def test_whose_verdict_it_is_survives_too(said: Verdict) -> None:
    rec = adopted(judge(growth_14d=0.6), said)
    again = recommendation_from_json(json.loads(json.dumps(recommendation_to_json(rec))))
    assert again == rec
    assert isinstance(again.ours, Verdict)


def test_an_older_record_takes_the_defaults_and_a_newer_one_is_read() -> None:
    plain = recommendation_to_json(judge())
    for name in ("stale", "age_days", "measured_on", "dropped", "similar"):
        plain.pop(name, None)  # what has its default is not there to begin with
    plain["from_the_future"] = 1
    rec = recommendation_from_json(plain)
    assert (rec.stale, rec.dropped, rec.measured_on) == (False, (), None)


@pytest.mark.parametrize("name", ["verdict", "flags", "checks", "risk", "match_parts"])
def test_half_a_record_is_refused(name: str) -> None:
    plain = recommendation_to_json(judge())
    del plain[name]
    with pytest.raises(ValueError, match="not a recommendation"):
        recommendation_from_json(plain)
