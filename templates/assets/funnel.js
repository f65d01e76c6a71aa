/** The funnel from impressions to plays to the end, of a period and of all or some countries: as the Python module `funnel` makes it. */
(function (geo) {
  "use strict";
  const { data, formats, metrics, _, ngettext } = geo;
  const STEPS = ["impression", "play", "start", "end"].filter((metric) => Object.hasOwn(data.files, metric));
  /** The counts by day of each step, once they are loaded. @type {DaySums[]} */
  let histories = [];

  /** Loads what the funnel is made of. @type {ApivideoGeo["funnel"]["load"]} */
  const load = async () => { histories = await Promise.all(STEPS.map(geo.history)); };

  /** The steps of a period, over the days on which all of them were collected, in full or in part. @type {ApivideoGeo["funnel"]["count"]} */
  function count(from, to, codes) {
    /** @type {number[]} */
    const days = [];
    for (let day = from; day <= to; day++) {
      const parts = histories.map((history) => history.days.open.includes(day));
      if (histories.every((history) => history.days.total[day] !== null) && new Set(parts).size === 1) days.push(day);
    }
    const counts = histories.map(({ days: { total, counts: by } }) => {
      const series = codes ? codes.flatMap((code) => (by[code] ? [by[code]] : [])) : [total];
      return series.reduce((all, one) => days.reduce((sum, day) => sum + (one[day] || 0), all), 0);
    });
    const steps = counts.map((number, index) => ({ metric: metrics[STEPS[index]], number, rate: NaN, note: "" }));
    steps.forEach((step, index) => {
      const lower = steps[index - 1];
      const ratio = lower && Object.keys(data.ratios).find((name) => String(data.ratios[name]) === `${step.metric.name},${lower.metric.name}`);
      if (ratio) Object.assign(step, divided(step.number, lower, days.length, metrics[ratio]));
    });
    const { total, open } = histories[STEPS.indexOf(data.metric)].days;
    const over = total.flatMap((each, day) => (each !== null && day >= from && day <= to && !open.includes(day) ? [day] : []));
    return { steps, days: days.length, lacking: over.some((day) => !days.includes(day)) };
  }

  /** A rate and what is to be said about it. @param {number} upper @param {{number: number, metric: Metric}} lower @param {number} days @param {Metric} ratio */
  function divided(upper, { number, metric }, days, ratio) {
    if (!days) return { rate: NaN, note: _("never collected on the same day") };
    if (!number) return { rate: NaN, note: _("No %(plays)s counted", { plays: metric.many }) };
    if (number < data.ratio_from) return { rate: NaN, note: _("Too few: under %(number)s %(plays)s", { number: formats.number(data.ratio_from), plays: metric.many }) };
    const rate = upper / number, row = { code: "", count: 0, now: 0, before: 0, counted: 0, fresh: false, value: rate, upper, lower: number };
    const bounds = geo.ratios.interval(row, ratio)?.map((bound) => formats.value(bound, ratio));
    if (!bounds) return { rate, note: _("Above 100 percent, because some events arrive late.") };
    return { rate, note: `${bounds.join("–")} (${_("%(percent)s interval", { percent: formats.percentage(95) })})` };
  }

  /** @param {number} rate */
  const written = (rate) => (Number.isNaN(rate) ? "–" : formats.value(rate, { kind: "rate" }));

  /** Shows a period in the table of the page and in the note below it; false if it cannot. @type {ApivideoGeo["funnel"]["show"]} */
  function show(section, from, to, codes) {
    const rows = [.../** @type {NodeListOf<HTMLTableRowElement>} */ (section.querySelectorAll(".funnel tbody tr"))];
    const { steps, days, lacking } = count(from, to, codes), longest = Math.max(...steps.map(({ number }) => number));
    const note = section.querySelector(".funnel + .note") || geo.make("p", "", "note");
    if (rows.filter((row) => row.className !== "why").length !== steps.length) return false;
    section.querySelector(".funnel")?.after(note);
    let index = -1;
    for (const row of rows) {
      if (row.className === "why") {
        const [definition] = row.querySelectorAll("span");
        row.cells[0].replaceChildren(definition, ` · ${steps[index].note}`);
      } else {
        const { number, rate } = steps[++index], ratio = row.querySelector("b");
        row.querySelector("rect")?.setAttribute("width", (number ? Math.max((100 * number) / longest, 1) : 0).toFixed(1));
        row.cells[2].textContent = formats.number(number);
        if (ratio?.textContent) ratio.textContent = written(rate);
      }
    }
    note.textContent = lacking ? ngettext("Of the %(count)s day on which all of these were collected.", "Of the %(count)s days on which all of these were collected.", days) : "";
    return true;
  }

  /** The funnel of a country as a list for its card. @type {ApivideoGeo["funnel"]["list"]} */
  function list(code, from, to) {
    const found = geo.make("dl", undefined, "steps");
    for (const { metric, number, rate } of count(from, to, [code]).steps) {
      found.append(geo.make("dt", metric.label), geo.make("dd", Number.isNaN(rate) ? formats.number(number) : geo.joined([formats.number(number), written(rate)])));
    }
    return found;
  }

  geo.funnel = { load, count, show, list };
})(apivideoGeo);
