// The page of the local workspace: a small Slack for a phone and a desktop, without a build step.
//
// The hash keeps what is open, so that a test or a link opens straight into it:
//   #as=U…                    who is looking; without it the first person
//   &channel=C…  | &home=1    a channel or direct message | the app's Home tab (a phone without either shows the list)
//   &thread=TS                that thread beside it (on a phone: instead of it)
//   &ts=TS                    that message is scrolled to and lights up (permalinks of the Web API end like this)
//
// Stable hooks, data-testid unless said otherwise:
//   person-switch             a <select>; option values are user ids
//   channel-NAME, dm-app      links in the list of channels; tab-home: the app's Home (in the list; on a phone inside the
//                             app's screen it is the tab there, so that there is always just one); tab-messages beside it
//   back                      on a phone: one screen up
//   message                   with data-ts and data-channel; `ephemeral` is the part inside that only this person sees
//   action                    every button of a block, with data-action-id, data-block-id, data-value
//   overflow, overflow-option the "…" button (data-action-id) and its options (data-value); confirm, confirm-yes, confirm-no
//   modal, modal-title, modal-submit, modal-close, modal-x   the modal in front, only ever one; modal has data-view
//   [data-block-id]           the control itself: input, textarea, select, or each radio and checkbox (value = option value)
//   field-error               one under each input, with data-for = block_id; hidden while there is none
//   composer, send            the channel's message box; a text that begins with / is a slash command
//   attach                    the hidden <input type=file> of the message box: what is chosen is sent at once
//   thread-open, thread, thread-composer, thread-send, thread-close
//   clock, clock-plus-1h, clock-plus-24h, clock-plus-48h     <time datetime=…> and the jumps
//   toast, tour, tour-fold, tour-previous, tour-next, tour-close, tour-open, home, new-messages
// While an action is under way its button has aria-disabled="true".

import { read, renderBlocks } from "./blocks.js";
import { Composer } from "./composer.js";
import { h, icon, reconcile } from "./dom.js";
import { closeMenu, confirm, openMenu, toast } from "./layers.js";
import { avatar, Log } from "./messages.js";
import { Modals } from "./modal.js";
import { get, listen, post, upload } from "./net.js";
import { Stage } from "./stage.js";

const $ = (id) => document.getElementById(id);
const phone = matchMedia("(max-width: 640px)");

let route = parse(location.hash);
let state = null;
let born = 0; // performance.now() when the state was asked for
let main = null; // {key, log, composer, …}: what the middle shows
let side = null; // the same for the thread
const busy = new Set();
const cache = new Map(); // messages by person, channel and thread
let ctx = { me: null, shortcuts: {}, tz: "UTC", now: () => 0, users: new Map(), channels: new Map(), usersSign: "" };

// The hash

