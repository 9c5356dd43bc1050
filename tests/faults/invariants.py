"""What must hold whatever breaks: given the books and the record, a list of sentences that say what does not.

Each rule is a generator of violations; test_invariants.py breaks each of them on purpose.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.core.disagreement import Standing
from bot.core.types import How, Judgement, Review, State
from bot.outbox.letters import THREADED, UPDATED
from db.tables import EventRow, OutboxRow
from tests.faults.books import Books, Deed, Record, stamp

#: How a refusal speaks that is not for the state of the review: no database, or a card from before an undo.
_NOT_SAVED = ("not saved", "nothing was saved", "reopened since")
_SOON = 5.0
_AWAITING = {s.value for s in State if s.awaits}


@dataclass(frozen=True)
class Rules:
    """How strict to be.

    `settled`: everything is delivered and nothing is under way. `skew` in seconds: by how much the clocks of several
    processes, or transactions side by side, may put two changes or two messages out of order.
    """

    settled: bool = True
    skew: float = 0.0


def violations(books: Books, record: Record, rules: Rules = Rules()) -> list[str]:
    """Everything that is wrong, each in a sentence; empty when all is well."""
    found = [said for rule in ALWAYS for said in rule(books, record, rules)]
    return found + [said for rule in SETTLED for said in rule(books, record, rules)] if rules.settled else found


# Decisions


def one_decision(books: Books, _record: Record, _rules: Rules) -> Iterator[str]:
    """One per review and round, each round up to the review's has one, and what awaits an answer has none."""
    rounds: dict[str, list[int]] = defaultdict(list)
    for made, judgement in books.decisions:
        rounds[made.review_id].append(made.round)
        answered = judgement is not None and judgement in books.judgements
        if made.person and not answered and made.basis.value == "expert":
            yield f"{made.review_id}: {made.by} decided round {made.round} and no judgement is behind it"
    for review in books.reviews.values():
        had = sorted(rounds.get(review.id, []))
        open_ = review.state.awaits or review.state is State.WITHDRAWN
        wanted = list(range(1, review.round + (0 if open_ else 1)))
        if had != wanted:
            yield f"{review.id} is {review.state} in round {review.round} and has decisions of rounds {had}"
    for judgement in books.judgements.values():
        decided = any(j == judgement.id for _, j in books.decisions)
        if judgement.how.value in ("approve", "override", "norm") and not decided:
            yield f"{judgement.review_id}: the answer {judgement.id} of {judgement.expert} decided nothing"


def answers_kept(books: Books, record: Record, _rules: Rules) -> Iterator[str]:
    """Whatever was acknowledged is there, or the review could not take it at that time."""
    for deed in record.deeds:
        if deed.acked and (wrong := _lost(books, deed)) and not _told(record, deed):
            yield wrong
    words = Counter(j.rationale.narrative for j in books.judgements.values() if j.rationale.narrative)
    for said, times in words.items():
        if times > 1:
            yield f"the words {said!r} were counted {times} times"


def _lost(books: Books, deed: Deed) -> str:
    who = (
        f"{deed.review}: {deed.who} was told that their {deed.what} of {deed.sent:.3f}–{deed.heard:.3f} was taken, and"
    )
    if deed.what == "override":
        return _form_lost(books, deed, who)
    wanted = {"approve": "answered", "undo": "undone"}[deed.what]
    done = any(
        e.what == wanted and e.actor == deed.who and deed.sent <= stamp(e.at) <= deed.heard
        for e in books.events.get(deed.review, ())
    )
    if done or any(_refuses(deed, at) for at in _states(books.events.get(deed.review, ()), deed)):
        return ""
    return f"{who} it is nowhere"


def _told(record: Record, deed: Deed) -> bool:
    """Whether Handoff said at once, to this person only, that it could not save the answer."""
    return any(
        message.get("ephemeral_to") == deed.who
        and deed.sent <= float(message["ts"]) <= deed.heard + _SOON
        and any(said in message["text"] for said in _NOT_SAVED)
        for messages in record.messages.values()
        for message in messages
    )


