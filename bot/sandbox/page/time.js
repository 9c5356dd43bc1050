// Dates as Slack's client shows them: in the zone of the person who reads, relative to the workspace's clock.

const formats = new Map();

function format(tz, options) {
  const key = tz + JSON.stringify(options);
  if (!formats.has(key)) {
    let made;
    try { made = new Intl.DateTimeFormat("en-US", { timeZone: tz, ...options }); } catch { made = new Intl.DateTimeFormat("en-US", { timeZone: "UTC", ...options }); }
    formats.set(key, made);
  }
  return formats.get(key);
}

const parts = (unix, tz, options) => Object.fromEntries(format(tz, options).formatToParts(unix * 1000).map((p) => [p.type, p.value]));
const plain = (unix, tz, options) => format(tz, options).format(unix * 1000).replace(/[\u202f\u00a0]/g, "\u00a0");

/** The number of the day in that zone: two times on one day have the same. */
export function dayOf(unix, tz) {
  const p = parts(unix, tz, { year: "numeric", month: "numeric", day: "numeric" });
  return Math.round(Date.UTC(+p.year, p.month - 1, +p.day) / 86400000);
}

/** "6:00 PM" */
export const clockTime = (unix, tz) => plain(unix, tz, { hour: "numeric", minute: "2-digit" });

function ordinal(n) {
  const tail = n % 100 > 10 && n % 100 < 14 ? 0 : n % 10;
  return `${n}${["th", "st", "nd", "rd"][tail] ?? "th"}`;
}

/** "Tuesday, November 24th, 2026"; the year only when it is far away. */
function date(unix, tz, now, { long = false, short = false } = {}) {
  const p = parts(unix, tz, { weekday: "long", month: short ? "short" : "long", day: "numeric", year: "numeric" });
  const year = Math.abs(unix - now) > 182 * 86400 ? `, ${p.year}` : "";
  return `${long ? `${p.weekday}, ` : ""}${p.month}\u00a0${short ? p.day : ordinal(+p.day)}${year}`;
}

function pretty(unix, tz, now, style) {
  const away = dayOf(unix, tz) - dayOf(now, tz);
  return { "-1": "yesterday", 0: "today", 1: "tomorrow" }[away] ?? date(unix, tz, now, style);
}

/** "3 minutes ago", "in 2 hours" */
export function ago(unix, now) {
  const away = Math.round(now - unix), size = Math.abs(away);
  if (size < 60) return away >= 0 ? "just now" : "in a moment";
  const [n, unit] = size < 3600 ? [Math.floor(size / 60), "minute"] : size < 86400 ? [Math.floor(size / 3600), "hour"] : [Math.floor(size / 86400), "day"];
  const words = `${n} ${unit}${n === 1 ? "" : "s"}`;
  return away >= 0 ? `${words} ago` : `in ${words}`;
}

/** What `<!date^unix^template>` shows; `first` says that it begins a line, where a word starts with a capital. */
export function slackDate(unix, template, tz, now, first = false) {
  let fresh = first;
  return template.replace(/\{(\w+)\}|[^{]/g, (all, token) => {
    const starts = fresh;
    if (all.trim()) fresh = false;
    if (!token) return all;
    const cap = (word) => (starts ? word[0].toUpperCase() + word.slice(1) : word);
    switch (token) {
      case "date_num": { const p = parts(unix, tz, { year: "numeric", month: "2-digit", day: "2-digit" }); return `${p.year}-${p.month}-${p.day}`; }
      case "date": return date(unix, tz, now);
      case "date_short": return date(unix, tz, now, { short: true });
      case "date_long": return date(unix, tz, now, { long: true });
      case "date_pretty": return cap(pretty(unix, tz, now));
      case "date_short_pretty": return cap(pretty(unix, tz, now, { short: true }));
      case "date_long_pretty": return cap(pretty(unix, tz, now, { long: true }));
      case "day_divider_pretty": return cap(pretty(unix, tz, now, { long: true }));
      case "time": return clockTime(unix, tz);
      case "time_secs": return plain(unix, tz, { hour: "numeric", minute: "2-digit", second: "2-digit" });
      case "ago": return cap(ago(unix, now));
      default: return all;
    }
  });
}

/** The line between two days of messages: "Today", "Tuesday, November 24th". */
export const dayLine = (unix, tz, now) => slackDate(unix, "{date_long_pretty}", tz, now, true);

/** For a tooltip and `<time>`: everything. */
export const fullTime = (unix, tz) => plain(unix, tz, { weekday: "short", day: "numeric", month: "short", year: "numeric", hour: "numeric", minute: "2-digit", timeZoneName: "short" });

/** The workspace's clock: [day, time]. */
export const stageTime = (unix, tz, short) => [
  plain(unix, tz, short ? { weekday: "short" } : { weekday: "short", day: "numeric", month: "short" }),
  clockTime(unix, tz),
];

/** Seconds since 1970 of a wall clock time ("2026-11-24T18:00") in that zone. */
export function fromWall(text, tz) {
  const guess = Date.parse(`${text}:00Z`) / 1000;
  if (Number.isNaN(guess)) return null;
  return guess - (Date.parse(`${toWall(guess, tz)}:00Z`) / 1000 - guess);
}

export function toWall(unix, tz) {
  const p = parts(unix, tz, { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  return `${p.year}-${p.month}-${p.day}T${p.hour}:${p.minute}`;
}
