/**
 * The period of a page about countries or videos, and what it is compared with: figures and curve by day, tables of a
 * country and the map of a video by month. The page's data name the countries whose days are added up; without them a file
 * has counts by day of its own.
 */
(function (geo) {
  "use strict";
  const { data, formats, periods, breakdowns, prose, _, ngettext } = geo;
  /** Curves of more days than this are drawn by the week, as in the Python module `figures`. */
  const LONG = 400;
  const FAILED = _("The figures of the days could not be loaded.");
  const find = (/** @type {string} */ selector) => /** @type {HTMLElement | null} */ (document.querySelector(selector));
  const codes = data.codes || [];
  const curve = find("svg.curve"), map = find(".map"), overlay = find(".map svg.over"), members = geo.byId("countries");
  const tables = /** @type {NodeListOf<HTMLTableElement>} */ (document.querySelectorAll("[data-breakdown]"));
  /** @type {Chosen} */
  const ALL = { period: "all", ...periods.daysOf("all"), against: "" };
  let state = ALL;
  let turn = 0;
  for (const metric of Object.keys(data.files)) if (data.files[metric]) data.files[metric] = data.root + data.files[metric];
  if (data.more) data.more = data.root + data.more;

  /** Elements as the page was sent, about the whole history. @type {Map<Element, {nodes: Node[], attributes: [string, string][]}>} */
  const sent = new Map();

  /** Remembers how an element was sent. @template {Element} E @param {E} element */
  function kept(element) {
    if (!sent.has(element)) sent.set(element, { nodes: [...element.childNodes], attributes: [...element.attributes].map(({ name, value }) => [name, value]) });
    return element;
  }
  /** @param {Element | null} element @param {(string | Node)[]} nodes */
  const put = (element, ...nodes) => element && kept(element).replaceChildren(...nodes);

  function restore() {
    for (const [element, { nodes, attributes }] of sent) {
      element.replaceChildren(...nodes);
      for (const { name } of [...element.attributes]) element.removeAttribute(name);
      for (const [name, value] of attributes) element.setAttribute(name, value);
    }
  }

  /** Loads what the page counts, by day and by month. @returns {Promise<Subject>} */
  const load = () => geo.once("subject", async () => {
    /** @type {[MonthFile, Awaited<ReturnType<typeof geo.history>>, string]} */
    const [own, history, ranks] = await Promise.all([
      data.file ? geo.load(data.root + data.file, "months") : { tables: {} }, geo.history(data.metric), data.ranked ? geo.load(data.root + data.ranks, "ranks") : "",
    ]);
    const needed = Object.values(own.tables).some(({ more = [] }) => more.some((line) => typeof line === "number"));
    const titles = needed ? await geo.load(data.root + data.titles, "titles") : [];
    const { total, counts } = history.days, lacking = new Set(codes.length ? [] : data.lacking);
    const several = codes.map((code) => counts[code] || []), known = total.map((count, day) => count !== null && !lacking.has(day));
    const series = own.daily ? geo.numbers(own.daily) : total.map((_, day) => several.reduce((sum, one) => sum + (one[day] || 0), 0));
    const whole = own.whole || breakdowns.calendar.map(({ from, to }) => (known.slice(from, to + 1).includes(true) ? series.slice(from, to + 1).reduce((sum, count) => sum + count, 0) : null));
    return {
      history, series, published: own.published, whole, ranks: ranks ? ranks.split(" ").map(geo.numbers) : [], byDay: Boolean(codes.length || own.daily),
      known,
      tables: Object.fromEntries(Object.entries(own.tables).map(([name, table]) => [name, breakdowns.unpack(table, whole, titles)])),
    };
  });

  /** Shows a period and a comparison. @param {Chosen} chosen @param {boolean} step  is it a new step of the browser's history? */
  async function go(chosen, step) {
    const own = ++turn, asSent = chosen.period === "all" && !chosen.against, before = String(state.against);
    let found = null;
    if (!asSent) {
      found = await load().catch(() => null);
      if (own !== turn) return;
    }
    state = found || asSent ? chosen : state;
    control?.show(state);
    periods.events(state.from, state.to);
    if (step) remember();
    restore();
    const done = found ? await show(found, own) : asSent;
    if (!found) against?.show(codes.length ? geo.wholeView() : geo.byVideo(geo.wholeView(), true, []), state);
    if (own !== turn) return;
    if (!done) geo.say(FAILED);
    else if (step) geo.say(find(before === String(state.against) ? "#period-note" : "#against-note span")?.textContent || document.title);
  }

  /** Writes what was chosen into the address, next to what else it has. */
  function remember() {
    const url = new URL(location.href);
    for (const [name, value] of [["period", periods.write(state)], ["against", periods.writeAgainst(state.against)]]) {
      if (value) url.searchParams.set(name, value);
      else url.searchParams.delete(name);
    }
    try {
      history.pushState(null, "", url);
    } catch {
      // A page inside another may have no history of its own; it works without.
    }
  }

  /** Shows the period; false if figures are lacking, because they could not be loaded. @param {Subject} subject @param {number} own  the turn that this belongs to */
  async function show(subject, own) {
    const { from, to } = state, all = state.period === "all", months = breakdowns.monthsOf(from, to);
    const found = all ? geo.wholeOf(subject.history, state.against) : geo.viewOf(subject.history, from, to, state.against);
    const view = codes.length || !subject.byDay ? found : geo.byVideo(found, all, subject.series, subject.published);
    const part = codes.length ? geo.ofCountries(view, codes) : null;
    const sums = Object.fromEntries(Object.entries(subject.tables).map(([name, table]) => [name, breakdowns.sum(table, months.indexes)]));
    /** @type {Shown} */
    const shown = { subject, view, part, all, months, sums, ...countOf(subject, sums, from, to) };
    against?.show(view, state);
    showFigures(shown);
    if (members) showMembers(members, shown);
    if (all) return true; // only what is compared is not as it was sent
    put(find("#period-note"), periods.words({ ...view, gaps: gapsOf(subject, from, to, view.left) }));
    put(find("#months-note"), monthsNote(shown));
    showTexts(shown);
    showCurve(shown);
    for (const table of tables) showTable(table, shown);
    if (overlay && map) showMap(map, overlay, shown);
    return showMetrics(shown, own);
  }

  /** Which months are shown, if these are not the days of the period. @param {Shown} shown */
  function monthsNote({ subject: { byDay }, months, sums }) {
    if (!byDay) return sums.country.covered.length ? _("All figures of this period are by month: they cover %(months)s.", { months: breakdowns.words(sums.country.covered) }) : "";
    return months.exact || !data.file ? "" : _("Tables and maps below are by month: they cover %(months)s.", { months: breakdowns.words(months.indexes) });
  }

  /** The count of a period, and on how many days it was collected; a page without days has only months. @param {Subject} subject @param {Record<string, MonthSums>} sums @param {number} from @param {number} to */
  function countOf({ series, known, byDay }, sums, from, to) {
    if (!byDay) {
      const { total, covered } = sums.country;
      return { count: total, collected: covered.length, unpublished: !covered.length && known.slice(from, to + 1).includes(true) };
    }
    let count = 0, collected = 0;
    for (let day = from; day <= to; day++) {
      if (known[day]) { collected += 1; count += series[day]; }
    }
    return { count, collected, unpublished: false };
  }

  /** The days that were not collected, also those only not by what the page shows. @param {Subject} subject @param {number} from @param {number} to @param {number[]} left */
  function gapsOf({ history, known }, from, to, left) {
    const gaps = [];
    for (let day = from; day <= to; day++) {
      if (!known[day] && !left.includes(day) && !(history.later && day === periods.last)) gaps.push(day);
    }
    return gaps;
  }

  /** A heading with the months that its figures are of, if these are not the days of the period. @param {string} title @param {Months} months @param {MonthSums} sums */
  const withMonths = (title, { exact, indexes }, { covered }) => (
    covered.length && !(exact && covered.length === indexes.length) ? `${title} (${breakdowns.words(covered)})` : title
  );

  /** Figures of a page about videos that are by month. */
  const BY_MONTH = ["reach", "most"];

  /** Value, note and tone of each figure; null leaves it as it is. @type {Record<string, (shown: Shown, note: string, value: string) => [value: string, note: string, tone?: string] | null>} */
  const FIGURES = {
    total({ subject, view, part, all, count, collected, unpublished, sums, months }) {
      if (!collected) return ["–", unpublished ? _("not published") : _("not collected")];
      const number = formats.value(count, view.metric);
      if (!part) return all ? null : [number, rankNote(subject, sums.country, months)];
      const { text, tone } = geo.changeOf(view, part.change);
      return text === "–" ? [number, ""] : [number, geo.changeWords(view, all, text), tone];
    },
    recent({ view, all }, _note, value) {
      const { text, tone } = geo.changeOf(view, view.change);
      return all ? [value, text === "–" ? view.reason || "" : geo.changeWords(view, false, text), tone] : [text, view.reason || ""];
    },
    rank({ view, part, collected }) {
      if (!collected) return ["–", _("not collected")];
      const row = part?.rows.length && view.byCode.get(codes[0]);
      return [row ? formats.number(row.rank) : "–", _("of %(number)s", { number: formats.number(view.rows.length) })];
    },
    share: ({ view, part }) => [view.total && part ? formats.share(part.total / view.total) : "–", ""],
    dense({ view, part, collected }, note, value) {
      if (value === "–" || !part) return null; // too few in all, or nobody lives there
      if (!collected) return ["–", _("not collected")];
      const per = data.people ? (part.total * 1_000_000) / data.people : part.rows[0]?.per;
      return part.total < view.few || !per ? ["–", _("under %(quantity)s", { quantity: formats.quantity(view.few) })] : [formats.per(per, view.metric), note];
    },
    reach({ all, part, collected, sums: { country } }) {
      if (all) return null;
      if (!part) return [country.covered.length ? formats.number(placesOf(country.values).length) : "–", ""];
      const fresh = part.rows.filter((row) => row.fresh).length, of = _("of %(number)s", { number: formats.number(codes.length) });
      return [collected ? formats.number(part.rows.length) : "–", geo.joined([of, ...(fresh ? [ngettext("%(count)s new", "%(count)s new", fresh)] : [])])];
    },
    most({ all, sums: { country }, subject: { tables: { country: table } } }) {
      if (all) return null;
      const [first, ...others] = placesOf(country.values), most = 1 + others.filter(({ count }) => count === first.count).length;
      if (most > 1) return [ngettext("%(count)s country", "%(count)s countries", most), _("%(share)s each", { share: formats.share(first.count / country.total) })];
      return first ? [nameOf(table, first.index), formats.share(first.count / country.total)] : ["–", ""];
    },
  };

  /** @param {Shown} shown */
  function showFigures(shown) {
    if (!shown.all) put(find("[data-figure=recent] dt"), _("Change")); // of the last days, until a period is chosen
    for (const figure of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-figure]"))) {
      const cell = /** @type {Element} */ (figure.querySelector("dd"));
      const [value, small] = [cell.querySelector("b"), cell.querySelector("span")].map((part) => part?.textContent || "");
      const found = FIGURES[figure.dataset.figure || ""]?.(shown, small, value);
      if (!found) continue;
      put(cell, geo.make("b", found[0]), ...(found[1] ? [" ", geo.make("span", found[1])] : []));
      kept(figure).setAttribute("class", found[2] || "");
      const label = figure.querySelector("dt");
      if (label && !shown.all && !shown.part && BY_MONTH.includes(figure.dataset.figure || "")) put(label, withMonths(label.textContent || "", shown.months, shown.sums.country));
    }
  }

  /** The rank among all videos over the months, and which these are. @param {Subject} subject @param {MonthSums} sums @param {Months} months */
  function rankNote({ ranks, byDay }, { total, covered }, { indexes, exact }) {
    const sums = ranks.map((counts) => indexes.reduce((sum, month) => sum + (counts[month] || 0), 0));
    const words = breakdowns.words(byDay ? indexes : covered);
    if (!total || !ranks.length) return byDay ? "" : words;
    const rank = _("rank %(rank)s of %(number)s", { rank: formats.number(1 + sums.filter((sum) => sum > total).length), number: formats.number(sums.filter(Boolean).length) });
    if (!byDay) return geo.joined([words, rank]);
    return exact ? rank : `${rank} (${words})`;
  }

  /** The countries of a group, with those that were not watched in a list of names. @param {HTMLTableElement} table @param {Shown} shown */
  function showMembers(table, { view, part, subject: { history }, collected }) {
    const lines = memberLines(table), rows = part?.rows || [], longest = rows[0]?.share || 1, change = find("#change-note");
    put(table.tBodies[0], ...rows.map((row) => {
      const line = /** @type {HTMLTableRowElement} */ (lines.get(row.code)?.cloneNode(true)), { text, tone } = geo.changeOf(view, row);
      const texts = [formats.number(row.rank), null, formats.value(row.value, view.metric), null, Number.isNaN(row.per) ? "–" : formats.per(row.per, view.metric), text];
      texts.forEach((words, index) => { if (words !== null) line.cells[index].textContent = words; });
      line.querySelector(".share rect")?.setAttribute("width", Math.max((74 * row.share) / longest, 1).toFixed(1));
      line.querySelector(".share span")?.replaceChildren(formats.share(row.share));
      /** @type {Element} */ (line.querySelector(".change")).className = `num change ${tone}`;
      line.querySelector(".spark path")?.setAttribute("d", geo.sparkOf(history, row.code, view.from, view.to));
      return line;
    }));
    kept(table).toggleAttribute("hidden", !rows.length);
    put(change, geo.compared(view));
    showWithout([...lines].filter(([code]) => !rows.some((row) => row.code === code)).map(([, line]) => line), Boolean(collected));
  }

  /** Code → the line of a country in the table as it was sent. @param {HTMLTableElement} table */
  function memberLines({ tBodies: [body] }) {
    const lines = /** @type {HTMLTableRowElement[]} */ ((sent.get(body)?.nodes || [...body.rows]).filter((node) => node instanceof HTMLTableRowElement));
    return new Map(lines.map((line) => [codeIn(line), line]));
  }

  /** Names the countries without a count: those of `lines`, and those that the page named. @param {HTMLTableRowElement[]} lines @param {boolean} collected */
  function showWithout(lines, collected) {
    const note = geo.byId("without"), names = note?.lastElementChild || null;
    if (!note) return;
    put(names, [...lines.map((line) => line.querySelector("a")?.textContent || ""), names?.textContent || ""].filter(Boolean).join(", "));
    kept(note).toggleAttribute("hidden", !collected || !names?.textContent);
  }
  const memberNames = new Map(members ? [...memberLines(members)].map(([code, line]) => [code, line.querySelector("a")?.textContent || ""]) : []);
  geo.nameOf = (code) => memberNames.get(code) || code;

  const places = /** @type {HTMLTableElement | null} */ (find("[data-breakdown=country]"));
  const placeRows = [...places?.tBodies[0].rows || []];
  /** The values of the table of countries that are countries: "Unknown" is set apart. @param {MonthSums["values"]} values */
  const placesOf = (values) => values.filter(({ index }) => placeRows[index]?.className !== "apart");
  /** @param {MonthTable} table @param {number} index */
  const nameOf = (table, index) => placeRows[index]?.querySelector("th a")?.textContent || table.more[index - placeRows.length]?.[0] || "";

  /** Headline, lead, title and the sum at the foot of the page. @param {Shown} shown */
  function showTexts(shown) {
    const { view, count, collected, unpublished } = shown, heading = find("[data-follow=headline]");
    const when = prose.period(view);
    if (heading) {
      const before = heading.textContent || "";
      put(heading, _("%(country)s: %(quantity)s", { country: data.name, quantity: collected ? formats.quantity(count) : _("No data") }));
      put(find("title"), document.title.replace(before, () => heading.textContent || ""));
    }
    let lead = members ? groupWords(shown) : codes.length ? rankWords(shown, when) : whereWords(shown);
    if (!count) lead = collected ? _("Nothing was counted %(when)s.", { when }) : _("Nothing was collected %(when)s.", { when });
    if (unpublished) lead = _("What was counted %(when)s is not published: figures of videos are published by complete months.", { when });
    put(find("[data-follow=lead]"), lead);
    for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll("[data-follow=near] a"))) {
      const row = view.byCode.get(/([A-Z]{3})\.html/.exec(link.pathname)?.[1] || "");
      put(link.nextElementSibling, formats.quantity(row?.count || 0));
    }
    put(find("[data-follow=ranked]"), _("By rank in the whole history"));
    put(find(".balance"), codes.length ? prose.balance(view) : "");
  }

  /** @param {Shown} shown @param {string} period */
  function rankWords({ view, part }, period) {
    const words = { share: formats.share((part?.total || 0) / view.total), period }, row = view.byCode.get(codes[0]);
    if (!row || view.rows.length === 1) return _("%(share)s of everything counted %(period)s.", words);
    return _("Rank %(rank)s of %(countries)s countries, %(share)s of everything counted %(period)s.", { ...words, rank: formats.number(row.rank), countries: formats.number(view.rows.length) });
  }

  /** What a group adds up to. @param {Shown} shown */
  function groupWords({ view, part }) {
    const own = part || view, share = formats.about(own.total / (view.total || 1));
    return `${prose.lead(own, { all: false, measure: "count", group: "", share: 1 })} ${_("That is %(share)s of everything counted.", { share })}`;
  }

  /** @param {Shown} shown */
  function whereWords({ sums: { country }, months, subject: { byDay, tables: { country: table } }, view }) {
    const found = placesOf(country.values), quantity = formats.quantity(country.total);
    const covered = country.covered.map((month) => breakdowns.calendar[month]);
    const { from, to } = byDay || !covered.length ? months : { from: covered[0].from, to: covered[covered.length - 1].to };
    const counted = _("Counted %(period)s.", { period: prose.period({ ...view, from, to }) });
    if (!found.length) return country.total ? `${_("%(quantity)s, from countries not known.", { quantity })} ${counted}` : counted;
    const [{ index }] = found, where = prose.within(codeOf(index), nameOf(table, index));
    return `${ngettext("%(quantity)s, all in %(where)s.", "%(quantity)s in %(count)s countries, most of all in %(where)s.", found.length, { quantity, where })} ${counted}`;
  }

  /** @param {Shown} shown */
  function showCurve({ subject: { series, known }, view: { from, to } }) {
    if (!curve) return;
    const weekly = to - from + 1 > LONG;
    kept(curve);
    for (const part of curve.querySelectorAll(".plot, .marks")) kept(part);
    geo.line.draw(curve, {
      from, to, step: weekly ? 7 : 1, written: formats.number,
      kindOf: (day) => (!known[day] ? "gap" : data.open.includes(day) ? "open" : "known"),
      valueOf: (start, end) => series.slice(start, end).reduce((sum, count) => sum + count, 0) / (end - start),
    });
    geo.line.dates(curve, formats.runs([from]), formats.runs([to]));
    curve.setAttribute("aria-label", `${_("Day by day: %(name)s", { name: data.name })}. ${formats.days(from, to)}`);
    /** @type {number[]} */ let best = [];
    for (let day = from; day <= to; day++) if (known[day] && series[day] >= (series[best[0]] || 1)) best = series[day] === series[best[0]] ? [...best, day] : [day];
    const [day] = best, number = formats.number(series[day]);
    let most = day === undefined ? "" : _("Most on one day: %(number)s on %(day)s", { number, day: formats.day(day) });
    if (best.length > 1) most = ngettext("Most on one day: %(number)s, on %(count)s day", "Most on one day: %(number)s, on %(count)s days", best.length, { number });
    put(curve.closest(".days")?.querySelector(".note") || null, most && weekly ? geo.joined([most, _("each point is the mean of 7 days, counted back from the last one; days left over belong to the first point")]) : most);
  }

  /** @param {HTMLTableElement} table @param {Shown} shown */
  function showTable(table, { subject, sums, months, unpublished }) {
    const name = table.dataset.breakdown || "", unpacked = subject.tables[name], found = sums[name];
    put(table.tBodies[0], ...breakdowns.rows(unpacked, found, [.../** @type {HTMLTableRowElement[]} */ (sent.get(table.tBodies[0])?.nodes || [...table.tBodies[0].rows]).filter((row) => row instanceof HTMLTableRowElement)], (table.tHead?.rows[0].cells.length || 0) > 3));
    const total = table.tFoot?.rows[0].cells[1] || null, note = table.nextElementSibling;
    put(total, formats.number(found.total));
    if (note?.matches(".note")) put(note, unpublished ? _("No complete month in this period.") : name === "country" && !codes.length && subject.byDay ? "" : breakdowns.note(unpacked, found, months.indexes, subject.whole));
    kept(table).toggleAttribute("hidden", !found.covered.length);
    for (const heading of [table.closest("section")?.querySelector("h2"), table.caption]) {
      if (heading) put(heading, withMonths(heading.textContent || "", months, found));
    }
  }

  /** Paints the map: that of a group by the days, that of a video by the months. @param {HTMLElement} section @param {HTMLElement} svg @param {Shown} shown */
  function showMap(section, svg, { sums: { country }, part, collected, months }) {
    const counts = new Map(part ? part.rows.map(({ code, count }) => [code, count]) : placesOf(country.values).map(({ index, count }) => [codeOf(index), count]));
    const { method, classes, breaks } = data.scale;
    const scale = geo.makeScale([...counts.values()], method, classes, breaks);
    const number = scale.whole ? formats.number : (/** @type {number} */ limit) => formats.limit(limit, data.words);
    const kinds = [...counts].map(([code, count]) => /** @type {const} */ ([code, Math.max(geo.classOf(scale, count), 0)]));
    const byCode = new Map(kinds);
    kept(svg).setAttribute("class", `world over k${scale.lows.length}`);
    svg.setAttribute("aria-label", part
      ? prose.description(part, { all: false, measure: "count", group: data.name, share: 1 }, "")
      : _("World map: %(words)s", { words: find("[data-follow=lead]")?.textContent || "" }));
    for (const shape of svg.querySelectorAll("g > [class]")) {
      const classes = shape.getAttribute("class") || "", code = /** @type {SVGElement} */ (shape).dataset.c || /[A-Z]{3}/.exec(classes)?.[0] || "";
      const kind = byCode.get(code), title = shape.querySelector("title");
      kept(shape).setAttribute("class", classes.replace(/\b(c\d|zero)\b/, kind === undefined ? (part && collected ? "zero" : "away") : `c${kind}`));
      if (title) put(title, `${title?.textContent?.split(": ")[0]}: ${formats.quantity(counts.get(code) || 0)}`);
    }
    const heading = section.querySelector("h2"), title = heading?.textContent || "", dated = part ? title : withMonths(title, months, country);
    if (heading && dated !== title) {
      put(heading, dated);
      heading.removeAttribute("class"); // else it is only for screen readers
    }
    const legend = section.querySelector(".legend"), entries = geo.ranges(scale, number).map((label, index) => ({ kind: `c${index}`, label, note: kinds.filter(([, kind]) => kind === index).length }));
    kept(/** @type {Element} */ (legend)).setAttribute("class", `legend k${scale.lows.length}`);
    const countries = (/** @type {number} */ count) => (count ? ngettext("%(count)s country", "%(count)s countries", count) : _("none"));
    const rest = !part ? swatch("zero", "0", _("all others")) : collected ? swatch("zero", "0", countries(codes.length - counts.size)) : swatch("blank", _("No data"), countries(codes.length));
    put(legend, ...entries.map((entry) => swatch(entry.kind, entry.label, countries(entry.note))), rest);
  }

  /** The country that a line of a table links to. @param {HTMLTableRowElement | undefined} line */
  function codeIn(line) {
    return /(?<code>[A-Z]{3})\.html/.exec(line?.querySelector("a")?.getAttribute("href") || "")?.groups?.code || "";
  }
  /** @param {number} index  of a value in the table of countries */
  const codeOf = (index) => codeIn(placeRows[index]);

  /** @param {string} kind @param {string} label @param {string} note */
  function swatch(kind, label, note) {
    const item = geo.make("li");
    item.append(geo.make("i", "", kind), geo.make("b", label), " ", geo.make("span", note));
    return item;
  }

  /** The funnel and the figures of the other metrics, whose days are more files; false if these could not be loaded. @param {Shown} shown @param {number} own  the turn that this belongs to */
  async function showMetrics({ view: { from, to } }, own) {
    const funnel = find("#funnel"), lines = find("#lines"), parts = [funnel, lines].flatMap((part) => part || []);
    if (!parts.length || !codes.length) return true;
    for (const part of parts) kept(part).setAttribute("aria-busy", "true");
    for (const part of parts) part.setAttribute("hidden", "");
    try {
      const names = [.../** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-line]"))].map((row) => row.dataset.line || "");
      const histories = await Promise.all(names.map((name) => geo.history(name)));
      await geo.funnel.load();
      if (own !== turn) return true;
      for (const cell of funnel?.querySelectorAll(".funnel td, .funnel + .note, .funnel rect, .funnel b") || []) kept(cell);
      if (funnel) geo.funnel.show(funnel, from, to, codes);
      const sessions = data.files.session && data.files["timed-session"] ? await Promise.all([geo.history("session"), geo.history("timed-session")]) : null;
      if (own !== turn) return true;
      names.forEach((name, index) => showLine(name, geo.viewOf(histories[index], from, to), sessions));
      for (const part of parts) { part.removeAttribute("hidden"); part.removeAttribute("aria-busy"); }
      return true;
    } catch {
      if (own !== turn) return true;
      for (const part of parts) {
        put(part, part.firstElementChild || "", geo.make("p", FAILED, "note"));
        part.removeAttribute("hidden");
        part.removeAttribute("aria-busy");
      }
      return false;
    }
  }

  /** @param {string} name @param {View} view @param {DaySums[] | null} sessions  all of them, and those of known length */
  function showLine(name, view, sessions) {
    const line = find(`[data-line="${name}"]`), head = line?.querySelector("th"), { metric } = view;
    const rows = codes.flatMap((code) => view.byCode.get(code) || []);
    if (!line || !head) return;
    let value = "–", note = "";
    if (metric.parts) [value, note] = ratioWords(rows.length > 1 ? geo.ratios.among(view, rows).all : rows[0], view);
    else if (view.collected) value = formats.value(rows.reduce((sum, row) => sum + row.count, 0), metric);
    if (!metric.parts && view.gaps.length) note = ngettext("collected on %(count)s day", "collected on %(count)s days", view.collected || 0);
    const notes = [note, ...(metric.untimed && sessions ? untimed(sessions, view) : geo.untimed(metric, false))].filter(Boolean);
    put(head, metric.label, ...(notes.length ? [" ", geo.make("span", geo.joined(notes))] : []));
    put(line.querySelector("td"), value);
  }

  /** How many sessions of the period are not in a mean time: of the days that have both numbers. @param {DaySums[]} sessions @param {View} view @returns {string[]} */
  function untimed(sessions, { from, to }) {
    const [every, timed] = sessions.map(({ days }) => days);
    let count = 0;
    for (let day = from; day <= to; day++) {
      if (every.total[day] === null || timed.total[day] === null || every.open.includes(day) !== timed.open.includes(day)) continue;
      for (const code of codes) count += (every.counts[code]?.[day] || 0) - (timed.counts[code]?.[day] || 0);
    }
    return count > 0 ? [ngettext("%(count)s session of unknown length is not in it.", "%(count)s sessions of unknown length are not in it.", count)] : [];
  }

  /** A ratio, and its interval or the numbers that it is made of, or why there is none. @param {CountryCounts | undefined} row @param {View} view @returns {[value: string, note: string]} */
  function ratioWords(row, { metric, collected }) {
    const { parts = [] } = metric, { many, kind } = parts[1];
    if (!collected) return ["–", _("never collected on the same day")];
    if (!row || !row.lower) return ["–", _("No %(plays)s counted", { plays: many })];
    const number = formats.number(data.ratio_from);
    if (Number.isNaN(row.value)) return ["–", kind === "per-day" ? _("Too few: under %(number)s viewer-days", { number }) : _("Too few: under %(number)s %(plays)s", { number, plays: many })];
    const value = formats.value(row.value, metric), bounds = geo.ratios.interval(row, metric);
    if (bounds) return [value, `${bounds.map((bound) => formats.value(bound, metric)).join("–")} (${_("%(percent)s interval", { percent: formats.percentage(95) })})`];
    return [value, metric.kind === "rate" ? _("Above 100 percent, because some events arrive late.") : geo.ratios.both(row, metric)];
  }

  const control = periods.start((period, from = NaN, to = NaN) => go({ ...state, period, ...(period === "custom" ? { from, to } : periods.daysOf(period)) }, true));
  const against = geo.against.start((chosen) => go({ ...state, ...chosen }, true));
  function read() {
    const chosen = new URLSearchParams(location.search);
    return { ...ALL, ...periods.read(chosen.get("period") || ""), against: periods.readAgainst(chosen.get("against") || "") };
  }
  window.addEventListener("popstate", () => go(read(), false));
  go(read(), false).then(() => {
    document.documentElement.classList.add("live");
    document.dispatchEvent(new Event("live"));
  });
})(apivideoGeo);
