// Slack's mrkdwn, plain_text and rich_text as nodes. `ctx` is {me, tz, now(), users: Map, channels: Map}.

import { h } from "./dom.js";
import { fullTime, slackDate } from "./time.js";

const WORD = /[\p{L}\p{N}]/u;
const TAGS = { "*": "b", _: "i", "~": "s" };
const BARE = /https?:\/\/[^\s<>"]*[^\s<>".,;:!?)\]'»”]/g;

const unescaped = (text) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

/** Where one of this workspace's permalinks leads on this page; null for any other address. */
function permalink(url) {
  const found = url.origin === location.origin && /^\/archives\/(\w+)\/p(\d+)(\d{6})$/.exec(url.pathname);
  if (!found) return null;
  const thread = url.searchParams.get("thread_ts");
  return new URL(`/#${new URLSearchParams({ channel: found[1], ts: `${found[2]}.${found[3]}`, ...(thread ? { thread } : {}) })}`, location.origin).href;
}

/** A link, if it is one that may be followed; else its label. */
export function link(url, label, extra = {}) {
  let href = null;
  try { const parsed = new URL(url, location.href); if (/^(https?|mailto):$/.test(parsed.protocol)) href = permalink(parsed) ?? parsed.href; } catch { /* not an address */ }
  if (href === null) return h("span", {}, label);
  const here = href.startsWith(`${location.origin}/`) && href.includes("#");
  return h("a", { href, rel: "noopener noreferrer", target: here ? null : "_blank", data: here ? { here: "" } : {}, ...extra }, label);
}

export function mention(id, ctx, label) {
  const user = ctx.users.get(id);
  return h("span", { class: id === ctx.me?.id ? "mention mention-me" : "mention", data: { user: id } }, `@${user?.real_name || user?.name || label || id}`);
}

function place(id, ctx, label) {
  const channel = ctx.channels.get(id);
  const name = channel?.name || label;
  if (!channel) return h("span", { class: "mention" }, `#${name || "private channel"}`);
  return h("a", { class: "mention", href: `#channel=${encodeURIComponent(id)}`, data: { here: "" } }, `#${name}`);
}

/** What stands between angle brackets. */
function angle(raw, ctx, first) {
  const bar = raw.indexOf("|");
  const target = bar < 0 ? raw : raw.slice(0, bar);
  const label = bar < 0 ? null : unescaped(raw.slice(bar + 1));
  if (target.startsWith("@")) return mention(target.slice(1), ctx, label);
  if (target.startsWith("#")) return place(target.slice(1), ctx, label);
  if (target.startsWith("!date^")) return date(target, label, ctx, first);
  if (target.startsWith("!subteam^")) return h("span", { class: "mention" }, label ?? "@group");
  if (target.startsWith("!")) return h("span", { class: "mention mention-me" }, `@${target.slice(1)}`);
  return link(unescaped(target), label ?? unescaped(target).replace(/^mailto:/, ""));
}

function date(target, fallback, ctx, first) {
  const [, unix, template, url] = target.split("^");
  const when = Number(unix);
  if (!Number.isFinite(when) || !template) return fallback ?? "";
  const text = slackDate(when, unescaped(template), ctx.tz, ctx.now(), first);
  const time = h("time", { datetime: new Date(when * 1000).toISOString(), title: fullTime(when, ctx.tz) }, text);
  return url ? link(unescaped(url), time) : time;
}

/** Where the span that opens at `i` with `mark` ends, or -1. */
function closing(text, i, mark) {
  if (i > 0 && WORD.test(text[i - 1])) return -1;
  if (!text[i + 1] || /\s/.test(text[i + 1]) || text[i + 1] === mark) return -1;
  for (let j = i + 1; j < text.length && text[j] !== "\n"; j += 1) {
    if (text[j] === "<") { const end = text.indexOf(">", j); if (end > 0) j = end; continue; }
    if (text[j] === mark && !/\s/.test(text[j - 1]) && !WORD.test(text[j + 1] ?? " ")) return j;
  }
  return -1;
}

