/** The periods that a reader can choose: their days, their name in the address, and the control for them. */
(function (geo) {
  "use strict";
  const { data, formats, _, ngettext } = geo;

  /** Days of each period; 0 is a year by the calendar. @type {Record<string, number>} */
  const LENGTHS = { "7d": 7, "30d": 30, "90d": 90, "12m": 0 };
  const MONTH = /^\d{4}-(?:0[1-9]|1[0-2])$/;
  const last = formats.indexOf(data.last);
  /** The last day that was over when it was collected. */
  let lastComplete = last;
  while (data.open.includes(lastComplete)) lastComplete--;

  /** The days of a period that is not "custom". @type {ApivideoGeo["periods"]["daysOf"]} */
  function daysOf(period) {
    if (MONTH.test(period)) {
      const from = formats.indexOf(`${period}-01`);
      return { from: Math.max(0, from), to: Math.min(last, formats.monthUntil(from)) };
    }
    if (period === "all") return { from: 0, to: last };
    return { from: LENGTHS[period] ? lastComplete - LENGTHS[period] + 1 : formats.yearUntil(lastComplete), to: lastComplete };
  }

  /** Does this page have a button for the period? @param {string} period */
  const offered = (period) => Boolean(document.querySelector(`[data-period="${period}"]`));

  /** A period of the address: "30d", "2026-08" or "2026-08-01..2026-08-31"; nothing for any other text. @type {ApivideoGeo["periods"]["read"]} */
  function read(text) {
    if (Object.hasOwn(LENGTHS, text) && offered(text)) return { period: text, ...daysOf(text) };
    if (!offered("custom")) return {};
    if (MONTH.test(text)) {
      const { from, to } = daysOf(text);
      return from <= to ? { period: text, from, to } : {};
    }
    const days = readDays(text);
    return days ? { period: "custom", from: days[0], to: days[1] } : {};
  }

  /** @param {string} text  "2026-08-01..2026-08-31" @returns {[number, number] | null} */
  function readDays(text) {
    const [from, to, more] = text.split("..").map(formats.indexOf);
    return more === undefined && from >= 0 && from <= to && to <= last && offered("custom") ? [from, to] : null;
  }

  /** What the address compares with: "year", or days. @type {ApivideoGeo["periods"]["readAgainst"]} */
  const readAgainst = (text) => (text === "year" && offered("custom") ? "year" : readDays(text) || "");

  /** What is compared with, as the address has it; "" is the previous period. @type {ApivideoGeo["periods"]["writeAgainst"]} */
  const writeAgainst = (against) => (typeof against === "string" ? against : against.map(formats.iso).join(".."));

  /** A period as the address has it; "" is the whole history. @type {ApivideoGeo["periods"]["write"]} */
  function write({ period, from, to }) {
    if (period === "custom") return `${formats.iso(from)}..${formats.iso(to)}`;
    return period === "all" ? "" : period;
  }

  /** Makes two fields work: `choose` gets their days if these are a period. What it returns writes days into them. @type {ApivideoGeo["periods"]["pair"]} */
  function pair(from, to, choose) {
    const fields = [from, to], mark = (/** @type {boolean} */ valid) => fields.forEach((field) => field.setAttribute("aria-invalid", String(!valid)));
    for (const field of fields) {
      field.addEventListener("change", () => {
        const [first, end] = fields.map(({ value }) => formats.indexOf(value)), valid = first >= 0 && end <= last && first <= end;
        mark(valid);
        if (valid) choose(first, end);
        else geo.say(_("Choose a first day before the last one, both within the history."));
      });
    }
    return (first, end) => {
      [from.value, to.value] = [first, end].map(formats.iso);
      mark(true);
    };
  }

  /** Makes the control work: `choose` gets what the reader chose, with days only of a custom period. @type {ApivideoGeo["periods"]["start"]} */
  function start(choose) {
    const bar = geo.byId("periods");
    if (!bar) return null;
    const custom = geo.byId("custom"), from = geo.byId("from"), to = geo.byId("to"), month = geo.byId("month");
    const choices = /** @type {NodeListOf<HTMLElement>} */ (bar.querySelectorAll("[data-period]"));
    bar.addEventListener("click", (event) => {
      const period = geo.closest(event, "[data-period]")?.dataset.period;
      if (period === "custom") {
        custom.hidden = false;
        mark("custom");
        from.focus();
      } else if (period) choose(period);
    });
    month?.addEventListener("change", () => choose(month.value || "all"));
    const showDays = pair(from, to, (first, end) => choose("custom", first, end));
    /** @param {string} period */
    function mark(period) {
      for (const each of choices) each.setAttribute("aria-pressed", String(each.dataset.period === period));
      if (month) month.value = MONTH.test(period) ? period : "";
    }
    return {
      show(state) {
        mark(state.period);
        custom.hidden = state.period !== "custom";
        showDays(state.from, state.to);
      },
    };
  }

  /** A period in words, and which of its days it lacks. @type {ApivideoGeo["periods"]["words"]} */
  function words({ from, to, gaps, left, later }) {
    const parts = [formats.days(from, to), ngettext("%(count)s day", "%(count)s days", to - from + 1)];
    if (gaps.length) {
      parts.push(ngettext(
        "%(count)s of them was never collected (%(days)s)", "%(count)s of them were never collected (%(days)s)",
        gaps.length, { days: formats.runs(gaps) },
      ));
    }
    if (left.length) {
      parts.push(ngettext(
        "%(count)s of them was left out by the publisher (%(days)s)", "%(count)s of them were left out by the publisher (%(days)s)",
        left.length, { days: formats.runs(left) },
      ));
    }
    if (data.open.some((index) => index >= from && index <= to)) parts.push(later ? _("the last one is not collected yet") : _("the last one is not over yet"));
    return geo.joined(parts);
  }

  /** @type {ReturnType<ApivideoGeo["periods"]["marks"]> | undefined} */
  let sent;
  /** The marks on the curve, as the page was sent. @type {ApivideoGeo["periods"]["marks"]} */
  const marks = () => (sent ||= [.../** @type {NodeListOf<SVGPathElement>} */ (document.querySelectorAll(".marks path"))].map((path) => {
    let day = 0;
    const first = formats.indexOf(path.ownerSVGElement?.dataset.first || ""), counts = path.dataset.counts?.split(" ").map(Number);
    const days = [...(path.getAttribute("d") || "").matchAll(/([Mm])(-?\d+)/g)].map(([, move, text]) => (day = move === "m" ? day + Number(text) : Number(text)));
    return { path, kind: path.classList[0], days: days.map((each) => first + each), counts: counts || days.map(() => 1) };
  }));

  /** Says under the curve how many notes and publications some days have; their list shows only these. @type {ApivideoGeo["periods"]["events"]} */
  function events(from, to) {
    const box = geo.byId("events");
    if (!box) return [];
    /** @param {string} kind */
    const count = (kind) => marks().filter((mark) => mark.kind === kind).reduce((sum, { days, counts }) => sum + counts.reduce((part, one, at) => part + (days[at] >= from && days[at] <= to ? one : 0), 0), 0);
    const notes = count("noted"), published = count("published");
    const signs = [notes && "●", published && "■"].filter(Boolean);
    const words = [notes && ngettext("%(count)s note", "%(count)s notes", notes), published && ngettext("%(count)s publication", "%(count)s publications", published)].filter((text) => typeof text === "string");
    box.hidden = !words.length;
    box.querySelector("summary")?.replaceChildren(...words.flatMap((text, index) => {
      const sign = geo.make("b", String(signs[index]));
      sign.setAttribute("aria-hidden", "true");
      return [index ? " · " : "", sign, ` ${text}`];
    }));
    Object.assign(box.dataset, { from: formats.iso(from), to: formats.iso(to) });
    box.dispatchEvent(new Event("period"));
    return words;
  }

  geo.periods = { daysOf, read, readAgainst, write, writeAgainst, pair, start, words, marks, events, last, lastComplete };
})(apivideoGeo);
