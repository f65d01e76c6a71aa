// @ts-check
/** What the reader chose, in the page's address: every part is checked, what makes no sense is dropped. */
(function (geo) {
  "use strict";
  const { data, formats } = geo;

  /**
   * @typedef {{period: string, from: number, to: number, measure: string, country: string, sort: string,
   *   continent: string, place: string, kind: string, find: string, without: boolean, zeros: boolean, cities: boolean,
   *   all: boolean}} State
   *   `period` is a name, "all" or "custom"; then `from` and `to` are places of days; `place` is "" or
   *   x, y and depth of the map; `kind` the pressed entry of the legend; `find` the words to find a country
   */
  const LENGTHS = { "7d": 7, "30d": 30, "90d": 90, "12m": 365 };
  const MEASURES = ["count", "share", "per-million", "change"];
  /** How often the world can be doubled, as in `render/choropleth.py`. */
  const DEEPEST = 5;
  /** Letters that may be searched for; the field takes no more. */
  const LONGEST = 60;
  const COLUMNS = ["rank", "name", "count", "share", "per-million", "change"];
  const last = formats.place(data.last);
  /** The last day that was over when it was collected. */
  let whole = last;
  while (data.open.includes(whole)) whole--;

  /** @type {State} */
  const usual = { period: "all", from: 0, to: last, measure: "count", country: "", sort: "rank", continent: "", place: "", kind: "", find: "", without: false, zeros: false, cities: false, all: false };

  /** @param {string} period @returns {{from: number, to: number}} */
  function stretch(period) {
    return period === "all" ? { from: 0, to: last } : { from: whole - LENGTHS[period] + 1, to: whole };
  }

  /** @param {string} period  offered by this page? */
  const offered = (period) => Boolean(document.querySelector(`[data-period="${period}"]`));

  /** @param {string} search @returns {State} */
  function read(search) {
    const asked = new URLSearchParams(search);
    const get = (name) => asked.get(name) || "";
    const state = { ...usual, ...readPeriod(get("period")) };
    if (MEASURES.includes(get("measure"))) state.measure = get("measure");
    if (Object.hasOwn(data.points, get("country"))) state.country = get("country");
    if (COLUMNS.includes(get("sort").replace(/^-/, ""))) state.sort = get("sort");
    if (Object.hasOwn(data.continents, get("continent"))) state.continent = get("continent");
    state.place = readPlace(get("map"));
    if (/^([cd]\d|new|few|left|zero|blank)$/.test(get("class"))) state.kind = get("class");
    if (get("find").length <= LONGEST) state.find = get("find").trim();
    state.cities = Boolean(data.cities) && get("cities") === "shown";
    state.without = get("without") === "leader";
    state.zeros = get("zeros") === "shown";
    state.all = get("rows") === "all";
    return state;
  }

  /** @param {string} text  "30d" or "2026-08-01..2026-08-31" */
  function readPeriod(text) {
    if (Object.hasOwn(LENGTHS, text) && offered(text)) return { period: text, ...stretch(text) };
    const [from, to, more] = text.split("..").map(formats.place);
    const sound = more === undefined && from >= 0 && from <= to && to <= last && offered("custom");
    return sound ? { period: "custom", from, to } : {};
  }

  /** @param {string} text  "540,180,2.5": a point of the map, and how deep */
  function readPlace(text) {
    const [, x, y, deep] = /^(\d{1,4}),(\d{1,4}),(\d(?:\.\d{1,2})?)$/.exec(text) || [];
    const [width, height] = data.frame;
    return Number(x) <= width && Number(y) <= height && Number(deep) > 0 && Number(deep) <= DEEPEST ? text : "";
  }

  /** @param {State} state @returns {string} "" or "?period=30d&…", without what is usual */
  function write(state) {
    const parts = [];
    if (state.period === "custom") parts.push(`period=${formats.iso(state.from)}..${formats.iso(state.to)}`);
    else if (state.period !== "all") parts.push(`period=${state.period}`);
    for (const name of ["measure", "country", "sort", "continent"]) {
      if (state[name] !== usual[name]) parts.push(`${name}=${state[name]}`);
    }
    if (state.place) parts.push(`map=${state.place}`);
    if (state.kind) parts.push(`class=${state.kind}`);
    if (state.find) parts.push(`find=${encodeURIComponent(state.find)}`);
    if (state.cities) parts.push("cities=shown");
    if (state.without) parts.push("without=leader");
    if (state.zeros) parts.push("zeros=shown");
    if (state.all) parts.push("rows=all");
    return parts.length ? `?${parts.join("&")}` : "";
  }

  /** Puts the state into the address: as a step of its own, or in place of the last. @param {State} state @param {boolean} step */
  function remember(state, step) {
    const url = location.pathname + write(state) + location.hash;
    if (url === location.pathname + location.search + location.hash) return;
    try {
      if (step) history.pushState(null, "", url);
      else history.replaceState(null, "", url);
    } catch {
      // A page within another may have no history of its own; it works without.
    }
  }

  geo.state = { read, remember, stretch, last, whole, LENGTHS };
})(apivideoGeo);
