"""The page in a real browser, on a phone and a desktop, against the real local workspace and a real Bolt app."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Locator, Page, async_playwright, expect
from slack_bolt.async_app import AsyncApp

from bot.sandbox.server import PAGE, Server
from tests.sandbox.sandbox_rig import (
    ANA,
    BEN,
    ELSEWHERE,
    HERE,
    OLD,
    STRANGER,
    actions,
    bolt,
    button,
    connected,
    field,
    modal,
    options,
    plain,
    served,
    text_field,
)

Json = dict[str, Any]
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]
expect.set_options(timeout=15_000)

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
DESKTOP = {"viewport": {"width": 1280, "height": 800}}
#: The workspace's clock stands at 9:00 UTC, which is 6:00 for Ana.
NOON = int(datetime(2026, 3, 2, 12, 0, tzinfo=UTC).timestamp())


async def until(found: Callable[[], bool]) -> None:
    """The page and the app hear of an acknowledgement in either order."""
    async with asyncio.timeout(10):
        while not found():  # noqa: ASYNC110 - what a listener notes has no event
            await asyncio.sleep(0.01)


class Desk:
    """A browser in front of a served workspace."""

    def __init__(self, server: Server, browser: Browser, stack: AsyncExitStack) -> None:
        self.server, self.browser, self.stack = server, browser, stack
        self.contexts: list[BrowserContext] = []
        self.complaints: list[str] = []

    @property
    def ws(self) -> Any:
        return self.server.workspace

    async def open(self, where: str = "", **context: Any) -> Page:
        made = await self.browser.new_context(**(context or DESKTOP))
        self.contexts.append(made)
        page = await made.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda line: line.type == "error" and self.complaints.append(line.text))
        page.on("request", self._at_home)
        await page.goto(f"{self.server.page_url}{where}")
        return page

    def _at_home(self, request: Any) -> None:
        if not request.url.startswith((self.server.page_url, "data:")):
            self.complaints.append(f"asked {request.url}")

    def say(self, text: str = "Hello", *blocks: Json, channel: str = HERE, **more: Any) -> str:
        return str(self.ws.post(channel, self.ws.bot_user_id, text, blocks=list(blocks), **more).ts)

    async def app(self) -> AsyncApp:
        """A connected app; its listeners may be added afterwards."""
        made = bolt(self.server)
        await self.stack.enter_async_context(connected(self.server, made))
        return made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(chromium: Json) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(**chromium)
        yield launched
        await launched.close()


@pytest_asyncio.fixture(loop_scope="module")
async def desk(browser: Browser) -> AsyncIterator[Desk]:
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(served())
        made = Desk(server, browser, stack)
        yield made
        for context in made.contexts:
            await context.close()  # the stream of events first, then the server
        assert made.complaints == []


def at(channel: str = HERE, user: str = ANA, **more: str) -> str:
    return "#" + "&".join(f"{k}={v}" for k, v in {"as": user, "channel": channel, **more}.items())


async def settled(page: Page) -> None:
    await expect(page.get_by_test_id("message").first).to_be_visible()


@asynccontextmanager
async def no_sideways(page: Page) -> AsyncIterator[None]:
    yield
    wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0


# Where one is


async def test_a_phone_goes_from_the_list_to_a_channel_and_back(desk: Desk) -> None:
    desk.say("First")
    page = await desk.open(f"#as={ANA}", **PHONE)
    link = page.get_by_test_id("channel-here")
    await expect(link).to_contain_text("1 unread")
    await expect(page.get_by_test_id("composer")).to_be_hidden()
    async with no_sideways(page):
        await link.tap()
        await expect(page.get_by_test_id("message")).to_contain_text("First")
    assert f"channel={HERE}" in page.url
    await expect(link).to_be_hidden()
    await page.get_by_test_id("back").tap()
    await expect(link).to_be_visible()
    await expect(link).not_to_contain_text("unread")


async def test_a_desktop_opens_the_first_persons_first_channel(desk: Desk) -> None:
    desk.say("First")
    page = await desk.open()
    await settled(page)
    await expect(page.get_by_test_id("person-switch")).to_have_value(ANA)
    assert page.url.endswith(at())
    await page.get_by_test_id("channel-elsewhere").click()
    await expect(page.get_by_role("heading", name="elsewhere")).to_be_visible()
    await page.go_back()
    await expect(page.get_by_test_id("message")).to_contain_text("First")


async def test_everybody_sees_their_own(desk: Desk) -> None:
    desk.say("For all")
    desk.say("For Ana", ephemeral_to=ANA)
    page = await desk.open(at())
    await expect(page.get_by_test_id("ephemeral")).to_contain_text("Only visible to you")
    await page.get_by_test_id("person-switch").select_option(BEN)
    await expect(page.get_by_test_id("channel-secret")).to_be_visible()
    await expect(page.get_by_test_id("message")).to_have_count(1)
    await expect(page.get_by_role("banner")).to_contain_text("Ben")
    await page.get_by_test_id("person-switch").select_option(STRANGER)
    await expect(page.get_by_test_id("channel-secret")).to_have_count(0)
    await expect(page.get_by_test_id("tab-home")).to_have_count(0)


async def test_where_one_may_not_write_there_is_no_box(desk: Desk) -> None:
    page = await desk.open(at(OLD))
    await expect(page.get_by_text("This channel is archived.")).to_be_visible()
    await expect(page.get_by_test_id("composer")).to_have_count(0)
    await page.goto(f"{desk.server.page_url}{at(ELSEWHERE, BEN)}")
    await expect(page.get_by_text("You are not a member of #elsewhere.")).to_be_visible()


async def test_a_permalink_points_at_its_message(desk: Desk) -> None:
    first = desk.say("The first of many")
    for n in range(40):
        desk.say(f"Line {n}")
    url = f"{desk.server.page_url}#channel={HERE}&ts={first}"
    desk.say("Look", {"type": "section", "text": {"type": "mrkdwn", "text": f"<{url}|there>"}})
    page = await desk.open(at())
    await expect(page.get_by_role("link", name="there")).to_be_in_viewport()
    await page.get_by_role("link", name="there").click()
    await expect(page.locator(f"[data-ts='{first}']")).to_be_in_viewport()
    assert len(desk.contexts[0].pages) == 1


# What is said


MRKDWN = [
    ("*bold* and _italic_ and ~gone~", "<b>bold</b> and <i>italic</i> and <s>gone</s>"),
    ("snake_case_name 2*3*4", "snake_case_name 2*3*4"),
    ("*bold _both_*, _x_.", "<b>bold <i>both</i></b>, <i>x</i>."),
    ("* not bold * and *not\nbold*", "* not bold * and *not\nbold*"),
    ("«*жирный*» *он*а", "«<b>жирный</b>» *он*а"),
    ("`a *b* <c>` x", "<code>a *b* &lt;c&gt;</code> x"),
    ("R&amp;D &lt;b&gt; &amp;lt;", "R&amp;D &lt;b&gt; &amp;lt;"),
    ("<b>no</b><img src=x onerror=alert(1)>", None),
    ("<javascript:alert(1)|click>", "<span>click</span>"),
    ("<https://example.com/a?b=1&amp;c=2|*x*>",
     '<a href="https://example.com/a?b=1&amp;c=2" rel="noopener noreferrer" target="_blank">*x*</a>'),
    ("see https://example.com/a.",
     'see <a href="https://example.com/a" rel="noopener noreferrer" target="_blank">https://example.com/a</a>.'),
    ("<mailto:a@example.com|a@example.com>",
     '<a href="mailto:a@example.com" rel="noopener noreferrer" target="_blank">a@example.com</a>'),
    ("*<@U1>*", '<b><span class="mention" data-user="U1">@Ana Lima</span></b>'),
    ("<@U2|zed>", '<span class="mention" data-user="U2">@zed</span>'),
    ("<!here>", '<span class="mention mention-me">@here</span>'),
]  # fmt: skip
QUOTES = [("a\n> b\n&gt; c\nd", "<span>a</span><blockquote>b\nc</blockquote><span>d</span>"),
          ("x ```*y*\n<z>``` w", "<span>x </span><pre>*y*\n&lt;z&gt;</pre><span> w</span>")]  # fmt: skip
RENDER = """async ([texts, whole]) => {
  const { mrkdwn } = await import("/page/mrkdwn.js");
  const users = new Map([["U1", { id: "U1", real_name: "Ana Lima" }]]);
  const ctx = { me: { id: "U9" }, tz: "UTC", now: () => 0, users, channels: new Map() };
  return texts.map((text) => {
    const box = document.createElement("div");
    box.append(...mrkdwn(text, ctx));
    for (const run of box.querySelectorAll(".run")) {
      if (whole) run.removeAttribute("class");
      else run.replaceWith(...run.childNodes);
    }
    return [box.innerHTML, box.querySelectorAll("img, script").length];
  });
}"""


async def test_mrkdwn(desk: Desk) -> None:
    page = await desk.open()
    drawn = await page.evaluate(RENDER, [[text for text, _ in MRKDWN], False])
    for (text, wanted), (html, alive) in zip(MRKDWN, drawn, strict=True):
        assert alive == 0, text
        assert wanted is None or html == wanted, text
    drawn = await page.evaluate(RENDER, [[text for text, _ in QUOTES], True])
    assert [html for html, _ in drawn] == [wanted for _, wanted in QUOTES]


DATES = [
    ("{date_short_pretty}, {time}", NOON, "Today, 9:00 AM"),
    ("by {date_short_pretty}, {time}", NOON + 86400, "by tomorrow, 9:00 AM"),
    ("{date_pretty}", NOON - 86400, "Yesterday"),
    ("{date_short_pretty}", NOON - 9.5 * 3600, "Yesterday"),  # 2:30 UTC of the same day is the day before in São Paulo
    ("{date_short_pretty}", NOON + 8 * 86400, "Mar 10"),
    ("{date_short}", NOON + 400 * 86400, "Apr 6, 2027"),
    ("{date}", NOON, "March 2nd"),
    ("{date_long}", NOON + 86400, "Tuesday, March 3rd"),
    ("{date_num} {time_secs}", NOON, "2026-03-02 9:00:00 AM"),
    ("{ago}", NOON - 5 * 3600, "2 hours ago"),
    ("due {ago}", NOON + 86400, "due in 1 day"),
    ("{nonsense}", NOON, "{nonsense}"),
]


async def test_dates_are_the_readers_own(desk: Desk) -> None:
    page = await desk.open()
    call = """async ([dates, now]) => {
      const { slackDate } = await import("/page/time.js");
      return dates.map(([template, unix]) => slackDate(unix, template, "America/Sao_Paulo", now, true));
    }"""
    drawn = await page.evaluate(call, [[[t, unix] for t, unix, _ in DATES], NOON - 3 * 3600])
    assert [d.replace("\u00a0", " ") for d in drawn] == [wanted for _, _, wanted in DATES]


async def test_a_card_is_drawn_and_stays_text(desk: Desk) -> None:
    mine = f"<@{ANA}>, by <!date^{NOON}^{{date_pretty}}, {{time}}|x>"
    desk.say(
        "Card",
        {"type": "header", "text": plain("<b>Ana</b> for Aurora?")},
        {"type": "section", "text": {"type": "mrkdwn", "text": mine},
         "fields": [{"type": "mrkdwn", "text": "*A*\n1"}, plain("*B*")], "accessory": button("more.v1")},
        {"type": "divider"},
        {"type": "context", "elements": [plain("grey"), {"type": "image", "image_url": "data:,", "alt_text": "pic"}]},
        {"type": "rich_text", "elements": [{"type": "rich_text_list", "style": "bullet", "elements": [
            {"type": "rich_text_section", "elements": [{"type": "text", "text": "one", "style": {"bold": True}}]}]}]},
        actions(button("go.v1", accessibility_label="Go on with Ana", style="primary")),
    )  # fmt: skip
    for size in (PHONE, DESKTOP):
        page = await desk.open(at(), **size)
        card = page.get_by_test_id("message")
        await expect(card.get_by_role("heading")).to_have_text("<b>Ana</b> for Aurora?")
        await expect(card).to_contain_text("@Ana Lima, by today, 9:00 AM")
        await expect(card.locator(".mention-me")).to_have_count(1)
        await expect(card.locator(".fields")).to_contain_text("*B*")
        await expect(card.get_by_role("listitem")).to_have_text("one")
        await expect(card.get_by_role("button", name="Go on with Ana")).to_have_attribute("data-action-id", "go.v1")
        await expect(card.get_by_text("APP", exact=True)).to_be_visible()
        async with no_sideways(page):
            pass


# What is pressed


async def test_a_button_waits_for_its_answer_and_the_card_changes_by_itself(desk: Desk) -> None:
    app, may = await desk.app(), asyncio.Event()
    ts = desk.say("Card", actions(button("go")))

    @app.action("go")
    async def _(ack: Any, client: Any) -> None:
        await may.wait()
        await ack()
        await client.chat_update(channel=HERE, ts=ts, text="Decided", blocks=[])

    page = await desk.open(at())
    other = await desk.open(at(user=BEN), **PHONE)
    pressed = page.locator("[data-action-id=go]")
    await pressed.click()
    await expect(pressed).to_be_disabled()
    await pressed.dispatch_event("click")
    may.set()
    for seen in (page, other):
        await expect(seen.get_by_test_id("message")).to_contain_text("Decided")
        await expect(seen.locator("[data-action-id=go]")).to_have_count(0)
    assert len(desk.ws.calls_to("chat.update")) == 1


async def test_an_app_that_is_away_is_said_to_be(desk: Desk) -> None:
    desk.say("Card", actions(button("go")))
    page = await desk.open(at())
    await expect(page.get_by_text("Handoff is not connected").first).to_be_visible()
    await page.locator("[data-action-id=go]").click()
    await expect(page.get_by_test_id("toast")).to_contain_text("Handoff did not")
    await expect(page.locator("[data-action-id=go]")).to_be_enabled()


async def test_a_confirmed_button_asks_first(desk: Desk) -> None:
    app = await desk.app()
    heard: list[str] = []
    confirm = {
        "title": plain("Sure?"),
        "text": plain("It cannot be undone."),
        "confirm": plain("Do it"),
        "deny": plain("No"),
    }
    desk.say("Card", actions(button("go", confirm=confirm)))

    @app.action("go")
    async def _(ack: Any, action: Json) -> None:
        await ack()
        heard.append(action["action_id"])

    page = await desk.open(at())
    await page.locator("[data-action-id=go]").click()
    await expect(page.get_by_role("dialog", name="Sure?")).to_contain_text("cannot be undone")
    await page.get_by_test_id("confirm-no").click()
    await page.locator("[data-action-id=go]").click()
    assert heard == []
    await page.get_by_test_id("confirm-yes").click()
    await expect(page.locator("[data-action-id=go]")).to_be_enabled()
    await until(lambda: heard == ["go"])


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_an_overflow_menu_by_keyboard(desk: Desk, size: Json) -> None:
    app = await desk.app()
    heard: list[str] = []
    desk.say("Card", actions({"type": "overflow", "action_id": "more", "options": options("details", "pass", "time")}))

    @app.action("more")
    async def _(ack: Any, action: Json) -> None:
        await ack()
        heard.append(action["selected_option"]["value"])

    page = await desk.open(at(), **size)
    more = page.get_by_test_id("overflow")
    await more.focus()
    await page.keyboard.press("Enter")
    await expect(more).to_have_attribute("aria-expanded", "true")
    await expect(page.locator("[data-value=details]")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(more).to_be_focused()
    await page.keyboard.press("Enter")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("overflow-option")).to_have_count(0)
    await expect(more).to_be_enabled()
    await until(lambda: heard == ["pass"])


# Forms


def kinds() -> list[Json]:
    """One field of every kind, and what a person puts in."""
    static = {"type": "static_select", "action_id": "a", "options": options("a", "b")}
    many = {"type": "multi_static_select", "action_id": "a", "options": options("a", "b", "c"), "max_selected_items": 2}
    return [
        text_field("line", hint=plain("One line.")),
        field("para", {"type": "plain_text_input", "action_id": "a", "multiline": True, "max_length": 50}),
        field("number", {"type": "number_input", "action_id": "a", "is_decimal_allowed": False}),
        field("mail", {"type": "email_text_input", "action_id": "a"}),
        field("link", {"type": "url_text_input", "action_id": "a"}),
        field("one", static),
        field("many", many),
        field("radio", {"type": "radio_buttons", "action_id": "a", "options": options("x", "y")}),
        field("boxes", {"type": "checkboxes", "action_id": "a", "options": [
            {**options("p")[0], "description": plain("about p")}, *options("q")]}),
        field("who", {"type": "users_select", "action_id": "a"}),
        field("where", {"type": "conversations_select", "action_id": "a"}),
        field("day", {"type": "datepicker", "action_id": "a", "initial_date": "2026-03-05"}, optional=True),
        field("hour", {"type": "timepicker", "action_id": "a"}),
        field("empty", {"type": "plain_text_input", "action_id": "a"}, optional=True),
    ]  # fmt: skip


async def put_everything(form: Locator) -> None:
    def at_field(name: str) -> Locator:
        return form.locator(f"[data-block-id={name}]")

    for name, text in (("line", "A line"), ("para", "Two\nlines"), ("number", "12"), ("mail", "a@example.com"),
                       ("link", "https://example.com"), ("hour", "18:30")):  # fmt: skip
        await at_field(name).fill(text)
    for name, value in (("one", "b"), ("who", BEN), ("where", HERE)):
        await at_field(name).select_option(value)
    await form.locator("summary").click()
    await form.locator("[data-block-id=many][value=a]").check()
    await form.locator("[data-block-id=many][value=c]").check()
    await expect(form.locator("[data-block-id=many][value=b]")).to_be_disabled()
    await form.locator("[data-block-id=radio][value=y]").check()
    await form.locator("[data-block-id=boxes][value=p]").check()
    await form.locator("[data-block-id=boxes][value=q]").check()


def flat(values: Json) -> Json:
    """Block id to what Slack's state says, options by their value."""

    def one(state: Json) -> Any:
        raw = next((v for k, v in state.items() if k != "type"), None)
        if isinstance(raw, list):
            return [o["value"] if isinstance(o, dict) else o for o in raw]
        return raw["value"] if isinstance(raw, dict) else raw

    return {block: one(next(iter(states.values()))) for block, states in values.items()}


