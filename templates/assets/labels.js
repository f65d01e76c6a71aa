/** The words of a metric all over the page. The page is made with those of the first metric. */
(function (geo) {
  "use strict";
  const { data, formats, _ } = geo;
  let shown = data.metric;

  /** Shows the words of a metric. @type {ApivideoGeo["labels"]["show"]} */
  function show(metric) {
    if (metric.name === shown) return;
    shown = metric.name;
    const plays = metric.many, { parts } = metric;
    /** @param {string} selector @param {string} text */
    const write = (selector, text) => { for (const element of document.querySelectorAll(selector)) element.textContent = text; };
    write("#map-title, #countries caption", geo.sentence(_("%(plays)s by country", { plays })));
    write("#days-title", geo.curve.byDay(metric));
    const note = geo.byId("share-note");
    if (note) note.hidden = Boolean(parts);
    write("#zeros", _("Countries without %(plays)s", { plays: parts ? parts[1].many : plays }));
    geo.byId("legend").setAttribute("aria-label", _("Legend: %(plays)s in a country", { plays }));
    const heads = parts ? [parts[0].label, metric.label, parts[1].label] : [metric.label, _("Share"), _("Per million")];
    ["count", "share", "per-million"].forEach((column, index) => write(`#countries th[data-sort="${column}"] button`, heads[index]));
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-measure]"))) {
      const { measure = "" } = button.dataset;
      button.hidden = Boolean(parts) && /share|per-million/.test(measure);
      if (measure === "count") button.textContent = parts ? _("Value") : _("Number");
      if (measure === "change") button.textContent = metric.kind === "rate" ? _("Change in points") : _("Change");
    }
  }

  /** The headline of another metric than the first: "Play rate in Europe: 31.4%, highest in Malta". @type {ApivideoGeo["labels"]["headline"]} */
  function headline({ metric, rows: [first], total, all }, group) {
    const label = group ? _("%(plays)s in %(continent)s", { plays: metric.label, continent: group }) : metric.label;
    const value = formats.value(all ? all.value : total, metric);
    if (!first || !first.value) return `${label}: ${value}`;
    const where = geo.prose.within(first.code);
    return all ? _("%(label)s: %(value)s, highest in %(where)s", { label, value, where }) : _("%(label)s: %(value)s, most in %(where)s", { label, value, where });
  }

  /** The four figures of a ratio: its value, and where it is highest and lowest. @type {ApivideoGeo["labels"]["figures"]} */
  function figures({ all, change, rows, metric }, words) {
    const ranked = rows.filter((row) => !Number.isNaN(row.value)), first = ranked[0], last = ranked[ranked.length - 1];
    /** @param {string} key @param {string} label @param {Row | undefined} row @returns {[string, string, string, string, string]} */
    const end = (key, label, row) => [key, row ? geo.nameOf(row.code) : "–", row ? formats.value(row.value, metric) : "", "", label];
    const difference = change && !Number.isNaN(change.now - change.before) ? geo.ratios.difference(change.now - change.before, metric) : "";
    const tone = /^[+−]/.exec(difference);
    return [
      ["total", all ? geo.ratios.value(all, metric) : "–", change && difference ? words(difference) : "", tone ? { "+": "up", "−": "down" }[tone[0]] || "" : "", metric.label],
      ["reach", formats.number(ranked.length), _("of %(number)s", { number: formats.number(rows.length) })],
      end("most", _("Highest"), first),
      end("dense", _("Lowest"), last),
    ];
  }

  geo.labels = { show, headline, figures };
})(apivideoGeo);
