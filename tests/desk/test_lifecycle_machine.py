"""The lifecycle through the real desk, in any order that Hypothesis can think of: what must always hold, holds."""

from __future__ import annotations

import json
import shutil
import tempfile
import threading
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.core.case import Case
from bot.core.errors import HandoffError, Invalid, NotAllowed, NotFound, TooLate
from bot.core.types import Reason, Review
from bot.desk import decide, hand_over, see, tick
from bot.desk import desk as desk_module
from bot.desk import object as objections
from bot.desk.desk import Limits
from db import lanes, outbox
from db.outbox import Place
from scoring.types import Verdict
from tests.desk.world import (
    BIA,
    CAIO,
    EVERYBODY,
    FLAGS,
    MAYA,
    OLEG,
    ZOE,
    a_world,
    campaigns,
    row,
    why,
)
from tests.faults import books
from tests.faults.books import Record
from tests.faults.invariants import LEARNED, Rules

LIMIT = 2
JUDGES = {"BR": {BIA, CAIO, ZOE}, "RU": {OLEG, ZOE}}
OWNER = MAYA
#: Bia referred every seventh creator.
REFERRED = 7
AWAITS = {"pending", "held", "reopened"}
#: What a refusal may still write, and only to keep what somebody typed.
KEEPING = {"comments", "drafts", "events", "outbox", "sqlite_sequence"}
#: What is written anew when a comment is kept: what somebody typed under a disagreement is found with it.
FOUND = {f"search_{what}" for what in ("documents", "texts", "vectors", "words", "postings", "blocks", "spans")}
#: What is known of an investigation before anything is said of it.
UNKNOWN = {"winner": None, "lesson": "", "right": None}

people = st.sampled_from((*EVERYBODY, BIA, CAIO, ZOE, OLEG))
index = st.integers(0, 35)
verdicts = st.sampled_from(list(Verdict))


