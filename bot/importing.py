"""Reading a candidate file from disk: size first, then the bytes, then the desk, with a progress bar."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from bot.core.candidate_file import FileTooLarge, read_mapping
from bot.core.errors import NotFound
from bot.core.follower_rows import read_followers
from bot.desk.desk import Desk
from bot.desk.intake import ImportReport, NumbersOf, take_in
from scoring.fake_followers import Follower


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
    samples: Samples | None = None,
    numbers: NumbersOf | None = None,
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
            followers_of=None if samples is None else samples.of, numbers_of=numbers,
        )  # fmt: skip


class Samples:
    """Samples of creators' followers in a folder: `lia.prado.csv` holds some of @lia.prado's, one per row.

    Raises NotFound('file') when there is no such folder; `of` raises what reading a list of followers raises.
    """

    def __init__(self, folder: Path, max_mb: int) -> None:
        if not folder.is_dir():
            raise NotFound("file", file=str(folder))
        self._files = {file.stem.casefold().lstrip("@"): file for file in sorted(folder.glob("*.csv"))}
        self._max_mb = max_mb
        self._used: set[str] = set()
        self.bad: dict[str, int] = {}
        """File name -> cells in it that could not be read."""

    def of(self, handle: str) -> Sequence[Follower]:
        """The followers of a handle that are known; none where there is no file of that name."""
        key = handle.casefold().lstrip("@")
        file = self._files.get(key)
        if file is None:
            return ()
        self._used.add(key)
        read = read_followers(read_bytes(file, self._max_mb), max_bytes=self._max_mb * 1_000_000)
        if read.bad:
            self.bad[file.name] = len(read.bad)
        return read.followers

    @property
    def unused(self) -> list[str]:
        """Names of files that belong to nobody in the list."""
        return [file.name for key, file in self._files.items() if key not in self._used]


def read_bytes(file: Path, max_mb: int) -> bytes:
    if not file.is_file():
        raise NotFound("file", file=str(file))
    size, limit = file.stat().st_size, max_mb * 1_000_000
    if size > limit:
        raise FileTooLarge(None, unit="bytes", size=size, limit=limit)
    return file.read_bytes()
