"""The command line: thin commands over the desk; the only place besides the edge that turns errors into sentences."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.console import Console

from bot import reading
from bot.core.countries import parse_country
from bot.core.durations import parse_duration
from bot.core.errors import HandoffError, Invalid
from bot.core.types import Campaign, DecisionType, OnDeadline, Role, Stakes
from bot.desk import members, see
from bot.desk.desk import Desk
from bot.desk.opening import open_desk
from bot.i18n.catalog import Voice, error_text, voice_for
from bot.settings import Settings
from scoring.types import Tier

app = typer.Typer(
    name="handoff",
    help="Asynchronous expert handoffs in Slack: the AI proposes, a local expert answers, the deadline decides.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)
member_app = typer.Typer(help="People and their roles.", no_args_is_help=True)
campaign_app = typer.Typer(help="Campaigns: what is looked for, by when, and who owns it.", no_args_is_help=True)
trust_app = typer.Typer(help="Referrers whose word speeds a candidate up.", no_args_is_help=True)
review_app = typer.Typer(help="Candidates and where they stand.", no_args_is_help=True)
for name, sub in (("member", member_app), ("campaign", campaign_app), ("trust", trust_app), ("review", review_app)):
    app.add_typer(sub, name=name)

out = Console(soft_wrap=True)
err = Console(stderr=True, soft_wrap=True)


class Platform(StrEnum):
    INSTAGRAM = "instagram"
    YOUTUBE = "youtube"
    TIKTOK = "tiktok"


class Locale(StrEnum):
    EN = "en"
    RU = "ru"


def voice() -> Voice:
    """How the command line speaks: English, in UTC."""
    return voice_for("en", "UTC", None, personal=True)


def settings() -> Settings:
    """What the environment says. Raises Invalid naming the variable that cannot be read."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "HANDOFF_" + "_".join(str(p) for p in first["loc"]).upper()
        raise Invalid("setting", name=name, said=first["msg"]) from None


@contextmanager
def desk() -> Iterator[Desk]:
    opened = open_desk(settings())
    try:
        yield opened
    finally:
        opened.close()


def _markets(texts: list[str]) -> tuple[str, ...]:
    found = []
    for text in texts:
        iso = parse_country(text)
        if iso is None:
            raise Invalid("market_unknown", field="market", value=text)
        found.append(iso)
    return tuple(dict.fromkeys(found))


@member_app.command("add")
def member_add(
    user: Annotated[str, typer.Argument(help="Slack user id, U…")],
    role: Annotated[
        Role, typer.Option(help="expert answers for a market, marketer owns campaigns, lead sets the rules")
    ],
    market: Annotated[list[str] | None, typer.Option(help="for experts: BR, or Brazil; may be repeated")] = None,
    name: Annotated[str | None, typer.Option(help="until Slack tells us")] = None,
) -> None:
    """Give somebody a role.

    Example: handoff member add U123 --role expert --market BR
    """
    with desk() as at:
        for iso in _markets(market or []) or (None,):
            new = members.add(at, user, role, iso, name)
            said = f"{user} is {role.value}" + (f" for {voice().market(iso)}" if iso and role is Role.EXPERT else "")
            out.print(said + ("." if new else " already."), highlight=False)


@member_app.command("list")
def member_list() -> None:
    """Who has which role.

    Example: handoff member list
    """
    with desk() as at:
        for member in see.everybody(at):
            roles = ", ".join(r.value + (f" {m}" if m else "") for r, m in member.roles)
            out.print(f"{member.id}  {member.name}  {roles or 'no role'}", highlight=False, markup=False)


@member_app.command("remove")
def member_remove(
    user: str, role: Annotated[Role, typer.Option()], market: Annotated[str | None, typer.Option()] = None
) -> None:
    """Take a role away; what waits for the person goes to others.

    Example: handoff member remove U123 --role expert --market BR
    """
    with desk() as at:
        moved = members.remove(at, user, role, _markets([market])[0] if market else None)
        out.print(f"{user} is no longer {role.value}; {moved:,} open reviews went to others.", highlight=False)


@trust_app.command("add")
def trust_add(name: str) -> None:
    """Trust a referrer: candidates that the AI likes and this person referred take the fast track.

    Example: handoff trust add "Nina Orlova"
    """
    with desk() as at:
        new = members.trust(at, name)
        out.print(f"{name} is trusted" + ("." if new else " already."), highlight=False, markup=False)


