"""Candidates as JSON objects: the same rows as from a file, and a fate for whatever somebody sends."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.candidate_file import read_candidate_file
from bot.core.candidate_objects import SAMPLE, read_candidate_objects
from bot.core.candidate_row import ParsedRow
from bot.core.headers import FIELDS


def one(**fields: Any) -> ParsedRow:
    read = read_candidate_objects([{"handle": "ana.lima", **fields}])
    assert not read.rejected
    return read.rows[0]


def test_an_object_is_the_row_that_the_file_has() -> None:
    lines = b"""handle,name,platform,country,followers,engagement_rate,growth_14d,fee,currency,categories,measured_on
ana.lima,Ana Lima,instagram,BR,84000,0.30,0.22,4500,EUR,Beauty; Travel,2026-11-20
bruno,Bruno Reis,instagram,BR,12000,0.04,-0.02,2000,EUR,Beauty,2026-11-19
"""
    objects = [
        {
            "handle": "ana.lima", "name": "Ana Lima", "platform": "instagram", "country": "BR", "followers": 84000,
            "engagement_rate": 0.30, "growth_14d": 0.22, "fee": 4500, "currency": "EUR",
            "categories": ["Beauty", "Travel"], "measured_on": "2026-11-20",
        },
        {
            "handle": "@bruno", "name": "Bruno Reis", "platform": "Instagram", "country": "Brazil", "followers": "12K",
            "engagement_rate": "4%", "growth_14d": -0.02, "fee": 2000.0, "currency": "EUR", "categories": "Beauty",
            "measured_on": "2026-11-19",
        },
    ]  # fmt: skip
    of_file, of_objects = read_candidate_file(lines).rows, read_candidate_objects(objects).rows
    for theirs, ours in zip(of_file, of_objects, strict=True):
        told = {name: getattr(ours, name) for name in ParsedRow.__dataclass_fields__ if name != "line"}
        assert told == {name: getattr(theirs, name) for name in told}


@pytest.mark.parametrize(
    ("fields", "name", "value"),
    [
        ({"engagement_rate": 1e-05}, "engagement_rate", 0.00001),
        ({"engagement_rate": 1}, "engagement_rate", 1.0),
        ({"audience": {"BR": 0.71, "Portugal": 0.05}}, "audience", {"BR": 0.71, "PT": 0.05}),
        ({"audience": {"BR": 1}}, "audience", {"BR": 1.0}),
        ({"audience": {"BR": 0.005}}, "audience", {"BR": 0.005}),
        ({"brand_safety": []}, "brand_safety", ()),
        ({"brand_safety": None}, "brand_safety", None),
        ({"brand_safety": ["gambling", "alcohol"]}, "brand_safety", ("gambling", "alcohol")),
        ({"strategic": True}, "strategic", True),
        ({"followers": 409_800_000}, "followers", 409_800_000),
        ({"avg_likes": 3.5}, "avg_likes", 3.5),
        ({"measured_on": "2026-11-20"}, "measured_on", date(2026, 11, 20)),
    ],
)
def test_what_json_can_say(fields: dict[str, Any], name: str, value: object) -> None:
    row = one(**fields)
    assert getattr(row, name) == (pytest.approx(value) if isinstance(value, float | dict) else value)
    assert row.notes == ()


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"followers": -5}, "negative"), ({"followers": 1e20}, "unreadable"), ({"followers": [1]}, "unreadable"),
        ({"followers": {"a": 1}}, "unreadable"), ({"followers": "many"}, "unreadable"),
        ({"engagement_rate": 40}, "out_of_range"), ({"credibility": 61}, "out_of_range"),
        ({"audience": {"BR": 2}}, "unreadable"), ({"audience": {"BR": "x"}}, "unreadable"),
        ({"audience": {"Nowhere": 0.5}}, "unreadable"), ({"country": 5}, "number_in_country"),
        ({"bio": "=cmd()"}, "formula"), ({"categories": [1]}, "unreadable"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_missing_and_said(fields: dict[str, Any], code: str) -> None:
    row = one(**fields)
    name = next(iter(fields))
    assert [(note.field, note.code) for note in row.notes] == [(name, code)]
    assert not getattr(row, name)


def test_a_number_for_one_and_nothing_for_the_other() -> None:
    first, second = read_candidate_objects([{"handle": "a", "followers": 5}, {"handle": "b"}]).rows
    assert (first.followers, second.followers) == (5, None)


def test_what_is_no_candidate_is_rejected_by_its_place() -> None:
    read = read_candidate_objects([5, {"name": "nobody"}, {"handle": "=1+1"}, {"handle": "ana", "folowers": 3}, None])
    assert [(r.line, r.code) for r in read.rejected] == [
        (1, "no_object"), (2, "no_handle"), (3, "handle_is_formula"), (5, "no_object"),
    ]  # fmt: skip
    assert [(w.code, w.params) for w in read.warnings] == [("unknown_field", {"field": "folowers"})]
    assert read.records == len(read.rows) + len(read.rejected)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


FOLLOWER = {"posts": 0, "followers": 3, "following": 3000, "has_profile_picture": False, "bio_length": 0}


def test_a_sample_of_followers_becomes_a_share_and_nobody_of_it_stays() -> None:
    people = [{**FOLLOWER, "username": f"zz{n}{n}{n}"} for n in range(40)]
    row = one(followers_sample=people)
    assert row.fake_follower_share is not None
    assert row.fake_share_low is not None
    assert row.fake_share_high is not None
    assert row.fake_share_low < row.fake_follower_share < row.fake_share_high
    assert (row.fake_sample_size, row.notes) == (40, ())
    assert "zz" not in repr(row)
    read = read_candidate_objects([{"handle": "ana.lima", "followers_sample": people}])
    assert read.warnings == ()
    given = one(followers_sample=people, fake_follower_share=0.07)
    assert (given.fake_follower_share, given.fake_share_low) == (0.07, None), "who gave it may know more"


@pytest.mark.parametrize(
    ("sample", "code"),
    [("<html>", "unreadable"), ([{"posts": -1}] * 9, "unreadable"), ([{}] * 5001, "too_many"), (7, "unreadable")],
)
def test_what_is_no_sample_is_noted_and_is_no_zero(sample: Any, code: str) -> None:
    row = one(followers_sample=sample)
    assert row.fake_follower_share is None
    assert [(note.field, note.code) for note in row.notes] == [("followers_sample", code)]
    assert one(followers_sample=[]).notes == one(followers_sample=None).notes == ()


@given(st.lists(st.dictionaries(st.sampled_from([*FIELDS, SAMPLE, "else"]), _JSON, max_size=8) | _JSON, max_size=5))
def test_anything_at_all_has_a_fate(objects: list[Any]) -> None:
    read = read_candidate_objects(json.loads(json.dumps(objects)))
    assert sorted([r.line for r in read.rows] + [r.line for r in read.rejected]) == list(range(1, len(objects) + 1))
