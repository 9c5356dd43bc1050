// The bar above the workspace, which no Slack has: who you are, what time it is, and the tour.

import { h, icon } from "./dom.js";
import { fullTime, stageTime } from "./time.js";

const bar = document.getElementById("stage");
const strip = document.getElementById("tour");
const phone = matchMedia("(max-width: 640px)");

const kept = (key, value) => {
  try { return value === undefined ? sessionStorage.getItem(key) : sessionStorage.setItem(key, value); } catch { return null; }
};

export class Stage {
  /** `become(user_id)`, `jump(seconds)` */
  constructor({ become, jump, ctx }) {
    Object.assign(this, { ctx });
    this.step = Number(kept("tour.step") ?? 0);
    this.gone = kept("tour.gone") === "yes";
    this.open = false;
    this.you = h("span", { class: "you-name" });
    this.select = h("select", { "aria-label": "You are", data: { testid: "person-switch" }, onchange: () => become(this.select.value) });
    this.day = h("span", { class: "clock-day" });
    this.time = h("span", { class: "clock-time" });
    this.clock = h("time", { class: "clock-now", data: { testid: "clock" } }, this.day, " ", this.time);
    const plus = (hours) => h("button", {
      type: "button", class: "stage-button", "aria-label": `Move the clock ${hours} ${hours === 1 ? "hour" : "hours"} forward`, title: `Move the clock ${hours} h forward`,
      data: { testid: `clock-plus-${hours}h` }, onclick: (e) => jump(hours * 3600, e.currentTarget),
    }, `+${hours}\u00a0h`);
    this.jumps = h("div", { class: "jumps", role: "group", "aria-label": "Move the clock" }, [1, 24, 48].map(plus));
    this.again = h("button", { type: "button", class: "stage-button tour-again", data: { testid: "tour-open" }, onclick: () => this.dismiss(false) }, icon("map"), h("span", {}, "Tour"));
    this.team = h("span", { class: "stage-team" });
    bar.append(this.team, h("div", { class: "stage-clock" }, icon("clock"), this.clock, this.jumps), this.again,
      h("div", { class: "you" }, h("span", { class: "you-face", "aria-hidden": "true" }, h("span", { class: "you-are" }, "You are"), this.you, icon("down")), this.select));
    setInterval(() => this.tick(), 1000);
  }

  show(state) {
    this.team.textContent = `${state.app.name}: a local workspace, nothing leaves this machine`;
    const people = state.users.filter((u) => !u.is_bot && !u.deleted);
    const sign = JSON.stringify(people);
    if (this.sign !== sign) {
      this.sign = sign;
      this.select.replaceChildren(...people.map((u) => {
        const about = u.stranger ? "from another workspace" : u.guest ? "guest" : u.title;
        return h("option", { value: u.id }, about ? `${u.real_name} (${about})` : u.real_name);
      }));
    }
    this.select.value = state.me.id;
    this.you.textContent = state.me.real_name.split(" ")[0];
    this.jumps.hidden = !state.jumps;
    this.tour = (state.tour ?? []).map((s) => (typeof s === "string" ? s : s.text ?? ""));
    this.tick();
    this.draw();
  }

  tick() {
    const { me, tz, now } = this.ctx();
    if (!me) return;
    const [day, time] = stageTime(now(), tz, phone.matches);
    if (this.day.textContent !== day) this.day.textContent = day;
    if (this.time.textContent !== time) this.time.textContent = time;
    this.clock.title = fullTime(now(), tz);
    this.clock.setAttribute("datetime", new Date(now() * 1000).toISOString());
  }

  dismiss(yes) {
    this.gone = yes;
    this.open = !yes;
    kept("tour.gone", yes ? "yes" : "no");
    this.draw();
    (yes ? this.again : strip.querySelector("button"))?.focus();
  }

  go(by) {
    this.step = Math.max(0, Math.min(this.tour.length - 1, this.step + by));
    kept("tour.step", String(this.step));
    this.draw();
  }

  draw() {
    const n = this.tour.length, step = Math.min(this.step, Math.max(0, n - 1));
    strip.hidden = !n || this.gone;
    this.again.hidden = !n || !this.gone;
    if (!this.words && n) {
      this.words = h("span", { class: "tour-text", id: "tour-text" });
      this.count = h("span", { class: "tour-count" });
      this.fold = h("button", { type: "button", class: "tour-fold", "aria-controls": "tour-text", data: { testid: "tour-fold" }, onclick: () => { this.open = !this.open; this.draw(); } }, this.count, this.words, icon("down"));
      this.back = h("button", { type: "button", class: "icon-button", "aria-label": "Previous step", data: { testid: "tour-previous" }, onclick: () => this.go(-1) }, icon("back"));
      this.next = h("button", { type: "button", class: "icon-button", "aria-label": "Next step", data: { testid: "tour-next" }, onclick: () => this.go(1) }, icon("next"));
      this.end = h("button", { type: "button", class: "icon-button", "aria-label": "Close the tour", data: { testid: "tour-close" }, onclick: () => this.dismiss(true) }, icon("close"));
      strip.append(this.fold, h("div", { class: "tour-buttons" }, this.back, this.next, this.end));
    }
    if (!n) return;
    strip.classList.toggle("open", this.open);
    const wide = !phone.matches; // everything is shown there, and there is nothing to fold
    this.fold.tabIndex = wide ? -1 : 0;
    if (wide) this.fold.removeAttribute("aria-expanded");
    else this.fold.setAttribute("aria-expanded", String(this.open));
    this.count.textContent = `${step + 1}/${n}`;
    if (this.words.textContent !== this.tour[step]) this.words.textContent = this.tour[step];
    this.back.disabled = step === 0;
    this.next.disabled = step === n - 1;
  }
}
