"""`handoff candidates`: a campaign's candidates in order, each with its reason."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer

from bot import reading
from bot.cards import ranked as cards
from bot.cards import words
from bot.cli.console import out
from bot.cli.needs import desk, voice
from bot.core.types import Whose
from bot.desk import ranked, see


def candidates(
    key: Annotated[str, typer.Argument(help="the campaign's key")],
    as_json: Annotated[bool, typer.Option("--json", help="for machines: an array, best first")] = False,
) -> None:
    """A campaign's candidates in the AI's order, whatever their route, each with its reason in one line.

    Example: handoff candidates aurora --json
    """
    with desk() as at:
        found = ranked.whole(at, key)
        lines = {line.review_id: line for line in see.all_lines(at, key)}
    if as_json:
        plain = [
            {
                "place": place, **reading.line_json(lines[case.review.id]),
                "match": case.recommendation.match, "risk": round(case.recommendation.risk, 4),
                "confident": case.recommendation.sure,
                "whose": (Whose.THEIRS if case.recommendation.theirs else Whose.OURS).value,
                "model": case.recommendation.model,
                "reason": words.bare(cards.reason(case, voice())),
            }
            for place, case in enumerate(found.cases, 1)
        ]  # fmt: skip
        sys.stdout.write(json.dumps(plain, ensure_ascii=False, indent=2) + "\n")
        return
    for place, case in enumerate(found.cases, 1):
        name = " ".join(case.candidate.name.split())
        head = f"{place:4}  {case.recommendation.verdict.value:7}  {name}  {case.review.id}"
        said = ", ".join((words.ai_numbers(case.recommendation, voice()), cards.reason(case, voice())))
        stands = f"{case.review.route.value}, {words.lower_first(words.bare(cards.stands(case, voice())))}"
        out.print(f"{head}  {words.bare(said)}  ({stands})", highlight=False, markup=False)
    if not found.cases:
        out.print("No candidates yet: handoff import FILE --campaign KEY", highlight=False)