async def test_every_kind_of_field_arrives(desk: Desk) -> None:
    app = await desk.app()
    got: list[Json] = []

    @app.view("form")
    async def _(ack: Any, view: Json) -> None:
        await ack()
        got.append(flat(view["state"]["values"]))

    desk.ws.open_modal(ANA, modal(*kinds()))
    page = await desk.open(at(), **PHONE)
    form = page.get_by_test_id("modal")
    for box in await form.locator("input, textarea, select").all():
        assert await box.evaluate("e => e.labels.length > 0 || e.hasAttribute('aria-label')")
    await expect(form.locator("[data-block-id=line]")).to_have_accessible_description("One line.")
    async with no_sideways(page):
        await put_everything(form)
    await page.get_by_test_id("modal-submit").click()
    await expect(form).to_have_count(0)
    assert got == [{
        "line": "A line", "para": "Two\nlines", "number": "12", "mail": "a@example.com", "link": "https://example.com",
        "one": "b", "many": ["a", "c"], "radio": "y", "boxes": ["p", "q"], "who": BEN, "where": HERE,
        "day": "2026-03-05", "hour": "18:30", "empty": None,
    }]  # fmt: skip


async def test_errors_stand_under_their_fields(desk: Desk) -> None:
    app = await desk.app()

    @app.view("form")
    async def _(ack: Any) -> None:
        await ack(response_action="errors", errors={"why": "Say more."})

    desk.ws.open_modal(ANA, modal(text_field(), text_field("note", optional=True)))
    page = await desk.open(at(), **PHONE)
    why, errors = page.locator("[data-block-id=why]"), page.locator("[data-testid=field-error]:visible")
    await page.get_by_test_id("modal-submit").click()
    await expect(errors).to_have_text("Please complete this required field.")
    await expect(why).to_be_focused()
    await why.fill("short")
    await expect(errors).to_have_count(0)
    await page.get_by_test_id("modal-submit").click()
    await expect(errors).to_have_text("Say more.")
    await expect(why).to_have_accessible_description("Say more.")
    await expect(why).to_have_value("short")
    await expect(page.get_by_test_id("toast")).to_have_count(0)