def _form_lost(books: Books, deed: Deed, who: str) -> str:
    judged = any(j.rationale.narrative == deed.words for j in books.judgements.values())
    action = deed.answer.get("response_action")
    if action is None and not judged:
        return f"{who} their form is nowhere"
    if action == "update" and not judged and (deed.review, deed.words) not in books.kept:
        return f"{who} what they wrote is neither an answer nor a comment nor a draft"
    counted = any(
        j.rationale.narrative == deed.words and deed.sent <= stamp(j.at) <= deed.heard
        for j in books.judgements.values()
    )
    if action == "errors" and counted:
        return f"{who} it was refused and counts all the same"
    return ""


def _states(events: tuple[EventRow, ...], deed: Deed) -> Iterator[dict[str, Any]]:
    """How the review stood at each moment between the tap and its acknowledgement."""
    state: dict[str, Any] = {"state": State.PENDING.value}
    for event in events:
        if stamp(event.at) > deed.heard:
            break
        if stamp(event.at) >= deed.sent:
            yield state
        state = state | event.after
        if event.what in ("answered", "reversed"):
            state["by"] = event.actor
    yield state


def _refuses(deed: Deed, at: dict[str, Any]) -> bool:
    if deed.what == "approve":
        return at["state"] not in _AWAITING
    until = at.get("undo_until")
    open_ = until is not None and datetime.fromisoformat(str(until)).timestamp() > deed.heard
    return at["state"] != State.DECIDED.value or at.get("by") != deed.who or not open_


# What is made of answers


def disagreements_kept(books: Books, _record: Record, _rules: Rules) -> Iterator[str]:
    """An answer that differs has its disagreement, once, and void exactly when it was undone; no other has any."""
    had = Counter(one.judgement_id for one in books.learned.disagreements)
    for judgement in books.judgements.values():
        if had[judgement.id] != (differs := _differs(books, judgement)):
            what = f"{'differs' if differs else 'agrees'}, and has {had[judgement.id]} disagreements"
            yield f"{judgement.review_id}: the answer {judgement.id} of {judgement.expert} {what}"
    for one in books.learned.disagreements:
        said = books.judgements.get(one.judgement_id)
        undone = said is None or said.undone_at is not None
        if undone is not (one.standing is Standing.VOID):
            yield f"{one.id} is {one.standing}, and its answer was {'' if undone else 'not '}undone"


def _differs(books: Books, judgement: Judgement) -> bool:
    """From the AI's call, from a warning, or, as an objection, from the person's answer that decided."""
    if judgement.verdict != books.learned.ai[judgement.review_id] or judgement.rationale.disputed:
        return True
    behind = (books.judgements.get(id_ or "") for made, id_ in books.decisions
              if (made.review_id, made.round) == (judgement.review_id, judgement.round))  # fmt: skip
    return judgement.how is How.DISSENT and any(
        other is not None and other.expert != judgement.expert and other.verdict is not judgement.verdict
        for other in behind
    )


def found_again(books: Books, _record: Record, _rules: Rules) -> Iterator[str]:
    """What counts is found, once, and what is void is not; each is kept to be compared with, once."""
    found, precedents = Counter(books.learned.found), Counter(books.learned.precedents)
    for one in books.learned.disagreements:
        if found[one.id] != (one.standing is not Standing.VOID):
            yield f"{one.id} is {one.standing} and has {found[one.id]} documents to be found by"
        if precedents[one.id] != 1:
            yield f"{one.id} is kept {precedents[one.id]} times to be compared with"
    for gone in found.keys() - {one.id for one in books.learned.disagreements}:
        yield f"search finds {gone}, which is no disagreement"


def votes_count(books: Books, _record: Record, _rules: Rules) -> Iterator[str]:
    """What an answer said of norms is evidence exactly until it is undone."""
    for judgement_id, void in books.learned.votes.items():
        said = books.judgements.get(judgement_id)
        if void != {said is None or said.undone_at is not None}:
            yield f"what {judgement_id} said of norms counts, and it was undone, or the other way round"


# The audit


def audit_replays(books: Books, _record: Record, rules: Rules) -> Iterator[str]:
    """The events of a review, applied one after the other, make the review as it is now, and its decisions."""
    for review in books.reviews.values():
        yield from _replayed(review, books.events.get(review.id, ()), rules)
    for review_id, wanted in _decided(books).items():
        made = sorted((d.round, d.verdict.value, d.basis.value, str(d.by)) for d, _ in books.decisions
                      if d.review_id == review_id)  # fmt: skip
        if made != wanted:
            yield f"{review_id}: the audit tells of the decisions {wanted}, the books have {made}"


