"""What was measured, in words: flags, checks, what is usual, what is missing and how old the numbers are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from bot.cards import blocks
from bot.cards.words import SEPARATOR, Pen, link
from bot.core.case import Case
from bot.core.types import Candidate
from bot.i18n.catalog import Voice
from scoring.recommend import own
from scoring.types import Band, Check, FlagCode, MatchPart, RiskFlag, Verdict

STALE_DAYS = 30
SHOWN_FLAGS = 3
SHOWN_NAMES = 4
_HITS = 5
_HIT = 40
_NUMBERS = frozenset({FlagCode.COMMENT_LIKE_RATIO, FlagCode.VIEWS_PER_LIKE})
_LOW_MATCH = 50
_MANY = 5
"""Compact counts (84 тыс.) take the plural of many."""
GOOD_PAST = frozenset({"signed", "on_plan", "above_plan"})


def _swings(item: RiskFlag | Check) -> bool:
    """Growth without a window is a robust z: how many usual swings the jump is."""
    return item.code is FlagCode.GROWTH_SPIKE and item.window is None


def _percent(item: RiskFlag | Check) -> bool:
    return item.code not in _NUMBERS and not _swings(item)


def _collides(value: float, band: Band | None) -> bool:
    """Whether rounding would make an unusual value look like the line that it crossed."""
    ends = [end for end in (band.low, band.high) if end is not None] if band else []
    return any(end != value and f"{end:.2f}" == f"{value:.2f}" for end in ends)


def value_of(item: RiskFlag | Check, voice: Voice) -> str:
    """'9.4%', '+22%', '1.4'."""
    if item.value is None:
        return ""
    if not _percent(item):
        return voice.number(item.value)
    digits = 1 if _collides(item.value, item.norm) else None
    return voice.share(item.value, digits=digits, signed=item.code is FlagCode.GROWTH_SPIKE)


def band_of(band: Band | None, voice: Voice, *, percent: bool) -> str:
    """'2.1–6.8%', 'up to 9%', '75% or more'; empty when no line is known."""
    if band is None or (band.low is None and band.high is None):
        return ""

    def one(value: float) -> str:
        return voice.share(value) if percent else voice.number(value)

    if band.low is None:
        return voice.t("range.most", value=one(band.high or 0.0))
    if band.high is None:
        return voice.t("range.least", value=one(band.low))
    return voice.span(band.low, band.high, percent=percent)


def usual_of(item: RiskFlag | Check, voice: Voice) -> str:
    return band_of(item.norm, voice, percent=_percent(item))


def _label_key(item: RiskFlag | Check) -> str:
    if _swings(item):
        return "swing"
    if item.code is FlagCode.GROWTH_SPIKE:
        return "growth_spike"
    return item.code.value


def label_of(item: RiskFlag | Check, pen: Pen, *, value: str) -> str:
    """'Engagement 9.4%', 'Followers +22% in 14 days', 'Bots 24% in a sample of 500'."""
    voice, key = pen.voice, _label_key(item)
    if item.code is FlagCode.BRAND_SAFETY:
        return voice.t("flag.brand_safety", value=hits_of(item, voice) or value)
    if item.code is FlagCode.GROWTH_SPIKE and item.window is not None:
        return voice.n("flag.growth_spike", item.window, value=value)
    metrics = pen.case.candidate.metrics
    sample = item.sample or metrics.fake_sample
    low, high = metrics.fake_share_low, metrics.fake_share_high
    if item.code is FlagCode.FAKE_FOLLOWER_SHARE and sample:
        if value and low is not None and high is not None and item.value == metrics.fake_follower_share:
            value = f"{value} ({voice.span(low, high, percent=True)})"
        return voice.t("flag.fake_follower_share_of", value=value, sample=voice.number(sample, 0))
    return voice.t(f"flag.{key}", value=value, market_from=voice.market_from(pen.case.review.market)).rstrip()


def hits_of(item: RiskFlag | Check, voice: Voice) -> str:
    """'gambling, 2 posts, politics': what a brand-safety scan found."""
    said = []
    for i, hit in enumerate(item.found[:_HITS]):
        often = item.counts[i] if i < len(item.counts) else 0
        said.append(blocks.said(hit, _HIT) + (f" ({voice.n('flag.posts', often)})" if often > 0 else ""))
    return ", ".join(said)


def flag_line(flag: RiskFlag, pen: Pen) -> str:
    """'• *Engagement 9.4%*, usual in Brazil 2.1–6.8%'."""
    line = _flag_line(flag, pen)
    return f"{line}. {eased_of(flag, pen)}" if flag.eased else line


def eased_of(flag: RiskFlag, pen: Pen) -> str:
    """'Experts: normal up to +24%, so it counts for 50%'; or that the norm by which it weighs less has ended."""
    norm, voice = flag.eased, pen.voice
    if norm is None:
        return ""
    share = voice.share(norm.factor, digits=0)
    known = pen.case.norms.get(norm.norm_id)
    if known is not None and not known.active:
        return voice.t("flag.eased_over", share=share)
    above = flag.value is None or flag.norm is None or flag.norm.high is None or flag.value > flag.norm.high
    limit = value_of(replace(flag, value=norm.reach), voice)
    reach = voice.t("range.most" if above else "range.least", value=limit)
    return voice.t("flag.eased", reach=reach, share=share)


def _flag_line(flag: RiskFlag, pen: Pen) -> str:
    head = f"• *{label_of(flag, pen, value=value_of(flag, pen.voice))}*"
    usual = usual_of(flag, pen.voice)
    if not usual:
        return head
    if flag.code is FlagCode.AUDIENCE_GEO_MISMATCH:
        return pen.t("flag.brief_asks", head=head, usual=usual)
    if flag.norm and flag.norm.market:
        return pen.t("flag.usual_in", head=head, usual=usual, market_in=pen.voice.market_in(flag.norm.market))
    return pen.t("flag.usual", head=head, usual=usual)


def flag_option(flag: RiskFlag, pen: Pen) -> str:
    """'Engagement 9.4% (AI: 2.1–6.8%)', plain."""
    head = label_of(flag, pen, value=value_of(flag, pen.voice))
    usual = usual_of(flag, pen.voice)
    return pen.t("flag.option", head=head, usual=usual) if usual else head


def names_of(codes: Sequence[FlagCode], voice: Voice) -> str:
    """'comment pods, follower growth' and how many more."""
    said = ", ".join(voice.t(f"check.{code.value}") for code in codes[:SHOWN_NAMES])
    more = len(codes) - SHOWN_NAMES
    return voice.t("and_more", what=said, n=more) if more > 0 else said


def without_norm(case: Case) -> tuple[FlagCode, ...]:
    """Measured, but there is nothing to compare with yet."""
    return tuple(c.code for c in case.recommendation.checks if not c.measured and c.value is not None)


def missing(case: Case) -> tuple[FlagCode, ...]:
    return tuple(c.code for c in case.recommendation.checks if not c.measured and c.value is None)


def age_days(case: Case, today: date) -> int | None:
    measured = case.candidate.metrics.measured_on
    return None if measured is None else max(0, (today - measured).days)


def note_line(case: Case, voice: Voice, today: date) -> str:
    """What is missing, stale or without a norm, in one line: a note, never a flag."""
    gone, unknown, age = missing(case), without_norm(case), age_days(case, today)
    parts = [
        voice.t("note.missing", what=names_of(gone, voice)) if gone else "",
        voice.t("note.no_norm", what=names_of(unknown, voice)) if unknown else "",
        voice.n("note.age", age) if age is not None and age > STALE_DAYS else "",
    ]
    return SEPARATOR.join(part for part in parts if part)


def flags_lines(pen: Pen) -> list[str]:
    """'What looks off', worst first, three at most."""
    rec, voice = pen.case.recommendation, pen.voice
    head = voice.n("flags.next_to", rec.similar) if rec.similar else voice.t("flags.head")
    lines = [head, *(flag_line(flag, pen) for flag in rec.flags[:SHOWN_FLAGS])]
    more = len(rec.flags) - SHOWN_FLAGS
    return [*lines, voice.n("flags.more", more)] if more > 0 else lines


def clean_lines(pen: Pen) -> list[str]:
    """What was checked when nothing looks off, what was not, and what only a person can judge."""
    checks, voice = pen.case.recommendation.checks, pen.voice
    looked, total = sum(c.measured for c in checks), len(checks)
    gone, unknown = missing(pen.case), without_norm(pen.case)
    if not looked:
        first = voice.t("clean.nothing")
    elif looked == total:
        first = voice.n("clean.all", total)
    else:
        # Most of it unmeasured is the news then, not that the little there is looks fine.
        first = voice.n("clean.some" if 2 * looked >= total else "clean.few", looked, total=total)
    parts = [
        first,
        voice.n("clean.missing", len(gone), what=names_of(gone, voice)) if gone and looked else "",
        voice.t("clean.no_norm", what=names_of(unknown, voice)) if unknown else "",
    ]
    return [" ".join(part for part in parts if part), voice.t("clean.judge")]


def weak_match(pen: Pen) -> str:
    """Which parts of the match are low, when that is why the AI declines."""
    rec, voice = pen.case.recommendation, pen.voice
    low = [(p, v) for p, v in rec.match_parts.items() if v < _LOW_MATCH]
    weak = rec.match is not None and (rec.match < _LOW_MATCH or not rec.flags)
    if own(rec).verdict is not Verdict.DECLINE or not weak or not low:
        return ""
    return voice.t("weak_match", parts=", ".join(part_said(p, v, voice) for p, v in low))


def part_said(part: MatchPart, value: float, voice: Voice) -> str:
    return voice.t(f"part.{part.value}", value=voice.number(value, 0))


def followers(candidate: Candidate, voice: Voice) -> str:
    n = candidate.metrics.followers
    if n is None:
        return voice.t("followers.unknown")
    return voice.n("followers", n if 0 <= n < 1000 else _MANY, count=voice.count(n))


def who_line(case: Case, voice: Voice) -> str:
    """'@ana.lima · Instagram · Brazil · 84K followers'."""
    c = case.candidate
    return SEPARATOR.join((handle(case), voice.platform(c.platform), voice.market(c.market), followers(c, voice)))


def handle(case: Case) -> str:
    """The handle, as a link when there is an address."""
    shown = "@" + blocks.said(case.candidate.handle.strip().lstrip("@"), 50)
    return link(case.candidate.url, shown)


def deal_line(pen: Pen) -> str:
    """'€4,500 · first time with us · medium stakes · run by @maya'."""
    case, voice, c = pen.case, pen.voice, pen.case.candidate
    parts = [
        voice.money(c.fee, c.currency or case.campaign.currency) if c.fee is not None else "",
        _past(c, voice),
        voice.t("referred", who=blocks.said(c.referred_by, 40)) if c.referred_by else "",
        voice.t(f"stakes.{case.review.stakes.value}"),
        voice.t("run_by", who=pen.who(case.campaign.owner)),
    ]
    return SEPARATOR.join(part for part in parts if part)


def _past(candidate: Candidate, voice: Voice) -> str:
    past = candidate.past_outcome
    if not past:
        return voice.t("past.first")
    if past in GOOD_PAST:
        return voice.t("past.good")
    return (
        voice.t("past.fraud")
        if past == "fraud"
        else voice.t("past.other", what=blocks.said(past.replace("_", " "), 40))
    )