async def test_no_update_takes_away_what_is_being_typed(desk: Desk) -> None:
    """The form changes under the hands, and messages come in meanwhile."""
    app = await desk.app()
    tick = field(
        "tick", {"type": "checkboxes", "action_id": "tick", "options": options("a", "b")}, dispatch_action=True
    )
    section = {"type": "section", "text": plain("Ticked.")}

    @app.action("go")
    async def _(ack: Any, body: Json, client: Any) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=modal(tick, text_field()))

    @app.action("tick")
    async def _(ack: Any, body: Json, client: Any) -> None:
        await ack()
        await client.views_update(view_id=body["view"]["id"], view=modal(tick, section, text_field()))

    desk.say("Card", actions(button("go")))
    page = await desk.open(at())
    await page.get_by_test_id("composer").fill("half a sent")
    await page.locator("[data-action-id=go]").click()
    why = page.locator("[data-block-id=why]")
    await why.press_sequentially("Because ")
    await page.locator("[data-block-id=tick][value=b]").check()
    await expect(page.get_by_test_id("modal")).to_contain_text("Ticked.")
    await expect(why).to_have_value("Because ")
    await why.focus()
    await page.keyboard.press("End")
    for n in range(8):
        await page.keyboard.type("word ")
        desk.say(f"Message {n}")
    await expect(page.get_by_test_id("message")).to_have_count(9)
    await expect(why).to_have_value("Because " + "word " * 8)
    await expect(why).to_be_focused()
    await expect(page.locator("[data-block-id=tick][value=b]")).to_be_checked()
    await page.get_by_test_id("modal-close").click()
    await expect(page.get_by_test_id("modal")).to_have_count(0)
    await expect(page.get_by_test_id("composer")).to_have_value("half a sent")