@campaign_app.command("add")
def campaign_add(
    key: Annotated[str, typer.Argument(help="short, for commands: aurora-summer")],
    name: Annotated[str, typer.Option(help="as people call it")],
    market: Annotated[list[str], typer.Option(help="BR; may be repeated")],
    channel: Annotated[str, typer.Option(help="Slack channel id, C…")],
    owner: Annotated[str, typer.Option(help="the marketer, Slack user id")],
    type_: Annotated[DecisionType, typer.Option("--type")] = DecisionType.PARTNERSHIP,
    stakes: Annotated[Stakes, typer.Option()] = Stakes.MEDIUM,
    category: Annotated[list[str] | None, typer.Option(help="may be repeated")] = None,
    min_audience: Annotated[float | None, typer.Option(help="least audience in the markets, percent")] = None,
    avoid: Annotated[list[str] | None, typer.Option(help="a word that rules a creator out; may be repeated")] = None,
    tier: Annotated[list[Tier] | None, typer.Option(help="follower tier that the brief asks for")] = None,
    fee_line: Annotated[float | None, typer.Option(help="a fee above this makes the stakes high")] = None,
    deadline: Annotated[str, typer.Option(help="90m, 48h, 3d")] = "48h",
    on_deadline: Annotated[
        OnDeadline | None, typer.Option(help="default: hold at high stakes, else follow the AI")
    ] = None,
    budget: Annotated[float | None, typer.Option(help="the most for one creator")] = None,
    currency: Annotated[str, typer.Option()] = "EUR",
    locale: Annotated[Locale, typer.Option(help="the channel's language")] = Locale.EN,
) -> None:
    """Open a campaign.

    Example: handoff campaign add aurora --name "Aurora Summer" --market BR --channel C123 --owner U123 --budget 4500
    """
    campaign = Campaign(
        key=key, name=name, markets=_markets(market), channel=channel, owner=owner, type=type_, stakes=stakes,
        categories=tuple(category or ()), min_audience=None if min_audience is None else min_audience / 100,
        avoid=tuple(avoid or ()), tiers=tuple(tier or ()), fee_line=fee_line, budget=budget,
        currency=currency.upper(), window=parse_duration(deadline), on_deadline=on_deadline, locale=locale.value,
    )  # fmt: skip
    with desk() as at:
        members.add_campaign(at, campaign)
        out.print(f"Campaign {key} is open. Next: handoff import FILE --campaign {key}", highlight=False, markup=False)
        experts = {m for person in see.everybody(at) if person.active for m in person.markets}
        for iso in campaign.markets:
            if iso not in experts:
                out.print(
                    f"Nobody reviews {voice().market(iso)} yet: handoff member add U… --role expert --market {iso}"
                )


@campaign_app.command("list")
def campaign_list() -> None:
    """The campaigns there are.

    Example: handoff campaign list
    """
    with desk() as at:
        for c in see.every_campaign(at):
            out.print(
                f"{c.key}  {c.name}  {', '.join(c.markets)}  {c.channel}  {c.owner}", highlight=False, markup=False
            )


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV as you have it: any header names, any order")],
    campaign: Annotated[str, typer.Option(help="the campaign's key")],
    platform: Annotated[Platform | None, typer.Option(case_sensitive=False, help="fills blanks only")] = None,
    market: Annotated[str | None, typer.Option(help="fills blanks only")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="read at most so many rows")] = None,
    mapping: Annotated[
        Path | None, typer.Option(help="file of lines `column = field`, when a column is read wrongly")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="show what would happen, write nothing")] = False,
    report: Annotated[Path | None, typer.Option(help="write what became of every row")] = None,
) -> None:
    """Bring candidates in: read, score, route, and put the best on people's desks.

    Example: handoff import list.csv --campaign aurora --market BR --report account.csv
    """
    from bot import account
    from bot.importing import import_file

    if report is not None:
        report.open("a", encoding="utf-8").close()  # a folder that is not there is said before anything is imported
    made = import_file(
        desk, err, file, campaign=campaign, platform=platform and platform.value, mapping=mapping, limit=limit,
        dry_run=dry_run, market=_markets([market])[0] if market else None, max_mb=settings().max_file_mb,
    )  # fmt: skip
    account.show(out, made, voice(), dry_run=dry_run)
    if report is not None:
        account.write(report, made, voice())


