/** The table: sorted by any column, filtered while typing, copied as CSV; its cells follow the period. */
(function (geo) {
  "use strict";
  const { data, formats, _, ngettext } = geo;
  const table = /** @type {HTMLTableElement} */ (geo.byId("countries"));
  const find = geo.byId("find");
  const body = table?.tBodies[0];
  const foot = /** @type {HTMLTableSectionElement} */ (table?.tFoot);
  /** @type {Map<string, HTMLTableRowElement>} */
  const rows = new Map();
  for (const row of rowsWith("[data-c]")) rows.set(row.dataset.c || "", row);
  /** @typedef {{name: string, flag: string, plain: string}} Name  `plain` is what a search compares */
  /** @type {Map<string, Name>} */
  const names = new Map();
  for (const [code, row] of rows) {
    const flag = row.cells[1].querySelector(".flag")?.textContent || "";
    addName(code, textOf(row.cells[1]).slice(flag.length).trim(), flag);
  }
  for (const [code, name] of Object.entries(data.names)) addName(code, name, "");
  const collator = new Intl.Collator(document.documentElement.lang);
  const shares = geo.byId("share-note"), sentShares = shares?.textContent || "";
  /** @type {{view: View} & Pick<State, "sort" | "zeros" | "all">} */
  let shown = { view: /** @type {any} */ (null), sort: "rank", zeros: false, all: false };
  /** Number of countries that narrow screens show first, as in the Python module `views`; the style sheet hides the others. */
  const FIRST_ROWS = 25;
  const more = geo.byId("all-rows");

  /** @type {CountryCounts} */
  const UNCOUNTED = { code: "", count: 0, value: NaN, now: 0, before: 0, counted: 0, fresh: false };

  /** The rows of the table that match. @param {string} selector @returns {HTMLTableRowElement[]} */
  function rowsWith(selector) {
    return [.../** @type {NodeListOf<HTMLTableRowElement>} */ (table?.querySelectorAll(`tr${selector}`)) || []];
  }

  /** @param {Node | null} node */
  function textOf(node) {
    return node?.textContent || "";
  }

  /** @param {Code} code */
  const nameAt = (code) => /** @type {Name} */ (names.get(code));

  /** @param {Code} code @param {string} name @param {string} flag */
  function addName(code, name, flag) {
    const letters = [...flag].map((sign) => String.fromCharCode((sign.codePointAt(0) || 0) - 0x1f1e6 + 65)).join("");
    names.set(code, { name, flag, plain: window.apivideoGeoFold(`${name} ${code} ${letters}`) });
  }

  /** @param {TableActions} actions */
  function start(actions) {
    if (!table) return;
    for (const head of headings()) {
      const button = geo.button(textOf(head));
      head.replaceChildren(button);
      button.addEventListener("click", () => actions.sort(turned(head.dataset.sort || "")));
    }
    find.addEventListener("input", () => { actions.find(find.value.trim()); filter(); geo.say(ngettext("%(count)s country", "%(count)s countries", visible().length)); });
    geo.byId("zeros").addEventListener("click", () => actions.zeros(!shown.zeros));
    more?.addEventListener("click", () => actions.all(!shown.all));
    geo.byId("copy").addEventListener("click", copy);
    body.addEventListener("pointerover", (event) => actions.light(geo.closest(event, "tr")?.dataset.c || ""));
    body.addEventListener("pointerleave", () => actions.light(""));
  }

  /** @returns {NodeListOf<HTMLElement>} */
  const headings = () => table.querySelectorAll("th[data-sort]");

  /** The reverse order if the table is sorted by the column already. @param {string} column */
  const turned = (column) => (shown.sort === column ? `-${column}` : column);

  /**
   * The value of a column to sort by; NaN comes last, null is for the names.
   * @param {string} column @param {View} view @returns {((code: Code) => number) | null}
   */
  function keyOf(column, view) {
    /** @param {Code} code */
    const row = (code) => view.byCode.get(code);
    const ratio = Boolean(view.metric.parts);
    if (column === "name") return null;
    if (ratio && column === "count") return (code) => row(code)?.upper ?? 0;
    if (column === "per-million") return (code) => (ratio ? row(code)?.lower : row(code)?.per) ?? NaN;
    if (column === "change") return (code) => geo.changeOf(view, row(code)).ratio;
    return (code) => row(code)?.value ?? (ratio ? NaN : 0);
  }

  /** The texts of the three columns of figures: of a ratio what is divided, the value, and what it is divided by. @param {CountryCounts | null} row @param {Metric} metric @param {string} share @param {number} per */
  function texts(row, { parts, ...metric }, share, per) {
    if (!parts) return [data.known ? formats.value(row?.count || 0, metric) : "–", share, Number.isNaN(per) ? "–" : formats.per(per, metric)];
    const value = row?.lower ? formats.value(row.value, metric) : "–";
    return [formats.value(row?.upper || 0, parts[0]), value, formats.value(row?.lower || 0, parts[1])];
  }

  /** `history` is for sparklines; null leaves them as they are. @type {ApivideoGeo["table"]["render"]} */
  function render(view, { sort, zeros, all, find: words }, history) {
    if (!table) return;
    if (find.value.trim() !== words) find.value = words;
    if (zeros || view.rows.some((row) => !rows.has(row.code))) addMissing();
    const changed = shown.view !== view;
    shown = { view, sort, zeros, all };
    if (changed) fill(view, history);
    order(sort, view);
    filter();
    geo.byId("zeros").setAttribute("aria-pressed", String(zeros));
  }

  /** Adds rows for the countries without a count, when they are first needed. */
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

  /** @param {View} view @param {DaySums | null} history */
  function fill(view, history) {
    const ratio = Boolean(view.metric.parts);
    /** @param {Row} row */
    const size = (row) => (ratio ? row.value : row.share);
    const longest = (view.rows.length && size(view.rows[0])) || 1;
    for (const [code, row] of rows) {
      const figures = view.byCode.get(code);
      const [rank, , count, share, per, change, trend] = row.cells;
      const counted = figures?.count ? figures : null;
      put(rank, counted && !Number.isNaN(counted.value) ? formats.number(counted.rank) : "–");
      const shown = texts(counted, view.metric, view.total ? formats.share(figures ? figures.share : 0) : "–", counted ? counted.per : NaN);
      [count, share.lastElementChild, per].forEach((element, index) => put(element, shown[index]));
      share.querySelector("rect")?.setAttribute("width", counted ? Math.max((74 * (size(counted) || 0)) / longest, 1).toFixed(1) : "0");
      const { text, tone } = geo.changeOf(view, figures);
      put(change, text);
      change.className = `num change ${tone}`.trimEnd();
      if (history) trend.querySelector("path")?.setAttribute("d", geo.sparkOf(history, code, view.from, view.to));
    }
    fillRest(view);
    const nothing = geo.byId("nothing"), counted = Boolean(view.total) || view.to - view.from < geo.state.last;
    if (!nothing) return;
    nothing.hidden = counted;
    geo.byId("counted").hidden = !counted;
  }

  /** The row of unknown countries, the total, and what the changes compare. @param {View} view */
  function fillRest(view) {
    for (const row of rowsWith(".apart")) {
      last(row, view.apart || { ...UNCOUNTED, count: view.unknown }, view);
    }
    const whole = view.group || view;
    last(foot.rows[0], whole.all || { ...UNCOUNTED, count: whole.total }, view);
    if (shares) shares.textContent = `${view.group ? `${_("Ranks and shares are those among all countries.")} ` : ""}${sentShares}`;
    const compared = geo.compared(view), note = geo.byId("change-note");
    if (note) note.textContent = compared;
    for (const head of headings()) if (head.dataset.sort === "change") head.title = compared;
  }

  /** One of the last rows. @param {HTMLTableRowElement} row @param {CountryCounts} figures @param {View} view */
  function last(row, figures, { metric, total }) {
    const [count, share, per] = texts(figures, metric, total ? formats.share(figures.count / total) : "–", NaN);
    put(row.cells[2], count);
    put(row.cells[3].lastElementChild, share);
    put(row.cells[4], metric.parts || row.parentElement !== foot ? per : "");
  }

  /** @param {Element | null} cell @param {string} text */
  function put(cell, text) {
    if (cell && cell.textContent !== text) cell.textContent = text;
  }

  /** @param {string} sort  a column, with "-" in front for the reverse order @param {View} view */
  function order(sort, view) {
    const column = sort.replace(/^-/, "");
    const ranks = column === "rank" || column === "name";
    const back = sort !== column;
    const key = keyOf(column, view);
    const codes = [...rows.keys()];
    /** @param {Code} a @param {Code} b */
    const byName = (a, b) => collator.compare(nameAt(a).name, nameAt(b).name);
    const values = key && new Map(codes.map((code) => [code, key(code)]));
    codes.sort((a, b) => {
      if (!values) return byName(a, b) * (back ? -1 : 1);
      const left = values.get(a) ?? NaN, right = values.get(b) ?? NaN;
      if (Number.isNaN(left) || Number.isNaN(right)) return Number(Number.isNaN(left)) - Number(Number.isNaN(right)) || byName(a, b);
      if (left === right) return left && /rank|count|share/.test(column) ? (a < b ? -1 : 1) : byName(a, b);
      return (left < right ? 1 : -1) * (back ? -1 : 1);
    });
    const wanted = [...codes.flatMap((code) => rows.get(code) || []), ...rowsWith(".apart")];
    if (wanted.some((row, index) => body.rows[index] !== row)) body.append(...wanted);
    for (const head of headings()) {
      if (head.dataset.sort !== column) head.removeAttribute("aria-sort");
      else head.setAttribute("aria-sort", ranks !== back ? "ascending" : "descending");
    }
  }

  /** Shows the rows that match what is typed, or else all countries with a count. */
  function filter() {
    const wanted = window.apivideoGeoFold(find.value.trim());
    let any = false;
    if (wanted) addMissing();
    for (const [code, row] of rows) {
      const counted = (shown.view.byCode.get(code)?.count || 0) > 0;
      row.hidden = shown.view.members?.has(code) === false || (wanted ? !matches(nameAt(code), wanted) : !(counted || shown.zeros));
      any = any || !row.hidden;
    }
    shorten(Boolean(wanted));
    for (const row of rowsWith(".apart")) row.hidden = Boolean(wanted || shown.view.group);
    foot.hidden = Boolean(wanted);
    geo.byId("none-found").hidden = any || !wanted;
  }

  /** Marks the rows that a narrow screen shows only on request; a search shows all it finds. @param {boolean} searching */
  function shorten(searching) {
    const counted = [...body.rows].filter((row) => row.dataset.c && !row.hidden);
    counted.forEach((row, index) => row.classList.toggle("later", index >= FIRST_ROWS));
    table.classList.toggle("short", !shown.all && !searching);
    if (!more) return;
    /** @type {HTMLElement} */ (more.parentElement).hidden = searching || counted.length <= FIRST_ROWS;
    more.setAttribute("aria-expanded", String(shown.all));
    more.textContent = shown.all
      ? _("Show the first %(number)s", { number: formats.number(FIRST_ROWS) })
      : _("Show all %(number)s", { number: formats.number(counted.length) });
  }

  /** Does a word of the name, or a code, begin with `wanted`? @param {Name} name @param {string} wanted */
  function matches(name, wanted) {
    return !wanted || ` ${name.plain.replace(/[^\p{L}\p{N}]+/gu, " ")}`.includes(` ${wanted.replace(/[^\p{L}\p{N}]+/gu, " ")}`);
  }

  const visible = () => [...rows].filter(([, row]) => !row.hidden).map(([code]) => code);

  /** The visible rows as CSV, in their order, with codes and the period; figures as plain numbers. */
  function csv() {
    const { view } = shown;
    /** @param {number} number @param {number} digits */
    const rounded = (number, digits) => (Number.isFinite(number) ? String(Number(number.toFixed(digits))) : "");
    const { now, before } = view.comparison;
    const period = [...[view.from, view.to].map((day) => data.first && formats.iso(day)), ...[now.from, now.to, before.from, before.to].map((day) => (view.change ? formats.iso(day) : ""))];
    const { metric } = view, ratio = metric.parts;
    /** @type {(string | number)[][]} */
    const lines = [["rank", "iso_a3", "country", metric.column, ...(ratio ? ["low_95", "high_95", ...ratio.map((part) => part.column)] : ["share", "per_million"]), "change", "from", "to", "compared_from", "compared_to", "against_from", "against_to"]];
    for (const row of body.rows) {
      if (row.hidden) continue;
      const code = row.dataset.c || "";
      const figures = view.byCode.get(code);
      const name = code ? nameAt(code).name : textOf(row.cells[1]);
      const count = code ? (figures ? figures.count : 0) : view.unknown;
      const change = code ? geo.changeOf(view, figures).ratio : NaN;
      const one = ratio && ((code ? figures : view.apart) || UNCOUNTED);
      const cells = one
        ? [rounded(one.value, 6), ...(geo.ratios.interval(one, metric) || [NaN, NaN]).map((bound) => rounded(bound, 6)), rounded(one.upper || 0, 3), rounded(one.lower || 0, 3)]
        : [rounded(count, 3), rounded(view.total ? count / view.total : 0, 6), rounded(count && figures ? figures.per : NaN, 3)];
      lines.push([figures && count && !Number.isNaN(figures.value) ? figures.rank : "", code || "---", name, ...cells, rounded(change - 1, 4), ...period]);
    }
    return `${lines.map((line) => line.map(cell).join(",")).join("\r\n")}\r\n`;
  }

  /** A value as CSV: quoted if necessary; text that a spreadsheet would run gets an apostrophe in front. @param {string | number} value */
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

  /** Copies a text; returns whether that worked. @param {string} text */
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

  /** @type {HTMLElement | undefined} */
  let marked;

  /** Highlights the row of a country. @param {Code} code  "" = none */
  function light(code) {
    marked?.classList.remove("on");
    marked = rows.get(code);
    marked?.classList.add("on");
  }

  geo.nameOf = (code) => names.get(code)?.name || code;
  geo.flagOf = (code) => names.get(code)?.flag || "";
  geo.table = { start, render, light, csv, sparkOf: (code) => rows.get(code)?.querySelector(".spark") || null };
})(apivideoGeo);