async def test_focus_goes_into_a_form_and_back(desk: Desk) -> None:
    app = await desk.app()

    @app.action("go")
    async def _(ack: Any, body: Json, client: Any) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=modal(text_field(), actions(button("deeper"))))

    @app.action("deeper")
    async def _(ack: Any, body: Json, client: Any) -> None:
        await ack()
        await client.views_push(trigger_id=body["trigger_id"], view=modal(text_field("second"), title=plain("On top")))

    desk.say("Card", actions(button("go")))
    page = await desk.open(at())
    await page.locator("[data-action-id=go]").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-block-id=why]")).to_be_focused()
    await page.keyboard.type("kept below")
    await page.locator("[data-action-id=deeper]").click()
    await expect(page.get_by_test_id("modal-title")).to_have_text("On top")
    assert await page.locator("#main").evaluate("e => e.inert")
    await page.keyboard.press("Escape")
    await expect(page.get_by_test_id("modal-title")).to_have_text("Form")
    await expect(page.locator("[data-block-id=why]")).to_have_value("kept below")
    await page.keyboard.press("Escape")
    await expect(page.get_by_test_id("modal")).to_have_count(0)
    await expect(page.locator("[data-action-id=go]")).to_be_focused()
    assert desk.ws.stacks[ANA] == []


