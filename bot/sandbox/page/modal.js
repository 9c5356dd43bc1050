// The stack of modals. Only the one in front is in the page; the ones under it are kept as they are, with what was typed.
//
// What a person types lives here first (`drafts`, by view and block), so that no update can take it away; it is sent
// a moment after the typing stops, at the latest when the field is left and before the form is sent.

import { dress, read, renderBlocks } from "./blocks.js";
import { h, icon, uid } from "./dom.js";
import { words_of } from "./mrkdwn.js";

const PAUSE = 300;
const layer = document.getElementById("modal-layer");
const beneath = ["sidebar", "main", "thread", "skip"].map((id) => document.getElementById(id));

export class Modals {
  /** `act(body)` sends a gesture; `changed()` refreshes; `restore(descriptor)` gives the focus back to where it was. */
  constructor({ act, ctx, describe, restore, wide }) {
    Object.assign(this, { act, ctx, describe, restore, wide });
    this.made = new Map();
    this.shown = null;
    this.opener = null;
  }

  get top() { return this.shown ? this.made.get(this.shown) : null; }

  /** Bring the page in line with this stack of views. */
  show(stack) {
    const ids = new Set(stack.map((v) => v.id));
    for (const [id, one] of this.made) if (!ids.has(id)) { clearTimeout(one.timer); this.made.delete(id); }
    stack.forEach((view, i) => this.fill(this.made.get(view.id) ?? this.make(view), view, i));
    const top = stack.at(-1)?.id ?? null;
    if (top === this.shown) return;
    if (this.shown === null) this.opener = this.describe(document.activeElement);
    const before = this.shown;
    this.shown = top;
    document.body.classList.toggle("has-modal", top !== null);
    for (const node of beneath) if (node) node.inert = top !== null;
    layer.hidden = top === null;
    if (top === null) {
      layer.replaceChildren();
      this.restore(this.opener);
      this.opener = null;
      return;
    }
    const one = this.made.get(top);
    layer.replaceChildren(one.node);
    if (before && one.focused?.isConnected) one.focused.focus();
    else this.enter(one);
  }

  /** Focus a new modal: its first field where there is a keyboard, else the modal itself, whose title is then read out. */
  enter(one) {
    const first = one.body.querySelector("[data-input] input, [data-input] textarea, [data-input] select");
    (this.wide() && first ? first : one.node).focus({ preventScroll: true });
  }

  make(view) {
    const title = uid("title"), one = { id: view.id, drafts: new Map(), sent: new Map(), hushed: new Set(), errors: {}, chain: Promise.resolve() };
    one.title = h("h2", { id: title, data: { testid: "modal-title" } });
    one.x = h("button", { type: "button", class: "icon-button modal-x", data: { testid: "modal-x" }, onclick: () => this.close(one) });
    one.body = h("div", { class: "modal-body", data: { where: "view", view: view.id } });
    one.cancel = h("button", { type: "button", class: "button", data: { testid: "modal-close" }, onclick: () => this.close(one) });
    one.submit = h("button", { type: "submit", class: "button button-primary", data: { testid: "modal-submit" } });
    const form = h("form", { novalidate: true, onsubmit: (e) => { e.preventDefault(); this.submit(one); } },
      h("div", { class: "modal-head" }, one.title, one.x), one.body, h("div", { class: "modal-foot foot" }, one.cancel, one.submit));
    one.node = h("div", { class: "modal", role: "dialog", "aria-labelledby": title, tabindex: "-1", data: { testid: "modal", view: view.id } }, form);
    one.node.addEventListener("focusin", (e) => { one.focused = e.target; });
    this.made.set(view.id, one);
    return one;
  }

  fill(one, view, depth) {
    one.view = view;
    one.title.textContent = words_of(view.title);
    const back = depth > 0;
    if (one.back !== back) {
      one.back = back;
      one.x.replaceChildren(icon(back ? "back" : "close"));
      one.x.setAttribute("aria-label", back ? "Back" : "Close");
      one.node.classList.toggle("stacked", back);
    }
    one.cancel.textContent = words_of(view.close) || (view.submit ? "Cancel" : "Close");
    one.submit.hidden = !view.submit;
    if (view.submit) one.submit.textContent = words_of(view.submit);
    const known = { ...one.errors, ...view.errors };
    const errors = Object.fromEntries(Object.entries(known).filter(([id]) => !one.hushed.has(id)));
    renderBlocks(one.body, view.blocks, this.ctx(), { values: view.values, errors, draft: (id) => one.drafts.get(id) });
  }

  /** Somebody changed a field of an input block. */
  typed(root, { now }) {
    const one = this.top, id = root.dataset.fieldBlock;
    if (!one) return;
    dress(root);
    one.drafts.set(id, read(root));
    if (!one.hushed.has(id)) {
      one.hushed.add(id);
      delete one.errors[id];
      this.fill(one, one.view, one.back ? 1 : 0);
    }
    clearTimeout(one.timer);
    if (root.dataset.dispatch === "enter" && root.matches(":has(input[type=text], textarea)") && !now) return;
    if (now) this.send(one);
    else one.timer = setTimeout(() => this.send(one), PAUSE);
  }

  /** Send what was typed and not sent yet; one after the other, so that the last word stays the last. */
  send(one) {
    clearTimeout(one.timer);
    for (const [block_id, value] of one.drafts) {
      const text = JSON.stringify(value);
      if (one.sent.get(block_id) === text) continue;
      one.sent.set(block_id, text);
      one.chain = one.chain.then(async () => {
        const answer = await this.act({ do: "type", view: one.id, block_id, value }, { quiet: true });
        if (!answer.ok) { one.sent.delete(block_id); if (!answer.gone) this.complain(one, { [block_id]: answer.problem }); }
      });
    }
    return one.chain;
  }

  complain(one, errors) {
    Object.assign(one.errors, errors);
    for (const id of Object.keys(errors)) one.hushed.delete(id);
    if (this.made.get(one.id) === one) this.fill(one, one.view, one.back ? 1 : 0);
  }

  /** What has to end before a form is sent, such as a file that goes up. */
  hold(work) { this.holding = Promise.allSettled([this.holding, work]); }

  async submit(one) {
    if (one.busy || !one.view.submit) return;
    this.busy(one, one.submit, true);
    await this.holding;
    await this.send(one);
    one.hushed.clear();
    one.errors = {};
    const answer = await this.act({ do: "submit", view: one.id }, { errors: true });
    this.busy(one, one.submit, false);
    if (answer.errors && Object.keys(answer.errors).length) {
      this.complain(one, answer.errors);
      const wrong = [...one.body.children].find((b) => b.classList.contains("has-error"));
      wrong?.querySelector("input, textarea, select, summary")?.focus();
    }
  }

  async close(one = this.top) {
    if (!one || one.busy) return;
    this.busy(one, one.cancel, true);
    await this.act({ do: "close", view: one.id });
    this.busy(one, one.cancel, false);
  }

  busy(one, button, yes) {
    one.busy = yes;
    button.toggleAttribute("data-busy", yes);
    for (const b of [one.submit, one.cancel, one.x]) {
      if (yes) b.setAttribute("aria-disabled", "true");
      else b.removeAttribute("aria-disabled");
    }
  }
}
