// The message box, one for a channel and one for a thread.

import { h, icon, uid } from "./dom.js";

/** What stands unsent, by person, channel and thread. */
const drafts = new Map();

export class Composer {
  /** `send(text)` resolves to whether it was taken; `commands()` gives {"/name": hint}, or null where there are none. */
  constructor({ key, label, send, commands, attach = null, thread = false }) {
    Object.assign(this, { key, send, commands });
    const id = uid("composer");
    this.hints = h("div", { class: "hints", id: `${id}-hints`, hidden: true });
    this.area = h("textarea", {
      id, rows: 1, placeholder: label, "aria-label": label, autocomplete: "off", "aria-describedby": `${id}-hints`,
      data: { testid: thread ? "thread-composer" : "composer" },
    });
    this.button = h("button", { type: "submit", class: "send", "aria-label": "Send", data: { testid: thread ? "thread-send" : "send" } }, icon("send"));
    this.node = h("form", { class: "composer", onsubmit: (e) => { e.preventDefault(); this.go(); } }, this.hints, h("div", { class: "composer-box" }, attach && this.clip(attach), this.area, this.button));
    this.area.value = drafts.get(key) ?? "";
    this.area.addEventListener("input", () => this.dress());
    this.area.addEventListener("keydown", (e) => {
      if (e.key === "Enter" && !e.shiftKey && !e.isComposing && !matchMedia("(pointer: coarse)").matches) { e.preventDefault(); this.go(); }
      if (e.key === "Tab" && !e.shiftKey && this.hits().length === 1 && this.area.value.length > 1 && !this.area.value.includes(" ")) { e.preventDefault(); this.take(this.hits()[0][0]); }
    });
    this.dress();
  }

  clip(attach) {
    const input = h("input", { type: "file", class: "sr", multiple: true, tabindex: "-1", "aria-label": "Files to send", data: { testid: "attach" } });
    input.addEventListener("change", () => { attach([...input.files]); input.value = ""; });
    return [input, h("button", { type: "button", class: "clip icon-button", "aria-label": "Send a file", title: "Send a file", onclick: () => input.click() }, icon("clip"))];
  }

  hits() {
    const text = this.area.value, name = text.split(" ", 1)[0];
    const known = text.startsWith("/") ? Object.entries(this.commands() ?? {}) : [];
    return known.filter(([command]) => (text.includes(" ") ? command === name : command.startsWith(name)));
  }

  take(command) {
    this.area.value = `${command} `;
    this.area.focus();
    this.dress();
  }

  dress() {
    const text = this.area.value;
    if (text) drafts.set(this.key, text);
    else drafts.delete(this.key);
    const hits = this.hits();
    this.hints.hidden = !hits.length;
    this.hints.replaceChildren(...hits.map(([command, hint]) => h("button", { type: "button", class: "command", onclick: () => this.take(command) }, h("b", {}, command), " ", h("span", {}, hint))));
    if (text.trim() && !this.busy) this.button.removeAttribute("aria-disabled");
    else this.button.setAttribute("aria-disabled", "true");
    this.button.classList.toggle("ready", Boolean(text.trim()));
    this.area.style.height = "auto";
    if (this.area.scrollHeight) this.area.style.height = `${Math.min(160, this.area.scrollHeight)}px`;
  }

  async go() {
    const text = this.area.value.trim();
    if (!text || this.busy) return;
    this.busy = true;
    this.dress();
    const taken = await this.send(text);
    this.busy = false;
    if (taken && this.area.value.trim() === text) this.area.value = "";
    this.dress();
  }
}