def _replayed(review: Review, events: tuple[EventRow, ...], rules: Rules) -> Iterator[str]:
    if not events:
        yield f"{review.id} is in no audit"
        return
    state: dict[str, Any] = {}
    ends: dict[object, dict[str, Any]] = defaultdict(dict)
    last = events[0].at
    for event in events:
        # How an investigation ends is its own story: a review may have several.
        about = state if "disagreement" not in event.after else ends[event.after["disagreement"]]
        wrong = {k: v for k, v in event.before.items() if k in about and about[k] != v}
        if wrong:
            yield f"{review.id}: {event.what} by {event.actor} began from {wrong}; the audit had {_of(about, wrong)}"
        version = event.after.get("version")
        if version is not None and version != event.before.get("version", 0) + 1:
            yield f"{review.id}: {event.what} went from version {event.before.get('version')} to {version}"
        if (last - event.at).total_seconds() > rules.skew:
            yield f"{review.id}: {event.what} at {event.at} is written after what happened at {last}"
        about |= event.after
        last = max(last, event.at)
    now = {k: _plain(getattr(review, k)) for k in state if k in Review.__dataclass_fields__}
    if wrong := {k: v for k, v in now.items() if state[k] != v}:
        yield f"{review.id} has {wrong}, and the audit ends with {_of(state, wrong)}"
    if review.version != state.get("version", 1):
        yield f"{review.id} is at version {review.version}, and the audit ends with {state.get('version', 1)}"


def _decided(books: Books) -> dict[str, list[tuple[int, str, str, str]]]:
    """The decisions that the audit tells of, per review: (round, verdict, basis, by)."""
    told: dict[str, list[tuple[int, str, str, str]]] = {}
    for review_id in books.reviews:
        round_, found = 1, []
        for event in books.events.get(review_id, ()):
            round_ = event.after.get("round", round_)
            if event.what == "decided":
                basis = {"ai": "ai_alone", "fast_track": "fast_track"}[event.after["route"]]
                found.append((round_, event.after["verdict"], basis, event.actor))
            elif event.after.get("verdict") and event.after.get("basis"):
                found.append((round_, event.after["verdict"], event.after["basis"], event.actor))
        told[review_id] = sorted(found)
    return told


def _of(state: dict[str, Any], keys: dict[str, Any]) -> dict[str, Any]:
    return {k: state.get(k) for k in keys}


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(value.isoformat() if isinstance(value, datetime) else value))


# Messages


def nothing_twice(books: Books, record: Record, _rules: Rules) -> Iterator[str]:
    """No message twice: not one errand posted twice, nor two messages where one is to be changed."""
    where: dict[str, list[str]] = defaultdict(list)
    subject: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for channel, message, errand_id in record.posted():
        where[errand_id].append(f"{channel} {message['ts']}")
        errand = books.errands.get(errand_id)
        if errand is None:
            yield f"the message {message['ts']} in {channel} carries {errand_id}, which the books do not know"
        elif errand.kind in UPDATED:
            subject[errand.kind, errand.ref, errand.lane].append(message["ts"])
    for errand_id, places in where.items():
        if len(places) > 1:
            yield f"the errand {errand_id} was posted {len(places)} times: {', '.join(places)}"
    for (kind, ref, lane), places in subject.items():
        if len(places) > 1:
            yield f"the {kind} of {ref} stands {len(places)} times in {lane}: {', '.join(places)}"


def in_order(books: Books, record: Record, rules: Rules) -> Iterator[str]:
    """What was to be said in a channel first stands there first; what was written at one time has no order."""
    last: dict[str, OutboxRow] = {}
    for channel, _, errand_id in record.posted():
        errand = books.errands.get(errand_id)
        if errand is None or errand.seq is None:
            continue
        before = last.get(channel)
        if before is not None and (before.seq or 0) > errand.seq:
            later = (before.created_at - errand.created_at).total_seconds()
            if rules.skew <= later or not rules.skew:
                said = (
                    f"the {errand.kind} {errand_id} stands after {before.id}, which was to be said {later:.3f} s later"
                )
                yield f"in {channel} {said}"
        last[channel] = errand


