// @ts-check
/** The table: sorted by any column, filtered while typing, copied as CSV; its cells follow the period. */
(function (geo) {
  "use strict";
  const { data, formats, _, ngettext } = geo;
  const table = geo.byId("countries");
  const find = geo.byId("find");
  const body = table?.tBodies[0];
  /** @type {Map<string, HTMLTableRowElement>} */
  const rows = new Map();
  for (const row of table?.querySelectorAll("tr[data-c]") || []) rows.set(row.dataset.c, row);
  /** @type {Map<string, {name: string, flag: string, plain: string}>} */
  const names = new Map();
  for (const [code, row] of rows) {
    const flag = row.cells[1].querySelector(".flag")?.textContent || "";
    addName(code, row.cells[1].textContent.slice(flag.length).trim(), flag);
  }
  for (const [code, name] of Object.entries(data.names)) addName(code, name, "");
  const collator = new Intl.Collator(data.lang);
  /** @type {any} */
  let shown = { view: null, sort: "rank", zeros: false, all: false };
  /** Number of countries that narrow screens show first, as in `render/views.py`; the style sheet hides the others. */
  const FIRST_ROWS = 25;
  const more = geo.byId("all-rows");

  function addName(code, name, flag) {
    const letters = [...flag].map((sign) => String.fromCharCode(/** @type {number} */ (sign.codePointAt(0)) - 0x1f1e6 + 65)).join("");
    names.set(code, { name, flag, plain: fold(`${name} ${code} ${letters}`) });
  }

  /** Without accents and capitals. @param {string} text */
  function fold(text) {
    return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  }

  /** @param {any} actions  `sort`, `zeros`, `all`, `find`: called with what the reader asked for; `light`: with a code or "" */
  function start(actions) {
    if (!table) return;
    for (const head of table.querySelectorAll("th[data-sort]")) {
      const button = geo.make("button", head.textContent);
      button.type = "button";
      head.replaceChildren(button);
      button.addEventListener("click", () => actions.sort(turned(head.dataset.sort)));
    }
    find.addEventListener("input", () => { actions.find(find.value.trim()); filter(); geo.say(ngettext("%(count)s country", "%(count)s countries", visible().length)); });
    geo.byId("zeros").addEventListener("click", () => actions.zeros(!shown.zeros));
    more?.addEventListener("click", () => actions.all(!shown.all));
    geo.byId("copy").addEventListener("click", copy);
    body.addEventListener("pointerover", (event) => actions.light(event.target.closest("tr")?.dataset.c || ""));
    body.addEventListener("pointerleave", () => actions.light(""));
  }

  /** The other direction where a column is sorted already. @param {string} column */
  const turned = (column) => (shown.sort === column ? `-${column}` : column);

  /** The value of a column to sort by; what has none comes last. */
  function keyOf(column, view) {
    const row = (code) => view.byCode.get(code);
    if (column === "name") return null;
    if (column === "per-million") return (code) => row(code)?.per ?? NaN;
    if (column === "change") return (code) => geo.changeOf(view, row(code)).ratio;
    return (code) => row(code)?.count ?? 0;
  }

  /**
   * @param {any} view @param {{sort: string, zeros: boolean, all: boolean, find: string}} state
   * @param {any} history  for sparklines; null = as they are
   */
  function render(view, { sort, zeros, all, find: words }, history) {
    if (!table) return;
    if (find.value.trim() !== words) find.value = words;
    if (zeros) addMissing();
    const changed = shown.view !== view;
    shown = { view, sort, zeros, all };
    if (changed) fill(view, history);
    order(sort, view);
    filter();
    geo.byId("zeros").setAttribute("aria-pressed", String(zeros));
  }

  /** Rows for the countries without any count, when first asked for. */
  function addMissing() {
    for (const code of Object.keys(data.names)) {
      if (rows.has(code)) continue;
      const row = geo.make("tr");
      row.dataset.c = code;
      const name = geo.named(geo.make("th", names.get(code)?.name));
      name.scope = "row";
      row.append(geo.make("td", "–", "num rank"), name, geo.make("td", "0", "num"), geo.make("td", "", "num share"));
      row.cells[3].append(geo.make("span", formats.share(0)));
      row.append(geo.make("td", "–", "num per"), geo.make("td", "–", "num change"), geo.make("td", "", "trend"));
      body.append(row);
      rows.set(code, row);
    }
  }

  function fill(view, history) {
    const longest = view.rows.length ? view.rows[0].share : 1;
    for (const [code, row] of rows) {
      const figures = view.byCode.get(code);
      const [rank, , count, share, per, change, trend] = row.cells;
      const count_ = figures ? figures.count : 0;
      put(rank, count_ ? formats.number(figures.rank) : "–");
      put(count, data.known ? formats.number(count_) : "–");
      put(share.lastElementChild, formats.share(figures ? figures.share : 0));
      share.querySelector("rect")?.setAttribute("width", count_ ? Math.max((74 * figures.share) / longest, 1).toFixed(1) : "0");
      put(per, count_ && !Number.isNaN(figures.per) ? formats.rate(figures.per) : "–");
      const told = geo.changeOf(view, figures);
      put(change, told.text);
      change.className = `num change ${told.tone}`.trimEnd();
      if (history && trend.firstElementChild && history.days.counts[code]) {
        const path = geo.sparkPath(history.days.counts[code], history.days.total, view.from, view.to);
        trend.querySelector("path")?.setAttribute("d", path);
      }
    }
    fillRest(view);
  }

  /** Rows of no country, total, and what the changes compare. */
  function fillRest(view) {
    for (const row of body.querySelectorAll(".apart")) {
      const count = view[row.dataset.kind];
      put(row.cells[2], formats.number(count));
      put(row.cells[3].lastElementChild, formats.share(view.total ? count / view.total : 0));
    }
    put(table.tFoot.rows[0].cells[2], formats.number(view.total));
    const note = geo.byId("change-note");
    if (note) note.textContent = geo.compared(view);
  }

  function put(cell, text) {
    if (cell.textContent !== text) cell.textContent = text;
  }

  function order(sort, view) {
    const column = sort.replace(/^-/, "");
    const ranks = column === "rank" || column === "name";
    const back = sort !== column;
    const key = keyOf(column, view);
    const codes = [...rows.keys()];
    const byName = (a, b) => collator.compare(names.get(a).name, names.get(b).name);
    const values = key && new Map(codes.map((code) => [code, key(code)]));
    codes.sort((a, b) => {
      if (!values) return byName(a, b) * (back ? -1 : 1);
      const [left, right] = [values.get(a), values.get(b)];
      if (Number.isNaN(left) || Number.isNaN(right)) return Number(Number.isNaN(left)) - Number(Number.isNaN(right)) || byName(a, b);
      if (left === right) return left && /rank|count|share/.test(column) ? (a < b ? -1 : 1) : byName(a, b);
      return (left < right ? 1 : -1) * (back ? -1 : 1);
    });
    const rest = [...body.querySelectorAll(".apart")];
    const wanted = [...codes.map((code) => rows.get(code)), ...rest];
    if (wanted.some((row, place) => body.rows[place] !== row)) body.append(...wanted);
    for (const head of table.querySelectorAll("th[data-sort]")) {
      if (head.dataset.sort !== column) head.removeAttribute("aria-sort");
      else head.setAttribute("aria-sort", ranks !== back ? "ascending" : "descending");
    }
  }

  function filter() {
    const wanted = fold(find.value.trim());
    let any = false;
    if (wanted) addMissing();
    for (const [code, row] of rows) {
      const counted = (shown.view.byCode.get(code)?.count || 0) > 0;
      row.hidden = wanted ? !matches(names.get(code), wanted) : !(counted || shown.zeros);
      any = any || !row.hidden;
    }
    shorten(Boolean(wanted));
    for (const row of body.querySelectorAll(".apart")) row.hidden = Boolean(wanted);
    table.tFoot.hidden = Boolean(wanted);
    geo.byId("none-found").hidden = any || !wanted;
  }

  /** Marks the rows that a narrow screen shows only when asked; a search shows all it finds. @param {boolean} searching */
  function shorten(searching) {
    const counted = [...body.rows].filter((row) => row.dataset.c && !row.hidden);
    counted.forEach((row, place) => row.classList.toggle("later", place >= FIRST_ROWS));
    table.classList.toggle("short", !shown.all && !searching);
    if (!more) return;
    more.parentElement.hidden = searching || counted.length <= FIRST_ROWS;
    more.setAttribute("aria-expanded", String(shown.all));
    more.textContent = shown.all
      ? _("Show the first %(number)s", { number: formats.number(FIRST_ROWS) })
      : _("Show all %(number)s", { number: formats.number(counted.length) });
  }

  /** Does a word of the name or a code begin so? */
  function matches(name, wanted) {
    return !wanted || ` ${name.plain.replace(/[^\p{L}\p{N}]+/gu, " ")}`.includes(` ${wanted.replace(/[^\p{L}\p{N}]+/gu, " ")}`);
  }

  const visible = () => [...rows].filter(([, row]) => !row.hidden).map(([code]) => code);

  /** The rows as shown, in their order, with codes and the period; figures as plain numbers. */
  function csv() {
    const { view } = shown;
    const period = [data.first && formats.iso(view.from), data.last && formats.iso(view.to)];
    const lines = [["rank", "iso_a3", "country", `${data.metric}s`, "share", "per_million", "change", "from", "to"]];
    for (const row of body.rows) {
      if (row.hidden) continue;
      const code = row.dataset.c;
      const figures = view.byCode.get(code);
      const name = code ? names.get(code).name : row.cells[1].textContent;
      const count = code ? (figures ? figures.count : 0) : view[row.dataset.kind];
      const ratio = code ? geo.changeOf(view, figures).ratio : NaN;
      const rounded = (number, digits) => (Number.isFinite(number) ? String(Number(number.toFixed(digits))) : "");
      lines.push([
        code && count ? figures.rank : "", code || "---", name, count, rounded(view.total ? count / view.total : 0, 6),
        rounded(count && figures ? figures.per : NaN, 3), rounded(ratio - 1, 4), ...period,
      ]);
    }
    return `${lines.map((line) => line.map(cell).join(",")).join("\r\n")}\r\n`;
  }

  /** Quoted where it must be; what a spreadsheet would run begins with an apostrophe. */
  function cell(value) {
    let text = String(value);
    if (typeof value === "string" && /^[=+@\t\r]|^-[^\d-]/.test(text)) text = `'${text}`;
    return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
  }

  async function copy() {
    const button = geo.byId("copy");
    const text = csv();
    const done = await write(text);
    const count = text.split("\r\n").length - 2;
    geo.say(done
      ? ngettext("%(count)s row copied as CSV.", "%(count)s rows copied as CSV.", count)
      : _("The browser did not allow copying."));
    button.textContent = done ? _("Copied") : _("Not copied");
    setTimeout(() => { button.textContent = _("Copy as CSV"); }, 2000);
  }

  /** @param {string} text */
  async function write(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      const field = geo.make("textarea", text, "unseen");
      document.body.append(field);
      field.select();
      const done = document.execCommand("copy");
      field.remove();
      return done;
    }
  }

  let marked = null;

  /** @param {string} code  "" = none */
  function light(code) {
    marked?.classList.remove("on");
    marked = rows.get(code);
    marked?.classList.add("on");
  }

  geo.fold = fold;
  geo.nameOf = (code) => names.get(code)?.name || code;
  geo.flagOf = (code) => names.get(code)?.flag || "";
  geo.table = { start, render, light, csv, sparkOf: (code) => rows.get(code)?.querySelector(".spark") || null };
})(apivideoGeo);
