"""Phrases that several cards share: people, the question, what the AI says, why somebody judged as they did."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.cards import blocks
from bot.core.case import Case
from bot.core.types import Confidence, Decision, Judgement, Rationale, Reason
from bot.i18n.catalog import Voice
from scoring.types import FlagCode, Recommendation, Verdict

_USER = re.compile(r"[UW][A-Z0-9]{1,30}")
_LINK = re.compile(r"https?://[^\s<>|\"]{1,500}")
HEADLINE = 60
"""Two lines on a phone."""
_CAMPAIGN = 28
NAME = 60
QUOTE = 300
SEPARATOR = " · "


@dataclass(frozen=True, slots=True)
class Pen:
    """Writes about one case in one voice; `plain` for notifications: names instead of mentions, no tokens, no stars."""

    case: Case
    voice: Voice
    plain: bool = False

    def t(self, key: str, /, **params: object) -> str:
        return self.voice.t(key, **params)

    def who(self, user: str | None) -> str:
        """Somebody as a mention, in plain text by name."""
        known = self.case.names.get(user or "")
        if self.plain and known:
            return blocks.said(known, NAME)
        return person(user)

    def by(self, moment: datetime) -> str:
        return self.voice.by(moment) if self.plain else self.voice.by_token(moment)

    def until(self, moment: datetime, *, dated: bool = False) -> str:
        write = self.voice.until if self.plain else self.voice.until_token
        return write(moment, dated=dated)

    def verdict(self, verdict: Verdict) -> str:
        """'proceed', inside a sentence."""
        return self.t(f"verdict.{verdict.value}")

    @property
    def hold(self) -> str:
        """'12': for how many hours the policy holds a review."""
        return self.voice.number(self.case.hold / timedelta(hours=1))

    @property
    def ai(self) -> str:
        """The AI's verdict."""
        return self.verdict(self.case.recommendation.verdict)

    @property
    def name(self) -> str:
        return blocks.said(self.case.candidate.name, NAME)

    @property
    def market_of(self) -> str:
        return self.voice.market_of(self.case.review.market)

    @property
    def market_in(self) -> str:
        return self.voice.market_in(self.case.review.market)


def person(user: str | None) -> str:
    """A mention; anything that is no user id stays what it is, as text."""
    if not user:
        return blocks.NOTHING
    return f"<@{user}>" if _USER.fullmatch(user) else blocks.said(user, NAME)


def bare(text: str) -> str:
    """Without emphasis, for a notification."""
    return text.replace("*", "")


def link(url: str | None, text: str) -> str:
    """A link when the address is one, else just the text, which is escaped already."""
    if url and _LINK.fullmatch(url):
        return f"<{blocks.esc(url)}|{text}>"
    return text


def _fitted(voice: Voice, key: str, case: Case, limit: int, **params: object) -> str:
    """Name and campaign in one line of `limit` characters: the campaign gives way first, then the name."""
    campaign = blocks.one_line(case.campaign.name, _CAMPAIGN)
    room = limit - len(voice.t(key, name="", campaign=campaign, **params))
    return voice.t(key, name=blocks.one_line(case.candidate.name, max(room, 20)), campaign=campaign, **params)


def question(case: Case, voice: Voice) -> str:
    """'Ana Lima for Aurora Summer?', plain."""
    return _fitted(voice, "question", case, HEADLINE)


def headline(case: Case, voice: Voice, verdict: Verdict) -> str:
    """'Proceed: Ana Lima for Aurora Summer', plain."""
    return _fitted(voice, "headline", case, HEADLINE + 12, verdict=voice.t(f"title.{verdict.value}"))


def question_withdrawn(case: Case, voice: Voice) -> str:
    """'Withdrawn: Ana Lima for Aurora Summer', plain."""
    return _fitted(voice, "withdrawn.title", case, HEADLINE + 12)


def risk_of(rec: Recommendation, voice: Voice) -> str:
    """'47/100 (38-55)', or '47/100' when nothing that matters was missing."""
    low, high = voice.risk(rec.risk_low), voice.risk(rec.risk_high)
    return (
        voice.risk(rec.risk)
        if low == high
        else f"{voice.risk(rec.risk)} ({voice.interval(rec.risk_low, rec.risk_high)})"
    )


def match_of(rec: Recommendation, voice: Voice) -> str | None:
    return None if rec.match is None else voice.number(rec.match, 0)


def ai_says(rec: Recommendation, voice: Voice) -> str:
    """The second line of a card: the AI's call, and whether it is a close one; whose, where it is not ours."""
    if rec.ours is not None:
        key = "ai.theirs_same" if rec.ours is rec.verdict else "ai.theirs_differs"
        return voice.t(key, **_two(rec, voice))
    key = "ai.says" if rec.confident else "ai.says_close"
    return voice.t(key, verdict=voice.t(f"verdict.{rec.verdict.value}"))


