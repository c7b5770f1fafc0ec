/* Texts, times and elements. Whatever comes from data stays text. */
const $ = (id) => document.getElementById(id);
const sides = { supabase: "Supabase", notion: "Notion" };

/* Escapes, as \u{202E}, what could hide text or change its reading order: text.h. */
const plain = (s) => String(s).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (c) => "\n\u200C\u200D".includes(c) ? c
  : "\\u{" + c.codePointAt(0).toString(16).toUpperCase().padStart(4, "0") + "}");

/* make("a", { href }, "text", node, …): a prop that is a function is a listener. */
function make(tag, props, ...inner) {
  const e = document.createElement(tag);
  for (const [k, v] of Object.entries(props || {}))
    if (typeof v === "function") e.addEventListener(k, v);
    else if (v !== undefined && v !== null && v !== false) e.setAttribute(k, v === true ? "" : plain(v));
  for (const i of inner.flat(9))
    if (i !== null && i !== undefined && i !== false) e.append(i instanceof Node ? i : plain(i));
  return e;
}

/* Only an address of Notion's becomes a link. */
const outward = (url, ...inner) => /^https:\/\/app\.notion\.com\/p\/[0-9a-f]{32}$/.test(url || "")
  ? make("a", { href: url, rel: "noopener noreferrer", target: "_blank" }, inner) : inner;

/* By hand: the first use of Intl takes the browser longer than all the rest. */
const number = (n) => String(n || 0).replace(/\B(?=(\d{3})+$)/g, ",");
const several = (n, one, more) => number(n) + " " + (n === 1 ? one : more || one + "s");
const sum = (v) => typeof v === "number" ? v
  : v && typeof v === "object" ? Object.values(v).reduce((a, b) => a + sum(b), 0) : 0;
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
const upper = (s) => /^[a-z]+_/.test(s) ? s : s.charAt(0).toUpperCase() + s.slice(1); /* a code stays as it is */
const write = (e, text) => { if (e.textContent !== plain(text)) e.textContent = plain(text); };

/* Times: relative where they are read, absolute on hover. */
let skew = 0; /* the server's clock minus ours */
const now = () => Date.now() + skew;
const utc = (t) => t ? t.slice(0, 10) + " " + t.slice(11, 19) + " UTC" : "unknown";
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const two = (n) => String(n).padStart(2, "0");

function span(ms) {
  const s = Math.max(0, Math.round(ms / 1000));
  return s < 60 ? several(s, "second") : s < 7200 ? Math.floor(s / 60) + " min"
    : s < 172800 ? Math.floor(s / 3600) + " h" : several(Math.floor(s / 86400), "day");
}
const took = (ms) => ms === undefined || ms === null ? "" : ms < 10000 ? (ms / 1000).toFixed(1) + " s"
  : ms < 60000 ? Math.round(ms / 1000) + " s" : span(ms);

/* "09:14" today, "28 Nov, 09:14" this year. */
function short(t) {
  const d = new Date(t), n = new Date(now());
  if (isNaN(d)) return "unknown";
  const clock = two(d.getHours()) + ":" + two(d.getMinutes()), year = d.getFullYear() === n.getFullYear() ? "" : " " + d.getFullYear();
  return d.toDateString() === n.toDateString() ? clock : d.getDate() + " " + months[d.getMonth()] + year + ", " + clock;
}
const relative = { ago: (d) => d >= 0 ? span(d) + " ago" : "in " + span(-d), age: (d) => span(Math.max(d, 0)), left: (d) => d >= 0 ? "now" : "in " + span(-d) };
function tell(e) {
  write(e, relative[e.dataset.how](now() - Date.parse(e.dateTime)));
}
/* "4 min ago", which goes on counting; absolute on hover. */
function aged(t, how = "ago") {
  if (!t || isNaN(Date.parse(t))) return make("span", {}, "unknown");
  const e = make("time", { datetime: t, title: utc(t), "data-how": how });
  tell(e);
  return e;
}
const at = (t) => make("time", { datetime: t, title: utc(t), class: "at" }, short(t));

/*
 * Lists and parts are built again only where their data changed, so that the
 * place, the selection and what is open stay. Where one is built again that
 * has the focus, what has the same data-focus in it gets it back; folds that
 * were open stay open.
 */
const built = new WeakMap(); /* element: what it was built of */
function keeping(old, swap) {
  const focus = old.contains(document.activeElement)
    && document.activeElement.closest("[data-focus]")?.dataset.focus;
  const folds = [...old.querySelectorAll("details[data-fold]")].map((d) => [d.dataset.fold, d.open]);
  const e = swap();
  for (const [name, open] of folds) {
    const d = e.querySelector(`details[data-fold="${CSS.escape(name)}"]`);
    if (d) d.open = open;
  }
  if (!focus || e.contains(document.activeElement)) return;
  const to = e.querySelector(`[data-focus="${CSS.escape(focus)}"]`) || e.closest("section")?.querySelector("h2");
  if (to?.matches("h2")) to.tabIndex = -1;
  to?.focus({ preventScroll: true });
}
function part(e, data, build) {
  const was = JSON.stringify(data);
  if (built.get(e) === was) return;
  built.set(e, was);
  keeping(e, () => {
    e.replaceChildren(...[data === null ? [] : build(data)].flat(9).filter((i) => i)
      .map((i) => i instanceof Node ? i : plain(i)));
    return e;
  });
}
/* The children of `list`, one for each of `items`, known by `key`. */
function rows(list, items, key, build) {
  const old = new Map([...list.children].map((e) => [e.dataset.key, e]));
  let before = list.firstElementChild;
  for (const item of items) {
    const k = key(item), was = JSON.stringify(item);
    let e = old.get(k);
    if (!e || built.get(e) !== was) {
      const made = build(item);
      made.dataset.key = k;
      built.set(made, was);
      if (e) {
        if (before === e) before = made;
        const old = e;
        keeping(old, () => { old.replaceWith(made); return made; });
      }
      e = made;
    }
    old.delete(k);
    if (e === before) before = before.nextElementSibling;
    else list.insertBefore(e, before);
  }
  for (const e of old.values()) e.remove();
}

function table(caption, heads, lines, numbers = 99) {
  return make("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": caption },
    make("table", {}, make("caption", {}, caption),
      make("thead", {}, make("tr", {}, heads.map((h, i) =>
        make("th", { scope: "col", class: i >= numbers ? "number" : undefined }, h)))),
      make("tbody", {}, lines.map((l) => make("tr", {}, l.map((v, i) => i
        ? make("td", i >= numbers ? { class: "number" } : { "data-head": heads[i] }, v)
        : make("th", { scope: "row" }, v)))))));
}
