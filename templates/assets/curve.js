/** The daily curve of another metric than the first, or of a group of countries; loaded when it is first needed. */
(function (geo) {
  "use strict";
  const { data, formats, _ } = geo;
  /** A ratio of single days jumps: histories longer than this many days have a point a week. */
  const LONG = 60;
  const curve = document.querySelector("svg.curve"), plot = curve?.querySelector(".plot");
  /** What the page was made with. */
  const sent = { plot: [...plot?.childNodes || []], levels: [...curve?.querySelectorAll(".figure") || []], words: curve?.getAttribute("aria-label") || "" };
  let shown = `${data.metric} `;

  /** Draws the days of a metric in a group, "" = everywhere. @type {ApivideoGeo["curve"]["show"]} */
  function show(metric, history, group) {
    const key = `${metric.name} ${group}`;
    if (!curve || key === shown) return;
    shown = key;
    for (const old of curve.querySelectorAll(".figure")) old.remove();
    if (metric.name === data.metric && !group) {
      plot?.replaceChildren(...sent.plot);
      curve.append(...sent.levels);
      curve.setAttribute("aria-label", sent.words);
    } else draw(metric, group ? daysOf(history, geo.membersOf(group)) : history, geo.groupName(group));
  }

  /** The days of some countries alone. @param {DaySums} history @param {Code[]} members @returns {DaySums} */
  function daysOf(history, members) {
    const sums = members.flatMap((code) => history.sums[code] || []);
    const total = history.total.map((_, index) => sums.reduce((all, each) => all + each[index], 0));
    const days = { ...history.days, total: history.days.total.map((count, index) => (count === null ? null : total[index + 1] - total[index])) };
    return { ...history, days, total, parts: history.parts?.map((part) => daysOf(part, members)) };
  }

  /** What the curve shows: "Impressions a day", "Play rate by day". @type {ApivideoGeo["curve"]["byDay"]} */
  function byDay({ many: plays, parts }) {
    if (!parts) return geo.sentence(_("%(plays)s a day", { plays }));
    return geo.sentence(formats.indexOf(data.last) >= LONG ? _("%(plays)s, 7 days at a time", { plays }) : _("%(plays)s by day", { plays }));
  }

  /** @param {Metric} metric @param {DaySums} history @param {string} group  its name */
  function draw(metric, history, group) {
    const { days: { total, open }, parts } = history;
    geo.line.draw(/** @type {Element} */ (curve), {
      from: 0, to: total.length - 1, step: parts && total.length > LONG ? 7 : 1,
      kindOf: (day) => (total[day] === null ? "gap" : open.includes(day) ? "open" : "known"),
      valueOf(from, to) {
        const [sum, by] = (parts || []).map((part) => part.total[to] - part.total[from]);
        return parts ? (by ? sum / by : 0) : total[from] || 0;
      },
      levels: (top) => levels(top, metric),
      written: (level) => (parts ? formats.limit(level, metric) : metric.kind === "seconds" ? formats.duration(level) : formats.number(level)),
    });
    curve?.setAttribute("aria-label", `${group ? `${geo.sentence(group)}: ` : ""}${byDay(metric)}.`);
  }

  /** Two or three round values below the highest point. @param {number} top @param {Metric} metric */
  function levels(top, { kind, scale }) {
    if (!top) return [];
    const whole = kind !== "seconds", unit = whole ? 1 : 3600, high = top / unit;
    const round = () => unit * geo.rounded(high / 6, high / 2 + Number(whole), high / 3, whole).limit;
    const step = scale?.step ? scale.step * Math.ceil(high / 3 / scale.step) : round();
    return Array.from({ length: Math.floor(top / step) }, (_, index) => step * (index + 1));
  }

  geo.curve = { show, byDay };
})(apivideoGeo);
