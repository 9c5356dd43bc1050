"""What an errand of the outbox says: the current state, loaded and rendered in the reader's voice. Sends nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.cards import blocks, candidate, hand_over, investigation, model, norm, notice, words
from bot.cards.blocks import Message
from bot.core.disagreement import Standing
from bot.core.errors import NotFound
from bot.core.types import Campaign, Member, State
from bot.desk import models, newer, norm_list, opinions, precedents, relearn, see
from bot.desk.desk import Desk
from bot.i18n.catalog import Voice, voice_for, voice_of
from bot.outbox import accounts, reminding, welcomes
from bot.outbox.reminding import KINDS as REMINDERS
from bot.outbox.reminding import listed
from db import disagreements, market_norms, outbox, threads
from db.outbox import Errand, Place
from db.store import Unit
from scoring.types import Target

#: The kind that stands under its card, and under which people write.
THREADED = threads.KIND
#: Kinds whose message is changed where it stands; every other errand is a message of its own.
UPDATED = frozenset({"card", "result", "norm", "wish", "colleague", "upload", models.KIND, THREADED, *REMINDERS})
#: Kinds that stand in the thread of what they are about: a market norm's announcement, an investigation.
_BENEATH = frozenset({"norm_changed", "norm_over"})


@dataclass(frozen=True, slots=True)
class Letter:
    """What to send: `message` is None when there is nothing left to say; `place` where an earlier one stands."""

    message: Message | None
    place: Place | None
    thread_ts: str | None = None
    """The message under which it belongs, where that stands in this lane."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who will read it: a channel (`member` None, `personal` False) or one person."""

    voice: Voice
    now: datetime
    is_lead: bool = False


def is_person(lane: str) -> bool:
    """A lane is a person's (ids of an enterprise may begin with W) or a channel's."""
    return lane[:1] in ("U", "W")


def compose(desk: Desk, errand: Errand) -> Letter:
    """The letter as things stand now. Raises NotFound when what it is about is gone, KeyError for an unknown kind."""
    kind = _KINDS[errand.kind]
    place, above, unseen = None, None, False
    # An errand of an older version is named like its kind: it is a message of its own each time.
    if errand.kind in UPDATED and errand.ref != errand.kind:
        with desk.store.reading() as unit:
            place = outbox.place_of(unit, errand.kind, errand.ref, errand.lane)
            if errand.kind == THREADED:
                above, unseen = _above(unit, errand, place)
            if errand.kind == "norm" and place is None:
                begun = market_norms.get(unit, errand.ref)
                unseen = begun is None or not begun.active  # it has ended before anybody read that it had begun
            if errand.kind in REMINDERS and place is None:
                unseen = not listed(errand)
    elif errand.kind in _BENEATH:
        with desk.store.reading() as unit:
            above = _beneath(unit, errand)
        unseen = above is None
    return Letter(None if unseen else kind(desk, errand, _reader(desk, errand)), place, above)


def _above(unit: Unit, errand: Errand, place: Place | None) -> tuple[str | None, bool]:
    """Under which message an investigation belongs in this lane, and whether it was taken back before it was seen.

    Its card came before it in the lane's order. There is none for what the AI decided alone: then it stands by itself.
    """
    if place is not None:
        return place.thread_ts if place.thread_ts != place.ts else None, False
    found = disagreements.get(unit, errand.ref)
    if found is None or found.standing is Standing.VOID:
        return None, True
    card = outbox.place_of(unit, "card", found.review_id, errand.lane)
    return card.ts if card is not None else None, False


def _beneath(unit: Unit, errand: Errand) -> str | None:
    """The thread in which something is added to what was said; None where that was never said, and so need not be."""
    kind, ref = ("norm", errand.ref) if errand.kind == "norm_changed" else (THREADED, errand.ref.rpartition(":")[2])
    said = outbox.place_of(unit, kind, ref, errand.lane)
    return None if said is None else said.thread_ts or said.ts


def _reader(desk: Desk, errand: Errand) -> Reader:
    now = desk.clock()
    if is_person(errand.lane):
        member = see.person(desk, errand.lane)
        return Reader(voice_of(member), now, member is not None and member.is_lead)
    return Reader(voice_for(None, None, None, personal=False), now)


def _card(desk: Desk, errand: Errand, reader: Reader) -> Message | None:
    case = see.case(desk, errand.ref)
    voice = reader.voice
    if not is_person(errand.lane):
        voice = voice_for(case.campaign.locale, None, case.review.market, personal=False)
        if errand.lane != case.campaign.channel:
            return notice.moved(case, voice)
        case = precedents.drawn_in(desk, case, errand.lane)
    case = newer.drawn(desk, case, errand.lane if is_person(errand.lane) else None)
    return candidate.card(case, voice, now=reader.now)


def _round(errand: Errand) -> tuple[str, int]:
    review_id, _, round_ = errand.ref.rpartition(":")
    return review_id, int(round_)


