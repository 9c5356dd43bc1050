"""What the team's own AI says stands on the card and in Details as theirs, beside our call, in both languages."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.cards import candidate as card
from bot.cards import details, theirs
from bot.cards.words import Pen
from bot.core.theirs import Theirs
from bot.i18n.catalog import voice_for
from scoring.learned import InUse, corrected
from scoring.model import Model
from scoring.recommend import adopted, without
from scoring.types import Recommendation, Target, Verdict
from tests.factories import INTAKE, case
from tests.factories import candidate as proposed

SAID = Theirs(Verdict.PROCEED, 81.0, 0.3, ("pods", "<!channel> *odd*", "growth", "price"))


def pen(language: str, said: Theirs | None) -> Pen:
    return Pen(case(candidate=proposed(theirs=said)), voice_for(language, "UTC", "BR", personal=True))


@pytest.mark.parametrize(
    ("language", "line", "differs", "same"),
    [
        (
            "en", "Your own AI: *proceed* · match 81 of 100 · fraud risk 30/100 · warns of: pods, ", "The two differ.",
            "Both say the same.",
        ),
        (
            "ru", "Ваш собственный ИИ: *берём* · подходит на 81 из 100 · риск накрутки 30/100 · предупреждает: pods, ",
            "Они расходятся.", "Оба говорят одно и то же.",
        ),
    ],
)  # fmt: skip
def test_it_is_said_as_theirs(language: str, line: str, differs: str, same: str) -> None:
    said = theirs.line(pen(language, SAID)).replace("\u00a0", " ").replace("\u2060", "")
    assert said.startswith(line)
    assert "<!channel>" not in said, "what a list says cannot call anybody"
    assert ("and 1 more" if language == "en" else "и ещё 1") in said
    assert theirs.compared(pen(language, SAID)).startswith(differs)
    ours = pen(language, None).case.recommendation.verdict
    assert theirs.compared(pen(language, Theirs(ours))).replace("\u00a0", " ") == same


def test_what_it_did_not_say_is_not_said() -> None:
    assert (theirs.line(pen("en", None)), theirs.compared(pen("en", None))) == ("", "")
    assert theirs.line(pen("en", Theirs(risk=0.0))) == "Your own AI: fraud risk 0/100"
    assert theirs.compared(pen("en", Theirs(risk=0.5))) == ""


def test_a_verdict_that_is_the_recommendation_is_said_once() -> None:
    whole = pen("en", SAID).case
    word = replace(whole, recommendation=adopted(whole.recommendation, Verdict.PROCEED))
    voice = voice_for("en", "UTC", "BR", personal=True)
    assert theirs.line(Pen(word, voice)).startswith("Your own AI: match 81 of 100 · fraud risk 30/100")
    only = replace(word, candidate=replace(word.candidate, theirs=Theirs(Verdict.PROCEED)))
    assert theirs.line(Pen(only, voice)) == ""


@pytest.mark.parametrize("language", ["en", "ru"])
def test_it_changes_nothing_of_our_call(language: str) -> None:
    voice = voice_for(language, "UTC", "BR", personal=True)
    now = INTAKE + timedelta(hours=1)

    def texts(made: Any) -> list[str]:
        return [json.dumps(block, ensure_ascii=False) for block in made]

    def drawn(said: Theirs | None) -> tuple[list[str], list[str]]:
        whole = case(candidate=proposed(theirs=said))
        posted = card.card(whole, voice, now=now)
        return texts(posted.blocks), texts(details.details(whole, voice, now=now)["blocks"])

    for plain, with_theirs in zip(drawn(None), drawn(SAID), strict=True):
        assert [block for block in with_theirs if block not in plain] == [
            b for b in with_theirs if "warns of" in b or "предупреждает" in b
        ]
        assert len(with_theirs) == len(plain) + 1


def test_it_stands_beside_what_learned_models_and_disputed_flags_make_of_ours() -> None:
    """Both turn our call, neither theirs: the comparison follows ours as it is on the card."""
    lenient = InUse(Model(Target.FRAUD, "fraud-1", intercept=-4.0))
    whole = case(candidate=proposed(theirs=Theirs(Verdict.PROCEED, flags=("growth_spike",))))
    voice = voice_for("en", "UTC", "BR", personal=True)

    def said(rec: Recommendation) -> tuple[str, str]:
        pen = Pen(replace(whole, recommendation=rec), voice)
        return theirs.line(pen), theirs.compared(pen)

    plain = whole.recommendation
    learned = corrected(plain, lenient)
    codes = [flag.code for flag in plain.flags]
    eased = without(plain, codes)
    assert (plain.verdict, learned.verdict, eased.verdict) == (Verdict.DECLINE, Verdict.PROCEED, Verdict.PROCEED)
    assert {said(rec)[0] for rec in (plain, learned, eased)} == {said(plain)[0]}
    assert said(plain)[1].startswith("The two differ.")
    assert said(learned)[1] == said(eased)[1] == "Both say the same."
    assert without(learned, codes).learned == learned.learned, "theirs is no part of what is worked out again"
