/* One change in words: what, which fields, from where to where, when. */
const past = { create: "created", update: "edited", trash: "deleted", restore: "restored", link: "marked as synced",
  stamp: "marked as synced", adopt: "noted", skip: "left alone" };
const future = { create: "Create", update: "Edit", trash: "Delete", restore: "Restore", link: "Mark as synced",
  stamp: "Mark as synced", adopt: "Note", skip: "Leave alone" };
const quoted = (v) => v === null || v === undefined || v === "" ? make("i", {}, "empty") : v;
const other = (side) => side === "notion" ? "supabase" : "notion";
const where = (c) => c.undoes && sides[c.target] ? "taken back in " + sides[c.target] : sides[c.target] ? [sides[other(c.target)], " → ", sides[c.target]] : "";
const idOf = (c) => c.row_id || c.page_id;
const titleOf = (c) => c.title || "(no title)";

function title(c) {
  const text = make("b", { class: "title" }, titleOf(c));
  return idOf(c) ? make("a", { href: "#record/" + idOf(c), "data-focus": "title-" + c.run_id + c.n }, text) : text;
}
/* The page in Notion, as a mark beside a title. */
const inNotion = (c) => c.url ? outward(c.url, make("span", { class: "out", role: "img", "aria-label": "Open " + titleOf(c) + " in Notion",
  title: "Open in Notion" }, "↗")) : [];
/* The fields of a change: old → new; of a new record its values only. */
const brief = (v) => ({ class: (v || "").length < 16 ? "brief" : undefined });
const field = (c) => (f) => make("span", { class: "field" }, make("span", { class: "name" }, f.name), " ",
  f.was !== undefined && c.op !== "create" ? [make("del", brief(f.was), quoted(f.was)), " → "] : [],
  make("ins", brief(f.now), quoted(f.now)));

function fieldsOf(c) {
  const list = (c.fields || []).filter((f) => c.op !== "create" || f.name !== "decision" && f.now !== null);
  return list.map((f, i) => [i || c.op !== "update" ? make("span", { class: "soft" }, "· ") : [], field(c)(f), " "]);
}
function changeLine(c) {
  return make("li", { class: "change " + c.op },
    make("p", { class: "what" }, title(c), " ",
      c.op !== "update" || !c.fields?.length ? [make("span", { class: "verb" }, past[c.op] || c.op), " "] : [],
      c.undoes ? [badge("soft", "↶", "undo"), " "] : [],
      c.conflict ? [badge("warn", "!", "conflict"), " "] : [], fieldsOf(c)),
    make("p", { class: "where" }, where(c), " ", inNotion(c)),
    at(c.at));
}
/* Two values of which no more is here than what they have in common. */
const furtherOn = (a, b) => a && a === b && a.endsWith("… [cut]")
  ? make("p", { class: "reason" }, "They differ further on, beyond what is shown here.") : [];
/* The two values of a conflict side by side; `pick` makes the button of each. */
function versus(conflict, pick) {
  return (conflict.fields || []).map((f) => [make("div", { class: "versus", role: "group", "aria-label": f.name },
    Object.keys(sides).map((s) => make("div", { class: conflict.winner === s ? "value won" : "value" },
      make("p", { class: "name" }, sides[s], ": ", f.name, conflict.winner === s ? " (kept)" : ""),
      make("blockquote", (f[s] || "").length > 200 ? { tabindex: "0", "aria-label": sides[s] + ": " + f.name } : {}, quoted(f[s])),
      pick ? pick(f, s) : []))), furtherOn(f.supabase, f.notion)]);
}
/* A change as a diff: a line each for the old and the new value of a field. */
function diff(c) {
  const line = (kind, mark, name, v) => make(kind, {}, make("span", { class: "mark", "aria-hidden": "true" }, mark),
    make("span", { class: "name" }, name), " ", quoted(v));
  return (c.fields || []).map((f) => make("div", { class: "diff" },
    c.op !== "create" && f.was !== undefined ? line("del", "−", f.name, f.was) : [], line("ins", "+", f.name, f.now),
    c.op !== "create" ? furtherOn(f.was, f.now) : []));
}
