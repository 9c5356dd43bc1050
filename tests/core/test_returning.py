"""When what was handed on goes back, and to whom: whatever the hours, the deadline and the moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.core.nudges import working_time
from bot.core.returning import BEFORE, LEAST, goes_back, returns_at
from bot.core.working_time import Span

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
MINUTES = st.integers(0, 72 * 60).map(lambda n: timedelta(minutes=n))


@st.composite
def free(draw: st.DrawFn) -> list[Span]:
    """Free time from now on, in order, never touching."""
    spans, at = [], NOW
    for wait, lasts in draw(st.lists(st.tuples(st.integers(0, 900), st.integers(1, 600)), max_size=5)):
        start = at + timedelta(minutes=wait)
        at = start + timedelta(minutes=lasts)
        spans.append((start, at))
        at += timedelta(minutes=1)
    return spans


@given(free(), MINUTES)
def test_not_too_soon_and_not_too_late(spans: list[Span], left: timedelta) -> None:
    deadline = NOW + left
    at = returns_at(spans, NOW, deadline)
    if left < LEAST:
        assert at is None
        return
    assert at is not None
    assert NOW < at <= deadline - BEFORE
    if at < deadline - BEFORE:
        assert at >= NOW + left / 2
        assert working_time(spans, at) >= LEAST


@given(st.dictionaries(st.sampled_from(["by", "before", "rule", "else"]), free()), MINUTES)
def test_whoever_gets_it_back_is_at_work_and_has_an_hour(spans: dict[str, list[Span]], left: timedelta) -> None:
    order, latest = ["by", "before", "rule"], NOW + left - BEFORE
    found = goes_back(order, spans, NOW, NOW + left)
    if found is None:
        assert not any(start <= latest for who in order for start, _ in spans.get(who, []))
        return
    person, at = found
    assert NOW <= at <= latest
    assert any(start <= at < end for start, end in spans[person])
    assert not any(start < at for start, _ in spans[person]), "as soon as they are at work"
    there = [who for who in order if working_time(spans.get(who, []), NOW + left) >= LEAST]
    there = [who for who in there if spans[who][0][0] <= latest]
    if there:
        assert person == there[0], "whoever passed it on comes first, then whose it was"
    else:
        assert not any(start < at for who in order for start, _ in spans.get(who, [])), "else nobody was sooner"
