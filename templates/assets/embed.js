/**
 * The map inside another page: shows the period, measure and country of its address (head.js shows the theme).
 * The other page gets its height, as the message {type: "apivideo-geo", height}, and nothing else; none of its messages is read.
 */
(function (geo) {
  "use strict";
  const { data, formats, state: rules } = geo;
  const state = rules.read(location.search);
  const svg = /** @type {SVGSVGElement} */ (document.querySelector("svg.world"));
  const whole = geo.wholeView(), group = geo.groupName(state.group);

  document.documentElement.classList.toggle("framed", window.parent !== window);
  geo.nameOf = (code) => data.names[code] || code;

  /** A country in one line. @param {Code} code @param {View} view */
  function line(code, view) {
    const row = view.byCode.get(code), { metric } = view;
    if (metric.parts) return row?.count ? `${geo.nameOf(code)}: ${geo.ratios.value(row, metric)} · ${geo.ratios.both(row, metric)}` : `${geo.nameOf(code)}: ${geo.ratios.none(metric)}`;
    const parts = [`${geo.nameOf(code)}: ${formats.quantity(row ? row.count : 0, metric)}`];
    if (row && row.count) parts.push(formats.share(row.share));
    return parts.join(" · ");
  }

  /** @param {View} view */
  function show(view) {
    const among = geo.among(view, state.group), part = among.group || view;
    const picture = geo.picture(among, state.measure, state.without);
    const { paint } = geo.map.painter(svg);
    const { light } = geo.map.lights(svg);
    const { codeAt, near } = geo.map.finder(svg);
    paint(picture);
    geo.legend.render(picture.legend.map((entry) => ({ ...entry, apart: true })), picture.classes, "");
    const note = geo.byId("embed-note");
    if (view !== whole || group) {
      // The headline is about the whole history and all countries.
      geo.byId("whole").textContent = geo.byId("whole").dataset.title || "";
      const { all, metric } = part;
      const text = all ? `${metric.label} ${formats.value(all.value, metric)} · ${geo.ratios.both(all, metric)}` : formats.quantity(part.total, metric);
      note.textContent = [geo.sentence(group), `${formats.days(view.from, view.to)}: ${text}`].filter(Boolean).join(" · ");
    }
    const measure = document.querySelector(`[data-measure="${state.measure}"]`);
    if (state.measure !== "count" && measure) note.append(` · ${measure.textContent}`);
    if (view !== whole || group || state.measure !== "count") {
      svg.setAttribute("aria-label", `${geo._("World map")}: ${note.textContent}`);
      document.title = `${note.textContent} · ${geo.byId("whole").dataset.title}`;
    }
    /** @param {Code} code @param {Code[]} [others]  small countries that a finger may have meant as well */
    function point(code, others = []) {
      light(code || state.country);
      geo.say(code || state.country ? line(code || state.country, view) : "");
      const pick = (/** @type {Code} */ other) => point(other, [...others.filter((each) => each !== other), code]);
      geo.byId("near").replaceChildren(...(others.length ? [geo.map.offer(others, pick)] : []));
    }
    svg.addEventListener("pointermove", (event) => { if (event.pointerType === "mouse") point(codeAt(event, "mouse")); });
    svg.addEventListener("pointerdown", (event) => {
      const code = codeAt(event, event.pointerType);
      point(code, code && event.pointerType !== "mouse" ? near(event, code) : []);
    });
    // A finger that is lifted leaves, too: its country stays.
    svg.addEventListener("pointerleave", (event) => { if (event.pointerType === "mouse") point(""); });
    point("");
  }

  /** Shows the chosen group as large as it fits. */
  function frame() {
    const [left, top, right, bottom] = data.groups[state.group];
    svg.setAttribute("viewBox", `${left} ${top} ${right - left} ${bottom - top}`);
    svg.setAttribute("width", String(right - left));
    svg.setAttribute("height", String(bottom - top));
    const dots = geo.map.spreader(svg);
    new ResizeObserver(() => dots((svg.clientWidth * data.frame[0]) / (right - left))).observe(svg);
  }

  function sendHeight() {
    const height = Math.ceil(geo.byId("embed").getBoundingClientRect().height);
    if (window.parent !== window) window.parent.postMessage({ type: "apivideo-geo", height }, "*");
  }

  const search = location.search.replace(/([?&])theme=[^&]*&?/, "$1").replace(/[?&]$/, "");
  geo.byId("whole").href = `index.html${search}`;
  const view = (state.period === "all" && state.metric === data.metric && !state.against) || !data.files[data.metric]
    ? Promise.resolve(whole)
    : geo.history(state.metric).then(
      (history) => (state.period === "all" ? geo.wholeOf(history, state.against) : geo.viewOf(history, state.from, state.to, state.against)),
      () => { Object.assign(state, { period: "all", metric: data.metric, against: "" }); return whole; },
    );
  if (group) frame();
  view.then((found) => {
    show(found);
    document.documentElement.classList.add("live");
  });
  new ResizeObserver(sendHeight).observe(geo.byId("embed"));
})(apivideoGeo);