def _result(desk: Desk, errand: Errand, reader: Reader) -> Message | None:
    review_id, round_ = _round(errand)
    case, undone = see.undone_case(desk, review_id, round_)
    if undone:
        return notice.taken_back(case, reader.voice)
    if case.decision is None or case.review.round != round_:
        return None
    return notice.result(case, reader.voice, now=reader.now)


def _undone(desk: Desk, errand: Errand, reader: Reader) -> Message | None:
    case, _ = see.undone_case(desk, *_round(errand))
    return notice.undone(case, reader.voice)


def _campaign(desk: Desk, key: str) -> Campaign:
    found = next((c for c in see.every_campaign(desk) if c.key == key), None)
    if found is None:
        raise NotFound("campaign", campaign=key)
    return found


def _fell(desk: Desk, errand: Errand, reader: Reader) -> Message | None:
    lines = see.lines(desk, listed(errand))
    if not lines:
        return None
    if len(lines) == 1:
        return notice.result(see.case(desk, lines[0].review_id), reader.voice, now=reader.now)
    return notice.fell(_campaign(desk, errand.ref), lines, reader.voice)


def _left_to_ai(desk: Desk, errand: Errand, reader: Reader) -> Message | None:
    lines = see.lines(desk, listed(errand))
    return notice.fell(_campaign(desk, errand.ref), lines, reader.voice, left=True) if lines else None


def _withdrawn(desk: Desk, errand: Errand, reader: Reader) -> Message | None:
    case = see.case(desk, _round(errand)[0])
    return notice.withdrawn(case, reader.voice, by=str(errand.detail.get("by", "")))


def _held(desk: Desk, errand: Errand, reader: Reader) -> Message | None:
    # Rows of an older version name one review by its round.
    ids = listed(errand) or [_round(errand)[0]]
    still = [c for c in see.cases(desk, ids) if c.review.state is State.HELD]
    if len(still) > 1:
        return notice.held_together(_campaign(desk, errand.ref), still, reader.voice)
    return notice.held(still[0], reader.voice, now=reader.now) if still else None


def _digest(desk: Desk, errand: Errand, reader: Reader) -> Message | None:
    digest = see.digest(desk, errand.ref, errand.lane)
    return notice.digest(digest, reader.voice) if digest.lines else None


def _returned(desk: Desk, errand: Errand, reader: Reader) -> Message | None:
    """Of an older version, to both: to whoever did not look, what was; to whoever has it again, while it is theirs."""
    silent = str(errand.detail.get("from", ""))
    if errand.lane == silent:
        return _gone(desk, errand, reader)
    case = see.case(desk, _round(errand)[0])
    if not case.review.state.awaits or case.review.expert != errand.lane:
        return None
    return hand_over.back(case, reader.voice, silent=silent, reader=errand.lane)


def _gone(desk: Desk, errand: Errand, reader: Reader) -> Message | None:
    return hand_over.gone(see.case(desk, _round(errand)[0]), reader.voice)


def _colleague(desk: Desk, errand: Errand, reader: Reader) -> Message | None:
    case, opinion = opinions.one(desk, errand.ref)
    if opinion.text is None and not case.review.state.awaits:
        return None
    who = see.person(desk, errand.lane) or Member(errand.lane, errand.lane)
    return hand_over.asked(case, opinion, reader.voice, reader=who, today=reader.now.date())


def _opinion(desk: Desk, errand: Errand, reader: Reader) -> Message | None:
    return hand_over.opinion(*opinions.one(desk, errand.ref), reader.voice)


def _dissent(desk: Desk, errand: Errand, reader: Reader) -> Message | None:
    case, judgement = see.judgement(desk, errand.ref)
    return notice.dissent(case, judgement, reader.voice, reader_is_lead=reader.is_lead)


def _stood(desk: Desk, errand: Errand, reader: Reader) -> Message | None:
    return notice.stood(*see.judgement(desk, errand.ref), reader.voice)


def _reversed(desk: Desk, errand: Errand, reader: Reader) -> Message | None:
    return notice.reversed(see.case(desk, _round(errand)[0]), reader.voice)


def _investigation(desk: Desk, errand: Errand, reader: Reader) -> Message | None:
    found = see.thread(desk, errand.ref)
    voice = reader.voice
    if not is_person(errand.lane):
        voice = voice_for(found.case.campaign.locale, None, found.case.review.market, personal=False)
        found = precedents.beside(desk, found, errand.lane)
    return investigation.message(found, voice)


def _unresolved(desk: Desk, errand: Errand, reader: Reader) -> Message | None:
    """To the lead: nobody has said yet who was right."""
    found = see.thread(desk, errand.ref)
    return investigation.reminder(found, reader.voice) if found.investigation.open else None


def _norm(desk: Desk, errand: Errand, reader: Reader) -> Message | None:
    view = norm_list.one(desk, errand.ref)
    return norm.announcement(view, _spoken(desk, errand, view.norm.key.market, reader))


