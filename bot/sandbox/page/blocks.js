// Block Kit as nodes. What a person does is not handled here: app.js listens at the top, and finds the place by
// data-where (message, modal or Home), data-block-id and data-action-id.

import { h, icon, reconcile, uid } from "./dom.js";
import { mrkdwn, rich, richText, words_of } from "./mrkdwn.js";
import { dayOf, fromWall, toWall } from "./time.js";

/** Element type -> key in its state; the key of its initial value is the same with "initial" for "selected". */
const STATE = {
  plain_text_input: "value", number_input: "value", email_text_input: "value", url_text_input: "value",
  static_select: "selected_option", multi_static_select: "selected_options", radio_buttons: "selected_option",
  checkboxes: "selected_options", users_select: "selected_user", multi_users_select: "selected_users",
  conversations_select: "selected_conversation", multi_conversations_select: "selected_conversations",
  channels_select: "selected_channel", multi_channels_select: "selected_channels",
  datepicker: "selected_date", timepicker: "selected_time", datetimepicker: "selected_date_time",
  file_input: "files",
};
const GROUPS = new Set(["radio_buttons", "checkboxes"]);
const isMulti = (type) => type.startsWith("multi_");

/** A field's value as the "type" and "click" gestures take it: text, an option's value, an id, or a list of them. */
export function simple(state) {
  const raw = state?.[STATE[state.type]];
  if (Array.isArray(raw)) return raw.map((o) => o?.value ?? o?.id ?? o);
  return raw?.value ?? raw ?? null;
}

function initial(element) {
  const key = STATE[element.type];
  const start = element[key === "value" ? "initial_value" : key.replace("selected", "initial").replace("initial_options", "initial_options")];
  return simple({ type: element.type, [key]: start });
}

// What a block shows depends on the clock only through date tokens.
function timeSign(text, ctx) {
  if (!text.includes("!date^") && !text.includes('"date"')) return "";
  return text.includes("{ago}") ? Math.floor(ctx.now() / 60) : dayOf(ctx.now(), ctx.tz);
}

export function signOf(thing, ctx) {
  const text = JSON.stringify(thing);
  return `${text}|${ctx.usersSign}|${ctx.tz}|${timeSign(text, ctx)}`;
}

/** Whether a person's choice is kept under this block's id. A button that only got a new id must stay under the finger. */
const holdsState = (block) => [block.element, block.accessory, ...(block.elements ?? [])].some((e) => e?.type in STATE);

/**
 * Bring `parent` up to date with these blocks. `form` is {values, draft(block_id), errors} for a view, else null.
 * Blocks that did not change keep their nodes, and so what is being typed into them.
 */
export function renderBlocks(parent, blocks, ctx, form = null) {
  const seen = new Map();
  reconcile(parent, (blocks ?? []).map((block, i) => {
    // Ids that the server makes up anew would make every block look new: what does not take input goes by its content.
    const named = block.type === "input" ? block.block_id : `${block.type}:${words_of(block.text)}`;
    const n = (seen.get(named) ?? 0) + 1;
    seen.set(named, n);
    return { key: `${named}:${n}`, sign: signOf(holdsState(block) ? block : { ...block, block_id: null }, ctx), build: () => renderBlock(block, ctx, form, i) };
  }));
  [...parent.children].forEach((node, i) => rename(node, blocks[i].block_id));
  if (form) for (const node of parent.children) refresh(node, form);
}

/** A block that kept its node goes by the id that the server knows it by now. */
function rename(node, id) {
  if (node.dataset.block === id) return;
  node.dataset.block = id;
  for (const part of node.querySelectorAll("[data-block-id]")) part.dataset.blockId = id;
}

