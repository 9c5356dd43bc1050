"""Lists brought into Slack: shown before anything comes in, imported once, accounted for row by row."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiohttp import web

from bot.cards import ids
from bot.core.errors import HandoffError
from bot.core.types import Campaign
from bot.core.upload import Stage
from bot.desk import intake, members, see, tick, uploads
from bot.slack import uploads as edge_of
from tests.slack.conftest import FILE, on_both
from tests.slack.hands import Answer, House, Json

#: Two new, one twice, one without a handle, one of a market where nobody is.
LIST = (
    FILE + b"ana.lima,Ana again,Brazil,1,1%,1%,90%,Beauty,1,2026-11-20\n"
    b",Nobody,Brazil,5,,,,,,\n"
    b"yuki,Yuki,Japan,9000,3%,1%,90%,,,\n"
)  # fmt: skip


@pytest.fixture
def kind() -> str:
    return "sqlite"


def put(house: House, data: bytes = LIST, name: str = "instagram.csv", file: str = "F1") -> str:
    house.slack.files[file] = (name, data)
    return file


async def brings(
    house: House, who: str = "U0MAYA", data: bytes = LIST, campaign: str = "aurora", market: str | None = None,
    **file: Any,
) -> Json:  # fmt: skip
    """Choose a file in the form; what then stands in the modal."""
    known = put(house, data, **file)
    await house.tap(who, ids.IMPORT, "import:", home=True)
    form = house.slack.last_view
    chosen = [{"id": known, "name": house.slack.files[known][0], "size": len(data)}]
    await house.submit(who, form, {"campaign": campaign, "file": chosen, "market": market})
    return house.slack.views[form["id"]]


async def sends(house: House, who: str = "U0MAYA", file: str = "F1", **more: Any) -> Answer:
    """Send a file to the bot."""
    name = house.slack.files[file][0]
    return await house.event({
        "type": "message", "subtype": "file_share", "channel_type": "im", "channel": "D" + who[1:], "user": who,
        "ts": "1764000500.000100", "event_ts": "1764000500.000100", "text": "", "files": [{"id": file, "name": name}],
        **more,
    })  # fmt: skip


async def told(house: House, who: str = "U0MAYA") -> list[Json]:
    await house.deliver()
    return [m for m in house.slack.messages["D" + who[1:]] if "csv" in m["text"]]


def button(message: Json, action: str) -> str:
    """What a button of a message carries."""
    every = [e for block in message["blocks"] for e in block.get("elements", ())]
    return str(next(e["value"] for e in every if e.get("action_id") == action))


def candidates(house: House) -> set[str]:
    return {line.handle for line in see.all_lines(house.desk)}


async def test_a_list_is_shown_first_and_comes_in_by_one_tap_with_its_account(empty: House) -> None:
    view = await brings(empty)
    shown = str(view["blocks"])
    assert "4 of 6 rows of instagram.csv would come into Aurora Summer" in shown
    assert "Japan" in shown
    assert "line 5" in shown
    assert "line 6" in shown
    assert "handle → handle" in shown
    assert candidates(empty) == set()
    answer = await empty.submit("U0MAYA", view, {})
    assert "coming in" in str(answer.body["view"])
    assert candidates(empty) == {"ana.lima", "bruno", "carla", "yuki"}
    assert "4 of 6 rows" in str(empty.slack.views[view["id"]])
    (account,) = await told(empty)
    said = str(account["blocks"])
    assert "4 of 6 rows of instagram.csv came into Aurora Summer" in account["text"]
    assert "cards are open in <#C0BRAZIL>" in said
    assert "1 rejected (line 6)" in said
    assert "1 there already (line 5)" in said
    # Nobody but the bot's token opens a file, and Slack's form has told nobody else of it.
    downloads = [c for c in empty.slack.calls if c["method"] == "download"]
    assert {c["token"] for c in downloads} == {"Bearer xoxb-1"}


async def test_the_same_file_twice_adds_nothing_and_says_so(empty: House) -> None:
    await empty.submit("U0MAYA", await brings(empty), {})
    before = candidates(empty)
    view = await brings(empty, file="F2", name="instagram 2.csv")
    assert "0 of 6 rows" in str(view)
    assert view["submit"]["text"] == "Keep new numbers"
    await empty.submit("U0MAYA", view, {})
    assert candidates(empty) == before
    assert "Nothing in it is new here" in str((await told(empty))[-1]["blocks"])
    # Other numbers of the same creators are kept for the history, and nobody is asked twice.
    view = await brings(empty, data=LIST.replace(b"84000", b"85000"), file="F3", name="instagram 3.csv")
    await empty.submit("U0MAYA", view, {})
    assert candidates(empty) == before
    assert "New numbers of 3 creators are kept" in str((await told(empty))[-1]["blocks"])


async def test_every_row_that_was_left_out_can_be_read_page_by_page(empty: House) -> None:
    bad = b"".join(b",Nobody %d,Brazil,5,,,,,,\n" % n for n in range(70))
    await empty.submit("U0MAYA", await brings(empty, data=FILE + bad), {})
    (account,) = await told(empty)
    upload = button(account, ids.UPLOAD_ROWS)
    await empty.tap("U0MAYA", ids.UPLOAD_ROWS, upload)
    seen = []
    for _ in range(3):
        page = empty.slack.views[list(empty.slack.views)[-1]]
        seen += [int(w.split("*")[0]) for b in page["blocks"] for w in str(b.get("text", "")).split("*Line ")[1:]]
        nexts = [e for b in page["blocks"] for e in b.get("elements", []) if e.get("action_id") == ids.UPLOAD_ROWS]
        if nexts:
            await empty.tap("U0MAYA", ids.UPLOAD_ROWS, nexts[0]["value"], view=page)
    assert seen == list(range(5, 75))
    await empty.tap("U0BIA", ids.UPLOAD_ROWS, upload)
    assert "<@U0MAYA>" in empty.whispers[-1], "an account is its owner's"


async def test_a_file_sent_to_the_bot_is_answered_there_from_preview_to_account(empty: House) -> None:
    put(empty)
    await sends(empty)
    (preview,) = await told(empty)
    assert "4 of 6 rows" in preview["text"]
    confirm = button(preview, ids.UPLOAD_CONFIRM)
    await empty.tap("U0MAYA", ids.UPLOAD_CONFIRM, confirm)
    (account,) = await told(empty)
    assert account is preview, "changed where it stands"
    assert "came into Aurora Summer" in account["text"]
    assert ids.UPLOAD_CONFIRM not in str(account["blocks"])
    assert len(candidates(empty)) == 4
    await empty.tap("U0MAYA", ids.UPLOAD_CONFIRM, confirm)
    assert "come in already" in empty.whispers[-1]
    # Slack brings events twice; and what was left is left.
    await sends(empty)
    assert len(await told(empty)) == 1


async def test_with_several_campaigns_it_is_asked_for_which_one(empty: House) -> None:
    members.add_campaign(empty.desk, Campaign("luma", "Luma Home", ("BR",), "C0LUMA", "U0MAYA"))
    put(empty)
    await sends(empty)
    (asked,) = await told(empty)
    (menu,) = [b for b in asked["blocks"] if b["type"] == "actions"]
    assert [o["value"] for o in menu["elements"][0]["options"]] == ["aurora", "luma"]
    chosen = empty.action(ids.UPLOAD_CAMPAIGN, "luma", choice=True, block=menu["block_id"]) | {"type": "static_select"}
    payload = empty.base("block_actions", "U0MAYA") | {
        "actions": [chosen], "response_url": f"{empty.slack.base}/response/9", "channel": {"id": "D0MAYA", "name": "d"},
        "container": {"type": "message", "message_ts": "1.0", "channel_id": "D0MAYA", "is_ephemeral": False},
        "message": {"ts": "1.0", "text": "x"},
    }  # fmt: skip
    await empty.send(payload)
    (preview,) = await told(empty)
    assert "would come into Luma Home" in preview["text"]
    await empty.tap("U0MAYA", ids.UPLOAD_DROP, button(preview, ids.UPLOAD_DROP))
    (left,) = await told(empty)
    assert "was not imported. Nothing was changed" in left["text"]
    assert candidates(empty) == set()


async def test_whoever_may_bring_none_is_told_so_and_nothing_is_read(empty: House) -> None:
    put(empty)
    await sends(empty, "U0BIA")
    (said,) = await told(empty, "U0BIA")
    assert "marketers and leads" in said["text"]
    assert not empty.slack.to("files.info")
    await sends(empty, "U0GUEST", ts="1764000502.000100")
    assert "Guest" in str(await told(empty, "U0GUEST"))
    # A file that comes with a message in a channel is nobody's list.
    await sends(empty, "U0MAYA", channel="C0BRAZIL", channel_type="channel", ts="1764000501.000100")
    assert not empty.slack.to("files.info")


PAGE = b"<!DOCTYPE html><html><body>Sign in</body></html>"


@pytest.mark.parametrize(
    ("data", "is_", "answer", "said"),
    [
        (PAGE, {}, None, "web page"),
        (LIST, {}, lambda: web.Response(text=PAGE.decode(), content_type="text/html"), "web page"),
        (LIST, {}, lambda: web.Response(status=302, headers={"Location": "/elsewhere"}), "web page"),
        (LIST, {"url_private_download": "https://evil.example/list.csv"}, None, "outside Slack"),
        (LIST, {"url_private_download": "https://files.slack.com.evil.example/x"}, None, "outside Slack"),
        (LIST, {"mode": "external", "is_external": True}, None, "outside Slack"),
        (LIST, {"mode": "tombstone"}, None, "no longer has this file"),
        (LIST, {"size": 30_000_000}, None, "too large"),
        (LIST, {}, lambda: web.Response(status=404), "no longer has this file"),
        (b"PK\x03\x04" + bytes(500), {}, None, "Save as CSV"),
        (b"", {}, None, "empty"),
        (b"just,words\n1,2\n", {}, None, "No column holds handles"),
    ],
)  # fmt: skip
async def test_what_is_no_list_is_refused_with_what_to_do(
    empty: House, data: bytes, is_: Json, answer: Any, said: str
) -> None:
    empty.slack.file_is, empty.slack.download = is_, answer
    view = await brings(empty, data=data)
    assert said in str(view["blocks"])
    (message,) = await told(empty)
    assert said in message["text"]
    assert candidates(empty) == set()
    elsewhere = [c for c in empty.slack.calls if c["method"] == "download"]
    assert bool(elsewhere) is ("url_private_download" not in is_ and "mode" not in is_ and "size" not in is_)


async def test_a_file_that_grows_on_the_way_is_cut_off(empty: House) -> None:
    empty.handoff.edge.list_bytes = 1000
    empty.slack.file_is = {"size": 10}
    view = await brings(empty, data=LIST * 40)
    assert "too large" in str(view["blocks"])


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edge_of, "_PAUSE", 0.0)


@pytest.mark.usefixtures("quick")
async def test_a_slack_in_trouble_is_asked_again_and_then_said(empty: House) -> None:
    empty.slack.fail("files.info", "internal_error", times=2)
    view = await brings(empty)
    assert "4 of 6 rows" in str(view["blocks"])
    empty.slack.fail("files.info", "internal_error")
    view = await brings(empty, file="F2")
    assert "right now" in str(view["blocks"])


@on_both
async def test_a_long_list_comes_in_by_parts_while_people_click_and_only_once(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twice at once, and interrupted in between: every row once, and the account is that of one list."""
    monkeypatch.setattr(uploads, "_SLICE", 7)
    head, *_ = FILE.split(b"\n")
    rows = [b"c%d,C %d,Brazil,84000,4%%,2%%,90%%,Beauty,%d,2026-11-20" % (n, n, 100 * n) for n in range(40)]
    data = b"\n".join([head, *rows, rows[3], b",x,,,,,,,,", b""])
    upload = uploads.begin(house.desk, "U0MAYA", "V9", "F9", "long.csv", "aurora")
    uploads.survey(house.desk, upload.id, data, 10**6)
    uploads.confirm(house.desk, "U0MAYA", upload.id)
    real, parts = intake._Intake.run, []

    def dies(self: Any, *args: Any, **how: Any) -> Any:
        parts.append(1)
        if len(parts) == 3:
            raise KeyError("the process dies here")
        return real(self, *args, **how)

    monkeypatch.setattr(intake._Intake, "run", dies)
    with pytest.raises(KeyError):
        uploads.take(house.desk, upload.id, data, 10**6)
    assert len(candidates(house)) == 3 + 14
    assert [u.id for u in uploads.unfinished(house.desk)] == [upload.id]
    both = await asyncio.gather(*(house.desk.beside(uploads.take, upload.id, data, 10**6) for _ in range(2)))
    assert {u.stage for u in both} == {Stage.DONE}
    assert len(candidates(house)) == 3 + 40
    found = uploads.one(house.desk, upload.id).outlook
    assert found is not None
    assert (found.rows, found.accepted, found.count("duplicate"), found.count("rejected")) == (42, 40, 1, 1)
    assert uploads.unfinished(house.desk) == ()
    assert len(await told(house)) == 1