function parse(hash) {
  const q = new URLSearchParams(hash.replace(/^#/, ""));
  return { as: q.get("as"), channel: q.get("channel"), home: q.get("home") === "1", thread: q.get("thread"), ts: q.get("ts") };
}

function hashOf(r) {
  const q = new URLSearchParams();
  if (r.as) q.set("as", r.as);
  if (r.home) q.set("home", "1");
  else if (r.channel) {
    q.set("channel", r.channel);
    if (r.thread) q.set("thread", r.thread);
    if (r.ts) q.set("ts", r.ts);
  }
  return `#${q}`;
}

function go(next, { replace = false } = {}) {
  route = { home: false, thread: null, ts: null, channel: null, ...next, as: next.as ?? route.as };
  const hash = hashOf(route);
  if (hash !== location.hash) history[replace ? "replaceState" : "pushState"](null, "", hash);
  closeMenu();
  draw();
  return refresh();
}

for (const event of ["hashchange", "popstate"]) {
  addEventListener(event, () => {
    const next = parse(location.hash);
    if (hashOf({ ...next, as: next.as ?? route.as }) === hashOf(route)) return;
    go(next, { replace: true });
  });
}

/** Where this person really can be: channels that are not theirs give way to the first that is. */
function settle() {
  const channels = state.channels, before = hashOf(route);
  route.as = state.me.id;
  const mine = channels.find((c) => c.kind === "im");
  if (!route.home && route.channel && !channels.some((c) => c.id === route.channel)) {
    route = { ...route, channel: main?.kind === "im" ? mine?.id ?? null : null, thread: null, ts: null };
  }
  if (!route.home && !route.channel && !phone.matches) route.channel = (channels.find((c) => c.kind !== "im" && c.member) ?? channels[0])?.id ?? null;
  if (hashOf(route) !== before || !location.hash) history.replaceState(null, "", hashOf(route));
}

// What the server knows

let running = null, again = false;

/** Fetch everything that is on the screen. Whoever awaits this sees what was true when they asked, or newer. */
function refresh() {
  if (running) { again = true; return running; }
  running = (async () => {
    do { again = false; await once(); } while (again);
    running = null;
  })();
  return running;
}

const place = (r) => `${r.as}|${r.channel}|${r.thread ?? ""}`;

async function once() {
  const asked = { ...route }, at = performance.now();
  const [fresh, ...lists] = await Promise.all([get("state", { as: asked.as }), ...fetches(asked)]);
  if (!fresh.ok) {
    if (asked.as && !fresh.lost && !state) { route.as = null; again = true; return; }
    if (!fresh.lost) toast(fresh.problem);
    return;
  }
  if (asked.as !== route.as) { again = true; return; }
  for (const [key, list] of lists) if (list.ok) cache.set(key, list.messages);
  const before = state;
  state = fresh;
  born = at;
  if (before?.me.id !== state.me.id) connect(state.me.id);
  const users = new Map(state.users.map((u) => [u.id, u]));
  ctx = {
    me: state.me, shortcuts: state.shortcuts, tz: state.me.tz || "UTC", app: state.app, users, channels: new Map(state.channels.map((c) => [c.id, c])),
    now: () => state.now + (performance.now() - born) / 1000,
    usersSign: `${state.me.id}${state.users.map((u) => u.id + u.real_name).join()}${state.channels.map((c) => c.id + c.name).join()}`.length + state.me.id,
  };
  settle();
  draw();
  const got = new Set(lists.map(([key]) => key));
  if (fetches(route, (thread) => place({ ...route, thread })).some((key) => !got.has(key))) again = true;
}

/** What is on the screen besides the state, for a person whose channels are known. */
function fetches(r, one = async (thread) => [place({ ...r, thread }), await get("messages", { as: r.as, channel: r.channel, thread_ts: thread })]) {
  if (r.home || state?.me.id !== r.as || !ctx.channels.has(r.channel)) return [];
  return r.thread ? [one(null), one(r.thread)] : [one(null)];
}

let unlisten = () => {};

function connect(as) {
  unlisten();
  unlisten = listen(as, refresh, (yes) => document.body.classList.toggle("offline", !yes));
}

/** Send a gesture and show what came of it. `quiet`: no toast; `errors`: the caller shows those of fields. */
async function act(body, { quiet = false, errors = false } = {}) {
  const answer = await post("act", { as: route.as, ...body });
  if (!answer.ok && !quiet && !(errors && Object.keys(answer.errors ?? {}).length)) toast(answer.problem ?? "That did not work.");
  if (!quiet || !answer.ok) await refresh();
  if (quiet && !answer.ok && body.view) answer.gone = !state.modals.some((v) => v.id === body.view);
  return answer;
}

// The screen

const modals = new Modals({ act, ctx: () => ctx, describe, restore, wide: () => !phone.matches && matchMedia("(hover: hover)").matches });
const stage = new Stage({ ctx: () => ctx, become, jump });

function draw() {
  if (!state || state.me.id !== route.as) return;
  document.body.dataset.screen = route.thread && !route.home ? "thread" : route.home || route.channel ? "main" : "list";
  stage.show(state);
  drawSidebar();
  drawMain();
  drawThread();
  modals.show(state.modals ?? []);
  testids();
  markBusy();
  const here = state.channels.find((c) => c.id === route.channel);
  document.title = `${route.home ? `${state.app.name} Home` : here ? (here.kind === "im" ? state.app.name : `#${here.name}`) : "Channels"} · ${state.team.name}, local workspace`;
}

/** There may be two ways back and two ways Home; a hook is only ever on the one that can be seen. */
function testids() {
  const screen = document.body.dataset.screen, inApp = phone.matches && screen === "main" && document.querySelector(".app-tabs") !== null;
  for (const node of document.querySelectorAll("[data-back]")) {
    if (node.dataset.back === screen) node.dataset.testid = "back";
    else delete node.dataset.testid;
  }
  for (const node of document.querySelectorAll("[data-to-home]")) {
    if ((node.dataset.toHome === "tab") === inApp) node.dataset.testid = "tab-home";
    else delete node.dataset.testid;
  }
}

function drawSidebar() {
  const bar = $("sidebar");
  if (!bar.firstChild) {
    bar.append(h("div", { class: "team" }, h("h1", { class: "team-name" }), h("p", { class: "status" }, h("span", { class: "dot", "aria-hidden": "true" }), h("span", { class: "status-words" }))),
      h("div", { class: "places" }), h("details", { class: "failures", hidden: true }, h("summary"), h("ul")));
  }
  bar.querySelector(".team-name").textContent = state.team.name;
  const on = state.app.connected > 0;
  bar.querySelector(".status").classList.toggle("off", !on);
  bar.querySelector(".status-words").textContent = on ? `${state.app.name} is connected` : `${state.app.name} is not connected`;
  const shown = state.channels.filter((c) => c.kind !== "im" && !(c.archived && !c.member));
  const im = state.channels.find((c) => c.kind === "im");
  const mine = shown.filter((c) => c.member), others = shown.filter((c) => !c.member);
  const title = (key, words) => ({ key, sign: words, build: () => h("h2", { class: "places-title" }, words) });
  const link = (key, to, label, mark, { testid, unread = 0, current, extra = {} }) => {
    const n = current ? 0 : unread; // what is open is being read
    return {
      key, sign: JSON.stringify([to, label, n, current]),
      build: () => h("a", { class: `place${n ? " unread" : ""}`, href: hashOf({ ...to, as: route.as }), "aria-current": current ? "page" : null, data: { here: "", testid, ...extra } },
        mark(), h("span", { class: "place-name" }, label), n ? h("span", { class: "badge" }, n > 99 ? "99+" : n, h("span", { class: "sr" }, " unread")) : null),
    };
  };
  const channel = (c) => link(`c-${c.id}`, { channel: c.id }, c.name, () => icon(c.kind === "private_channel" ? "lock" : "hash"),
    { testid: `channel-${c.name}`, unread: c.member ? c.unread : 0, current: !route.home && route.channel === c.id });
  const app = [
    im && link("im", { channel: im.id }, state.app.name, () => avatar({ id: state.app.user_id }, state.app), { testid: "dm-app", unread: im.unread, current: !route.home && route.channel === im.id }),
    !state.me.stranger && link("home", { home: true }, "Home", () => icon("home"), { current: route.home, extra: { toHome: "list" } }),
  ].filter(Boolean);
  reconcile(bar.querySelector(".places"), [
    ...(mine.length ? [title("t-mine", "Channels"), ...mine.map(channel)] : []),
    ...(others.length ? [title("t-others", "Channels you are not in"), ...others.map(channel)] : []),
    ...(app.length ? [title("t-app", "Apps"), ...app] : []),
  ]);
  const box = bar.querySelector(".failures"), failures = state.failures ?? [];
  box.hidden = !failures.length;
  box.querySelector("summary").textContent = `${failures.length} not answered`;
  const words = failures.map((f) => `${f.what}: ${f.why}`);
  if (box.words !== words.join()) { box.words = words.join(); box.querySelector("ul").replaceChildren(...words.map((w) => h("li", {}, w))); }
}

function back(screen, label, to) {
  return h("button", { type: "button", class: "icon-button back", "aria-label": label, data: { back: screen }, onclick: () => go(to()) }, icon("back"));
}

/** The app has two tabs, as in Slack: its Home and its messages. */
function appHead() {
  const im = state.channels.find((c) => c.kind === "im");
  const tab = (label, to, current, extra) => h("a", { href: hashOf({ ...to, as: route.as }), "aria-current": current ? "page" : null, data: { here: "", ...extra } }, label);
  return h("header", { class: "head head-app" }, back("main", "All channels", () => ({})), avatar({ id: state.app.user_id }, state.app),
    h("h2", {}, state.app.name, h("span", { class: "app-badge" }, "APP")),
    h("nav", { class: "app-tabs", "aria-label": state.app.name },
      !state.me.stranger && tab("Home", { home: true }, route.home, { toHome: "tab" }),
      im && tab("Messages", { channel: im.id }, !route.home, { testid: "tab-messages" })));
}

function drawMain() {
  const here = state.channels.find((c) => c.id === route.channel);
  const key = `${route.as}|${route.home ? "home" : here?.id ?? ""}|${phone.matches}`;
  if (main?.key !== key) {
    main?.log?.aclose();
    main = { key, kind: route.home ? "im" : here?.kind };
    if (route.home) mountHome();
    else if (here) mountChannel(here);
    else $("main").replaceChildren(h("p", { class: "empty" }, "Choose a channel."));
  }
  if (route.home) {
    main.blocks.hidden = !state.home;
    main.note.hidden = Boolean(state.home);
    const problem = main.problem || (state.app.connected ? `${state.app.name} has not shown anything here yet.` : `${state.app.name} is not connected, so its Home is empty.`);
    if (!state.home && main.note.textContent !== problem) main.note.textContent = problem;
    if (state.home) {
      main.blocks.dataset.view = state.home.id;
      renderBlocks(main.blocks, state.home.blocks, ctx, { values: state.home.values, errors: state.home.errors ?? {}, draft: () => undefined });
    }
  } else if (here && main.log) {
    const messages = cache.get(place({ ...route, thread: null }));
    if (!messages) return;
    if (main.fresh === undefined) main.fresh = freshest(messages, main.unread);
    const name = here.kind === "im" ? `your messages with ${state.app.name}` : `#${here.name}`;
    main.log.show(messages.filter((m) => !m.thread_ts || m.thread_ts === m.ts), ctx, { channel: here.id, fresh: main.fresh, beginning: `This is the very beginning of ${name}.` });
    if (route.ts && !route.thread) point(main.log);
  }
}

function point(log) {
  if (log.point(route.ts)) { route.ts = null; history.replaceState(null, "", hashOf(route)); }
}

/** Where the line "New" stands: before the first of this many messages of others. */
function freshest(messages, unread) {
  const theirs = messages.filter((m) => m.user !== state.me.id);
  return unread && unread < theirs.length ? theirs[theirs.length - unread].ts : null;
}

function mountHome() {
  main.note = h("p", { class: "empty" });
  main.blocks = h("div", { class: "home-blocks", data: { where: "home", key: "home" } });
  $("main").replaceChildren(appHead(), h("div", { class: "home", tabindex: "0", role: "group", "aria-label": `${state.app.name} Home`, data: { testid: "home" } }, main.note, main.blocks));
  const mine = main;
  if (!state.me.stranger) act({ do: "home" }, { quiet: true }).then((answer) => { if (!answer.ok) { mine.problem = answer.problem; draw(); } });
}

function mountChannel(here) {
  main.unread = here.unread;
  cache.delete(place({ ...route, thread: null })); // older than that count
  const im = here.kind === "im", name = im ? state.app.name : `#${here.name}`;
  main.log = new Log(im ? `Messages with ${name}` : `Messages in ${name}`);
  const head = im ? appHead() : h("header", { class: "head" }, back("main", "All channels", () => ({})),
    h("h2", {}, icon(here.kind === "private_channel" ? "lock" : "hash"), h("span", {}, here.name)),
    here.topic && h("p", { class: "topic" }, here.topic), here.members && h("span", { class: "members" }, `${here.members} members`));
  const closed = here.archived ? "This channel is archived." : here.member ? null : `You are not a member of ${name}.`;
  main.composer = closed ? null : new Composer({
    key: `${route.as}|${here.id}|`, label: `Message ${name}`, commands: () => (state.me.stranger ? null : state.commands),
    send: (text) => say(here.id, text), attach: (files) => sendFiles(here.id, files),
  });
  $("main").replaceChildren(head, main.log.node, main.composer?.node ?? h("p", { class: "closed" }, closed));
  main.composer?.dress();
}

/** What a person writes as Slack's client sends it: & < > escaped, @names and #channels as mentions. */
function escaped(text) {
  let out = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const names = [...ctx.users.values()].flatMap((u) => [[`@${u.real_name}`, `<@${u.id}>`], [`@${u.name}`, `<@${u.id}>`]])
    .concat([...ctx.channels.values()].filter((c) => c.kind !== "im").map((c) => [`#${c.name}`, `<#${c.id}>`])).sort((a, b) => b[0].length - a[0].length);
  for (const [name, token] of names) out = out.replace(new RegExp(`(^|[\\s(])${name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?![\\p{L}\\p{N}])`, "giu"), (_, before) => before + token);
  return out;
}

/** Post a message, or run a command. */
async function say(channel, text, thread_ts) {
  if (text.startsWith("/")) {
    if (thread_ts) { toast(`${text.split(" ", 1)[0]} does not work in threads. Use the channel's message box.`); return false; }
    return (await act({ do: "slash", channel, text })).ok;
  }
  const { ok } = await act({ do: "post", channel, text: escaped(text), ...(thread_ts ? { thread_ts } : {}) });
  if (ok) (thread_ts ? side : main)?.log?.end();
  return ok;
}

/** Send files as a message, as Slack's paper clip does. */
async function sendFiles(channel, list) {
  const answers = await Promise.all([...list].map((file) => upload(route.as, file)));
  const wrong = answers.find((a) => !a.ok);
  if (wrong) { toast(wrong.problem); return; }
  const { ok } = await act({ do: "post", channel, text: "", files: answers.map((a) => a.id) });
  if (ok) main?.log?.end();
}

function drawThread() {
  const pane = $("thread"), here = state.channels.find((c) => c.id === route.channel);
  const open = Boolean(route.thread && !route.home && here);
  pane.hidden = !open;
  document.body.classList.toggle("has-thread", open);
  const key = open ? place(route) : null;
  if (side?.key !== key) {
    side?.log?.aclose();
    side = open ? { key } : null;
    pane.replaceChildren();
    if (open) {
      const name = here.kind === "im" ? state.app.name : `#${here.name}`, leave = () => ({ channel: route.channel });
      side.log = new Log(`Thread in ${name}`, true);
      side.log.stick = phone.matches ? false : true;
      side.composer = here.member && !here.archived ? new Composer({ key, label: "Reply…", thread: true, commands: () => null, send: (text) => say(here.id, text, route.thread) }) : null;
      pane.append(h("header", { class: "head" }, back("thread", `Back to ${name}`, leave), h("h2", {}, "Thread", h("small", {}, name)),
        h("button", { type: "button", class: "icon-button thread-x", "aria-label": "Close the thread", data: { testid: "thread-close" }, onclick: () => closeThread() }, icon("close"))),
      side.log.node, side.composer?.node ?? "");
      side.composer?.dress();
    }
  }
  if (!open) return;
  const messages = cache.get(key);
  if (!messages) return;
  side.log.show(messages, ctx, { channel: here.id });
  if (route.ts) point(side.log);
  if (side.enter) { side.enter = false; (side.composer && !phone.matches ? side.composer.area : $("thread")).focus({ preventScroll: true }); }
}

function openThread(ts) {
  go({ channel: route.channel, thread: ts });
  if (side) side.enter = true;
  draw();
}

function closeThread() {
  const ts = route.thread;
  go({ channel: route.channel });
  $("main").querySelector(`[data-ts="${CSS.escape(ts)}"] [data-testid="thread-open"]`)?.focus({ preventScroll: true });
}

// Focus: where it was, in words that survive a redraw

function describe(node) {
  if (!node || node === document.body) return null;
  return { in: node.closest("#thread") ? "thread" : "main", action: node.dataset.actionId, testid: node.dataset.testid, ts: node.closest("[data-ts]")?.dataset.ts, holder: node.closest("[data-key]")?.dataset.key, value: node.dataset.value };
}

function restore(was) {
  const area = $(was?.in ?? "main"), root = was?.ts ? area.querySelector(`[data-ts="${CSS.escape(was.ts)}"]`) : area;
  const all = [...(root ?? area).querySelectorAll(was?.action ? `[data-action-id="${CSS.escape(was.action)}"]` : `[data-testid="${CSS.escape(was?.testid ?? "-")}"]`)];
  const same = all.find((n) => n.dataset.value === was.value) ?? (was?.ts ? all[0] : null);
  (same ?? (was?.ts ? root : null) ?? main?.composer?.area ?? $("main")).focus({ preventScroll: true });
}

// What a person does

function become(as) {
  const im = state.channels.find((c) => c.id === route.channel)?.kind === "im";
  // Nobody else has this person's direct message: settle() finds theirs.
  go(route.home ? { as, home: true } : { as, channel: route.channel, thread: im ? null : route.thread });
}

async function jump(seconds, button) {
  button.setAttribute("aria-disabled", "true");
  const answer = await post("clock", { seconds });
  if (!answer.ok) toast(answer.problem);
  await refresh();
  button.removeAttribute("aria-disabled");
}

function whereOf(node) {
  const place = node.closest("[data-where]");
  if (place?.dataset.where === "message") return { channel: place.dataset.channel, ts: place.dataset.ts };
  if (place?.dataset.where === "view") return { view: place.dataset.view };
  return { home: true };
}

// In the blocks of messages and Home a missing block_id is made up anew at each update: the action says enough.
const busyKey = (node) => JSON.stringify([whereOf(node), node.dataset.actionId, node.dataset.value ?? ""]);

function markBusy() {
  for (const node of document.querySelectorAll(".block [data-action-id].button")) {
    const yes = busy.size > 0 && busy.has(busyKey(node));
    if (yes === (node.getAttribute("aria-disabled") === "true")) continue;
    node.toggleAttribute("data-busy", yes);
    if (yes) node.setAttribute("aria-disabled", "true");
    else node.removeAttribute("aria-disabled");
  }
}

async function press(node, choice, ask) {
  const key = busyKey(node);
  if (busy.has(key) || !(await confirm(ask, ctx))) return;
  busy.add(key);
  markBusy();
  // What was typed in the form goes first: the app reads it together with the click.
  if (node.closest('[data-where="view"]') && modals.top) await modals.send(modals.top);
  await act({ do: "click", where: whereOf(node), block_id: node.dataset.blockId, action_id: node.dataset.actionId, value: node.dataset.value, ...(choice === undefined ? {} : { choice }) });
  busy.delete(key);
  markBusy();
}

let choosing = Promise.resolve();

/** A menu, a date or boxes in a section or an actions block: chosen at once. */
function choose(root) {
  const { fieldBlock: block_id, fieldAction: action_id } = root.dataset, where = whereOf(root), choice = read(root);
  choosing = choosing.then(async () => {
    if (await confirm(root.confirm, ctx)) await act({ do: "click", where, block_id, action_id, choice });
    else { root.sign = null; await refresh(); }
  });
}

document.addEventListener("click", (event) => {
  const node = event.target.closest("a[data-here], button, .button");
  if (!node || event.defaultPrevented) return;
  if (node.getAttribute("aria-disabled") === "true") { event.preventDefault(); return; }
  if (node.matches("a[data-here]")) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const inList = Boolean(node.closest("#sidebar"));
    go({ ...parse(new URL(node.href).hash), as: route.as });
    if (inList && phone.matches) $("main").focus({ preventScroll: true });
    return;
  }
  if (node.dataset.testid === "thread-open") { openThread(node.closest("[data-ts]").dataset.ts); return; }
  if ("dismiss" in node.dataset) { act({ do: "dismiss", ...whereOf(node) }); return; }
  if (node.dataset.testid === "message-menu") {
    const { ts, channel } = node.closest("[data-ts]").dataset;
    openMenu(node, (option) => act({ do: "shortcut", channel, ts, callback_id: option.value }));
    return;
  }
  if (node.dataset.testid === "overflow") {
    openMenu(node, (option) => {
      if (option.url && /^https?:/.test(option.url)) open(option.url, "_blank", "noopener");
      press(node, option.value, node.confirm);
    });
    return;
  }
  if (node.dataset.testid === "action") press(node, undefined, node.confirm);
});

/** Files of a form go up at once; the field then holds their ids. A form that is sent meanwhile waits for them. */
function pickFiles(root, files) {
  modals.hold((async () => {
    const answers = await Promise.all([...files].map((file) => upload(route.as, file)));
    const wrong = answers.find((a) => !a.ok);
    if (wrong) toast(wrong.problem);
    root.uploaded = answers.filter((a) => a.ok).map((a) => a.id);
    modals.typed(root, { now: true });
  })());
}

for (const kind of ["input", "change"]) {
  document.addEventListener(kind, (event) => {
    const root = event.target.closest?.("[data-field]");
    if (!root) return;
    if (root.dataset.field === "file_input") { if (kind === "change") pickFiles(root, event.target.files); return; }
    if ("input" in root.dataset && root.closest('[data-where="view"]')) modals.typed(root, { now: kind === "change" });
    else if (kind === "change") choose(root);
  });
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches?.('[data-dispatch="enter"] input')) {
    event.preventDefault();
    modals.typed(event.target.closest("[data-field]"), { now: true });
    return;
  }
  if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open]")) return;
  if (closeMenu()) { event.preventDefault(); return; }
  if (modals.top) { event.preventDefault(); modals.close(); return; }
  if (event.target.closest?.("#thread")) closeThread();
});

$("skip").addEventListener("click", (event) => {
  event.preventDefault();
  ($("main").querySelector(".log, .home") ?? $("main")).focus();
});

phone.addEventListener("change", () => { if (state) { settle(); draw(); refresh(); } });
setInterval(() => { if (state && !document.hidden) draw(); }, 30000); // "today" turns into "yesterday", minutes pass

refresh();