async def test_a_form_is_still_there_after_a_reload(desk: Desk) -> None:
    desk.ws.open_modal(ANA, modal(text_field()))
    page = await desk.open(at())
    async with page.expect_response("**/sandbox/act"):
        await page.locator("[data-block-id=why]").fill("typed before")
        await page.keyboard.press("Tab")
    await page.reload()
    await expect(page.locator("[data-block-id=why]")).to_have_value("typed before")


# Talking


async def test_a_slash_command_is_answered_to_one_person(desk: Desk) -> None:
    app = await desk.app()
    heard: list[str] = []

    @app.command("/handoff")
    async def _(ack: Any, command: Json) -> None:
        heard.append(command["text"])
        await ack("Nothing waits for you.")

    page = await desk.open(at(), **PHONE)
    box = page.get_by_test_id("composer")
    await box.fill("/ha")
    await expect(page.locator(".hints")).to_contain_text(
        "/handoff [inbox | search giveaway | import | campaign | people | help]"
    )
    await box.fill("/handoff inbox")
    await page.get_by_test_id("send").click()
    await expect(page.get_by_test_id("ephemeral")).to_contain_text("Nothing waits for you.")
    await expect(box).to_have_value("")
    assert heard == ["inbox"]
    await page.get_by_role("button", name="Dismiss").click()
    await expect(page.get_by_test_id("ephemeral")).to_have_count(0)
    await box.fill("/nonsense")
    await page.get_by_test_id("send").click()
    await expect(page.get_by_test_id("toast")).to_contain_text("/nonsense is not a valid command.")
    await expect(box).to_have_value("/nonsense")