function renderBlock(block, ctx, form) {
  const wrap = (kind, ...children) => h("div", { class: `block block-${kind}`, data: { block: block.block_id } }, ...children);
  switch (block.type) {
    case "header": return wrap("header", h("h3", {}, rich(block.text, ctx)));
    case "divider": return wrap("divider", h("hr"));
    case "section": return section(block, ctx, form, wrap);
    case "context": return wrap("context", block.elements.map((e) => (e.type === "image" ? picture(e, "context-image") : h("span", { class: "context-text text" }, rich(e, ctx)))));
    case "actions": return wrap("actions", block.elements.map((e) => element(e, block, ctx, form)));
    case "image": return wrap("image", block.title && h("p", { class: "image-title" }, rich(block.title, ctx)), picture(block, "image"));
    case "rich_text": return wrap("rich", h("div", { class: "text" }, richText(block, ctx)));
    case "markdown": return wrap("section", h("div", { class: "text" }, mrkdwn(block.text, ctx)));
    case "input": return input(block, ctx, form, wrap);
    default: return wrap("unknown", h("p", { class: "note" }, `This page does not draw blocks of type ${block.type}.`));
  }
}

const picture = (e, kind) => h("img", { class: kind, src: /^https?:/.test(e.image_url ?? "") ? e.image_url : null, alt: e.alt_text ?? "", loading: "lazy", referrerpolicy: "no-referrer" });

function section(block, ctx, form, wrap) {
  const text = [
    block.text && h("div", { class: "text" }, rich(block.text, ctx)),
    block.fields && h("div", { class: "fields" }, block.fields.map((f) => h("div", { class: "text" }, rich(f, ctx)))),
  ];
  if (!block.accessory) return wrap("section", ...text);
  const side = block.accessory.type === "image" ? picture(block.accessory, "thumb") : element(block.accessory, block, ctx, form);
  const wide = GROUPS.has(block.accessory.type) ? " accessory-wide" : "";
  return wrap(`section has-accessory${wide}`, h("div", { class: "section-text" }, ...text), h("div", { class: "accessory" }, side));
}

function input(block, ctx, form, wrap) {
  const label = uid("label"), hint = uid("hint"), error = uid("error"), group = GROUPS.has(block.element.type) || isMulti(block.element.type);
  const words = [rich(block.label, ctx), block.optional ? h("span", { class: "optional" }, " (optional)") : h("span", { class: "sr" }, " (required)")];
  const says = { label, required: !block.optional, describedby: `${block.hint ? `${hint} ` : ""}${error}` };
  const control = element(block.element, block, ctx, form, says);
  const made = wrap("input",
    group ? h("span", { class: "label", id: label }, words) : h("label", { class: "label", id: label, for: control.control?.id ?? control.id }, words),
    control,
    h("p", { class: "field-error", id: error, hidden: true, data: { testid: "field-error", for: block.block_id } }),
    block.hint && h("p", { class: "hint", id: hint }, rich(block.hint, ctx)));
  made.field = control;
  return made;
}

/** Show the error under a field, and a value that came from the server where the person has typed nothing. */
function refresh(node, form) {
  const field = node.field;
  if (!field) return;
  const id = node.dataset.block, text = form.errors[id], line = node.querySelector(".field-error");
  line.hidden = !text;
  if (line.textContent !== (text ?? "")) line.textContent = text ?? "";
  node.classList.toggle("has-error", Boolean(text));
  for (const control of node.querySelectorAll("[data-block-id]")) {
    if (text) control.setAttribute("aria-invalid", "true");
    else control.removeAttribute("aria-invalid");
  }
  if (form.draft(id) !== undefined) return;
  const state = form.values?.[id]?.[field.dataset.fieldAction];
  if (state) write(field, simple(state));
}

// Elements. `says` is how a field is labelled; without it the element stands in a section or an actions block.

