// What the page asks the local workspace.

async function ask(path, options) {
  let answer;
  try { answer = await fetch(path, { cache: "no-store", ...options }); } catch { return { ok: false, lost: true, problem: "The local workspace does not answer. Is it still running?" }; }
  try { return { ok: answer.ok, ...(await answer.json()) }; } catch { return { ok: false, problem: `The local workspace answered ${answer.status}.` }; }
}

export const get = (path, query) => ask(`/sandbox/${path}?${new URLSearchParams(Object.entries(query).filter(([, v]) => v))}`);

export const post = (path, body) => ask(`/sandbox/${path}`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

/** Hand a file over; its id, or what is wrong with it. */
export const upload = (as, file) => ask(`/sandbox/upload?${new URLSearchParams({ as, name: file.name })}`, { method: "POST", headers: { "Content-Type": "application/octet-stream" }, body: file });

/** Call `changed` at every change of the workspace, and `online(true|false)` when the line comes or goes. */
export function listen(as, changed, online) {
  const source = new EventSource(`/sandbox/events?as=${encodeURIComponent(as)}`);
  source.onopen = () => online(true);
  source.onerror = () => online(false);
  source.onmessage = changed;
  return () => source.close();
}
