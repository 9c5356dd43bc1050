// Messages: one as a node, and the scrolling list of them.

import { renderBlocks, signOf } from "./blocks.js";
import { h, icon, reconcile } from "./dom.js";
import { mrkdwn } from "./mrkdwn.js";
import { clockTime, dayLine, dayOf, fullTime } from "./time.js";

const HUES = ["#8d3b72", "#2a6f97", "#5b4b9a", "#a8492f", "#3b7252", "#845a1e", "#4c5b6b"];
const TOGETHER = 300; // seconds within which one person's lines stand under one name

export function avatar(user, app) {
  if (user && app && user.id === app.user_id) return h("span", { class: "avatar avatar-app", "aria-hidden": "true" }, app.name[0]);
  const letters = (user?.real_name ?? "?").split(/\s+/).map((w) => w[0]).slice(0, 2).join("").toUpperCase();
  const hue = [...(user?.id ?? "?")].reduce((sum, c) => sum + c.charCodeAt(0), 0) % HUES.length;
  const node = h("span", { class: "avatar", "aria-hidden": "true" }, letters);
  node.style.background = HUES[hue];
  return node;
}

function follows(m, before) {
  return Boolean(before) && before.user === m.user && !m.blocks?.length && !before.blocks?.length && !m.ephemeral && !before.ephemeral
    && !before.reply_count && m.ts - before.ts < TOGETHER;
}

function message(m, { ctx, channel, compact, inThread }) {
  const user = ctx.users.get(m.user), unix = Number(m.ts), name = user?.real_name ?? "Somebody";
  const when = h("time", { class: "when", datetime: new Date(unix * 1000).toISOString(), title: fullTime(unix, ctx.tz) }, clockTime(unix, ctx.tz));
  const body = h("div", { class: "message-body" });
  if (m.blocks?.length) renderBlocks(body, m.blocks, ctx);
  else body.append(h("div", { class: "text" }, mrkdwn(m.text, ctx), m.edited && h("span", { class: "edited" }, " (edited)")));
  for (const file of m.files ?? []) body.append(h("p", { class: "file", title: file.alt_txt ?? null }, icon("clip"), file.title ?? file.name, file.alt_txt && h("span", { class: "sr" }, ` ${file.alt_txt}`)));
  const head = h("div", { class: compact ? "message-head sr" : "message-head" },
    h("span", { class: "author" }, name), user?.is_bot && h("span", { class: "app-badge" }, "APP"),
    user?.guest && h("span", { class: "app-badge" }, "GUEST"), user?.stranger && h("span", { class: "app-badge" }, "EXTERNAL"),
    compact ? " " : null, when);
  const content = h("div", { class: "message-content", data: m.ephemeral ? { testid: "ephemeral" } : {} },
    m.ephemeral && h("p", { class: "only-you" }, icon("eye"), "Only visible to you",
      h("button", { type: "button", class: "link-button", data: { dismiss: "" } }, "Dismiss")),
    head, body);
  if (!m.ephemeral && !ctx.me.stranger && Object.keys(ctx.shortcuts).length) {
    const menu = h("button", { type: "button", class: `message-menu icon-button${inThread ? " alone" : ""}`, "aria-label": `More for this message of ${name}`, title: "More", "aria-haspopup": "menu", data: { testid: "message-menu" } }, icon("dots"));
    menu.options = Object.entries(ctx.shortcuts).map(([value, text]) => ({ value, text: { type: "plain_text", text } }));
    content.append(menu);
  }
  if (!inThread && !m.ephemeral) {
    const n = m.reply_count ?? 0;
    content.append(n
      ? h("button", { type: "button", class: "replies", data: { testid: "thread-open" } },
        (m.reply_users ?? []).slice(0, 3).map((id) => avatar(ctx.users.get(id), ctx.app)), h("b", {}, `${n} ${n === 1 ? "reply" : "replies"}`), h("span", { class: "replies-view" }, "View thread"))
      : h("button", { type: "button", class: "reply-tool icon-button", "aria-label": `Reply to ${name} in a thread`, title: "Reply in a thread", data: { testid: "thread-open" } }, icon("thread")));
  }
  return h("article", {
    class: `message${compact ? " compact" : ""}${m.ephemeral ? " is-ephemeral" : ""}${m.blocks?.length ? " has-blocks" : ""}`, tabindex: "-1",
    "aria-label": `${name}, ${clockTime(unix, ctx.tz)}`,
    data: { testid: "message", where: "message", ts: m.ts, channel },
  }, compact ? h("span", { class: "avatar-space" }) : avatar(user, ctx.app), content);
}