async def test_what_a_person_writes_is_text(desk: Desk) -> None:
    page = await desk.open(at())
    await page.get_by_test_id("composer").fill("1 < 2 & <@U1>, @Ben Ode in #elsewhere")
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("message")).to_contain_text("1 < 2 & <@U1>, @Ben Ode in #elsewhere")
    assert desk.ws.messages[HERE][-1].text == f"1 &lt; 2 &amp; &lt;@U1&gt;, <@{BEN}> in <#{ELSEWHERE}>"


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_a_thread(desk: Desk, size: Json) -> None:
    desk.say("The question")
    page = await desk.open(at(), **size)
    await page.get_by_test_id("thread-open").click()
    thread = page.get_by_test_id("thread")
    await expect(thread).to_contain_text("The question")
    await page.get_by_test_id("thread-composer").fill("An answer")
    await page.get_by_test_id("thread-send").click()
    await expect(thread.get_by_test_id("message").last).to_contain_text("An answer")
    if size is PHONE:
        await page.get_by_test_id("back").tap()
    else:
        await page.get_by_test_id("thread-close").click()
    await expect(thread).to_be_hidden()
    await expect(page.get_by_test_id("message")).to_have_count(1)
    await expect(page.get_by_test_id("thread-open")).to_contain_text("1 reply")


async def test_the_list_stays_where_the_reader_is(desk: Desk) -> None:
    for n in range(40):
        desk.say(f"Line {n}")
    page = await desk.open(at())
    await expect(page.get_by_test_id("message").last).to_be_in_viewport()
    desk.say("One more")
    await expect(page.get_by_text("One more")).to_be_in_viewport()
    await page.get_by_test_id("message").nth(3).scroll_into_view_if_needed()
    await asyncio.sleep(0.1)
    desk.say("And another")
    await expect(page.get_by_test_id("new-messages")).to_be_visible()
    await expect(page.get_by_test_id("message").nth(3)).to_be_in_viewport()
    await page.get_by_test_id("new-messages").click()
    await expect(page.get_by_text("And another")).to_be_in_viewport()


# Home, the clock, the tour


async def test_home(desk: Desk) -> None:
    app = await desk.app()
    heard: list[str] = []

    @app.event("app_home_opened")
    async def _(event: Json, client: Any) -> None:
        view = {"type": "home", "blocks": [{"type": "header", "text": plain("2 wait")}, actions(button("open"))]}
        await client.views_publish(user_id=event["user"], view=view)

    @app.action("open")
    async def _(ack: Any, body: Json) -> None:
        await ack()
        heard.append(body["view"]["type"])

    page = await desk.open(f"#as={ANA}", **PHONE)
    await page.get_by_test_id("tab-home").tap()
    await expect(page.get_by_test_id("home").get_by_role("heading")).to_have_text("2 wait")
    await page.get_by_test_id("home").locator("[data-action-id=open]").tap()
    await expect(page.locator("[data-action-id=open]")).to_be_enabled()
    await until(lambda: heard == ["home"])
    assert "home=1" in page.url
    await page.get_by_test_id("tab-messages").tap()
    await expect(page.get_by_test_id("composer")).to_be_visible()
    await page.get_by_test_id("tab-home").tap()
    await expect(page.get_by_test_id("home")).to_contain_text("2 wait")