# Once everything is delivered


def nothing_left(books: Books, _record: Record, _rules: Rules) -> Iterator[str]:
    """Every errand has been sent; none was given up."""
    for errand in books.errands.values():
        if errand.state != "sent":
            yield f"the {errand.kind} of {errand.ref} to {errand.lane} is {errand.state} ({errand.error})"


def cards_there(books: Books, record: Record, _rules: Rules) -> Iterator[str]:
    """Every review that opened has its card in its campaign's channel, and the card shows how it stands now."""
    cards: dict[str, list[tuple[str, Any]]] = defaultdict(list)
    for channel, message, errand_id in record.posted():
        errand = books.errands.get(errand_id)
        if errand is not None and errand.kind == "card":
            cards[errand.ref].append((channel, message))
    for review in books.reviews.values():
        if review.opened_at is None:
            continue
        here = [m for channel, m in cards[review.id] if channel == books.campaigns[review.campaign].channel]
        if not here:
            yield f"{review.id} is open since {review.opened_at} and has no card"
        for message in here:
            shown = _versions(message, review.id)
            if shown and max(shown) != review.version:
                yield f"the card of {review.id} shows version {max(shown)}, and it is at {review.version}"
            if not shown:
                yield f"the card of {review.id} has no button of it"


def investigations_there(books: Books, record: Record, _rules: Rules) -> Iterator[str]:
    """Every disagreement that counts is worked out under its card, in one place."""
    stands: dict[tuple[str, str, str], list[Any]] = defaultdict(list)
    for channel, message, errand_id in record.posted():
        errand = books.errands.get(errand_id)
        if errand is not None and errand.kind in (THREADED, "card"):
            stands[errand.kind, errand.ref, channel].append(message)
    for one in books.learned.disagreements:
        here = stands[THREADED, one.id, one.channel]
        if one.standing is Standing.VOID:
            continue
        if len(here) != 1:
            yield f"the investigation {one.id} of {one.review_id} stands {len(here)} times in {one.channel}"
        cards = {card["ts"] for card in stands["card", one.review_id, one.channel]}
        for message in here:
            if cards and message.get("thread_ts") not in cards:
                yield f"the investigation {one.id} does not stand under the card of {one.review_id}"


def _versions(message: Any, review_id: str) -> set[int]:
    return {int(v) for v in re.findall(rf"{re.escape(review_id)}:(\d+)", json.dumps(message.get("blocks") or []))}


def places_true(books: Books, record: Record, _rules: Rules) -> Iterator[str]:
    """Where the books say that a message stands, it stands."""
    there = {(channel, m["ts"]) for channel, said in record.messages.items() for m in said}
    for post in books.posts:
        if (post.channel, post.ts) not in there:
            yield f"the {post.kind} of {post.ref} should stand in {post.channel} at {post.ts}, and nothing does"


def owners_told(books: Books, _record: Record, _rules: Rules) -> Iterator[str]:
    """Of each decision there is a message to the campaign's owner."""
    told = {(e.lane, e.ref) for e in books.errands.values() if e.kind == "result"}
    fell = {(e.lane, r) for e in books.errands.values() if e.kind == "fell" for r in e.detail.get("reviews", ())}
    for made, _ in books.decisions:
        review = books.reviews[made.review_id]
        owner = books.campaigns[review.campaign].owner
        if made.by == "deadline" and (owner, review.id) not in fell:
            yield f"nobody told {owner} that the deadline decided {review.id}"
        if made.person and made.basis.value == "expert" and (owner, f"{review.id}:{made.round}") not in told:
            yield f"nobody told {owner} what {made.by} decided of {review.id} in round {made.round}"


Rule = Callable[[Books, Record, Rules], Iterator[str]]
LEARNED: tuple[Rule, ...] = (disagreements_kept, found_again, votes_count)
ALWAYS: tuple[Rule, ...] = (one_decision, answers_kept, *LEARNED, audit_replays, nothing_twice, in_order)
SETTLED: tuple[Rule, ...] = (nothing_left, cards_there, investigations_there, places_true, owners_told)
