"""`handoff retrain` and `handoff models`: learning from answers and outcomes, and what becomes of what was learned."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.console import out
from bot.cli.needs import desk
from bot.desk import models
from bot.desk.models import Seen
from scoring.types import Target

if TYPE_CHECKING:
    from bot.core.compared import Score
    from bot.desk.learn import Learnt

models_app = typer.Typer(help="Learned models: which recommend, which are tried in shadow.", no_args_is_help=True)

_WHY = {
    "few_labels": "too few labels to learn from: at least 20 are needed",
    "one_class": "nearly all labels say the same: at least 5 of each kind are needed",
    "no_better": "nothing that was learned predicts better than the scorecard on cases that it had not seen",
}


def retrain(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="learn and compare, keep nothing")] = False,
    to: Annotated[Path | None, typer.Option("--out", help="also write what was learned (JSON)")] = None,
    target: Annotated[Target | None, typer.Option(help="only this one", case_sensitive=False)] = None,
) -> None:
    """Learn from decisions and outcomes. What is better than the scorecard goes into shadow; nothing is switched on.

    Example: handoff retrain --out models.json
    """
    from bot.desk import learn

    if to is not None:
        to.open("a", encoding="utf-8").close()  # a folder that is not there is said before anything is learned
    with desk() as at:
        made = learn.retrain(at, None, (target,) if target else tuple(Target), dry_run=dry_run)
    for one in made:
        _tell(one, dry_run=dry_run)
    if to is not None:
        plain = {one.target.value: json.loads(one.model.to_json()) for one in made if one.reason == "learned"}
        to.write_text(json.dumps(plain, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        out.print(f"Written to {to}: {', '.join(plain) or 'nothing was learned'}.", highlight=False, markup=False)


@models_app.command("list")
def models_list(as_json: Annotated[bool, typer.Option("--json", help="for machines")] = False) -> None:
    """Every model that was ever learned, the newest first, and what each in shadow would have said.

    Example: handoff models list
    """
    with desk() as at:
        every = models.every(at)
    if as_json:
        _print_json([_plain(seen) for seen in every])
        return
    for seen in every:
        model = seen.model
        tried = f", would have turned {seen.differs:,} of {seen.tried:,} candidates" if seen.tried else ""
        said = f"{model.name:10}  {model.state.value:8}  {model.labels:,} labels  {model.made_at:%Y-%m-%d}{tried}"
        out.print(said, highlight=False, markup=False)
    if not every:
        out.print("No learned model yet: the scorecard recommends. handoff retrain learns.", highlight=False)


@models_app.command("show")
def models_show(
    name: str, as_json: Annotated[bool, typer.Option("--json", help="the model itself, for machines")] = False
) -> None:
    """One model: what it was learned from, how it did on cases that it had not seen, and what moves it most.

    Example: handoff models show fraud-1
    """
    with desk() as at:
        seen = models.one(at, name)
        opened = models.opened(seen.model)
    if as_json:
        _print_json(_plain(seen) | {"model": json.loads(seen.model.text)})
        return
    model = seen.model
    out.print(f"{model.name}: {model.state.value}, SHA-256 {model.sha256}", highlight=False, markup=False)
    out.print(_labels(model.card["labels"]), highlight=False, markup=False)
    _tell_held_out(model.card.get("held_out"))
    heaviest = sorted(zip(opened.names, opened.delta, strict=True), key=lambda pair: -abs(pair[1]))[:8]
    out.print("Log-odds per unit: " + ", ".join(f"{name} {delta:+.2f}" for name, delta in heaviest), highlight=False)


@models_app.command("theirs")
def models_theirs(as_json: Annotated[bool, typer.Option("--json", help="for machines")] = False) -> None:
    """Our AI beside your own, where candidates came with its verdict: who agrees, who was right.

    Example: handoff models theirs
    """
    from bot.desk import learn

    with desk() as at:
        found = learn.compared_with_theirs(at)
    if as_json:
        _print_json(asdict(found))
        return
    if not found.cases:
        out.print("No decided candidate came with a verdict of your own AI (ai_verdict).", highlight=False)
        return
    ours, theirs = found.proceed
    out.print(
        f"{found.cases:,} decided candidates with both verdicts: {found.agree:,} alike. "
        f"Proceed: ours {ours:,}, yours {theirs:,}.", highlight=False,
    )  # fmt: skip
    _tell_right("By what became of the deals", found.outcomes)
    _tell_right("By what people answered, no outcome known", found.experts)
    _tell_right("  of them, not having seen our call", found.blind)
    markets = ", ".join(f"{market} {same:,} of {count:,}" for market, (count, same) in found.markets.items())
    out.print(f"Alike by market: {markets}", highlight=False, markup=False)


def _tell_right(what: str, score: Score) -> None:
    said = (
        f"{what}: {score.cases:,}, both right {score.both:,}, only ours {score.ours:,}, only yours {score.theirs:,}, "
        f"neither {score.neither:,}"
        if score.cases
        else f"{what}: nothing yet"
    )
    out.print(said, highlight=False, markup=False)


@models_app.command("promote")
def models_promote(name: str) -> None:
    """Let it recommend from the next import on; the one before it is retired and can be promoted again.

    Example: handoff models promote fraud-1
    """
    with desk() as at:
        model = models.promote(at, name, None)
    out.print(f"{model.name} recommends from now on. Back: handoff models reject {model.name}", highlight=False)


@models_app.command("reject")
def models_reject(name: str) -> None:
    """It will not recommend, or not any more: then the scorecard does.

    Example: handoff models reject fraud-1
    """
    with desk() as at:
        model = models.reject(at, name, None)
    out.print(f"{model.name} is rejected.", highlight=False, markup=False)


def _tell(one: Learnt, *, dry_run: bool) -> None:
    out.print(f"{one.target.value}: {_labels(one.labels)}", highlight=False, markup=False)
    if one.reason != "learned":
        out.print(f"  It stays as it is: {_WHY[one.reason]}.", highlight=False, markup=False)
        return
    _tell_held_out(one.held_out)
    if dry_run:
        out.print("  Nothing kept (--dry-run).", highlight=False, markup=False)
        return
    out.print(f"  {one.model.name} is in shadow: it says beside the active one what it would.", highlight=False)
    out.print(f"  Next: handoff models promote {one.model.name}, or reject {one.model.name}", highlight=False)


def _labels(counted: Mapping[str, int]) -> str:
    return (
        f"{counted['all']:,} labels, {counted['true']:,} true ({counted['outcomes']:,} outcomes, "
        f"{counted['blind']:,} blind judgements, {counted['shown']:,} judgements that had seen the AI's call)"
    )


def _tell_held_out(tested: Mapping[str, Any] | None) -> None:
    if tested is None:
        out.print("  Too few labels to keep some unseen: how well it does is not known.", highlight=False)
        return
    out.print(f"  On the latest {tested['all']:,} labels (since {tested['since']}), unseen:", highlight=False)
    for who, said in tested["figures"].items():
        numbers = ", ".join(
            f"{name} {_number(said[key])}"
            for name, key in (
                ("AUC", "auc"), ("PR-AUC", "pr_auc"), ("Brier", "brier"), ("calibration error", "calibration_error"),
            )
        )  # fmt: skip
        out.print(f"    {who:10} {numbers}", highlight=False, markup=False)
    markets = ", ".join(
        f"{market} {count['changed']:,} of {count['cases']:,}" for market, count in tested["markets"].items()
    )
    out.print(
        f"  Decided differently: {tested['changed_count']:,} of {tested['all']:,} ({markets})",
        highlight=False, markup=False,
    )  # fmt: skip


def _number(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.3f}"


def _plain(seen: Seen) -> dict[str, Any]:
    model = seen.model
    return {
        "id": model.id, "name": model.name, "target": model.target.value, "state": model.state.value,
        "labels": model.labels, "sha256": model.sha256, "card": dict(model.card),
        "made_at": model.made_at.isoformat(timespec="seconds"), "made_by": model.made_by,
        "changed_at": model.changed_at.isoformat(timespec="seconds"), "changed_by": model.changed_by,
        "tried": seen.tried, "differs": seen.differs,
    }  # fmt: skip


def _print_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")