async def test_home_published_anew_under_the_finger(desk: Desk) -> None:
    app = await desk.app()
    heard: list[str] = []
    two = [{"type": "actions", "elements": [button("open", value=value)]} for value in ("r1", "r2")]

    async def publish(title: str, *more: Json) -> None:
        await app.client.views_publish(
            user_id=ANA, view={"type": "home", "blocks": [{"type": "header", "text": plain(title)}, *more]}
        )

    @app.event("app_home_opened")
    async def _(event: Json) -> None:
        await publish("2 wait", *two)

    @app.action("open")
    async def _(ack: Any, body: Json) -> None:
        await ack()
        heard.append(body["actions"][0]["value"])

    page = await desk.open(f"#as={ANA}&home=1")
    await page.locator("[data-action-id=open][data-value=r2]").hover()
    await page.mouse.down()
    await publish("2 still wait", *two)
    await expect(page.get_by_test_id("home")).to_contain_text("2 still wait")
    await page.mouse.up()
    await until(lambda: heard == ["r2"])


async def test_menus_of_a_home_published_anew_are_told_apart(desk: Desk) -> None:
    """Alike but for their options, in blocks whose ids are made up anew each time."""
    app = await desk.app()
    heard: list[str] = []
    menus = [
        {"type": "section", "text": plain(f"Row {n}"),
         "accessory": {"type": "overflow", "action_id": "more", "options": options(f"a{n}", f"b{n}")}}
        for n in range(2)
    ]  # fmt: skip

    async def publish(title: str) -> None:
        header = {"type": "header", "text": plain(title)}
        await app.client.views_publish(user_id=ANA, view={"type": "home", "blocks": [header, *menus]})

    @app.event("app_home_opened")
    async def _(event: Json) -> None:
        await publish("Once")

    @app.action("more")
    async def _(ack: Any, body: Json) -> None:
        await ack()
        heard.append(body["actions"][0]["selected_option"]["value"])

    page = await desk.open(f"#as={ANA}&home=1")
    await expect(page.get_by_test_id("home")).to_contain_text("Once")
    await publish("Twice")
    await expect(page.get_by_test_id("home")).to_contain_text("Twice")
    await page.get_by_test_id("overflow").last.click()
    await page.locator("[data-testid=overflow-option][data-value=b1]").click()
    await until(lambda: heard == ["b1"])


async def test_the_clock_jumps_also_while_a_form_is_open(desk: Desk) -> None:
    desk.ws.open_modal(ANA, modal(text_field()))
    page = await desk.open(at(), **PHONE)
    clock = page.get_by_test_id("clock")
    await expect(clock).to_contain_text("6:00")
    await page.get_by_test_id("clock-plus-1h").tap()
    await expect(clock).to_contain_text("7:00")
    await page.get_by_test_id("clock-plus-48h").tap()
    await expect(clock).to_contain_text("Wed")
    await expect(page.get_by_test_id("modal")).to_be_visible()


async def test_the_tour_is_read_whole_on_a_phone_and_can_go(desk: Desk) -> None:
    page = await desk.open(at(), **PHONE)
    tour = page.get_by_test_id("tour")
    assert 48 < (await tour.bounding_box() or {})["height"] < 100, "it wraps, and leaves room for what it tells of"
    assert await page.locator(".tour-text").evaluate("e => e.scrollWidth <= e.clientWidth || !e.clientWidth")
    await expect(page.get_by_test_id("tour-next")).to_be_hidden()
    await page.get_by_test_id("tour-fold").tap()
    await expect(page.get_by_test_id("tour-next")).to_be_visible()
    await expect(tour).to_contain_text("Look around")
    await page.get_by_test_id("tour-close").tap()
    await expect(tour).to_be_hidden()
    await page.reload()
    await expect(page.get_by_test_id("tour-open")).to_be_visible()
    await expect(tour).to_be_hidden()


# For everybody


