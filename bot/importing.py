"""Reading a candidate file from disk: size first, then the bytes, then the desk, with a progress bar."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from bot.core.candidate_file import FileTooLarge, read_mapping
from bot.core.errors import NotFound
from bot.desk.desk import Desk
from bot.desk.intake import ImportReport, take_in


def import_file(
    desk: Callable[[], AbstractContextManager[Desk]],
    console: Console,
    file: Path,
    *,
    campaign: str,
    platform: str | None,
    market: str | None,
    mapping: Path | None,
    limit: int | None,
    dry_run: bool,
    max_mb: int,
) -> ImportReport:
    """Import a file. Raises NotFound('file'), CandidateFileError and what the desk raises; then nothing was written."""
    data = read_bytes(file, max_mb)
    overrides = read_mapping(read_bytes(mapping, 1)) if mapping is not None else None
    columns = (TextColumn("Scoring"), BarColumn(), MofNCompleteColumn())
    with desk() as at, Progress(*columns, console=console, transient=True) as progress:
        shown = progress.add_task("rows", total=None)

        def step(done: int, total: int) -> None:
            if done % 50 == 0 or done == total:
                progress.update(shown, completed=done, total=total)

        return take_in(
            at, data, file_name=file.name, campaign=campaign, platform=platform, market=market, limit=limit,
            overrides=overrides, dry_run=dry_run, max_bytes=max_mb * 1_000_000, on_progress=step,
        )  # fmt: skip


def read_bytes(file: Path, max_mb: int) -> bytes:
    if not file.is_file():
        raise NotFound("file", file=str(file))
    size, limit = file.stat().st_size, max_mb * 1_000_000
    if size > limit:
        raise FileTooLarge(None, unit="bytes", size=size, limit=limit)
    return file.read_bytes()