/** A list of messages that stays at its end while the reader is there. */
export class Log {
  constructor(label, inThread = false) {
    this.inThread = inThread;
    this.stick = true;
    this.last = null;
    this.list = h("div", { class: "log-list", role: "log", "aria-label": label, "aria-live": "polite", "aria-relevant": "additions" });
    this.scroller = h("div", { class: "log", tabindex: "0", role: "group", "aria-label": `${label}, scrollable` }, this.list);
    this.pill = h("button", { type: "button", class: "pill", hidden: true, data: { testid: "new-messages" }, onclick: () => this.end() });
    this.node = h("div", { class: "log-frame" }, this.scroller, this.pill);
    this.scroller.addEventListener("scroll", () => {
      this.stick = this.scroller.scrollHeight - this.scroller.scrollTop - this.scroller.clientHeight < 48;
      if (this.stick) this.pill.hidden = true;
    }, { passive: true });
    this.watch = new ResizeObserver(() => { if (this.stick) this.bottom(); });
    this.watch.observe(this.scroller);
    this.watch.observe(this.list);
  }

  bottom() { this.scroller.scrollTop = this.scroller.scrollHeight; }

  end() { this.stick = true; this.pill.hidden = true; this.bottom(); }

  show(messages, ctx, { channel, fresh = null, beginning = null }) {
    const items = [];
    if (beginning) items.push({ key: "beginning", sign: beginning, build: () => h("p", { class: "beginning" }, beginning) });
    let day = null, before = null;
    messages.forEach((m, i) => {
      const unix = Number(m.ts), today = dayOf(unix, ctx.tz);
      if (!this.inThread && today !== day) {
        const line = dayLine(unix, ctx.tz, ctx.now());
        items.push({ key: `day-${today}`, sign: line, build: () => h("div", { class: "day" }, h("span", {}, line)) });
        before = null;
      }
      day = today;
      if (fresh && m.ts === fresh) { items.push({ key: "fresh", sign: "", build: () => h("div", { class: "fresh" }, h("span", {}, "New")) }); before = null; }
      const compact = follows(m, before);
      before = m;
      items.push({ key: `m-${m.ts}`, sign: signOf([m, compact], ctx), build: () => message(m, { ctx, channel, compact, inThread: this.inThread }) });
      if (this.inThread && i === 0 && messages.length > 1) {
        const n = messages.length - 1, words = `${n} ${n === 1 ? "reply" : "replies"}`;
        items.push({ key: "count", sign: words, build: () => h("div", { class: "reply-count" }, h("span", {}, words)) });
        before = null;
      }
    });
    const stick = this.stick, top = this.scroller.scrollTop;
    reconcile(this.list, items);
    const last = messages.at(-1);
    if (stick) this.bottom();
    else {
      if (Math.abs(this.scroller.scrollTop - top) > 2 && !CSS.supports("overflow-anchor", "auto")) this.scroller.scrollTop = top;
      if (last && this.last && Number(last.ts) > this.last && last.user !== ctx.me.id) {
        this.pill.textContent = last.ephemeral ? "A new message that only you see" : "New messages";
        this.pill.hidden = false;
      }
    }
    this.last = Math.max(this.last ?? 0, last ? Number(last.ts) : 0);
  }

  /** Bring one message into view and let it light up. False if it is not here. */
  point(ts) {
    const node = this.list.querySelector(`[data-ts="${CSS.escape(ts)}"]`);
    if (!node) return false;
    this.stick = false;
    node.scrollIntoView({ block: "center" });
    node.classList.add("pointed");
    node.focus({ preventScroll: true });
    setTimeout(() => node.classList.remove("pointed"), 2500);
    return true;
  }

  aclose() { this.watch.disconnect(); }
}