async def test_what_was_being_read_when_the_process_ended_is_taken_up_at_the_start(empty: House) -> None:
    put(empty)
    upload = uploads.begin(empty.desk, "U0MAYA", "D0MAYA:1.0", "F1", "instagram.csv", None)
    await edge_of.recover(empty.handoff.edge)
    assert uploads.one(empty.desk, upload.id).stage is Stage.READY
    uploads.confirm(empty.desk, "U0MAYA", upload.id)
    await edge_of.recover(empty.handoff.edge)
    assert uploads.one(empty.desk, upload.id).stage is Stage.DONE
    assert len(candidates(empty)) == 4


async def test_the_sample_waits_until_its_card_can_appear_and_then_it_does(empty: House) -> None:
    empty.slack.channels["C0BRAZIL"] = {"is_member": False}
    await empty.tap("U0MAYA", ids.SAMPLE, "1", home=True)
    view = empty.slack.last_view
    assert "/invite @Handoff" in str(empty.slack.views[view["id"]])
    assert candidates(empty) == set()
    empty.slack.channels["C0BRAZIL"] = {"is_member": True}
    await empty.tap("U0MAYA", ids.SAMPLE, "1", view=empty.slack.views[view["id"]])
    assert "The sample is coming in" in str(empty.slack.views[view["id"]])
    await empty.deliver()
    assert any("(sample) for Aurora Summer?" in card["text"] for card in empty.slack.cards("C0BRAZIL"))
    (account,) = await told(empty)
    assert "2 of 3 rows of sample.csv" in account["text"]


