"""The outbox's own verbs on its rows: each one unit of work, run on the desk's threads."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.exc import IntegrityError

from bot.desk import hand_over, owners
from bot.desk.announce import current_lead, say, say_all
from bot.desk.desk import Desk
from bot.outbox.letters import THREADED, UPDATED, is_person
from bot.outbox.reminding import KINDS as REMINDERS
from db import campaigns, disagreements, lanes, outbox, people, reminders, reviews
from db.campaigns import get as campaign_of
from db.outbox import Errand, Place
from db.store import Unit

#: A lead is told of the same broken channel or person at most this often.
_TELL_AGAIN = timedelta(hours=24)
#: How far ahead of its time a message is claimed: the commit takes as long as the wait.
EARLY = timedelta(milliseconds=20)
#: A lane that waits no longer than this keeps its owner.
LINGER = timedelta(seconds=2)
#: In an errand's details: it follows the same message elsewhere and is followed by none.
_COPY = {"copy": True}
#: What Slack says of somebody who has left.
_CLOSED = frozenset({"user_disabled"})
#: What is said to a campaign's owner, whoever that is.
_OWNERS = frozenset({"result", "undone", "fell", "half", "scarce", "nudge_owner", "dissent", "reversed", "digest"})

#: What became of an errand, written into its row; False when somebody else has taken it over.
Mark = Callable[[Unit, Desk, Errand], bool]


@dataclass(frozen=True, slots=True)
class Hold:
    """Who serves a lane, for how long at a time, and the least seconds between two of its messages."""

    owner: str
    lease: timedelta
    pace: timedelta


@dataclass(frozen=True, slots=True)
class Next:
    """How a lane goes on: with an errand that is claimed already, with us in a moment, or (neither) with anybody."""

    errand: Errand | None = None
    still_ours: bool = False


def begin(desk: Desk) -> None:
    """On SQLite one process runs the outbox: whoever held a lane is gone."""
    if desk.store.sqlite:
        with desk.store.unit() as unit:
            lanes.let_go(unit)


def due(desk: Desk, owner: str) -> tuple[str, ...]:
    with desk.store.reading() as unit:
        return lanes.due(unit, owner, desk.clock())


def claim(desk: Desk, lane: str, hold: Hold) -> Errand | None:
    """The lane and its head, when it may leave now and nobody else serves it."""
    with desk.store.unit() as unit:
        now = desk.clock()
        if not lanes.take(unit, lane, hold.owner, now + EARLY, now + hold.pace, now + hold.lease):
            return None
        errand = outbox.take_head(unit, lane, now)
        if errand is None:
            lanes.release(unit, lane, hold.owner, now, now)
        return errand


def close(desk: Desk, errand: Errand, hold: Hold, mark: Mark, free: float, *, go_on: bool) -> Next:
    """Write what became of an errand and how its lane goes on, in one unit.

    `free` is when that may be, by `time.monotonic`: by the time of the unit someone may have set the clock back.

    The next one is claimed with it when it may leave now and we may `go_on`; a lane that waits a moment stays ours; one
    that waits longer, or has nothing left, is anybody's.
    """
    for left in range(3, 0, -1):
        try:
            with desk.store.unit() as unit:
                if not mark(unit, desk, errand):
                    return Next()
                return _next(unit, desk, errand.lane, hold, free, go_on=go_on)
        except IntegrityError:  # the same was said anew at that very moment
            if left == 1:
                raise
    raise AssertionError


def _next(unit: Unit, desk: Desk, lane: str, hold: Hold, free: float, *, go_on: bool) -> Next:
    now = desk.clock()
    then = now + timedelta(seconds=free - time.monotonic())
    if go_on and then <= now + EARLY and (errand := outbox.take_head(unit, lane, now)):
        lanes.keep(unit, lane, hold.owner, now, now + hold.pace, now + hold.lease)
        return Next(errand)
    if go_on and then <= now + LINGER and outbox.has_more(unit, lane):
        lanes.keep(unit, lane, hold.owner, now, then, now + hold.lease)
        return Next(still_ours=True)
    lanes.release(unit, lane, hold.owner, now, then)
    return Next()


def renew(desk: Desk, mine: Collection[str], hold: Hold) -> frozenset[str]:
    with desk.store.unit() as unit:
        now = desk.clock()
        return lanes.renew(unit, mine, hold.owner, now, now + hold.lease)


def release(desk: Desk, lane: str, hold: Hold) -> None:
    with desk.store.unit() as unit:
        lanes.let_go(unit, hold.owner, lane)


def let_go(desk: Desk, owner: str) -> None:
    with desk.store.unit() as unit:
        lanes.let_go(unit, owner)


def hasten(desk: Desk, which: Collection[str]) -> None:
    with desk.store.unit() as unit:
        lanes.hasten(unit, which, desk.clock())


def again(desk: Desk, errand: Errand) -> bool:
    with desk.store.unit() as unit:
        return outbox.again(unit, errand, desk.clock())


# What became of an errand


def sent(unit: Unit, desk: Desk, errand: Errand, *, place: Place | None) -> bool:
    """It is there. Where the same message stands elsewhere, it is changed there, too."""
    if not outbox.sent(unit, errand, place, desk.clock()):
        return False
    if errand.kind in UPDATED and not errand.detail.get("copy"):
        others = [lane for lane in outbox.places_of(unit, errand.kind, errand.ref) if lane != errand.lane]
        say_all(unit, errand.kind, errand.ref, others, desk.clock(), _COPY)
    if errand.kind in REMINDERS and place is not None and reminders.over(unit, errand.ref):
        # It was drawn while somebody answered who did not yet know that it would be there.
        say(unit, errand.kind, errand.ref, errand.lane, desk.clock())
    return True


def later(unit: Unit, _desk: Desk, errand: Errand, *, state: str, said: str, strikes: int) -> bool:
    return outbox.later(unit, errand, state, said, strikes)


def lay_aside(unit: Unit, desk: Desk, errand: Errand, *, state: str, said: str) -> bool:
    """Kept for the operator, and the lead is told."""
    if not outbox.lay_aside(unit, errand, state, said):
        return False
    _tell_lead(unit, desk, errand, {"said": said, "lost": errand.kind})
    return True


def redirect(unit: Unit, desk: Desk, errand: Errand, *, said: str) -> bool:
    """The channel is gone for us: whom its message concerns gets it by direct message, and the lead is told."""
    now, concerned = desk.clock(), _concerned(unit, errand)
    if said in _CLOSED and is_person(errand.lane):
        return _closed(unit, desk, errand, said)
    done = outbox.sent(unit, errand, None, now, said) if concerned else outbox.lay_aside(unit, errand, "dead", said)
    if done:
        say_all(unit, errand.kind, errand.ref, concerned, now, {**errand.detail, **_COPY})
        _tell_lead(unit, desk, errand, {"said": said})
    return done


def _closed(unit: Unit, desk: Desk, errand: Errand, said: str) -> bool:
    """An account is closed, as Slack says: they hand over, and what was for a campaign's owner is the lead's."""
    now, person = desk.clock(), errand.lane
    owned = campaigns.owned_by(unit, person)
    people.close(unit, person, now)
    hand_over.release(unit, desk, person, now)
    heir = owners.succeed(unit, person, now) or (owners.heir(unit, person) if errand.kind in _OWNERS else None)
    if errand.kind in _OWNERS and heir is not None:
        done = outbox.sent(unit, errand, None, now, said)
        if done:
            say(unit, errand.kind, errand.ref, heir, now, errand.detail)
        return done
    if not outbox.lay_aside(unit, errand, "dead", said):
        return False
    if not owned:
        _tell_lead(unit, desk, errand, {"said": said})
    return True


def _concerned(unit: Unit, errand: Errand) -> tuple[str, ...]:
    """Whoever must get what a channel cannot take: the expert and the owner, and wherever else it stands already."""
    if errand.kind not in ("card", THREADED) or is_person(errand.lane):
        return ()
    review_id = errand.ref
    if errand.kind == THREADED:
        found = disagreements.get(unit, errand.ref)
        review_id = found.review_id if found is not None else ""
    review = reviews.get(unit, review_id)
    campaign = campaign_of(unit, review.campaign) if review is not None else None
    if review is None or campaign is None:
        return ()
    people = [review.expert, campaign.owner, *outbox.places_of(unit, "card", review_id)]
    return tuple(dict.fromkeys(lane for lane in people if lane and lane != errand.lane))


def _tell_lead(unit: Unit, desk: Desk, errand: Errand, detail: Mapping[str, str]) -> None:
    lead, now = current_lead(unit), desk.clock()
    if lead is None or lead == errand.lane or errand.kind == "unreachable":
        return
    if not outbox.told_since(unit, "unreachable", errand.lane, lead, now - _TELL_AGAIN):
        say(unit, "unreachable", errand.lane, lead, now, detail)
