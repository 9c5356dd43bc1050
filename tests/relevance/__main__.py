"""`python -m tests.relevance`: nDCG@10 and recall@10 of ways to search the invented archive, for docs/search.md."""

from __future__ import annotations

import argparse
import functools
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.relevance.archive import Question, language_of, questions
from tests.relevance.measure import FIRST, mean, ndcg, recall
from tests.relevance.ways import Search, ways

say = functools.partial(print, flush=True)
_OTHER = {"en": "ru", "ru": "en"}


def figures(search: Search, asked: Sequence[Question]) -> tuple[float, float, float, float]:
    """Gain (nDCG) and recall in the question's own language, recall of threads in the other, nDCG of all."""
    own_ndcg, own_recall, across, every = [], [], [], []
    for question in asked:
        ranked = search(question.text)
        every.append(ndcg(ranked, question.grades))
        language = None if question.language == "mixed" else question.language
        own = question.graded(language)
        mine = [one for one in ranked if language in (None, language_of(one))]
        own_ndcg.append(ndcg(mine, own))
        own_recall.append(recall(mine, own))
        others = question.graded(_OTHER[language]) if language else {}
        if others:
            across.append(recall(ranked, others))
    return mean(own_ndcg), mean(own_recall), mean(across), mean(every)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.relevance", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--worst", metavar="WAY", help="the questions that this way answers worst, held out ones apart")
    parser.add_argument("--way", action="append", help="only these ways")
    arguments = parser.parse_args()
    asked = questions()
    groups = {
        "tuned on": [q for q in asked if not q.held_out],
        "held out": [q for q in asked if q.held_out],
        "all": list(asked),
    }
    with tempfile.TemporaryDirectory() as folder:
        made = ways(Path(folder))
        if arguments.worst:
            _worst(made[arguments.worst], groups["tuned on"])
            return
        say(f"{'':34}{'':9} nDCG@{FIRST}  recall@{FIRST}  across: recall@{FIRST}  both: nDCG@{FIRST}")
        for way, search in made.items():
            if arguments.way and way not in arguments.way:
                continue
            for group, some in groups.items():
                own, kept, across, every = figures(search, some)
                say(f"{way:34}{group:9} {own:7.3f}  {kept:9.3f}  {across:17.3f}  {every:13.3f}")


def _worst(search: Search, asked: Sequence[Question]) -> None:
    for question in sorted(asked, key=lambda q: ndcg(search(q.text), q.grades))[:45]:
        ranked = search(question.text)
        say(f"{ndcg(ranked, question.grades):.2f}  {question.text}  [{question.kind}]")
        say("      ", " ".join(f"{one}:{question.grades.get(one, 0)}" for one in ranked[:FIRST]))
        say("  lost ", " ".join(one for one in question.grades if one not in ranked[:FIRST]))


if __name__ == "__main__":
    main()