CONTRAST = """() => {
  const rgba = (text) => {
    const c = document.createElement("canvas").getContext("2d");
    c.fillStyle = text; c.fillRect(0, 0, 1, 1);
    return [...c.getImageData(0, 0, 1, 1).data];
  };
  const parse = (text) => { const [r, g, b, a] = rgba(text); return [r, g, b, a / 255]; };
  const over = (top, under) => [0, 1, 2].map((i) => top[i] * top[3] + under[i] * (1 - top[3])).concat(1);
  const light = ([r, g, b]) => [r, g, b].map((v) => (v /= 255) <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const out = [];
  for (const node of document.querySelectorAll("body *")) {
    const own = [...node.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    const shown = node.checkVisibility({ opacityProperty: true });
    if (!own || !shown || node.closest("[aria-disabled=true], .sr, option, [inert]")) continue;
    const chain = [];
    for (let up = node; up; up = up.parentElement) chain.unshift(parse(getComputedStyle(up).backgroundColor));
    const ground = chain.reduce((under, top) => over(top, under), [255, 255, 255, 1]);
    const ink = over(parse(getComputedStyle(node).color), ground);
    const [a, b] = [light(ink), light(ground)].sort((x, y) => y - x);
    const ratio = (a + .05) / (b + .05);
    if (ratio < 4.5) out.push([node.className || node.tagName, node.textContent.slice(0, 30), ratio]);
  }
  return out;
}"""
SMALL = """() => [...document.querySelectorAll("button, select, summary, textarea, .choice, a.place, .app-tabs a")]
  .filter((e) => e.checkVisibility({ opacityProperty: false }) && !e.closest("[inert]"))
  .map((e) => [e.dataset.testid || e.className || e.tagName, e.getBoundingClientRect()])
  .filter(([, box]) => box.height > 0 && (box.height < 43.9 || box.width < 43.9))
  .map(([name, box]) => `${name} ${box.width}x${box.height}`)"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_legible_and_large_enough(desk: Desk, scheme: Any, size: Json) -> None:
    text = f"*b* <@{ANA}> <@{BEN}> <https://example.com|link> `code`\n> quote"
    desk.say("Card", {"type": "section", "text": {"type": "mrkdwn", "text": text}},
             {"type": "context", "elements": [{"type": "mrkdwn", "text": text}]},
             actions(button("a", style="primary"), button("b", style="danger"), button("c"),
                     {"type": "overflow", "action_id": "m", "options": options("x", "y")}))  # fmt: skip
    ts = desk.say("Threaded")
    desk.ws.post(HERE, BEN, "Reply", thread_ts=ts)
    desk.say("Only you", ephemeral_to=ANA)
    page = await desk.open(at(), **size, color_scheme=scheme, reduced_motion="reduce")
    places = [at(), at(thread=ts), f"#as={ANA}", f"#as={ANA}&home=1"]
    for place in places:
        await page.goto(f"{desk.server.page_url}{place}")
        await asyncio.sleep(0.25)
        assert await page.evaluate(CONTRAST) == [], place
        if size is PHONE:
            assert await page.evaluate(SMALL) == [], place
    desk.ws.open_modal(ANA, modal(*kinds()))
    await page.get_by_test_id("modal").wait_for()
    await page.get_by_test_id("modal-submit").click()
    await expect(page.locator("[data-testid=field-error]:visible").first).to_be_visible()
    assert await page.evaluate(CONTRAST) == []
    if size is PHONE:
        assert await page.evaluate(SMALL) == []


async def test_landmarks_and_names(desk: Desk) -> None:
    desk.say("Card", actions(button("go")))
    page = await desk.open(at())
    await settled(page)
    for role in ("banner", "navigation", "main", "log"):
        await expect(page.get_by_role(role).first).to_be_visible()
    await expect(page.get_by_role("log")).to_have_attribute("aria-live", "polite")
    nameless = await page.evaluate("""() => [...document.querySelectorAll("button, a, select, textarea, input")]
      .filter((e) => e.checkVisibility() && !(e.ariaLabel || e.labels?.length || e.textContent.trim()))
      .map((e) => e.outerHTML)""")
    assert nameless == []
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Skip to the messages")).to_be_focused()


async def test_no_line_no_data_lost(desk: Desk) -> None:
    """The stream of events breaks and comes back."""
    page = await desk.open(at())
    await expect(page.get_by_test_id("composer")).to_be_visible()
    await page.context.set_offline(True)
    await page.get_by_test_id("composer").fill("not yet")
    await page.get_by_test_id("send").click()
    await expect(page.get_by_test_id("toast")).to_contain_text("does not answer")
    await expect(page.get_by_test_id("composer")).to_have_value("not yet")
    await page.context.set_offline(False)
    await page.get_by_test_id("send").click()
    await expect(page.get_by_test_id("message")).to_contain_text("not yet")
    desk.complaints[:] = [c for c in desk.complaints if "ERR_INTERNET_DISCONNECTED" not in c]


async def test_data_never_becomes_markup() -> None:
    for file in PAGE.iterdir():
        text = file.read_text(encoding="utf-8")
        for word in ("innerHTML", "insertAdjacentHTML", "document.write", "eval(", "@import"):
            assert word not in text, (file.name, word)
