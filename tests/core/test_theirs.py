"""The team's own AI in a list: as columns and as JSON, and what cannot be is missing and said."""

from __future__ import annotations

import pytest

from bot.core.candidate_file import read_candidate_file
from bot.core.candidate_objects import read_candidate_objects
from bot.core.theirs import Theirs, theirs_from_json, theirs_to_json
from scoring.types import Verdict


def test_columns_and_json_say_the_same() -> None:
    lines = b"""handle,AI verdict,AI score,AI risk,AI flags
ana.lima,Approved,81,30%,pods; growth
bruno,reject,,0.7,
"""
    objects = [
        {"handle": "ana.lima", "ai_verdict": "proceed", "ai_score": 81, "ai_risk": 0.3, "ai_flags": ["pods", "growth"]},
        {"handle": "bruno", "ai_verdict": "decline", "ai_risk": 0.7},
    ]
    wanted = [(Verdict.PROCEED, 81.0, 0.3, ("pods", "growth")), (Verdict.DECLINE, None, 0.7, ())]
    for rows in (read_candidate_file(lines).rows, read_candidate_objects(objects).rows):
        assert [(r.ai_verdict, r.ai_score, r.ai_risk, r.ai_flags) for r in rows] == wanted
        assert [r.notes for r in rows] == [(), ()]


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("ai_verdict", "maybe", "unreadable"), ("ai_verdict", "=1", "formula"), ("ai_score", 140, "out_of_range"),
        ("ai_score", 0.81, "out_of_range"), ("ai_score", -3, "unreadable"), ("ai_score", "high", "unreadable"),
        ("ai_risk", 30, "out_of_range"), ("ai_risk", "-1%", "unreadable"), ("ai_risk", "#VALUE!", "sheet_error"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_missing_and_said(field: str, value: object, code: str) -> None:
    (row,) = read_candidate_objects([{"handle": "ana", field: value}]).rows
    assert getattr(row, field) is None
    assert [(n.field, n.code) for n in row.notes] == [(field, code)]


def test_silence_is_no_call() -> None:
    (row,) = read_candidate_objects([{"handle": "ana", "ai_verdict": "n/a", "ai_score": None, "ai_flags": []}]).rows
    assert (row.ai_verdict, row.ai_score, row.ai_risk, row.ai_flags, row.notes) == (None, None, None, (), ())
    assert not Theirs() and Theirs(risk=0.0)


def test_a_hundred_flags_are_ten() -> None:
    (row,) = read_candidate_objects([{"handle": "ana", "ai_flags": [f"{n:03} " + "x" * 90 for n in range(100)]}]).rows
    assert (len(row.ai_flags), max(map(len, row.ai_flags))) == (10, 60)


@pytest.mark.parametrize("said", [Theirs(risk=0.0), Theirs(Verdict.DECLINE, 0.0, 1.0, ("a",)), Theirs(match=12.5)])
def test_it_is_kept_as_it_was(said: Theirs) -> None:
    assert theirs_from_json(theirs_to_json(said)) == said
