"""Letters that ask, and change where they stand: reminders, a short window, what the lead is asked for."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.cards import hand_over, nudge, unopened
from bot.cards import hurry as cards
from bot.cards import morning as cards_morning
from bot.cards.blocks import Message
from bot.core import nudges as rules
from bot.core.case import Told
from bot.desk import handed, hurry, more_time, newer, reminded, see
from bot.desk import morning as mornings
from bot.desk.desk import Desk
from bot.i18n.catalog import Voice
from db import outbox, reminders
from db.outbox import Errand

#: Kinds that show reviews and change with each of them; one that was never said, or is gone, stays unsaid.
KINDS = frozenset({"opened", "passed", "back", "nudge", "nudge_owner", "scarce", "asked", "half"})
#: A reminder that is no older was said in time.
_FRESH = timedelta(minutes=15)


def listed(errand: Errand) -> list[str]:
    """What an errand names by itself: nothing, when it only brings a message up to date."""
    if errand.kind == "passed" and "by" in errand.detail:  # of an older version
        return [errand.ref.rpartition(":")[0]]
    return [str(i) for i in errand.detail.get("reviews", ())]


def opened(desk: Desk, errand: Errand, voice: Voice) -> Message | None:
    """Whose the cards are that have opened, with what has ended of them since."""
    told = reminded.told(desk, errand.ref, errand.lane, listed(errand))
    return None if _unsaid(desk, errand, told) else nudge.opened(told, voice)


def passed(desk: Desk, errand: Errand, voice: Voice) -> Message | None:
    """Whose it is now and who handed it on, while it is theirs; then what became of it."""
    told = reminded.told(desk, errand.ref, errand.lane, listed(errand), by_name=True)
    if _unsaid(desk, errand, told):
        return None
    if not told.still:
        return nudge.done(told, voice)
    case = handed.case(desk, told.still[0].review.id, errand.lane)
    return hand_over.passed_on(case, voice, by=told.instead.get(case.review.id, str(errand.detail.get("by", ""))))


def back(desk: Desk, errand: Errand, voice: Voice) -> Message | None:
    """The same of what was not looked at and is with whoever handed it on, or with somebody else instead."""
    told = reminded.told(desk, errand.ref, errand.lane, listed(errand), by_name=True)
    if _unsaid(desk, errand, told):
        return None
    if not told.still:
        return nudge.done(told, voice)
    (case,) = told.still
    return hand_over.back(case, voice, silent=told.instead.get(case.review.id, ""), reader=errand.lane)


def to_expert(desk: Desk, errand: Errand, voice: Voice) -> Message | None:
    """Whoever is asked, with the answers."""
    told = reminded.told(desk, errand.ref, errand.lane, listed(errand))
    if _unsaid(desk, errand, told) or (listed(errand) and _untimely(desk, errand)):
        return None
    hours = round(desk.limits.pace.apart / timedelta(hours=1))
    told = newer.reminded(desk, told, errand.lane)
    return nudge.reminder(told, voice, see.person(desk, errand.lane), apart=hours)


def to_owner(desk: Desk, errand: Errand, voice: Voice) -> Message | None:
    """What falls to the AI, with what the owner can do about it."""
    told = reminded.told(desk, errand.ref, None, listed(errand))
    if _unsaid(desk, errand, told) or (listed(errand) and _untimely(desk, errand)):
        return None
    said = see.reminders(desk, [c.review.id for c in told.still])
    told = newer.reminded(desk, told, errand.lane)
    return nudge.to_owner(told, voice, see.person(desk, errand.lane), said=said)


def scarce(desk: Desk, errand: Errand, voice: Voice) -> Message | None:
    """Too little working time before a deadline, with Monday where that is near."""
    told = reminded.told(desk, errand.ref, None, listed(errand))
    if _unsaid(desk, errand, told):
        return None
    hours = round(desk.limits.pace.scarce / timedelta(hours=1))
    return nudge.scarce(told, voice, hours=hours, mondays=hurry.mondays(desk, told.still))


def half(desk: Desk, errand: Errand, voice: Voice) -> Message | None:
    """What has no card yet at half its window, with the three ways out."""
    with desk.store.reading() as unit:
        shown = [one.review_id for one in reminders.of(unit, errand.ref)] or listed(errand)
    every = see.lines(desk, shown)
    lines = sorted((x for x in every if x.state.awaits and not x.opened), key=lambda x: (x.deadline_at, x.review_id))
    campaign = next((c for c in see.every_campaign(desk) if every and c.key == every[0].campaign), None)
    if campaign is None or not (lines or _stands(desk, errand)):
        return None
    return unopened.half_window(campaign, lines, voice, ref=errand.ref, ended=len(every) - len(lines))


def morning(desk: Desk, errand: Errand, voice: Voice) -> Message | None:
    """An owner's campaigns since the last working morning, unless nothing is left to say or it came too late."""
    since, until = (datetime.fromisoformat(str(errand.detail[name])) for name in ("since", "until"))
    found = mornings.morning(desk, errand.lane, since, until)
    return cards_morning.morning(found, voice) if found.anything and not _untimely(desk, errand) else None


def asked(desk: Desk, errand: Errand, voice: Voice) -> Message | None:
    """To the lead: somebody asks for time, or for a ruling."""
    with desk.store.reading() as unit:
        shown = reminders.of(unit, errand.ref)
    if not shown:
        return None
    case, request = more_time.request(desk, shown[0].review_id, errand.ref)
    if request is None:
        return None
    return cards.asked(case, voice, see.person(desk, errand.lane), request)


def time_given(desk: Desk, errand: Errand, voice: Voice) -> Message | None:
    """To whoever asked, while it still waits."""
    case = see.case(desk, errand.ref.rpartition(":")[0])
    return cards.time_given(case, voice, by=str(errand.detail.get("by"))) if case.review.state.awaits else None


def left_as_is(desk: Desk, errand: Errand, voice: Voice) -> Message | None:
    """The same: nothing has changed."""
    case = see.case(desk, errand.ref.rpartition(":")[0])
    return cards.left_as_is(case, voice, by=str(errand.detail.get("by"))) if case.review.state.awaits else None


def nobody_there(desk: Desk, errand: Errand, voice: Voice) -> Message | None:
    """To whoever marked a deal hot while nobody is at work, while it still waits."""
    case, back_at = see.case(desk, errand.ref.rpartition(":")[0]), errand.detail.get("back_at")
    if not case.review.state.awaits:
        return None
    back = datetime.fromisoformat(str(back_at)) if back_at else None
    return cards.nobody_there(case, voice, expert=str(errand.detail.get("expert") or ""), back_at=back)


def _unsaid(desk: Desk, errand: Errand, told: Told) -> bool:
    """Whether there is nothing to say: nobody knows any more what it showed, or all was over before it was said."""
    if told.still or (not listed(errand) and (told.over or told.newer)):
        return False
    return not _stands(desk, errand) or not (told.over or told.newer)


def _untimely(desk: Desk, errand: Errand) -> bool:
    """Whether a reminder waited for Slack until its reader no longer wants to be written to: then it goes unsaid.

    What stands already is brought up to date at any hour, which disturbs nobody.
    """
    now = desk.clock()
    member = see.person(desk, errand.lane)
    if now - errand.created_at <= _FRESH or member is None or _stands(desk, errand):
        return False
    return rules.next_good(rules.free_time(member, now, now + _FRESH), now, now) is None


def _stands(desk: Desk, errand: Errand) -> bool:
    with desk.store.reading() as unit:
        return outbox.place_of(unit, errand.kind, errand.ref, errand.lane) is not None