async def test_rows_without_a_country_belong_where_the_form_says(empty: House) -> None:
    members.add_campaign(empty.desk, Campaign("both", "Both", ("BR", "RU"), "C0BOTH", "U0MAYA"))
    rows = b"handle,followers\nhere,5000\n"
    assert "0 of 1 rows" in str(await brings(empty, data=rows, campaign="both"))
    view = await brings(empty, data=rows, campaign="both", market="RU", file="F2")
    await empty.submit("U0MAYA", view, {})
    (line,) = see.all_lines(empty.desk, "both")
    assert (line.market, line.reviewer) == ("RU", "U0OLEG")


async def test_accounts_are_forgotten_after_three_months_and_what_came_in_stays(empty: House) -> None:
    await empty.submit("U0MAYA", await brings(empty), {})
    (account,) = await told(empty)
    empty.clock.move(days=89)
    await empty.tap("U0MAYA", ids.UPLOAD_ROWS, button(account, ids.UPLOAD_ROWS))
    assert "Line 6" in str(empty.slack.last_view)
    empty.clock.move(days=2)
    while tick.tick(empty.desk):
        pass
    await empty.tap("U0MAYA", ids.UPLOAD_ROWS, button(account, ids.UPLOAD_ROWS))
    assert "no longer there" in empty.whispers[-1]
    assert len(candidates(empty)) == 4


async def test_a_replica_that_comes_late_to_a_list_undoes_nothing_of_it(empty: House) -> None:
    put(empty)
    upload = uploads.begin(empty.desk, "U0MAYA", "D0MAYA:1.0", "F1", "instagram.csv", None)
    uploads.survey(empty.desk, upload.id, LIST, 10**6)
    importing = uploads.confirm(empty.desk, "U0MAYA", upload.id)
    late = await edge_of._go_on(empty.handoff.edge, upload, uploads.survey)
    assert late.stage is Stage.IMPORTING
    assert uploads.fail(empty.desk, upload, HandoffError("unexpected")).stage is Stage.IMPORTING
    done = await edge_of._go_on(empty.handoff.edge, importing, uploads.take)
    assert done.stage is Stage.DONE
