"""Any Case at all: unknown markets, absurd numbers, names of 3000 characters, names made of markup."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from bot.core.case import Case, Happened, Investigation, Thread
from bot.core.disagreement import Disagreement, Kind, Standing, Winner
from bot.core.outcome import What
from bot.core.types import (
    Basis,
    By,
    Campaign,
    Candidate,
    Comment,
    Confidence,
    Decision,
    How,
    Judgement,
    OnDeadline,
    Rationale,
    Reason,
    Review,
    Route,
    Stakes,
    State,
)
from scoring.types import Band, Check, FlagCode, MatchPart, Metrics, Recommendation, RiskFlag, Severity, Verdict

HOSTILE = (
    "",
    " ",
    "<!channel>",
    "<@U0ZOE00001>",
    "*bold* _it_ ~no~ `code`",
    "&amp; & <b>",
    "a\nb\r\n> c\x00\x07",
    "\u202egnp.exe",
    "x" * 3000,
    "<" * 3000,
    "&" * 3000,
    "ё" * 3000,
    "{name} {0} %s",
    "|>|<http://evil|click>",
    ":skull:",
)
TEXT = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=40))
NUMBER = st.one_of(st.none(), st.floats(allow_nan=True, allow_infinity=True), st.floats(0, 1))
SURE = st.one_of(st.floats(allow_nan=True, allow_infinity=True), st.floats(0, 1))
COUNT = st.one_of(st.none(), st.integers(-5, 10**12))
WHEN = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
DAY = st.one_of(st.none(), st.dates(date(1990, 1, 1), date(2100, 1, 1)))
WHO = st.one_of(st.sampled_from(("U0BIA00001", "U0ZOE00001", "W12345")), TEXT)
MAYBE_WHO = st.one_of(st.none(), WHO)
CODES = st.sampled_from(list(FlagCode))
BAND = st.one_of(st.none(), st.builds(Band, NUMBER, NUMBER, COUNT, st.one_of(st.none(), TEXT)))
VERDICT = st.sampled_from(list(Verdict))

_HITS = st.lists(TEXT, max_size=3).map(tuple)
FLAG = st.builds(
    RiskFlag,
    code=CODES,
    value=NUMBER,
    norm=BAND,
    severity=st.sampled_from(list(Severity)),
    contribution=st.floats(0, 5),
    found=_HITS,
    counts=st.lists(st.integers(-1, 50), max_size=4).map(tuple),
    window=st.one_of(st.none(), st.integers(0, 400)),
    sample=COUNT,
)
CHECK = st.builds(Check, code=CODES, value=NUMBER, norm=BAND, measured=st.booleans(), off=st.booleans(), found=_HITS)
RECOMMENDATION = st.builds(
    Recommendation,
    verdict=VERDICT,
    match=NUMBER,
    risk=SURE,
    risk_low=SURE,
    risk_high=SURE,
    confident=st.booleans(),
    flags=st.lists(FLAG, max_size=6).map(tuple),
    checks=st.lists(CHECK, max_size=12).map(tuple),
    match_parts=st.dictionaries(st.sampled_from(list(MatchPart)), SURE),
    model=TEXT,
    similar=COUNT,
)
RATIONALE = st.builds(
    Rationale,
    reasons=st.lists(st.sampled_from(list(Reason)), max_size=11).map(tuple),
    confidence=st.one_of(st.none(), st.sampled_from(list(Confidence))),
    narrative=TEXT,
    evidence=st.one_of(st.none(), TEXT),
    disputed=st.lists(CODES, max_size=3).map(tuple),
)
JUDGEMENT = st.builds(
    Judgement,
    id=TEXT,
    review_id=TEXT,
    round=st.integers(1, 9),
    expert=WHO,
    verdict=VERDICT,
    how=st.sampled_from(list(How)),
    rationale=RATIONALE,
    ai_visible=st.booleans(),
    at=WHEN,
)
DECISION = st.builds(
    Decision,
    review_id=TEXT,
    round=st.integers(1, 9),
    verdict=VERDICT,
    by=st.one_of(st.sampled_from([b.value for b in By]), WHO),
    basis=st.sampled_from(list(Basis)),
    at=WHEN,
)
REVIEW = st.builds(
    Review,
    id=st.from_regex(r"rv_[A-Z0-9]{4,10}", fullmatch=True),
    candidate_id=TEXT,
    campaign=TEXT,
    market=st.one_of(st.sampled_from(("BR", "RU", "US", "CI", "XX")), TEXT),
    route=st.sampled_from(list(Route)),
    rule=TEXT,
    stakes=st.sampled_from(list(Stakes)),
    state=st.sampled_from(list(State)),
    expert=MAYBE_WHO,
    backup=MAYBE_WHO,
    intake_at=WHEN,
    deadline_at=WHEN,
    on_deadline=st.sampled_from(list(OnDeadline)),
    why_me=TEXT,
    opened_at=st.one_of(st.none(), WHEN),
    version=st.integers(1, 10**6),
    form_held=st.booleans(),
    held_once=st.booleans(),
    undo_until=st.one_of(st.none(), WHEN),
    disclosure=st.one_of(st.none(), TEXT),
    disclosed_by=MAYBE_WHO,
    executed=st.booleans(),
)
METRICS = st.builds(Metrics, followers=COUNT, fake_sample=COUNT, measured_on=DAY)
CANDIDATE = st.builds(
    Candidate,
    id=TEXT,
    campaign=TEXT,
    creator_id=TEXT,
    platform=TEXT,
    handle=TEXT,
    name=TEXT,
    market=TEXT,
    country=st.one_of(st.none(), TEXT),
    categories=st.just(()),
    metrics=METRICS,
    url=st.one_of(st.none(), TEXT, st.just("https://example.com/a?b=1&c=<2>")),
    fee=NUMBER,
    currency=st.one_of(st.none(), st.sampled_from(("EUR", "RUB", "ZZZ")), TEXT),
    referred_by=st.one_of(st.none(), TEXT),
    past_outcome=st.one_of(st.none(), st.sampled_from(("signed", "fraud")), TEXT),
)
CAMPAIGN = st.builds(Campaign, key=TEXT, name=TEXT, markets=st.just(("BR",)), channel=TEXT, owner=WHO, currency=TEXT)
DISAGREEMENT = st.builds(
    Disagreement,
    id=st.from_regex(r"dg_[A-Z0-9]{4,10}", fullmatch=True),
    review_id=TEXT,
    round=st.integers(1, 9),
    judgement_id=TEXT,
    kind=st.sampled_from(list(Kind)),
    campaign=TEXT,
    channel=TEXT,
    platform=TEXT,
    market=TEXT,
    tier=st.one_of(st.none(), TEXT),
    creator_id=TEXT,
    expert=WHO,
    ai_verdict=VERDICT,
    verdict=VERDICT,
    flags=st.lists(CODES, max_size=3).map(tuple),
    disputed=st.lists(CODES, max_size=3).map(tuple),
    reasons=st.just(()),
    ai_visible=st.booleans(),
    opened_at=WHEN,
    standing=st.sampled_from(list(Standing)),
    winner=st.one_of(st.none(), st.sampled_from(list(Winner))),
    lesson=TEXT,
    resolved_by=MAYBE_WHO,
    resolved_at=st.one_of(st.none(), WHEN),
)
INVESTIGATION = st.builds(
    Investigation,
    disagreement=DISAGREEMENT,
    said=JUDGEMENT,
    other=st.one_of(st.none(), JUDGEMENT),
    link=st.one_of(st.none(), TEXT, st.just("https://acme.slack.com/archives/C1/p1?thread_ts=1.1&cid=C1")),
)
CASE = st.builds(
    Case,
    investigations=st.lists(INVESTIGATION, max_size=2).map(tuple),
    outcomes=st.lists(st.sampled_from(list(What)), max_size=3, unique=True).map(tuple),
    review=REVIEW,
    campaign=CAMPAIGN,
    candidate=CANDIDATE,
    recommendation=RECOMMENDATION,
    lead=MAYBE_WHO,
    decision=st.one_of(st.none(), DECISION),
    judgement=st.one_of(st.none(), JUDGEMENT),
    dissents=st.lists(JUDGEMENT, max_size=3).map(tuple),
    comments=st.lists(st.builds(Comment, TEXT, TEXT, WHO, TEXT, WHEN), max_size=3).map(tuple),
    passes=st.lists(st.tuples(WHO, WHO), max_size=2).map(tuple),
    pass_note=st.one_of(st.none(), TEXT),
    hold=st.timedeltas(timedelta(), timedelta(days=9)),
    names=st.dictionaries(WHO, TEXT, max_size=3),
    today=DAY,
)
THREAD = st.builds(Thread, case=CASE, investigation=INVESTIGATION, asked=st.lists(WHO, max_size=3).map(tuple))
_VALUES = st.dictionaries(
    st.sampled_from(("expert", "verdict", "wanted", "deadline_at", "note")),
    st.one_of(TEXT, st.none(), st.integers(), st.sampled_from(("proceed", "2026-11-23T09:00:00+00:00", "0001-01-01"))),
)
HAPPENED = st.lists(
    st.builds(
        Happened,
        at=WHEN,
        actor=WHO,
        what=st.one_of(st.sampled_from(("queued", "answered", "passed_on", "held", "line", "head", "undone")), TEXT),
        before=_VALUES,
        after=_VALUES,
    ),
    max_size=30,
)
LASTED = st.timedeltas(timedelta(days=-400), timedelta(days=400))
