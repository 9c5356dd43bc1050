"""Past disagreements that resemble a case: what they were about, who was right as things now stand, what is counted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

from bot.core.disagreement import Disagreement, Kind, Standing, Winner
from bot.core.types import Review, Route
from scoring.similarity import Likeness
from scoring.types import FlagCode, Verdict

#: Most similar cases that are counted and shown: the nearest.
MOST = 10


def hidden(review: Review) -> bool:
    """Whether nobody may see what this case resembles: a blind one, until its answer is given."""
    return review.route is Route.BLIND and review.state.awaits


def towards(found: Disagreement) -> Verdict:
    """The call that spoke against the AI's: proceed for a warning that was called normal, whatever the call was."""
    return Verdict.PROCEED if found.kind is Kind.FLAG else found.ai_verdict.opposite


def about(found: Disagreement) -> tuple[FlagCode, ...]:
    """The warnings by which it is found again: those that were disputed, or for a call all that were raised."""
    return found.disputed if found.kind is Kind.FLAG else found.flags


def whose(found: Disagreement) -> Winner | None:
    """Who was right, the AI or a person, as it now stands: AI, EXPERT, BOTH or UNCLEAR; None while nobody has said.

    Between experts it is asked whether the one who was right had spoken against the AI.
    """
    if found.standing is not Standing.RESOLVED:
        return None
    if found.kind is Kind.EXPERTS and found.winner in (Winner.EXPERT, Winner.OTHER):
        right = found.verdict if found.winner is Winner.EXPERT else found.verdict.opposite
        return Winner.AI if right is found.ai_verdict else Winner.EXPERT
    return found.winner


def won(found: Disagreement) -> str:
    """By which side it is looked for: ai or expert, "" while neither was right by itself."""
    side = whose(found)
    return side.value if side in (Winner.AI, Winner.EXPERT) else ""


def overturned(found: Disagreement) -> bool:
    """Whether an outcome has said who was right, and not a person."""
    return found.standing is Standing.RESOLVED and found.resolved_by is None


def one_each(found: Iterable[Disagreement]) -> tuple[Disagreement, ...]:
    """One of each review, in the order given: what was resolved before what was not, else the first."""
    kept: dict[str, Disagreement] = {}
    for one in found:
        before = kept.get(one.review_id)
        if before is None or (whose(before) is None and whose(one) is not None):
            kept[one.review_id] = one
    return tuple(kept.values())


@dataclass(frozen=True, slots=True)
class Tally:
    """How often who was right."""

    expert: int = 0
    ai: int = 0
    both: int = 0

    @property
    def cases(self) -> int:
        """Those in which it became clear; what is open or could not be told says nothing either way."""
        return self.expert + self.ai + self.both


def tally(found: Iterable[Disagreement]) -> Tally:
    sides = [whose(one) for one in found]
    return Tally(sides.count(Winner.EXPERT), sides.count(Winner.AI), sides.count(Winner.BOTH))


@dataclass(frozen=True, slots=True)
class SeenBefore:
    """What a case resembles, of what one reader may see. Each past review once."""

    against: Verdict
    """The call that would speak against the AI's: only cases that turned on the same one are counted."""
    creator: tuple[Disagreement, ...] = ()
    """This creator before, newest first, whatever it was about."""
    similar: tuple[Disagreement, ...] = ()
    """Others of the market with a warning in common, most alike first, at most MOST."""
    other_way: Disagreement | None = None
    """Less alike and not counted: the nearest that ended the other way, when all of `similar` ended one way."""

    @property
    def cases(self) -> tuple[Disagreement, ...]:
        return (*self.creator, *self.similar, *([self.other_way] if self.other_way else []))

    @property
    def of_creator(self) -> Tally:
        return tally(one for one in self.creator if towards(one) is self.against)

    @property
    def of_similar(self) -> Tally:
        return tally(self.similar)

    def nearest(self, side: Winner) -> Disagreement | None:
        """The most alike in which this side was right; this creator's own before others'."""
        turned = [one for one in self.creator if towards(one) is self.against]
        rest = chain(turned, self.similar, [self.other_way] if self.other_way else [])
        return next((one for one in rest if whose(one) is side), None)


def missing_side(similar: Sequence[Disagreement]) -> Winner | None:
    """Which side none of these was right on, when the other one was: a reader should see one of each."""
    sides = {whose(one) for one in similar} & {Winner.AI, Winner.EXPERT}
    if len(sides) != 1:
        return None
    return Winner.AI if Winner.EXPERT in sides else Winner.EXPERT


@dataclass(frozen=True, slots=True)
class Question:
    """What is looked for: cases that turned on the same call, of this creator or alike."""

    review_id: str
    """Which is no precedent of itself."""
    market: str
    creator_id: str
    against: Verdict
    likeness: Likeness


@dataclass(frozen=True, slots=True)
class Precedent:
    """A past case as it is told of."""

    found: Disagreement
    creator: str
    handle: str
    campaign: str
    said: str
    """What whoever disagreed wrote, as it was typed."""
    place: tuple[str, str, str | None] | None = None
    """(channel, ts, thread_ts) of its investigation, else of its card: what a link needs."""
    link: str | None = None
    norm_gone: bool = False
    """Whether a market norm that it was evidence for has been rejected or retired since."""