def _two(rec: Recommendation, voice: Voice) -> dict[str, str]:
    """What the team's own AI says, which has the word, and what ours does."""
    ours = voice.t(f"verdict.{(rec.ours or rec.verdict).value}")
    return {"verdict": voice.t(f"verdict.{rec.verdict.value}"), "ours": ours}


def ai_sentence(rec: Recommendation, voice: Voice, key: str, risk: str) -> str:
    """'The AI says decline, fraud risk 47/100.', by the key of one AI or of two."""
    return voice.t(f"{key}_theirs" if rec.theirs else key, **_two(rec, voice), risk=risk)


def ai_numbers(rec: Recommendation, voice: Voice) -> str:
    said = _numbers(rec, voice)
    return voice.t("ai.numbers_ours", numbers=lower_first(said)) if rec.theirs else said


def _numbers(rec: Recommendation, voice: Voice) -> str:
    match = match_of(rec, voice)
    if match is None:
        return voice.t("ai.numbers_no_match", risk=risk_of(rec, voice))
    return voice.t("ai.numbers", match=match, risk=risk_of(rec, voice))


def ai_small(rec: Recommendation, voice: Voice) -> str:
    """'AI: decline, a close call, fraud risk 47/100 (38–55), match 81': the small line of a decided card."""
    match = match_of(rec, voice)
    parts = [
        voice.t("ai.label_theirs" if rec.theirs else "ai.label", **_two(rec, voice)),
        "" if rec.confident or rec.disputed else voice.t("ai.close"),
        voice.t("ai.risk", risk=risk_of(rec, voice)),
        voice.t("ai.match", match=match) if match else "",
    ]
    return ", ".join(part for part in parts if part)


def lower_first(text: str) -> str:
    """For a label inside a sentence; an abbreviation such as ИИ or AI keeps its capitals."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def reasons_said(rationale: Rationale, verdict: Verdict, voice: Voice) -> str:
    """Reasons and confidence in a line: 'normal for this market, worth the price. Fairly sure (80%)'."""
    said = [
        voice.t("reason.other_said") if r is Reason.OTHER else lower_first(reason_label(r, verdict, voice))
        for r in rationale.reasons
    ]
    listed = ", ".join(said)
    sure = f"{voice.t(f'confidence.said.{rationale.confidence.value}')}." if rationale.confidence else ""
    return " ".join(part for part in (f"{listed}." if listed else "", sure) if part)


def reason_label(reason: Reason, verdict: Verdict, voice: Voice) -> str:
    """The label of a reason towards a verdict; a code that is not offered that way borrows the other way's."""
    for towards in (verdict, verdict.opposite):
        key = f"reason.{towards.value}.{reason.value}"
        if voice.has(key):
            return voice.t(key)
    return reason.value


def confidence_label(confidence: Confidence, voice: Voice) -> str:
    return voice.t(f"confidence.{confidence.value}")


def why_lines(judgement: Judgement, voice: Voice) -> list[str]:
    """'*Why:* …' and the person's own words as a quote."""
    rationale = judgement.rationale
    said = reasons_said(rationale, judgement.verdict, voice)
    lines = [voice.t("why", reasons=said)] if said else []
    if rationale.narrative.strip():
        lines.append(blocks.quote(rationale.narrative, QUOTE))
    return lines


def outcome(pen: Pen, decision: Decision) -> str:
    """One sentence on who or what decided, and how it relates to what the AI said."""
    case, against = pen.case, pen.case.differs
    basis = decision.basis.value
    if basis == "expert" and decision.person:
        start = case.review.opened_at or case.review.intake_at
        key = "decided.expert_against" if against else "decided.expert_as"
        return pen.t(key, who=pen.who(decision.by), verdict=pen.ai, lasted=pen.voice.lasted(decision.at - start))
    if basis == "lead" and decision.person:
        objectors = [d.expert for d in case.dissents if d.verdict is decision.verdict and d.expert != decision.by]
        if objectors:
            return pen.t("decided.reversed", who=pen.who(decision.by), objector=pen.who(objectors[-1]))
        key = "decided.lead_against" if against else "decided.lead_as"
        return pen.t(key, who=pen.who(decision.by), verdict=pen.ai)
    if basis in ("expert", "lead"):
        return pen.t("decided.plain")
    return pen.t(f"decided.{basis}", verdict=pen.verdict(decision.verdict), hours=pen.hold)


def disputed_said(codes: Sequence[FlagCode], voice: Voice) -> str:
    """'engagement, follower growth': warnings that somebody calls normal."""
    return ", ".join(voice.t(f"check.{code.value}") for code in codes)
