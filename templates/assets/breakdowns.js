/** Breakdowns by month: what the tables of a page show for the months that a period has a day of. */
(function (geo) {
  "use strict";
  const { formats, periods, _ } = geo;
  const SVG = "http://www.w3.org/2000/svg";

  /** The first and the last day of each month of the history. @type {{from: number, to: number}[]} */
  const calendar = [];
  for (let from = 0; from <= periods.last; from = calendar[calendar.length - 1].to + 1) {
    calendar.push({ from, to: Math.min(periods.last, formats.monthUntil(from)) });
  }

  /** The months that are at least half in a period, or the one with most of its days; `exact`: they are the period. @type {ApivideoGeo["breakdowns"]["monthsOf"]} */
  function monthsOf(from, to) {
    const within = calendar.map((month) => Math.min(to, month.to) - Math.max(from, month.from) + 1);
    const half = calendar.flatMap((month, index) => (2 * within[index] >= month.to - month.from + 1 ? index : []));
    const indexes = half.length ? half : [within.lastIndexOf(Math.max(...within))];
    const [first, last] = [calendar[indexes[0]], calendar[indexes[indexes.length - 1]]];
    return { indexes, from: first.from, to: last.to, exact: first.from === from && last.to === to };
  }

  /** Months in words: "Aug – Oct 2026, Dec 2026". @type {ApivideoGeo["breakdowns"]["words"]} */
  function words(indexes) {
    /** @type {[number, number][]} */
    const runs = [];
    for (const index of indexes) {
      const last = runs[runs.length - 1];
      if (last && last[1] === index - 1) last[1] = index;
      else runs.push([index, index]);
    }
    return runs.map(([first, last]) => formats.months(calendar[first].from, first === last ? calendar[first].from : calendar[last].from)).join(", ");
  }

  /**
   * Unpacks the numbers of a table, as `MonthTable.data` in the Python module `periods` packs them; `whole` is what the page
   * counts in each month, `titles` are the lines of all videos. @type {ApivideoGeo["breakdowns"]["unpack"]}
   */
  function unpack({ lacking, withheld, counts, others, more, most }, whole, titles) {
    const base = lacking ? lacking.map((part, month) => (part === null ? null : (whole[month] || 0) - part)) : whole;
    const found = countsOf(counts || "", base);
    return {
      base, counts: found, most: most || found.length, others: others ? geo.numbers(others) : [], withheld: withheld ? geo.numbers(withheld) : null,
      more: (more || []).map((line) => (typeof line === "number" ? titles[line] : typeof line === "string" ? [line] : line)),
    };
  }

  /** How much a month counts for what is expected of the next, compared with that itself. */
  const REMEMBERED = 0.75;

  /** The counts of each value by month, from how far they are from what the months before let expect. @param {string} text @param {(number | null)[]} base */
  function countsOf(text, base) {
    const left = base.map((count) => count || 0);
    return !text ? [] : text.split(" ").map((row) => {
      let upper = 0, lower = 0;
      return geo.numbers(row).map((difference, month) => {
        const rest = left[month], expected = lower > 0 ? Math.floor((rest * upper) / lower + 0.5) : 0;
        const count = expected + (difference % 2 ? -(difference + 1) / 2 : difference / 2);
        upper = upper * REMEMBERED + count;
        lower = lower * REMEMBERED + rest;
        left[month] -= count;
        return count;
      });
    });
  }

  /** The sums of a table over some months. @type {ApivideoGeo["breakdowns"]["sum"]} */
  function sum(table, months) {
    const covered = months.filter((month) => table.base[month] !== null);
    /** @param {(number | null)[]} counts */
    const add = (counts) => covered.reduce((total, month) => total + (counts[month] || 0), 0);
    const values = table.counts.map((counts, index) => ({ index, count: add(counts) })).filter(({ count }) => count);
    values.sort((a, b) => b.count - a.count || a.index - b.index);
    const all = values.reduce((total, { count }) => total + count, add(table.others));
    return { covered, values, total: add(table.base), all, withheld: add(table.withheld || []) };
  }

  /** What is not among the named values, by name. @param {MonthSums} sums @param {number} named */
  const restOf = ({ total, all, withheld }, named) => [
    { name: _("Others"), count: all - named }, { name: _("Small counts, hidden"), count: withheld, link: "about.html#hidden" }, { name: _("Not known"), count: total - all - withheld },
  ].filter(({ count }) => count);

  /** Shares of a total in words, which add up to 100 % as they are written. @param {number[]} parts @param {number} total */
  function shares(parts, total) {
    const tenths = parts.map((part) => Math.floor((part * 1000) / total));
    const lacking = 1000 - tenths.reduce((all, one) => all + one, 0);
    const byRest = parts.map((part, index) => ({ index, rest: (part * 1000) % total })).sort((a, b) => b.rest - a.rest);
    for (const { index } of byRest.slice(0, Math.max(0, lacking))) tenths[index] += 1;
    return parts.map((part, index) => formats.share(part && !tenths[index] ? part / total : tenths[index] / 1000));
  }

  /** The heading of the row of a value: that of the page, or for a value that the page does not name, its words. @param {HTMLTableRowElement[]} rows @param {MonthTable} table @param {number} index */
  function headOf(rows, { counts, more }, index) {
    const named = counts.length - more.length;
    if (index < named) return { apart: rows[index].className === "apart", head: /** @type {Element} */ (rows[index].cells[0].cloneNode(true)) };
    const [name, link, kind, apart] = more[index - named];
    return { apart: Boolean(apart), head: heading(name, link, kind) };
  }

  /** @param {string} name @param {string} [link] @param {string} [kind] */
  function heading(name, link, kind) {
    const head = geo.make("th");
    head.scope = "row";
    const text = link ? geo.make("a", name) : document.createTextNode(name);
    if (text instanceof HTMLAnchorElement) text.href = geo.data.root + link;
    head.append(text);
    if (kind) head.append(" ", geo.make("span", kind, "kind"));
    return head;
  }

  /** @param {number} length  0 to 100 */
  function bar(length) {
    const svg = document.createElementNS(SVG, "svg"), rect = document.createElementNS(SVG, "rect");
    for (const [name, value] of Object.entries({ class: "bar", viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true" })) svg.setAttribute(name, value);
    rect.setAttribute("width", length.toFixed(1));
    rect.setAttribute("height", "8");
    svg.append(rect);
    return svg;
  }

  /** The rows of a table over some months; `rows` are those that the page has. @type {ApivideoGeo["breakdowns"]["rows"]} */
  function rowsOf(table, sums, rows, withShares) {
    const { values, total } = sums, most = values.length <= table.most + 1 ? values.length : table.most;
    const named = values.slice(0, most), longest = named.length ? named[0].count : 1;
    const lines = [
      ...named.map(({ index, count }) => ({ ...headOf(rows, table, index), count })),
      ...restOf(sums, named.reduce((all, { count }) => all + count, 0)).map(({ name, count, link }) => ({ head: heading(name, link), apart: true, count })),
    ];
    const written = withShares && total ? shares(lines.map(({ count }) => count), total) : [];
    return lines.map(({ head, apart, count }, index) => {
      const row = geo.make("tr", undefined, apart ? "apart" : ""), bars = geo.make("td", undefined, "bars");
      if (!apart) bars.append(bar(Math.max((100 * count) / longest, 0.5)));
      row.append(head, geo.make("td", formats.number(count), "num"), bars);
      if (written.length) row.append(geo.make("td", written[index], "num"));
      return row;
    });
  }

  /** Which of the months a table covers, if these are not all, or not all their days; `whole` is the count of each month. @type {ApivideoGeo["breakdowns"]["note"]} */
  function note(table, sums, months, whole) {
    const { covered, total } = sums;
    if (!covered.length) return table.withheld ? _("No complete month in this period.") : _("Not collected in this period.");
    const parts = [];
    if (table.withheld) {
      parts.push(_("Complete months only: %(months)s.", { months: words(covered) }));
      if (!geo.data.unhidden) parts.push(_("Small counts are hidden; where a country has only small ones in a month, that month is under “Not known”."));
    }
    const all = (table.withheld ? covered : months).reduce((sum, month) => sum + (whole[month] || 0), 0);
    if (total !== all) parts.push(_("Known for %(base)s of %(total)s: this was not collected on every day.", { base: formats.number(total), total: formats.quantity(all) }));
    return parts.join(" ");
  }

  geo.breakdowns = { calendar, monthsOf, words, unpack, sum, rows: rowsOf, note };
})(apivideoGeo);
