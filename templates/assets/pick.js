/**
 * Boxes with which a reader ticks up to five rows of a table, to see them side by side. Loaded when the button above the
 * table is pressed, which is in the page; its words are written by the build.
 */
(function () {
  "use strict";
  const words = window.apivideoGeoPick;
  const opener = /** @type {HTMLElement} */ (document.getElementById("pick"));
  const table = /** @type {HTMLTableElement} */ (document.getElementById(opener.getAttribute("aria-controls") || ""));
  /** Maximum number of rows, as in the Python module `compare`. */
  const MOST = 5;
  /** The names of what is ticked, by their keys in the address. @type {Map<string, string>} */
  const ticked = new Map();

  /** @param {string} text @param {Record<string, string | number>} values */
  const fill = (text, values) => text.replace(/%\((\w+)\)s/g, (_, name) => String(values[name]));

  /**
   * Makes an element with attributes. @template {keyof HTMLElementTagNameMap} T
   * @param {T} tag @param {Record<string, string>} attributes @param {string} [text]
   */
  function make(tag, attributes, text = "") {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.textContent = text;
    return element;
  }

  const bar = make("div", { class: "ticked", role: "region", "aria-label": words.label });
  const status = make("p", { role: "status" }, words.hint), full = make("p", { class: "full", role: "alert" });
  const link = make("a", { href: "compare.html", class: "go" }, words.go), close = make("button", { type: "button" }, words.close);
  bar.append(status, full, link, close);

  /** The rows that have a page, which is what can be compared. */
  const rows = () => [.../** @type {NodeListOf<HTMLElement>} */ (table.querySelectorAll("tbody tr"))].flatMap((row) => {
    const head = row.querySelector("th[scope=row]"), anchor = head?.querySelector("a");
    const key = row.dataset.key ?? /([^/]+)\.html/.exec(anchor?.getAttribute("href") || "")?.[1];
    return head && anchor && key ? [{ head, key, name: anchor.textContent || "" }] : [];
  });

  /** What is shown is carried over. */
  function follow() {
    const own = new URLSearchParams(location.search);
    const carried = ["metric", "period"].flatMap((name) => (own.get(name) ? [`&${name}=${encodeURIComponent(own.get(name) || "")}`] : []));
    link.href = `compare.html?compare=${[...ticked.keys()].join("~")}${carried.join("")}`;
  }

  function show() {
    status.textContent = ticked.size ? fill(words.ticked, { count: ticked.size, most: MOST, names: [...ticked.values()].join(", ") }) : words.hint;
    full.textContent = "";
    link.hidden = !ticked.size;
    follow();
  }

  /** @param {Event} event */
  function tick(event) {
    const box = /** @type {HTMLInputElement} */ (event.target);
    if (box.checked && ticked.size >= MOST) {
      box.checked = false;
      full.textContent = words.full;
      return;
    }
    if (box.checked) ticked.set(box.value, box.dataset.name || "");
    else ticked.delete(box.value);
    show();
  }

  /** @param {ReturnType<typeof rows>[0]} row */
  function addBox({ head, key, name }) {
    const box = make("input", { type: "checkbox", value: key, "data-name": name, "aria-label": fill(words.compare, { name }), autocomplete: "off" });
    const label = make("label", { class: "tick" });
    box.checked = ticked.has(key);
    box.addEventListener("change", tick);
    label.append(box);
    head.prepend(label);
  }

  /** Shows the boxes, or takes them away. */
  function turn() {
    const on = !table.classList.contains("ticking");
    table.classList.toggle("ticking", on);
    opener.setAttribute("aria-pressed", String(on));
    if (on) {
      for (const row of rows()) addBox(row);
      table.after(bar);
    } else {
      for (const label of table.querySelectorAll(".tick")) label.remove();
      bar.remove();
      ticked.clear();
    }
    show();
  }

  for (const kind of ["pointerdown", "focusin", "click"]) link.addEventListener(kind, follow);
  close.addEventListener("click", () => { turn(); opener.focus(); });
  opener.addEventListener("click", turn);
  opener.removeAttribute("aria-busy");
  const style = make("link", { rel: "stylesheet", href: words.style });
  style.onload = style.onerror = turn;
  document.head.append(style);
})();
