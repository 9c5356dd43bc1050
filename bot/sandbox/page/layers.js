// What lies over the page for a moment: menus, "are you sure?", toasts.

import { h, icon } from "./dom.js";
import { rich, words_of } from "./mrkdwn.js";

const layer = document.getElementById("menu-layer");
let close_menu = null;

/** Close the open menu, if there is one; true if there was. */
export function closeMenu() {
  if (!close_menu) return false;
  close_menu(true);
  return true;
}

/** The options of an overflow button: arrows move, Enter picks, Escape and a tap elsewhere close. */
export function openMenu(opener, pick) {
  if (opener.getAttribute("aria-expanded") === "true") { closeMenu(); return; }
  closeMenu();
  const items = opener.options.map((option) => h("button", {
    type: "button", role: "menuitem", tabindex: "-1", class: "menu-item", data: { testid: "overflow-option", value: option.value },
    onclick: () => { close_menu(true); pick(option); },
  }, h("span", {}, words_of(option.text)), option.description && h("small", {}, words_of(option.description))));
  const menu = h("div", { class: "menu", role: "menu", "aria-label": opener.getAttribute("aria-label") }, items);
  const path = [opener.dataset.actionId, opener.dataset.blockId, opener.closest("[data-where]")?.dataset.key];
  opener.setAttribute("aria-expanded", "true");
  layer.replaceChildren(menu);
  layer.hidden = false;
  place(menu, opener);
  const away = (event) => { if (!menu.contains(event.target) && !opener.contains(event.target)) close_menu(false); };
  close_menu = (refocus) => {
    close_menu = null;
    layer.hidden = true;
    layer.replaceChildren();
    document.removeEventListener("pointerdown", away, true);
    // The button may have been drawn anew while the menu was open.
    const again = opener.isConnected ? opener : document.querySelector(`[data-key="${CSS.escape(path[2] ?? "")}"] [data-action-id="${CSS.escape(path[0] ?? "")}"]`);
    again?.setAttribute("aria-expanded", "false");
    if (refocus) again?.focus({ preventScroll: true });
  };
  document.addEventListener("pointerdown", away, true);
  menu.addEventListener("keydown", (event) => {
    const at = items.indexOf(document.activeElement), last = items.length - 1;
    const to = { ArrowDown: at === last ? 0 : at + 1, ArrowUp: at <= 0 ? last : at - 1, Home: 0, End: last }[event.key];
    if (to !== undefined) { event.preventDefault(); items[to].focus(); }
    else if (event.key === "Tab") { event.preventDefault(); close_menu(true); }
    else if (event.key.length === 1 && event.key !== " ") items.find((i) => i.textContent.toLowerCase().startsWith(event.key.toLowerCase()))?.focus();
  });
  items[0]?.focus();
}

function place(menu, opener) {
  const box = opener.getBoundingClientRect(), size = menu.getBoundingClientRect();
  if (matchMedia("(max-width: 640px)").matches) return; // a sheet at the bottom
  const below = box.bottom + 4 + size.height < innerHeight;
  menu.style.left = `${Math.max(8, Math.min(box.left, innerWidth - size.width - 8))}px`;
  menu.style.top = `${below ? box.bottom + 4 : Math.max(8, box.top - 4 - size.height)}px`;
}

addEventListener("resize", () => closeMenu());

/** Slack's confirm object as a question; resolves to yes or no. */
export function confirm(ask, ctx) {
  if (!ask) return Promise.resolve(true);
  return new Promise((resolve) => {
    const dialog = h("dialog", { class: "confirm", "aria-labelledby": "confirm-title", data: { testid: "confirm" } },
      h("form", { method: "dialog" },
        h("h2", { id: "confirm-title" }, words_of(ask.title)),
        h("div", { class: "text" }, rich(ask.text, ctx)),
        h("div", { class: "foot" },
          h("button", { class: "button", value: "no", data: { testid: "confirm-no" } }, words_of(ask.deny) || "Cancel"),
          h("button", { class: `button button-${ask.style ?? "primary"}`, value: "yes", data: { testid: "confirm-yes" } }, words_of(ask.confirm) || "Yes"))));
    dialog.addEventListener("close", () => { dialog.remove(); resolve(dialog.returnValue === "yes"); });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** A line at the bottom that goes by itself; what is said twice is shown once. */
export function toast(text) {
  const box = document.getElementById("toasts");
  for (const old of [...box.children]) if (old.dataset.text === text) old.remove();
  while (box.children.length > 2) box.firstChild.remove();
  const line = h("div", { class: "toast", data: { testid: "toast", text } }, h("span", {}, text),
    h("button", { type: "button", class: "icon-button", "aria-label": "Dismiss", onclick: () => line.remove() }, icon("close")));
  box.append(line);
  let timer = 0;
  const start = () => { timer = setTimeout(() => line.remove(), 8000); };
  line.addEventListener("mouseenter", () => clearTimeout(timer));
  line.addEventListener("mouseleave", start);
  start();
}