function inline(text, ctx) {
  const out = [];
  let run = "";
  const flush = () => { if (run) out.push(...words(run)); run = ""; };
  for (let i = 0; i < text.length; i += 1) {
    const c = text[i];
    if (c === "<") {
      const end = text.indexOf(">", i);
      if (end > i + 1) {
        const first = !run.split("\n").at(-1).trim() && (run.includes("\n") || out.length === 0);
        flush();
        out.push(angle(text.slice(i + 1, end), ctx, first));
        i = end;
        continue;
      }
    } else if (c === "`") {
      const end = text.indexOf("`", i + 1);
      if (end > i + 1 && !text.slice(i, end).includes("\n")) {
        flush();
        out.push(h("code", {}, unescaped(text.slice(i + 1, end))));
        i = end;
        continue;
      }
    } else if (c in TAGS) {
      const end = closing(text, i, c);
      if (end > 0) {
        flush();
        out.push(h(TAGS[c], {}, ...inline(text.slice(i + 1, end), ctx)));
        i = end;
        continue;
      }
    }
    run += c;
  }
  flush();
  return out;
}

/** Text with bare addresses made into links, as Slack does. */
function words(run) {
  const text = unescaped(run), out = [];
  let from = 0;
  for (const hit of text.matchAll(BARE)) {
    if (hit.index > from) out.push(text.slice(from, hit.index));
    out.push(link(hit[0], hit[0]));
    from = hit.index + hit[0].length;
  }
  if (from < text.length) out.push(text.slice(from));
  return out;
}

/** The nodes of a mrkdwn text. */
export function mrkdwn(text, ctx) {
  const out = [];
  String(text ?? "").split(/```\n?([\s\S]+?)\n?```\n?/).forEach((piece, i) => {
    if (i % 2) out.push(h("pre", {}, unescaped(piece)));
    else if (piece) out.push(...lines(piece, ctx));
  });
  return out;
}

function lines(text, ctx) {
  const out = [];
  let kind = null, held = [];
  const flush = () => {
    if (held.length) {
      const body = inline(held.join("\n"), ctx);
      out.push(kind === "quote" ? h("blockquote", {}, ...body) : h("span", { class: "run" }, ...body));
    }
    held = [];
  };
  for (const line of text.split("\n")) {
    const quote = /^(?:>|&gt;) ?(.*)$/.exec(line);
    const next = quote ? "quote" : "plain";
    if (next !== kind) flush();
    kind = next;
    held.push(quote ? quote[1] : line);
  }
  flush();
  return out;
}

/** A text object, or a plain string. */
export function rich(text, ctx) {
  if (!text) return [];
  if (typeof text === "string") return [text];
  return text.type === "mrkdwn" ? mrkdwn(text.text, ctx) : [text.text];
}

/** The words of a text object, or of a plain string. */
export const words_of = (text) => (typeof text === "string" ? text : text?.text ?? "");

// rich_text

export function richText(block, ctx) {
  return (block.elements ?? []).map((part) => {
    switch (part.type) {
      case "rich_text_list": return h(part.style === "ordered" ? "ol" : "ul", { class: `indent-${part.indent ?? 0}` }, part.elements.map((e) => h("li", {}, spans(e, ctx))));
      case "rich_text_quote": return h("blockquote", {}, spans(part, ctx));
      case "rich_text_preformatted": return h("pre", {}, spans(part, ctx));
      default: return h("p", {}, spans(part, ctx));
    }
  });
}

function spans(part, ctx) {
  return (part.elements ?? []).map((e) => {
    let node;
    switch (e.type) {
      case "link": node = link(e.url, e.text || e.url); break;
      case "user": node = mention(e.user_id, ctx); break;
      case "channel": node = place(e.channel_id, ctx); break;
      case "broadcast": node = h("span", { class: "mention mention-me" }, `@${e.range}`); break;
      case "date": node = date(`!date^${e.timestamp}^${e.format}${e.url ? `^${e.url}` : ""}`, e.fallback, ctx, false); break;
      case "emoji": node = e.unicode ? String.fromCodePoint(...e.unicode.split("-").map((u) => parseInt(u, 16))) : `:${e.name}:`; break;
      default: node = e.text ?? "";
    }
    const { bold, italic, strike, code } = e.style ?? {};
    if (code) node = h("code", {}, node);
    if (strike) node = h("s", {}, node);
    if (italic) node = h("i", {}, node);
    if (bold) node = h("b", {}, node);
    return node;
  });
}