function element(e, block, ctx, form, says = null) {
  const data = { blockId: block.block_id, actionId: e.action_id };
  switch (e.type) {
    case "button": return button(e, data);
    case "workflow_button": return button(e, data);
    case "overflow": return overflow(e, data);
    case "image": return picture(e, "thumb");
    default: break;
  }
  if (!(e.type in STATE)) return h("span", { class: "note" }, `This page does not draw ${e.type}.`);
  const made = field(e, data, ctx, says ?? { label: null, name: words_of(e.placeholder) || words_of(block.text) || "Choose" });
  made.dataset.field = e.type;
  made.dataset.fieldBlock = block.block_id;
  made.dataset.fieldAction = e.action_id;
  made.confirm = e.confirm;
  if (block.type === "input") {
    made.dataset.input = "";
    if (block.dispatch_action) made.dataset.dispatch = e.dispatch_action_config?.trigger_actions_on?.includes("on_character_entered") ? "each" : "enter";
  }
  const draft = form?.draft(block.block_id), known = form?.values?.[block.block_id]?.[e.action_id];
  made.tz = ctx.tz;
  write(made, draft !== undefined && block.type === "input" ? draft : known ? simple(known) : initial(e));
  return made;
}

function button(e, data) {
  const link = e.url && /^https?:/.test(e.url);
  const node = h(link ? "a" : "button", {
    type: link ? null : "button", href: link ? e.url : null, target: link ? "_blank" : null, rel: link ? "noopener noreferrer" : null,
    class: `button${e.style ? ` button-${e.style}` : ""}`, "aria-label": e.accessibility_label, data: { testid: "action", ...data, value: e.value },
  }, h("span", { class: "button-text" }, words_of(e.text)));
  node.confirm = e.confirm;
  return node;
}

function overflow(e, data) {
  const node = h("button", {
    type: "button", class: "button button-more", "aria-label": e.accessibility_label ?? "More actions", "aria-haspopup": "menu", "aria-expanded": "false",
    data: { testid: "overflow", ...data },
  }, h("span", { class: "dots", "aria-hidden": "true" }, "•••"));
  node.options = e.options;
  node.confirm = e.confirm;
  return node;
}

function field(e, data, ctx, says) {
  const aria = { "aria-label": says.label ? null : says.name, "aria-describedby": says.describedby, "aria-required": says.required ? "true" : null };
  const base = { id: uid("field"), ...aria, data };
  const hold = (control, ...more) => {
    const made = h("div", { class: "field" }, control, ...more);
    made.control = control;
    return made;
  };
  const typed = (type, more = {}) => hold(h("input", { type, class: "box", placeholder: words_of(e.placeholder) || null, autocomplete: "off", ...base, ...more }));
  switch (e.type) {
    case "plain_text_input": {
      const more = { class: "box", placeholder: words_of(e.placeholder) || null, maxlength: e.max_length, autocomplete: "off", ...base };
      return hold(e.multiline ? h("textarea", { rows: 3, ...more }) : h("input", { type: "text", ...more }),
        e.max_length && h("span", { class: "left", "aria-hidden": "true", data: { most: e.max_length } }));
    }
    case "number_input": return typed("text", { inputmode: e.is_decimal_allowed ? "decimal" : "numeric" });
    case "email_text_input": return typed("email");
    case "url_text_input": return typed("url");
    case "datepicker": return typed("date");
    case "timepicker": return typed("time");
    case "datetimepicker": return typed("datetime-local");
    case "radio_buttons": case "checkboxes": return choices(e, data, ctx, says);
    case "file_input": return hold(h("input", { type: "file", class: "box", accept: (e.filetypes ?? []).map((kind) => `.${kind}`).join(",") || null, multiple: (e.max_files ?? 10) > 1, ...base }));
    default: break;
  }
  const groups = optionGroups(e, ctx);
  if (isMulti(e.type)) return several(e, groups, data, says);
  const empty = h("option", { value: "" }, words_of(e.placeholder) || "Choose…");
  const list = groups.map(([name, options]) => {
    const made = options.map((o) => h("option", { value: o.value }, o.text));
    return name === null ? made : h("optgroup", { label: name }, made);
  });
  return hold(h("select", { class: "box", ...base }, empty, list), icon("down"));
}

