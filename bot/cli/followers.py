"""`handoff train fake-followers` and `handoff score fake-followers`: the model that judges followers, and its use."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.console import err, out
from bot.cli.needs import settings
from bot.core.errors import Invalid, NotFound

if TYPE_CHECKING:
    from bot.core.follower_rows import FollowerList
    from scoring.fake_followers import FakeShare, FollowerModel
    from scoring.follower_training import Source

train_app = typer.Typer(help="Fit a model on labelled data.", no_args_is_help=True)
score_app = typer.Typer(help="Apply a model to a list.", no_args_is_help=True)

_SHOWN = 5
_COLUMNS = ("probability", "fake")
_WHY = {
    "unreadable": "is no number",
    "negative": "is below zero",
    "not_yes_or_no": "is neither yes nor no",
    "share": "is no share from 0 to 1",
    "digits": "digits are more than the username is long",
    "too_many_cells": "stands beyond the last header: nothing in this row is used",
}


@train_app.command("fake-followers")
def train_fake_followers(
    data: Annotated[list[Path], typer.Argument(help="the csv forms of the published sets, or a folder of them")],
    model: Annotated[Path, typer.Option(help="where the model goes (JSON)")] = Path("fake-followers.json"),
    card: Annotated[Path, typer.Option(help="where its model card goes")] = Path("fake-followers-card.md"),
) -> None:
    """Fit the fake-follower model, measure it on the sources that it has not seen, and write both down.

    Reads ijece.csv, instagram_576.csv and instafake.csv, recognised by their headers. About a minute.

    Example: handoff train fake-followers data/fake_followers --model model.json --card model-card.md
    """
    from bot.clock import system_clock
    from scoring.fake_followers import COLUMNS
    from scoring.follower_card import TRUTHS, card_of
    from scoring.follower_training import train, transfers

    sources = _sources(data)
    for target in (model, card):
        target.open("a", encoding="utf-8").close()  # a folder that is not there is said before a minute has passed
    for source in sources:
        out.print(f"{source.name}: {len(source.fake):,} followers, {sum(source.fake):,} fake", highlight=False)
    plain = train(sources, trained=system_clock().date().isoformat())
    found = transfers(sources, TRUTHS)
    for one in found:
        if one.columns == COLUMNS and not one.quiet:
            f = one.figures
            out.print(
                f"trained on {one.seen}, tested on {one.target}, {f.truth:.0%} fake: PR-AUC {f.pr_auc:.3f}, "
                f"Brier {f.brier:.3f}, share {f.share:.1%} ({f.low:.1%} to {f.high:.1%})",
                highlight=False, markup=False,
            )  # fmt: skip
    _write(model, json.dumps(plain, separators=(",", ":")) + "\n")
    _write(card, card_of(plain, found))
    out.print(f"Model {plain['name']} in {model}, its card in {card}. SHA-256 {plain['sha256']}", highlight=False)
    out.print(f"Try it: handoff score fake-followers FILE.csv --out OUT.csv --model {model}", highlight=False)


@score_app.command("fake-followers")
def score_fake_followers(
    file: Annotated[Path, typer.Argument(help="CSV, one follower per row")],
    to: Annotated[Path, typer.Option("--out", help="the same list with a probability and a yes or no per row")],
    model: Annotated[
        Path | None, typer.Option(help="a model of your own; else the one that comes with Handoff")
    ] = None,
) -> None:
    """Say how many of a list of followers are fake, each one's probability to be, and whom that share calls so.

    Columns, in any order, any of them missing: posts, followers, following, has_profile_picture, is_private, username
    (or username_length and username_digits), bio_length. The list written has two more: probability, and fake (yes or
    no), which calls as many rows fake as the share says, the likeliest first.

    Example: handoff score fake-followers followers.csv --out scored.csv
    """
    from bot.core.follower_rows import read_followers
    from scoring.fake_followers import fake_share

    chosen = _model(model)
    if to.exists() and file.exists() and to.samefile(file):
        raise Invalid("follower_out", file=str(to))
    most = settings().max_file_mb * 1_000_000
    read = read_followers(_bytes(file, most), max_bytes=most)
    found = fake_share(read.followers, chosen)
    _write(to, _scored(read, found))
    _tell(read, found)
    out.print(f"Written to {to}", highlight=False, markup=False)


def _sources(paths: list[Path]) -> list[Source]:
    from bot.core.follower_rows import read_labelled
    from scoring.follower_training import Source

    found: dict[str, Source] = {}
    most = settings().max_file_mb * 1_000_000
    files = [one for path in paths for one in (sorted(path.glob("*.csv")) if path.is_dir() else [path])]
    if not files:
        raise NotFound("file", file=str(paths[0] / "*.csv"))
    for file in files:
        data = _bytes(file, most)
        read = read_labelled(data, file=file.name, max_bytes=most)
        if read.form in found:
            raise Invalid("follower_twice", file=file.name, form=read.form)
        about = {"file": file.name, "sha256": hashlib.sha256(data).hexdigest()}
        found[read.form] = Source(read.form, read.followers, read.fake, about)
    return sorted(found.values(), key=lambda source: source.name)


def _model(path: Path | None) -> FollowerModel:
    from scoring.fake_followers import ModelFault, read_model, shipped_model

    try:
        return shipped_model() if path is None else read_model(_bytes(path, 10_000_000))
    except ModelFault as fault:
        file = "fake_followers.json" if path is None else path.name
        raise Invalid("follower_model", file=file) from fault


def _bytes(file: Path, most: int) -> bytes:
    from bot.core.csv_text import FileTooLarge

    if not file.is_file():
        raise NotFound("file", file=str(file))
    if (size := file.stat().st_size) > most:
        raise FileTooLarge(None, unit="bytes", size=size, limit=most)
    return file.read_bytes()


def _scored(read: FollowerList, found: FakeShare) -> str:
    """The list as it came, with two columns more; no cell that a spreadsheet would run."""
    from bot.account import inert

    names = [name if name not in read.headers else f"handoff_{name}" for name in _COLUMNS]
    width = max([len(read.headers), *map(len, read.records)])
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*map(inert, read.headers), *[""] * (width - len(read.headers)), *names])
    for cells, chance, fake in zip(read.records, found.probabilities, found.called, strict=True):
        said = f"{chance:.4f}", "yes" if fake else "no"
        writer.writerow([*map(inert, cells), *[""] * (width - len(cells)), *said])
    return text.getvalue()


def _tell(read: FollowerList, found: FakeShare) -> None:
    for bad in read.bad[:_SHOWN]:
        where = f"line {bad.line}" + (f", {bad.column}" if bad.column else "")
        err.print(f"{where}: “{bad.value[:40]}” {_WHY[bad.code]}, counted as missing", highlight=False, markup=False)
    if len(read.bad) > _SHOWN:
        err.print(f"… and {len(read.bad) - _SHOWN:,} more such cells.", highlight=False)
    used = ", ".join(name if name == header else f"{name} (“{header}”)" for name, header in read.used.items())
    out.print(f"Read: {used}", highlight=False, markup=False)
    if found.judged < len(read.followers):
        rest = len(read.followers) - found.judged
        out.print(f"Of {rest:,} nothing is known: they carry the share as their probability.", highlight=False)
    out.print(
        f"Fake: {found.share:.1%} of {found.judged:,} followers (95% interval {found.low:.1%} to {found.high:.1%}), "
        f"model {found.model}",
        highlight=False, markup=False,
    )  # fmt: skip


def _write(path: Path, text: str) -> None:
    """All of it or nothing: a list that is half written looks like a short one."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
