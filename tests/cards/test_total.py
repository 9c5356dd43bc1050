"""Cards are total: whatever a Case holds, there is a message, Slack takes it, and nothing in it becomes markup."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bot.cards import candidate, hand_over, ids, inbox, investigation, notice, rationale, refusal, unopened
from bot.cards.blocks import Message
from bot.core.assignment import Able, Grounds
from bot.core.case import Case, Digest, Happened, Inbox, Line, Opinion, Thread
from bot.core.errors import HandoffError, Invalid, NotAllowed, NotFound, TooLate
from bot.core.returning import Handed
from bot.core.types import Member, Role, Route, State
from bot.i18n.catalog import Voice, voice_for
from scoring.types import FlagCode, Verdict
from tests.cards import strategies as s
from tests.cards.rules import findings

# A failing case is long; that its report is long is no news.
pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")

_VOICES = st.builds(
    voice_for,
    st.sampled_from(("en", "ru", None, "pt-BR", "")),
    st.sampled_from(("America/Sao_Paulo", "Asia/Kolkata", "no/where", None, "../etc")),
    st.sampled_from(("BR", "RU", "", None, "<b>")),
    st.booleans(),
)
# The validator takes tens of milliseconds a payload: no shrinking, or one failure costs minutes.
_MANY = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
_OURS = re.compile(r"<(?:@[UW][A-Z0-9]+|https?://[^\s<>|]+\|[^<>]*|!date\^\d+\^[^|<>]+\|[^<>]+)>")


def mrkdwn(made: object) -> Iterator[str]:
    """Every text in which Slack reads markup."""
    if isinstance(made, Message):
        yield made.text
        yield from mrkdwn(made.blocks)
    elif isinstance(made, dict):
        if made.get("type") == "mrkdwn":
            yield str(made["text"])
        else:
            for part in made.values():
                yield from mrkdwn(part)
    elif isinstance(made, list):
        for part in made:
            yield from mrkdwn(part)


def check(made: Message | dict[str, Any]) -> None:
    assert findings(made) == []
    for text in mrkdwn(made):
        rest = _OURS.sub("", text)
        assert "<" not in rest, text
        assert ">" not in re.sub(r"(?m)^>", "", rest), text
        assert re.fullmatch(r"(?:[^&]|&(?:amp|lt|gt);)*", rest), text
        assert not re.search(r"[\x00-\x08\x0b-\x1f\u202e]", text), text


@given(s.CASE, _VOICES, s.WHEN, st.booleans())
@_MANY
def test_any_card(case: Case, voice: Voice, now: datetime, may: bool) -> None:
    check(candidate.card(case, voice, now=now))
    check(candidate.opened(case, voice, now=now, may_answer=may))
    check(rationale.details(case, voice, now=now, reader=case.review.expert if may else None))


@given(s.THREAD, _VOICES)
@_MANY
def test_any_thread(thread: Thread, voice: Voice) -> None:
    check(investigation.message(thread, voice))
    check(investigation.reminder(thread, voice))
    form = investigation.resolve_form(thread, voice)
    check(form)
    ids.unpack_investigation(form)
    check(rationale.outcome_form(thread.case, voice))


@given(s.CASE, _VOICES, s.WHEN, s.HAPPENED)
@_MANY
def test_any_history(case: Case, voice: Voice, now: datetime, happened: list[Happened]) -> None:
    """Also of a row that a later or a broken program wrote."""
    made = rationale.details(case, voice, now=now, happened=happened)
    check(made)
    said = "\n".join(mrkdwn(made))
    assert (voice.t("history.head") in said) == bool(happened)


def _hands(case: Case, voice: Voice, people: int) -> list[Any]:
    members = [Member(f"U{n}", case.candidate.name) for n in range(people)]
    able = [Able(m, Grounds(n, people, float(n), n, n), there=n % 2 == 0) for n, m in enumerate(members)]
    asked = Opinion("op_1", case.review.id, "U0BIA00001", "U0", case.candidate.name, case.review.intake_at)
    said = replace(asked, text=case.candidate.name, said_at=asked.asked_at)
    handed = replace(case, handed=Handed("U0BIA00001", case.review.deadline_at), opinions=(asked, said))
    return [
        hand_over.pass_form(case, voice, able),
        hand_over.passed(handed, voice),
        hand_over.ask_form(case, voice, members),
        hand_over.opinion_form(case, asked, voice),
        rationale.details(handed, voice, now=asked.asked_at),
    ]


@given(s.CASE, _VOICES, s.RATIONALE, st.lists(s.CODES), st.one_of(st.none(), s.RECOMMENDATION), st.booleans())
@_MANY
def test_any_form(case: Case, voice: Voice, draft: Any, ticked: list[FlagCode], again: Any, late: bool) -> None:
    made = [
        rationale.override_form(case, voice, draft=draft),
        rationale.norm_form(case, voice, ticked=ticked, recomputed=again, draft=draft),
        rationale.dissent_form(case, voice, draft=draft, late=late, draft_id="dr_1"),
        rationale.note_form(case, voice),
        rationale.know_form(case, voice),
        *_hands(case, voice, 12 if late else 2),
        rationale.saved(voice, "saved.title", "done"),
    ]
    for view in made:
        check(view)
        rationale.read_form(view)


@given(s.CASE, _VOICES, s.WHEN, s.JUDGEMENT, st.booleans(), s.WHO)
@_MANY
def test_any_notice(case: Case, voice: Voice, now: datetime, said: Any, lead: bool, by: str) -> None:
    check(notice.opened_together([case] * (25 if lead else 1), voice))
    check(notice.result(case, voice, now=now))
    check(notice.undone(case, voice))
    check(notice.held(case, voice, now=now))
    check(notice.held_together(case.campaign, [case] * (25 if lead else 2), voice))
    check(notice.dissent(case, said, voice, reader_is_lead=lead))
    check(hand_over.passed_on(case, voice, by=by))
    check(notice.reversed(case, voice))
    roles = ((Role.EXPERT, "BR"),) if lead else ()
    found = Inbox(Member("U1", case.candidate.name, roles), (case,) * 3 if lead else (), 2, (), case.lead)
    check(inbox.home(found, voice, now=now))
    check(inbox.inbox(found, voice, now=now))
    check(inbox.help(voice, case.lead))


@given(s.CASE, _VOICES, s.TEXT, st.integers(0, 130), st.integers(-5, 10**6), st.booleans())
@_MANY
def test_any_digest(case: Case, voice: Voice, name: str, count: int, offset: int, may: bool) -> None:
    lines = tuple(
        Line(
            f"rv_{n}",
            1,
            name,
            name,
            name,
            name,
            Route.AI,
            State.DECIDED,
            Verdict.PROCEED,
            None,
            "ai",
            None,
            case.review.deadline_at,
            opened=False,
        )
        for n in range(count)
    )
    found = Digest("im_1", case.campaign, lines, may, 3, case.review.undo_until)
    check(notice.digest(found, voice))
    check(notice.digest_page(found, voice, offset))
    check(unopened.half_window(case.campaign, lines, voice, ref="nd_1", ended=offset % 7))


_REASONS = st.one_of(
    st.sampled_from(
        (
            "decided",
            "decided_by_ai",
            "not_your_market",
            "duration",
            "already_yours",
            "already_stands",
            "turned",
            "campaign",
        )
    ),
    s.TEXT,
)
_PARAMS = st.dictionaries(
    st.sampled_from(
        ("market", "markets", "expert", "lead", "by", "at", "verdict", "value", "typed", "draft_id", "campaign")
    ),
    st.one_of(s.TEXT, st.none(), s.WHEN, st.booleans(), st.lists(s.TEXT, max_size=2), s.LASTED, st.integers()),
)


@given(
    st.one_of(st.none(), s.CASE),
    _VOICES,
    s.WHEN,
    _REASONS,
    _PARAMS,
    st.sampled_from((TooLate, NotAllowed, Invalid, NotFound, HandoffError)),
)
@_MANY
def test_any_refusal(
    case: Case | None, voice: Voice, now: datetime, reason: str, params: dict[str, Any], kind: type[HandoffError]
) -> None:
    check(refusal.refusal(kind(reason, **params), voice, case, now=now))


@pytest.mark.parametrize("name", s.HOSTILE)
def test_a_name_shows_as_text(name: str) -> None:
    from tests import factories as f
    from tests.cards.gallery import NOW, voices

    case = f.case(candidate=f.candidate(name=name, handle=name))
    made = candidate.card(case, voices("en")[0], now=NOW)
    check(made)
    assert "<!channel>" not in made.text