/** [[group or null, [{value, text}]]] */
function optionGroups(e, ctx) {
  const plain = (options) => options.map((o) => ({ value: o.value, text: words_of(o.text), description: words_of(o.description) }));
  if (e.type.endsWith("static_select")) return e.option_groups ? e.option_groups.map((g) => [words_of(g.label), plain(g.options)]) : [[null, plain(e.options ?? [])]];
  if (e.type.endsWith("users_select")) return [[null, [...ctx.users.values()].filter((u) => !u.deleted && !u.is_bot).map((u) => ({ value: u.id, text: u.real_name }))]];
  return [[null, [...ctx.channels.values()].filter((c) => c.name && c.kind !== "im").map((c) => ({ value: c.id, text: `#${c.name}` }))]];
}

function choices(e, data, ctx, says) {
  const kind = e.type === "radio_buttons" ? "radio" : "checkbox", name = uid("choice");
  return h("div", {
    class: "choices", role: kind === "radio" ? "radiogroup" : "group", "aria-labelledby": says.label, "aria-label": says.label ? null : says.name,
    "aria-describedby": says.describedby, "aria-required": kind === "radio" && says.required ? "true" : null,
  }, e.options.map((o) => {
    const about = o.description ? uid("about") : null;
    return h("div", { class: "choice-row" }, h("label", { class: "choice" },
      h("input", { type: kind, name, value: o.value, "aria-describedby": about, data }),
      h("span", { class: "choice-words" }, h("span", { class: "text" }, rich(o.text, ctx)), o.description && h("span", { class: "choice-about", id: about }, rich(o.description, ctx)))));
  }));
}

/** A menu of several options: native checkboxes in a fold. */
function several(e, groups, data, says) {
  const summary = h("summary", { class: "box", "aria-describedby": says.describedby });
  const made = h("details", { class: "several" }, summary,
    h("div", { class: "choices", role: "group", "aria-labelledby": says.label, "aria-label": says.label ? null : says.name },
      groups.map(([name, options]) => [
        name && h("p", { class: "group-name" }, name),
        options.map((o) => h("label", { class: "choice" }, h("input", { type: "checkbox", value: o.value, data }), h("span", { class: "choice-words" }, o.text))),
      ])));
  made.empty = words_of(e.placeholder) || "Choose…";
  made.most = e.max_selected_items;
  return made;
}

/** What stands in a field now. */
export function read(root) {
  const type = root.dataset.field;
  if (type === "file_input") return root.uploaded ?? [];
  if (GROUPS.has(type) || isMulti(type)) {
    const picked = [...root.querySelectorAll("input:checked")].map((i) => i.value);
    return type === "radio_buttons" ? picked[0] ?? null : picked;
  }
  const value = root.querySelector("input, textarea, select").value;
  if (type === "datetimepicker") return value ? fromWall(value, root.tz) : null;
  return STATE[type] === "value" ? value : value || null;
}

export function write(root, value) {
  const type = root.dataset.field;
  if (type === "file_input") return; // a browser lets nobody but the person choose
  if (GROUPS.has(type) || isMulti(type)) {
    const picked = new Set([value ?? []].flat());
    for (const box of root.querySelectorAll("input")) box.checked = picked.has(box.value);
  } else {
    const control = root.querySelector("input, textarea, select");
    const text = value === null || value === undefined ? "" : type === "datetimepicker" ? toWall(value, root.tz) : String(value);
    if (control.value !== text) control.value = text;
  }
  dress(root);
}

/** What follows from a field's value: the count of characters left, the words on a folded menu. */
export function dress(root) {
  const left = root.querySelector(".left");
  if (left) {
    const n = Number(left.dataset.most) - root.control.value.length;
    left.textContent = n <= Math.min(100, left.dataset.most / 5) ? String(n) : "";
  }
  if (root.matches("details")) {
    const picked = [...root.querySelectorAll("input:checked")].map((i) => i.parentElement.textContent);
    root.querySelector("summary").textContent = picked.join(", ") || root.empty;
    const full = root.most && picked.length >= root.most;
    for (const box of root.querySelectorAll("input")) box.disabled = Boolean(full && !box.checked);
  }
}