def _norm_changed(desk: Desk, errand: Errand, reader: Reader) -> Message | None:
    view = norm_list.one(desk, errand.ref)
    changes = [str(what) for what in errand.detail.get("changes", ())]
    return norm.changed(view, changes, _spoken(desk, errand, view.norm.key.market, reader))


def _norm_over(desk: Desk, errand: Errand, reader: Reader) -> Message | None:
    """In the threads that a norm came from, unless it holds again by now."""
    view = norm_list.one(desk, errand.ref.partition(":")[0])
    return None if view.norm.active else norm.over(view, _spoken(desk, errand, view.norm.key.market, reader))


def _spoken(desk: Desk, errand: Errand, market: str, reader: Reader) -> Voice:
    """How to speak in a channel that is told something of a market: as its campaign does."""
    if is_person(errand.lane):
        return reader.voice
    here = [c for c in see.every_campaign(desk) if c.channel == errand.lane]
    ours = next((c for c in here if market in c.markets), here[0] if here else None)
    return voice_for(ours.locale if ours else None, None, market, personal=False)


def _relearn(_desk: Desk, errand: Errand, reader: Reader) -> Message | None:
    return model.relearn({Target(of): int(count) for of, count in errand.detail["new"].items()}, reader.voice)


def _model(desk: Desk, errand: Errand, reader: Reader) -> Message | None:
    return model.message(models.one(desk, errand.ref).model, reader.voice)


def _unreachable(_desk: Desk, errand: Errand, reader: Reader) -> Message | None:
    """To the lead: where messages no longer arrive. The reference is the channel or the person."""
    code = blocks.esc(str(errand.detail.get("said", "")))
    who = is_person(errand.ref)
    where = words.person(errand.ref) if who else f"<#{errand.ref}>"
    what = "message" if "lost" in errand.detail else "person" if who else "channel"
    said = reader.voice.t(f"unreachable.{what}", where=where, code=code)
    return blocks.message(said, [blocks.section(said)])


def _owner_left(desk: Desk, errand: Errand, reader: Reader) -> Message | None:
    """To the lead: what is theirs now because its owner has gone; what has another owner by now is left out."""
    left = {str(key) for key in errand.detail.get("campaigns", ())}
    mine = [c for c in see.every_campaign(desk) if c.key in left and c.owner == errand.lane]
    return hand_over.owner_left(mine, errand.ref, reader.voice) if mine else None


_KINDS: Mapping[str, Callable[[Desk, Errand, Reader], Message | None]] = {
    "card": _card,
    "result": _result,
    "undone": _undone,
    "fell": _fell,
    "opened": lambda desk, errand, reader: reminding.opened(desk, errand, reader.voice),
    "nudge": lambda desk, errand, reader: reminding.to_expert(desk, errand, reader.voice),
    "nudge_owner": lambda desk, errand, reader: reminding.to_owner(desk, errand, reader.voice),
    "scarce": lambda desk, errand, reader: reminding.scarce(desk, errand, reader.voice),
    "asked": lambda desk, errand, reader: reminding.asked(desk, errand, reader.voice),
    "time_given": lambda desk, errand, reader: reminding.time_given(desk, errand, reader.voice),
    "left_as_is": lambda desk, errand, reader: reminding.left_as_is(desk, errand, reader.voice),
    "nobody_there": lambda desk, errand, reader: reminding.nobody_there(desk, errand, reader.voice),
    "held": _held,
    "half": lambda desk, errand, reader: reminding.half(desk, errand, reader.voice),
    "left_to_ai": _left_to_ai,
    "morning": lambda desk, errand, reader: reminding.morning(desk, errand, reader.voice),
    "withdrawn": _withdrawn,
    "digest": _digest,
    "passed": lambda desk, errand, reader: reminding.passed(desk, errand, reader.voice),
    "back": lambda desk, errand, reader: reminding.back(desk, errand, reader.voice),
    "gone": _gone,
    "returned": _returned,
    "colleague": _colleague,
    "opinion": _opinion,
    "dissent": _dissent,
    "stood": _stood,
    "reversed": _reversed,
    "norm": _norm,
    "norm_changed": _norm_changed,
    "norm_over": _norm_over,
    "unreachable": _unreachable,
    "owner_left": _owner_left,
    models.KIND: _model,
    relearn.KIND: _relearn,
    THREADED: _investigation,
    "unresolved": _unresolved,
    "wish": lambda desk, errand, reader: welcomes.wish(desk, errand, reader.voice),
    "wish_declined": lambda desk, errand, reader: welcomes.wish_declined(desk, errand, reader.voice),
    "upload": lambda desk, errand, reader: accounts.account(desk, errand, reader.voice),
    "welcome": lambda desk, errand, reader: welcomes.welcome(desk, errand, reader.voice),
}
