"""The words of the reference surfaces, where DOMAIN.md does not overrule them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.cards import candidate, ids, lists, notice, rationale
from bot.core.types import Basis, By, How, OnDeadline
from bot.desk import see
from tests import factories as f
from tests.cards.gallery import LANGUAGES, NOW, gallery, voices
from tests.cards.rules import texts

_EN = {
    "card_before_similar": [
        "*Seen before:* in 2 of 3 similar cases in Brazil the expert was right, not the AI.",
    ],
    "details_before": ["6 similar cases"],
    "card_pending_decline": [
        "Ana Lima for Aurora Summer?",
        "*AI says decline*, but it’s a close call.",
        "Answer <!date^1795554000^by {date_short_pretty}, {time}|by Tue 24 Nov, 18:00 BRT>, or the AI’s *decline*",
        "*What looks off* next to 412 similar creators:",
        "• *Engagement 9.4%*, usual in Brazil 2.1–\u20606.8%",
        "• *Followers +22% in 14 days*, usual up to 9%",
        "<https://example.com/ana.lima|@ana.lima> · Instagram · Brazil · 84K followers",
        "€4,500 · first time with us · medium stakes · run by <@U0MAYA0001>",
        "Agree: decline",
        "Override: proceed…",
        "Normal for Brazil…",
        "Details and “why me?”",
        "Pass on…",
    ],
    "card_pending_proceed": [
        "*AI says proceed.*",
        "Nothing looks off in 10 of 11 checks. One had no data: comment pods.",
        "Local reputation and tone are yours to judge: the AI can’t see them.",
        "Approve: proceed",
        "Override: decline…",
    ],
    "card_agreed": ["<@U0BIA00001> agreed with the AI, in 2 h 10 min. <@U0MAYA0001> has been told.", "Undo"],
    "card_overridden": [
        "*Proceed: Ana Lima for Aurora Summer*",
        "<@U0BIA00001> overrode the AI’s *decline*, in 2 h 10 min. <@U0MAYA0001> has been told.",
        "*Why:* normal for this market, right for the local audience. Fairly sure (80%).",
        ">She runs a giveaway every November. Same jump in 2024 and 2025, and the followers stayed.",
        "can undo <!date^1795389600^until {time}|until 20:20 BRT>.",
    ],
    "card_by_deadline": [
        "*Decline: Ana Lima for Aurora Summer*",
        "No answer by the deadline, so the AI’s *decline* stands. No expert has confirmed it.",
        "Think it’s wrong? Object before the deal is done: <@U0ZOE00001> can still reverse it.",
        "<@U0MAYA0001> has been told.",
        "Object…",
    ],
    "override_proceed": ["Override: proceed", "*Proceed: Ana Lima*", "Why?", "How sure are you?", "In your own words"],
    "norm_opened": ["Normal for Brazil", "What is normal in Brazil?", "How do you know?", "Save"],
    "norm_stays": ["*Even without that, the AI says decline.*", "Proceed anyway", "Decline, but keep the note"],
    "norm_flips": ["*Without these two, the AI says proceed.*"],
    "home_newcomer": ["Nothing waits for you here"],
    "home_marketer": [
        "Aurora Summer: 14 of 20 decided",
        "*9 proceed, 5 decline.* 6 to go, the last by Tue 24 Nov, 18:00.",
    ],
    "home_expert": ["Tue 24 Nov, 18:00, else *decline*. 2 things look off.", "and 3 more"],
    "details": [
        "*Why an expert?* Medium stakes, and the AI is not sure.",
        "• Engagement *9.4%* (2.1–\u20606.8%) *looks off*",
        "• Real followers *88%* (75% or more)",
        "• Audience in Brazil *71%* (brief: 60% or more)",
        "• Brand safety: *nothing found*",
        "• Comment pods: *no data*, not counted",
        "• Age of the numbers *2 days* (30 or less)",
    ],
    "refusal_too_late_typed": [
        "Already decided 2 minutes ago: *proceed*, by <@U0BIA00001>, against the AI. Your tap changed nothing.",
        "Your words are safe: keep them as a comment, or discard them.",
        "Keep as comment",
        "Discard",
    ],
    "refusal_too_late_decided": [
        "and the AI’s *decline* stood. Your tap changed nothing.",
        "You can still object until the deal is done. <@U0ZOE00001> can reverse it.",
    ],
}
_RU = {
    "card_before_similar": [
        "*Уже было:* в 2 из 3 похожих случаев в России прав оказался эксперт, а не ИИ.",
    ],
    "details_before": ["6 похожих случаев"],
    "card_pending_decline": [
        "Анна Котова: берём в Aurora Лето?",
        "*ИИ: отказ*, но на грани.",
        "Подходит на 81 из 100",
        "Ответьте до ср 25 ноября, 00:00 МСК, иначе останется решение ИИ: *отказ*.",
        "*Что настораживает* на фоне 412 похожих блогеров:",
        "• *Вовлечённость 9,4 %*, обычно в России 2,1–\u20606,8 %",
        "• *Подписчики +22 % за 14 дней*, обычно до 9 %",
        "<https://example.com/kotova|@kotova> · YouTube · Россия · 84 тыс. подписчиков",
        "4 500 € · раньше не работали · цена ошибки средняя · ведёт <@U0MAYA0001>",
        "Как ИИ: отказ",
        "Против ИИ: берём…",
        "Норма для России…",
        "Подробнее и «почему мне?»",
        "Передать…",
    ],
    "card_pending_proceed": [
        "*ИИ: берём.*",
        "В 10 проверках из 11 всё спокойно. По одной нет данных: чаты активности.",
        "Репутация и тон — за вами: их ИИ не видит.",
        "Как ИИ: берём",
        "Против ИИ: отказ…",
    ],
    "card_overridden": [
        "*Берём: Анна Котова, Aurora Лето*",
        "Решение: <@U0BIA00001>, против ИИ (*отказ*), за 2 ч 10 мин. <@U0MAYA0001> уже в курсе.",
        "*Почему:* для рынка это норма, близко местной аудитории. Уверенность 80 %.",
        "может отменить до 02:20 МСК.",
    ],
    "card_by_deadline": [
        "Ответа к сроку не было, осталось решение ИИ: *отказ*. Эксперт его не подтверждал.",
        "Не согласны? Возразите, пока не поздно: <@U0ZOE00001> ещё может всё изменить.",
        "Возразить…",
    ],
    "override_proceed": [
        "Против ИИ: берём",
        "*Берём: Анна Котова*",
        "Почему?",
        "Насколько вы уверены?",
        "Своими словами",
    ],
    "norm_stays": ["*Даже без этого сигнала ИИ: отказ.*", "Решать вам.", "Всё равно берём", "Отказ, но пометку учесть"],
    "norm_opened": ["Норма для России", "Что для России норма?", "Откуда вы это знаете?"],
    "home_marketer": ["*9 берём, 5 отказ.* Осталось 6, последний до ср 25 ноября, 00:00."],
    "home_expert": ["Ср 25 ноября, 00:00, иначе *отказ*. 2 тревожных сигнала."],
    "details": ["Аудитория из России *71 %* (по брифу от 60 %)", "Риски для бренда: *не найдены*", "*2 дня* (до 30)"],
    "refusal_too_late_typed": [
        "Решение уже есть: *берём*, <@U0BIA00001>, против ИИ, 2 минуты назад. Ваше нажатие ничего не изменило.",
        "Ваш текст не пропал: оставьте его комментарием или удалите.",
    ],
}


def _even(text: str) -> str:
    """No-break spaces are checked elsewhere."""
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize(("language", "words"), [("en", _EN), ("ru", _RU)])
def test_words_of_the_surfaces(language: str, words: dict[str, list[str]]) -> None:
    made = gallery(language)
    for name, wanted in words.items():
        shown = _even("\n".join(texts(_plain(made[name]))))
        for phrase in wanted:
            assert phrase in shown, (name, phrase)


def _plain(made: Any) -> Any:
    return made.blocks if hasattr(made, "blocks") else made


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_expert_is_mentioned_and_the_risk_is_no_percentage(language: str) -> None:
    shown = "\n".join(texts(_plain(gallery(language)["card_pending_decline"])))
    assert "<@U0OLEG0001>" in shown if language == "ru" else "<@U0BIA00001>, this one is yours." in shown
    assert "47/100 (38–\u206055)" in shown


@pytest.mark.parametrize(
    ("language", "wanted"),
    [("en", "or <@U0ZOE00001> rules (12 h more)."), ("ru", "иначе решает <@U0ZOE00001> (ещё 12 ч).")],
)
def test_a_holding_policy_names_the_lead(language: str, wanted: str) -> None:
    shown = _even("\n".join(texts(_plain(gallery(language)["card_pending_hold"]))))
    assert wanted in shown


def test_an_expert_who_is_the_lead_is_not_told_of_the_lead() -> None:
    from bot.cards import candidate

    case = f.case()
    alone = replace(case.review, expert=f.ZOE, on_deadline=OnDeadline.HOLD)
    made = candidate.card(replace(case, review=alone), voices("en")[0], now=NOW)
    assert "or it waits 12 h more" in made.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_two_lines_for_the_question(language: str) -> None:
    for name, made in gallery(language).items():
        heads = [b["text"]["text"] for b in _plain(made) if isinstance(b, dict) and b.get("type") == "header"]
        assert all(len(head) <= 60 for head in heads), (name, heads)


@pytest.mark.parametrize(("hours", "said"), [(12, "12 h"), (1.5, "1.5 h"), (24, "24 h")])
def test_the_card_says_how_long_this_house_holds(hours: float, said: str) -> None:
    waits = f.case()
    case = replace(
        waits,
        review=replace(waits.review, on_deadline=OnDeadline.HOLD, rule="high_stakes"),
        hold=timedelta(hours=hours),
    )
    voice = voices("en")[1]
    ended = replace(f.decided(), decision=f.decision(by=By.DEADLINE, basis=Basis.HOLD_ENDED), hold=case.hold)
    for made in (candidate.card(case, voice, now=NOW), candidate.card(ended, voice, now=NOW)):
        assert said in "\n".join(texts(_plain(made)))
    assert said in lists.otherwise(case, voice)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_digest_names_the_window_that_the_desk_means(language: str) -> None:
    hours = round(see.OBJECT_WINDOW / timedelta(hours=1))
    said = _even(voices(language)[1].t("digest.object_until", until=""))
    assert re.findall(r"\d+ [hч]", said) in ([f"{hours} h"], [f"{hours} ч"])


@pytest.mark.parametrize(("risk", "named"), [(0.39, False), (0.4, True), (0.9, True)])
def test_details_name_the_line_that_the_risk_has_crossed(risk: float, named: bool) -> None:
    case = f.case(f.declines(risk=risk, risk_low=risk, risk_high=risk))
    shown = "\n".join(texts(rationale.details(case, voices("en")[1], now=NOW)))
    assert ("The AI declines from 40/100." in shown) is named


def test_an_objection_that_has_been_followed_offers_no_reverse() -> None:
    objection = f.judgement(how=How.DISSENT)
    done = replace(f.decided(), decision=f.decision(by=f.ZOE, basis=Basis.LEAD, verdict=objection.verdict))
    made = notice.dissent(done, objection, voices("en")[1], reader_is_lead=True)
    assert ids.REVERSE not in str(made.blocks)
    open_to_it = replace(done, decision=f.decision(verdict=objection.verdict.opposite))
    made = notice.dissent(open_to_it, objection, voices("en")[1], reader_is_lead=True)
    assert f"rv_7Q2K:3:{objection.verdict.value}" in str(made.blocks)