@review_app.command("list")
def review_list(
    campaign: Annotated[str | None, typer.Option()] = None,
    as_json: Annotated[bool, typer.Option("--json", help="for machines: an array, one object per candidate")] = False,
) -> None:
    """Every candidate with its route, its state and whose name is on it.

    Example: handoff review list --campaign aurora --json
    """
    with desk() as at:
        lines = see.all_lines(at, campaign)
    if as_json:
        sys.stdout.write(json.dumps([reading.line_json(line) for line in lines], ensure_ascii=False, indent=2) + "\n")
        return
    for line in lines:
        result = (
            f"{line.decision.value} by {line.decided_by}" if line.decision else f"due {voice().when(line.deadline_at)}"
        )
        said = (
            f"{line.review_id}  {line.market}  {line.route.value:10}  {line.state.value:9}  {line.candidate}  {result}"
        )
        out.print(said, highlight=False, markup=False)
    if not lines:
        out.print("No candidates yet: handoff import FILE --campaign KEY")


@review_app.command("show")
def review_show(review_id: str, as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """One candidate: what the AI said and why, who decided, and everything that happened.

    Example: handoff review show rv_7Q2K0M3XNB --json
    """
    with desk() as at:
        whole, (line,), happened = see.case(at, review_id), see.lines(at, [review_id]), see.history(at, review_id)
    if as_json:
        sys.stdout.write(
            json.dumps(reading.line_json(line) | reading.as_json(whole, happened), ensure_ascii=False, indent=2) + "\n"
        )
    else:
        out.print(reading.as_text(whole, happened, voice()), highlight=False, markup=False)


@review_app.command("withdraw")
def review_withdraw(review_id: str) -> None:
    """Take a candidate back in its campaign owner's name: nobody needs to answer any more.

    Example: handoff review withdraw rv_7Q2K0M3XNB
    """
    from bot.desk.decide import withdraw

    with desk() as at:
        whole = withdraw(at, review_id, see.case(at, review_id).campaign.owner)
        out.print(f"{whole.candidate.name} is withdrawn.", highlight=False, markup=False)


@app.command()
def status(as_json: Annotated[bool, typer.Option("--json", help="for machines")] = False) -> None:
    """Counts by state and route, the next deadline, what is still to be sent. Exit code 0 when the database answers.

    Example: handoff status --json
    """
    with desk() as at:
        found = see.status(at)
    if as_json:
        sys.stdout.write(json.dumps(found, indent=2) + "\n")
        return
    states = ", ".join(f"{n:,} {state}" for state, n in found["reviews"]["by_state"].items() if n) or "no reviews yet"
    out.print(f"Reviews: {states}; {found['open']:,} open, {found['queued']:,} queued", highlight=False)
    out.print(
        f"Next deadline: {found['next_deadline'] or 'none'}; outbox: {found['outbox']['depth']:,} to send",
        highlight=False,
    )


@app.command()
def doctor() -> None:
    """Say in plain words what is missing: token, scope, channel membership, people, migration.

    Example: SLACK_BOT_TOKEN=xoxb-… SLACK_APP_TOKEN=xapp-… handoff doctor
    """
    from bot.doctor import examine

    async def look() -> bool:
        good = True
        async for finding in examine(settings()):
            good = good and finding.good
            out.print(("ok    " if finding.good else "MISSING  ") + finding.what, highlight=False, markup=False)
            if finding.advice:
                out.print("      " + finding.advice, highlight=False, markup=False)
        return good

    if not asyncio.run(look()):
        raise typer.Exit(1)
    out.print("All is well: handoff run", highlight=False)


@app.command()
def run() -> None:
    """Connect to Slack (Socket Mode) and work until stopped. Needs SLACK_BOT_TOKEN and SLACK_APP_TOKEN.

    Example: SLACK_BOT_TOKEN=xoxb-… SLACK_APP_TOKEN=xapp-… handoff run
    """
    from bot import app as product
    from bot.log import configure

    known = settings()
    configure(known.log_level)
    asyncio.run(product.run(product.build(known)))


@app.command()
def demo(
    port: Annotated[int, typer.Option(help="where the local workspace listens; 0 takes any")] = 8400,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="open the page")] = True,
) -> None:
    """Try everything without a Slack account: a local workspace in your browser, furnished.

    Example: handoff demo --port 8500 --no-browser
    """
    from bot.log import configure
    from bot.sandbox.demo import serve

    configure("WARNING")
    asyncio.run(serve(port=port, browser=browser, say=lambda text: out.print(text, highlight=False)))


def main() -> None:
    """Run a command; what Handoff refuses becomes a sentence and exit code 1, never a stack trace."""
    try:
        app(standalone_mode=True)
    except HandoffError as error:
        err.print(error_text(voice(), error), style="red", highlight=False, markup=False)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(0)
    except OSError as error:
        logging.getLogger(__name__).debug("failed", exc_info=True)
        err.print(f"{error.strerror or error}: {error.filename or ''}", style="red", highlight=False, markup=False)
        sys.exit(1)


if __name__ == "__main__":
    main()
