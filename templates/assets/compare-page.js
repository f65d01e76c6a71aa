/** Countries, groups and videos side by side: what a reader chooses, as lines and as tables. The address has every choice. */
(function (geo) {
  "use strict";
  const { formats, periods, _, ngettext } = geo, fold = window.apivideoGeoFold;
  const data = /** @type {CompareData} */ (/** @type {unknown} */ (geo.data));
  /** Maximum number of lines, as in the Python module `compare`; of names that are offered. */
  const MOST = 5, OFFERED = 60;
  const KINDS = ["country", "group", "video"];
  /** Height of the chart in pixels; width of the chart in a picture, which is drawn at twice its size. */
  const TALL = 320, PICTURE = 760;
  const find = geo.byId("find"), list = geo.byId("choices"), said = geo.byId("picture-said");

  /** @type {WeekData} */
  let found;
  /** @type {Map<string, WeekItem>} */
  let items = new Map();
  /** @type {CompareState} */
  let state;
  /** The option that the arrow keys are at. */
  let at = -1;
  /** @type {ReturnType<ApivideoGeo["periods"]["start"]>} */
  let control = null;

  // The address

  /** @param {string} search  the part of an address after "?" @returns {CompareState} */
  function read(search) {
    const parts = new URLSearchParams(search), wanted = parts.get("compare");
    const known = (wanted || "").split("~").map((key) => (items.has(key) ? key : key.toLowerCase())).filter((key) => items.has(key));
    const keys = wanted === null ? data.leading : [...new Set(known)].slice(0, MOST);
    return { keys, index: parts.get("scale") === "index", period: "all", ...periods.daysOf("all"), ...periods.read(parts.get("period") || "") };
  }

  /** The parts that differ from the default. */
  function write() {
    const parts = [], period = periods.write(state);
    if (state.keys.join() !== data.leading.join()) parts.push(`compare=${state.keys.join("~")}`);
    if (period) parts.push(`period=${period}`);
    if (state.index) parts.push("scale=index");
    return parts.length ? `?${parts.join("&")}` : location.pathname;
  }

  /** Shows another choice, as a new step of the browser's history. @param {Partial<CompareState>} changed */
  function change(changed) {
    state = { ...state, ...changed };
    try {
      history.pushState(null, "", write());
    } catch {
      // A browser may reject many changes in a row; the page works without.
    }
    show();
  }

  // The figures

  /** The weeks of the period: a week belongs to it if most of its days do, so if its Thursday does. @returns {number[]} */
  function weeksShown() {
    const all = found.names.map((_, week) => week);
    if (state.period === "all") return all;
    const inside = all.filter((week) => {
      const thursday = found.offset + 7 * week + 3;
      return thursday >= state.from && thursday <= state.to;
    });
    return inside.length ? inside : [Math.floor((state.from - found.offset) / 7)];
  }

  /** Collected days and the total of each week, of what an item is counted in. @param {WeekItem} item */
  const baseOf = (item) => (item.kind === "video" && found.media_days && found.media_total ? { days: found.media_days, total: found.media_total } : found);

  /** The mean of a collected day; NaN in a week that is not over, or has none. @param {WeekItem} item @param {number} week */
  function meanOf(item, week) {
    const days = baseOf(item).days[week];
    return week < found.over && days ? item.counts[week] / days : NaN;
  }

  /** @param {number[]} values @param {number[]} weeks */
  const sum = (values, weeks) => weeks.reduce((total, week) => total + values[week], 0);

  /** The values of a line: means, or in percent of its first week with a count. @param {WeekItem} item @param {number[]} weeks */
  function valuesOf(item, weeks) {
    const means = weeks.map((week) => meanOf(item, week));
    const first = means.find((mean) => mean > 0) ?? NaN;
    return state.index ? means.map((mean) => (100 * mean) / first) : means;
  }

  const chosen = () => state.keys.map((key) => /** @type {WeekItem} */ (items.get(key)));

  // What is shown

  function show() {
    const weeks = weeksShown(), shown = chosen();
    geo.byId("chosen").replaceChildren(...shown.map(chip));
    showControls();
    showChart();
    geo.byId("notes").replaceChildren(...notes(weeks).map((note) => geo.make("p", note)));
    showSums(weeks, shown);
    showWeeks(weeks, shown);
    if (!list.hidden) offer();
  }

  /** The pattern of a line, next to its name. @param {number} slot */
  function key(slot) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg"), path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    svg.setAttribute("class", "key");
    svg.setAttribute("viewBox", "0 0 26 12");
    svg.setAttribute("aria-hidden", "true");
    path.setAttribute("class", `line s${slot}`);
    path.setAttribute("d", "M1 6h24");
    svg.append(path);
    return svg;
  }

  /** A link to the page of an item, with the period; the page of a group shows the whole history only. @param {WeekItem} item */
  function link(item) {
    const anchor = geo.make("a", item.name), period = item.kind === "group" ? "" : periods.write(state);
    anchor.href = item.page + (period && `?period=${period}`);
    return anchor;
  }

  /** @param {WeekItem} item @param {number} slot */
  function chip(item, slot) {
    const entry = geo.make("li"), button = geo.button("×");
    button.setAttribute("aria-label", _("Remove %(name)s", { name: item.name }));
    button.addEventListener("click", () => {
      toggle(item);
      const rest = /** @type {NodeListOf<HTMLElement>} */ (geo.byId("chosen").querySelectorAll("button"));
      (rest[Math.min(slot, rest.length - 1)] || find).focus();
    });
    entry.append(key(slot), link(item), button);
    return entry;
  }

  function showControls() {
    control?.show(state);
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-scale]"))) {
      button.setAttribute("aria-pressed", String((button.dataset.scale === "index") === state.index));
    }
  }

  /** What the chart shows, in words. */
  const heading = () => (state.index ? _("%(plays)s a day, week by week, first week = 100", { plays: geo.sentence(geo.data.words.many) }) : geo.sentence(_("%(plays)s a day, week by week", { plays: geo.data.words.many })));

  /** @returns {Chart | null} */
  function chart() {
    const weeks = weeksShown().filter((week) => week < found.over);
    const lines = chosen().map((item, slot) => ({ slot, name: item.name, values: valuesOf(item, weeks) }));
    if (!lines.some((line) => line.values.some((value) => !Number.isNaN(value)))) return null;
    const first = weeks[0], last = weeks[weeks.length - 1];
    const months = found.months.filter(([place]) => place >= first && place <= last + 1);
    const years = new Set([first, last].map((week) => formats.iso(found.offset + 7 * week + 3).slice(0, 4)));
    const ticks = months.map(([place, brief, long]) => ({ at: place - first, text: years.size > 1 ? long : brief }));
    return { lines, weeks: weeks.length, ticks: ticks.length ? ticks : [{ at: 0, text: found.names[first] }], label: `${heading()}: ${lines.map((line) => line.name).join(", ")}` };
  }

  function showChart() {
    const box = geo.byId("chart"), what = chart(), width = Math.floor(box.clientWidth);
    box.replaceChildren(what ? geo.lines.draw(what, width, TALL) : geo.make("p", state.keys.length ? _("No complete week of this period was collected.") : _("Choose a country, a group or a video."), "empty"));
  }

  /** What the points are, and which weeks have none. @param {number[]} weeks */
  function notes(weeks) {
    const gaps = weeks.filter((week) => week < found.over && !found.days[week]).length;
    const open = weeks.filter((week) => week >= found.over);
    return [
      _("Each point is the average of a collected day in that week, Monday to Sunday in UTC."),
      state.index && _("100 is the first week of the period in which a line has a count."),
      gaps && ngettext("%(count)s week without a collected day is a gap in the lines.", "%(count)s weeks without a collected day are gaps in the lines.", gaps),
      open.length && _("The week %(week)s is not complete: it is only in the table.", { week: found.names[open[0]] }),
      state.period !== "all" && _("A week belongs to the period if most of its days do."),
    ].filter((note) => typeof note === "string");
  }

  /** @param {string} text */
  const number = (text) => geo.make("td", text, "num");
  /** @param {(Node | string)[]} content */
  function head(...content) {
    const cell = geo.make("th");
    cell.scope = "row";
    cell.append(...content);
    return cell;
  }

  /** @param {number[]} weeks @param {WeekItem[]} shown */
  function showSums(weeks, shown) {
    const over = weeks.filter((week) => week < found.over);
    geo.byId("sums").tBodies[0].replaceChildren(...shown.map((item, slot) => {
      const { days, total } = baseOf(item), all = sum(total, weeks), collected = sum(days, over), row = geo.make("tr");
      row.append(
        head(key(slot), " ", link(item)), number(formats.number(sum(item.counts, weeks))),
        number(collected ? formats.rate(sum(item.counts, over) / collected) : "–"), number(all ? formats.share(sum(item.counts, weeks) / all) : "–"),
      );
      return row;
    }));
  }

  /** @param {number[]} weeks @param {WeekItem[]} shown */
  function showWeeks(weeks, shown) {
    const table = geo.byId("weeks"), heads = table.tHead?.rows[0];
    while (heads && heads.cells.length > 2) heads.lastElementChild?.remove();
    heads?.append(...shown.map((item) => {
      const cell = geo.make("th", item.name, "num");
      cell.scope = "col";
      return cell;
    }));
    table.tBodies[0].replaceChildren(...[...weeks].reverse().map((week) => {
      const row = geo.make("tr"), name = head(found.names[week]);
      if (week >= found.over) name.append(" ", geo.make("span", _("not complete"), "kind"));
      row.append(name, number(formats.number(found.days[week])), ...shown.map((item) => number(cellOf(item, week))));
      return row;
    }));
  }

  /** A count with its days, if these are others than those of the week. @param {WeekItem} item @param {number} week */
  function cellOf(item, week) {
    const { days } = baseOf(item), count = formats.number(item.counts[week]);
    if (!days[week] && !item.counts[week]) return "–";
    return days[week] === found.days[week] ? count : ngettext("%(number)s on %(count)s day", "%(number)s on %(count)s days", days[week], { number: count });
  }

  // Choosing

  /** Adds or removes an item, and says so. @param {WeekItem} item */
  function toggle(item) {
    const there = state.keys.includes(item.key);
    geo.byId("full").hidden = there || state.keys.length < MOST;
    if (!there && state.keys.length >= MOST) {
      geo.say(_("At most five can be compared. Remove one first."));
      return;
    }
    change({ keys: there ? state.keys.filter((key) => key !== item.key) : [...state.keys, item.key] });
    geo.say(there ? _("%(name)s removed", { name: item.name }) : _("%(name)s added", { name: item.name }));
  }

  /** The items that match what is typed: those that are chosen first, then by kind and count. */
  function matching() {
    const words = fold(find.value).split(/\s+/).filter(Boolean);
    const matches = [...items.values()].filter((item) => words.every((word) => item.plain.includes(word)));
    /** @param {WeekItem} item */
    const rank = (item) => (state.keys.includes(item.key) ? -1 : KINDS.indexOf(item.kind));
    return matches.sort((a, b) => rank(a) - rank(b)).slice(0, OFFERED);
  }

  /** Fills the list of names, and opens it. */
  function offer() {
    const full = state.keys.length >= MOST;
    list.replaceChildren(...matching().map((item, index) => {
      const option = geo.make("li", item.name), picked = state.keys.includes(item.key);
      option.id = `choice-${index}`;
      option.dataset.key = item.key;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", String(picked));
      if (full && !picked) option.setAttribute("aria-disabled", "true");
      if (item.note) option.append(" ", geo.make("span", item.note, "kind"));
      return option;
    }));
    if (!list.children.length) {
      const none = geo.make("li", _("Nothing by that name."));
      none.setAttribute("role", "option");
      none.setAttribute("aria-disabled", "true");
      none.setAttribute("aria-selected", "false");
      list.append(none);
    }
    open(true);
    go(Math.min(at, list.children.length - 1));
  }

  /** @param {boolean} shown */
  function open(shown) {
    list.hidden = !shown;
    find.setAttribute("aria-expanded", String(shown));
    if (!shown) go(-1);
  }

  /** Moves to an option; −1 is none. @param {number} index */
  function go(index) {
    list.querySelector(".at")?.classList.remove("at");
    at = index;
    const option = list.children[index];
    option?.classList.add("at");
    option?.scrollIntoView({ block: "nearest" });
    if (option?.id) find.setAttribute("aria-activedescendant", option.id);
    else find.removeAttribute("aria-activedescendant");
  }

  /** @param {KeyboardEvent} event */
  function press(event) {
    const last = list.children.length - 1;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (list.hidden) offer();
      else if (event.key === "ArrowDown") go(at >= last ? 0 : at + 1);
      else go(at <= 0 ? last : at - 1);
    } else if (event.key === "Enter" && !list.hidden) pick(/** @type {HTMLElement} */ (list.children[Math.max(at, 0)]));
    else if (event.key === "Escape" && !list.hidden) open(false);
    else return;
    event.preventDefault();
  }

  /** @param {HTMLElement | null} option */
  function pick(option) {
    const item = items.get(option?.dataset.key || "");
    if (!item) return;
    const { key: name } = item;
    toggle(item);
    if (find.value) find.select();
    go([...list.children].findIndex((each) => /** @type {HTMLElement} */ (each).dataset.key === name));
  }

  // Pictures

  /** @param {"png" | "svg"} kind */
  async function save(kind) {
    const blob = await load().then(() => geo.draw.paint(kind, scene())).catch(() => null);
    said.textContent = blob ? "" : _("The picture could not be made.");
    if (blob) geo.draw.download(blob, `compare.${kind}`);
  }

  /** @type {Promise<void> | undefined} */
  let loading;
  const load = () => (loading ||= geo.load(data.picture).catch((problem) => { loading = undefined; throw problem; }));

  /** The picture: the chart as the style sheet colours it, at twice its size, with a heading, the weeks and the source. */
  function scene() {
    const what = chart();
    if (!what) throw new Error("no lines");
    const svg = geo.lines.draw(what, PICTURE, TALL);
    geo.byId("chart").append(svg);
    const lines = [...svg.querySelectorAll("path")].map(shapeOf);
    const names = [...svg.querySelectorAll("text")].map(textOf);
    svg.remove();
    const weeks = weeksShown().filter((week) => week < found.over), monday = found.offset + 7 * weeks[0];
    const facts = [heading(), formats.days(monday, found.offset + 7 * weeks[weeks.length - 1] + 6)];
    return geo.draw.sheet({ heading: what.lines.map((line) => line.name).join(" · "), facts, words: what.label, shapes: lines, labels: names, width: PICTURE, height: TALL, scale: 2 });
  }

  /** @param {SVGPathElement} path */
  function shapeOf(path) {
    const style = getComputedStyle(path), dash = style.strokeDasharray;
    return {
      d: path.getAttribute("d") || "", fill: style.fill, stroke: style.stroke, width: parseFloat(style.strokeWidth), round: style.strokeLinecap === "round",
      dash: dash === "none" ? undefined : dash.split(/[, ]+/).map(parseFloat),
    };
  }

  /** @param {SVGTextElement} text */
  function textOf(text) {
    const style = getComputedStyle(text);
    return {
      x: Number(text.getAttribute("x")), y: Number(text.getAttribute("y")), text: text.firstChild?.textContent || "", size: parseFloat(style.fontSize),
      colour: style.fill, bold: Number(style.fontWeight) > 500, middle: style.textAnchor === "middle",
    };
  }

  /** @param {WeekData} loaded */
  function start(loaded) {
    found = loaded;
    items = new Map(found.items.map(([key, kind, name, note, page, counts]) => [key, { key, kind, name, note, page, counts, plain: fold(`${name} ${key} ${note}`) }]));
    state = read(location.search);
    control = periods.start((period, from = 0, to = 0) => change({ period, ...(period === "custom" ? { from, to } : periods.daysOf(period)) }));
    find.addEventListener("focus", offer);
    find.addEventListener("input", () => { at = -1; offer(); });
    find.addEventListener("keydown", press);
    find.addEventListener("blur", () => open(false));
    list.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
    list.addEventListener("click", (event) => pick(geo.closest(event, "li")));
    document.addEventListener("click", (event) => {
      const { scale } = geo.closest(event, "[data-scale]")?.dataset || {};
      if (scale) change({ index: scale === "index" });
    });
    window.addEventListener("popstate", () => { state = read(location.search); show(); });
    let width = 0;
    new ResizeObserver(([{ contentRect }]) => { if (contentRect.width !== width) { width = contentRect.width; showChart(); } }).observe(geo.byId("chart"));
    geo.byId("save-png")?.addEventListener("click", () => save("png"));
    geo.byId("save-svg")?.addEventListener("click", () => save("svg"));
    show();
    document.documentElement.classList.add("live");
  }

  geo.load(data.weeks, "weeks").then(start, () => geo.say(_("The figures could not be loaded.")));
})(apivideoGeo);
