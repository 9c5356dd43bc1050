// Small helpers to build nodes and to keep lists of them up to date. Data never becomes markup: text goes into text nodes.

const SVG = "http://www.w3.org/2000/svg";
let count = 0;

/** A new id for label-for and aria-describedby. */
export const uid = (word = "i") => `${word}-${(count += 1)}`;

/** An element: `h("p", {class: "a", data: {ts: 1}, onclick}, "text", node, null)`. */
export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "data") for (const [k, v] of Object.entries(value)) { if (v !== null && v !== undefined) node.dataset[k] = v; }
    else if (name === "value" || name === "checked" || name === "selected") { node[name] = value; if (name === "value" && node.type !== "text") node.setAttribute(name, value); }
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false));
  return node;
}

/** One of the drawings in index.html; purely decorative. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("viewBox", "0 0 20 20");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

/**
 * Make `parent` hold one node per item. Nodes whose `sign` is unchanged are left alone (with their focus, scroll and typed
 * text); where the focused control was in a node that had to be rebuilt, its successor gets the focus.
 * An item is {key, sign, build(oldNode)}.
 */
export function reconcile(parent, items) {
  const old = new Map([...parent.children].map((node) => [node.dataset.key, node]));
  const focus = remember(parent);
  // What goes, goes first: a node that is moved aside for one that goes loses the press that a finger has begun on it.
  const stay = new Set(items.map(({ key }) => key));
  for (const [key, node] of old) if (!stay.has(key)) node.remove();
  let at = parent.firstElementChild;
  for (const { key, sign, build } of items) {
    let node = old.get(key);
    if (!node || node.sign !== sign) {
      const made = build(node);
      made.dataset.key = key;
      made.sign = sign;
      if (node) {
        if (node === at) at = made;
        node.replaceWith(made);
      }
      node = made;
    }
    if (node === at) at = at.nextElementSibling;
    else parent.insertBefore(node, at);
  }
  focus();
}

/** Remember where the focus is inside `root`; the result puts it back if it was lost meanwhile. */
export function remember(root) {
  const active = document.activeElement;
  if (!active || active === root || !root.contains(active)) return () => {};
  const { actionId, blockId, testid } = active.dataset;
  const holder = active.closest("[data-key]")?.dataset.key;
  const value = active.type === "radio" || active.type === "checkbox" ? active.value : null;
  const range = "selectionStart" in active ? [active.selectionStart, active.selectionEnd] : null;
  return () => {
    if (root.contains(document.activeElement)) return;
    const inside = holder ? root.querySelector(`[data-key="${CSS.escape(holder)}"]`) : root;
    const places = [...(inside ?? root).querySelectorAll("button, input, select, textarea, a[href]")];
    const same = places.find((p) => (actionId ? p.dataset.actionId === actionId : p.dataset.testid === testid)
      && (value === null || p.value === value) && (!blockId || !value || p.dataset.blockId === blockId));
    const target = same ?? (inside?.hasAttribute("tabindex") ? inside : null);
    target?.focus({ preventScroll: true });
    if (same && range?.[0] !== null && range) { try { same.setSelectionRange(...range); } catch { /* no text there */ } }
  };
}