class Lifecycle(RuleBasedStateMachine):
    """One agency, from its first list to wherever the day leads."""

    kind = "sqlite"

    @initialize(seed=st.integers(0, 99))
    def open_shop(self, seed: int) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="handoff-machine-"))
        self._secrets = desk_module.secrets
        # Ids break ties in the queue: the same example must meet the same ids.
        desk_module.secrets = SimpleNamespace(randbits=Random(seed).getrandbits)  # type: ignore[assignment]
        self.world = a_world(
            self.folder, self.kind, limits=Limits(open_per_expert=LIMIT, batch=3, deadlines=3), seed=seed
        )
        self.made = 0
        self.texts: set[str] = set()
        self.drafts: list[tuple[str, str]] = []
        self.shown: dict[str, int] = {}
        #: All that was ever to be said, as (kind, ref, lane), and what fell: a week later the outbox forgets it.
        self.ever: set[tuple[str, str, str]] = set()
        self.fell: set[str] = set()
        #: The last tick has left something to the next one.
        self.more = False
        self.take_in(0, [(False, Verdict.DECLINE), (False, Verdict.PROCEED), (True, Verdict.DECLINE)])
        self.take_in(1, [(False, Verdict.DECLINE)])

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.world.close()
            desk_module.secrets = self._secrets
            shutil.rmtree(self.folder)

    # What anybody can look up, past our own code

    def rows(self) -> list[dict[str, Any]]:
        """Every review with its candidate, by handle."""
        return self.world.database.rows(
            "SELECT r.*, c.handle, c.referred_by, m.verdict AS ai FROM reviews r JOIN candidates c "
            "ON c.id = r.candidate_id JOIN recommendations m ON m.candidate_id = c.id ORDER BY c.handle"
        )

    def pick(self, at: int, *, decided: bool = False) -> dict[str, Any]:
        """Any review, most often one that awaits an answer (or is decided): where there is something to do."""
        rows = self.rows()
        likely = [r for r in rows if (r["state"] in AWAITS) is not decided]
        among = likely if likely and at % 3 else rows
        return among[at // 3 % len(among)]

    def may_judge(self, person: str, review: dict[str, Any]) -> bool:
        own = review["referred_by"] is not None and review["referred_by"] in {person, {BIA: "Bia"}.get(person)}
        return person in JUDGES[review["market"]] and not own

    def due(self, review: dict[str, Any]) -> bool:
        return review["state"] in AWAITS and when(review["deadline_at"]) <= self.world.clock.now

    def text(self, kind: str) -> str:
        self.made += 1
        return f"{kind} {self.made} said with care"

    def act(
        self, review: dict[str, Any], allowed: bool, verb: Callable[..., Any], *args: Any, typed: str | None = None
    ) -> Any:
        """Run a verb; a refusal changes nothing but to keep what was typed, or to apply a deadline that is due."""
        before = self.world.dump()
        due = self.due(review)
        try:
            done = verb(self.world.desk, *args)
        except HandoffError as error:
            self.refused(error, before, due=due, allowed=allowed, typed=typed)
            return None
        assert allowed, f"{verb.__name__} went through for {args}"
        if typed:
            self.texts.add(typed)
        return see.case(self.world.desk, done.id) if isinstance(done, Review) else done

    def refused(self, error: HandoffError, before: Any, *, due: bool, allowed: bool, typed: str | None) -> None:
        after = self.world.dump()
        changed = {t for t in after if after[t] != before[t]}
        if isinstance(error, NotAllowed) or not allowed:
            assert not changed, (error, changed)
        if isinstance(error, (Invalid, NotFound)):
            assert due or not changed, (error, changed)
            return
        if not isinstance(error, TooLate):
            return
        if error.params.get("draft_id"):
            self.drafts.append((str(error.params["draft_id"]), str(after_author(after, error.params["draft_id"]))))
        if not due:
            kept = KEEPING | (FOUND if "comments" in changed else set())
            assert changed <= (set() if typed is None else kept), (error, changed)
            rewritten = {"outbox", "sqlite_sequence", "drafts"} | FOUND
            assert all(grew(before[t], after[t]) for t in changed - rewritten)
            if changed & FOUND:
                self.found_anew(before, after)
        if typed and allowed:
            self.texts.add(typed)

    def found_anew(self, before: Any, after: Any) -> None:
        """Only under the reviews whose comments these are, and under each of their disagreements that counts."""
        ids = [{row[:2] for row in dump["search_documents"]} for dump in (before, after)]
        assert ids[0] == ids[1], "a comment made or took away a document"
        texts = set(map(repr, before["search_texts"]))
        said = {row[1] for row in after["comments"] if row not in before["comments"]}
        assert {row[1] for row in after["search_texts"] if repr(row) not in texts} == said

    # What people do

    @rule(at=index, person=people)
    def approve(self, at: int, person: str) -> None:
        review = self.pick(at)
        done = self.act(review, self.may_judge(person, review), decide.approve, review["id"], person)
        if done is not None:
            assert done.decision.verdict.value == review["ai"]
            self.decided_by(done, person, review)

    def decided_by(self, case: Case, person: str, before: dict[str, Any]) -> None:
        held = before["on_deadline"] == "hold" and not before["held_once"]
        assert held or not self.due(before), "an answer beat a deadline that had passed"
        assert before["state"] in AWAITS
        assert case.decision is not None
        assert case.decision.by == person
        assert case.decision.at == self.world.clock.now
        assert case.judgement is not None
        assert case.judgement.expert == person

    @rule(at=index, person=people, words=st.booleans())
    def override(self, at: int, person: str, *, words: bool) -> None:
        review = self.pick(at)
        text = self.text("override") if words else ""
        given = (decide.override, review["id"], person, why(text))
        done = self.act(review, self.may_judge(person, review), *given, typed=text)
        if done is not None:
            assert done.decision.verdict.value != review["ai"]
            self.decided_by(done, person, review)

    @rule(at=index, person=people, verdict=st.none() | verdicts)
    def normal(self, at: int, person: str, verdict: Verdict | None) -> None:
        review, text = self.pick(at), self.text("normal")
        given = (decide.normal, review["id"], person, why(text, Reason.MARKET_NORM, disputed=FLAGS[:1]), verdict)
        done = self.act(review, self.may_judge(person, review), *given, typed=text)
        if done is not None:
            assert verdict in (None, done.decision.verdict)
            self.decided_by(done, person, review)

    @rule(at=index, person=people)
    def undo(self, at: int, person: str) -> None:
        review = self.pick(at, decided=True)
        made = self.world.sql(
            "SELECT by FROM decisions WHERE review_id = ? AND round = ?", review["id"], review["round"]
        )
        mine = bool(made) and made[0][0] == person
        done = self.act(review, mine, decide.undo, review["id"], person)
        if done is not None:
            self.undone(done, review)

    def undone(self, case: Case, before: dict[str, Any]) -> None:
        now = self.world.clock.now
        assert not before["undone"], "undone twice"
        assert now < when(before["undo_until"])
        assert case.review.state == "reopened"
        assert case.review.deadline_at == max(when(before["deadline_at"]), now + timedelta(minutes=10))
        assert case.decision is None

    @rule(at=index)
    def undo_by_who_decided(self, at: int) -> None:
        fresh = [r for r in self.rows() if r["undo_until"] is not None]
        if not fresh:
            return
        review = fresh[at % len(fresh)]
        ((by,),) = self.world.sql(
            "SELECT by FROM decisions WHERE review_id = ? AND round = ?", review["id"], review["round"]
        )
        in_time = self.world.clock.now < when(review["undo_until"])
        done = self.act(review, True, decide.undo, review["id"], by)
        assert (done is not None) == in_time, "an undo offered and refused, or the other way round"
        if done is not None:
            self.undone(done, review)

    @rule(at=index, person=people)
    def form_opened(self, at: int, person: str) -> None:
        review = self.pick(at)
        done = self.act(review, self.may_judge(person, review), decide.form_opened, review["id"], person)
        if done is None or self.due(review):
            return
        left = when(review["deadline_at"]) - self.world.clock.now
        holds = left <= timedelta(minutes=10) and not review["form_held"]
        moved = done.review.deadline_at - when(review["deadline_at"])
        assert moved == (timedelta(minutes=5) if holds else timedelta())

    @rule(at=index, person=people)
    def dissent(self, at: int, person: str) -> None:
        review, text = self.pick(at, decided=True), self.text("dissent")
        allowed = self.may_judge(person, review) or person == OWNER
        done = self.act(review, allowed, objections.dissent, review["id"], person, why(text), typed=text)
        if done is not None:
            assert done.dissents[-1].expert == person
            assert done.decision is not None
            assert done.dissents[-1].verdict is done.decision.verdict.opposite

    @rule(at=index)
    def answer_a_draft(self, at: int) -> None:
        """The form that came too late is sent as an objection."""
        if not self.drafts:
            return
        draft_id, author = self.drafts.pop(at % len(self.drafts))
        found = self.world.sql("SELECT review_id FROM drafts WHERE id = ?", draft_id)
        if found:
            text = self.text("late dissent")
            review = next(r for r in self.rows() if r["id"] == found[0][0])
            old = json.loads(self.world.sql("SELECT rationale FROM drafts WHERE id = ?", draft_id)[0][0])["narrative"]
            # The words of the draft stand in the form, and were rewritten.
            self.act(review, True, objections.dissent, review["id"], author, why(text), draft_id, typed=text)
            self.texts.discard(old)

    @rule(at=index, keep=st.booleans(), person=people)
    def settle_a_draft(self, at: int, *, keep: bool, person: str) -> None:
        if not self.drafts:
            return
        draft_id, author = self.drafts[at % len(self.drafts)]
        found = self.world.sql("SELECT review_id, rationale FROM drafts WHERE id = ?", draft_id)
        if not found:
            return
        review = next(r for r in self.rows() if r["id"] == found[0][0])
        verb = objections.keep_comment if keep else objections.drop_draft
        before = self.world.dump()
        try:
            verb(self.world.desk, draft_id, person)
        except NotAllowed:
            assert person != author
            assert self.world.dump() == before
            return
        assert person == author
        self.drafts.remove((draft_id, author))
        words = json.loads(found[0][1])["narrative"]
        if keep and words:
            assert words in {
                c for (c,) in self.world.sql("SELECT text FROM comments WHERE review_id = ?", review["id"])
            }
        else:
            self.texts.discard(words)

    @rule(at=index, person=people)
    def reverse(self, at: int, person: str) -> None:
        review = self.pick(at, decided=True)
        done = self.act(review, person == ZOE, objections.reverse, review["id"], person)
        if done is not None:
            before = self.world.sql(
                "SELECT verdict FROM decisions WHERE review_id = ? AND round = ?", review["id"], review["round"]
            )
            assert done.decision is not None
            assert done.decision.verdict.value != before[0][0]
            assert done.decision.by == ZOE

    @rule(at=index, person=people)
    def let_stand(self, at: int, person: str) -> None:
        review = self.pick(at, decided=True)
        self.act(review, person == ZOE, objections.let_stand, review["id"], person)

    @rule(at=index, person=people)
    def note(self, at: int, person: str) -> None:
        review, text = self.pick(at), self.text("note")
        allowed = self.may_judge(person, review) or person == OWNER
        self.act(review, allowed, objections.note, review["id"], person, text, typed=text)

    @rule(at=index, person=people, to=people)
    def pass_on(self, at: int, person: str, to: str) -> None:
        review = self.pick(at)
        allowed = self.may_judge(person, review) or person == OWNER
        done = self.act(review, allowed, hand_over.pass_on, review["id"], person, to, "yours?", typed="yours?")
        if done is not None:
            assert self.may_judge(to, review), "handed to somebody who could not answer it"
            assert done.review.expert == to != done.review.backup
            assert self.due(review) or done.review.deadline_at == when(review["deadline_at"])

    @rule(at=index, person=people)
    def disclose(self, at: int, person: str) -> None:
        review, text = self.pick(at), self.text("I know this creator,")
        given = (hand_over.disclose, review["id"], person, text)
        done = self.act(review, self.may_judge(person, review), *given, typed=text)
        if done is not None:
            assert (done.review.disclosure, done.review.disclosed_by) == (text, person)

    @rule(at=index, person=people)
    def withdraw(self, at: int, person: str) -> None:
        review = self.pick(at)
        if review["handle"].endswith(("3", "6")):  # most candidates stay
            self.act(review, person in {OWNER, ZOE}, decide.withdraw, review["id"], person)

    @rule(at=index, pair=st.tuples(people, people), verbs=st.tuples(st.integers(0, 6), st.integers(0, 6)))
    def race(self, at: int, pair: tuple[str, str], verbs: tuple[int, int]) -> None:
        """Two at the same instant. Whoever comes second hears exactly who was first."""
        review = self.pick(at)
        texts = [self.text("raced"), self.text("raced")]
        start, results = threading.Barrier(2), [None, None]
        desk, review_id = self.world.desk, review["id"]

        def run(which: int) -> None:
            person = pair[which]
            doing: list[Callable[[], Any]] = [
                lambda: decide.approve(desk, review_id, person),
                lambda: decide.override(desk, review_id, person, why(texts[which])),
                lambda: decide.undo(desk, review_id, person),
                lambda: decide.form_opened(desk, review_id, person),
                lambda: objections.reverse(desk, review_id, person),
                lambda: tick.tick(desk),
                lambda: decide.normal(desk, review_id, person, why(texts[which], disputed=FLAGS[:1]), Verdict.DECLINE),
            ]
            start.wait()
            try:
                results[which] = doing[verbs[which]]()
            except HandoffError as error:
                results[which] = error  # type: ignore[call-overload]

        threads = [threading.Thread(target=run, args=(n,)) for n in (0, 1)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for n, verb in enumerate(verbs):
            error = results[n]
            assert isinstance(error, (Case, Review, bool, TooLate, NotAllowed, Invalid)), error
            if isinstance(error, TooLate) and error.params.get("draft_id"):
                self.drafts.append((str(error.params["draft_id"]), pair[n]))
            if verb in (1, 6) and not isinstance(error, (NotAllowed, Invalid)):
                self.texts.add(texts[n])
            self.more |= verb == 5 and results[n] is True
        answers = [n for n in (0, 1) if verbs[n] in (0, 1, 6)]
        could = review["state"] in AWAITS and not self.due(review)
        if len(answers) == 2 and could and all(self.may_judge(p, review) for p in pair):
            won = [n for n in answers if isinstance(results[n], Review)]
            lost = [n for n in answers if isinstance(results[n], TooLate)]
            if len(won) + len(lost) == 2:
                assert len(won) == len(lost) == 1, results
                assert results[lost[0]].params["by"] == pair[won[0]]  # type: ignore[attr-defined]

    # What time and operators do

    @rule(seconds=st.sampled_from([1, 59, 60, 240, 300, 599, 600, 601, 1800]))
    def a_while(self, seconds: int) -> None:
        self.world.clock.move(seconds=seconds)

    @rule(hours=st.sampled_from([1, 6, 12, 24, 47, 48, 100]))
    def a_day(self, hours: int) -> None:
        self.world.clock.move(hours=hours)

    @rule(
        at=index,
        column=st.sampled_from(["deadline_at", "undo_until", "half_at", "nudge_at", "owner_at"]),
        off=st.sampled_from([-601, -300, -1, 0, 1]),
    )
    def right_at(self, at: int, column: str, off: int) -> None:
        """To the very instant at which something falls due, or nearly."""
        review = self.pick(at)
        if review[column] is not None:
            wanted = when(review[column]) + timedelta(seconds=off)
            self.world.clock.now = max(self.world.clock.now, wanted)

    @rule()
    def tick_once(self) -> None:
        self.more = tick.tick(self.world.desk)

    @rule()
    def sweep(self) -> None:
        self.world.sweep()
        while self.world.desk.forget_at <= self.world.clock.now:
            self.world.sweep()  # what is forgotten goes a batch at a time, and nobody waits for it
        self.more = False
        now = self.world.clock.now
        for review in self.rows():
            assert not self.due(review), "awaits past its deadline"
            assert review["undo_until"] is None or when(review["undo_until"]) > now, "undo offered past its window"
        due = tick.next_due(self.world.desk)
        assert due is None or due > now
        settled = self.world.dump()
        assert not tick.tick(self.world.desk)
        assert self.world.dump() == settled, "a second tick found something to do"

    @rule()
    def restart(self) -> None:
        before = self.world.dump()
        self.world.reopen()
        assert self.world.dump() == before

    @rule(where=st.integers(0, 2), what=st.lists(st.tuples(st.booleans(), verdicts), min_size=1, max_size=3))
    def import_list(self, where: int, what: list[tuple[bool, Verdict]]) -> None:
        there = self.rows()
        if len(there) > 40 or sum(r["state"] in AWAITS for r in there) > 8:
            return
        rows, campaign = self.take_in(where, what)
        before = self.world.dump()
        assert self.world.take_in(*rows, campaign=campaign).count("duplicate") == len(rows)
        assert self.world.dump() == before, "the same list twice added something"

    def take_in(self, where: int, what: list[tuple[bool, Verdict]]) -> tuple[list[dict[str, object]], str]:
        first = len(self.rows())
        rows = [
            row(
                f"creator{first + n:02}", "Russia" if abroad else "Brazil", verdict,
                referred_by="Bia" if (first + n) % REFERRED == REFERRED - 1 else "",
            )
            for n, (abroad, verdict) in enumerate(what)
        ]  # fmt: skip
        campaign = campaigns()[where].key
        report = self.world.take_in(*rows, campaign=campaign)
        assert report.count("accepted") == len(rows), report.fates
        return rows, campaign

    @rule()
    def deliver(self) -> None:
        """Everything waiting in the outbox leaves: from here on a change must be announced anew."""
        now = self.world.clock.now
        with self.world.desk.store.unit() as unit:
            for lane in lanes.due(unit, "bot_1", now):
                while (errand := outbox.take_head(unit, lane, now)) is not None:
                    outbox.sent(unit, errand, Place(lane, f"{errand.seq}.0") if errand.kind == "card" else None, now)
        self.shown = {r["id"]: r["version"] for r in self.rows() if r["opened_at"]}

    # What always holds

    @invariant()
    @precondition(lambda self: hasattr(self, "world"))
    def holds(self) -> None:
        rows = self.rows()
        self.one_decision_stands(rows)
        self.the_audit_explains(rows)
        self.hands_are_full_but_not_too_full(rows)
        self.everybody_is_told(rows)
        self.nothing_typed_is_lost()
        self.what_is_made_of_answers_is_whole()

    def one_decision_stands(self, rows: list[dict[str, Any]]) -> None:
        made: dict[str, list[tuple[int, str | None, str, str]]] = defaultdict(list)
        for review_id, round_, undone, basis, by in self.world.sql(
            "SELECT review_id, round, undone_at, basis, by FROM decisions ORDER BY review_id, round"
        ):
            made[review_id].append((round_, undone, basis, by))
        for review in rows:
            mine = made[review["id"]]
            assert len({r for r, *_ in mine}) == len(mine)
            now = [d for d in mine if d[0] == review["round"] and d[1] is None]
            assert len(now) == (review["state"] == "decided"), review
            for at, (round_, undone, _basis, _by) in enumerate(mine):
                if round_ < review["round"] and undone is None:
                    after = mine[at + 1 : at + 2]
                    assert [d[2] for d in after] == ["lead"], "a decision gave way to something that is no reversal"
            assert sum(undone is not None for _, undone, *_ in mine) == review["undone"]
            assert max((r for r, *_ in mine), default=1) <= review["round"]

    def the_audit_explains(self, rows: list[dict[str, Any]]) -> None:
        trail: dict[str, list[tuple[str, str, dict[str, Any], dict[str, Any]]]] = defaultdict(list)
        for review_id, at, what, before, after in self.world.sql(
            "SELECT review_id, at, what, before, after FROM events ORDER BY seq"
        ):
            trail[review_id].append((at, what, json.loads(before), json.loads(after)))
        stands = dict(
            self.world.sql(
                "SELECT d.review_id, d.verdict FROM decisions d "
                "JOIN reviews r ON r.id = d.review_id AND r.round = d.round"
            )
        )
        for review in rows:
            events = trail[review["id"]]
            assert [at for at, *_ in events] == sorted(at for at, *_ in events)
            told: dict[str, Any] = {}
            ends: dict[str, dict[str, Any]] = defaultdict(lambda: dict(UNKNOWN))
            for _, what, before, after in events:
                about = told
                if "disagreement" in after:
                    # Several people may have disagreed about one review: each investigation has its own story.
                    about = ends[after["disagreement"]]
                    about["disagreement"] = after["disagreement"]
                for name, value in before.items():
                    assert about.get(name) == value or name == "draft", (what, name)
                about |= after
            self.investigations_end_as_told(review, ends)
            assert stands.get(review["id"], told.get("verdict")) == told.get("verdict")
            # Replayed from nothing, the audit gives the row, and nothing of the row is missing in it.
            # When a reminder showed it says what stands in messages, and is no change of the review.
            for name in Review.__dataclass_fields__.keys() - {"id", "candidate_id", "campaign", "reminded_at"}:
                assert plain(told.get(name)) == plain(review[name]), (name, told.get(name), review[name])
            versions = sum("version" in after for *_, after in events)
            assert review["version"] == versions, "a change without its line in the audit"
            assert review["undone"] == sum(what == "undone" for _, what, *_ in events)

    def investigations_end_as_told(self, review: dict[str, Any], told: dict[str, dict[str, Any]]) -> None:
        for id_, winner, lesson in self.world.sql(
            "SELECT id, winner, lesson FROM disagreements WHERE review_id = ?", review["id"]
        ):
            said = told.get(id_, UNKNOWN)
            assert (said["winner"], said["lesson"]) == (winner, lesson), (said, winner)

    def hands_are_full_but_not_too_full(self, rows: list[dict[str, Any]]) -> None:
        open_, extra, queued = Counter[str](), Counter[str](), Counter[str]()
        for review in rows:
            if review["state"] not in AWAITS:
                continue
            assert review["expert"] in JUDGES[review["market"]], review
            assert review["expert"] != review["backup"]
            if review["opened_at"] is not None:
                open_[review["expert"]] += 1
                extra[review["expert"]] += bool(review["undone"] or review["why_me"] == "passed_on")
            elif review["state"] == "pending" and when(review["deadline_at"]) > self.world.clock.now:
                queued[review["expert"]] += 1
        for expert, count in open_.items():
            assert count <= LIMIT + extra[expert], (expert, count)
        # After a full batch of deadlines all the others come first; then the hands that these have emptied are filled.
        for expert in () if self.more else queued:
            assert open_[expert] >= LIMIT, f"{expert} has room, and something waits in the queue"

    def everybody_is_told(self, rows: list[dict[str, Any]]) -> None:
        ready, ever, fell = set(), self.ever, self.fell
        for errand in self.world.database.errands():
            ever.add((errand["kind"], errand["ref"], errand["lane"]))
            if errand["kind"] == "card" and errand["state"] == "ready":
                ready.add(errand["ref"])
            if errand["kind"] == "fell":
                fell.update(errand["detail"]["reviews"])
        for review in rows:
            assert review["recommended"] == review["ai"]
            channel = next(c.channel for c in campaigns() if c.key == review["campaign"])
            if review["opened_at"] is not None:
                assert ("card", review["id"], channel) in ever
                if self.shown.get(review["id"]) != review["version"]:
                    assert review["id"] in ready, f"the card does not show version {review['version']}"
            else:
                assert ("card", review["id"], channel) not in ever, "a queued review in the channel"
            if review["state"] == "decided":
                ref = f"{review['id']}:{review['round']}"
                told = ("result", ref, OWNER) in ever or ("reversed", ref, OWNER) in ever or review["id"] in fell
                assert told, "its owner never hears of it"

    def nothing_typed_is_lost(self) -> None:
        kept = {t for (t,) in self.world.sql("SELECT narrative FROM judgements UNION SELECT text FROM comments")}
        kept |= {json.loads(r)["narrative"] for (r,) in self.world.sql("SELECT rationale FROM drafts")}
        # A disclosure that another one replaced on the card stays in the audit, and so does what was passed on with it.
        audit = [json.loads(after) for (after,) in self.world.sql("SELECT after FROM events")]
        kept |= {after.get(name) for after in audit for name in ("disclosure", "note")}
        assert self.texts <= kept, self.texts - kept

    def what_is_made_of_answers_is_whole(self) -> None:
        """Disagreements, their documents, precedents and votes, by the rules of the faults' campaigns."""
        found = books.read(self.world.desk.store)
        assert [said for rule in LEARNED for said in rule(found, Record({}, {}), Rules())] == []


def when(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def plain(value: Any) -> Any:
    """A value as the row and the audit both have it: instants of either spelling, flags as numbers."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, str) and value[:2] == "20" and value[4:5] == "-":
        found = datetime.fromisoformat(value)
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    return value


def grew(before: list[tuple[Any, ...]], after: list[tuple[Any, ...]]) -> bool:
    return set(map(repr, before)) <= set(map(repr, after))


def after_author(dump: dict[str, list[tuple[Any, ...]]], draft_id: object) -> str:
    """Who wrote a draft: (id, review, author, …)."""
    return str(next(r for r in dump["drafts"] if draft_id in r)[2])


class LifecycleOnPostgres(Lifecycle):
    """The same agency on PostgreSQL."""

    kind = "postgres"


Lifecycle.TestCase.settings = LifecycleOnPostgres.TestCase.settings = settings(
    # Under half a minute: the profile's hundred examples are for functions, not for a hundred agencies.
    max_examples=max(1, settings().max_examples // 8),
    stateful_step_count=60,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestLifecycle = pytest.mark.timeout(600)(Lifecycle.TestCase)
TestLifecycleOnPostgres = pytest.mark.postgres(pytest.mark.timeout(600)(LifecycleOnPostgres.TestCase))
